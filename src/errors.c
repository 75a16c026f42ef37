/*
 * errors.c
 *		From the end of a request to SQLSTATE, message, detail and hint.
 *
 * Every way a request can end is in one of two tables: how the transport
 * ended, and what status the server answered with.  "action" completes the
 * sentence "could not ...": "create order for company 42".
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/json.h"

#include "errors.h"
#include "json.h"
#include "sqlstates.h"

#define EXCERPT_LENGTH	120		/* bytes of an answer shown in a detail */

#define MESSAGE_UNKNOWN_OUTCOME "could not confirm the request to %s"
#define HINT_UNKNOWN_OUTCOME \
	"The server may have done it. Look for the record before you try again."

typedef struct StatusRule
{
	int			first;
	int			last;
	int			sqlstate;
	const char *hint;			/* %s is the name of the foreign server */
} StatusRule;

/* The first rule that fits counts. */
static const StatusRule status_rules[] = {
	{300, 399, ERRCODE_ROOTFI_BAD_ANSWER,
	"Redirects are not followed. Check the option \"base_url\" of server \"%s\"."},
	{400, 400, ERRCODE_INVALID_PARAMETER_VALUE, NULL},
	{401, 401, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
	"Check the option \"api_key\" of the user mapping for server \"%s\"."},
	{403, 403, ERRCODE_INSUFFICIENT_PRIVILEGE,
	"The API key of server \"%s\" may not do this."},
	{404, 404, ERRCODE_NO_DATA_FOUND, NULL},
	{405, 405, ERRCODE_INVALID_PARAMETER_VALUE, NULL},
	{408, 408, ERRCODE_ROOTFI_LOST, "Try again."},
	{409, 409, ERRCODE_UNIQUE_VIOLATION, NULL},
	{410, 410, ERRCODE_NO_DATA_FOUND, NULL},
	{422, 422, ERRCODE_INVALID_PARAMETER_VALUE, NULL},
	{429, 429, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	"Ask less often, or raise the options \"max_retries\" and \"timeout\" of server \"%s\"."},
	{400, 499, ERRCODE_INVALID_PARAMETER_VALUE, NULL},
	{500, 599, ERRCODE_SYSTEM_ERROR, "The fault is on the server's side. Try again later."},
	{0, 999, ERRCODE_ROOTFI_BAD_ANSWER,
	"Check the option \"base_url\" of server \"%s\"."},
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

/* Puts stars in the place of a secret, wherever it begins. */
static void
hide(char *text, const char *secret)
{
	size_t		len = strlen(secret);

	while (len >= SHORTEST_KEY && (text = strstr(text, secret)) != NULL)
	{
		memset(text, '*', len);
		text += len;
		CHECK_FOR_INTERRUPTS();
	}
}

/* The key as JSON has it, without the quotes. */
static char *
key_in_json(const HttpResponse *response)
{
	StringInfoData key;

	initStringInfo(&key);
	escape_json(&key, response->key);
	key.data[key.len - 1] = '\0';
	return key.data + 1;
}

/*
 * What the server says, fit to be shown: without control characters, and
 * without the key, should it repeat that.
 */
static char *
shown(const HttpResponse *response, const char *text)
{
	char	   *copy = pstrdup(text);

	hide(copy, response->key);
	hide(copy, key_in_json(response));
	return rootfi_json_show(copy);
}

/* What is wrong with an answer; a parser quotes words of it. */
static const char *
shown_problem(const HttpResponse *response, const char *problem)
{
	if (strlen(response->key) >= SHORTEST_KEY &&
		(strstr(response->body, response->key) != NULL ||
		 strstr(response->body, key_in_json(response)) != NULL))
		return "It repeats the API key.";
	return problem;
}

/* The first bytes of an answer on one line, in valid text. */
static char *
excerpt(const HttpResponse *response)
{
	/* a key must not be cut before it is found */
	int			limit = EXCERPT_LENGTH + strlen(key_in_json(response));
	int			len = pg_encoding_mbcliplen(PG_UTF8, response->body,
											Min(response->len, limit + 8),
											limit);
	char	   *text = shown(response, pnstrdup(response->body, len));

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
						 shown(response, error->code));
	if (error->message != NULL)
		appendStringInfo(&words, " Message: %s.",
						 shown(response, trimmed(error->message)));
	if (error->platform_error != NULL)
		appendStringInfo(&words, " Platform error: %s.",
						 shown(response, error->platform_error));
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
		psprintf(" Request id: %s.", shown(response, response->request_id));
}

/* The API's code knows more than the status 400 (section 1.6 of the facts). */
static int
error_sqlstate(const StatusRule *rule, const ApiError *error)
{
	if (rule->sqlstate == ERRCODE_INVALID_PARAMETER_VALUE &&
		error->code != NULL &&
		strcmp(error->code, "record-already-exists") == 0)
		return ERRCODE_UNIQUE_VIOLATION;
	return rule->sqlstate;
}

