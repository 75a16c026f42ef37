/*
 * resource.c -- what the API serves: one row per resource
 *
 * All that differs between resources is in this table, so a new resource is a
 * row here and a list of fields in fields_*.c.
 */
#include <string.h>

#include "fields.h"
#include "generate.h"
#include "resource.h"
#include "syncs.h"

/* The create answer of S0: nine members, and contact_id (C2). */
static const Brief order_brief[] = {
	{.name = "rootfi_id"},
	{.name = "rootfi_created_at"},
	{.name = "rootfi_updated_at"},
	{.name = "rootfi_company_id"},
	{.name = "platform_id"},
	{.name = "order_number"},
	{.name = "contact_id", .field = "customer_id"},
	{.name = "currency_id"},
	{.name = "status"},
	{.name = NULL}
};

/* What most resources of a kind have in common. */
#define ECOMMERCE \
	.body = BODY_DATA, .head = HEAD_V4, \
	.deleted = "{\"status\":\"success\"}", .first_id = FIRST_ID
#define VERSION_3 \
	.body = BODY_DATA, .head = HEAD_V3, .first_id = FIRST_ID
#define PAYMENTS \
	.body = BODY_BARE, .head = HEAD_V4, \
	.deleted = "{\"success\":true}", .first_id = FIRST_ID
#define CORE \
	.list = LIST_CORE, .got = ANSWER_DATA, \
	.deleted = "{\"status\":\"success\"}"

/* Records that are there from the start. */
#define SOME_RECORDS \
	.population = population_some, .generate = generate_record
#define CONTACT_RECORDS \
	.population = population_customers, .generate = generate_record
#define ONE_RECORD \
	.population = population_companies, .generate = generate_record

/* {data: [...], sync_id} */
#define ANSWER_BATCH	(ANSWER_DATA | ANSWER_LIST | ANSWER_SYNC)

