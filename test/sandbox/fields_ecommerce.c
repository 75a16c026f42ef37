/*
 * fields_ecommerce.c -- the members of e-commerce objects, version 4
 *
 * Names, their order and the values of enums are those of the documents.
 */
#include "fields.h"

#define ORDERS			"/v4/ecommerce/orders"
#define ITEMS			"/v4/ecommerce/items"
#define TRANSACTIONS	"/v4/ecommerce/transactions"
#define CONTACTS		"/v4/ecommerce/contacts"

/* The prose's shipped and delivered are taken and kept as sent (C1). */
#define ORDER_STATUS \
	"pending processing completed canceled on_hold unknown shipped delivered"
#define ORDER_PAYMENT_STATUS \
	"pending paid partially_paid refunded partially_refunded voided unknown"
#define ORDER_FULFILLMENT_STATUS \
	"unfulfilled partially_fulfilled fulfilled returned unknown"

static const Field order_line_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "item_id"},
	{.name = "variant_id"},
	{.name = "name"},
	{.name = "description"},
	{.name = "quantity", .kind = FIELD_NUMBER},
	{.name = "unit_amount", .kind = FIELD_NUMBER},
	{.name = "tax_amount", .kind = FIELD_NUMBER},
	{.name = "discount_amount", .kind = FIELD_NUMBER},
	{.name = "total_amount", .kind = FIELD_NUMBER,
	.sum = "quantity*unit_amount"},
	{.name = NULL}
};

const Field address_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = "addr_"},
	{.name = "type", .values = "billing shipping warehouse"},
	{.name = "street", .sample = "{house} {street}"},
	{.name = "city", .sample = "{city}"},
	{.name = "state", .sample = "{state}", .nullable = true},
	{.name = "postal_code", .sample = "{code}"},
	{.name = "country", .sample = "{country}"},
	{.name = NULL}
};

static const Field fulfillment_line_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "line_item_id", .sample = "{digits}"},
	{.name = "quantity", .kind = FIELD_NUMBER, .sample = "{few}"},
	{.name = NULL}
};

static const Field tracking_fields[] = {
	{.name = "number", .sample = "1Z{digits}"},
	{.name = "company", .values = "UPS DHL FedEx"},
	{.name = "url", .sample = "https://track.example.com/{id}"},
	{.name = "status", .values = "in_transit delivered", .nullable = true},
	{.name = NULL}
};

/* What a record embedded in another one begins with. */
#define EMBEDDED_HEAD(prefix) \
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID}, \
	{.name = "rootfi_created_at", .kind = FIELD_TIME}, \
	{.name = "rootfi_updated_at", .kind = FIELD_TIME}, \
	{.name = "rootfi_company_id", .kind = FIELD_COMPANY}, \
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = prefix}, \
	{.name = "rootfi_deleted_at"}, \
	{.name = "platform_unique_id"}

/* A create needs the order and the lines of a record of its own. */
#define FULFILLMENT_FIELDS(own) \
	{.name = "order_id", .required = own, .refers = ORDERS}, \
	{.name = "name", .sample = "#{id}.1"}, \
	{.name = "status", .missing = "pending", \
	.values = "pending in_transit delivered canceled failed returned"}, \
	{.name = "shipment_status", .values = "label_printed in_transit", \
	.nullable = true}, \
	{.name = "estimated_delivery_date", .sample = "{+3}"}, \
	{.name = "actual_delivery_date", .sample = "{+4}", .nullable = true}, \
	{.name = "weight", .kind = FIELD_NUMBER, .sample = "{small}"}, \
	{.name = "weight_unit", .values = "kg lb oz"}, \
	{.name = "addresses", .kind = FIELD_LIST, .children = address_fields}, \
	{.name = "line_items", .kind = FIELD_LIST, .required = own, \
	.children = fulfillment_line_fields}, \
	{.name = "tracking_info", .kind = FIELD_OBJECT, \
	.children = tracking_fields, .nullable = true}, \
	FIELD_TIMES

