/*
 * headers.c
 *		Reads the few header lines that the transport acts on.
 *
 * Called from libcurl's callbacks: nothing here may raise an error or
 * allocate, and every text is cut to its fixed size.
 */
#include "postgres.h"

#include <curl/curl.h>
#include <time.h>

#include "http/headers.h"

/* Header names in lower case, and where their values go. */
static const struct
{
	const char *name;
	size_t		offset;
	size_t		size;
}			known[] =

{
#define FIELD(field) \
	offsetof(HttpHeaders, field), sizeof(((HttpHeaders *) NULL)->field)
	{"date", FIELD(date)},
	{"retry-after", FIELD(retry_after)},
	{"x-ratelimit-limit", FIELD(budget_limit)},
	{"x-ratelimit-remaining", FIELD(budget_remaining)},
	{"x-ratelimit-reset", FIELD(budget_reset)},
	{"x-request-id", FIELD(request_id)},
	{"location", FIELD(location)},
};

/* Copies a value without the blanks around it, printable characters only. */
static void
copy_value(char *target, size_t size, const char *value, size_t len)
{
	size_t		n = 0;

	while (len > 0 && (*value == ' ' || *value == '\t'))
		value++, len--;
	while (len > 0 && strchr(" \t\r\n", value[len - 1]) != NULL)
		len--;
	for (; n < len && n + 1 < size; n++)
		target[n] = value[n] > 0x20 && value[n] < 0x7f ? value[n] : ' ';
	target[n] = '\0';
}

/*
 * Takes one line as libcurl gives it.  A status line begins a new header:
 * what an interim answer (1xx) said is forgotten.
 */
void
rootfi_headers_take(HttpHeaders *headers, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	size_t		size = headers->size + len;

	if (len > 5 && memcmp(line, "HTTP/", 5) == 0)
		memset(headers, 0, sizeof(*headers));
	headers->size = size;
	if (colon == NULL)
		return;
	for (size_t i = 0; i < lengthof(known); i++)
		if (strlen(known[i].name) == (size_t) (colon - line) &&
			pg_strncasecmp(line, known[i].name, colon - line) == 0)
			copy_value((char *) headers + known[i].offset, known[i].size,
					   colon + 1, len - (colon + 1 - line));
}

/* The server's time in seconds since 1970, -1 when it gave none. */
int64
rootfi_headers_time(const HttpHeaders *headers)
{
	return (int64) curl_getdate(headers->date, NULL);
}

/* The server's time, or ours when it gave none. */
static int64
server_time(const HttpHeaders *headers)
{
	int64		date = rootfi_headers_time(headers);

	return date >= 0 ? date : (int64) time(NULL);
}

/* Reads a number of seconds that may have a fraction; -1 when it is none. */
static double
read_seconds(const char *text)
{
	char	   *end;
	double		seconds = strtod(text, &end);

	if (end == text || *end != '\0' || !(seconds >= 0))
		return -1;
	return seconds;
}

/* How long to wait before asking again, in ms; -1 when nothing was said. */
int64
rootfi_headers_retry_after(const HttpHeaders *headers)
{
	double		seconds = read_seconds(headers->retry_after);
	time_t		date;

	if (seconds >= 0)
		return (int64) (Min(seconds, 1e9) * 1000);
	date = curl_getdate(headers->retry_after, NULL);
	if (date >= 0)
		return Max((int64) date - server_time(headers), 0) * 1000;
	if (rootfi_headers_budget_spent(headers))
		return rootfi_headers_budget_reset(headers);
	return -1;
}

/* Does the answer say that the next request would be refused? */
bool
rootfi_headers_budget_spent(const HttpHeaders *headers)
{
	return strcmp(headers->budget_remaining, "0") == 0 &&
		read_seconds(headers->budget_reset) >= 0;
}

/*
 * How long until there is an allowance again, in ms.  The unit of
 * X-RateLimit-Reset is not documented: what can only be a date since 1970 (in
 * seconds or milliseconds) is one, anything smaller a number of seconds.
 */
int64
rootfi_headers_budget_reset(const HttpHeaders *headers)
{
	double		reset = read_seconds(headers->budget_reset);

	if (reset > 1e11)
		reset /= 1000;
	if (reset > 1e8)
		reset -= server_time(headers);
	return (int64) (Max(reset, 0) * 1000);
}
