/*
 * pass.c
 *		Which pass over its list a stream is in.
 *
 * A pass reads a list once, from its beginning to its end.  It may take
 * several runs, each of them what one call does for one stream:
 *
 *	no pass -> begin -> page -> page -> ... -> last page -> no pass
 *	              ^        |	(the run ends: failed, stopped, cut off)
 *	              |--------|	(the next one goes on from the cursor)
 *
 * Passes differ in what they ask for: the first, "backfill", for all that the
 * stream wants; "incremental" for what changed since the start of the pass
 * before, by the earlier of two clocks, less the option "overlap"; "full" for all
 * again, to find what is gone.  A pass's start is that of its first page, so
 * what changes while it runs is read by the next one.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/sqlstates.h"
#include "copy/sync.h"
#include "http/connection.h"

bool		rootfi_check_totals = true;

/* An answer may have been under way for a while, and has whole seconds. */
#define CLOCK_TOLERANCE	USECS_PER_MINUTE

/* The moment less the option "overlap": it is for safety (C34). */
static TimestampTz
overlapped(const Stream *stream, TimestampTz moment)
{
	const char *overlap = rootfi_connection_get(stream->server)->options.overlap;
	Datum		span = DirectFunctionCall3(interval_in, CStringGetDatum(overlap),
										   ObjectIdGetDatum(InvalidOid),
										   Int32GetDatum(-1));

	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_mi_interval,
												   TimestampTzGetDatum(moment),
												   span));
}

/*
 * Notes when the pass began: at the earlier of the server's clock and ours,
 * so that one that is ahead loses no change.  Warns when they are further
 * apart than the overlap makes up for.  A server_time of -1 is none.
 */
void
rootfi_pass_start(Stream *stream, int64 server_time)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz server = server_time < 0 ? now :
	time_t_to_timestamptz(server_time);

	stream->pass_start = Min(now, server);
	if (overlapped(stream, Max(now, server)) >
		stream->pass_start + CLOCK_TOLERANCE)
		ereport(WARNING,
				(errmsg("stream %s: the server's clock is " INT64_FORMAT " s %s ours",
						stream->label,
						(int64) (Max(now, server) - stream->pass_start) / USECS_PER_SEC,
						server > now ? "ahead of" : "behind"),
				 errdetail("What changed is read from the earlier of the two on.")));
}

/* Is there a pass to go on with? */
bool
rootfi_pass_goes_on(const SyncSession *session, const Stream *stream)
{
	return stream->pass_kind && stream->cursor &&
		(!session->full_refresh || strcmp(stream->pass_kind, "full") == 0);
}

/* Describes a new pass, but for from when on it reads. */
void
rootfi_pass_new(const SyncSession *session, Stream *stream)
{
	stream->pass_kind = session->full_refresh ? "full" :
		TIMESTAMP_IS_NOBEGIN(stream->synced_to) ? "backfill" : "incremental";
	stream->pass_since = stream->backfill_from;
	stream->pass_start = DT_NOBEGIN;
	stream->pass_total = -1;
	stream->pass_pages = stream->pass_rows = stream->pass_skipped = 0;
	stream->cursor = NULL;
}

/*
 * Raises RFP01 when a pass that ended has read fewer records than the server
 * had announced: it is not complete then, and the next run begins it anew.
 * Deleted records stay in the list, so that only those that the server
 * removed for good meanwhile may lack: one in a hundred, none of fewer.
 */
void
rootfi_pass_check_total(const Stream *stream)
{
	int64		lacking = stream->pass_total - stream->pass_rows;

	if (lacking <= stream->pass_total / 100)
		return;
	ereport(rootfi_check_totals ? ERROR : WARNING,
			(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
			 errmsg("the list of stream %s ended after " INT64_FORMAT " of " INT64_FORMAT " records",
					stream->label, stream->pass_rows, stream->pass_total),
			 errdetail("The server had announced that many."),
			 errhint("Where the server counts wrongly, set \"rootfi.check_totals\" to off.")));
}

/* Chooses the pass: the one under way, or a new one. */
void
rootfi_pass_choose(SyncSession *session, Stream *stream)
{
	if (rootfi_pass_goes_on(session, stream))
		return;
	rootfi_pass_new(session, stream);
	if (strcmp(stream->pass_kind, "incremental") == 0)
		stream->pass_since = overlapped(stream,
										Min(stream->synced_to,
											GetCurrentTimestamp()));
	rootfi_ledger_forget(&session->ledger, stream);
}

/*
 * Is the stream to be run, now that nobody else can?  What was noted by a
 * clock that was ahead says nothing of that.
 */
bool
rootfi_pass_is_due(const SyncSession *session, const Stream *stream)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!stream->enabled)
		return false;
	if (stream->completed_at > now || stream->error_at > now)
		return true;
	/* done by another session after we had looked */
	if (stream->completed_at >= session->started)
		return false;
	return session->by_name || stream->next_due <= now;
}
