/*
 * resources.c
 *		SQL entry points of single resources, one for each of their verbs.
 *
 * Each is a generic call whose resource is fixed.  They are C, and not SQL
 * over the generic functions, so that EXECUTE on one of them is all that a
 * role needs: the generic function beneath would let it do the same with
 * every resource.  What is fixed is in the symbol, which only superusers
 * choose: "rootfi_create__ecommerce__orders" creates "ecommerce/orders".
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"

#include "functions/calls.h"

#define MAX_ARGS	5			/* of a generic function */

static const NullableDatum null_argument = {.isnull = true};

/* An argument that is not null. */
static NullableDatum
argument(Datum value)
{
	return (NullableDatum)
	{
		.value = value
	};
}

/* Does what a generic function does; the answer may be NULL. */
static Datum
call_generic(FunctionCallInfo fcinfo, PGFunction generic,
			 const NullableDatum *args, int nargs)
{
	LOCAL_FCINFO(inner, MAX_ARGS);
	Datum		answer;

	InitFunctionCallInfoData(*inner, fcinfo->flinfo, MAX_ARGS,
							 PG_GET_COLLATION(), NULL, NULL);
	for (int i = 0; i < MAX_ARGS; i++)
		inner->args[i] = i < nargs ? args[i] : null_argument;
	answer = generic(inner);
	fcinfo->isnull = inner->isnull;
	return answer;
}

/* The resource that a part of a symbol stands for, as text. */
static NullableDatum
resource_argument(const char *part)
{
	StringInfoData name;

	initStringInfo(&name);
	for (; *part != '\0'; part++)
		if (part[0] == '_' && part[1] == '_')
		{
			appendStringInfoChar(&name, '/');
			part++;
		}
		else
			appendStringInfoChar(&name, *part);
	return argument(CStringGetTextDatum(name.data));
}

/* Calls a generic function with the resource before our own arguments. */
static Datum
call_verb(FunctionCallInfo fcinfo, PGFunction generic, const char *part)
{
	NullableDatum args[MAX_ARGS] = {resource_argument(part)};
	int			nargs = Min(PG_NARGS(), MAX_ARGS - 1);

	for (int i = 0; i < nargs; i++)
		args[i + 1] = fcinfo->args[i];
	return call_generic(fcinfo, generic, args, nargs + 1);
}

/* Creates what belongs to no company, from (data jsonb). */
static Datum
call_create_plain(FunctionCallInfo fcinfo, const char *part)
{
	NullableDatum args[] = {
		resource_argument(part), null_argument, fcinfo->args[0]
	};

	return call_generic(fcinfo, rootfi_create, args, lengthof(args));
}