const Resource resources[] = {
	/* E-commerce, version 4 */
	{
		.path = "/v4/ecommerce/orders",
		ECOMMERCE,
		.verbs = VERB_ALL,
		.created = ANSWER_BATCH,
		.brief = order_brief,
		.data_model = "ECOMMERCE_ORDERS",
		.id_prefix = "ord_",
		.key = "order_number",
		.key_prefix = "SO-",
		.touch = "status",
		.fields = order_fields,
		.population = population_orders,
		.generate = generate_order,
	},
	{
		.path = "/v4/ecommerce/items",
		ECOMMERCE,
		.verbs = VERB_ALL,
		.created = ANSWER_DATA | ANSWER_SYNC,	/* an object (C17) */
		.data_model = "ECOMMERCE_ITEMS",
		.id_prefix = "prod_",
		.first_number = 789,	/* of the first product in orders */
		.touch = "status",
		.fields = item_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/ecommerce/products",
		ECOMMERCE,
		.verbs = VERB_CREATE,
		.created = ANSWER_DATA, /* an object (C17) */
		.data_model = "ECOMMERCE_PRODUCTS",
		.id_prefix = "prod_",
		.fields = product_fields,
	},
	{
		.path = "/v4/ecommerce/fulfillments",
		ECOMMERCE,
		.verbs = VERB_ALL & ~VERB_DELETE,
		.created = ANSWER_BATCH,
		.data_model = "ECOMMERCE_FULFILLMENTS",
		.id_prefix = "ful_",
		.touch = "status",
		.fields = fulfillment_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/ecommerce/transactions",
		ECOMMERCE,
		.verbs = VERB_LIST | VERB_GET | VERB_CREATE,
		.created = ANSWER_BATCH,
		.filters = "type",
		.data_model = "ECOMMERCE_TRANSACTIONS",
		.id_prefix = "txn_",
		.touch = "status",
		.fields = transaction_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/ecommerce/inventories",
		ECOMMERCE,
		.verbs = VERB_ALL & ~VERB_DELETE,
		.created = ANSWER_BATCH,
		.data_model = "ECOMMERCE_INVENTORIES",
		.id_prefix = "inv_",
		.touch = "status",
		.fields = inventory_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/ecommerce/contacts",
		ECOMMERCE,
		.verbs = VERB_ALL,
		.created = ANSWER_BATCH,
		.data_model = "ECOMMERCE_CONTACTS",
		.id_prefix = "cus_",
		.touch = "status",
		.fields = contact_fields,
		CONTACT_RECORDS,
	},
	{
		.path = "/v4/ecommerce/balances",
		ECOMMERCE,
		.verbs = VERB_LIST,
		.id_prefix = "bal_",
		.fields = balance_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/ecommerce/company_info",
		ECOMMERCE,
		.verbs = VERB_LIST,
		.id_prefix = "shop_",
		.fields = company_info_fields,
		ONE_RECORD,
	},

	/* E-commerce, version 3 */
	{
		.path = "/v3/ecommerce/customers",
		VERSION_3,
		.verbs = VERB_LIST | VERB_CREATE,
		.created = ANSWER_BATCH,
		.data_model = "ECOMMERCE_CUSTOMERS",
		.id_prefix = "cus_",
		.id_suffix = "_1",
		.touch = "status",
		.fields = customer_fields,
		.population = population_customers,
		.generate = generate_customer,
	},
	{
		.path = "/v3/ecommerce/orders",
		VERSION_3,
		.verbs = VERB_LIST,
		.id_prefix = "ord_",
		.id_suffix = "_1",
		.touch = "order_status",
		.fields = v3_order_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v3/ecommerce/products",
		VERSION_3,
		.verbs = VERB_LIST | VERB_CREATE,
		.created = ANSWER_DATA, /* an object (C17) */
		.data_model = "ECOMMERCE_PRODUCTS",
		.id_prefix = "prod_",
		.id_suffix = "_1",
		.touch = "status",
		.fields = v3_product_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v3/ecommerce/transactions",
		VERSION_3,
		.verbs = VERB_LIST,
		.id_prefix = "txn_",
		.id_suffix = "_1",
		.touch = "status",
		.fields = v3_transaction_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v3/ecommerce/fulfillments",
		VERSION_3,
		.verbs = VERB_LIST,
		.id_prefix = "ful_",
		.id_suffix = "_1",
		.touch = "carrier_name",
		.fields = v3_fulfillment_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v3/ecommerce/inventories",
		VERSION_3,
		.verbs = VERB_LIST,
		.id_prefix = "inv_",
		.id_suffix = "_1",
		.fields = v3_inventory_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v3/ecommerce/balances",
		VERSION_3,
		.verbs = VERB_LIST,
		.id_prefix = "bal_",
		.id_suffix = "_1",
		.fields = balance_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v3/ecommerce/company_info",
		VERSION_3,
		.verbs = VERB_LIST,
		.id_prefix = "shop_",
		.id_suffix = "_1",
		.fields = company_info_fields,
		ONE_RECORD,
	},

	/* Payments, version 4 */
	{
		.path = "/v4/payments/contacts",
		PAYMENTS,
		.verbs = VERB_ALL,
		.id_prefix = "con_",
		.touch = "status",
		.fields = payment_contact_fields,
		CONTACT_RECORDS,
	},
	{
		.path = "/v4/payments/orders",
		PAYMENTS,
		.verbs = VERB_ALL,
		.id_prefix = "po_",
		.touch = "status",
		.fields = payment_order_fields,
		.population = population_orders,
		.generate = generate_payment_order,
	},
	{
		.path = "/v4/payments/invoices",
		PAYMENTS,
		.verbs = VERB_ALL,
		.embeds = "order_ids",
		.embedded = "orders",
		.id_prefix = "inv_",
		.touch = "status",
		.fields = invoice_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/payments/items",
		PAYMENTS,
		.verbs = VERB_ALL,
		.id_prefix = "item_",
		.touch = "status",
		.fields = payment_item_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/payments/subscriptions",
		PAYMENTS,
		.verbs = VERB_ALL,
		.id_prefix = "sub_",
		.touch = "status",
		.fields = subscription_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/payments/transactions",
		PAYMENTS,
		.verbs = VERB_LIST | VERB_GET | VERB_CREATE,
		.filters = "type invoice_id",
		.id_prefix = "txn_",
		.touch = "status",
		.fields = payment_transaction_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/payments/disputes",
		PAYMENTS,
		.verbs = VERB_LIST,
		.id_prefix = "dp_",
		.touch = "status",
		.fields = dispute_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v4/payments/payouts",
		PAYMENTS,
		.verbs = VERB_LIST,
		.id_prefix = "pay_",
		.touch = "status",
		.fields = payout_fields,
		SOME_RECORDS,
	},

	/* Core, version 3 */
	{
		.path = RESOURCE_COMPANIES,
		CORE,
		.verbs = VERB_LIST | VERB_GET | VERB_UPDATE,
		.body = BODY_PLAIN,
		.updated = ANSWER_DATA | ANSWER_LIST,
		.id_prefix = "company_",
		.fields = company_fields,
		.first_id = FIRST_COMPANY,
		.population = population_companies,
		.generate = generate_company,
	},
	{
		.path = "/v3/core/invite_links",
		CORE,
		.verbs = VERB_ALL,
		.body = BODY_PLAIN,
		.head = HEAD_CORE,
		.created = ANSWER_DATA,
		.updated = ANSWER_DATA,
		.id_name = "invite_link_id",
		.id_prefix = "invite-",
		.first_number = FIRST_COMPANY,
		.fields = invite_link_fields,
		.first_id = FIRST_COMPANY,
		ONE_RECORD,
	},
	{
		.path = RESOURCE_SYNCS,
		.verbs = VERB_LIST | VERB_GET | VERB_CREATE,
		.body = BODY_BARE,
		.list = LIST_CORE_URL,
		.got = ANSWER_DATA,
		.created = ANSWER_DATA,
		.filters = "rootfi_company_id",
		.id_prefix = "sync_",
		.fields = sync_fields,
		.first_id = 1,
		.enter = sync_start,
	},
	{
		.path = RESOURCE_JOBS,
		.parent = RESOURCE_SYNCS,
		.parent_field = "sync_id",
		.verbs = VERB_LIST,
		.list = LIST_CORE,
		.id_prefix = "job_",
		.first_id = 1,
	},
	{
		.path = RESOURCE_SYNCS "/jobs",
		CORE,
		.verbs = VERB_GET,
		.shows = RESOURCE_JOBS,
	},
	{
		.path = "/v3/core/webhooks",
		CORE,
		.verbs = VERB_ALL,
		.body = BODY_PLAIN,
		.head = HEAD_ID,
		.updated = ANSWER_DATA, /* a create answers bare (C25) */
		.wrapper = "webhook",
		.id_name = "id",
		.id_prefix = "webhook_",
		.fields = webhook_fields,
		.first_id = 1,
		ONE_RECORD,
	},

	/* Accounting, version 3 */
	{
		.path = "/v3/accounting/invoices",
		VERSION_3,
		.verbs = VERB_LIST | VERB_CREATE,
		.created = ANSWER_BATCH,
		.data_model = "INVOICES",
		.id_prefix = "inv_",
		.id_suffix = "_1",
		.touch = "status",
		.fields = accounting_invoice_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v3/accounting/contacts",
		VERSION_3,
		.verbs = VERB_LIST | VERB_CREATE,
		.created = ANSWER_BATCH,
		.data_model = "CONTACTS",
		.id_prefix = "con_",
		.id_suffix = "_1",
		.touch = "status",
		.fields = accounting_contact_fields,
		SOME_RECORDS,
	},
	{
		.path = "/v3/accounting/bank_transactions",
		VERSION_3,
		.verbs = VERB_LIST | VERB_CREATE,
		.created = ANSWER_BATCH,
		.data_model = "BANK_TRANSACTIONS",
		.id_prefix = "bank_",
		.id_suffix = "_1",
		.touch = "status",
		.fields = bank_transaction_fields,
		SOME_RECORDS,
	},
};

const size_t resource_count = COUNT_OF(resources);

/*
 * The resource with exactly this path, NULL if there is none.
 */
const Resource *
resource_by_path(const char *path)
{
	for (size_t i = 0; i < resource_count; i++)
		if (strcmp(resources[i].path, path) == 0)
			return &resources[i];
	return NULL;
}
