/*
 * catalog.c
 *		The table of resources.
 *
 * A new resource is a row here, a composite type in sql/install/, a line for
 * each of its verbs in calls.c and a test; no other C file names a resource.  Where the facts come from (S0 to S4, C1
 * to C38) stands beside what they are the reason for; a verb is documented if
 * a page of the API shows it and implied if only an overview does.
 */
#include "postgres.h"

#include "catalog/resource.h"

/* Fields: what a create needs, and the types of what the documents name. */

/* S2. C9: quantities are numbers, whole or not; C11: money is a number. */
static const Field order_line_item_fields[] = {
	{"item_id", FIELD_STRING},
	{"variant_id", FIELD_STRING},
	{"name", FIELD_STRING},
	{"description", FIELD_STRING},
	{"quantity", FIELD_NUMBER},
	{"unit_amount", FIELD_NUMBER},
	{"tax_amount", FIELD_NUMBER},
	{"discount_amount", FIELD_NUMBER},
	{"total_amount", FIELD_NUMBER},
	{NULL}
};

/* S0 for what a create needs, S2 for the rest. */
static const Field order_fields[] = {
	{"customer_id", FIELD_STRING, true},
	{"currency_id", FIELD_STRING, true},
	{"line_items", FIELD_OBJECTS, true, order_line_item_fields},
	{"order_number", FIELD_STRING},
	{"order_date", FIELD_STRING},
	{"status", FIELD_STRING},
	{"payment_status", FIELD_STRING},
	{"fulfillment_status", FIELD_STRING},
	{"total_amount", FIELD_NUMBER},
	{"total_discount", FIELD_NUMBER},
	{"total_tax", FIELD_NUMBER},
	{"shipping_amount", FIELD_NUMBER},
	{"created_at", FIELD_STRING},
	{"updated_at", FIELD_STRING},
	{"shipping_address", FIELD_OBJECT},
	{"billing_address", FIELD_OBJECT},
	{"addresses", FIELD_OBJECTS},
	{"fulfillments", FIELD_OBJECTS},
	{"transactions", FIELD_OBJECTS},
	{NULL}
};

/* C28: a price and a currency are wanted by the prose, not by the sample. */
static const Field item_fields[] = {
	{"name", FIELD_STRING, true},
	{"description", FIELD_STRING},
	{"sku", FIELD_STRING},
	{"price", FIELD_NUMBER},
	{"currency_id", FIELD_STRING},
	{"type", FIELD_STRING},
	{"status", FIELD_STRING},
	{"variants", FIELD_OBJECTS},
	{NULL}
};

static const Field product_fields[] = {
	{"name", FIELD_STRING},
	{"description", FIELD_STRING},
	{"sku", FIELD_STRING},
	{"status", FIELD_STRING},
	{NULL}
};

static const Field fulfillment_fields[] = {
	{"order_id", FIELD_STRING, true},
	{"line_items", FIELD_OBJECTS, true},
	{"name", FIELD_STRING},
	{"status", FIELD_STRING},
	{"shipment_status", FIELD_STRING},
	{"estimated_delivery_date", FIELD_STRING},
	{"actual_delivery_date", FIELD_STRING},
	{"weight", FIELD_NUMBER},
	{"weight_unit", FIELD_STRING},
	{"addresses", FIELD_OBJECTS},
	{"tracking_info", FIELD_OBJECT},
	{NULL}
};

static const Field transaction_fields[] = {
	{"type", FIELD_STRING},
	{"order_id", FIELD_STRING},
	{"contact_id", FIELD_STRING},
	{"currency_id", FIELD_STRING},
	{"amount", FIELD_NUMBER},
	{"status", FIELD_STRING},
	{"payment_method_type", FIELD_STRING},
	{"gateway", FIELD_STRING},
	{"description", FIELD_STRING},
	{NULL}
};

