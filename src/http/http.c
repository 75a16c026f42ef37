/*
 * http.c
 *		Drives all transfers: starts, waits, ends.
 *
 * A transfer goes through these states:
 *
 *	WAITING -> RUNNING -> DONE
 *	   ^----------|			(another attempt, after a back-off)
 *
 * transfer.c has what happens to one of them.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "http/http.h"
#include "http/loop.h"
#include "http/transfer.h"

#define LATE_STEPS			1000	/* to take what came in time */
#define LONGEST_SILENT_WAIT 2000	/* ms, for the allowance */

/* When libcurl was driven last, while there was anything to drive. */
static int64 driven_at = 0;

/* A transfer with everything ready to be sent; see transfer.c. */
HttpTransfer *
rootfi_http_prepare(RootfiConnection *connection, const HttpRequest *request)
{
	return rootfi_transfer_prepare(connection, request);
}

/* May a write have left that was not turned away since? */
bool
rootfi_http_wrote(const HttpTransfer *transfer)
{
	return rootfi_transfer_wrote(transfer);
}

/*
 * Begins a request that was prepared: over a connection that is open it is
 * sent before this returns, unless the server's allowance is used up.
 */
void
rootfi_http_send(HttpTransfer *transfer)
{
	int64		now = rootfi_loop_now();

	if (dlist_head_node(&rootfi_transfers) == dlist_tail_node(&rootfi_transfers))
		driven_at = now;		/* the first one: there was no pause */
	transfer->state = HTTP_WAITING;
	transfer->wake = Min(transfer->connection->budget_reset,
						 now + LONGEST_BUDGET_WAIT);
	transfer->for_allowance = true;
	if (transfer->wake <= now)
		rootfi_transfer_run(transfer);
}

/* Both in one. */
HttpTransfer *
rootfi_http_start(RootfiConnection *connection, const HttpRequest *request)
{
	HttpTransfer *transfer = rootfi_http_prepare(connection, request);

	rootfi_http_send(transfer);
	return transfer;
}

/* Completes what libcurl has finished; returns whether there was any. */
static bool
http_collect(void)
{
	CURLMsg    *message;
	int			left;
	bool		any = false;

	while ((message = curl_multi_info_read(rootfi_loop_multi(), &left)))
	{
		char	   *transfer;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		rootfi_transfer_complete((HttpTransfer *) transfer, message->data.result);
		any = true;
	}
	return any;
}

/*
 * The limits are for the server.  Time that was spent elsewhere while an
 * answer may have been there (rows of another page were written, triggers
 * fired) is added to them, as far as they began before.
 */
static void
http_forgive_pause(void)
{
	dlist_iter	iter;
	int64		now = rootfi_loop_now();
	int64		pause = now - driven_at;

	driven_at = now;
	dlist_foreach(iter, &rootfi_transfers)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		if (transfer->state == HTTP_RUNNING)
			transfer->deadline += Min(pause, now - transfer->began);
	}
}

/* Tells the user of a long wait for the allowance, once. */
static void
http_tell_wait(const HttpTransfer *transfer, int64 now)
{
	RootfiConnection *connection = transfer->connection;

	if (!transfer->for_allowance ||
		transfer->wake - now <= LONGEST_SILENT_WAIT ||
		transfer->wake <= connection->told_reset + LONGEST_SILENT_WAIT)
		return;
	connection->told_reset = transfer->wake;
	ereport(NOTICE,
			(errmsg("waiting %d seconds until server \"%s\" allows another request",
					(int) ((transfer->wake - now + 999) / 1000),
					connection->server_name),
			 errdetail("The allowance of the API key at \"%s\" is used up.",
					   transfer->response.host),
			 errhint("Set \"statement_timeout\" to wait no longer than that.")));
}

/*
 * Runs the attempts that are due.  Returns when something is to be done next:
 * an attempt or the end of a time limit.
 */
static int64
http_run_due(void)
{
	dlist_iter	iter;
	int64		next = -1;
	int64		now = rootfi_loop_now();

	dlist_foreach(iter, &rootfi_transfers)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);
		int64		at;

		if (transfer->state == HTTP_DONE)
			continue;
		if (transfer->state == HTTP_WAITING && transfer->wake <= now)
			rootfi_transfer_run(transfer);
		if (transfer->state == HTTP_WAITING)
			http_tell_wait(transfer, now);
		at = transfer->state == HTTP_WAITING ? transfer->wake :
			transfer->deadline;
		if (next < 0 || at < next)
			next = at;
	}
	return next;
}

/* Is the time of any attempt up? */
static bool
http_overdue(void)
{
	dlist_iter	iter;
	int64		now = rootfi_loop_now();

	dlist_foreach(iter, &rootfi_transfers)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		if (transfer->state == HTTP_RUNNING && now >= transfer->deadline)
			return true;
	}
	return false;
}

/* How much has come for all transfers. */
static size_t
http_received(void)
{
	dlist_iter	iter;
	size_t		sum = 0;

	dlist_foreach(iter, &rootfi_transfers)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		sum += transfer->seen.size + transfer->response.len;
	}
	return sum;
}

/*
 * Takes what has come in time although nobody looked: the process may have
 * been stopped, or the machine.  Goes on only while something is there.
 */
static void
http_take_late(void)
{
	size_t		received;

	for (int i = 0; i < LATE_STEPS && http_overdue(); i++)
	{
		received = http_received();
		rootfi_loop_step(rootfi_loop_now());
		if (!http_collect() && http_received() == received)
			break;
	}
}

/* Ends the attempts whose time is up. */
static void
http_expire(void)
{
	dlist_iter	iter;
	int64		now = rootfi_loop_now();

	dlist_foreach(iter, &rootfi_transfers)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		if (transfer->state != HTTP_RUNNING || now < transfer->deadline)
			continue;
		snprintf(transfer->problem, sizeof(transfer->problem),
				 "Operation timed out after %d milliseconds with %zu bytes received",
				 transfer->time_limit, transfer->response.len);
		rootfi_transfer_complete(transfer, CURLE_OPERATION_TIMEDOUT);
	}
}

/*
 * Waits until something happens to any of the transfers, or until a time of
 * rootfi_loop_now(), -1 for no limit.  Errors: only those of an interrupt.
 */
void
rootfi_http_wait(int64 until)
{
	int64		next;

	http_forgive_pause();
	next = http_run_due();
	if (until >= 0 && (next < 0 || until < next))
		next = until;
	if (!http_collect())
	{
		rootfi_loop_step(next);
		http_collect();
		http_take_late();
		http_expire();
	}
	driven_at = rootfi_loop_now();
}

/* Has the request ended, all attempts included? */
bool
rootfi_http_done(const HttpTransfer *transfer)
{
	return transfer->state == HTTP_DONE;
}

/*
 * Waits for the end of a request, while the others go on too.  The response
 * belongs to the transfer; how the request ended is the caller's to judge.
 */
HttpResponse *
rootfi_http_finish(HttpTransfer *transfer)
{
	while (!rootfi_http_done(transfer))
		rootfi_http_wait(-1);
	return &transfer->response;
}

/* Ends a transfer, finished or not, and frees the response. */
void
rootfi_http_close(HttpTransfer *transfer)
{
	MemoryContextDelete(transfer->context);
}
