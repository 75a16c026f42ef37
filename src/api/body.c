/*
 * body.c
 *		Wraps checked objects as their resource wants them (C7, C15, C16).
 *
 * jsonb keeps numbers as they were written, so the text sent has every digit
 * and every trailing zero that the caller gave.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "api/body.h"
#include "api/validate.h"

/* Appends a JSON container as text. */
static void
append_container(StringInfo body, JsonbContainer *container)
{
	/* the size is only an estimate of the text's length */
	appendStringInfoString(body, JsonbToCString(NULL, container, 1024));
}

/* The one object of the data: itself, or the only element of an array. */
static JsonbContainer *
only_object(Jsonb *data)
{
	if (JB_ROOT_IS_OBJECT(data))
		return &data->root;
	return getIthJsonbValueFromContainer(&data->root, 0)->val.binary.data;
}

/* Appends the data as an array, whether it is one already or an object. */
static void
append_array(StringInfo body, Jsonb *data)
{
	if (JB_ROOT_IS_ARRAY(data))
		append_container(body, &data->root);
	else
	{
		appendStringInfoChar(body, '[');
		append_container(body, &data->root);
		appendStringInfoChar(body, ']');
	}
}

/*
 * Raises 22023 if the object names another company than the argument does.
 * Returns whether it names one.
 */
static bool
check_company(JsonbContainer *object, int64 company_id)
{
	JsonbValue	value;

	if (!getKeyJsonValueFromContainer(object, "company_id", 10, &value))
		return false;
	if (value.type != jbvNumeric ||
		!DatumGetBool(DirectFunctionCall2(numeric_eq,
										  NumericGetDatum(value.val.numeric),
										  NumericGetDatum(int64_to_numeric(company_id)))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"company_id\" and member \"company_id\" of the data differ"),
				 errhint("Leave the member out.")));
	return true;
}

/* {"company_id": 123, ...members} */
static void
append_bare(StringInfo body, JsonbContainer *object, int64 company_id)
{
	char	   *text = JsonbToCString(NULL, object, 1024);

	if (check_company(object, company_id))
		appendStringInfoString(body, text);
	else
		appendStringInfo(body, "{\"company_id\": " INT64_FORMAT "%s%s",
						 company_id, JsonContainerSize(object) > 0 ? ", " : "",
						 text + 1);
}

/* {...members}, or {"webhook": {...members}} where a create wants that */
static void
append_plain(StringInfo body, JsonbContainer *object, const char *member)
{
	if (member != NULL)
		appendStringInfo(body, "{\"%s\": ", member);
	append_container(body, object);
	if (member != NULL)
		appendStringInfoChar(body, '}');
}

/* {"company_id": 123, "data": [...]} */
static void
append_wrapped(StringInfo body, Jsonb *data, int64 company_id, bool run_async)
{
	appendStringInfo(body, "{\"company_id\": " INT64_FORMAT ", \"data\": ",
					 company_id);
	append_array(body, data);
	appendStringInfoString(body, run_async ? ", \"run_async\": true}" : "}");
}

/* Raises 22023 for what cannot be written in the way that was asked for. */
static void
check_async(const Resource *resource, Jsonb *data, bool run_async)
{
	if (run_async && resource->body != BODY_WRAPPED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot create %s asynchronously", resource->singular),
				 errdetail("The API has no asynchronous writes for \"%s\".",
						   resource->name),
				 errhint("Leave out \"run_async\".")));
	if (!run_async && JB_ROOT_IS_ARRAY(data) && JB_ROOT_COUNT(data) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot create several %s in one synchronous call",
						resource->plural),
				 errdetail("The data has %u objects.", JB_ROOT_COUNT(data)),
				 resource->body != BODY_WRAPPED ?
				 errhint("Make one call for each object.") :
				 errhint("Add run_async => true, or make one call for each object.")));
}

/*
 * The body of a create, in the current context.  Raises 22023 if the data is
 * not what the resource takes, or holds several objects without run_async
 * (C19).
 */
char *
rootfi_body_create(const Resource *resource, int64 company_id, Jsonb *data,
				   bool run_async)
{
	StringInfoData body;

	check_async(resource, data, run_async);
	rootfi_check_body(resource, VERB_CREATE, data);
	initStringInfo(&body);
	switch (resource->body)
	{
		case BODY_WRAPPED:
			append_wrapped(&body, data, company_id, run_async);
			break;
		case BODY_BARE:
			append_bare(&body, only_object(data), company_id);
			break;
		case BODY_PLAIN:
			append_plain(&body, only_object(data), resource->create_member);
			break;
	}
	return body.data;
}

/* The body of an update, in the current context; 22023 as above. */
char *
rootfi_body_update(const Resource *resource, Jsonb *data)
{
	StringInfoData body;

	rootfi_check_body(resource, VERB_UPDATE, data);
	initStringInfo(&body);
	if (resource->body != BODY_WRAPPED)
		append_container(&body, only_object(data));
	else
	{
		appendStringInfoString(&body, "{\"data\": ");
		append_array(&body, data);
		appendStringInfoChar(&body, '}');
	}
	return body.data;
}
