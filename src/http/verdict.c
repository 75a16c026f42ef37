/*
 * verdict.c
 *		What the end of a request means: SQLSTATE, words, and whether it may be
 *		sent again.
 *
 * The one place that knows.  It is all data and pure functions: the transport
 * asks it whether to send again, errors.c tells what it says, a test reads it
 * row by row.
 *
 * The rule for writes: only what provably was not done is told as such.  That
 * is what never left, because no connection was made, and what a 4xx refuses.
 * After anything else the outcome is unknown, and nothing is sent again.
 *
 * The words are ours.  Clients take those of libcurl, TLS and the kernel for
 * the loss of the database connection (see phrases.c).
 */
#include "postgres.h"

#include "base/sqlstates.h"
#include "http/verdict.h"

#define HINT_CHECK "\"SELECT * FROM rootfi_check()\" shows more."

/* What one or more statuses mean.  The first rule that fits counts. */
typedef struct StatusRule
{
	int			first;
	int			last;
	int			sqlstate;
	bool		refused;		/* a write was not done */
	bool		again;			/* another answer may be better */
	const char *hint;
} StatusRule;

static const StatusRule status_rules[] = {
	{200, 299, 0, false, false, NULL},
	{300, 399, ERRCODE_ROOTFI_BAD_ANSWER, false, false,
	"Redirects are not followed. Check the option \"base_url\" of server \"%s\"."},
	{401, 401, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, true, false,
	"Check the option \"api_key\" of the user mapping for server \"%s\"."},
	{403, 403, ERRCODE_INSUFFICIENT_PRIVILEGE, true, false,
	"The API key of server \"%s\" may not do this."},
	{404, 404, ERRCODE_NO_DATA_FOUND, true, false, NULL},
	{408, 408, ERRCODE_ROOTFI_LOST, false, true, "Try again."},
	{409, 409, ERRCODE_UNIQUE_VIOLATION, true, false, NULL},
	{410, 410, ERRCODE_NO_DATA_FOUND, true, false, NULL},
	{429, 429, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, true, true,
	"Ask less often, or raise the options \"max_retries\" and \"timeout\" of server \"%s\"."},
	/* a proxy's note that somebody went away before the end */
	{499, 499, ERRCODE_ROOTFI_LOST, false, false, "Try again."},
	{400, 499, ERRCODE_INVALID_PARAMETER_VALUE, true, false, NULL},
	{502, 504, ERRCODE_SYSTEM_ERROR, false, true,
	"The fault is on the server's side. Try again later."},
	{500, 599, ERRCODE_SYSTEM_ERROR, false, false,
	"The fault is on the server's side. Try again later."},
	{INT_MIN, INT_MAX, ERRCODE_ROOTFI_BAD_ANSWER, false, false,
	"Check the option \"base_url\" of server \"%s\"."},
};

/* How a request that was sent can end without an answer. */
static const struct
{
	int			sqlstate;		/* of a read */
	bool		again;			/* a read may be sent again */
	const char *fault;
	const char *fact;
	const char *hint;
}			end_rules[] =

{
	[HTTP_LOST] = {ERRCODE_ROOTFI_LOST, true,
		"no complete answer from \"%s\"",
	"The connection to the API ended before the answer was complete.", NULL},
	[HTTP_TIMED_OUT] = {ERRCODE_ROOTFI_LOST, false,
		"no answer from \"%s\" in time",
		"The answer was not complete when the time limit passed.",
	"Raise the option \"timeout\" of server \"%s\"."},
	[HTTP_TOO_LARGE] = {ERRCODE_ROOTFI_BAD_ANSWER, false,
		"too large an answer from \"%s\"",
		"The answer is larger than \"rootfi.max_response_size\" allows.",
	"Raise \"rootfi.max_response_size\", or ask for smaller pages."},
	[HTTP_HEADER_TOO_LARGE] = {ERRCODE_ROOTFI_BAD_ANSWER, false,
		"no valid HTTP answer from \"%s\"",
	"The header of the answer is too large.", NULL},
	[HTTP_GARBLED] = {ERRCODE_ROOTFI_BAD_ANSWER, false,
		"no valid HTTP answer from \"%s\"",
	"What came is not HTTP.", NULL},
	[HTTP_ENCODED] = {ERRCODE_ROOTFI_BAD_ANSWER, false,
		"no valid HTTP answer from \"%s\"",
	"The content encoding of the answer cannot be undone.", NULL},
	[HTTP_NO_MEMORY] = {ERRCODE_OUT_OF_MEMORY, false,
		"too little memory for the answer from \"%s\"",
		"The answer does not fit into the memory that is left.",
	"Ask for smaller pages."},
};

/* What failed when no connection was made. */
static const char *const phase_faults[] = {
	[HTTP_RESOLVING] = "its address was not found",
	[HTTP_OPENING] = "the server has no descriptor left for it",
	[HTTP_CONNECTING] = "nothing answers there",
	[HTTP_PROXYING] = "its proxy does not let it through",
	[HTTP_SECURING] = "TLS could not be agreed on",
	[HTTP_CONNECTED] = "the connection was of no use",
};

/*
 * How libcurl's result reads as an end of the request, limits of our own
 * aside.  "sent" says that a connection was made and the request handed over.
 */
