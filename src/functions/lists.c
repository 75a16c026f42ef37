/*
 * lists.c
 *		SQL entry points that return rows: lists and flattened children.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "api/answer.h"
#include "api/list.h"
#include "api/names.h"
#include "base/sqlstates.h"
#include "catalog/resource.h"
#include "http/connection.h"
#include "json/jsonb.h"
#include "json/scan.h"
#include "rows/children.h"
#include "rows/convert.h"

PG_FUNCTION_INFO_V1(rootfi_list);
PG_FUNCTION_INFO_V1(rootfi_rows);
PG_FUNCTION_INFO_V1(rootfi_list_rows);
PG_FUNCTION_INFO_V1(rootfi_list_nested_rows);
PG_FUNCTION_INFO_V1(rootfi_count);
PG_FUNCTION_INFO_V1(rootfi_flatten);

#define MAX_PAGE_SIZE	10000

/* Where rows go, and a context that is emptied after each. */
typedef struct RowSink
{
	ReturnSetInfo *rsinfo;
	MemoryContext row_context;
} RowSink;

/* Prepares the result; flags are InitMaterializedSRF's. */
static RowSink
sink_begin(FunctionCallInfo fcinfo, bits32 flags)
{
	RowSink		sink;

	InitMaterializedSRF(fcinfo, flags);
	sink.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	sink.row_context = AllocSetContextCreate(CurrentMemoryContext,
											 "rootfi row",
											 ALLOCSET_DEFAULT_SIZES);
	return sink;
}

/* Puts the row that the plan holds. */
static void
sink_put(RowSink *sink, const RowPlan *plan)
{
	tuplestore_putvalues(sink->rsinfo->setResult, sink->rsinfo->setDesc,
						 plan->values, plan->nulls);
	MemoryContextReset(sink->row_context);
}

/* Reads an object into a row and puts it; "type" if its own is missing. */
static void
sink_put_object(RowSink *sink, RowPlan *plan, const JsonObject *object,
				const char *type)
{
	MemoryContext old = MemoryContextSwitchTo(sink->row_context);

	CHECK_FOR_INTERRUPTS();
	rootfi_row_fill(plan, object);
	if (type != NULL)
		rootfi_row_default(plan, "type", type);
	MemoryContextSwitchTo(old);
	sink_put(sink, plan);
}

/* Raises 22023 for arguments that ask for no list. */
static void
check_list_request(const ListRequest *request)
{
	if (request->max_rows < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"max_rows\" must not be negative")));
	if (request->has_page_size &&
		(request->page_size < 1 || request->page_size > MAX_PAGE_SIZE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"page_size\" must be between 1 and %d",
						MAX_PAGE_SIZE)));
}

/*
 * Reads the arguments that say which records, which lists and counts share,
 * from the given one on.
 */
static ListRequest
get_selection(FunctionCallInfo fcinfo, int first, const Resource *resource)
{
	NullableDatum *args = &fcinfo->args[first];
	ListRequest request = {
		.resource = resource,
		.has_company = !args[0].isnull,
		.company_id = DatumGetInt64(args[0].value),
		.has_since = !args[1].isnull,
		.updated_since = DatumGetTimestampTz(args[1].value),
		.filter = args[2].isnull ? NULL : DatumGetJsonbP(args[2].value),
		.include_deleted = !args[3].isnull && DatumGetBool(args[3].value),
		.max_rows = PG_INT64_MAX,
	};

	if (request.has_since && TIMESTAMP_NOT_FINITE(request.updated_since))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"updated_since\" must be finite"),
				 errhint("Leave it out to read everything.")));
	return request;
}

/*
 * Reads the arguments that all list functions share, from the given one on.
 */
static ListRequest
get_list_request(FunctionCallInfo fcinfo, int first, const Resource *resource)
{
	ListRequest request = get_selection(fcinfo, first, resource);
	NullableDatum *args = &fcinfo->args[first];

	if (!args[4].isnull)
		request.max_rows = DatumGetInt64(args[4].value);
	if (!args[5].isnull)
		request.expand = DatumGetArrayTypeP(args[5].value);
	if (!args[6].isnull)
		request.select = DatumGetArrayTypeP(args[6].value);
	request.has_page_size = !args[7].isnull;
	request.page_size = DatumGetInt32(args[7].value);
	if (!args[8].isnull)
		request.sort = DatumGetArrayTypeP(args[8].value);
	check_list_request(&request);
	rootfi_names_check_list(fcinfo->flinfo, &request);
	return request;
}

