/*
 * fields_ecommerce_v3.c -- the members of e-commerce objects, version 3
 *
 * Money is a string in some crawls of the documents, a number in others (C11).
 */
#include "fields.h"

#define MONEY(name_, sample_) \
	{.name = name_, .kind = FIELD_NUMBER, .sample = sample_, .quoted = true}
#define MONEY_SUM(name_, sum_) \
	{.name = name_, .kind = FIELD_NUMBER, .sum = sum_, .quoted = true}

/* v3 addresses have locality and pincode. */
#define V3_PLACE \
	{.name = "street", .sample = "{house} {street}"}, \
	{.name = "locality", .sample = "{street}", .nullable = true}, \
	{.name = "city", .sample = "{city}"}, \
	{.name = "state", .sample = "{state}"}, \
	{.name = "pincode", .sample = "{code}"}, \
	{.name = "country", .sample = "{country}"}, \
	{.name = NULL}

static const Field customer_address_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = "addr_"},
	V3_PLACE
};

const Field v3_address_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = "addr_"},
	{.name = "type", .values = "BILLING SHIPPING"},
	V3_PLACE
};

const Field customer_fields[] = {
	{.name = "name", .required = true},
	{.name = "email"},
	{.name = "phone"},
	{.name = "currency_id"},
	{.name = "status", .kind = FIELD_ENUM, .values = "ACTIVE INACTIVE",
	.missing = "ACTIVE"},
	{.name = "updated_at", .kind = FIELD_TIME},
	{.name = "created_at", .kind = FIELD_TIME},
	{.name = "address", .kind = FIELD_OBJECT,
	.children = customer_address_fields},
	{.name = NULL}
};

static const Field v3_order_line_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "item_id", .refers = "/v3/ecommerce/products",
	.nullable = true},
	{.name = "tax_id", .sample = "tax_{few}", .nullable = true},
	{.name = "line_item_type_id", .sample = "{id}"},
	{.name = "line_item_type", .values = "ECOMMERCE_ORDERS"},
	{.name = "description", .sample = "{product}"},
	MONEY("unit_amount", "{money}"),
	{.name = "quantity", .kind = FIELD_NUMBER, .sample = "{few}"},
	MONEY("total_discount", "0.00"),
	MONEY("tax_amount", "{small}"),
	MONEY_SUM("sub_total", "quantity*unit_amount"),
	MONEY_SUM("total_amount", "sub_total -total_discount? tax_amount?"),
	{.name = NULL}
};

const Field v3_order_fields[] = {
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "reference", .sample = "REF-{id}", .nullable = true},
	{.name = "order_name", .sample = "Order #{id}"},
	{.name = "order_number", .sample = "ORD-{id}"},
	{.name = "description", .sample = "{product}", .nullable = true},
	MONEY_SUM("total_discount", "line_items.total_discount?"),
	MONEY_SUM("sub_total", "line_items.sub_total"),
	MONEY_SUM("tax_amount", "line_items.tax_amount?"),
	MONEY_SUM("total_amount", "sub_total -total_discount? tax_amount? "
			  "shipping_amount?"),
	MONEY_SUM("amount_due", "total_amount"),
	MONEY("shipping_amount", "{small}"),
	{.name = "order_status", .kind = FIELD_ENUM,
	.values = "FULFILLED UNFULFILLED PARTIALLY_FULFILLED"},
	{.name = "payment_status", .values = "PAID PENDING"},
	{.name = "customer_id", .refers = "/v3/ecommerce/customers"},
	FIELD_TIMES,
	{.name = "line_items", .kind = FIELD_LIST, .required = true,
	.children = v3_order_line_fields},
	{.name = "addresses", .kind = FIELD_LIST,
	.children = v3_address_fields},
	{.name = "shipping_line_items", .kind = FIELD_LIST,
	.children = v3_order_line_fields},
	{.name = NULL}
};

const Field v3_product_fields[] = {
	{.name = "name", .required = true, .sample = "{product}"},
	{.name = "description", .sample = "{product}, as ever",
	.nullable = true},
	{.name = "sku", .sample = "SKU-{id}"},
	{.name = "status", .kind = FIELD_ENUM, .missing = "ACTIVE",
	.values = "ACTIVE ARCHIVED UNKNOWN INACTIVE"},
	FIELD_TIMES,
	{.name = NULL}
};

const Field v3_transaction_fields[] = {
	MONEY("amount", "{money}"),
	MONEY("fee", "{small}"),
	{.name = "type", .values = "SALE"},
	{.name = "payment_method", .values = "CREDIT_CARD", .nullable = true},
	{.name = "status", .values = "ACTIVE INACTIVE"},
	{.name = "description", .sample = "Payment of {person}",
	.nullable = true},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "order_id", .refers = "/v3/ecommerce/orders"},
	FIELD_TIMES,
	{.name = NULL}
};

const Field v3_fulfillment_fields[] = {
	{.name = "carrier_name", .values = "UPS DHL FedEx"},
	{.name = "tracking_number", .sample = "1Z{digits}"},
	{.name = "delivery_service", .values = "EXPRESS STANDARD",
	.nullable = true},
	{.name = "tracking_link", .sample = "https://track.example.com/{id}"},
	FIELD_TIMES,
	{.name = NULL}
};

const Field v3_inventory_fields[] = {
	{.name = "product_id", .refers = "/v3/ecommerce/products"},
	{.name = "description", .sample = "{product}", .nullable = true},
	{.name = "sku", .sample = "SKU-{id}"},
	{.name = "quantity", .kind = FIELD_NUMBER, .sample = "{stock}"},
	{.name = NULL}
};
