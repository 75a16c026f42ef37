/*
 * transfer.c
 *		One request and its attempts: what libcurl tells of it, and how each
 *		attempt ends.
 *
 * verdict.c says what may be tried again: reads when that can help, a write
 * only when it provably did not arrive, because no connection was made, or was
 * turned away (429).  libcurl by itself would resend any request over a fresh
 * connection when a kept-alive one breaks; http_before_request() is called
 * before each sending and forbids the second one for writes.  It also refuses
 * a kept-alive connection over which something came that nobody asked for: it
 * would be taken for the answer.
 *
 * Everything libcurl or malloc owns belongs to the transfer and is released
 * by a reset callback of the transfer's memory context, which is registered
 * before anything is taken: an error anywhere leaves nothing behind.
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "utils/memutils.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "http/loop.h"
#include "http/request.h"
#include "http/sockets.h"
#include "http/transfer.h"

#define MAX_HEADER_SIZE		(256 * 1024)	/* all header lines of an answer */
#define FIRST_BACKOFF		200 /* ms */
#define LONGEST_BACKOFF		10000	/* ms */

int			rootfi_max_response_size = 65536;
int			rootfi_max_concurrency = 4;

/* All that there are, in the order in which they were prepared. */
dlist_head	rootfi_transfers = DLIST_STATIC_INIT(rootfi_transfers);

/* Gives back what is not palloc'd.  Called when the context goes away. */
static void
http_release(void *arg)
{
	HttpTransfer *transfer = arg;

	dlist_delete(&transfer->node);
	if (transfer->easy != NULL)
	{
		rootfi_loop_remove(transfer->easy);
		curl_easy_cleanup(transfer->easy);
	}
	curl_slist_free_all(transfer->headers);
	free(transfer->buffer);
}

/*
 * Has something come over a kept-alive connection that nobody asked for?  Over
 * HTTP/2 that is no harm, as answers name their requests.
 */
static bool
http_is_stale(const HttpTransfer *transfer, int local_port)
{
	long		nconnects = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &nconnects);
	return nconnects == 0 && !transfer->connection->multiplexes &&
		rootfi_socket_has_input(local_port);
}

/*
 * libcurl is about to send the request.  A second sending that is not ours
 * (a kept-alive connection broke) is refused for writes: the first may have
 * arrived.
 */
static int
http_before_request(void *arg, char *remote_ip, char *local_ip,
					int remote_port, int local_port)
{
	HttpTransfer *transfer = arg;

	if (transfer->response.sent && transfer->is_write)
		return CURL_PREREQFUNC_ABORT;
	transfer->stale = http_is_stale(transfer, local_port);
	if (transfer->stale)
		return CURL_PREREQFUNC_ABORT;
	transfer->response.sent = true;
	return CURL_PREREQFUNC_OK;
}

/* Makes room for n more bytes and a NUL; false when that cannot be. */
static bool
http_reserve(HttpTransfer *transfer, size_t n)
{
	size_t		needed = transfer->response.len + n + 1;
	size_t		capacity = Max(transfer->capacity, 8192);
	char	   *buffer;

	if (n > transfer->limit - transfer->response.len)
	{
		transfer->too_large = true;
		return false;
	}
	if (needed <= transfer->capacity)
		return true;
	while (capacity < needed)
		capacity *= 2;
	buffer = realloc(transfer->buffer, capacity);
	if (buffer == NULL)
	{
		transfer->no_memory = true;
		return false;
	}
	transfer->buffer = buffer;
	transfer->capacity = capacity;
	return true;
}

/* libcurl has a piece of the decoded body. */
static size_t
http_take_body(char *data, size_t size, size_t count, void *arg)
{
	HttpTransfer *transfer = arg;
	size_t		n = size * count;

	if (!http_reserve(transfer, n))
		return 0;
	memcpy(transfer->buffer + transfer->response.len, data, n);
	transfer->response.len += n;
	return n;
}

/* libcurl has a header line, status lines included. */
static size_t
http_take_header(char *data, size_t size, size_t count, void *arg)
{
	HttpTransfer *transfer = arg;
	size_t		n = size * count;

	if (transfer->seen.size + n > MAX_HEADER_SIZE)
	{
		transfer->header_too_large = true;
		return 0;
	}
	rootfi_headers_take(&transfer->seen, data, n);
	return n;
}

/* Has the name of the host looked up, whatever libcurl remembers of it. */
static void
http_resolve_anew(HttpTransfer *transfer)
{
	rootfi_request_setopt(transfer->easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
}

/* Who is told of what comes. */
static void
http_set_callbacks(HttpTransfer *transfer)
{
	CURL	   *easy = transfer->easy;

	rootfi_request_setopt(easy, CURLOPT_PRIVATE, transfer);
	rootfi_request_setopt(easy, CURLOPT_ERRORBUFFER, transfer->problem);
	rootfi_request_setopt(easy, CURLOPT_PREREQFUNCTION, http_before_request);
	rootfi_request_setopt(easy, CURLOPT_PREREQDATA, transfer);
	rootfi_request_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, rootfi_socket_open);
	rootfi_request_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer->no_socket);
	rootfi_request_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, rootfi_socket_close);
	rootfi_request_setopt(easy, CURLOPT_WRITEFUNCTION, http_take_body);
	rootfi_request_setopt(easy, CURLOPT_WRITEDATA, transfer);
	rootfi_request_setopt(easy, CURLOPT_HEADERFUNCTION, http_take_header);
	rootfi_request_setopt(easy, CURLOPT_HEADERDATA, transfer);
}

