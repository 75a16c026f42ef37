/*
 * answer.c -- what a request is answered with
 *
 * Errors have the body that the documents show for refused writes (1.6), also
 * where no document shows one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"

/*
 * Set a header; one of that name that is there already is replaced.
 */
void
answer_header(Answer *answer, const char *name, const char *value)
{
	Header	   *header = answer->headers;
	Header	   *end = header + answer->header_count;

	while (header < end && strcasecmp(header->name, name) != 0)
		header++;
	if (header == answer->headers + ANSWER_HEADERS)
		return;
	if (header == end)
	{
		header->name = alloc_text(name);
		answer->header_count++;
	}
	else
		free(header->value);
	header->value = alloc_text(value);
}

/*
 * The value of a header that was set, NULL if it was not.
 */
const char *
answer_header_value(const Answer *answer, const char *name)
{
	for (int i = 0; i < answer->header_count; i++)
		if (strcasecmp(answer->headers[i].name, name) == 0)
			return answer->headers[i].value;
	return NULL;
}

/*
 * Forget status and body, keep the headers.
 */
static void
answer_begin(Answer *answer, unsigned status)
{
	answer->status = status;
	answer->body.len = 0;
}

/*
 * Append the object that a member "error" holds.
 */
void
failure_json(Buffer *out, const Failure *failure)
{
	buffer_json(out, "{'code':%s,'message':%s,'platform_error':null}",
				failure->code, failure->message);
}

/*
 * Answer with an error instead of whatever was written before.
 */
void
answer_error(Answer *answer, unsigned status, const char *code,
			 const char *message)
{
	Failure		failure = {.code = code};

	snprintf(failure.message, sizeof(failure.message), "%s", message);
	answer_begin(answer, status);
	buffer_text(&answer->body, "{\"error\":");
	failure_json(&answer->body, &failure);
	buffer_byte(&answer->body, '}');
}

/*
 * Refuse a request as the API refuses all: with 400 (1.6).
 */
void
answer_failure(Answer *answer, const Failure *failure)
{
	answer_error(answer, 400, failure->code, failure->message);
}

/*
 * Begin a good answer; its record comes next.
 */
void
answer_open(Answer *answer, unsigned shape)
{
	answer->status = 200;
	buffer_text(&answer->body, shape & ANSWER_DATA ? "{\"data\":" : "");
	buffer_text(&answer->body, shape & ANSWER_LIST ? "[" : "");
}

/*
 * Finish a good answer.  The sync_id is needed where the shape has one.
 */
void
answer_close(Answer *answer, unsigned shape, const char *sync_id)
{
	buffer_text(&answer->body, shape & ANSWER_LIST ? "]" : "");
	if (shape & ANSWER_SYNC)
		buffer_json(&answer->body, ",'sync_id':%s", sync_id);
	buffer_text(&answer->body, shape & ANSWER_DATA ? "}" : "");
}

/*
 * Free all that an answer holds.
 */
void
answer_reset(Answer *answer)
{
	for (int i = 0; i < answer->header_count; i++)
	{
		free(answer->headers[i].name);
		free(answer->headers[i].value);
	}
	buffer_free(&answer->body);
	memset(answer, 0, sizeof(*answer));
}

/*
 * Note why something is refused.  Always false, for the caller to return.  A
 * message that is too long is cut, but never inside a character.
 */
bool
failure_set(Failure *failure, const char *code, const char *format,...)
{
	va_list		args;
	size_t		len = sizeof(failure->message) - 1;

	failure->code = code;
	va_start(args, format);
	if (vsnprintf(failure->message, len + 1, format, args) > (int) len)
	{
		while (len > 0 && (failure->message[len - 1] & 0x80))
			len--;
		failure->message[len] = '\0';
	}
	va_end(args);
	return false;
}
