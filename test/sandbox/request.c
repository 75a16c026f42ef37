/*
 * request.c -- one HTTP request, from its first byte to its last
 *
 * libmicrohttpd calls request_begin() with the target as it was sent,
 * request_handle() when the headers are there, for each piece of the body,
 * when the body is complete, and again after a delay; and request_end().
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "connection.h"
#include "control.h"
#include "exact.h"
#include "instant.h"
#include "request.h"

#define MAX_BODY	(64 * 1024 * 1024)	/* more closes the connection */
#define BLOCK_SIZE	(64 * 1024)

/* What is put around the spaces of a huge body. */
#define HUGE_HEAD	"{\"data\":["
#define HUGE_TAIL	"],\"prev\":null,\"next\":null}"

typedef struct Request
{
	Server	   *server;
	struct MHD_Connection *connection;
	char	   *target;			/* as sent */
	Buffer		body;
	bool		begun;			/* the headers are there */
	bool		answered;		/* the answer is made, perhaps not sent */
	Answer		answer;
	Delivery	delivery;
	int64_t		seq;			/* in the journal; 0: not there */
	int64_t		generation;
	int64_t		wake_at;		/* if suspended */
	struct Request *next;		/* in the list of those */
	uint64_t	dripped;		/* bytes that may be sent by now */
} Request;

/*
 * A request line came in.  The target is kept as it is: libmicrohttpd decodes
 * it afterwards, and an id may hold a slash.
 */
void *
request_begin(void *cls, const char *target,
			  struct MHD_Connection *connection)
{
	Request    *request = alloc_zeroed(sizeof(*request));

	request->server = cls;
	request->connection = connection;
	request->target = alloc_text(target);
	request->delivery.truncate = -1;
	return request;
}

/*
 * Suspend a request for that many milliseconds.
 */
static void
request_suspend(Request *request, int64_t ms)
{
	request->wake_at = instant_elapsed() + ms * INSTANT_MS;
	request->next = request->server->waiting;
	request->server->waiting = request;
	MHD_suspend_connection(request->connection);
}

/*
 * Resume the requests whose time has come.
 */
void
request_wake(Server *server, int64_t now)
{
	Request   **link = &server->waiting;

	while (*link != NULL)
	{
		Request    *request = *link;

		if (request->wake_at > now)
		{
			link = &request->next;
			continue;
		}
		*link = request->next;
		MHD_resume_connection(request->connection);
	}
}

/*
 * In how many milliseconds the next request is to be resumed; -1: none is.
 */
int64_t
request_wait(const Server *server)
{
	int64_t		first = -1;
	int64_t		now = instant_elapsed();

	for (const Request *request = server->waiting; request != NULL;
		 request = request->next)
	{
		int64_t		wait = request->wake_at > now ?
			(request->wake_at - now + INSTANT_MS - 1) / INSTANT_MS : 0;

		if (first < 0 || wait < first)
			first = wait;
	}
	return first;
}

/*
 * Append text that may be anything as a JSON string: what is no UTF-8 is
 * read as Latin-1.
 */
static void
request_quote(Buffer *out, const char *text, size_t len)
{
	json_t	   *checked = json_stringn(text, len);
	Buffer		latin = {0};

	if (checked != NULL)
		buffer_quoted(out, text, len);
	else
	{
		for (size_t i = 0; i < len; i++)
		{
			unsigned char c = (unsigned char) text[i];

			if (c >= 0x80)
				buffer_byte(&latin, (char) (0xC0 | c >> 6));
			buffer_byte(&latin, (char) (c >= 0x80 ? 0x80 | (c & 0x3F) : c));
		}
		buffer_quoted(out, latin.data, latin.len);
		buffer_free(&latin);
	}
	json_decref(checked);
}

/*
 * Append one header to the JSON of a request.
 */
static enum MHD_Result
request_note_header(void *cls, enum MHD_ValueKind kind, const char *name,
					const char *value)
{
	Buffer	   *out = cls;
	char	   *lower = alloc_text(name);

	(void) kind;
	for (char *c = lower; *c != '\0'; c++)
		*c = (char) tolower((unsigned char) *c);
	if (out->data[out->len - 1] != '{')
		buffer_byte(out, ',');
	request_quote(out, lower, strlen(lower));
	buffer_byte(out, ':');
	request_quote(out, value ? value : "", value ? strlen(value) : 0);
	free(lower);
	return MHD_YES;
}

/*
 * Enter a request into the journal.
 */
static void
request_note(Request *request, const char *method)
{
	Sandbox    *sandbox = request->server->sandbox;
	Buffer		text = {0};

	buffer_json(&text, "{'seq':%d,'connection':%d,'method':%s,'target':",
				sandbox->journal.next,
				connection_number(sandbox, request->connection), method);
	request_quote(&text, request->target, strlen(request->target));
	buffer_text(&text, ",\"headers\":{");
	MHD_get_connection_values(request->connection, MHD_HEADER_KIND,
							  request_note_header, &text);
	buffer_text(&text, "},\"body\":");
	request_quote(&text, request->body.data, request->body.len);
	buffer_json(&text, ",'at':%d",
				(instant_elapsed() - sandbox->started) / INSTANT_MS);
	request->generation = sandbox->generation;
	request->seq = journal_add(&sandbox->journal, &text);
}

/*
 * Make the answer to a complete request.
 */