static const Field order_fulfillment_fields[] = {
	EMBEDDED_HEAD("ful_"),
	FULFILLMENT_FIELDS(false),
	{.name = NULL}
};

const Field fulfillment_fields[] = {
	FULFILLMENT_FIELDS(true),
	{.name = NULL}
};

#define TRANSACTION_FIELDS \
	{.name = "type", .missing = "PAYMENT", .values = "PAYMENT REFUND " \
	"CREDIT_NOTE FEE CHARGEBACK PAYOUT ADJUSTMENT"}, \
	{.name = "order_id", .refers = ORDERS}, \
	{.name = "contact_id", .refers = CONTACTS, .nullable = true}, \
	{.name = "currency_id", .sample = "{currency}"}, \
	{.name = "amount", .kind = FIELD_NUMBER, .sample = "{money}"}, \
	{.name = "status", .missing = "DRAFT", .values = "PAID DRAFT"}, \
	{.name = "payment_method_type", .values = "CARD", .nullable = true}, \
	{.name = "gateway", .values = "shopify_payments stripe"}, \
	{.name = "gateway_transaction_id", \
	.sample = "gid://shopify/Transaction/{digits}"}, \
	{.name = "original_transaction_id", .refers = TRANSACTIONS, \
	.nullable = true}, \
	{.name = "description", .sample = "Payment for {product}"}, \
	{.name = "reason", .values = "CUSTOMER_REQUEST", .nullable = true}, \
	FIELD_TIMES

static const Field order_transaction_fields[] = {
	EMBEDDED_HEAD("txn_"),
	TRANSACTION_FIELDS,
	{.name = NULL}
};

const Field transaction_fields[] = {
	TRANSACTION_FIELDS,
	{.name = NULL}
};

const Field order_fields[] = {
	{.name = "customer_id", .required = true},
	{.name = "currency_id", .required = true},
	{.name = "order_number"},
	{.name = "status", .kind = FIELD_ENUM, .values = ORDER_STATUS,
	.missing = "pending"},
	{.name = "payment_status", .kind = FIELD_ENUM,
	.values = ORDER_PAYMENT_STATUS, .missing = "pending"},
	{.name = "fulfillment_status", .kind = FIELD_ENUM,
	.values = ORDER_FULFILLMENT_STATUS, .missing = "unfulfilled"},
	{.name = "total_amount", .kind = FIELD_NUMBER,
	.sum = "line_items.total_amount -total_discount? total_tax? "
	"shipping_amount?"},
	{.name = "total_discount", .kind = FIELD_NUMBER,
	.sum = "line_items.discount_amount?"},
	{.name = "total_tax", .kind = FIELD_NUMBER,
	.sum = "line_items.tax_amount?"},
	{.name = "shipping_amount", .kind = FIELD_NUMBER},
	{.name = "created_at", .kind = FIELD_TIME, .alias = "order_date"},
	{.name = "updated_at", .kind = FIELD_TIME},
	{.name = "line_items", .kind = FIELD_LIST, .required = true,
	.children = order_line_fields},
	{.name = "addresses", .kind = FIELD_LIST, .children = address_fields},
	{.name = "shipping_address", .kind = FIELD_ELEMENT, .list = "addresses",
	.missing = "shipping", .children = address_fields},
	{.name = "billing_address", .kind = FIELD_ELEMENT, .list = "addresses",
	.missing = "billing", .children = address_fields},
	{.name = "fulfillments", .kind = FIELD_LIST,
	.children = order_fulfillment_fields},
	{.name = "transactions", .kind = FIELD_LIST,
	.children = order_transaction_fields},
	{.name = NULL}
};

