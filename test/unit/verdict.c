/*
 * verdict.c
 *		Every way a request can end, and what that must mean.
 *
 * The rows are written from the promises in doc/failures.md, not from the
 * source.
 */
#include "postgres.h"

#include "base/sqlstates.h"
#include "http/phrases.h"
#include "http/verdict.h"
#include "unit.h"

/* Five characters for a SQLSTATE. */
static const char *
name_of(int sqlstate)
{
	static char name[6];

	for (int i = 0; i < 5; i++, sqlstate >>= 6)
		name[i] = PGUNSIXBIT(sqlstate);
	return sqlstate < 0 ? "" : name;
}

/* Do the words of a verdict pass for those of a lost database connection? */
static bool
passes(const Verdict *verdict)
{
	return (verdict->fault && rootfi_phrases_in(verdict->fault)) ||
		(verdict->fact && rootfi_phrases_in(verdict->fact)) ||
		(verdict->hint && rootfi_phrases_in(verdict->hint));
}

/* Is the verdict as the row says?  "00000" is success. */
static void
check(const char *what, const HttpFacts *facts, const char *sqlstate,
	  bool again)
{
	Verdict		verdict = rootfi_verdict(facts);
	bool		unknown = strcmp(sqlstate, "RF007") == 0;

	ok(strcmp(name_of(verdict.sqlstate), sqlstate) == 0 &&
	   verdict.unknown == unknown && verdict.again == again &&
	   !passes(&verdict) && !(unknown && verdict.again) &&
	   (!unknown || verdict.hint != NULL), "%s, %s: %s%s", what,
	   facts->is_write ? "write" : "read", sqlstate, again ? ", again" : "");
}

/* What libcurl's results mean once a request was handed over. */
static const struct
{
	CURLcode	result;
	HttpEnd		end;
	const char *read;
	bool		read_again;
}			results[] =

{
	{CURLE_GOT_NOTHING, HTTP_LOST, "RF006", true},
	{CURLE_SEND_ERROR, HTTP_LOST, "RF006", true},
	{CURLE_RECV_ERROR, HTTP_LOST, "RF006", true},
	{CURLE_PARTIAL_FILE, HTTP_LOST, "RF006", true},
	{CURLE_HTTP2, HTTP_LOST, "RF006", true},
	{CURLE_HTTP2_STREAM, HTTP_LOST, "RF006", true},
	{CURLE_ABORTED_BY_CALLBACK, HTTP_LOST, "RF006", true},
	{CURLE_SSL_CONNECT_ERROR, HTTP_LOST, "RF006", true},
	{CURLE_COULDNT_CONNECT, HTTP_LOST, "RF006", true},
	{CURLE_OPERATION_TIMEDOUT, HTTP_TIMED_OUT, "RF006", false},
	{CURLE_WEIRD_SERVER_REPLY, HTTP_GARBLED, "RFP01", false},
	{CURLE_UNSUPPORTED_PROTOCOL, HTTP_GARBLED, "RFP01", false},
	{CURLE_BAD_CONTENT_ENCODING, HTTP_ENCODED, "RFP01", false},
	{CURLE_WRITE_ERROR, HTTP_ENCODED, "RFP01", false},
	{CURLE_OUT_OF_MEMORY, HTTP_HEADER_TOO_LARGE, "RFP01", false},
};

/* What ends of our own mean. */
static const struct
{
	HttpEnd		end;
	const char *name;
	const char *read;
}			ends[] =

{
	{HTTP_TOO_LARGE, "an answer that is too large", "RFP01"},
	{HTTP_HEADER_TOO_LARGE, "a header that is too large", "RFP01"},
	{HTTP_NO_MEMORY, "no memory for the answer", "53200"},
};

/* What statuses mean. */
static const struct
{
	int			status;
	const char *code;
	const char *read;
	bool		read_again;
	const char *write;
	bool		write_again;
}			statuses[] =