HttpEnd
rootfi_verdict_end(CURLcode result, bool sent)
{
	if (result == CURLE_OK)
		return HTTP_ANSWERED;
	if (!sent)
		return HTTP_NOT_CONNECTED;
	switch (result)
	{
		case CURLE_OPERATION_TIMEDOUT:
			return HTTP_TIMED_OUT;
		case CURLE_OUT_OF_MEMORY:	/* until 8.6 for a header line, too */
#if LIBCURL_VERSION_NUM >= 0x080600
		case CURLE_TOO_LARGE:
#endif
			return HTTP_HEADER_TOO_LARGE;
		case CURLE_WEIRD_SERVER_REPLY:
		case CURLE_UNSUPPORTED_PROTOCOL:
			return HTTP_GARBLED;
		case CURLE_BAD_CONTENT_ENCODING:
		case CURLE_WRITE_ERROR: /* what follows the end of a stream */
			return HTTP_ENCODED;
		default:				/* HTTP/2 that goes away among them */
			return HTTP_LOST;
	}
}

/* Is it the certificate that is wrong?  Another attempt would end alike. */
bool
rootfi_verdict_distrusted(CURLcode result)
{
	return result == CURLE_PEER_FAILED_VERIFICATION ||
		result == CURLE_SSL_CACERT_BADFILE ||
		result == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
}

/* How far a connection got that was not made. */
HttpPhase
rootfi_verdict_phase(CURLcode result, bool resolved)
{
	switch (result)
	{
		case CURLE_COULDNT_RESOLVE_HOST:
		case CURLE_COULDNT_RESOLVE_PROXY:
			return HTTP_RESOLVING;
		case CURLE_SSL_CONNECT_ERROR:
		case CURLE_PEER_FAILED_VERIFICATION:
		case CURLE_SSL_CACERT_BADFILE:
		case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CIPHER:
		case CURLE_SSL_ISSUER_ERROR:
			return HTTP_SECURING;
		case CURLE_PROXY:
			return HTTP_PROXYING;
		case CURLE_OPERATION_TIMEDOUT:
			return resolved ? HTTP_CONNECTING : HTTP_RESOLVING;
		default:
			return HTTP_CONNECTING;
	}
}

/*
 * A request that was not sent.  What a proxy answers instead of connecting is
 * its own word, not the API's, whatever the status.
 */
static Verdict
unsent(const HttpFacts *facts)
{
	Verdict		verdict = {
		.sqlstate = ERRCODE_ROOTFI_NOT_CONNECTED,
		.again = !facts->distrusted &&
		(facts->proxy_status == 0 || facts->proxy_status >= 500),
		.fault = facts->distrusted ? "its certificate is not trusted" :
		phase_faults[facts->phase],
		.fact = "The request was not sent.",
		.hint = HINT_CHECK,
	};

	if (facts->proxy_status == 407)
	{
		verdict.fault = "its proxy asks for other credentials";
		verdict.hint = "Check the options \"proxy_user\" and \"proxy_password\" of the user mapping for server \"%s\".";
	}
	else if (facts->phase == HTTP_PROXYING)
		verdict.hint = "Check the option \"proxy\" of server \"%s\".";
	else if (facts->phase == HTTP_OPENING)
		verdict.hint = "Raise \"max_files_per_process\", or \"ulimit -n\" of the server.";
	return verdict;
}

/* A request that was sent, and not answered. */
static Verdict
unanswered(const HttpFacts *facts)
{
	Verdict		verdict = {
		.sqlstate = end_rules[facts->end].sqlstate,
		.again = end_rules[facts->end].again && !facts->is_write,
		.fault = end_rules[facts->end].fault,
		.fact = end_rules[facts->end].fact,
		.hint = end_rules[facts->end].hint,
	};

	verdict.unknown = facts->is_write;
	return verdict;
}

/* The API's code knows more than the status 400 (section 1.6 of the facts). */
static bool
says_exists(const HttpFacts *facts)
{
	return facts->code != NULL &&
		strcmp(facts->code, "record-already-exists") == 0;
}

/* A request that was answered. */
static Verdict
answered(const HttpFacts *facts)
{
	const StatusRule *rule = status_rules;
	Verdict		verdict = {0};

	while (facts->status < rule->first || facts->status > rule->last)
		rule++;
	verdict.sqlstate = rule->sqlstate;
	verdict.hint = rule->hint;
	if (rule->sqlstate == ERRCODE_INVALID_PARAMETER_VALUE &&
		says_exists(facts))
		verdict.sqlstate = ERRCODE_UNIQUE_VIOLATION;
	verdict.unknown = facts->is_write && rule->sqlstate != 0 && !rule->refused;
	verdict.again = rule->again && !verdict.unknown;
	return verdict;
}

/* The verdict.  Pure: the same facts give the same. */
Verdict
rootfi_verdict(const HttpFacts *facts)
{
	Verdict		verdict = facts->end == HTTP_ANSWERED ? answered(facts) :
	facts->end == HTTP_NOT_CONNECTED ? unsent(facts) : unanswered(facts);

	if (verdict.unknown)
	{
		verdict.sqlstate = ERRCODE_ROOTFI_UNKNOWN_OUTCOME;
		verdict.fault = NULL;
		verdict.hint = HINT_UNKNOWN_OUTCOME;
	}
	return verdict;
}
