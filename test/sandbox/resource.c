/*
 * resource.c -- what the API serves: one row per resource
 *
 * All that differs between resources is in this table, so a new resource is a
 * row here, a list of fields in fields.c, and a generator if it is to have
 * records from the start.
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

const Resource resources[] = {
	{
		.path = "/v4/ecommerce/orders",
		.verbs = VERB_ALL,
		.body = BODY_DATA,
		.head = HEAD_V4,
		.brief = order_brief,
		.deleted = "{\"status\":\"success\"}",
		.data_model = "ECOMMERCE_ORDERS",
		.id_prefix = "ord_",
		.key = "order_number",
		.key_prefix = "SO-",
		.touch = "status",
		.fields = order_fields,
		.totals = true,
		.first_id = FIRST_ID,
		.population = population_orders,
		.generate = generate_order,
	},
	{
		.path = "/v4/payments/orders",
		.verbs = VERB_ALL,
		.body = BODY_BARE,
		.head = HEAD_V4,
		.deleted = "{\"success\":true}",
		.data_model = "PAYMENT_ORDERS",
		.id_prefix = "po_",
		.touch = "status",
		.fields = payment_order_fields,
		.totals = true,
		.first_id = FIRST_ID,
		.population = population_orders,
		.generate = generate_payment_order,
	},
	{
		.path = "/v3/ecommerce/customers",
		.verbs = VERB_LIST | VERB_CREATE,
		.body = BODY_DATA,
		.head = HEAD_V3,
		.data_model = "ECOMMERCE_CUSTOMERS",
		.id_prefix = "cus_",
		.id_suffix = "_1",
		.touch = "status",
		.fields = customer_fields,
		.first_id = FIRST_ID,
		.population = population_customers,
		.generate = generate_customer,
	},
	{
		.path = "/v3/core/companies",
		.verbs = VERB_LIST | VERB_GET,
		.list = LIST_CORE,
		.get_in_data = true,
		.id_prefix = "company_",
		.first_id = FIRST_COMPANY,
		.population = population_companies,
		.generate = generate_company,
	},
	{
		.path = RESOURCE_SYNCS,
		.verbs = VERB_LIST | VERB_GET,
		.list = LIST_CORE_URL,
		.filters = "rootfi_company_id",
		.get_in_data = true,
		.id_prefix = "sync_",
		.first_id = 1,
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
