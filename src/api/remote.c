/*
 * remote.c
 *		Lets RootFi read from the platform before we read from RootFi.
 *
 * What a list has is what RootFi read last from the platform.  A run may begin
 * with a sync of RootFi's own: it is started for the company and data
 * model, and polled until it is over.
 *
 * Nothing here waits: other streams go on while an answer is under way and
 * between two polls.  Each state is that of the call that is under way:
 *
 *	FINDING -> STARTING -> RUNNING -> over
 *						   ^-----|		(a pause, and another poll)
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "api/api.h"
#include "api/query.h"
#include "api/remote.h"
#include "api/wait.h"
#include "base/sqlstates.h"
#include "http/loop.h"
#include "json/text.h"

#define LONGEST_SYNC	600000	/* ms */

/* The resource of RootFi's syncs. */
static const Resource *
sync_resource(void)
{
	return rootfi_resource_by_name(SYNCS_RESOURCE);
}

/* A member of an object as text, NULL if it has none that is a string. */
static char *
get_text(JsonbContainer *object, const char *name)
{
	JsonbValue	value;

	if (!JsonContainerIsObject(object) ||
		!getKeyJsonValueFromContainer(object, name, strlen(name), &value) ||
		value.type != jbvString)
		return NULL;
	return pnstrdup(value.val.string.val, value.val.string.len);
}

/* Is the connection of the category that the resource is of? */
static bool
is_of_category(JsonbContainer *connection, const RemoteSync *sync)
{
	char	   *category = get_text(connection, "category");
	const char *model = rootfi_data_model(sync->resource);

	if (category == NULL)
		return false;
	/* ECOMMERCE_ORDERS, PAYMENT_ITEMS; accounting has no prefix */
	if (pg_strcasecmp(category, "ACCOUNTING") == 0)
		return strstr(sync->resource->name, "accounting/") != NULL;
	return pg_strncasecmp(model, category,
						  strlen(category) - (pg_strcasecmp(category, "PAYMENTS") == 0)) == 0;
}

/* The integration type of the company's connection that fits the resource. */
static char *
find_integration(const RemoteSync *sync, Jsonb *company)
{
	JsonbValue	list;
	JsonbValue	connection;
	JsonbIterator *it;
	JsonbIteratorToken token;
	char	   *result = NULL;

	if (JsonContainerIsObject(rootfi_wait_record(company)) &&
		getKeyJsonValueFromContainer(rootfi_wait_record(company),
									 "connections", 11, &list) &&
		list.type == jbvBinary &&
		JsonContainerIsArray(list.val.binary.data))
	{
		it = JsonbIteratorInit(list.val.binary.data);
		while ((token = JsonbIteratorNext(&it, &connection, true)) != WJB_DONE)
			if (token == WJB_ELEM && connection.type == jbvBinary &&
				(result == NULL ||
				 is_of_category(connection.val.binary.data, sync)))
				result = get_text(connection.val.binary.data,
								  "integration_type");
	}
	if (result == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("company " INT64_FORMAT " has no connection to a platform",
						sync->company_id)));
	return result;
}

/* Body of the request that starts a sync (section 2.1 of the facts). */
static char *
start_body(const RemoteSync *sync, const char *integration)
{
	StringInfoData body;

	initStringInfo(&body);
	appendStringInfo(&body, "{\"company_id\": " INT64_FORMAT ", \"integration_type\": ",
					 sync->company_id);
	escape_json(&body, integration);
	appendStringInfo(&body, ", \"full_sync\": %s, \"data_models_to_sync\": [",
					 sync->full ? "true" : "false");
	escape_json(&body, rootfi_data_model(sync->resource));
	appendStringInfoString(&body, "]}");
	return body.data;
}

/* Asks for the record of a core resource. */
static void
ask_record(RemoteSync *sync, const Resource *resource,
		   const char *id)
{
	MemoryContext old = MemoryContextSwitchTo(sync->context);
	ApiCall		call = rootfi_wait_call(resource, id, sync->server);

	sync->call = rootfi_api_begin(&call);
	MemoryContextSwitchTo(old);
}

/* Asks for a sync to be started. */
static void
ask_start(RemoteSync *sync, const char *integration)
{
	MemoryContext old = MemoryContextSwitchTo(sync->context);
	ApiCall		call = {
		.request = {
			.method = "POST",
			.target = sync_resource()->path,
			.body = start_body(sync, integration),
		},
		.action = psprintf("start a sync of company " INT64_FORMAT,
						   sync->company_id),
		.server = sync->server,
	};

	sync->call = rootfi_api_begin(&call);
	MemoryContextSwitchTo(old);
}

/* Takes the answer to a call; what belonged to that is freed. */
static Jsonb *
take_answer(RemoteSync *sync, bool may_be_empty)
{
	Jsonb	   *answer = may_be_empty ? rootfi_api_end(sync->call) :
	rootfi_wait_take(sync->call);

	sync->call = NULL;
	MemoryContextReset(sync->context);
	return answer;
}