static void
request_answer(Request *request, const char *method)
{
	Sandbox    *sandbox = request->server->sandbox;
	Call		call = {
		.method = method,
		.target = request->target,
		.api_key = MHD_lookup_connection_value(request->connection,
											   MHD_HEADER_KIND, "api_key"),
		.body = request->body.data,
		.body_len = request->body.len
	};

	request->answered = true;
	if (control_is(request->target))
		control_answer(sandbox, &call, &request->answer);
	else
	{
		request_note(request, method);
		api_answer(sandbox, &call, request->seq, &request->answer,
				   &request->delivery);
	}
}

/*
 * Copy a part of a body: head, then spaces, then tail.
 */
static size_t
copy_huge(const Delivery *delivery, uint64_t pos, char *out, size_t max)
{
	uint64_t	head = strlen(HUGE_HEAD);
	uint64_t	spaces = head + (uint64_t) delivery->huge;
	size_t		n = 0;

	for (; n < max && pos < spaces + strlen(HUGE_TAIL); n++, pos++)
	{
		if (pos < head)
			out[n] = HUGE_HEAD[pos];
		else if (pos < spaces)
			out[n] = ' ';
		else
			out[n] = HUGE_TAIL[pos - spaces];
	}
	return n;
}

/*
 * Copy a part of a body that is in memory.
 */
static size_t
copy_body(const Buffer *body, uint64_t pos, char *out, size_t max)
{
	size_t		left = pos < body->len ? body->len - (size_t) pos : 0;
	size_t		n = left < max ? left : max;

	memcpy(out, body->data + pos, n);
	return n;
}

/*
 * Give libmicrohttpd the next piece of a body that does not go out as a
 * whole.
 */
static ssize_t
request_read(void *cls, uint64_t pos, char *out, size_t max)
{
	Request    *request = cls;
	const Delivery *delivery = &request->delivery;
	size_t		n;

	if (delivery->truncate >= 0)
	{
		uint64_t	end = (uint64_t) delivery->truncate;

		if (pos >= end && delivery->reset)
			connection_reset(request->connection);
		if (pos >= end)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		if (max > end - pos)
			max = (size_t) (end - pos);
	}
	if (delivery->drip_ms > 0)
	{
		if (request->dripped <= pos)
		{
			request->dripped = pos + 1;
			request_suspend(request, delivery->drip_ms);
			return 0;
		}
		max = 1;
	}
	n = delivery->huge > 0 ? copy_huge(delivery, pos, out, max) :
		copy_body(&request->answer.body, pos, out, max);
	return n > 0 ? (ssize_t) n : MHD_CONTENT_READER_END_OF_STREAM;
}

/*
 * Make the response in the way that it is to be delivered.
 */
static struct MHD_Response *
request_response(Request *request)
{
	const Delivery *delivery = &request->delivery;
	Buffer	   *body = &request->answer.body;
	size_t		len = body->len;

	if (delivery->truncate >= 0 || delivery->drip_ms > 0 ||
		delivery->huge > 0)
		return MHD_create_response_from_callback(delivery->huge > 0 ?
												 MHD_SIZE_UNKNOWN : len,
												 BLOCK_SIZE, request_read,
												 request, NULL);
	return MHD_create_response_from_buffer(len, buffer_detach(body),
										   MHD_RESPMEM_MUST_FREE);
}

/*
 * Send the answer.
 */
static enum MHD_Result
request_send(Request *request)
{
	const Answer *answer = &request->answer;
	Sandbox    *sandbox = request->server->sandbox;
	bool		no_answer = request->delivery.no_answer;
	struct MHD_Response *response;
	enum MHD_Result result;

	if (request->seq > 0 && request->generation == sandbox->generation)
		journal_status(&sandbox->journal, request->seq,
					   no_answer ? 0 : answer->status);
	if (no_answer)
	{
		connection_reset(request->connection);
		return MHD_NO;			/* closes the connection */
	}
	response = request_response(request);
	for (int i = 0; i < answer->header_count; i++)
		MHD_add_response_header(response, answer->headers[i].name,
								answer->headers[i].value);
	result = MHD_queue_response(request->connection, answer->status,
								response);
	MHD_destroy_response(response);
	return result;
}

/*
 * Go on with a request, see at the top.
 */
enum MHD_Result
request_handle(void *cls, struct MHD_Connection *connection,
			   const char *url, const char *method, const char *version,
			   const char *upload, size_t *upload_len, void **con_cls)
{
	Request    *request = *con_cls;

	(void) cls;
	(void) connection;
	(void) url;
	(void) version;
	if (!request->begun)
	{
		request->begun = true;
		connection_acknowledge(request->connection);
		buffer_append(&request->body, "", 0);
		return MHD_YES;
	}
	if (*upload_len > 0)
	{
		buffer_append(&request->body, upload, *upload_len);
		*upload_len = 0;
		return request->body.len > MAX_BODY ? MHD_NO : MHD_YES;
	}
	if (!request->answered)
	{
		request_answer(request, method);
		if (request->delivery.delay_ms > 0)
		{
			request_suspend(request, request->delivery.delay_ms);
			return MHD_YES;
		}
	}
	return request_send(request);
}

/*
 * A request is over, whether it was answered or not.
 */
void
request_end(void *cls, struct MHD_Connection *connection, void **con_cls,
			enum MHD_RequestTerminationCode code)
{
	Request    *request = *con_cls;

	(void) cls;
	(void) connection;
	(void) code;
	free(request->target);
	buffer_free(&request->body);
	answer_reset(&request->answer);
	free(request);
	*con_cls = NULL;
}