static const Field inventory_fields[] = {
	{"item_id", FIELD_STRING},
	{"variant_id", FIELD_STRING},
	{"sku", FIELD_STRING},
	{"quantity", FIELD_NUMBER},
	{"reserved_quantity", FIELD_NUMBER},
	{"status", FIELD_STRING},
	{"reorder_level", FIELD_NUMBER},
	{"reorder_quantity", FIELD_NUMBER},
	{"addresses", FIELD_OBJECTS},
	{NULL}
};

/* C29: a create takes one address. */
static const Field contact_fields[] = {
	{"name", FIELD_STRING, true},
	{"email", FIELD_STRING},
	{"phone", FIELD_STRING},
	{"type", FIELD_STRING},
	{"status", FIELD_STRING},
	{"address", FIELD_OBJECT},
	{NULL}
};

/* S4, which marks nothing as required. */
static const Field customer_fields[] = {
	{"name", FIELD_STRING},
	{"email", FIELD_STRING},
	{"phone", FIELD_STRING},
	{"currency_id", FIELD_STRING},
	{"status", FIELD_STRING},
	{"created_at", FIELD_STRING},
	{"updated_at", FIELD_STRING},
	{"address", FIELD_OBJECT},
	{NULL}
};

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

static const Field company_fields[] = {
	{"name", FIELD_STRING},
	{"partner_id", FIELD_STRING},
	{"sync_config", FIELD_OBJECTS},
	{NULL}
};

static const Field invite_link_fields[] = {
	{"integration_categories", FIELD_ARRAY, true},
	{"company_name", FIELD_STRING},
	{"integrations", FIELD_ARRAY},
	{"sync_config", FIELD_OBJECTS},
	{NULL}
};

static const Field sync_fields[] = {
	{"integration_type", FIELD_STRING, true},
	{"full_sync", FIELD_BOOLEAN, true},
	{"data_models_to_sync", FIELD_ARRAY, true},
	{NULL}
};

static const Field webhook_fields[] = {
	{"name", FIELD_STRING},
	{"url", FIELD_STRING},
	{"type", FIELD_STRING},
	{"operations", FIELD_ARRAY},
	{"data_models", FIELD_ARRAY},
	{"headers", FIELD_OBJECT},
	{NULL}
};

/* Other names that answers use for a column. */

/* C2, C4: the create answer and the v3-like sample in S3. */
static const FieldAlias order_aliases[] = {
	{"customer_id", "contact_id"},
	{"total_tax", "tax_amount"},
	{"status", "order_status",
	"pending processing completed canceled cancelled on_hold unknown"},
	{"fulfillment_status", "order_status",
	"unfulfilled partially_fulfilled fulfilled returned"},
	{NULL}
};

static const FieldAlias payment_order_aliases[] = {
	{"contact_id", "customer_id"},
	{NULL}
};

/* C30 */
static const FieldAlias inventory_aliases[] = {
	{"item_id", "product_id"},
	{NULL}
};

/* Lists inside records. */

static const StrayChild order_stray_addresses[] = {
	{"shipping_address", "shipping"},
	{"billing_address", "billing"},
	{NULL}
};

/* C29: a contact may have one address outside the list. */
static const StrayChild contact_stray_addresses[] = {
	{"address", NULL},
	{NULL}
};

static const ChildList fulfillment_children[] = {
	{"line_items", "rootfi_fulfillment_line_item", "fulfillment_line_items",
	"fulfillment_rootfi_id"},
	{"addresses", "rootfi_fulfillment_address", "fulfillment_addresses",
	"fulfillment_rootfi_id"},
	{NULL}
};

static const ChildList order_children[] = {
	{"line_items", "rootfi_order_line_item", "order_line_items",
	"order_rootfi_id"},
	{"addresses", "rootfi_order_address", "order_addresses", "order_rootfi_id",
	order_stray_addresses},
	{"fulfillments", "rootfi_order_fulfillment", "order_fulfillments",
		"order_rootfi_id", NULL,
	fulfillment_children},
	{"transactions", "rootfi_order_transaction", "order_transactions",
	"order_rootfi_id"},
	{NULL}
};

static const ChildList item_children[] = {
	{"variants", "rootfi_item_variant", "item_variants", "item_rootfi_id"},
	{NULL}
};

