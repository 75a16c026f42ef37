/*
 * control.c -- what tests ask the sandbox itself: /_sandbox/...
 *
 * No key is needed here, nothing is limited or journaled, and no fault
 * applies.
 */
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "exact.h"
#include "params.h"
#include "route.h"
#include "write.h"

#define CONTROL_PREFIX "/_sandbox/"

typedef struct Control
{
	const char *method;
	const char *name;
	void		(*perform) (Sandbox *sandbox, const Call *call,
							Answer *answer);
} Control;

static void
control_success(Answer *answer)
{
	answer->status = 200;
	buffer_text(&answer->body, "{\"status\":\"success\"}");
}

static void
control_invalid(Answer *answer, const char *message)
{
	answer_error(answer, 400, "invalid-params", message);
}

static void
show_requests(Sandbox *sandbox, const Call *call, Answer *answer)
{
	const char *query = strchr(call->target, '?');
	Params		params = {0};
	const char *since = NULL;
	char	   *end = "";
	int64_t		seq = 0;

	if (params_read(&params, query ? query + 1 : NULL))
		since = params_get(&params, "since");
	if (since != NULL)
		seq = strtoll(since, &end, 10);
	if (*end != '\0')
		control_invalid(answer, "invalid value for parameter: since");
	else
	{
		answer->status = 200;
		journal_write(&sandbox->journal, &answer->body, seq);
	}
	params_free(&params);
}

static void
forget_requests(Sandbox *sandbox, const Call *call, Answer *answer)
{
	(void) call;
	journal_forget(&sandbox->journal);
	control_success(answer);
}

static void
show_connections(Sandbox *sandbox, const Call *call, Answer *answer)
{
	(void) call;
	answer->status = 200;
	buffer_json(&answer->body, "{'opened':%d}", sandbox->connections);
}

static void
show_faults(Sandbox *sandbox, const Call *call, Answer *answer)
{
	(void) call;
	answer->status = 200;
	exact_render(&answer->body, sandbox->faults.list);
}

static void
add_faults(Sandbox *sandbox, const Call *call, Answer *answer)
{
	Failure		failure = {0};
	json_t	   *body = route_read_body(call, answer);

	if (body == NULL)
		return;
	if (faults_add(&sandbox->faults, body, &failure))
		control_success(answer);
	else
		answer_failure(answer, &failure);
	json_decref(body);
}

static void
forget_faults(Sandbox *sandbox, const Call *call, Answer *answer)
{
	(void) call;
	faults_forget(&sandbox->faults);
	control_success(answer);
}

static void
reset_all(Sandbox *sandbox, const Call *call, Answer *answer)
{
	(void) call;
	sandbox_reset(sandbox);
	control_success(answer);
}

/*
 * The resource that is called, say, v4/ecommerce/orders; without a version it
 * is the first in the table.
 */
static const Resource *
touch_resource(const char *name)
{
	for (size_t i = 0; i < resource_count && name != NULL; i++)
		if (resources[i].touch != NULL &&
			(strcmp(resources[i].path + strlen("/v4/"), name) == 0 ||
			 strcmp(resources[i].path + strlen("/"), name) == 0))
			return &resources[i];
	return NULL;
}

/*
 * Change some of a company's live records, spread evenly, and answer their
 * ids.
 */
static void
touch_records(World *world, const Resource *resource, int64_t company_id,
			  int64_t count, Buffer *out)
{
	Collection *collection = world_collection(world, resource);
	int64_t		live = 0;
	int64_t		seen = 0;
	int64_t		done = 0;

	for (size_t i = 0; i < collection->count; i++)
		live += !collection->records[i]->deleted &&
			collection->records[i]->company_id == company_id;
	if (count > live)
		count = live;
	buffer_text(out, "{\"rootfi_ids\":[");
	for (size_t i = 0; i < collection->count && done < count; i++)
	{
		Record	   *record = collection->records[i];

		if (record->deleted || record->company_id != company_id ||
			seen++ < done * live / count)
			continue;
		write_touch(world, record);
		buffer_json(out, "%r%d", done++ ? "," : "", record->rootfi_id);
	}
	buffer_text(out, "]}");
}

static void
touch(Sandbox *sandbox, const Call *call, Answer *answer)
{
	json_t	   *body = route_read_body(call, answer);
	const Resource *resource;
	int64_t		company_id;
	int64_t		count;

	if (body == NULL)
		return;
	resource = touch_resource(exact_text(json_object_get(body, "resource")));
	if (resource == NULL)
		control_invalid(answer, "invalid value for field: resource");
	else if (!exact_to_integer(json_object_get(body, "company_id"),
							   &company_id))
		control_invalid(answer, "invalid value for field: company_id");
	else if (!exact_to_integer(json_object_get(body, "count"), &count) ||
			 count < 0)
		control_invalid(answer, "invalid value for field: count");
	else
	{
		answer->status = 200;
		touch_records(sandbox->world, resource, company_id, count,
					  &answer->body);
	}
	json_decref(body);
}

static const Control controls[] = {
	{"GET", "requests", show_requests},
	{"DELETE", "requests", forget_requests},
	{"GET", "connections", show_connections},
	{"GET", "faults", show_faults},
	{"POST", "faults", add_faults},
	{"DELETE", "faults", forget_faults},
	{"POST", "reset", reset_all},
	{"POST", "touch", touch},
	{.method = NULL}
};

/*
 * Is this request for the sandbox itself?
 */
bool
control_is(const char *target)
{
	return strncmp(target, CONTROL_PREFIX, strlen(CONTROL_PREFIX)) == 0;
}

/*
 * Answer a request for the sandbox itself.
 */
void
control_answer(Sandbox *sandbox, const Call *call, Answer *answer)
{
	const char *name = call->target + strlen(CONTROL_PREFIX);
	size_t		len = strcspn(name, "?");
	Buffer		allowed = {0};
	const Control *chosen = NULL;

	answer_header(answer, "Content-Type", "application/json; charset=utf-8");
	for (const Control *control = controls; control->method; control++)
	{
		if (strlen(control->name) != len ||
			memcmp(control->name, name, len) != 0)
			continue;
		if (strcmp(control->method, call->method) == 0)
			chosen = control;
		buffer_text(&allowed, allowed.len ? ", " : "");
		buffer_text(&allowed, control->method);
	}
	if (chosen != NULL)
		chosen->perform(sandbox, call, answer);
	else if (allowed.len > 0)
		route_no_method(answer, allowed.data);
	else
		route_no_path(answer);
	buffer_free(&allowed);
}
