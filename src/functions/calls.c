/*
 * calls.c
 *		SQL entry points of the calls: read arguments, call down, return.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "api/api.h"
#include "api/body.h"
#include "api/names.h"
#include "api/query.h"
#include "api/validate.h"
#include "catalog/resource.h"
#include "functions/calls.h"
#include "http/connection.h"

PG_FUNCTION_INFO_V1(rootfi_create);
PG_FUNCTION_INFO_V1(rootfi_get);
PG_FUNCTION_INFO_V1(rootfi_update);
PG_FUNCTION_INFO_V1(rootfi_delete);
PG_FUNCTION_INFO_V1(rootfi_request);
PG_FUNCTION_INFO_V1(rootfi_validate);
PG_FUNCTION_INFO_V1(rootfi_resources);

/*
 * Raises 22004 for an argument that is NULL.  Functions that write are not
 * strict: an order that was silently not created would be worse than an
 * error.
 */
static void
check_not_null(FunctionCallInfo fcinfo, int arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name)));
}

/* The resource that an argument names; it must have the verb. */
static const Resource *
get_resource(FunctionCallInfo fcinfo, int arg, Verb verb)
{
	const Resource *resource;

	check_not_null(fcinfo, arg, "resource");
	resource = rootfi_resource_by_name(text_to_cstring(PG_GETARG_TEXT_PP(arg)));
	rootfi_check_verb(resource, verb);
	return resource;
}

/* Returns the answer of a call, NULL if it has none. */
static Datum
return_call(FunctionCallInfo fcinfo, const ApiCall *call)
{
	Jsonb	   *answer = rootfi_api_call(call);

	if (answer == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(answer);
}

/*
 * Raises an error for a company that is missing (22004), or given for what
 * belongs to none (22023).  Returns what to call the record in messages.
 */
static char *
check_company(FunctionCallInfo fcinfo, int arg, const Resource *resource)
{
	if (resource->body != BODY_PLAIN)
	{
		check_not_null(fcinfo, arg, "company_id");
		return psprintf("%s for company " INT64_FORMAT, resource->singular,
						PG_GETARG_INT64(arg));
	}
	if (!PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"company_id\" must be null"),
				 errdetail("\"%s\" do not belong to a company.",
						   resource->plural)));
	return pstrdup(resource->singular);
}

/*
 * rootfi_create(resource text, company_id bigint, data jsonb,
 *				 run_async boolean, server text)
 */
Datum
rootfi_create(PG_FUNCTION_ARGS)
{
	const Resource *resource = get_resource(fcinfo, 0, VERB_CREATE);
	bool		run_async = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
	ApiCall		call = {
		.request = {.method = "POST"},
		.server = rootfi_connection_argument(fcinfo, 4),
	};

	call.action = psprintf("create %s", check_company(fcinfo, 1, resource));
	check_not_null(fcinfo, 2, "data");
	PreventCommandIfReadOnly("rootfi_create()");
	/* C18: an asynchronous write says so in the query and in the body */
	call.request.target = run_async ?
		psprintf("%s?run_async=true", resource->path) : resource->path;
	call.request.body = rootfi_body_create(resource, PG_GETARG_INT64(1),
										   PG_GETARG_JSONB_P(2), run_async);
	rootfi_names_check_data(fcinfo->flinfo, resource, PG_GETARG_JSONB_P(2));
	return return_call(fcinfo, &call);
}

/*
 * A call for the one record that the second argument names, of the server that
 * the last one does.
 */
static ApiCall
record_call(FunctionCallInfo fcinfo, Verb verb, const char *method,
			const char *verb_name, int server)
{
	const Resource *resource = get_resource(fcinfo, 0, verb);
	StringInfoData target;
	char	   *id;
	ApiCall		call = {
		.request = {.method = method},
		.server = rootfi_connection_argument(fcinfo, server),
	};

	check_not_null(fcinfo, 1, "id");
	id = text_to_cstring(PG_GETARG_TEXT_PP(1));
	initStringInfo(&target);
	appendStringInfoString(&target, resource->path);
	rootfi_path_add_id(&target, id);
	call.request.target = target.data;
	call.action = psprintf("%s %s \"%s\"", verb_name, resource->singular, id);
	if (verb == VERB_GET)
		call.id = id;
	return call;
}

/* rootfi_get(resource text, id text, server text): NULL without an id */
Datum
rootfi_get(PG_FUNCTION_ARGS)
{
	ApiCall		call;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	call = record_call(fcinfo, VERB_GET, "GET", "get", 2);
	return return_call(fcinfo, &call);
}

/* rootfi_update(resource text, id text, data jsonb, server text) */
Datum
rootfi_update(PG_FUNCTION_ARGS)
{
	ApiCall		call = record_call(fcinfo, VERB_UPDATE, "PUT", "update", 3);
	const Resource *resource = get_resource(fcinfo, 0, VERB_UPDATE);

	check_not_null(fcinfo, 2, "data");
	PreventCommandIfReadOnly("rootfi_update()");
	call.request.body = rootfi_body_update(resource, PG_GETARG_JSONB_P(2));
	rootfi_names_check_data(fcinfo->flinfo, resource, PG_GETARG_JSONB_P(2));
	return return_call(fcinfo, &call);
}