static const ChildList inventory_children[] = {
	{"addresses", "rootfi_inventory_address", "inventory_addresses",
	"inventory_rootfi_id"},
	{NULL}
};

static const ChildList contact_children[] = {
	{"addresses", "rootfi_contact_address", "contact_addresses",
		"contact_rootfi_id",
	contact_stray_addresses},
	{NULL}
};

static const ChildList customer_children[] = {
	{"address", "rootfi_customer_address", "customer_addresses",
	"customer_rootfi_id"},
	{NULL}
};

static const ChildList v3_order_children[] = {
	{"line_items", "rootfi_v3_order_line_item", "v3_order_line_items",
	"v3_order_rootfi_id"},
	{"addresses", "rootfi_v3_order_address", "v3_order_addresses",
	"v3_order_rootfi_id"},
	{"shipping_line_items", "rootfi_v3_order_shipping_line_item",
		"v3_order_shipping_line_items",
	"v3_order_rootfi_id"},
	{NULL}
};

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

static const ChildList company_children[] = {
	{"connections", "rootfi_company_connection", "company_connections",
	"company_rootfi_id"},
	{"activity_log", "rootfi_company_activity", "company_activities",
	"company_rootfi_id"},
	{NULL}
};

#define CREATE	VERB_BIT(VERB_CREATE)
#define GET		VERB_BIT(VERB_GET)
#define UPDATE	VERB_BIT(VERB_UPDATE)
#define DELETE	VERB_BIT(VERB_DELETE)
#define LIST	VERB_BIT(VERB_LIST)

/*
 * A row's names: in SQL, on the server, of one, of several, of the row type,
 * of a table of such rows.
 */
#define NAMES(name_, path_, singular_, plural_, row_type_, table_) \
	.name = name_, .path = path_, .singular = singular_, \
	.plural = plural_, .row_type = row_type_, .table = table_

