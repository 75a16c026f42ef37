/*
 * run.c
 *		One run of a stream, from step to step.
 *
 *	begin -> begin_remote -> advance_remote -> begin_reading --+
 *	  |                                                        |
 *	  +--> take -> write -+-> take ...     <-------------------+
 *	        |             +-> complete, stop: ended
 *	        +-> restart, once
 *	any error -> record: ended
 *
 * A page, its checkpoint and, after the last page, the end of the pass are one
 * transaction.  Whatever may fail happens in a subtransaction of that
 * (steps.c): an error ends the stream's run and is kept with the stream.
 *
 * What another session did may be in the way: a row that was not there is now,
 * a deadlock, a serialization failure, which may come as late as the commit.
 * Then the same is done again in another transaction, which sees what has
 * happened meanwhile; what it had changed of the task is put back before.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "api/remote.h"
#include "base/attempt.h"
#include "base/role.h"
#include "copy/failure.h"
#include "copy/steps.h"
#include "http/loop.h"
#include "json/text.h"
#include "rows/children.h"

/* How often something is tried before others are no longer to blame. */
#define MOST_ATTEMPTS	4

/* A step, to be attempted. */
typedef struct StepCall
{
	SyncSession *session;
	SyncTask   *task;
	TaskStep	step;
} StepCall;

/*
 * AttemptStep: does it, and is then who we were, with the settings we had.  The
 * policies of the tables are heeded in it, as those of the extension's are.
 */
static void
do_step(void *arg)
{
	const StepCall *call = arg;
	RoleState	state = rootfi_role_begin();

	rootfi_role_heed_policies();
	call->step(call->session, call->task);
	rootfi_role_end(&state);
}

/* What steps change of a task whose run has begun. */
static TaskMarks
mark(const SyncTask *task)
{
	return (TaskMarks)
	{
		.stream = task->stream,
			.page = task->page,
			.at_end = task->at_end,
			.wants_restart = task->wants_restart,
			.pages = task->pages,
			.counts = task->counts,
			.keyless = task->keyless,
			.costs = task->costs,
			.waited = task->waited,
			.nodd = task->begun ? task->target.parent.plan->nodd : 0,
	};
}

/*
 * Puts a task back to what it was; of one that has not begun nothing is lost,
 * as its next step begins anew.
 */
static void
put_back(SyncTask *task, const TaskMarks *marks)
{
	task->ended = false;
	if (marks->stream.run_id == 0)
	{
		task->stream.run_id = 0;
		task->begun = false;
		return;
	}
	task->stream = marks->stream;
	task->page = marks->page;
	task->at_end = marks->at_end;
	task->wants_restart = marks->wants_restart;
	task->pages = marks->pages;
	task->counts = marks->counts;
	task->keyless = marks->keyless;
	task->costs = marks->costs;
	task->waited = marks->waited;
	task->target.parent.plan->nodd = marks->nodd;
}

/* May what another session did be in the way no more at the next attempt? */
static bool
may_pass(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION ||
		error->sqlerrcode == ERRCODE_T_R_SERIALIZATION_FAILURE ||
		error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/* What the stream is called in messages. */
static char *
label(const SyncTask *task)
{
	return task->stream.label == NULL ?
		psprintf(INT64_FORMAT, task->stream.id) : pstrdup(task->stream.label);
}

/* Notes the error that ends the run; it is recorded next. */
static void
fail(SyncSession *session, SyncTask *task, ErrorData *error)
{
	SyncFailure *failure = palloc(sizeof(SyncFailure));

	rootfi_failure_clean(error);
	task->error = error;
	task->attempts = 0;
	failure->label = label(task);
	failure->error = error;
	session->failed = lappend(session->failed, failure);
}

/* Handles an error: the same is tried again, or the run fails. */
static void
handle(SyncSession *session, SyncTask *task, ErrorData *error)
{
	if (task->may_repeat && may_pass(error) &&
		++task->attempts < MOST_ATTEMPTS)
		return;
	if (task->error == NULL)
	{
		fail(session, task, error);
		return;
	}
	task->ended = true;
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("could not record the error of stream %s: %s",
					label(task), error->message)));
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
	TaskMarks	marks = mark(task);
	ErrorData  *error = rootfi_attempt(do_step, &call, session->step_context);

	MemoryContextReset(session->step_context);
	task->is_done = error == NULL;
	if (error != NULL)
		put_back(task, &marks);
	return error;
}