{
	{0, NULL, "RFP01", false, "RF007", false},
	{101, NULL, "RFP01", false, "RF007", false},
	{200, NULL, "00000", false, "00000", false},
	{202, NULL, "00000", false, "00000", false},
	{204, NULL, "00000", false, "00000", false},
	{299, NULL, "00000", false, "00000", false},
	{300, NULL, "RFP01", false, "RF007", false},
	{302, NULL, "RFP01", false, "RF007", false},
	{304, NULL, "RFP01", false, "RF007", false},
	{308, NULL, "RFP01", false, "RF007", false},
	{400, NULL, "22023", false, "22023", false},
	{400, "record-already-exists", "23505", false, "23505", false},
	{401, NULL, "28000", false, "28000", false},
	{401, "record-already-exists", "28000", false, "28000", false},
	{402, NULL, "22023", false, "22023", false},
	{403, NULL, "42501", false, "42501", false},
	{404, NULL, "P0002", false, "P0002", false},
	{405, NULL, "22023", false, "22023", false},
	{408, NULL, "RF006", true, "RF007", false},
	{409, NULL, "23505", false, "23505", false},
	{410, NULL, "P0002", false, "P0002", false},
	{418, NULL, "22023", false, "22023", false},
	{422, NULL, "22023", false, "22023", false},
	{429, NULL, "53400", true, "53400", true},
	{499, NULL, "RF006", false, "RF007", false},
	{500, NULL, "58000", false, "RF007", false},
	{500, "record-already-exists", "58000", false, "RF007", false},
	{501, NULL, "58000", false, "RF007", false},
	{502, NULL, "58000", true, "RF007", false},
	{503, NULL, "58000", true, "RF007", false},
	{504, NULL, "58000", true, "RF007", false},
	{599, NULL, "58000", false, "RF007", false},
	{600, NULL, "RFP01", false, "RF007", false},
	{999, NULL, "RFP01", false, "RF007", false},
};

/* What libcurl's results mean when no connection was made. */
static const struct
{
	CURLcode	result;
	HttpPhase	phase;
	bool		again;
}			unsent[] =

{
	{CURLE_COULDNT_RESOLVE_HOST, HTTP_RESOLVING, true},
	{CURLE_COULDNT_RESOLVE_PROXY, HTTP_RESOLVING, true},
	{CURLE_COULDNT_CONNECT, HTTP_CONNECTING, true},
	{CURLE_PROXY, HTTP_PROXYING, true},
	{CURLE_OPERATION_TIMEDOUT, HTTP_CONNECTING, true},
	{CURLE_OUT_OF_MEMORY, HTTP_CONNECTING, true},
	{CURLE_SSL_CONNECT_ERROR, HTTP_SECURING, true},
	{CURLE_PEER_FAILED_VERIFICATION, HTTP_SECURING, false},
	{CURLE_SSL_CACERT_BADFILE, HTTP_SECURING, false},
};

/* Requests that never left. */
static void
check_unsent(void)
{
	for (size_t i = 0; i < lengthof(unsent); i++)
		for (int is_write = 0; is_write < 2; is_write++)
		{
			CURLcode	result = unsent[i].result;
			HttpFacts	facts = {
				.end = rootfi_verdict_end(result, false),
				.phase = rootfi_verdict_phase(result, true),
				.distrusted = rootfi_verdict_distrusted(result),
				.is_write = is_write,
			};

			if (facts.end != HTTP_NOT_CONNECTED ||
				facts.phase != unsent[i].phase)
				ok(false, "%s", curl_easy_strerror(result));
			check(curl_easy_strerror(result), &facts, "RF001",
				  unsent[i].again);
		}
}

/* Requests that a proxy refused: nothing was sent, whatever it answers. */
static void
check_refused_by_proxy(void)
{
	static const int statuses[] = {302, 400, 401, 403, 407, 429, 502, 503};

	for (size_t i = 0; i < lengthof(statuses); i++)
		for (int is_write = 0; is_write < 2; is_write++)
		{
			HttpFacts	facts = {
				.end = HTTP_NOT_CONNECTED,
				.phase = HTTP_PROXYING,
				.proxy_status = statuses[i],
				.is_write = is_write,
			};

			check("refused by a proxy", &facts, "RF001",
				  statuses[i] >= 500);
		}
}