#define VERB(verb, resource) \
PG_FUNCTION_INFO_V1(rootfi_##verb##__##resource); \
Datum \
rootfi_##verb##__##resource(PG_FUNCTION_ARGS) \
{ \
	return call_verb(fcinfo, rootfi_##verb, #resource); \
} \
extern Datum rootfi_##verb##__##resource(PG_FUNCTION_ARGS)

#define CREATE_PLAIN(resource) \
PG_FUNCTION_INFO_V1(rootfi_create__##resource); \
Datum \
rootfi_create__##resource(PG_FUNCTION_ARGS) \
{ \
	return call_create_plain(fcinfo, #resource); \
} \
extern Datum rootfi_create__##resource(PG_FUNCTION_ARGS)

/* Those of each resource, in the order of the SQL modules. */
VERB(create, ecommerce__orders);
VERB(get, ecommerce__orders);
VERB(update, ecommerce__orders);
VERB(delete, ecommerce__orders);

VERB(create, ecommerce__items);
VERB(get, ecommerce__items);
VERB(update, ecommerce__items);
VERB(delete, ecommerce__items);

VERB(create, ecommerce__products);

VERB(create, ecommerce__fulfillments);
VERB(get, ecommerce__fulfillments);
VERB(update, ecommerce__fulfillments);

VERB(create, ecommerce__transactions);
VERB(get, ecommerce__transactions);

VERB(create, ecommerce__inventories);
VERB(get, ecommerce__inventories);
VERB(update, ecommerce__inventories);

VERB(create, ecommerce__contacts);
VERB(get, ecommerce__contacts);
VERB(update, ecommerce__contacts);
VERB(delete, ecommerce__contacts);

VERB(create, v3__ecommerce__customers);

VERB(create, v3__ecommerce__products);

VERB(create, payments__orders);
VERB(get, payments__orders);
VERB(update, payments__orders);
VERB(delete, payments__orders);

VERB(create, payments__contacts);
VERB(get, payments__contacts);
VERB(update, payments__contacts);
VERB(delete, payments__contacts);

VERB(create, payments__invoices);
VERB(get, payments__invoices);
VERB(update, payments__invoices);
VERB(delete, payments__invoices);

VERB(create, payments__items);
VERB(get, payments__items);
VERB(update, payments__items);
VERB(delete, payments__items);

VERB(create, payments__subscriptions);
VERB(get, payments__subscriptions);
VERB(update, payments__subscriptions);

VERB(create, payments__transactions);
VERB(get, payments__transactions);

CREATE_PLAIN(v3__core__invite_links);
VERB(get, v3__core__invite_links);
VERB(update, v3__core__invite_links);
VERB(delete, v3__core__invite_links);

VERB(get, v3__core__syncs);
VERB(wait, v3__core__syncs);

VERB(get, v3__core__syncs__jobs);

CREATE_PLAIN(v3__core__webhooks);
VERB(get, v3__core__webhooks);
VERB(update, v3__core__webhooks);
VERB(delete, v3__core__webhooks);

/* The id of a company, which is a bigint, as the text that others have. */
static NullableDatum
company_argument(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		return null_argument;
	return argument(CStringGetTextDatum(psprintf(INT64_FORMAT,
												 PG_GETARG_INT64(0))));
}

PG_FUNCTION_INFO_V1(rootfi_get__v3__core__companies);

/* rootfi_get_company(company_id bigint), strict */
Datum
rootfi_get__v3__core__companies(PG_FUNCTION_ARGS)
{
	NullableDatum args[] = {
		resource_argument("v3__core__companies"), company_argument(fcinfo)
	};

	return call_generic(fcinfo, rootfi_get, args, lengthof(args));
}

PG_FUNCTION_INFO_V1(rootfi_update__v3__core__companies);

/* rootfi_update_company(company_id bigint, data jsonb) */
Datum
rootfi_update__v3__core__companies(PG_FUNCTION_ARGS)
{
	NullableDatum args[] = {
		resource_argument("v3__core__companies"), company_argument(fcinfo),
		fcinfo->args[1]
	};

	return call_generic(fcinfo, rootfi_update, args, lengthof(args));
}

/* Appends a name and a value to an object; value is JSON, or NULL for null. */
static void
append_member(StringInfo object, const char *name, const char *value)
{
	appendStringInfo(object, "%s\"%s\": %s", object->len > 0 ? ", " : "{",
					 name, value != NULL ? value : "null");
}

/* Appends an argument of type text; null if it is NULL. */
static void
append_text(StringInfo object, const char *name, FunctionCallInfo fcinfo,
			int arg)
{
	StringInfoData value;

	initStringInfo(&value);
	if (!PG_ARGISNULL(arg))
		escape_json(&value, text_to_cstring(PG_GETARG_TEXT_PP(arg)));
	append_member(object, name, PG_ARGISNULL(arg) ? NULL : value.data);
}

/* Appends an argument of type boolean; null if it is NULL. */
static void
append_bool(StringInfo object, const char *name, FunctionCallInfo fcinfo,
			int arg)
{
	append_member(object, name, PG_ARGISNULL(arg) ? NULL :
				  PG_GETARG_BOOL(arg) ? "true" : "false");
}

/* Appends an argument of type jsonb; null if it is NULL. */
static void
append_jsonb(StringInfo object, const char *name, FunctionCallInfo fcinfo,
			 int arg)
{
	Jsonb	   *value = PG_ARGISNULL(arg) ? NULL : PG_GETARG_JSONB_P(arg);

	append_member(object, name, value == NULL ? NULL :
				  JsonbToCString(NULL, &value->root, VARSIZE(value)));
}

/* Ends the object and gives it as jsonb. */
static Datum
end_object(StringInfo object)
{
	appendStringInfoChar(object, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(object->data));
}

PG_FUNCTION_INFO_V1(rootfi_delete__payments__subscriptions);

/*
 * rootfi_delete_subscription(id text, cancel_at_period_end boolean,
 *							  prorate boolean)
 */
Datum
rootfi_delete__payments__subscriptions(PG_FUNCTION_ARGS)
{
	NullableDatum args[] = {
		resource_argument("payments__subscriptions"), fcinfo->args[0],
		null_argument
	};
	StringInfoData options;

	initStringInfo(&options);
	append_bool(&options, "cancel_at_period_end", fcinfo, 1);
	append_bool(&options, "prorate", fcinfo, 2);
	args[2] = argument(DirectFunctionCall1(jsonb_strip_nulls,
										   end_object(&options)));
	return call_generic(fcinfo, rootfi_delete, args, lengthof(args));
}

PG_FUNCTION_INFO_V1(rootfi_start__v3__core__syncs);

/*
 * rootfi_start_sync(company_id bigint, integration_type text,
 *					 data_models text[], full_sync boolean)
 */
Datum
rootfi_start__v3__core__syncs(PG_FUNCTION_ARGS)
{
	NullableDatum args[] = {
		resource_argument("v3__core__syncs"), fcinfo->args[0], null_argument
	};
	char	   *models = PG_ARGISNULL(2) ? NULL :
	TextDatumGetCString(DirectFunctionCall1(array_to_json, PG_GETARG_DATUM(2)));
	StringInfoData data;

	initStringInfo(&data);
	append_text(&data, "integration_type", fcinfo, 1);
	append_bool(&data, "full_sync", fcinfo, 3);
	append_member(&data, "data_models_to_sync", models);
	args[2] = argument(end_object(&data));
	return call_generic(fcinfo, rootfi_create, args, lengthof(args));
}

PG_FUNCTION_INFO_V1(rootfi_get_sync_config);

/* rootfi_get_sync_config(category text) */
Datum
rootfi_get_sync_config(PG_FUNCTION_ARGS)
{
	NullableDatum args[] = {
		argument(CStringGetTextDatum("GET")),
		argument(CStringGetTextDatum("/v3/core/syncs/config")),
		null_argument
	};
	StringInfoData query;

	initStringInfo(&query);
	append_text(&query, "category", fcinfo, 0);
	args[2] = argument(end_object(&query));
	return call_generic(fcinfo, rootfi_request, args, lengthof(args));
}

PG_FUNCTION_INFO_V1(rootfi_passthrough);

/*
 * rootfi_passthrough(company_id bigint, method text, path text, data jsonb,
 *					  params jsonb, headers jsonb): members that are null are
 * left out, but of data, which is sent as it is.
 */
Datum
rootfi_passthrough(PG_FUNCTION_ARGS)
{
	NullableDatum args[] = {
		argument(CStringGetTextDatum("POST")),
		argument(CStringGetTextDatum("/v3/core/passthrough")),
		null_argument, null_argument
	};
	StringInfoData request;
	StringInfoData data;
	StringInfoData body;
	Datum		bare;

	initStringInfo(&request);
	append_text(&request, "method", fcinfo, 1);
	append_text(&request, "path", fcinfo, 2);
	append_jsonb(&request, "headers", fcinfo, 5);
	append_jsonb(&request, "params", fcinfo, 4);
	bare = DirectFunctionCall1(jsonb_strip_nulls, end_object(&request));
	if (!PG_ARGISNULL(3))
	{
		initStringInfo(&data);
		append_jsonb(&data, "data", fcinfo, 3);
		bare = DirectFunctionCall2(jsonb_concat, bare, end_object(&data));
	}

	initStringInfo(&body);
	append_member(&body, "company_id", PG_ARGISNULL(0) ? NULL :
				  psprintf(INT64_FORMAT, PG_GETARG_INT64(0)));
	append_member(&body, "data",
				  JsonbToCString(NULL, &DatumGetJsonbP(bare)->root,
								 VARSIZE(DatumGetJsonbP(bare))));
	args[3] = argument(end_object(&body));
	return call_generic(fcinfo, rootfi_request, args, lengthof(args));
}
