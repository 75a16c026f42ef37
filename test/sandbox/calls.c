/*
 * calls.c -- what the API answers without having a record of it
 */
#include <string.h>

#include "calls.h"
#include "exact.h"
#include "instant.h"
#include "route.h"

typedef struct Endpoint
{
	const char *method;
	const char *path;
	void		(*perform) (const Call *call, const Params *params,
							Answer *answer);
} Endpoint;

/* The data models of each category (3.13). */
typedef struct Category
{
	const char *name;
	const char *data_models;
} Category;

static const Category categories[] = {
	{"ACCOUNTING", "ACCOUNTS BANK_ACCOUNTS BILLS BILL_PAYMENTS COMPANY_INFO "
		"CONTACTS EXPENSES INVOICES INVOICE_PAYMENTS ITEMS TAX_RATES "
	"JOURNAL_ENTRIES BANK_TRANSACTIONS"},
	{"PAYMENTS", "PAYMENT_CUSTOMERS PAYMENT_INVOICES PAYMENT_ITEMS "
		"PAYMENT_ORDERS PAYMENT_DISPUTES PAYMENT_PAYOUTS "
	"PAYMENT_TRANSACTIONS"},
	{"CRM", "CRM_CONTACTS CRM_COMPANIES CRM_DEALS CRM_LEADS"},
	{"ECOMMERCE", "ECOMMERCE_ORDERS ECOMMERCE_CUSTOMERS ECOMMERCE_PRODUCTS "
	"ECOMMERCE_LINE_ITEMS"},
	{"CUSTOM", ""},
	{.name = NULL}
};

static void
write_sync_config(Buffer *out, const Category *category)
{
	const char *model = category->data_models;
	const char *separator = "";

	buffer_text(out, "{\"sync_config\":[");
	while (*model != '\0')
	{
		size_t		len = strcspn(model, " ");

		buffer_json(out, "%r{'data_model':", separator);
		buffer_quoted(out, model, len);
		buffer_json(out, ",'category':%s,'enabled':true,'frequency':'DAILY',"
					"'interval':1,'scope_access':{'READ':true,'CREATE':true,"
					"'UPDATE':true,'DELETE':true},'sync_from':null,"
					"'custom_fields':[]}", category->name);
		separator = ",";
		model += len + (model[len] == ' ');
	}
	buffer_text(out, "]}");
}

/*
 * How the data models of a category are synced.
 */
static void
show_sync_config(const Call *call, const Params *params, Answer *answer)
{
	const char *name = params_get(params, "category");
	const Category *category = categories;

	(void) call;
	while (name != NULL && category->name != NULL &&
		   strcmp(category->name, name) != 0)
		category++;
	if (name == NULL)
		answer_error(answer, 400, "missing-params",
					 "missing required field: category");
	else if (category->name == NULL)
		answer_error(answer, 400, "invalid-params",
					 "invalid value for parameter: category");
	else
	{
		answer->status = 200;
		write_sync_config(&answer->body, category);
	}
}

/*
 * Is this a request that could be passed on?
 */
static bool
passthrough_check(const json_t *body, Failure *failure)
{
	static const char *const required[] = {"method", "path"};
	const json_t *data = json_object_get(body, "data");
	int64_t		company_id;

	if (!exact_to_integer(json_object_get(body, "company_id"), &company_id))
		return failure_set(failure, "missing-params",
						   "missing required field: company_id");
	if (!json_is_object(data))
		return failure_set(failure, "missing-params",
						   "missing required field: data");
	for (size_t i = 0; i < COUNT_OF(required); i++)
		if (exact_text(json_object_get(data, required[i])) == NULL)
			return failure_set(failure, "missing-params",
							   "missing required field: %s", required[i]);
	return true;
}

/*
 * Pass a request on: the platform here answers what it was asked (1.11).
 */
static void
pass_through(const Call *call, const Params *params, Answer *answer)
{
	json_t	   *body = route_read_object(call, answer);
	int64_t		now = instant_now();
	Failure		failure = {0};

	(void) params;
	if (body == NULL)
		return;
	if (passthrough_check(body, &failure))
	{
		answer_open(answer, ANSWER_DATA);
		exact_render(&answer->body, json_object_get(body, "data"));
		buffer_json(&answer->body, ",'request_timestamp':%t,"
					"'response_timestamp':%t,'request_id':%s", now,
					instant_now(), answer_header_value(answer,
													   "X-Request-Id"));
		answer_close(answer, ANSWER_DATA, NULL);
	}
	else
		answer_failure(answer, &failure);
	json_decref(body);
}

static const Endpoint endpoints[] = {
	{"GET", "/v3/core/syncs/config", show_sync_config},
	{"POST", "/v3/core/passthrough", pass_through},
	{.method = NULL}
};

/*
 * Answer a request if its path is that of an endpoint here.
 */
bool
calls_answer(const Call *call, const char *path, const Params *params,
			 Answer *answer)
{
	const Endpoint *endpoint = endpoints;

	while (endpoint->method != NULL && strcmp(endpoint->path, path) != 0)
		endpoint++;
	if (endpoint->method == NULL)
		return false;
	if (strcmp(endpoint->method, call->method) == 0)
		endpoint->perform(call, params, answer);
	else
		route_no_method(answer, endpoint->method);
	return true;
}
