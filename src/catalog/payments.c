/*
 * payments.c
 *		The resources of payments: invoices, subscriptions, transactions.
 */
#include "postgres.h"

#include "catalog/categories.h"

/* Fields: what a create needs, and the types of what the documents name. */

/* S1 */
static const Field payment_line_item_fields[] = {
	{"description", FIELD_STRING, true},
	{"quantity", FIELD_NUMBER, true},
	{"unit_amount", FIELD_NUMBER, true},
	{"item_id", FIELD_STRING},
	{"tax_amount", FIELD_NUMBER},
	{"discount_amount", FIELD_NUMBER},
	{"total_amount", FIELD_NUMBER},
	{NULL}
};

static const Field payment_order_fields[] = {
	{"contact_id", FIELD_STRING, true},
	{"currency_id", FIELD_STRING, true},
	{"line_items", FIELD_OBJECTS, true, payment_line_item_fields},
	{"status", FIELD_STRING},
	{NULL}
};

static const Field payment_contact_fields[] = {
	{"name", FIELD_STRING, true},
	{"tax_number", FIELD_STRING},
	{"type", FIELD_STRING},
	{"status", FIELD_STRING},
	{"addresses", FIELD_OBJECTS},
	{NULL}
};

static const Field invoice_fields[] = {
	{"contact_id", FIELD_STRING},
	{"currency_id", FIELD_STRING},
	{"document_number", FIELD_STRING},
	{"posted_date", FIELD_STRING},
	{"due_date", FIELD_STRING},
	{"status", FIELD_STRING},
	{"memo", FIELD_STRING},
	{"line_items", FIELD_OBJECTS},
	{NULL}
};

static const Field payment_item_variant_fields[] = {
	{"name", FIELD_STRING, true},
	{"sku", FIELD_STRING},
	{"price", FIELD_NUMBER},
	{"attributes", FIELD_OBJECT},
	{NULL}
};

static const Field payment_item_fields[] = {
	{"name", FIELD_STRING, true},
	{"price", FIELD_NUMBER, true},
	{"currency_id", FIELD_STRING, true},
	{"description", FIELD_STRING},
	{"sku", FIELD_STRING},
	{"type", FIELD_STRING},
	{"status", FIELD_STRING},
	{"variants", FIELD_OBJECTS, false, payment_item_variant_fields},
	{NULL}
};

static const Field subscription_fields[] = {
	{"contact_id", FIELD_STRING, true},
	{"currency_id", FIELD_STRING, true},
	{"amount", FIELD_NUMBER, true},
	{"interval", FIELD_STRING, true},
	{"interval_count", FIELD_NUMBER},
	{"status", FIELD_STRING},
	{"items", FIELD_OBJECTS},
	{NULL}
};

static const Field payment_transaction_fields[] = {
	{"type", FIELD_STRING, true},
	{"contact_id", FIELD_STRING, true},
	{"currency_id", FIELD_STRING, true},
	{"amount", FIELD_NUMBER, true},
	{"invoice_id", FIELD_STRING},
	{"order_id", FIELD_STRING},
	{"subscription_id", FIELD_STRING},
	{"reference_number", FIELD_STRING},
	{"description", FIELD_STRING},
	{"metadata", FIELD_OBJECT},
	{NULL}
};

/* Other names that answers use for a column. */

static const FieldAlias payment_order_aliases[] = {
	{"contact_id", "customer_id"},
	{NULL}
};

/* Lists inside records. */

static const ChildList payment_order_children[] = {
	{"line_items", "rootfi_payment_order_line_item",
		"payment_order_line_items",
	"payment_order_rootfi_id"},
	{"transactions", "rootfi_payment_order_transaction",
		"payment_order_transactions",
	"payment_order_rootfi_id"},
	{NULL}
};

static const ChildList payment_contact_children[] = {
	{"addresses", "rootfi_payment_contact_address",
		"payment_contact_addresses",
	"payment_contact_rootfi_id"},
	{NULL}
};

static const ChildList invoice_children[] = {
	{"line_items", "rootfi_invoice_line_item", "invoice_line_items",
	"invoice_rootfi_id"},
	{"transactions", "rootfi_invoice_transaction", "invoice_transactions",
	"invoice_rootfi_id"},
	{"orders", "rootfi_invoice_order", "invoice_orders", "invoice_rootfi_id"},
	{NULL}
};

static const ChildList payment_item_children[] = {
	{"variants", "rootfi_payment_item_variant", "payment_item_variants",
	"payment_item_rootfi_id"},
	{NULL}
};

static const ChildList subscription_children[] = {
	{"items", "rootfi_subscription_item", "subscription_items",
	"subscription_rootfi_id"},
	{NULL}
};

const Resource rootfi_payments[] = {
	/* Payments, version 4 */
	{
		NAMES("payments/contacts", "/v4/payments/contacts",
			  "payment contact", "payment contacts",
			  "rootfi_payment_contact", "payment_contacts"),
		.documented = CREATE | UPDATE | DELETE | LIST,
		.implied = GET,
		.body = BODY_BARE,
		.fields = payment_contact_fields,
		.children = payment_contact_children,
	},
	{
		NAMES("payments/orders", "/v4/payments/orders",
			  "payment order", "payment orders", "rootfi_payment_order",
			  "payment_orders"),
		.documented = CREATE | UPDATE | DELETE | LIST,
		.implied = GET,
		.body = BODY_BARE,
		.fields = payment_order_fields,
		.aliases = payment_order_aliases,
		.children = payment_order_children,
	},
	{
		NAMES("payments/invoices", "/v4/payments/invoices",
			  "invoice", "invoices", "rootfi_invoice", "invoices"),
		.documented = UPDATE | LIST,
		.implied = CREATE | GET | DELETE,
		.body = BODY_BARE,
		.fields = invoice_fields,
		.children = invoice_children,
	},
	{
		NAMES("payments/items", "/v4/payments/items",
			  "payment item", "payment items", "rootfi_payment_item",
			  "payment_items"),
		.documented = CREATE | DELETE | LIST,
		.implied = GET | UPDATE,
		.body = BODY_BARE,
		.fields = payment_item_fields,
		.children = payment_item_children,
	},
	{
		NAMES("payments/subscriptions", "/v4/payments/subscriptions",
			  "subscription", "subscriptions", "rootfi_subscription",
			  "subscriptions"),
		.documented = CREATE | UPDATE | DELETE,
		.implied = GET | LIST,
		.body = BODY_BARE,
		.fields = subscription_fields,
		.children = subscription_children,
	},
	{
		NAMES("payments/transactions", "/v4/payments/transactions",
			  "payment transaction", "payment transactions",
			  "rootfi_payment_transaction", "payment_transactions"),
		.documented = CREATE | LIST,
		.implied = GET,
		.body = BODY_BARE,
		.fields = payment_transaction_fields,
		.plain_filters = "type invoice_id",
	},
	{
		NAMES("payments/disputes", "/v4/payments/disputes",
			  "dispute", "disputes", "rootfi_dispute", "disputes"),
		.implied = LIST,
		.body = BODY_BARE,
	},
	{
		NAMES("payments/payouts", "/v4/payments/payouts",
			  "payout", "payouts", "rootfi_payout", "payouts"),
		.implied = LIST,
		.body = BODY_BARE,
	},
	{NULL}
};