/* Hands the transfer to libcurl, as if for the first time. */
void
rootfi_transfer_run(HttpTransfer *transfer)
{
	HttpResponse *response = &transfer->response;
	int64		now = rootfi_loop_now();

	Assert(transfer->state == HTTP_WAITING);
	if (transfer->deadline == 0)
		transfer->deadline = now + transfer->time_limit;
	transfer->began = now;
	transfer->for_allowance = false;
	response->sent = false;
	response->len = 0;
	response->attempts++;
	transfer->too_large = transfer->header_too_large = false;
	transfer->no_memory = transfer->no_socket = transfer->stale = false;
	transfer->problem[0] = '\0';
	memset(&transfer->seen, 0, sizeof(transfer->seen));
	transfer->state = HTTP_RUNNING;
	rootfi_loop_add(transfer->easy);
}

/*
 * A transfer in its own context, with everything ready to be sent, memory for
 * a short answer included.  It belongs to a child of the current memory
 * context and ends with it at the latest.
 */
HttpTransfer *
rootfi_transfer_prepare(RootfiConnection *connection, const HttpRequest *request)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "rootfi transfer",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	HttpTransfer *transfer = palloc0(sizeof(HttpTransfer));

	transfer->context = context;
	transfer->connection = connection;
	transfer->generation = connection->generation;
	transfer->time_limit = (int) (connection->options.timeout * 1000);
	transfer->retries_left = request->once ? 0 :
		connection->options.max_retries;
	transfer->is_write = transfer->plain = strcmp(request->method, "GET") != 0;
	transfer->limit = (size_t) rootfi_max_response_size * 1024;
	strlcpy(transfer->response.host, connection->host,
			sizeof(transfer->response.host));
	dlist_push_tail(&rootfi_transfers, &transfer->node);
	transfer->release.func = http_release;
	transfer->release.arg = transfer;
	MemoryContextRegisterResetCallback(context, &transfer->release);

	rootfi_loop_multi();		/* initializes libcurl */
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL || !http_reserve(transfer, 0))
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
						errmsg("out of memory")));
	rootfi_request_prepare(transfer->easy, &transfer->headers,
						   &connection->options, request);
	http_set_callbacks(transfer);
	if (connection->unreachable)
		http_resolve_anew(transfer);
	MemoryContextSwitchTo(old);
	return transfer;
}

/* May a write have left that was not turned away since? */
bool
rootfi_transfer_wrote(const HttpTransfer *transfer)
{
	return transfer->is_write && transfer->response.sent;
}

/* How the latest attempt ended. */
static HttpEnd
http_end(const HttpTransfer *transfer)
{
	if (transfer->too_large)
		return HTTP_TOO_LARGE;
	if (transfer->header_too_large)
		return HTTP_HEADER_TOO_LARGE;
	if (transfer->no_memory)
		return HTTP_NO_MEMORY;
	return rootfi_verdict_end(transfer->result, transfer->response.sent);
}

/* Milliseconds that the statement has left. */
static int64
statement_time_left(void)
{
	if (!get_timeout_active(STATEMENT_TIMEOUT))
		return PG_INT64_MAX;
	return (get_timeout_finish_time(STATEMENT_TIMEOUT) -
			GetCurrentTimestamp()) / 1000;
}

/*
 * Milliseconds within which another attempt is of use.  A wait for the
 * allowance does not count for the option "timeout": windows of an allowance
 * may be longer than any answer may take.
 */
static int64
http_time_left(const HttpTransfer *transfer)
{
	int64		left = transfer->for_allowance ? LONGEST_BUDGET_WAIT :
	transfer->deadline - rootfi_loop_now();

	return Min(left, statement_time_left());
}

/* Milliseconds to the next attempt: what the server says, or a back-off. */
static int64
http_backoff(const HttpTransfer *transfer)
{
	int			doublings = Min(transfer->response.attempts - 1, 10);
	int64		backoff = Min((int64) FIRST_BACKOFF << doublings,
							  LONGEST_BACKOFF);
	int64		asked = rootfi_headers_retry_after(&transfer->seen);

	if (asked >= 0)
		return asked;
	return backoff / 2 +
		(int64) pg_prng_uint64_range(&pg_global_prng_state, 0, backoff / 2);
}

