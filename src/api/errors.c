/*
 * errors.c
 *		From the verdict on a request to an error of the server's.
 *
 * verdict.c says what the end of a request means; here it is completed by what
 * the API says and raised.  "action" completes the sentence "could not ...":
 * "create order for company 42".
 *
 * No error holds words that clients take for the loss of the database
 * connection (see phrases.c): libcurl's go to the server's log only, and what
 * the API says goes there if it holds such words.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "api/errors.h"
#include "base/secrets.h"
#include "base/sqlstates.h"
#include "http/phrases.h"
#include "http/verdict.h"
#include "json/scan.h"
#include "json/text.h"

#define EXCERPT_LENGTH	120		/* bytes of an answer shown in a detail */

#define DETAIL_LEFT_OUT \
	" What the answer says is in the log of the database server."

/* An error that is ready to be raised. */
struct ErrorReport
{
	int			sqlstate;
	char	   *message;
	char	   *detail;
	char	   *log;			/* the detail in the server's log */
	char	   *hint;			/* or NULL */
};

/* What an error answer says; members may be NULL. */
typedef struct ApiError
{
	char	   *code;
	char	   *message;
	char	   *platform_error;
} ApiError;

/* Text of a JSON value for a message: a string's, or the JSON itself. */
static char *
value_text(const JsonValue *value)
{
	if (value->type == JSON_TOKEN_NULL)
		return NULL;
	return value->token ? value->token : pnstrdup(value->text, value->len);
}

/* The text without the full stop that we would add. */
static char *
trimmed(const char *text)
{
	size_t		len = strlen(text);

	return pnstrdup(text, len > 0 && text[len - 1] == '.' ? len - 1 : len);
}

/* Takes what an object says of the error. */
static void
take_error(ApiError *error, const JsonObject *object)
{
	const JsonValue *code = rootfi_json_member(object, "code");
	const JsonValue *message = rootfi_json_member(object, "message");
	const JsonValue *platform = rootfi_json_member(object, "platform_error");

	if (code != NULL)
		error->code = value_text(code);
	if (message != NULL)
		error->message = value_text(message);
	if (platform != NULL)
		error->platform_error = value_text(platform);
}

/*
 * Reads the answer: {"error": {...}}, {"error": "..."} or the error without
 * anything around.  It may be cut off.
 */
static void
read_error(ApiError *error, const char *text, int len)
{
	JsonObject	answer;
	JsonObject	inner;
	const JsonValue *value;

	rootfi_json_object(&answer, text, len);
	take_error(error, &answer);
	value = rootfi_json_member(&answer, "error");
	if (value == NULL)
		return;
	if (value->type != JSON_TOKEN_OBJECT_START)
		error->message = value_text(value);
	else
	{
		rootfi_json_object(&inner, value->text, value->len);
		take_error(error, &inner);
	}
}

/* What is wrong with an answer; a parser quotes words of it. */
static const char *
shown_problem(const HttpResponse *response, const char *problem)
{
	if (rootfi_secret_in(response->body))
		return "It repeats the API key.";
	return problem;
}

/* The first bytes of an answer on one line, in valid text. */
static char *
excerpt(const HttpResponse *response)
{
	/* more than is shown: what is cut is not to be seen in what is not */
	int			len = pg_encoding_mbcliplen(PG_UTF8, response->body,
											Min(response->len, 10 * EXCERPT_LENGTH),
											9 * EXCERPT_LENGTH);
	char	   *text = rootfi_json_show(pnstrdup(response->body, len));

	text[pg_encoding_mbcliplen(PG_UTF8, text, strlen(text),
							   EXCERPT_LENGTH)] = '\0';
	return text;
}

/* What the error answer says, as a sentence or more; empty when nothing. */
static char *
error_words(const HttpResponse *response, ApiError *error)
{
	StringInfoData words;

	initStringInfo(&words);
	memset(error, 0, sizeof(*error));
	if (response->len == 0)
		return words.data;
	read_error(error, response->body, response->len);
	if (error->code != NULL)
		appendStringInfo(&words, " Code: %s.",
						 rootfi_json_show(error->code));
	if (error->message != NULL)
		appendStringInfo(&words, " Message: %s.",
						 rootfi_json_show(trimmed(error->message)));
	if (error->platform_error != NULL)
		appendStringInfo(&words, " Platform error: %s.",
						 rootfi_json_show(error->platform_error));
	if (words.len == 0)
		appendStringInfo(&words, " The answer begins with \"%s\".",
						 excerpt(response));
	return words.data;
}

/* The sentence that names a request to the server's operators, or "". */
static char *
request_words(const HttpResponse *response)
{
	return response->request_id[0] == '\0' ? "" :
		psprintf(" Request id: %s.", rootfi_json_show(response->request_id));
}

/* The action, unless a name in it holds words that no error may hold. */
static const char *
shown_action(const char *action)
{
	return rootfi_phrases_in(action) ? "do what was asked" : action;
}

/*
 * A report; "fact" is the detail in words of ours, "said" what the API adds to
 * it, "logged" what only the server's log is told.
 */
static ErrorReport *
make_report(int sqlstate, char *message, const char *fact, const char *said,
			const char *logged)
{
	ErrorReport *report = palloc0(sizeof(ErrorReport));

	report->sqlstate = sqlstate;
	report->message = message;
	report->detail = psprintf("%s%s", fact,
							  rootfi_phrases_in(said) ?
							  DETAIL_LEFT_OUT : said);
	report->log = psprintf("%s%s%s", fact, said, logged);
	return report;
}

