/*
 * fields_payments.c -- the members of payment objects, version 4
 */
#include "fields.h"

#define CONTACTS		"/v4/payments/contacts"
#define ORDERS			"/v4/payments/orders"
#define INVOICES		"/v4/payments/invoices"
#define ITEMS			"/v4/payments/items"
#define SUBSCRIPTIONS	"/v4/payments/subscriptions"
#define TRANSACTIONS	"/v4/payments/transactions"

#define PAYMENT_ORDER_STATUS \
	"PENDING PROCESSING COMPLETED CANCELED ON_HOLD UNKNOWN"
#define PAYMENT_STATUS \
	"DRAFT PENDING PAID PARTIALLY_PAID FAILED REFUNDED PARTIALLY_REFUNDED " \
	"VOIDED UNKNOWN"

static const Field payment_line_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "item_id", .refers = ITEMS, .nullable = true},
	{.name = "description", .required = true, .sample = "{product}"},
	{.name = "quantity", .kind = FIELD_NUMBER, .required = true,
	.sample = "{few}"},
	{.name = "unit_amount", .kind = FIELD_NUMBER, .required = true,
	.sample = "{money}"},
	{.name = "tax_amount", .kind = FIELD_NUMBER, .sample = "{small}"},
	{.name = "discount_amount", .kind = FIELD_NUMBER, .sample = "0.00",
	.nullable = true},
	{.name = "total_amount", .kind = FIELD_NUMBER,
	.sum = "quantity*unit_amount"},
	{.name = NULL}
};

/* The short form of a transaction. */
static const Field short_transaction_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = "txn_"},
	{.name = "type", .missing = "PAYMENT", .values = "PAYMENT"},
	{.name = "amount", .kind = FIELD_NUMBER, .sample = "{money}"},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "status", .missing = "DRAFT", .values = "DRAFT PAID"},
	{.name = "payment_method_type", .values = "CARD"},
	{.name = "gateway", .values = "stripe"},
	{.name = "description", .sample = "Card payment", .nullable = true},
	{.name = "created_at", .kind = FIELD_TIME},
	{.name = NULL}
};

const Field payment_order_fields[] = {
	{.name = "contact_id", .required = true},
	{.name = "currency_id", .required = true},
	{.name = "status", .kind = FIELD_ENUM, .values = PAYMENT_ORDER_STATUS,
	.missing = "PENDING"},
	{.name = "payment_status", .kind = FIELD_ENUM, .values = PAYMENT_STATUS,
	.missing = "DRAFT"},
	{.name = "total_amount", .kind = FIELD_NUMBER,
	.sum = "line_items.total_amount -total_discount? total_tax? "
	"shipping_amount?"},
	{.name = "total_discount", .kind = FIELD_NUMBER,
	.sum = "line_items.discount_amount?"},
	{.name = "total_tax", .kind = FIELD_NUMBER,
	.sum = "line_items.tax_amount?"},
	FIELD_TIMES,
	{.name = "invoice_id"},
	{.name = "invoice_ids", .kind = FIELD_STRINGS},
	{.name = "line_items", .kind = FIELD_LIST, .required = true,
	.children = payment_line_fields},
	{.name = "transactions", .kind = FIELD_LIST,
	.children = short_transaction_fields},
	{.name = NULL}
};

/* Payment addresses have no ids. */
static const Field payment_address_fields[] = {
	{.name = "type", .values = "BILLING SHIPPING"},
	{.name = "street", .sample = "{house} {street}"},
	{.name = "city", .sample = "{city}"},
	{.name = "state", .sample = "{state}", .nullable = true},
	{.name = "postal_code", .sample = "{code}"},
	{.name = "country", .sample = "{country}"},
	{.name = NULL}
};

const Field payment_contact_fields[] = {
	{.name = "name", .required = true, .sample = "{person}"},
	{.name = "tax_number", .sample = "DE{digits}", .nullable = true},
	{.name = "type", .kind = FIELD_ENUM, .missing = "CUSTOMER",
	.values = "CUSTOMER VENDOR BOTH UNKNOWN"},
	{.name = "status", .kind = FIELD_ENUM, .missing = "ACTIVE",
	.values = "ACTIVE INACTIVE SUSPENDED ARCHIVED UNKNOWN"},
	{.name = "addresses", .kind = FIELD_LIST,
	.children = payment_address_fields},
	FIELD_TIMES,
	{.name = NULL}
};

