/*
 * run.c
 *		One run of a stream, step by step.
 *
 * A page, its checkpoint and, after the last page, the end of the pass are one
 * transaction.  Whatever may fail happens in a subtransaction of that: an
 * error ends the stream's run and is kept with the stream.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "api/remote.h"
#include "base/attempt.h"
#include "base/role.h"
#include "base/sql.h"
#include "copy/apply.h"
#include "copy/failure.h"
#include "copy/refresh.h"
#include "copy/sync.h"
#include "http/connection.h"
#include "http/loop.h"
#include "json/text.h"
#include "rows/children.h"

/* How often a page is written before others are no longer to blame. */
#define WRITE_ATTEMPTS	4

/* Something that may fail, done for a stream. */
typedef void (*TaskStep) (SyncSession *session, SyncTask *task);

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

/* A step of a run, to be attempted. */
typedef struct StepCall
{
	SyncSession *session;
	SyncTask   *task;
	TaskStep	step;
} StepCall;

/* AttemptStep: does it, and is then who we were, with the settings we had. */
static void
do_step(void *arg)
{
	const StepCall *call = arg;
	RoleState	state = rootfi_role_begin();

	call->step(call->session, call->task);
	rootfi_role_end(&state);
}

/*
 * Does a step in a subtransaction, in a memory context that is emptied after
 * it.  Returns NULL, or the error that it ended with, in the session's memory;
 * nothing of it is left then.
 */