/* The primary message of a verdict. */
static char *
verdict_message(const Verdict *verdict, const HttpResponse *response,
				const char *action)
{
	action = shown_action(action);
	if (verdict->unknown)
		return psprintf("could not confirm the request to %s", action);
	if (response->end == HTTP_NOT_CONNECTED)
		return psprintf("could not connect to \"%s\": %s", response->host,
						verdict->fault);
	if (verdict->fault == NULL)
		return psprintf("could not %s", action);
	return psprintf("could not %s: %s", action,
					psprintf(verdict->fault, response->host));
}

/* The hint of a verdict, NULL for none. */
static char *
verdict_hint(const Verdict *verdict, const char *server_name)
{
	return verdict->hint ? psprintf(verdict->hint, server_name) : NULL;
}

/* An answer whose status is no success. */
static ErrorReport *
report_status(const HttpResponse *response, const char *action,
			  const char *server_name)
{
	HttpFacts	facts = response->facts;
	ApiError	error;
	char	   *words = error_words(response, &error);
	Verdict		verdict;
	ErrorReport *report;

	facts.code = error.code;
	verdict = rootfi_verdict(&facts);
	if (response->redirect[0] != '\0')
		words = psprintf(" It points to \"%s\".",
						 rootfi_json_show(response->redirect));
	report = make_report(verdict.sqlstate,
						 verdict_message(&verdict, response, action),
						 psprintf("The server answered with HTTP status %d.",
								  response->status),
						 psprintf("%s%s", words, request_words(response)), "");
	report->hint = verdict_hint(&verdict, server_name);
	return report;
}

/* A request that ended without an answer. */
static ErrorReport *
report_no_answer(const HttpResponse *response, const char *action,
				 const char *server_name)
{
	Verdict		verdict = rootfi_verdict(&response->facts);
	ErrorReport *report;
	char	   *fact = pstrdup(verdict.fact);

	if (response->end == HTTP_NOT_CONNECTED)
		fact = psprintf("The request to %s was not sent.%s",
						shown_action(action),
						response->facts.proxy_status == 0 ? "" :
						psprintf(" The proxy answered with HTTP status %d.",
								 response->facts.proxy_status));
	else if (response->wrote)
		fact = psprintf("It was sent to \"%s\". %s", response->host, fact);
	report = make_report(verdict.sqlstate,
						 verdict_message(&verdict, response, action), fact, "",
						 psprintf(" libcurl says: %s",
								  rootfi_json_show(response->problem)));
	report->hint = verdict_hint(&verdict, server_name);
	return report;
}

/*
 * NULL if the request was answered with success (2xx); else the error that
 * says why not, in the current context.  It may outlive the response.
 */
ErrorReport *
rootfi_report_response(const HttpResponse *response, const char *action,
					   const char *server_name)
{
	if (response->end != HTTP_ANSWERED)
		return report_no_answer(response, action, server_name);
	if (rootfi_verdict(&response->facts).sqlstate != 0)
		return report_status(response, action, server_name);
	return NULL;
}

/*
 * A successful answer that cannot be read.  "problem" is a sentence.
 */
ErrorReport *
rootfi_report_unreadable(const HttpResponse *response, const char *action,
						 const char *problem)
{
	char	   *words = response->len == 0 ? "The answer is empty." :
	psprintf("The answer begins with \"%s\".", excerpt(response));
	ErrorReport *report;

	action = shown_action(action);
	report = make_report(response->wrote ? ERRCODE_ROOTFI_UNKNOWN_OUTCOME :
						 ERRCODE_ROOTFI_BAD_ANSWER,
						 response->wrote ?
						 psprintf("could not confirm the request to %s",
								  action) :
						 psprintf("could not %s: the answer cannot be read",
								  action),
						 psprintf("The server answered with HTTP status %d.",
								  response->status),
						 psprintf(" %s %s%s", shown_problem(response, problem),
								  words, request_words(response)), "");
	if (response->wrote)
		report->hint = HINT_UNKNOWN_OUTCOME;
	return report;
}

/* An answer to a read that is the record of another rootfi_id. */
ErrorReport *
rootfi_report_another(const HttpResponse *response, const char *action,
					  const char *found)
{
	return make_report(ERRCODE_ROOTFI_BAD_ANSWER,
					   psprintf("could not %s: the server answered with another record",
								shown_action(action)),
					   "",
					   psprintf("Its \"rootfi_id\" is %s.%s",
								rootfi_json_show(found),
								request_words(response)), "");
}

/*
 * Something of ours that failed after a write had left, whose outcome is not
 * known for that reason.
 */
ErrorReport *
rootfi_report_failure(const ErrorData *failure, const char *action)
{
	ErrorReport *report;

	report = make_report(ERRCODE_ROOTFI_UNKNOWN_OUTCOME,
						 psprintf("could not confirm the request to %s",
								  shown_action(action)),
						 psprintf("It was sent. What came back could not be dealt with here: SQLSTATE %s.",
								  unpack_sql_state(failure->sqlerrcode)), "",
						 psprintf(" %s", rootfi_json_show(failure->message)));
	report->hint = HINT_UNKNOWN_OUTCOME;
	return report;
}

/* Raises the error of a report. */
void
rootfi_raise(const ErrorReport *report)
{
	ereport(ERROR,
			(errcode(report->sqlstate),
			 errmsg("%s", report->message),
			 errdetail("%s", report->detail),
			 errdetail_log("%s", report->log),
			 report->hint ? errhint("%s", report->hint) : 0));
}

/*
 * Returns if the request was answered with success (2xx); else raises the
 * error that says why not.
 */
void
rootfi_check_response(const HttpResponse *response, const char *action,
					  const char *server_name)
{
	ErrorReport *report = rootfi_report_response(response, action,
												 server_name);

	if (report != NULL)
		rootfi_raise(report);
}
