/*
 * api.c
 *		One request, one answer as jsonb.
 */
#include "postgres.h"

#include "api.h"
#include "errors.h"
#include "json.h"

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
 * The answer as jsonb.  NULL for one without a body where that is allowed:
 * status 204, or a deletion, whose success is its status alone (C31).
 */
static Jsonb *
read_answer(const ApiCall *call, const HttpResponse *response)
{
	bool		is_delete = strcmp(call->request.method, "DELETE") == 0;
	Jsonb	   *answer;
	char	   *problem = NULL;

	if (response->len == 0 && (response->status == 204 || is_delete))
		return NULL;
	answer = rootfi_json_to_jsonb(response->body, response->len, &problem);
	if (answer == NULL && !is_delete)
		rootfi_report_unreadable(response, call->action, problem);
	if (answer != NULL && is_error_answer(answer))
		rootfi_report_unreadable(response, call->action,
								 "It is an error in spite of that status.");
	return answer;
}

/*
 * Makes a call to its server as the current user and returns the answer, NULL if
 * it has none, in the current context.  Raises the errors of
 * rootfi_connection_get, rootfi_check_response and rootfi_report_unreadable.
 */
Jsonb *
rootfi_api_call(const ApiCall *call)
{
	RootfiConnection *connection = rootfi_connection_get(call->server);
	char	   *server_name = pstrdup(connection->server_name);
	HttpTransfer *transfer;
	HttpResponse *response;
	Jsonb	   *answer;
	int			replaced = 0;
	ErrorContextCallback context = {
		.previous = error_context_stack,
		.callback = call_context,
		.arg = unconstify(ApiCall *, call),
	};

	error_context_stack = &context;
	transfer = rootfi_http_start(connection, &call->request);
	response = rootfi_api_finish(transfer, &replaced);
	rootfi_check_response(response, call->action, server_name);
	answer = read_answer(call, response);
	rootfi_http_close(transfer);
	rootfi_json_warn(replaced);
	error_context_stack = context.previous;
	return answer;
}
