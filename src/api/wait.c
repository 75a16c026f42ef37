/*
 * wait.c
 *		Waits for the end of what the server does on its own: a sync or an
 *		asynchronous write.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "api/answer.h"
#include "api/api.h"
#include "api/list.h"
#include "api/query.h"
#include "api/wait.h"
#include "base/sqlstates.h"
#include "catalog/resource.h"
#include "http/connection.h"
#include "http/loop.h"
#include "json/jsonb.h"
#include "json/scalars.h"

PG_FUNCTION_INFO_V1(rootfi_wait);

/*
 * The call that asks a server (NULL: that of the setting) for the record, made
 * of texts in the current context.
 */
ApiCall
rootfi_wait_call(const Resource *resource, const char *id, const char *server)
{
	ApiCall		call = {.request = {.method = "GET"},.server = server};
	StringInfoData target;

	initStringInfo(&target);
	appendStringInfoString(&target, resource->path);
	rootfi_path_add_id(&target, id);
	call.request.target = target.data;
	call.action = psprintf("get %s \"%s\"", resource->singular, id);
	return call;
}

/* Ends such a call; RFP01 when its answer is empty. */
Jsonb *
rootfi_wait_take(ApiExchange *exchange)
{
	Jsonb	   *answer = rootfi_api_end(exchange);

	if (answer == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
				 errmsg("could not %s: the answer is empty",
						exchange->call.action)));
	return answer;
}

/* Asks for the record, and waits for the answer. */
static Jsonb *
poll_record(const Resource *resource, const char *id, const char *server)
{
	ApiCall		call = rootfi_wait_call(resource, id, server);

	return rootfi_wait_take(rootfi_api_begin(&call));
}

/* What stands in the member "data" of an answer, or else the answer. */
JsonbContainer *
rootfi_wait_record(Jsonb *answer)
{
	JsonbValue	data;

	if (JB_ROOT_IS_OBJECT(answer) &&
		getKeyJsonValueFromContainer(&answer->root, "data", 4, &data) &&
		data.type == jbvBinary)
		return data.val.binary.data;
	return &answer->root;
}

/* A count of an object, 0 if there is none or it is no whole number. */
int64
rootfi_wait_count(JsonbContainer *sync, const char *name)
{
	JsonbValue	value;
	int64		count;

	if (!getKeyJsonValueFromContainer(sync, name, strlen(name), &value) ||
		value.type != jbvNumeric ||
		!rootfi_read_int64(numeric_normalize(value.val.numeric), &count))
		return 0;
	return count;
}

/* Does the text name a state in which nothing has been decided? */
static bool
is_underway(const char *status)
{
	return pg_strcasecmp(status, "RUNNING") == 0 ||
		pg_strcasecmp(status, "PENDING") == 0 ||
		pg_strcasecmp(status, "CREATED") == 0;
}

/*
 * Is it over?  Of the statuses only some are documented, so the counts of
 * jobs have a say.
 */
bool
rootfi_wait_ended(Jsonb *answer)
{
	JsonbContainer *record = rootfi_wait_record(answer);
	JsonbValue	status;

	if (!JsonContainerIsObject(record))
		return false;
	if (rootfi_wait_count(record, "running_count") > 0 ||
		rootfi_wait_count(record, "pending_count") > 0)
		return false;
	if (!getKeyJsonValueFromContainer(record, "status", 6, &status) ||
		status.type != jbvString)
		return rootfi_wait_count(record, "total_count") > 0;
	return !is_underway(pnstrdup(status.val.string.val,
								 status.val.string.len));
}

/* Appends all records of a list as elements of an array. */
static void
append_list(StringInfo text, const ListRequest *request)
{
	ListScan   *scan = rootfi_list_begin(request);
	const JsonAnswer *page;
	int64		n = 0;

	while ((page = rootfi_list_next(scan)) != NULL)
		for (int i = 0; i < page->nrecords; i++)
		{
			if (n++ > 0)
				appendStringInfoChar(text, ',');
			appendBinaryStringInfo(text, page->records[i].value.text,
								   page->records[i].value.len);
		}
}

/* {"state": {...}, "jobs": [...]} */
static Jsonb *
make_result(Jsonb *answer, const ListRequest *jobs)
{
	StringInfoData text;
	Jsonb	   *result;
	char	   *problem;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"state\": %s, \"jobs\": [",
					 JsonbToCString(NULL, rootfi_wait_record(answer), 1024));
	append_list(&text, jobs);
	appendStringInfoString(&text, "]}");
	result = rootfi_json_to_jsonb(text.data, text.len, &problem);
	if (result == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
				 errmsg("the list of %s cannot be read",
						jobs->resource->plural),
				 errdetail("%s", problem)));
	return result;
}

/* Sleeps until a time of rootfi_loop_now(), or an interrupt. */
static void
pause_until(int64 until)
{
	while (rootfi_loop_now() < until)
		rootfi_loop_step(until);
}

/* Milliseconds of an interval, months being 30 days. */
static int64
interval_ms(const Interval *span)
{
	return span->time / 1000 +
		((int64) span->day + (int64) span->month * DAYS_PER_MONTH) *
		SECS_PER_DAY * 1000;
}

/*
 * Polls with growing pauses until the record says that it is over or the time is up, and
 * returns its last state and its jobs, which tell what became of each object.
 */
static Datum
wait_for(FunctionCallInfo fcinfo)
{
	const Resource *resource =
	rootfi_resource_by_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	char	   *id = text_to_cstring(PG_GETARG_TEXT_PP(1));
	ListRequest jobs = {
		.resource = rootfi_resource_by_name(psprintf("%s/{id}/jobs",
													 resource->name)),
		.server = rootfi_connection_argument(fcinfo, 3),
		.parent_id = id,
		.max_rows = PG_INT64_MAX,
	};
	int64		deadline = rootfi_loop_now() +
	interval_ms(PG_GETARG_INTERVAL_P(2));
	int64		pause = FIRST_PAUSE;
	Jsonb	   *answer = poll_record(resource, id, jobs.server);

	while (!rootfi_wait_ended(answer))
	{
		int64		left = deadline - rootfi_loop_now();

		if (left <= 0)
		{
			ereport(WARNING,
					(errmsg("%s \"%s\" is not over yet", resource->singular, id),
					 errhint("Wait again, or longer.")));
			break;
		}
		pause_until(rootfi_loop_now() + Min(pause, left));
		pause = Min(pause * 2, LONGEST_PAUSE);
		answer = poll_record(resource, id, jobs.server);
	}
	PG_RETURN_JSONB_P(make_result(answer, &jobs));
}

/*
 * rootfi_wait(resource text, id text, timeout interval, server text): NULL when
 * one of the first three is
 */
Datum
rootfi_wait(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	return wait_for(fcinfo);
}
