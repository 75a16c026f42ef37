/*
 * sync.c
 *		The procedure rootfi_sync(): runs streams side by side.
 *
 * Up to rootfi.max_concurrency streams are run at the same time: while the
 * rows of one are written, the others' answers come in.  One that waits for a
 * sync of RootFi's own stands aside meanwhile.  Sessions share the
 * streams by their locks, which no exit leaves behind; who finds one
 * locked, or done since the call began, leaves it out.
 *
 * Between transactions, when answers are waited for, there is no snapshot and
 * no lock but those.  Streams are run as their owners.  One that fails does
 * not stop the others; the call ends with an error that names it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/attempt.h"
#include "base/lock.h"
#include "copy/sync.h"
#include "http/http.h"
#include "http/loop.h"

PG_FUNCTION_INFO_V1(rootfi_sync);

#define MOST_TOLD	20			/* streams of which each is told */
#define MOST_ASIDE	16			/* streams that wait for RootFi's own syncs */

/* Locks a stream against other sessions; false if one of them has it. */
static bool
lock_stream(SyncSession *session, int64 *id)
{
	if (!rootfi_stream_lock(session->namespace, *id, true))
		return false;
	session->locked = lappend(session->locked, id);
	return true;
}

/* Unlocks a stream. */
static void
unlock_stream(SyncSession *session, int64 id)
{
	ListCell   *cell;

	foreach(cell, session->locked)
	{
		int64	   *locked = lfirst(cell);

		if (*locked != id)
			continue;
		rootfi_stream_unlock(session->namespace, id);
		session->locked = foreach_delete_current(session->locked, cell);
	}
}

/* The task of a stream, NULL if it has none. */
static SyncTask *
find_task(const SyncSession *session, int64 id)
{
	ListCell   *cell;

	foreach(cell, session->tasks)
	{
		SyncTask   *task = lfirst(cell);

		if (task->stream.id == id)
			return task;
	}
	return NULL;
}

/*
 * Locks again what the end of a transaction that failed has unlocked.  A stream
 * that another session was faster to lock is left to that.
 */
static void
lock_again(SyncSession *session)
{
	List	   *ids = session->locked;
	ListCell   *cell;

	session->locked = NIL;
	foreach(cell, ids)
	{
		int64	   *id = lfirst(cell);
		SyncTask   *task = find_task(session, *id);

		if (lock_stream(session, id) || task == NULL)
			continue;
		task->ended = true;
		rootfi_progress_locked(session, *id);
	}
}

/* Commits what was done for a stream; an error of that is the stream's. */
static void
commit(SyncSession *session, SyncTask *task)
{
	ErrorData  *error = rootfi_attempt_commit();

	rootfi_run_settle(session, task, error);
	if (error != NULL)
		lock_again(session);
}

/* Begins to run a stream that we have locked. */
static void
start_task(SyncSession *session, const int64 *id)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "rootfi stream",
												  ALLOCSET_DEFAULT_SIZES);
	SyncTask   *task = MemoryContextAllocZero(context, sizeof(SyncTask));

	task->context = context;
	task->stream.id = *id;
	task->started = rootfi_loop_now();
	session->tasks = lappend(session->tasks, task);
	rootfi_run_advance(session, task);
	commit(session, task);
}

/* Lets go of a stream whose run has ended. */
static void
end_task(SyncSession *session, SyncTask *task)
{
	session->tasks = list_delete_ptr(session->tasks, task);
	rootfi_target_close(&task->target);
	unlock_stream(session, task->stream.id);
	MemoryContextDelete(task->context);
}

/* May one more stream read?  Those that wait for RootFi's own syncs do not. */
static bool
has_room(const SyncSession *session)
{
	int			naside = 0;
	ListCell   *cell;

	foreach(cell, session->tasks)
		naside += rootfi_run_is_aside(lfirst(cell));
	return list_length(session->tasks) - naside < rootfi_max_concurrency;
}

/* Lets those read whose sync of RootFi's own is over, as long as there is room. */
static void
resume_tasks(SyncSession *session)
{
	ListCell   *cell;

	foreach(cell, session->tasks)
	{
		SyncTask   *task = lfirst(cell);

		if (!task->parked || !has_room(session))
			continue;
		rootfi_run_resume(session, task);
		commit(session, task);
	}
}

/* Begins to run streams until there are enough of them. */
static void
start_tasks(SyncSession *session)
{
	while (session->waiting != NIL && has_room(session) &&
		   list_length(session->tasks) < rootfi_max_concurrency + MOST_ASIDE)
	{
		int64	   *id = linitial(session->waiting);

		session->waiting = list_delete_first(session->waiting);
		if (lock_stream(session, id))
			start_task(session, id);
		else
			rootfi_progress_locked(session, *id);
	}
}

/*
 * A task that can go on, or NULL; the one that went on longest ago first.
 * Sets *until to when one can at the latest, -1 for not known.
 */
static SyncTask *
find_ready(const SyncSession *session, int64 *until)
{
	ListCell   *cell;

	*until = -1;
	foreach(cell, session->tasks)
	{
		SyncTask   *task = lfirst(cell);
		int64		at = rootfi_run_ready_at(task);

		if (at >= 0 && at <= rootfi_loop_now())
			return task;
		if (at >= 0 && (*until < 0 || at < *until))
			*until = at;
	}
	return NULL;
}

