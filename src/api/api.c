/*
 * api.c
 *		One request, one answer as jsonb.
 *
 * What can fail is done before a write leaves; what fails afterwards leaves
 * its outcome unknown, and is told so.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "api/api.h"
#include "api/errors.h"
#include "base/version.h"
#include "json/jsonb.h"
#include "json/scalars.h"
#include "json/text.h"

/* Says in the context of an error which request it was. */
static void
call_context(void *arg)
{
	const ApiCall *call = arg;

	errcontext("request %s %s", call->request.method, call->request.target);
}

/*
 * Waits for an answer and makes its text fit to be stored; adds the number of
 * characters that had to be replaced.
 */
HttpResponse *
rootfi_api_finish(HttpTransfer *transfer, int *replaced)
{
	HttpResponse *response = rootfi_http_finish(transfer);

	if (response->len > 0)
		*replaced += rootfi_json_clean(&response->body, &response->len);
	return response;
}

/* Is this {"error": {...}}, and nothing that was asked for? */
static bool
is_error_answer(Jsonb *answer)
{
	JsonbValue	value;

	return JB_ROOT_IS_OBJECT(answer) &&
		getKeyJsonValueFromContainer(&answer->root, "error", 5, &value) &&
		value.type == jbvBinary &&
		JsonContainerIsObject(value.val.binary.data) &&
		!getKeyJsonValueFromContainer(&answer->root, "data", 4, &value) &&
		!getKeyJsonValueFromContainer(&answer->root, "rootfi_id", 9, &value);
}

/*
 * The text of an answer's member that is a number, with quotes or without
 * (C10), or any string; NULL if there is none.
 */
char *
rootfi_api_scalar(Jsonb *record, const char *name)
{
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(record) ||
		!getKeyJsonValueFromContainer(&record->root, name, strlen(name),
									  &value))
		return NULL;
	if (value.type == jbvString)
		return pnstrdup(value.val.string.val, value.val.string.len);
	if (value.type == jbvNumeric)
		return DatumGetCString(DirectFunctionCall1(numeric_out,
												   NumericGetDatum(value.val.numeric)));
	return NULL;
}

/* Is it the same number, however it is written (C10)? */
static bool
is_same_number(const char *text, const char *number)
{
	int64		left;
	int64		right;

	return strcmp(text, number) == 0 ||
		(rootfi_read_int64(text, &left) && rootfi_read_int64(number, &right) &&
		 left == right);
}

/*
 * Is it another record than the one asked for?  A number may be a rootfi_id or
 * an id of the platform's, so the record must have both, and none of them be
 * the number.  What a platform takes for the same among ids that are no
 * numbers is not known here: they are not compared.
 */
static bool
is_another_record(Jsonb *answer, const char *id)
{
	static const char *const names[] = {
		"rootfi_id", "platform_id", "platform_unique_id"
	};
	bool		has[lengthof(names)] = {false};

	if (id[strspn(id, "0123456789")] != '\0')
		return false;
	for (int i = 0; i < lengthof(names); i++)
	{
		char	   *text = rootfi_api_scalar(answer, names[i]);

		has[i] = text != NULL;
		if (has[i] && is_same_number(text, id))
			return false;
	}
	return has[0] && (has[1] || has[2]);
}

/*
 * Reads the answer as jsonb into *answer; NULL for one without a body where
 * that is allowed: status 204, or a deletion, whose success is its status
 * alone (C31).  Returns the error that forbids it, or NULL.
 */
static ErrorReport *
read_answer(const ApiCall *call, const HttpResponse *response, Jsonb **answer)
{
	bool		is_delete = strcmp(call->request.method, "DELETE") == 0;
	char	   *problem = NULL;

	*answer = NULL;
	if (response->len == 0 && (response->status == 204 || is_delete))
		return NULL;
	*answer = rootfi_json_to_jsonb(response->body, response->len, &problem);
	if (*answer == NULL)
		return is_delete ? NULL :
			rootfi_report_unreadable(response, call->action, problem);
	if (is_error_answer(*answer))
		return rootfi_report_unreadable(response, call->action,
										"It is an error in spite of that status.");
	if (call->id != NULL && is_another_record(*answer, call->id))
		return rootfi_report_another(response, call->action,
									 rootfi_api_scalar(*answer, "rootfi_id"));
	return NULL;
}