/* The resource that the first argument names. */
static const Resource *
get_resource(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"resource\" must not be null")));
	return rootfi_resource_by_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
}

/* Puts one record of a list. */
typedef void (*RecordPutter) (RowSink *sink, RowPlan *plan,
							  const JsonObject *record);

/* Puts a record as a row. */
static void
put_row(RowSink *sink, RowPlan *plan, const JsonObject *record)
{
	sink_put_object(sink, plan, record, NULL);
}

/* Puts a record as jsonb; there is no plan. */
static void
put_jsonb(RowSink *sink, RowPlan *plan, const JsonObject *record)
{
	MemoryContext old = MemoryContextSwitchTo(sink->row_context);
	char	   *problem = NULL;
	Jsonb	   *jsonb = rootfi_json_to_jsonb(record->value.text,
											 record->value.len,
											 &problem);
	Datum		value = JsonbPGetDatum(jsonb);
	bool		isnull = false;

	CHECK_FOR_INTERRUPTS();
	if (jsonb == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
				 errmsg("a record cannot be represented as jsonb"),
				 errdetail("%s", problem)));
	MemoryContextSwitchTo(old);
	tuplestore_putvalues(sink->rsinfo->setResult, sink->rsinfo->setDesc,
						 &value, &isnull);
	MemoryContextReset(sink->row_context);
}

/* Reads a list, record by record. */
static void
list_into(RowSink *sink, RowPlan *plan, const ListRequest *request,
		  RecordPutter put)
{
	ListScan   *scan = rootfi_list_begin(request);
	const JsonAnswer *page;
	ErrorContextCallback context = {
		.previous = error_context_stack,
		.callback = rootfi_list_context,
		.arg = scan,
	};

	while ((page = rootfi_list_next(scan)) != NULL)
	{
		error_context_stack = &context;
		for (int i = 0; i < page->nrecords; i++)
			put(sink, plan, &page->records[i]);
		error_context_stack = context.previous;
	}
}

/* Reads a list into rows of the result's type. */
static void
list_into_rows(RowSink *sink, const ListRequest *request)
{
	list_into(sink, rootfi_row_plan(sink->rsinfo->setDesc,
									request->resource->aliases),
			  request, put_row);
}

/* rootfi_rows(resource text, <list arguments>, server text): SETOF record */
Datum
rootfi_rows(PG_FUNCTION_ARGS)
{
	ListRequest request = get_list_request(fcinfo, 1, get_resource(fcinfo));
	RowSink		sink = sink_begin(fcinfo, MAT_SRF_USE_EXPECTED_DESC);

	request.server = rootfi_connection_argument(fcinfo, 10);
	list_into_rows(&sink, &request);
	return (Datum) 0;
}

/* Name of the composite type that a function returns. */
static char *
result_type_name(const RowSink *sink)
{
	return get_rel_name(get_typ_typrelid(sink->rsinfo->setDesc->tdtypeid));
}

/* rootfi_list_<resources>(<list arguments>): SETOF the resource's row type */
Datum
rootfi_list_rows(PG_FUNCTION_ARGS)
{
	RowSink		sink = sink_begin(fcinfo, 0);
	char	   *row_type = result_type_name(&sink);
	const Resource *resource = rootfi_resource_by_row_type(row_type);
	ListRequest request;

	if (resource == NULL)
		elog(ERROR, "no resource has rows of type \"%s\"", row_type);
	request = get_list_request(fcinfo, 0, resource);
	list_into_rows(&sink, &request);
	return (Datum) 0;
}