/* Requests that were sent and not answered. */
static void
check_unanswered(void)
{
	for (size_t i = 0; i < lengthof(results); i++)
	{
		const char *name = curl_easy_strerror(results[i].result);
		HttpFacts	facts = {
			.end = rootfi_verdict_end(results[i].result, true),
		};

		if (facts.end != results[i].end)
			ok(false, "%s", name);
		check(name, &facts, results[i].read, results[i].read_again);
		facts.is_write = true;
		check(name, &facts, "RF007", false);
	}
	for (size_t i = 0; i < lengthof(ends); i++)
	{
		HttpFacts	facts = {.end = ends[i].end};

		check(ends[i].name, &facts, ends[i].read, false);
		facts.is_write = true;
		check(ends[i].name, &facts, "RF007", false);
	}
}

/* Requests that were answered. */
static void
check_answered(void)
{
	for (size_t i = 0; i < lengthof(statuses); i++)
	{
		HttpFacts	facts = {
			.end = HTTP_ANSWERED,
			.status = statuses[i].status,
			.code = statuses[i].code,
		};
		char		name[64];

		snprintf(name, sizeof(name), "status %d %s", facts.status,
				 facts.code ? facts.code : "");
		check(name, &facts, statuses[i].read, statuses[i].read_again);
		facts.is_write = true;
		check(name, &facts, statuses[i].write, statuses[i].write_again);
	}
}

/* No result of libcurl's, now or later, makes a write go out twice. */
static void
check_all_results(void)
{
	int			sent_again = 0;

	for (int result = 1; result < CURL_LAST + 100; result++)
	{
		HttpFacts	facts = {
			.end = rootfi_verdict_end((CURLcode) result, true),
			.is_write = true,
		};
		Verdict		verdict = rootfi_verdict(&facts);

		sent_again += verdict.again || !verdict.unknown;
	}
	ok(sent_again == 0, "no result of libcurl makes a write go out twice");
}

/*
 * Do retry layers run a statement again after this SQLSTATE?  It holds for
 * whole classes what Npgsql, Rails, Laravel and others do for some of them.
 */
static bool
repeated(int sqlstate)
{
	static const char *const lists[] = {
		"08", "40", "53", "55", "57P", "58", "XX",
	};

	for (size_t i = 0; i < lengthof(lists); i++)
		if (strncmp(name_of(sqlstate), lists[i], strlen(lists[i])) == 0)
			return true;
	return false;
}

/*
 * No answer to a write, now or later, makes a retry layer repeat what may have
 * been done: of all statuses only 429 may, which says that nothing was.
 */
static void
check_all_statuses(void)
{
	int			wrong = 0;

	for (long status = -1; status < 1200; status++)
	{
		HttpFacts	facts = {
			.end = HTTP_ANSWERED,
			.status = status,
			.is_write = true,
		};
		Verdict		verdict = rootfi_verdict(&facts);

		wrong += repeated(verdict.sqlstate) != (status == 429);
		wrong += repeated(verdict.sqlstate) && verdict.unknown;
	}
	for (size_t i = 0; i < lengthof(ends); i++)
	{
		HttpFacts	facts = {.end = ends[i].end,.is_write = true};

		wrong += repeated(rootfi_verdict(&facts).sqlstate);
	}
	ok(wrong == 0, "no retry layer repeats a write that may have been done");
}

/* All tables of what requests end with. */
void
test_verdict(void)
{
	check_unsent();
	check_refused_by_proxy();
	check_unanswered();
	check_answered();
	check_all_results();
	check_all_statuses();
	ok(rootfi_phrases_in("Recv failure: Connection reset by peer") &&
	   rootfi_phrases_in("MySQL SERVER HAS GONE AWAY.") &&
	   !rootfi_phrases_in("") && !rootfi_phrases_in("no such order"),
	   "phrases are found in whatever case");
}