/* Is it an interrupt's error, which passes as PostgreSQL reports it? */
static bool
is_interrupt(int sqlstate)
{
	return ERRCODE_TO_CATEGORY(sqlstate) ==
		ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION);
}

/*
 * What becomes of an error that was caught: once a write has left, its outcome
 * is not known, whatever failed here.  Frees the transfer first, as memory may
 * be what is missing.
 */
static ErrorReport *
report_caught(HttpTransfer *transfer, const ApiCall *call)
{
	ErrorData  *failure;

	if (!rootfi_http_wrote(transfer) || is_interrupt(geterrcode()))
		PG_RE_THROW();
	rootfi_http_close(transfer);
	failure = CopyErrorData();
	FlushErrorState();
	return rootfi_report_failure(failure, call->action);
}

/* A part of an exchange: returns the error that the call ends with, or NULL. */
typedef ErrorReport *(*ExchangePart) (ApiExchange *exchange);

/* Sends the request. */
static ErrorReport *
send_request(ApiExchange *exchange)
{
	rootfi_http_send(exchange->transfer);
	return NULL;
}

/* Waits for the answer and reads it. */
static ErrorReport *
take_answer(ApiExchange *exchange)
{
	const ApiCall *call = &exchange->call;
	HttpResponse *response = rootfi_api_finish(exchange->transfer,
											   &exchange->replaced);
	ErrorReport *report = rootfi_report_response(response, call->action,
												 exchange->server_name);

	return report != NULL ? report :
		read_answer(call, response, &exchange->answer);
}

/*
 * Does a part of an exchange.  Raises the error that the call ends with; once
 * a write has left nothing else is raised but an interrupt.
 */
static void
do_part(ApiExchange *exchange, ExchangePart part)
{
	MemoryContext old = CurrentMemoryContext;
	ErrorReport *volatile report = NULL;
	ErrorContextCallback context = {
		.previous = error_context_stack,
		.callback = call_context,
		.arg = &exchange->call,
	};

	error_context_stack = &context;
	PG_TRY();
	{
		report = part(exchange);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(old);
		report = report_caught(exchange->transfer, &exchange->call);
		exchange->transfer = NULL;
	}
	PG_END_TRY();
	if (report != NULL)
	{
		if (exchange->transfer != NULL)
			rootfi_http_close(exchange->transfer);
		rootfi_raise(report);
	}
	error_context_stack = context.previous;
}

/*
 * Begins a call to its server as the current user, in the current context,
 * and does not wait for the answer.  Raises the errors of
 * rootfi_connection_get, and those of a write that failed here.
 */
ApiExchange *
rootfi_api_begin(const ApiCall *call)
{
	RootfiConnection *connection = rootfi_connection_get(call->server);
	ApiExchange *exchange = palloc0(sizeof(ApiExchange));

	rootfi_version_warn();
	exchange->call = *call;
	exchange->server_name = pstrdup(connection->server_name);
	exchange->transfer = rootfi_http_prepare(connection, &call->request);
	do_part(exchange, send_request);
	return exchange;
}

/* Is the answer there, or the time for it over? */
bool
rootfi_api_done(const ApiExchange *exchange)
{
	return rootfi_http_done(exchange->transfer);
}

/*
 * Ends a call, waiting for the answer, and returns that, NULL if there is none,
 * in the current context.  Raises the errors of errors.c.
 */
Jsonb *
rootfi_api_end(ApiExchange *exchange)
{
	do_part(exchange, take_answer);
	rootfi_http_close(exchange->transfer);
	rootfi_json_warn(exchange->replaced);
	return exchange->answer;
}

/* Makes a call: both in one. */
Jsonb *
rootfi_api_call(const ApiCall *call)
{
	return rootfi_api_end(rootfi_api_begin(call));
}
