/*
 * fields.c -- the members of the resources' objects
 *
 * Names, their order and the values of enums are those of the documents.
 */
#include <string.h>
#include <strings.h>

#include "buffer.h"
#include "fields.h"

/* The prose's shipped and delivered are taken and kept as sent (C1). */
#define ORDER_STATUS \
	"pending processing completed canceled on_hold unknown shipped delivered"
#define ORDER_PAYMENT_STATUS \
	"pending paid partially_paid refunded partially_refunded voided unknown"
#define ORDER_FULFILLMENT_STATUS \
	"unfulfilled partially_fulfilled fulfilled returned unknown"
#define PAYMENT_ORDER_STATUS \
	"PENDING PROCESSING COMPLETED CANCELED ON_HOLD UNKNOWN"
#define PAYMENT_STATUS \
	"DRAFT PENDING PAID PARTIALLY_PAID FAILED REFUNDED PARTIALLY_REFUNDED " \
	"VOIDED UNKNOWN"

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
	{.name = "total_amount", .kind = FIELD_NUMBER},
	{.name = NULL}
};

static const Field address_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = "addr_"},
	{.name = "type"},
	{.name = "street"},
	{.name = "city"},
	{.name = "state"},
	{.name = "postal_code"},
	{.name = "country"},
	{.name = NULL}
};

static const Field fulfillment_line_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "line_item_id"},
	{.name = "quantity", .kind = FIELD_NUMBER},
	{.name = NULL}
};

static const Field tracking_fields[] = {
	{.name = "number"},
	{.name = "company"},
	{.name = "url"},
	{.name = "status"},
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

static const Field fulfillment_fields[] = {
	EMBEDDED_HEAD("ful_"),
	{.name = "order_id"},
	{.name = "name"},
	{.name = "status", .missing = "pending"},
	{.name = "shipment_status"},
	{.name = "estimated_delivery_date"},
	{.name = "actual_delivery_date"},
	{.name = "weight", .kind = FIELD_NUMBER},
	{.name = "weight_unit"},
	{.name = "addresses", .kind = FIELD_LIST, .children = address_fields},
	{.name = "line_items", .kind = FIELD_LIST,
	.children = fulfillment_line_fields},
	{.name = "tracking_info", .kind = FIELD_OBJECT,
	.children = tracking_fields},
	{.name = "created_at", .kind = FIELD_TIME},
	{.name = "updated_at", .kind = FIELD_TIME},
	{.name = NULL}
};

static const Field transaction_fields[] = {
	EMBEDDED_HEAD("txn_"),
	{.name = "type", .missing = "PAYMENT"},
	{.name = "order_id"},
	{.name = "contact_id"},
	{.name = "currency_id"},
	{.name = "amount", .kind = FIELD_NUMBER},
	{.name = "status", .missing = "DRAFT"},
	{.name = "payment_method_type"},
	{.name = "gateway"},
	{.name = "gateway_transaction_id"},
	{.name = "original_transaction_id"},
	{.name = "description"},
	{.name = "reason"},
	{.name = "created_at", .kind = FIELD_TIME},
	{.name = "updated_at", .kind = FIELD_TIME},
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
	{.name = "total_amount", .kind = FIELD_NUMBER},
	{.name = "total_discount", .kind = FIELD_NUMBER},
	{.name = "total_tax", .kind = FIELD_NUMBER},
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
	.children = fulfillment_fields},
	{.name = "transactions", .kind = FIELD_LIST,
	.children = transaction_fields},
	{.name = NULL}
};

static const Field payment_line_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "item_id"},
	{.name = "description", .required = true},
	{.name = "quantity", .kind = FIELD_NUMBER, .required = true},
	{.name = "unit_amount", .kind = FIELD_NUMBER, .required = true},
	{.name = "tax_amount", .kind = FIELD_NUMBER},
	{.name = "discount_amount", .kind = FIELD_NUMBER},
	{.name = "total_amount", .kind = FIELD_NUMBER},
	{.name = NULL}
};

static const Field payment_transaction_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = "txn_"},
	{.name = "type", .missing = "PAYMENT"},
	{.name = "amount", .kind = FIELD_NUMBER},
	{.name = "currency_id"},
	{.name = "status", .missing = "DRAFT"},
	{.name = "payment_method_type"},
	{.name = "gateway"},
	{.name = "description"},
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
	{.name = "total_amount", .kind = FIELD_NUMBER},
	{.name = "total_discount", .kind = FIELD_NUMBER},
	{.name = "total_tax", .kind = FIELD_NUMBER},
	{.name = "created_at", .kind = FIELD_TIME},
	{.name = "updated_at", .kind = FIELD_TIME},
	{.name = "invoice_id"},
	{.name = "invoice_ids", .kind = FIELD_STRINGS},
	{.name = "line_items", .kind = FIELD_LIST, .required = true,
	.children = payment_line_fields},
	{.name = "transactions", .kind = FIELD_LIST,
	.children = payment_transaction_fields},
	{.name = NULL}
};

/* v3 addresses have locality and pincode. */
static const Field customer_address_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "platform_id", .kind = FIELD_CHILD_KEY, .missing = "addr_"},
	{.name = "street"},
	{.name = "locality"},
	{.name = "city"},
	{.name = "state"},
	{.name = "pincode"},
	{.name = "country"},
	{.name = NULL}
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

/*
 * The field of that name in a list, NULL if there is none.
 */
const Field *
field_find(const Field *fields, const char *name)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/*
 * Find a word, in any case, in a list with spaces between.  NULL is an empty
 * list, and the result when the word is not there.
 */
const char *
word_find(const char *list, const char *word, size_t len)
{
	size_t		next;

	for (; list != NULL && *list != '\0'; list += next + (list[next] == ' '))
	{
		next = strcspn(list, " ");
		if (next == len && strncasecmp(list, word, len) == 0)
			return list;
	}
	return NULL;
}

/*
 * The enum value that this text means, as the documents spell it; NULL if it
 * means none.
 */
char *
field_value(const Field *field, const char *text)
{
	size_t		len = strlen(text);
	const char *value = word_find(field->values, text, len);

	return value ? alloc_copy(value, len) : NULL;
}

/*
 * The enum value that follows this one; the first if it is the last or none.
 */
char *
field_next_value(const Field *field, const char *text, size_t len)
{
	const char *value = word_find(field->values, text, len);

	if (value != NULL)
		value += len + (value[len] == ' ');
	if (value == NULL || *value == '\0')
		value = field->values;
	return alloc_copy(value, strcspn(value, " "));
}