/* rootfi_list_<parent>_<resources>(id text): rows of the list of one record */
Datum
rootfi_list_nested_rows(PG_FUNCTION_ARGS)
{
	RowSink		sink = sink_begin(fcinfo, 0);
	char	   *row_type = result_type_name(&sink);
	ListRequest request = {
		.resource = rootfi_resource_by_row_type(row_type),
		.parent_id = text_to_cstring(PG_GETARG_TEXT_PP(0)),
		.max_rows = PG_INT64_MAX,
	};

	if (request.resource == NULL)
		elog(ERROR, "no resource has rows of type \"%s\"", row_type);
	list_into_rows(&sink, &request);
	return (Datum) 0;
}

/* rootfi_list(resource text, <list arguments>, server text): SETOF jsonb */
Datum
rootfi_list(PG_FUNCTION_ARGS)
{
	ListRequest request = get_list_request(fcinfo, 1, get_resource(fcinfo));
	RowSink		sink = sink_begin(fcinfo, MAT_SRF_USE_EXPECTED_DESC);

	request.server = rootfi_connection_argument(fcinfo, 10);
	list_into(&sink, NULL, &request, put_jsonb);
	return (Datum) 0;
}

/*
 * rootfi_count(resource text, company_id, updated_since, filter,
 *				include_deleted, server text)
 */
Datum
rootfi_count(PG_FUNCTION_ARGS)
{
	ListRequest request = get_selection(fcinfo, 1, get_resource(fcinfo));
	int64		count;

	rootfi_names_check_list(fcinfo->flinfo, &request);
	request.server = rootfi_connection_argument(fcinfo, 5);
	if (!rootfi_list_count(&request, &count))
		PG_RETURN_NULL();
	PG_RETURN_INT64(count);
}

/* Raises the error for an argument that has no lists to flatten. */
static void
report_argument(const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot flatten the argument"),
			 errdetail("%s", problem),
			 errhint("Give an object, an array of objects or an answer with \"data\".")));
}

/* Where the children of a record go. */
typedef struct ChildRows
{
	RowSink    *sink;
	RowPlan    *plan;
} ChildRows;

/* Puts one child. */
static void
put_child(void *arg, const JsonObject *object, const char *type, int ordinal)
{
	ChildRows  *rows = arg;

	rootfi_row_set(rows->plan, "ordinal", ordinal, false);
	sink_put_object(rows->sink, rows->plan, object, type);
}

/* Puts all children of a record; returns how many of its lists are none. */
static int
flatten_record(RowSink *sink, RowPlan *plan, const ChildList *child,
			   const JsonObject *record)
{
	ChildRows	rows = {.sink = sink,.plan = plan};
	int			nodd = 0;
	char	   *problem;

	if (record->value.type != JSON_TOKEN_OBJECT_START)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a record must be a JSON object")));
	problem = rootfi_children_open(plan, child, record, put_child, &rows,
								   &nodd);
	if (problem != NULL)
		report_argument(problem);
	return nodd;
}

/*
 * rootfi_<parent>_<children>(records jsonb): SETOF the child list's row type.
 * Takes an object, an array or an answer with "data".
 */
Datum
rootfi_flatten(PG_FUNCTION_ARGS)
{
	Jsonb	   *records = PG_GETARG_JSONB_P(0);
	RowSink		sink = sink_begin(fcinfo, 0);
	char	   *row_type = result_type_name(&sink);
	const ChildList *child = rootfi_child_by_row_type(row_type);
	RowPlan    *plan = rootfi_row_plan(sink.rsinfo->setDesc, NULL);
	char	   *text = JsonbToCString(NULL, &records->root, VARSIZE(records));
	JsonAnswer	answer;
	char	   *problem;
	int			nodd = 0;
	MemoryContext record_context;
	MemoryContext old;

	if (child == NULL)
		elog(ERROR, "no child list has rows of type \"%s\"", row_type);
	problem = rootfi_answer_open(&answer, text, strlen(text));
	if (problem != NULL)
		report_argument(problem);
	record_context = AllocSetContextCreate(CurrentMemoryContext,
										   "rootfi record",
										   ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(record_context);
	for (int i = 0; i < answer.nrecords; i++)
	{
		nodd += flatten_record(&sink, plan, child, &answer.records[i]);
		MemoryContextReset(record_context);
	}
	MemoryContextSwitchTo(old);
	rootfi_children_warn(nodd);
	return (Datum) 0;
}