/* Which statuses there are no document lists: any is taken. */
const Field invoice_fields[] = {
	{.name = "contact_id", .refers = CONTACTS},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "document_number", .sample = "INV-{id}"},
	{.name = "memo", .sample = "For {person}", .nullable = true},
	{.name = "subscription_id", .refers = SUBSCRIPTIONS, .nullable = true},
	{.name = "payment_link", .sample = "https://pay.example.com/{id}",
	.nullable = true},
	{.name = "posted_date", .sample = "{+0}"},
	{.name = "due_date", .sample = "{+30}"},
	{.name = "payment_link_expires_at", .sample = "{+60}",
	.nullable = true},
	{.name = "status", .missing = "DRAFT", .values = "DRAFT PAID"},
	{.name = "sub_total", .kind = FIELD_NUMBER,
	.sum = "line_items.total_amount"},
	{.name = "tax_amount", .kind = FIELD_NUMBER,
	.sum = "line_items.tax_amount?"},
	{.name = "total_discount", .kind = FIELD_NUMBER,
	.sum = "line_items.discount_amount?"},
	{.name = "shipping_amount", .kind = FIELD_NUMBER, .sample = "{small}"},
	{.name = "total_amount", .kind = FIELD_NUMBER,
	.sum = "sub_total -total_discount? tax_amount? shipping_amount?"},
	{.name = "amount_paid", .kind = FIELD_NUMBER, .sample = "{small}"},
	{.name = "amount_refunded", .kind = FIELD_NUMBER, .sample = "0.00"},
	{.name = "amount_credited", .kind = FIELD_NUMBER, .sample = "0.00",
	.nullable = true},
	{.name = "amount_due", .kind = FIELD_NUMBER,
	.sum = "total_amount -amount_paid? amount_refunded? -amount_credited?"},
	FIELD_TIMES,
	{.name = "order_ids", .kind = FIELD_STRINGS, .refers = ORDERS},
	{.name = "line_items", .kind = FIELD_LIST, .count = 2,
	.children = payment_line_fields},
	{.name = "transactions", .kind = FIELD_LIST,
	.children = short_transaction_fields},
	{.name = NULL}
};

static const Field payment_variant_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = "var_"},
	{.name = "name", .required = true, .values = "Black White Blue Grün"},
	{.name = "sku", .sample = "SKU-{digits}", .nullable = true},
	{.name = "price", .kind = FIELD_NUMBER, .sample = "{money}"},
	{.name = "attributes", .kind = FIELD_MAP,
	.sample = "{'color':'Grün','size':'{few}','weight':{small}}"},
	{.name = NULL}
};

const Field payment_item_fields[] = {
	{.name = "name", .required = true, .sample = "{product}"},
	{.name = "description", .sample = "{product}, as ever",
	.nullable = true},
	{.name = "sku", .sample = "SKU-{id}"},
	{.name = "price", .kind = FIELD_NUMBER, .required = true,
	.sample = "{money}"},
	{.name = "currency_id", .required = true, .sample = "{currency}"},
	{.name = "type", .kind = FIELD_ENUM, .missing = "UNKNOWN",
	.values = "INVENTORY NON_INVENTORY SERVICE DIGITAL UNKNOWN"},
	{.name = "status", .kind = FIELD_ENUM, .missing = "ACTIVE",
	.values = "ACTIVE DRAFT ARCHIVED UNKNOWN"},
	FIELD_TIMES,
	{.name = "variants", .kind = FIELD_LIST,
	.children = payment_variant_fields},
	{.name = NULL}
};

static const Field subscription_item_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "item_id", .refers = ITEMS},
	{.name = "description", .sample = "{product}", .nullable = true},
	{.name = "quantity", .kind = FIELD_NUMBER, .sample = "{few}"},
	{.name = "unit_amount", .kind = FIELD_NUMBER, .sample = "{money}"},
	{.name = NULL}
};

const Field subscription_fields[] = {
	{.name = "contact_id", .required = true, .refers = CONTACTS},
	{.name = "currency_id", .required = true, .sample = "{currency}"},
	{.name = "amount", .kind = FIELD_NUMBER, .required = true,
	.sample = "{money}"},
	{.name = "interval", .kind = FIELD_ENUM, .required = true,
	.values = "MONTH DAY WEEK YEAR"},
	{.name = "interval_count", .kind = FIELD_NUMBER, .missing = "1",
	.sample = "1"},
	{.name = "status", .missing = "ACTIVE",
	.values = "ACTIVE IN_TRIAL PAUSED"},
	{.name = "next_billing_date", .sample = "{+30}", .nullable = true},
	{.name = "last_invoice_date", .sample = "{+0}", .nullable = true},
	{.name = "last_payment_date", .sample = "{+1}", .nullable = true},
	FIELD_TIMES,
	{.name = "invoice_ids", .kind = FIELD_STRINGS, .refers = INVOICES},
	{.name = "transaction_ids", .kind = FIELD_STRINGS,
	.refers = TRANSACTIONS},
	{.name = "items", .kind = FIELD_LIST,
	.children = subscription_item_fields},
	{.name = NULL}
};