/* Schedules another attempt if there is reason, leave and time for it. */
static bool
http_retry(HttpTransfer *transfer)
{
	int64		backoff;

	if (transfer->retries_left == 0 ||
		!rootfi_verdict(&transfer->response.facts).again)
		return false;
	backoff = http_backoff(transfer);
	transfer->for_allowance = transfer->response.status == 429;
	if (backoff >= http_time_left(transfer))
		return false;
	if (transfer->for_allowance)
		transfer->deadline += backoff;
	transfer->retries_left--;
	transfer->response.sent = false;	/* or it would not be sent again */
	if (transfer->response.end == HTTP_LOST)
		rootfi_request_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
	if (transfer->response.end == HTTP_NOT_CONNECTED)
		http_resolve_anew(transfer);
	transfer->wake = rootfi_loop_now() + backoff;
	transfer->state = HTTP_WAITING;
	return true;
}

/* Why there is no answer, in libcurl's words. */
static const char *
http_problem(const HttpTransfer *transfer)
{
	if (transfer->problem[0] != '\0')
		return transfer->problem;
	return curl_easy_strerror(transfer->result);
}

/* What the verdict goes by, but for what an error answer says. */
static HttpFacts
http_facts(const HttpTransfer *transfer)
{
	curl_off_t	resolved = 0;
	long		status = 0;
	long		proxy_status = 0;
	HttpFacts	facts = {
		.end = http_end(transfer),
		.phase = HTTP_CONNECTED,
		.distrusted = rootfi_verdict_distrusted(transfer->result),
		.is_write = transfer->is_write,
	};

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	facts.status = (int) status;
	if (facts.end != HTTP_NOT_CONNECTED)
		return facts;
	facts.phase = rootfi_verdict_phase(transfer->result, resolved != 0);
	if (transfer->no_socket && facts.phase == HTTP_CONNECTING)
		facts.phase = HTTP_OPENING;
	if (proxy_status >= 300)
	{
		facts.proxy_status = (int) proxy_status;
		facts.phase = HTTP_PROXYING;
	}
	return facts;
}

/*
 * Schedules the attempt again at once, over a new connection, as if for the
 * first time.
 */
static void
http_run_afresh(HttpTransfer *transfer)
{
	rootfi_request_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
	transfer->response.attempts--;
	transfer->wake = rootfi_loop_now();
	transfer->state = HTTP_WAITING;
}

/* Fills in the response. */
static void
http_fill_response(HttpTransfer *transfer)
{
	HttpResponse *response = &transfer->response;
	long		version = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
	if (version != 0)
		transfer->connection->multiplexes = version > CURL_HTTP_VERSION_1_1;
	response->facts = http_facts(transfer);
	response->end = response->facts.end;
	response->phase = response->facts.phase;
	response->wrote = rootfi_transfer_wrote(transfer);
	response->status = response->facts.status;
	Assert(response->len < transfer->capacity);
	transfer->buffer[response->len] = '\0';
	response->body = transfer->buffer;
	strlcpy(response->problem, http_problem(transfer),
			sizeof(response->problem));
	/* a certificate's name may be among them, of any encoding, or cut */
	for (char *c = response->problem; *c != '\0'; c++)
		if ((unsigned char) *c < 0x20 || (unsigned char) *c >= 0x7f)
			*c = '?';
	strlcpy(response->request_id, transfer->seen.request_id,
			sizeof(response->request_id));
	strlcpy(response->redirect, transfer->seen.location,
			sizeof(response->redirect));
	response->server_time = rootfi_headers_time(&transfer->seen);
	strlcpy(response->budget_limit, transfer->seen.budget_limit,
			sizeof(response->budget_limit));
	strlcpy(response->budget_remaining, transfer->seen.budget_remaining,
			sizeof(response->budget_remaining));
}

/*
 * Notes what an attempt tells of the server and the key, unless they are
 * others by now.
 */
static void
http_learn(const HttpTransfer *transfer)
{
	RootfiConnection *connection = transfer->connection;
	int64		now = rootfi_loop_now();

	if (connection->generation != transfer->generation)
		return;
	connection->unreachable = transfer->response.end == HTTP_NOT_CONNECTED;
	if (transfer->response.end == HTTP_ANSWERED &&
		transfer->response.status == 401)
		connection->refused_at = now;
	if (rootfi_headers_budget_spent(&transfer->seen))
		connection->budget_reset = now +
			rootfi_headers_budget_reset(&transfer->seen);
}

/* An attempt has ended: goes on or is done. */
void
rootfi_transfer_complete(HttpTransfer *transfer, CURLcode result)
{
	Assert(transfer->state == HTTP_RUNNING);
	rootfi_loop_remove(transfer->easy);
	transfer->result = result;
	if (http_end(transfer) == HTTP_ENCODED && !transfer->plain)
	{
		/* an encoding that nobody knows may mean nothing at all */
		transfer->plain = true;
		rootfi_request_setopt(transfer->easy, CURLOPT_ACCEPT_ENCODING, NULL);
		transfer->stale = true;
	}
	if (transfer->stale)
	{
		http_run_afresh(transfer);
		return;
	}
	http_fill_response(transfer);
	http_learn(transfer);
	if (!http_retry(transfer))
		transfer->state = HTTP_DONE;
}
