/*
 * ecommerce.c
 *		The resources of shops: orders, items, stock, customers.
 */
#include "postgres.h"

#include "catalog/categories.h"

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

const Resource rootfi_ecommerce[] = {
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
	{NULL}
};
