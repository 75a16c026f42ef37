/*
 * headers.c
 *		What header lines say: waits, allowances, times.
 */
#include "postgres.h"

#include <time.h>

#include "http/headers.h"
#include "unit.h"

#define DATE	"Date: Wed, 21 Oct 2015 07:28:00 GMT\r\n"	/* 1445412480 */
#define SPENT	"X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: "

/* How long to wait, in ms, after these lines; -1: nothing was said. */
static const struct
{
	const char *lines;
	int64		wait;
}			waits[] =

{
	{"", -1},
	{"Retry-After: 120\r\n", 120000},
	{"Retry-After: 0\r\n", 0},
	{"Retry-After: 007\r\n", 7000},
	{"Retry-After: 1.5\r\n", 1500},
	{"Retry-After: 1e99\r\n", INT64CONST(1000000000000)},
	/* however it is written */
	{"retry-after:1\r\n", 1000},
	{"RETRY-AFTER:\t 2 \t\r\n", 2000},
	{"Retry-After: 3\n", 3000},
	{"Retry-After: 4", 4000},
	/* what is no time */
	{"Retry-After: -1\r\n", -1},
	{"Retry-After:\r\n", -1},
	{"Retry-After: \r\n", -1},
	{"Retry-After: soon\r\n", -1},
	{"Retry-After: 5 seconds\r\n", -1},
	{"Retry-After: 5, 6\r\n", -1},
	{"Retry-After: nan\r\n", -1},
	/* what is another header, or none */
	{"Retry-After 5\r\n", -1},
	{"Retry-After : 5\r\n", -1},
	{"X-Retry-After: 5\r\n", -1},
	{"Retry-Afte: 5\r\n", -1},
	{" Retry-After: 5\r\n", -1},
	{": 5\r\n", -1},
	{":\r\n", -1},
	{"\r\n", -1},
	/* folded lines have gone out of use: the second is not read */
	{"Retry-After:\r\n 5\r\n", -1},
	{"Retry-After: 5\r\n 6\r\n", 5000},
	/* the last one counts, and only those of the last answer */
	{"Retry-After: 5\r\nRetry-After: 7\r\n", 7000},
	{"HTTP/1.1 103 Early Hints\r\nRetry-After: 5\r\n\r\nHTTP/1.1 429 Too Many\r\n", -1},
	{"HTTP/2 429 \r\nRetry-After: 5\r\n", 5000},
	/* dates, by the server's clock, in all three forms of RFC 9110 */
	{DATE "Retry-After: Wed, 21 Oct 2015 07:28:30 GMT\r\n", 30000},
	{DATE "Retry-After: Wednesday, 21-Oct-15 07:28:10 GMT\r\n", 10000},
	{DATE "Retry-After: Wed Oct 21 07:29:00 2015\r\n", 60000},
	{"Retry-After: Wed, 21 Oct 2015 07:28:30 GMT\r\n" DATE, 30000},
	{DATE "Retry-After: Thu, 22 Oct 2015 07:28:00 GMT\r\n", 86400000},
	{DATE "Retry-After: Wed, 21 Oct 2015 07:27:59 GMT\r\n", 0},
	{DATE "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 0},
	{"Retry-After: Wed, 21 Oct 2015 07:28:30 GMT\r\n", 0},
	{DATE "Retry-After: Wed, 32 Oct 2015 07:28:30 GMT\r\n", -1},
	/* a spent allowance, until seconds from now or a date */
	{SPENT "30\r\n", 30000},
	{SPENT "0\r\n", 0},
	{SPENT "1.5\r\n", 1500},
	{SPENT "soon\r\n", -1},
	{SPENT "-3\r\n", -1},
	{SPENT "\r\n", -1},
	{DATE SPENT "1445412500\r\n", 20000},
	{DATE SPENT "1445412500000\r\n", 20000},
	{DATE SPENT "1445412500500\r\n", 20500},
	{DATE SPENT "1445412400\r\n", 0},
	{DATE SPENT "1445412400000\r\n", 0},
	{"X-RateLimit-Remaining: 0\r\n", -1},
	{"X-RateLimit-Reset: 30\r\n", -1},
	{"X-RateLimit-Remaining: 1\r\nX-RateLimit-Reset: 30\r\n", -1},
	{"X-RateLimit-Remaining: 10\r\nX-RateLimit-Reset: 30\r\n", -1},
	{"X-RateLimit-Remaining:\r\nX-RateLimit-Reset: 30\r\n", -1},
	/* Retry-After is what counts, if it says anything */
	{"Retry-After: 5\r\n" SPENT "30\r\n", 5000},
	{"Retry-After: soon\r\n" SPENT "30\r\n", 30000},
};

/* The server's time, in seconds since 1970; -1: it gave none. */
static const struct
{
	const char *value;
	int64		seconds;
}			dates[] =

{
	{"Wed, 21 Oct 2015 07:28:00 GMT", 1445412480},
	{"Wednesday, 21-Oct-15 07:28:00 GMT", 1445412480},
	{"Wed Oct 21 07:28:00 2015", 1445412480},
	{"Thu, 29 Feb 2024 00:00:00 GMT", 1709164800},
	{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
	{"Fri, 01 Jan 2100 00:00:00 GMT", INT64CONST(4102444800)},
	{"", -1},
	{"today", -1},
	{"Wed, 21 Foo 2015 07:28:00 GMT", -1},
	{"Wed, 21 Oct 2015 25:28:00 GMT", -1},
};

/* What is kept of a value, of which there may be NULs. */
#define VALUE(text) text, sizeof(text) - 1
static const struct
{
	const char *line;
	size_t		len;
	const char *id;
}			values[] =

{
	{VALUE("X-Request-Id: abc\r\n"), "abc"},
	{VALUE("X-Request-Id:   a  b   \r\n"), "a  b"},
	{VALUE("X-Request-Id: a:b\r\n"), "a:b"},
	{VALUE("X-Request-Id: a\tb\001c\177d\r\n"), "a b c d"},
	{VALUE("X-Request-Id: a\0b\r\n"), "a b"},
	{VALUE("X-Request-Id: \303\244\377\r\n"), "   "},
	{VALUE("X-Request-Id: a\r\nb\r\n"), "a  b"},
	{VALUE("X-Request-Id:"), ""},
	{VALUE("X-Request-Id"), ""},
};

/* Takes lines apart as libcurl would. */
static void
take_lines(HttpHeaders *headers, const char *lines)
{
	memset(headers, 0, sizeof(*headers));
	while (*lines != '\0')
	{
		size_t		len = strcspn(lines, "\n");

		len += lines[len] == '\n';
		rootfi_headers_take(headers, lines, len);
		lines += len;
	}
}

/* A date that has no Date beside it counts from our own clock. */
static void
check_own_clock(void)
{
	time_t		soon = time(NULL) + 1000;
	char		line[64];
	HttpHeaders headers;
	int64		wait;

	strftime(line, sizeof(line), "Retry-After: %a, %d %b %Y %H:%M:%S GMT",
			 gmtime(&soon));
	take_lines(&headers, line);
	wait = rootfi_headers_retry_after(&headers);
	ok(wait > 900000 && wait <= 1000000,
	   "without the server's clock a date counts from ours");
}

/* No line, however long, is more than there is room for. */
static void
check_lengths(void)
{
	char		line[5000] = "X-Request-Id: ";
	HttpHeaders headers = {0};

	memset(line + 14, 'x', sizeof(line) - 14);
	rootfi_headers_take(&headers, line, sizeof(line));
	ok(strlen(headers.request_id) == sizeof(headers.request_id) - 1 &&
	   headers.location[0] == '\0', "a long value is cut");
	memcpy(line, "Retry-After: ", 13);
	memset(line + 13, '1', sizeof(line) - 13);
	rootfi_headers_take(&headers, line, sizeof(line));
	ok(rootfi_headers_retry_after(&headers) == INT64CONST(1000000000000),
	   "a long number is a long wait");
	ok(headers.size == 2 * sizeof(line), "all bytes are counted");
	rootfi_headers_take(&headers, "HTTP/1.1 200 OK\r\n", 17);
	ok(headers.size == 2 * sizeof(line) + 17 && headers.request_id[0] == '\0',
	   "those of an answer before, too, of which nothing else is kept");
}

/* All tables of header lines. */
void
test_headers(void)
{
	HttpHeaders headers;

	for (int i = 0; i < lengthof(waits); i++)
	{
		int64		wait;

		take_lines(&headers, waits[i].lines);
		wait = rootfi_headers_retry_after(&headers);
		ok(wait == waits[i].wait, "headers: %s waits %lld ms, not %lld",
		   shown(waits[i].lines), (long long) waits[i].wait, (long long) wait);
	}
	for (int i = 0; i < lengthof(dates); i++)
	{
		take_lines(&headers, psprintf("Date: %s\r\n", dates[i].value));
		ok(rootfi_headers_time(&headers) == dates[i].seconds,
		   "headers: date \"%s\" is %lld", dates[i].value,
		   (long long) dates[i].seconds);
	}
	for (int i = 0; i < lengthof(values); i++)
	{
		memset(&headers, 0, sizeof(headers));
		rootfi_headers_take(&headers, values[i].line, values[i].len);
		same(headers.request_id, values[i].id, "headers: value of %s",
			 shown(values[i].line));
	}
	check_own_clock();
	check_lengths();
}