/* Waits until something comes in, or for that time. */
static void
wait_for_any(const SyncSession *session, int64 until)
{
	int64		start = rootfi_loop_now();
	ListCell   *cell;

	rootfi_http_wait(until);
	foreach(cell, session->tasks)
		((SyncTask *) lfirst(cell))->waited += rootfi_loop_now() - start;
}

/* Takes a task one step further, and to the end of the queue. */
static void
advance(SyncSession *session, SyncTask *task)
{
	rootfi_run_advance(session, task);
	commit(session, task);
	session->tasks = lappend(list_delete_ptr(session->tasks, task), task);
}

/* Runs all streams that are waiting. */
static void
run_streams(SyncSession *session)
{
	for (;;)
	{
		SyncTask   *task;
		int64		until;

		resume_tasks(session);
		start_tasks(session);
		if (session->tasks == NIL)
			break;
		task = find_ready(session, &until);
		if (task == NULL)
			wait_for_any(session, until);
		else if (task->ended)
			end_task(session, task);
		else
			advance(session, task);
	}
}

/* Says that there is nothing to do; by name that is an error. */
static void
report_none(SyncSession *session, const char *resource,
			const int64 *company_id)
{
	const char *what = psprintf("%s%s%s%s",
								resource ? " of " : "",
								resource ? quote_literal_cstr(resource) : "",
								company_id ? " for company " : "",
								company_id ? psprintf(INT64_FORMAT, *company_id) : "");
	bool		known = rootfi_ledger_knows(&session->ledger, resource,
											company_id);

	if (known)
		ereport(NOTICE,
				(errmsg("no stream%s is %s", what,
						session->by_name ? "enabled" : "due"),
				 errhint("See rootfi_sync_status.")));
	else
		ereport(resource || company_id ? ERROR : NOTICE,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("there is no stream%s", what),
				 errhint("Add one with rootfi_add_stream().")));
}

/* Raises an error where a commit is not possible. */
static void
check_context(FunctionCallInfo fcinfo)
{
	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		((CallContext *) fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
				 errmsg("rootfi_sync() commits page by page and cannot run inside a transaction block"),
				 errhint("CALL it by itself, not after BEGIN and not from a function.")));
	PreventCommandIfReadOnly("rootfi_sync()");
	PreventCommandDuringRecovery("rootfi_sync()");
}

/* Reads the arguments. */
static void
read_arguments(SyncSession *session, FunctionCallInfo fcinfo,
			   const char **resource, int64 **company_id)
{
	session->namespace = get_func_namespace(fcinfo->flinfo->fn_oid);
	session->ledger = rootfi_ledger(session->namespace);
	session->caller = GetUserId();
	session->started = GetCurrentTimestamp();
	session->context = CurrentMemoryContext;
	session->step_context = AllocSetContextCreate(CurrentMemoryContext,
												  "rootfi step",
												  ALLOCSET_DEFAULT_SIZES);
	session->began = session->noticed = rootfi_loop_now();
	if (!PG_ARGISNULL(0))
		*resource = rootfi_resource_by_name(text_to_cstring(PG_GETARG_TEXT_PP(0)))->name;
	if (!PG_ARGISNULL(1))
	{
		*company_id = palloc(sizeof(int64));
		**company_id = PG_GETARG_INT64(1);
	}
	session->full_refresh = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	session->max_pages = PG_ARGISNULL(3) ? PG_INT64_MAX : PG_GETARG_INT64(3);
	session->remote = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4);
	session->by_name = *resource || *company_id || session->full_refresh;
	if (session->max_pages < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"max_pages\" must be positive")));
}

/* Finds the streams and runs them. */
static void
sync_all(SyncSession *session, const char *resource, const int64 *company_id)
{
	session->waiting = rootfi_ledger_due(&session->ledger, resource,
										 company_id, session->by_name);
	if (!session->by_name)
		session->delayed = rootfi_ledger_delayed(&session->ledger);
	session->is_brief = list_length(session->waiting) > MOST_TOLD;
	if (session->waiting == NIL)
		report_none(session, resource, company_id);
	/* from here on we have no snapshot but while a page is written */
	SPI_commit();
	run_streams(session);
}

/*
 * rootfi_sync(resource text, company_id bigint, full_refresh boolean,
 * max_pages bigint, remote boolean): a procedure.  Errors: 2D000 in a
 * transaction block, 42704 for a stream by name that is not there; those of
 * streams after all have been run.
 */
Datum
rootfi_sync(PG_FUNCTION_ARGS)
{
	SyncSession *session;
	const char *resource = NULL;
	int64	   *company_id = NULL;

	check_context(fcinfo);
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	session = palloc0(sizeof(SyncSession));
	read_arguments(session, fcinfo, &resource, &company_id);
	PG_TRY();
	{
		sync_all(session, resource, company_id);
	}
	PG_FINALLY();
	{
		while (session->locked != NIL)
			unlock_stream(session, *(int64 *) linitial(session->locked));
	}
	PG_END_TRY();
	rootfi_progress_sums(session);
	rootfi_progress_delayed(session);
	rootfi_progress_failed(session);
	SPI_finish();
	PG_RETURN_VOID();
}