static ErrorData *
attempt(SyncSession *session, SyncTask *task, TaskStep step)
{
	StepCall	call = {session, task, step};
	ErrorData  *error = rootfi_attempt(do_step, &call, session->step_context);

	MemoryContextReset(session->step_context);
	return error;
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

/* Step: begins a run, if there is to be one. */
static void
begin_run(SyncSession *session, SyncTask *task)
{
	Stream	   *stream = &task->stream;

	MemoryContextSwitchTo(task->context);
	if (!rootfi_ledger_load(&session->ledger, stream->id, stream) ||
		!rootfi_pass_is_due(session, stream))
	{
		task->ended = true;
		return;
	}
	act_on_tables(session, stream);
	check_key(session, stream);
	rootfi_pass_choose(session, stream);
	rootfi_target_open(&task->target, stream, session->namespace);
	task->first_row = stream->pass_rows;
	task->wants_remote = session->remote && !stream->resource->core;
	if (task->wants_remote)
		rootfi_remote_check(stream, session->ledger.schema);
	else
		begin_scan(session, task);
	/* lists are counted while the first page is on its way */
	rootfi_repair_begin(stream, &task->target);
	rootfi_ledger_begin(&session->ledger, stream);
}

/* Step: starts a sync of RootFi's own, after the run was committed. */
static void
begin_remote(SyncSession *session, SyncTask *task)
{
	act_as_owner(session, &task->stream);
	MemoryContextSwitchTo(task->context);
	task->remote = rootfi_remote_begin(&task->stream);
	task->wants_remote = false;
}

/* Step: goes on with RootFi's own sync; is parked when that is over. */
static void
advance_remote(SyncSession *session, SyncTask *task)
{
	act_as_owner(session, &task->stream);
	if (!rootfi_remote_advance(task->remote, &task->stream))
		return;
	task->remote = NULL;
	task->parked = true;
}

/* Step: begins to read after RootFi's own sync. */
static void
begin_reading(SyncSession *session, SyncTask *task)
{
	act_as_owner(session, &task->stream);
	begin_scan(session, task);
}

/* Step: puts the pass back to its beginning, as the cursor was refused. */
static void
restart_pass(SyncSession *session, SyncTask *task)
{
	act_as_owner(session, &task->stream);
	rootfi_ledger_restart(&session->ledger, &task->stream);
	begin_scan(session, task);
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

/* Step: takes the page that has come, and what the pass is to remember. */
static void
take_page(SyncSession *session, SyncTask *task)
{
	Stream	   *stream = &task->stream;
	const ListStats *stats = rootfi_list_stats(task->scan);

	act_as_owner(session, stream);
	task->page = rootfi_list_next(task->scan);
	if (stream->pass_pages == 0)
	{
		rootfi_pass_start(stream, stats->server_time);
		stream->pass_total = stats->total;
	}
	if (stream->cursor != NULL)
		pfree(stream->cursor);
	stream->cursor = stats->cursor == NULL ? NULL :
		MemoryContextStrdup(task->context, stats->cursor);
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

/* Step: writes the page, and the checkpoint. */
static void
write_page(SyncSession *session, SyncTask *task)
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
}

/* A run is over that did not fail. */
static void
end_run(SyncSession *session, SyncTask *task, int64 marked)
{
	const Stream *stream = &task->stream;

	rootfi_progress_end(session, task, marked);
	rootfi_json_warn(rootfi_list_stats(task->scan)->replaced);
	rootfi_children_warn(task->target.parent.plan->nodd);
	rootfi_keyless_warn(stream, &task->keyless,
						stream->cursor == NULL && stream->pass_skipped > 0 &&
						strcmp(stream->pass_kind, "full") == 0);
	task->ended = true;
}

/* Step: ends the pass, after its last page. */
static void
complete_pass(SyncSession *session, SyncTask *task)
{
	Stream	   *stream = &task->stream;
	int64		marked = 0;

	act_on_tables(session, stream);
	PushActiveSnapshot(GetTransactionSnapshot());
	if (strcmp(stream->pass_kind, "full") == 0)
		marked = rootfi_refresh_mark(&session->ledger, stream, &task->target);
	if (stream->checks_lists)
		stream->child_rows = rootfi_repair_count(stream, &task->target);
	rootfi_keyless_check_pass(stream, &task->keyless);
	rootfi_pass_check_total(stream);
	rootfi_ledger_complete(&session->ledger, stream, marked);
	PopActiveSnapshot();
	end_run(session, task, marked);
}

/* Step: ends the run in the middle of the pass. */
static void
stop_run(SyncSession *session, SyncTask *task)
{
	act_as_owner(session, &task->stream);
	rootfi_ledger_stop(&session->ledger, &task->stream);
	end_run(session, task, 0);
}

/* Step: keeps the run's error with the stream, and in the log. */
static void
record_error(SyncSession *session, SyncTask *task)
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

/* Ends a run that failed. */
static void
fail(SyncSession *session, SyncTask *task, ErrorData *error)
{
	SyncFailure *failure = palloc(sizeof(SyncFailure));
	ErrorData  *another;

	rootfi_failure_clean(error);
	task->error = error;
	task->ended = true;
	failure->label = task->stream.label == NULL ?
		psprintf(INT64_FORMAT, task->stream.id) : pstrdup(task->stream.label);
	failure->error = error;
	session->failed = lappend(session->failed, failure);
	another = attempt(session, task, record_error);
	if (another != NULL)
		ereport(WARNING,
				(errcode(another->sqlerrcode),
				 errmsg("could not record the error of stream %s: %s",
						failure->label, another->message)));
}

/* Handles an error in a page: the pass begins again, or the run ends. */
static void
recover(SyncSession *session, SyncTask *task, ErrorData *error)
{
	if (rootfi_list_stats(task->scan)->cursor_refused && !task->restarted)
	{
		ereport(NOTICE,
				(errmsg("stream %s: the server refused the cursor, so the pass begins again",
						task->stream.label),
				 errdetail("%s", error->detail ? error->detail : error->message)));
		task->restarted = true;
		error = attempt(session, task, restart_pass);
	}
	if (error != NULL)
		fail(session, task, error);
}

/* May what another session did be in the way no more at the next attempt? */
static bool
may_pass(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION ||
		error->sqlerrcode == ERRCODE_T_R_SERIALIZATION_FAILURE ||
		error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/*
 * Does the step that writes a page.  When a row that was not there is now,
 * another session is writing the same rows: the page is looked at anew.
 */
static ErrorData *
attempt_write(SyncSession *session, SyncTask *task)
{
	RowPlan    *plan = task->target.parent.plan;
	int			nodd = plan->nodd;
	ErrorData  *error = attempt(session, task, write_page);

	for (int i = 1; i < WRITE_ATTEMPTS && error != NULL && may_pass(error); i++)
	{
		plan->nodd = nodd;
		error = attempt(session, task, write_page);
	}
	return error;
}

/* Takes a run one page further. */
static void
advance_page(SyncSession *session, SyncTask *task)
{
	ErrorData  *error = attempt(session, task, take_page);

	if (error != NULL)
	{
		recover(session, task, error);
		return;
	}
	error = attempt_write(session, task);
	if (error != NULL)
		fail(session, task, error);
	else if (task->stream.cursor == NULL)
	{
		error = attempt(session, task, complete_pass);
		task->abandon = true;
		if (error != NULL)
			fail(session, task, error);
	}
	else if (task->pages == session->max_pages)
	{
		error = attempt(session, task, stop_run);
		if (error != NULL)
			fail(session, task, error);
	}
	else
		rootfi_progress_tell(session, task);
}

/* Begins a run, unless the stream is not to be run now; the caller commits. */
void
rootfi_run_begin(SyncSession *session, SyncTask *task)
{
	ErrorData  *error = attempt(session, task, begin_run);

	if (error != NULL)
	{
		task->stream.run_id = 0;	/* it was rolled back */
		fail(session, task, error);
	}
	if (error != NULL || !task->ended)
		session->nstreams++;
}

/*
 * Does the run wait for RootFi's own sync, which was started, or, when that is
 * over, for its turn to read?
 */
bool
rootfi_run_is_aside(const SyncTask *task)
{
	return !task->ended &&
		(task->parked ||
		 (task->remote != NULL && task->remote->state == REMOTE_RUNNING));
}

/* Lets a parked run read; the caller commits. */
void
rootfi_run_resume(SyncSession *session, SyncTask *task)
{
	ErrorData  *error;

	task->parked = false;
	error = attempt(session, task, begin_reading);
	if (error != NULL)
		fail(session, task, error);
}

/* When the run can go on without waiting: 0 for now, -1 for not known yet. */
int64
rootfi_run_ready_at(const SyncTask *task)
{
	if (task->ended || task->wants_remote)
		return 0;
	if (task->remote != NULL)
		return rootfi_remote_ready_at(task->remote);
	if (task->parked)
		return -1;
	return rootfi_list_ready(task->scan) ? 0 : -1;
}

/* Takes a run that is ready one step further; the caller commits. */
void
rootfi_run_advance(SyncSession *session, SyncTask *task)
{
	ErrorData  *error;

	if (!task->wants_remote && task->remote == NULL)
	{
		advance_page(session, task);
		return;
	}
	error = attempt(session, task,
					task->wants_remote ? begin_remote : advance_remote);
	if (error != NULL)
		fail(session, task, error);
}