static const Field variant_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = "var_"},
	{.name = "name", .values = "Black White Blue Grün"},
	{.name = "sku", .sample = "SKU-{digits}"},
	{.name = "price", .kind = FIELD_NUMBER, .sample = "{money}"},
	{.name = "compare_at_price", .kind = FIELD_NUMBER, .sample = "{money}",
	.nullable = true},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "status", .values = "active", .missing = "active"},
	{.name = NULL}
};

/* The prose asks for price and currency_id, its sample has neither (C28). */
const Field item_fields[] = {
	{.name = "name", .required = true, .sample = "{product}"},
	{.name = "description", .sample = "{product}, as ever", .nullable = true},
	{.name = "sku", .sample = "SKU-{id}"},
	{.name = "price", .kind = FIELD_NUMBER, .sample = "{money}"},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "type", .nullable = true,
	.values = "inventory non_inventory service digital unknown"},
	{.name = "status", .values = "active draft archived unknown",
	.missing = "active"},		/* any is taken (C27) */
	FIELD_TIMES,
	{.name = "variants", .kind = FIELD_LIST, .children = variant_fields},
	{.name = NULL}
};

const Field product_fields[] = {
	{.name = "name", .required = true},
	{.name = "description"},
	{.name = "sku"},
	{.name = "status", .missing = "ACTIVE"},
	FIELD_TIMES,
	{.name = NULL}
};

/* Some samples have the product_id of v3 (C30). */
const Field inventory_fields[] = {
	{.name = "item_id", .refers = ITEMS, .odd_name = "product_id"},
	{.name = "variant_id", .sample = "var_{digits}", .nullable = true},
	{.name = "sku", .sample = "SKU-{id}"},
	{.name = "quantity", .kind = FIELD_NUMBER, .sample = "{stock}"},
	{.name = "reserved_quantity", .kind = FIELD_NUMBER, .sample = "{few}"},
	{.name = "available_quantity", .kind = FIELD_NUMBER,
	.sum = "quantity -reserved_quantity?"},
	{.name = "status", .missing = "in_stock",
	.values = "in_stock low_stock out_of_stock discontinued"},
	{.name = "is_trackable", .kind = FIELD_BOOLEAN},
	{.name = "reorder_level", .kind = FIELD_NUMBER, .sample = "{few}",
	.nullable = true},
	{.name = "reorder_quantity", .kind = FIELD_NUMBER, .sample = "{stock}",
	.nullable = true},
	{.name = "addresses", .kind = FIELD_LIST, .children = address_fields},
	FIELD_TIMES,
	{.name = NULL}
};

/* A create may have one address outside the list (C29). */
const Field contact_fields[] = {
	{.name = "name", .required = true, .sample = "{person}"},
	{.name = "email", .sample = "customer{id}@example.com",
	.nullable = true},
	{.name = "phone", .sample = "+1555{digits}", .nullable = true},
	{.name = "type", .kind = FIELD_ENUM, .missing = "customer",
	.values = "customer vendor both unknown"},
	{.name = "status", .kind = FIELD_ENUM, .missing = "active",
	.values = "active inactive suspended archived unknown"},
	{.name = "addresses", .kind = FIELD_LIST, .children = address_fields},
	{.name = "address", .kind = FIELD_ELEMENT, .list = "addresses",
	.missing = "billing", .children = address_fields},
	FIELD_TIMES,
	{.name = NULL}
};

/* Those of v3, which no document shows, are taken to be the same. */
const Field balance_fields[] = {
	{.name = "available_balance", .kind = FIELD_NUMBER, .sample = "{money}",
	.quoted = true},
	{.name = "pending_balance", .kind = FIELD_NUMBER, .sample = "{small}",
	.quoted = true, .nullable = true},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = NULL}
};

const Field company_info_fields[] = {
	{.name = "name", .sample = "Company {company}"},
	{.name = "legal_name", .sample = "Größe & Söhne {company}"},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "timezone", .values = "UTC Europe/Berlin Asia/Dubai",
	.nullable = true},
	{.name = NULL}
};