/* Does a step that works on tables; returns whether it is done. */
static bool
do_or_repeat(SyncSession *session, SyncTask *task, TaskStep step)
{
	ErrorData  *error;

	task->may_repeat = true;
	error = attempt(session, task, step);
	if (error != NULL)
		handle(session, task, error);
	return error == NULL;
}

/* Does a step that talks to the API, which is not to be told twice. */
static void
do_once(SyncSession *session, SyncTask *task, TaskStep step)
{
	ErrorData  *error;

	task->may_repeat = false;
	error = attempt(session, task, step);
	if (error != NULL)
		handle(session, task, error);
}

/*
 * Takes the page that has come.  Returns whether there is one; when the server
 * refused the cursor, the pass begins again, once.
 */
static bool
take(SyncSession *session, SyncTask *task)
{
	ErrorData  *error = attempt(session, task, rootfi_step_take);

	if (error == NULL)
		return true;
	if (rootfi_list_stats(task->scan)->cursor_refused && !task->restarted)
	{
		ereport(NOTICE,
				(errmsg("stream %s: the server refused the cursor, so the pass begins again",
						task->stream.label),
				 errdetail("%s", error->detail ? error->detail : error->message)));
		task->restarted = task->wants_restart = true;
	}
	else
	{
		task->may_repeat = false;
		handle(session, task, error);
	}
	return false;
}

/* Takes a run one page further, and to its end after the last. */
static void
advance_page(SyncSession *session, SyncTask *task)
{
	bool		is_last;

	if (task->page == NULL && !task->at_end && !take(session, task))
		return;
	task->marks = mark(task);
	if (task->page != NULL &&
		!do_or_repeat(session, task, rootfi_step_write))
		return;
	if (!task->at_end)
		return;
	is_last = task->stream.cursor == NULL;
	do_or_repeat(session, task,
				 is_last ? rootfi_step_complete : rootfi_step_stop);
	task->abandon = is_last && task->error != NULL;
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
	task->parked = false;
	task->marks = mark(task);
	do_once(session, task, rootfi_step_begin_reading);
}

/* When the run can go on without waiting: 0 for now, -1 for not known yet. */
int64
rootfi_run_ready_at(const SyncTask *task)
{
	if (task->ended || !task->begun || task->error != NULL ||
		task->wants_remote || task->wants_restart || task->page != NULL ||
		task->at_end)
		return 0;
	if (task->remote != NULL)
		return rootfi_remote_ready_at(task->remote);
	if (task->parked)
		return -1;
	return rootfi_list_ready(task->scan) ? 0 : -1;
}

/*
 * Takes a run that is ready one step further; the caller commits, and then has
 * it settled.
 */
void
rootfi_run_advance(SyncSession *session, SyncTask *task)
{
	task->marks = mark(task);
	if (task->error != NULL)
		task->ended = do_or_repeat(session, task, rootfi_step_record) ||
			task->ended;
	else if (!task->begun)
		do_or_repeat(session, task, rootfi_step_begin);
	else if (task->wants_restart)
		do_or_repeat(session, task, rootfi_step_restart);
	else if (task->wants_remote)
		do_once(session, task, rootfi_step_begin_remote);
	else if (task->remote != NULL)
		do_once(session, task, rootfi_step_advance_remote);
	else
		advance_page(session, task);
}

/* Tells of a run that is over, and did not fail. */
static void
tell_end(SyncSession *session, const SyncTask *task)
{
	const Stream *stream = &task->stream;

	rootfi_progress_end(session, task, task->marked);
	rootfi_json_warn(rootfi_list_stats(task->scan)->replaced);
	rootfi_children_warn(task->target.parent.plan->nodd);
	rootfi_keyless_warn(stream, &task->keyless,
						stream->cursor == NULL && stream->pass_skipped > 0 &&
						strcmp(stream->pass_kind, "full") == 0);
}

/*
 * Goes on after the commit of what was done, or after the error that it ended
 * with, by which nothing of that is left.
 */
void
rootfi_run_settle(SyncSession *session, SyncTask *task, ErrorData *error)
{
	if (error != NULL)
	{
		put_back(task, &task->marks);
		handle(session, task, error);
	}
	else if (task->is_done)
		task->attempts = 0;
	/* one that was not due has neither begun nor failed */
	if (task->ended && (task->begun || task->error != NULL))
		session->nstreams++;
	if (error != NULL || task->error != NULL || !task->begun)
		return;
	if (task->ended)
		tell_end(session, task);
	else if (task->pages > 0)
		rootfi_progress_tell(session, task);
}
