/*
 * steps.c
 *		The steps of a run of a stream.
 *
 * Each is done in a subtransaction, and may be done again after that was rolled
 * back: what it changes of the task is put back then (run.c), so it takes
 * nothing away that its next attempt needs.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "api/remote.h"
#include "base/role.h"
#include "base/sql.h"
#include "copy/apply.h"
#include "copy/refresh.h"
#include "copy/steps.h"
#include "http/connection.h"

/*
 * Acts as the owner of the stream until the end of the step.  Errors: 42704
 * when that role is gone, 42501 when the caller does not have its rights.
 */
static void
act_as_owner(const SyncSession *session, const Stream *stream)
{
	Oid			role = get_role_oid(stream->owner, true);

	if (!OidIsValid(role))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\", the owner of stream %s, does not exist",
						stream->owner, stream->label),
				 errhint("Run \"SELECT rootfi_alter_stream(" INT64_FORMAT ", owner => ...)\" as a superuser.",
						 stream->id)));
	if (!has_privs_of_role(session->caller, role))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for stream %s", stream->label)));
	rootfi_role_become(role);
}

/* The same for a step that runs the code of the owners of the tables. */
static void
act_on_tables(const SyncSession *session, const Stream *stream)
{
	act_as_owner(session, stream);
	rootfi_target_check_owners(stream, GetUserId());
}

/* Asks for the page at which the stream stands, in the task's memory. */
static void
begin_scan(const SyncSession *session, SyncTask *task)
{
	MemoryContext old = MemoryContextSwitchTo(task->context);
	const Stream *stream = &task->stream;

	/* lists of the core know neither filters nor counts */
	task->request = (ListRequest)
	{
		.resource = stream->resource,
			.server = stream->server,
			.cursor = stream->cursor,
			.has_company = stream->has_company,
			.company_id = stream->company_id,
			.has_since = !TIMESTAMP_IS_NOBEGIN(stream->pass_since) &&
			!stream->resource->core,
			.updated_since = stream->pass_since,
			.include_deleted = !stream->resource->core,
			.count = stream->cursor == NULL && !stream->resource->core,
			.max_rows = PG_INT64_MAX,
			.max_pages = session->max_pages - task->pages,
	};
	memset(&task->costs, 0, sizeof(task->costs));
	task->scan = rootfi_list_begin(&task->request);
	MemoryContextSwitchTo(old);
}

/*
 * Raises 28000 where the server refused the key in this call already: of
 * thousands of streams no more are to ask than run at the same time.
 */
static void
check_key(const SyncSession *session, const Stream *stream)
{
	if (rootfi_connection_refused(rootfi_connection_get(stream->server),
								  session->began))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("the API key of server \"%s\" was refused before in this call",
						stream->server),
				 errhint("Set \"api_key\" of the user mapping to a valid key. The stream is due again at the next call.")));
}

/*
 * Raises an error if no sync can be started for the stream: 22023 for one of
 * all companies, 42501 without EXECUTE on rootfi_start_sync, which is not for
 * everybody.  The caller commits before it waits: there is a snapshot now.
 */
static void
check_remote(const Stream *stream, const char *schema)
{
	static const Oid types[] = {TEXTOID};
	SqlArgs		args = {0};
	bool		may;

	if (!stream->has_company)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot start a sync of all companies"),
				 errhint("Add a stream for each company.")));
	rootfi_sql_text(&args, psprintf("%s.rootfi_start_sync(bigint, pg_catalog.text, pg_catalog.text[], boolean)",
									schema));
	rootfi_sql_once("SELECT pg_catalog.has_function_privilege($1, 'EXECUTE')",
					types, &args);
	may = rootfi_sql_get_bool(0, 1);
	SPI_freetuptable(SPI_tuptable);
	if (!may)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for function rootfi_start_sync"),
				 errhint("Ask its owner to run \"GRANT EXECUTE ON FUNCTION %s.rootfi_start_sync TO %s\".",
						 schema, quote_identifier(stream->owner))));
}

/*
 * Begins a run, if there is to be one.  A second attempt goes on with the page
 * that the first has asked for.
 */
void
rootfi_step_begin(SyncSession *session, SyncTask *task)
{
	Stream	   *stream = &task->stream;

	MemoryContextSwitchTo(task->context);
	rootfi_target_close(&task->target);
	if (!rootfi_ledger_load(&session->ledger, stream->id, stream) ||
		!rootfi_pass_is_due(session, stream))
	{
		task->ended = true;
		return;
	}
	stream->resource = rootfi_resource_by_name(stream->resource_name);
	act_on_tables(session, stream);
	check_key(session, stream);
	rootfi_pass_choose(session, stream);
	rootfi_target_open(&task->target, stream, session->namespace);
	task->first_row = stream->pass_rows;
	task->wants_remote = session->remote && !stream->resource->core;
	if (task->wants_remote)
		check_remote(stream, session->ledger.schema);
	else if (task->scan == NULL)
		begin_scan(session, task);
	/* lists are counted while the first page is on its way */
	rootfi_repair_begin(stream, &task->target);
	rootfi_ledger_begin(&session->ledger, stream);
	task->begun = true;
}

/* Starts a sync of RootFi's own, after the run was committed. */
void
rootfi_step_begin_remote(SyncSession *session, SyncTask *task)
{
	const Stream *stream = &task->stream;

	act_as_owner(session, stream);
	MemoryContextSwitchTo(task->context);
	task->remote = rootfi_remote_begin(stream->server, stream->company_id,
									   stream->resource,
									   strcmp(stream->pass_kind, "full") == 0);
	task->wants_remote = false;
}

/* Goes on with RootFi's own sync; is parked when that is over. */
void
rootfi_step_advance_remote(SyncSession *session, SyncTask *task)
{
	act_as_owner(session, &task->stream);
	if (!rootfi_remote_advance(task->remote))
		return;
	task->remote = NULL;
	task->parked = true;
}