/* rootfi_delete(resource text, id text, options jsonb, server text) */
Datum
rootfi_delete(PG_FUNCTION_ARGS)
{
	ApiCall		call = record_call(fcinfo, VERB_DELETE, "DELETE", "delete", 3);
	StringInfoData target;

	if (!PG_ARGISNULL(2))
	{
		initStringInfo(&target);
		appendStringInfoString(&target, call.request.target);
		rootfi_query_add_members(&target, PG_GETARG_JSONB_P(2), "options");
		call.request.target = target.data;
	}

	PreventCommandIfReadOnly("rootfi_delete()");
	return return_call(fcinfo, &call);
}

/* The method that an argument names, in upper case. */
static const char *
get_method(const char *name)
{
	static const char *const methods[] = {
		"GET", "POST", "PUT", "PATCH", "DELETE"
	};

	for (int i = 0; i < lengthof(methods); i++)
		if (pg_strcasecmp(name, methods[i]) == 0)
			return methods[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid method: \"%s\"", name),
			 errhint("Available methods are: GET, POST, PUT, PATCH, DELETE.")));
}

/*
 * rootfi_request(method text, path text, query jsonb, body jsonb, server text)
 */
Datum
rootfi_request(PG_FUNCTION_ARGS)
{
	ApiCall		call = {.server = rootfi_connection_argument(fcinfo, 4)};
	StringInfoData target;

	check_not_null(fcinfo, 0, "method");
	check_not_null(fcinfo, 1, "path");
	call.request.method = get_method(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	initStringInfo(&target);
	appendStringInfoString(&target, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	rootfi_path_check(target.data);
	call.action = psprintf("%s %s", call.request.method, target.data);
	if (!PG_ARGISNULL(2))
		rootfi_query_add_members(&target, PG_GETARG_JSONB_P(2), "query");
	call.request.target = target.data;
	if (strcmp(call.request.method, "GET") != 0)
		PreventCommandIfReadOnly("rootfi_request()");
	else if (!PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a GET request has no body"),
				 errhint("Use the argument \"query\".")));
	if (!PG_ARGISNULL(3))
	{
		Jsonb	   *body = PG_GETARG_JSONB_P(3);

		call.request.body = JsonbToCString(NULL, &body->root, VARSIZE(body));
	}
	return return_call(fcinfo, &call);
}

/* rootfi_validate(resource text, verb text, data jsonb), strict */
Datum
rootfi_validate(PG_FUNCTION_ARGS)
{
	Verb		verb = rootfi_verb_by_name(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	const Resource *resource = get_resource(fcinfo, 0, verb);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	if (verb != VERB_CREATE && verb != VERB_UPDATE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("only the data of \"create\" and \"update\" can be validated")));
	InitMaterializedSRF(fcinfo, 0);
	foreach(lc, rootfi_find_problems(resource, verb, PG_GETARG_JSONB_P(2)))
	{
		Problem    *found = lfirst(lc);
		Datum		values[3];
		bool		nulls[3] = {false, false, found->hint == NULL};

		values[0] = CStringGetTextDatum(found->path);
		values[1] = CStringGetTextDatum(found->problem);
		values[2] = nulls[2] ? (Datum) 0 : CStringGetTextDatum(found->hint);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	rootfi_names_check_data(fcinfo->flinfo, resource, PG_GETARG_JSONB_P(2));
	return (Datum) 0;
}

/* The names of the verbs whose bits are set, as text[]. */
static Datum
verb_array(int verbs)
{
	Datum		names[VERB_COUNT];
	int			n = 0;

	for (Verb verb = 0; verb < VERB_COUNT; verb++)
		if (verbs & VERB_BIT(verb))
			names[n++] = CStringGetTextDatum(rootfi_verb_name(verb));
	return PointerGetDatum(construct_array(names, n, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

/* The lists inside a record, as {"member": "row type"}. */
static Datum
child_object(const ChildList *children)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (const ChildList *child = children; child && child->member; child++)
	{
		JsonbValue	text;

		text.type = jbvString;
		text.val.string.val = unconstify(char *, child->member);
		text.val.string.len = strlen(child->member);
		pushJsonbValue(&state, WJB_KEY, &text);
		text.val.string.val = unconstify(char *, child->row_type);
		text.val.string.len = strlen(child->row_type);
		pushJsonbValue(&state, WJB_VALUE, &text);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state,
														   WJB_END_OBJECT,
														   NULL)));
}

/* The fields that are filtered without an operator, as text[]. */
static Datum
plain_filter_array(const char *filters)
{
	return DirectFunctionCall2Coll(text_to_array, DEFAULT_COLLATION_OID,
								   CStringGetTextDatum(filters ? filters : ""),
								   CStringGetTextDatum(" "));
}

/* rootfi_resources(): one row for each resource of the catalog */
Datum
rootfi_resources(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	foreach_resource(resource)
	{
		bool		has_type = resource->row_type != NULL;
		Datum		values[] = {
			CStringGetTextDatum(resource->name),
			Int32GetDatum(resource->path[2] - '0'),
			CStringGetTextDatum(resource->path),
			verb_array(resource->documented),
			verb_array(resource->implied),
			has_type ? CStringGetTextDatum(resource->row_type) : (Datum) 0,
			child_object(resource->children),
			plain_filter_array(resource->plain_filters),
		};
		bool		nulls[lengthof(values)] = {[5] = !has_type};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