/*
 * Begins a sync of a company's records of that resource, of all of them or of
 * those that have changed, in the current context, by asking which platform
 * the company is connected to.  Errors: those of calls.
 */
RemoteSync *
rootfi_remote_begin(const char *server, int64 company_id,
					const Resource *resource, bool full)
{
	RemoteSync *sync = palloc0(sizeof(RemoteSync));

	sync->server = server;
	sync->company_id = company_id;
	sync->resource = resource;
	sync->full = full;
	sync->context = AllocSetContextCreate(CurrentMemoryContext,
										  "rootfi remote sync",
										  ALLOCSET_SMALL_SIZES);
	sync->state = REMOTE_FINDING;
	ask_record(sync, rootfi_resource_by_name(COMPANIES_RESOURCE),
			   psprintf(INT64_FORMAT, sync->company_id));
	return sync;
}

/* When it can go on without waiting: 0 for now, -1 for not known yet. */
int64
rootfi_remote_ready_at(const RemoteSync *sync)
{
	if (sync->call == NULL)
		return sync->next_poll;
	return rootfi_api_done(sync->call) ? 0 : -1;
}

/* Knows the platform now, and has the sync started. */
static void
go_on_found(RemoteSync *sync)
{
	Jsonb	   *company = take_answer(sync, false);

	ask_start(sync, find_integration(sync, company));
	sync->state = REMOTE_STARTING;
}

/* Knows the sync now, and asks for its state. */
static void
go_on_started(RemoteSync *sync)
{
	Jsonb	   *answer = take_answer(sync, true);
	char	   *id = answer == NULL ? NULL :
	get_text(rootfi_wait_record(answer), "sync_id");

	if (id == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
				 errmsg("could not start a sync of company " INT64_FORMAT ": the answer has no \"sync_id\"",
						sync->company_id)));
	sync->id = MemoryContextStrdup(MemoryContextGetParent(sync->context), id);
	sync->pause = FIRST_PAUSE;
	sync->deadline = rootfi_loop_now() + LONGEST_SYNC;
	ask_record(sync, sync_resource(), sync->id);
	sync->state = REMOTE_RUNNING;
}

/*
 * Raises an error if the sync did not end well, a warning if not all well.  Of
 * the statuses only some are documented, so the counts of jobs have a say.
 */
static void
check_outcome(const RemoteSync *sync, Jsonb *answer)
{
	JsonbContainer *record = rootfi_wait_record(answer);
	char	   *status = get_text(record, "status");
	int64		failed = rootfi_wait_count(record, "failed_count");
	int64		total = rootfi_wait_count(record, "total_count");
	bool		partial;

	if (status == NULL || pg_strcasecmp(status, "SUCCESS") == 0)
	{
		if (failed == 0)
			return;
		partial = failed < total;
	}
	else
		partial = pg_strcasecmp(status, "PARTIAL_SUCCESS") == 0;
	ereport(partial ? WARNING : ERROR,
			(errcode(ERRCODE_SYSTEM_ERROR),
			 errmsg("sync \"%s\" of company " INT64_FORMAT " ended with %s",
					rootfi_json_show(sync->id), sync->company_id,
					status ? psprintf("status %s", rootfi_json_show(status)) :
					"failed jobs"),
			 failed == 0 ? 0 :
			 errdetail(INT64_FORMAT " of " INT64_FORMAT " jobs failed.",
					   failed, total),
			 errhint("See rootfi_list_sync_jobs('%s').",
					 rootfi_json_show(sync->id))));
}

/* Knows the state of the sync now; returns whether it is over. */
static bool
go_on_running(RemoteSync *sync)
{
	Jsonb	   *answer = take_answer(sync, false);
	int64		now = rootfi_loop_now();

	if (rootfi_wait_ended(answer))
	{
		check_outcome(sync, answer);
		return true;
	}
	if (now > sync->deadline)
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("sync \"%s\" of company " INT64_FORMAT " is not over after %d minutes",
						rootfi_json_show(sync->id), sync->company_id, LONGEST_SYNC / 60000)));
	sync->next_poll = now + sync->pause;
	sync->pause = Min(sync->pause * 2, LONGEST_PAUSE);
	return false;
}

/*
 * Goes on with a sync that is ready, without waiting: takes the answer that
 * came and asks what comes next.  Returns whether the sync is over.  Errors:
 * those of calls, 55000 for a company without a connection, and 58000 when it
 * failed or takes too long.
 */
bool
rootfi_remote_advance(RemoteSync *sync)
{
	if (sync->call == NULL)
	{
		ask_record(sync, sync_resource(), sync->id);
		return false;
	}
	switch (sync->state)
	{
		case REMOTE_FINDING:
			go_on_found(sync);
			return false;
		case REMOTE_STARTING:
			go_on_started(sync);
			return false;
		case REMOTE_RUNNING:
			return go_on_running(sync);
	}
	return false;				/* keep compiler quiet */
}