const Resource rootfi_resource_table[] = {
	/* E-commerce, version 4 */
	{
		NAMES("ecommerce/orders", "/v4/ecommerce/orders",
			  "order", "orders", "rootfi_order", "orders"),
		.documented = CREATE | GET | UPDATE | DELETE,
		.implied = LIST,
		.fields = order_fields,
		.aliases = order_aliases,
		.children = order_children,
	},
	{
		NAMES("ecommerce/items", "/v4/ecommerce/items",
			  "item", "items", "rootfi_item", "items"),
		.documented = CREATE | GET | UPDATE | DELETE | LIST,
		.fields = item_fields,
		.children = item_children,
	},
	{
		NAMES("ecommerce/products", "/v4/ecommerce/products",
			  "product", "products", NULL, NULL),
		.documented = CREATE,
		.fields = product_fields,
	},
	{
		NAMES("ecommerce/fulfillments", "/v4/ecommerce/fulfillments",
			  "fulfillment", "fulfillments", "rootfi_fulfillment",
			  "fulfillments"),
		.documented = CREATE | GET | UPDATE | LIST,
		.fields = fulfillment_fields,
		.children = fulfillment_children,
	},
	{
		NAMES("ecommerce/transactions", "/v4/ecommerce/transactions",
			  "transaction", "transactions", "rootfi_transaction",
			  "transactions"),
		.documented = CREATE | GET | LIST,
		.fields = transaction_fields,
		.plain_filters = "type",
	},
	{
		NAMES("ecommerce/inventories", "/v4/ecommerce/inventories",
			  "inventory", "inventories", "rootfi_inventory", "inventories"),
		.documented = GET | UPDATE,
		.implied = CREATE | LIST,
		.fields = inventory_fields,
		.aliases = inventory_aliases,
		.children = inventory_children,
	},
	{
		NAMES("ecommerce/contacts", "/v4/ecommerce/contacts",
			  "contact", "contacts", "rootfi_contact", "contacts"),
		.implied = CREATE | GET | UPDATE | DELETE | LIST,
		.fields = contact_fields,
		.children = contact_children,
	},
	{
		NAMES("ecommerce/balances", "/v4/ecommerce/balances",
			  "balance", "balances", "rootfi_balance", "balances"),
		.implied = LIST,
	},
	{
		NAMES("ecommerce/company_info", "/v4/ecommerce/company_info",
			  "company info", "company infos", "rootfi_company_info",
			  "company_infos"),
		.implied = LIST,
	},

	/* E-commerce, version 3 */
	{
		NAMES("v3/ecommerce/customers", "/v3/ecommerce/customers",
			  "customer", "customers", "rootfi_customer", "customers"),
		.documented = CREATE | LIST,
		.fields = customer_fields,
		.children = customer_children,
	},
	{
		NAMES("v3/ecommerce/orders", "/v3/ecommerce/orders",
			  "v3 order", "v3 orders", "rootfi_v3_order", "v3_orders"),
		.documented = LIST,
		.children = v3_order_children,
	},
	{
		NAMES("v3/ecommerce/products", "/v3/ecommerce/products",
			  "v3 product", "v3 products", "rootfi_v3_product", "v3_products"),
		.documented = CREATE,
		.implied = LIST,
		.fields = product_fields,
	},
	{
		NAMES("v3/ecommerce/transactions", "/v3/ecommerce/transactions",
			  "v3 transaction", "v3 transactions", "rootfi_v3_transaction",
			  "v3_transactions"),
		.implied = LIST,
	},
	{
		NAMES("v3/ecommerce/fulfillments", "/v3/ecommerce/fulfillments",
			  "v3 fulfillment", "v3 fulfillments", "rootfi_v3_fulfillment",
			  "v3_fulfillments"),
		.implied = LIST,
	},
	{
		NAMES("v3/ecommerce/inventories", "/v3/ecommerce/inventories",
			  "v3 inventory", "v3 inventories", "rootfi_v3_inventory",
			  "v3_inventories"),
		.implied = LIST,
	},
	{
		NAMES("v3/ecommerce/balances", "/v3/ecommerce/balances",
			  "v3 balance", "v3 balances", "rootfi_v3_balance", "v3_balances"),
		.implied = LIST,
	},
	{
		NAMES("v3/ecommerce/company_info", "/v3/ecommerce/company_info",
			  "v3 company info", "v3 company infos",
			  "rootfi_v3_company_info", "v3_company_infos"),
		.implied = LIST,
	},

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

	/* Core, version 3 */
	{
		NAMES("v3/core/companies", "/v3/core/companies",
			  "company", "companies", "rootfi_company", "companies"),
		.documented = GET | UPDATE | LIST,
		.body = BODY_PLAIN,
		.fields = company_fields,
		.core = true,
		.children = company_children,
	},
	{
		NAMES("v3/core/invite_links", "/v3/core/invite_links",
			  "invite link", "invite links", "rootfi_invite_link",
			  "invite_links"),
		.documented = CREATE | UPDATE,
		.implied = GET | DELETE | LIST,
		.body = BODY_PLAIN,
		.fields = invite_link_fields,
		.core = true,
	},
	{
		NAMES("v3/core/syncs", "/v3/core/syncs",
			  "sync", "syncs", "rootfi_sync", "syncs"),
		.documented = CREATE | GET | LIST,
		.body = BODY_BARE,
		.fields = sync_fields,
		.plain_filters = "rootfi_company_id",
		.core = true,
	},
	{
		NAMES("v3/core/syncs/{id}/jobs", "/v3/core/syncs/{id}/jobs",
			  "sync job", "sync jobs", "rootfi_sync_job", "sync_jobs"),
		.documented = LIST,
		.core = true,
	},
	{
		NAMES("v3/core/syncs/jobs", "/v3/core/syncs/jobs",
			  "sync job", "sync jobs", NULL, NULL),
		.documented = GET,
		.core = true,
	},
	{
		NAMES("v3/core/webhooks", "/v3/core/webhooks",
			  "webhook", "webhooks", "rootfi_webhook", "webhooks"),
		.documented = CREATE | UPDATE,
		.implied = GET | DELETE | LIST,
		.body = BODY_PLAIN,
		.create_member = "webhook",
		.fields = webhook_fields,
		.core = true,
	},
	{NULL}
};