/* Reports an answer whose status is no success. */
static void
report_status(const HttpResponse *response, const char *action,
			  const char *server_name)
{
	const StatusRule *rule = status_rules;
	ApiError	error;
	char	   *words = error_words(response, &error);
	bool		unknown_outcome = response->wrote && response->status >= 500;

	while (response->status < rule->first || response->status > rule->last)
		rule++;
	if (response->redirect[0] != '\0')
		words = psprintf(" It points to \"%s\".",
						 shown(response, response->redirect));
	ereport(ERROR,
			(errcode(unknown_outcome ? ERRCODE_ROOTFI_UNKNOWN_OUTCOME :
					 error_sqlstate(rule, &error)),
			 errmsg(unknown_outcome ? MESSAGE_UNKNOWN_OUTCOME : "could not %s",
					action),
			 errdetail("The server answered with HTTP status %d.%s%s",
					   response->status, words, request_words(response)),
			 unknown_outcome ? errhint(HINT_UNKNOWN_OUTCOME) :
			 rule->hint ? errhint(rule->hint, server_name) : 0));
}

/* How a read can end without an answer. */
static const struct
{
	int			sqlstate;
	const char *fault;			/* "could not list orders: ..." */
	const char *hint;
}			end_rules[] =

{
	[HTTP_LOST] = {ERRCODE_ROOTFI_LOST, "lost connection to \"%s\""},
	[HTTP_TIMED_OUT] = {ERRCODE_ROOTFI_LOST,
		"timed out waiting for \"%s\"",
	"Raise the option \"timeout\" of the server."},
	[HTTP_TOO_LARGE] = {ERRCODE_ROOTFI_BAD_ANSWER,
		"too large an answer from \"%s\"",
	"Raise \"rootfi.max_response_size\", or ask for smaller pages."},
	[HTTP_GARBLED] = {ERRCODE_ROOTFI_BAD_ANSWER,
	"no valid HTTP answer from \"%s\""},
};

/* Reports a request that ended without an answer. */
static void
report_no_answer(const HttpResponse *response, const char *action)
{
	int			end = response->end;

	if (end == HTTP_NOT_CONNECTED)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_NOT_CONNECTED),
				 errmsg("could not connect to \"%s\": %s",
						response->host, response->problem),
				 errdetail("The request to %s was not sent.", action)));
	if (response->wrote)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_UNKNOWN_OUTCOME),
				 errmsg(MESSAGE_UNKNOWN_OUTCOME, action),
				 errdetail("It was sent to \"%s\". %s.", response->host,
						   response->problem),
				 errhint(HINT_UNKNOWN_OUTCOME)));
	ereport(ERROR,
			(errcode(end_rules[end].sqlstate),
			 errmsg("could not %s: %s", action,
					psprintf(end_rules[end].fault, response->host)),
			 errdetail("%s.", response->problem),
			 end_rules[end].hint ? errhint("%s", end_rules[end].hint) : 0));
}

/*
 * Returns if the request was answered with success (2xx); else raises the
 * error that says why not.
 */
void
rootfi_check_response(const HttpResponse *response, const char *action,
					  const char *server_name)
{
	if (response->end != HTTP_ANSWERED)
		report_no_answer(response, action);
	if (response->status < 200 || response->status > 299)
		report_status(response, action, server_name);
}

/*
 * Reports a successful answer that cannot be read.  "problem" is a sentence.
 */
void
rootfi_report_unreadable(const HttpResponse *response, const char *action,
						 const char *problem)
{
	char	   *words = response->len == 0 ? "The answer is empty." :
	psprintf("The answer begins with \"%s\".", excerpt(response));

	ereport(ERROR,
			(errcode(response->wrote ? ERRCODE_ROOTFI_UNKNOWN_OUTCOME :
					 ERRCODE_ROOTFI_BAD_ANSWER),
			 errmsg(response->wrote ? MESSAGE_UNKNOWN_OUTCOME :
					"could not %s: the answer cannot be read", action),
			 errdetail("The server answered with HTTP status %d. %s %s%s",
					   response->status, shown_problem(response, problem), words,
					   request_words(response)),
			 response->wrote ? errhint(HINT_UNKNOWN_OUTCOME) : 0));
}

/* Reports an answer to a read that is the record of another rootfi_id. */
void
rootfi_report_another(const HttpResponse *response, const char *action,
					  const char *found)
{
	ereport(ERROR,
			(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
			 errmsg("could not %s: the server answered with another record",
					action),
			 errdetail("Its \"rootfi_id\" is %s.%s", shown(response, found),
					   request_words(response))));
}
