/*
 * sync.h
 *		A call of rootfi_sync(): streams that are copied side by side.
 */
#ifndef ROOTFI_SYNC_H
#define ROOTFI_SYNC_H

#include "api/list.h"
#include "api/remote.h"
#include "copy/keyless.h"
#include "copy/stream.h"
#include "copy/target.h"

/* What is put back of a task when what was done for it is rolled back. */
typedef struct TaskMarks
{
	Stream		stream;
	const JsonAnswer *page;
	bool		at_end;
	bool		wants_restart;
	int64		pages;
	RowCounts	counts;
	Keyless		keyless;
	RunCosts	costs;
	int64		waited;
	int			nodd;			/* the row plan's */
} TaskMarks;

/* A stream that is being copied. */
typedef struct SyncTask
{
	MemoryContext context;		/* owns all of it */
	Stream		stream;
	Target		target;
	bool		begun;			/* the run is in the log */
	bool		wants_remote;	/* a sync of RootFi's own comes first */
	RemoteSync *remote;			/* that is waited for, or NULL */
	bool		parked;			/* it is over, our turn to read is not yet */
	ListRequest request;
	ListScan   *scan;
	const JsonAnswer *page;		/* that is to be written, or NULL */
	bool		at_end;			/* the latest page was the run's last */
	bool		restarted;		/* the server refused the cursor once */
	bool		wants_restart;	/* and the pass is to begin again */
	ErrorData  *error;			/* that ended the run, or NULL */
	bool		abandon;		/* the pass goes with it */
	int64		pages;			/* of this run */
	RowCounts	counts;			/* of this run */
	Keyless		keyless;		/* likewise */
	RunCosts	costs;			/* of the scan, up to the latest checkpoint */
	int64		waited;			/* ms, since then */
	int64		started;		/* rootfi_loop_now() */
	int64		first_row;		/* stream.pass_rows at the start */
	int64		marked;			/* rows, as deleted, at the end of the pass */
	bool		ended;
	TaskMarks	marks;			/* of the start of this transaction */
	bool		is_done;		/* the latest step, which */
	bool		may_repeat;		/* may be done again, */
	int			attempts;		/* and has failed so many times */
} SyncTask;

/* What the streams of a call have done together. */
typedef struct SyncSums
{
	int			nstreams;
	int64		pages;
	RowCounts	counts;
	int64		marked;			/* as deleted */
} SyncSums;

/* What a call was asked for, and where it is. */
typedef struct SyncSession
{
	Ledger		ledger;
	Oid			namespace;		/* of the extension */
	Oid			caller;
	MemoryContext context;		/* of the call, and its SPI connection */
	MemoryContext step_context; /* emptied after each step of a run */
	TimestampTz started;
	int64		began;			/* the same as rootfi_loop_now() */
	bool		by_name;		/* streams that are not due as well */
	bool		full_refresh;
	int64		max_pages;
	bool		remote;
	List	   *waiting;		/* numbers of streams, palloc'd int64 */
	List	   *tasks;			/* at most rootfi_max_concurrency that read */
	List	   *locked;			/* numbers of streams that we have locked */
	int			nstreams;		/* that were run */
	bool		is_brief;		/* they are too many to tell of each */
	SyncSums	sums;			/* of all that did not fail */
	int			nlocked;		/* that other sessions are at, not told yet */
	List	   *delayed;		/* labels of those that wait after a failure */
	List	   *failed;			/* SyncFailure */
	int64		noticed;		/* when progress was told last */
} SyncSession;

/* A stream that could not be copied. */
typedef struct SyncFailure
{
	const char *label;
	ErrorData  *error;
} SyncFailure;

extern bool rootfi_check_totals;	/* setting */

/* progress.c */
extern void rootfi_progress_tell(SyncSession *session, const SyncTask *task);
extern void rootfi_progress_end(SyncSession *session, const SyncTask *task,
								int64 marked);
extern void rootfi_progress_locked(SyncSession *session, int64 id);
extern void rootfi_progress_sums(const SyncSession *session);
extern void rootfi_progress_delayed(const SyncSession *session);
extern void rootfi_progress_failed(const SyncSession *session);

/* pass.c */
extern bool rootfi_pass_is_due(const SyncSession *session,
							   const Stream *stream);
extern bool rootfi_pass_goes_on(const SyncSession *session,
								const Stream *stream);
extern void rootfi_pass_new(const SyncSession *session, Stream *stream);
extern void rootfi_pass_start(Stream *stream, int64 server_time);
extern void rootfi_pass_check_total(const Stream *stream);
extern void rootfi_pass_choose(SyncSession *session, Stream *stream);

/* run.c */
extern bool rootfi_run_is_aside(const SyncTask *task);
extern void rootfi_run_resume(SyncSession *session, SyncTask *task);
extern int64 rootfi_run_ready_at(const SyncTask *task);
extern void rootfi_run_advance(SyncSession *session, SyncTask *task);
extern void rootfi_run_settle(SyncSession *session, SyncTask *task,
							  ErrorData *error);

#endif							/* ROOTFI_SYNC_H */