/* Begins to read after RootFi's own sync. */
void
rootfi_step_begin_reading(SyncSession *session, SyncTask *task)
{
	act_as_owner(session, &task->stream);
	begin_scan(session, task);
}

/* Puts the pass back to its beginning, as the cursor was refused. */
void
rootfi_step_restart(SyncSession *session, SyncTask *task)
{
	act_as_owner(session, &task->stream);
	rootfi_ledger_restart(&session->ledger, &task->stream);
	begin_scan(session, task);
	task->wants_restart = false;
}

/* What has been spent since the latest checkpoint. */
static RunCosts
latest_costs(const SyncTask *task)
{
	const ListStats *stats = rootfi_list_stats(task->scan);

	return (RunCosts)
	{
		.requests = stats->requests - task->costs.requests,
			.bytes = stats->bytes - task->costs.bytes,
			.waited = task->waited,
	};
}

/* Takes the page that has come, and what the pass is to remember. */
void
rootfi_step_take(SyncSession *session, SyncTask *task)
{
	Stream	   *stream = &task->stream;
	const ListStats *stats = rootfi_list_stats(task->scan);
	char	   *old = stream->cursor;

	act_as_owner(session, stream);
	task->page = rootfi_list_next(task->scan);
	if (stream->pass_pages == 0)
	{
		rootfi_pass_start(stream, stats->server_time);
		stream->pass_total = stats->total;
	}
	stream->cursor = stats->cursor == NULL ? NULL :
		MemoryContextStrdup(task->context, stats->cursor);
	if (old != NULL)
		pfree(old);
}

/* The page has been written: what comes next is spent on the next one. */
static void
count_page(SyncTask *task, const RowCounts *counts)
{
	const ListStats *stats = rootfi_list_stats(task->scan);

	task->stream.pass_pages++;
	task->stream.pass_rows += counts->seen;
	task->stream.pass_skipped += counts->skipped;
	task->pages++;
	task->counts.seen += counts->seen;
	task->counts.inserted += counts->inserted;
	task->counts.updated += counts->updated;
	task->counts.skipped += counts->skipped;
	if (task->stream.child_rows >= 0)
		task->stream.child_rows += counts->children;
	task->costs.requests = stats->requests;
	task->costs.bytes = stats->bytes;
	task->waited = 0;
}

/* Writes the page, and the checkpoint. */
void
rootfi_step_write(SyncSession *session, SyncTask *task)
{
	Stream	   *stream = &task->stream;
	SyncPage	page = {
		.target = &task->target,
		.stream = stream,
		.keyless = task->keyless,
	};
	RunCosts	costs = latest_costs(task);

	act_on_tables(session, stream);
	/* for another role nothing can be deferred: check it row by row */
	if (GetUserId() != session->caller)
		rootfi_sql_utility("SET CONSTRAINTS ALL IMMEDIATE");
	PushActiveSnapshot(GetTransactionSnapshot());
	rootfi_apply(&page, task->page);
	if (strcmp(stream->pass_kind, "full") == 0)
		rootfi_refresh_see(&session->ledger, &page);
	rootfi_ledger_page(&session->ledger, stream, &page.counts, &costs);
	if (page.counts.skipped > 0)
		rootfi_ledger_skip(&session->ledger, stream, page.counts.skipped,
						   rootfi_keyless_text(&page.keyless));
	PopActiveSnapshot();
	/* so that deferred constraints fail here, and not at the commit */
	rootfi_sql_utility("SET CONSTRAINTS ALL IMMEDIATE");
	count_page(task, &page.counts);
	rootfi_keyless_keep(&task->keyless, &page.keyless, task->context);
	task->page = NULL;
	task->at_end = stream->cursor == NULL || task->pages == session->max_pages;
}

/* Ends the pass, after its last page. */
void
rootfi_step_complete(SyncSession *session, SyncTask *task)
{
	Stream	   *stream = &task->stream;
	int64		marked = 0;

	act_on_tables(session, stream);
	PushActiveSnapshot(GetTransactionSnapshot());
	if (strcmp(stream->pass_kind, "full") == 0)
		marked = rootfi_refresh_mark(&session->ledger, stream, &task->target);
	rootfi_repair_end(stream, &task->target);
	rootfi_keyless_check_pass(stream, &task->keyless);
	rootfi_pass_check_total(stream);
	rootfi_ledger_complete(&session->ledger, stream, marked);
	PopActiveSnapshot();
	task->marked = marked;
	task->ended = true;
}

/* Ends the run in the middle of the pass. */
void
rootfi_step_stop(SyncSession *session, SyncTask *task)
{
	act_as_owner(session, &task->stream);
	rootfi_ledger_stop(&session->ledger, &task->stream);
	task->ended = true;
}

/* Keeps the run's error with the stream, and in the log. */
void
rootfi_step_record(SyncSession *session, SyncTask *task)
{
	Stream	   *stream = &task->stream;
	RunCosts	costs = {0};

	/* of a stream that could not be read nothing is known to write */
	if (stream->owner == NULL)
		return;
	/* a stream whose owner is gone is the superusers' */
	if (OidIsValid(get_role_oid(stream->owner, true)))
		act_as_owner(session, stream);
	else if (!superuser_arg(session->caller))
		return;
	if (stream->run_id == 0)
	{
		if (!rootfi_pass_goes_on(session, stream))
			rootfi_pass_new(session, stream);
		rootfi_ledger_begin(&session->ledger, stream);
	}
	if (task->scan != NULL)
		costs = latest_costs(task);
	rootfi_ledger_fail(&session->ledger, stream, task->error, task->abandon,
					   &costs);
}