const Field payment_transaction_fields[] = {
	{.name = "type", .kind = FIELD_ENUM, .required = true,
	.values = "PAYMENT REFUND CREDIT_NOTE FEE CHARGEBACK PAYOUT ADJUSTMENT"},
	{.name = "invoice_id", .refers = INVOICES, .nullable = true},
	{.name = "order_id", .refers = ORDERS, .nullable = true},
	{.name = "subscription_id", .refers = SUBSCRIPTIONS, .nullable = true},
	{.name = "contact_id", .required = true, .refers = CONTACTS},
	{.name = "currency_id", .required = true, .sample = "{currency}"},
	{.name = "amount", .kind = FIELD_NUMBER, .required = true,
	.sample = "{money}"},
	{.name = "status", .missing = "DRAFT", .values = "PAID DRAFT"},
	{.name = "payment_method_type", .values = "CARD", .nullable = true},
	{.name = "gateway", .values = "stripe"},
	{.name = "gateway_transaction_id", .sample = "ch_{digits}"},
	{.name = "original_transaction_id", .refers = TRANSACTIONS,
	.nullable = true},
	{.name = "reference_number", .sample = "REF-{id}", .nullable = true},
	{.name = "description", .sample = "Payment of {person}",
	.nullable = true},
	{.name = "reason", .values = "CUSTOMER_REQUEST", .nullable = true},
	{.name = "reason_code", .sample = "R{few}", .nullable = true},
	{.name = "metadata", .kind = FIELD_MAP,
	.sample = "{'source':'{city}','batch':{few}}", .nullable = true},
	FIELD_TIMES,
	{.name = NULL}
};

const Field dispute_fields[] = {
	{.name = "transaction_id", .refers = TRANSACTIONS},
	{.name = "invoice_id", .refers = INVOICES, .nullable = true},
	{.name = "contact_id", .refers = CONTACTS},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "amount", .kind = FIELD_NUMBER, .sample = "{money}"},
	{.name = "status", .kind = FIELD_ENUM,
	.values = "OPEN UNDER_REVIEW WON LOST WARNING_CLOSED UNKNOWN"},
	{.name = "reason", .values = "FRAUDULENT DUPLICATE UNRECOGNIZED "
	"QUALITY_ISSUE NOT_RECEIVED"},
	{.name = "reason_code", .sample = "R{few}", .nullable = true},
	{.name = "gateway", .values = "stripe"},
	{.name = "gateway_dispute_id", .sample = "dp_{digits}"},
	{.name = "evidence_due_date", .sample = "{+14}"},
	{.name = "resolution_date", .sample = "{+40}", .nullable = true},
	FIELD_TIMES,
	{.name = NULL}
};

static const Field destination_fields[] = {
	{.name = "bank_name", .sample = "Bank of {city}"},
	{.name = "account_holder", .sample = "{person}"},
	{.name = "last4", .sample = "{pin}"},
	{.name = "country", .sample = "{country}"},
	{.name = NULL}
};

const Field payout_fields[] = {
	{.name = "gateway_account_id", .sample = "acct_{digits}"},
	{.name = "amount", .kind = FIELD_NUMBER, .sample = "{money}"},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "method", .values = "STANDARD INSTANT", .nullable = true},
	{.name = "gateway", .values = "stripe"},
	{.name = "status", .kind = FIELD_ENUM,
	.values = "PENDING IN_TRANSIT PAID CANCELED FAILED UNKNOWN"},
	{.name = "schedule", .kind = FIELD_ENUM,
	.values = "AUTOMATIC MANUAL UNKNOWN"},
	{.name = "type", .kind = FIELD_ENUM,
	.values = "BANK_ACCOUNT CARD FPX UNKNOWN"},
	{.name = "arrival_date", .sample = "{+2}"},
	FIELD_TIMES,
	{.name = "destination", .kind = FIELD_OBJECT,
	.children = destination_fields, .nullable = true},
	{.name = "transaction_ids", .kind = FIELD_STRINGS,
	.refers = TRANSACTIONS},
	{.name = NULL}
};
