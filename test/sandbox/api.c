/*
 * api.c -- a request to the API from its arrival to its answer
 *
 * In this order: the key, the rate limit, the fault that somebody asked for,
 * and the resource.
 */
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "instant.h"
#include "params.h"
#include "route.h"

/* What the headers say when nothing is limited (1.7). */
#define DOCUMENTED_LIMIT	100

static void
api_number_header(Answer *answer, const char *name, int64_t value)
{
	char		text[32];

	snprintf(text, sizeof(text), "%lld", (long long) value);
	answer_header(answer, name, text);
}

/*
 * Take a request off the limit, and tell of the limit in the headers.  False
 * when there is none left.  Without a limit every request is the first of its
 * window, so that no client slows down.
 */
static bool
api_take_rate(Sandbox *sandbox, Answer *answer)
{
	int64_t		limit = sandbox->options.rate_limit;
	int64_t		window = sandbox->options.rate_window * INSTANT_SECOND;
	int64_t		now = instant_elapsed();
	int64_t		left;
	int64_t		reset;

	if (sandbox->window_start == 0 || limit == 0 ||
		now >= sandbox->window_start + window)
	{
		sandbox->window_start = now;
		sandbox->window_used = 0;
	}
	limit = limit ? limit : DOCUMENTED_LIMIT;
	left = limit - ++sandbox->window_used;
	reset = (sandbox->window_start + window - now + INSTANT_SECOND - 1) /
		INSTANT_SECOND;
	api_number_header(answer, "X-RateLimit-Limit", limit);
	api_number_header(answer, "X-RateLimit-Remaining", left > 0 ? left : 0);
	api_number_header(answer, "X-RateLimit-Reset", reset);
	if (left < 0)
		api_number_header(answer, "Retry-After", reset);
	return left >= 0;
}

/*
 * Perform the request, if its key and the rate limit let it.
 */
static void
api_perform(Sandbox *sandbox, const Call *call, bool allowed,
			bool repeat_cursor, Answer *answer)
{
	if (call->api_key == NULL ||
		strcmp(call->api_key, sandbox->options.key) != 0)
		answer_error(answer, 401, "unauthorized",
					 "the header api_key is missing or wrong");
	else if (!allowed)
		answer_error(answer, 429, "rate-limited",
					 "too many requests, see Retry-After");
	else
		route_call(sandbox, call, repeat_cursor, answer);
}

/*
 * The fault for this request, NULL if there is none.
 */
static json_t *
api_take_fault(Sandbox *sandbox, const Call *call)
{
	size_t		path_len = strcspn(call->target, "?");
	char	   *path = alloc_copy(call->target, path_len);
	const char *query = call->target + path_len;
	Params		params = {0};
	Target		target = {.method = call->method, .path = path};
	json_t	   *fault;

	params_read(&params, *query == '?' ? query + 1 : NULL);
	target.has_cursor = params_get(&params, "next") != NULL;
	fault = faults_take(&sandbox->faults, &target);
	params_free(&params);
	free(path);
	return fault;
}

/*
 * Answer a request; delivery says how.
 */
void
api_answer(Sandbox *sandbox, const Call *call, int64_t seq, Answer *answer,
		   Delivery *delivery)
{
	char		request_id[32];
	bool		allowed = api_take_rate(sandbox, answer);
	json_t	   *fault = api_take_fault(sandbox, call);

	snprintf(request_id, sizeof(request_id), "req_%06lld", (long long) seq);
	answer_header(answer, "Content-Type", "application/json; charset=utf-8");
	answer_header(answer, "X-Request-Id", request_id);
	delivery->delay_ms = sandbox->options.latency;
	if (fault == NULL || fault_performs(fault))
		api_perform(sandbox, call, allowed,
					fault != NULL && fault_repeats_cursor(fault), answer);
	if (fault != NULL)
		fault_alter(fault, answer, delivery);
	json_decref(fault);
}
