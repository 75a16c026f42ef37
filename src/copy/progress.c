/*
 * progress.c
 *		What a call of rootfi_sync() tells its user.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "copy/sync.h"
#include "http/loop.h"

#define MOST_NAMED	10			/* streams that failed */
#define NOTICE_INTERVAL	1000	/* ms, at least, between two of progress */

/*
 * Tells how far a stream is: not more often than once a second in a call.
 */
void
rootfi_progress_tell(SyncSession *session, const SyncTask *task)
{
	const Stream *stream = &task->stream;
	int64		now = rootfi_loop_now();
	int64		done = stream->pass_rows - task->first_row;
	double		rate = done * 1000.0 / Max(now - task->started, 1);
	StringInfoData text;

	if (now - session->noticed < NOTICE_INTERVAL)
		return;
	session->noticed = now;
	initStringInfo(&text);
	appendStringInfo(&text, "page " INT64_FORMAT ", " INT64_FORMAT " rows",
					 stream->pass_pages, stream->pass_rows);
	if (stream->pass_total >= 0)
		appendStringInfo(&text, " of " INT64_FORMAT, stream->pass_total);
	appendStringInfo(&text, ", %.0f rows/s", rate);
	if (stream->pass_total >= stream->pass_rows && rate > 0)
		appendStringInfo(&text, ", %.0f s left",
						 (stream->pass_total - stream->pass_rows) / rate);
	ereport(NOTICE,
			(errmsg("stream %s: %s", stream->label, text.data)));
}

/* "1 row", "2 rows" */
static char *
counted(int64 n, const char *noun)
{
	return psprintf(INT64_FORMAT " %s%s", n, noun, n == 1 ? "" : "s");
}

/* "20 rows in 2 pages: 1 inserted, 2 updated, 17 unchanged, ..." */
static char *
describe(const RowCounts *counts, int64 pages, int64 marked)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "%s in %s: " INT64_FORMAT " inserted, "
					 INT64_FORMAT " updated, " INT64_FORMAT " unchanged",
					 counted(counts->seen, "row"), counted(pages, "page"),
					 counts->inserted, counts->updated,
					 counts->seen - counts->inserted - counts->updated -
					 counts->skipped);
	if (counts->skipped > 0)
		appendStringInfo(&text, ", " INT64_FORMAT " left out",
						 counts->skipped);
	if (marked > 0)
		appendStringInfo(&text, ", " INT64_FORMAT " marked as deleted",
						 marked);
	return text.data;
}

/*
 * Tells what a run has done, unless nothing has changed and there are too many
 * streams to tell of each.
 */
void
rootfi_progress_end(SyncSession *session, const SyncTask *task, int64 marked)
{
	const RowCounts *counts = &task->counts;
	SyncSums   *sums = &session->sums;

	sums->nstreams++;
	sums->pages += task->pages;
	sums->counts.seen += counts->seen;
	sums->counts.inserted += counts->inserted;
	sums->counts.updated += counts->updated;
	sums->counts.skipped += counts->skipped;
	sums->marked += marked;
	if (session->is_brief &&
		counts->inserted == 0 && counts->updated == 0 &&
		counts->skipped == 0 && marked == 0)
		return;
	ereport(NOTICE,
			(errmsg("stream %s: %s%s", task->stream.label,
					describe(counts, task->pages, marked),
					task->stream.cursor == NULL ? "" :
					", to be gone on with")));
}

/* Tells of a stream that is left to another session. */
void
rootfi_progress_locked(SyncSession *session, int64 id)
{
	if (session->is_brief)
		session->nlocked++;
	else
		ereport(NOTICE,
				(errmsg("stream " INT64_FORMAT " is being synced by another session",
						id)));
}

/* Tells what all streams have done together, where not each was told of. */
void
rootfi_progress_sums(const SyncSession *session)
{
	const SyncSums *sums = &session->sums;

	if (!session->is_brief)
		return;
	if (session->nlocked > 0)
		ereport(NOTICE,
				(errmsg("%s being synced by other sessions",
						session->nlocked == 1 ? "1 stream is" :
						psprintf("%d streams are", session->nlocked))));
	ereport(NOTICE,
			(errmsg("%s: %s", counted(sums->nstreams, "stream"),
					describe(&sums->counts, sums->pages, sums->marked)),
			 errdetail("Of these only the ones in which something has changed were told of.")));
}

/* The SQLSTATE that all failures have, or that of foreign data in general. */
static int
common_sqlstate(const List *failed)
{
	int			sqlstate = ((SyncFailure *) linitial(failed))->error->sqlerrcode;
	ListCell   *cell;

	foreach(cell, failed)
	{
		const SyncFailure *failure = lfirst(cell);

		if (failure->error->sqlerrcode != sqlstate)
			return ERRCODE_FDW_ERROR;
	}
	return sqlstate;
}

/*
 * Warns of the streams that a call has left out as they failed before, naming
 * ten at most: a job that calls again and again would look well.
 */
void
rootfi_progress_delayed(const SyncSession *session)
{
	int			n = list_length(session->delayed);
	StringInfoData names;
	ListCell   *cell;

	if (n == 0)
		return;
	initStringInfo(&names);
	foreach(cell, session->delayed)
	{
		if (foreach_current_index(cell) == MOST_NAMED)
		{
			appendStringInfo(&names, ", and %s", counted(n - MOST_NAMED, "other"));
			break;
		}
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
						 (char *) lfirst(cell));
	}
	ereport(WARNING,
			(errmsg("%s that failed before %s left out",
					counted(n, "stream"), n == 1 ? "was" : "were"),
			 errdetail("Not due yet: %s.", names.data),
			 errhint("See rootfi_sync_status. A call that names the resource tries at once.")));
}

/* Raises the error that names the streams that failed, ten at most, if any did. */
void
rootfi_progress_failed(const SyncSession *session)
{
	StringInfoData detail;
	ListCell   *cell;

	if (session->failed == NIL)
		return;
	initStringInfo(&detail);
	foreach(cell, session->failed)
	{
		const SyncFailure *failure = lfirst(cell);

		if (foreach_current_index(cell) == MOST_NAMED)
		{
			appendStringInfo(&detail, "\nand %s",
							 counted(list_length(session->failed) - MOST_NAMED,
									 "other"));
			break;
		}
		appendStringInfo(&detail, "%sStream %s: %s: %s%s%s",
						 detail.len > 0 ? "\n" : "", failure->label,
						 unpack_sql_state(failure->error->sqlerrcode),
						 failure->error->message,
						 failure->error->detail ? ": " : "",
						 failure->error->detail ? failure->error->detail : "");
	}
	ereport(ERROR,
			(errcode(common_sqlstate(session->failed)),
			 errmsg("could not sync %d of %s",
					list_length(session->failed),
					counted(session->nstreams, "stream")),
			 errdetail("%s", detail.data),
			 errhint("See rootfi_sync_status. What was copied is kept, and the next call goes on from there.")));
}
