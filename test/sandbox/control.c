/*
 * control.c -- what tests ask the sandbox itself: /_sandbox/...
 *
 * No key is needed here, nothing is limited or journaled, and no fault
 * applies.
 */
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "control.h"
#include "exact.h"
#include "params.h"
#include "route.h"
#include "syncs.h"

#define CONTROL_PREFIX "/_sandbox/"

typedef struct Control
{
	const char *method;
	const char *name;
	void		(*perform) (Sandbox *sandbox, const Call *call,
							Answer *answer);
} Control;

/* The records that a request is about: those of a company in a collection. */
typedef struct Scope
{
	World	   *world;
	Collection *collection;
	int64_t		company_id;
} Scope;

/* What is done to a record. */
typedef void (*Change) (World *world, Record *record);

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
 * is the first in the table that can be listed, or changed by a touch.
 */
static const Resource *
control_resource(const char *name, bool touched)
{
	for (size_t i = 0; i < resource_count && name != NULL; i++)
		if ((touched ? resources[i].touch != NULL :
			 (resources[i].verbs & VERB_LIST) != 0) &&
			(strcmp(resources[i].path + strlen("/v4/"), name) == 0 ||
			 strcmp(resources[i].path + strlen("/"), name) == 0))
			return &resources[i];
	return NULL;
}

/*
 * Read whose records a request is about; if it is refused that is answered.
 */
static bool
control_read(Sandbox *sandbox, const json_t *body, bool touched,
			 Scope *scope, Answer *answer)
{
	const Resource *resource =
		control_resource(exact_text(json_object_get(body, "resource")),
						 touched);

	if (resource == NULL)
		control_invalid(answer, "invalid value for field: resource");
	else if (!exact_to_integer(json_object_get(body, "company_id"),
							   &scope->company_id))
		control_invalid(answer, "invalid value for field: company_id");
	else
	{
		scope->world = sandbox->world;
		scope->collection = world_collection(sandbox->world, resource);
		return true;
	}
	return false;
}

/*
 * Change some of a company's live records, spread evenly, and append their
 * ids.
 */
static void
change_evenly(const Scope *scope, int64_t count, Change change, Buffer *out)
{
	Collection *collection = scope->collection;
	int64_t		live = 0;
	int64_t		seen = 0;
	int64_t		done = 0;

	for (size_t i = 0; i < collection->count; i++)
		live += !collection->records[i]->deleted &&
			collection->records[i]->company_id == scope->company_id;
	if (count > live)
		count = live;
	for (size_t i = 0; i < collection->count && done < count; i++)
	{
		Record	   *record = collection->records[i];

		if (record->deleted || record->company_id != scope->company_id ||
			seen++ < done * live / count)
			continue;
		change(scope->world, record);
		buffer_json(out, "%r%d", done++ ? "," : "", record->rootfi_id);
	}
}

/*
 * Change as many records as a request says, and answer their ids.
 */
static void
change_count(const Scope *scope, const json_t *body, Change change,
			 Answer *answer)
{
	int64_t		count;

	if (!exact_to_integer(json_object_get(body, "count"), &count) ||
		count < 0)
	{
		control_invalid(answer, "invalid value for field: count");
		return;
	}
	answer->status = 200;
	buffer_text(&answer->body, "{\"rootfi_ids\":[");
	change_evenly(scope, count, change, &answer->body);
	buffer_text(&answer->body, "]}");
}

/*
 * The record of a company that has this id, deleted or not; NULL if there is
 * none.
 */
static Record *
scope_record(const Scope *scope, const json_t *id)
{
	int64_t		rootfi_id;
	Record	   *record = exact_to_integer(id, &rootfi_id) ?
		collection_by_id(scope->collection, rootfi_id) : NULL;

	return record != NULL && !record->lost &&
		record->company_id == scope->company_id ? record : NULL;
}

/*
 * Lose exactly these records, or none if one of them is not there.
 */
static void
lose_listed(const Scope *scope, const json_t *ids, Answer *answer)
{
	size_t		index;
	json_t	   *id;
	bool		valid = json_is_array(ids);

	json_array_foreach(ids, index, id)
	{
		valid = valid && scope_record(scope, id) != NULL;
	}
	if (!valid)
	{
		control_invalid(answer, "invalid value for field: rootfi_ids");
		return;
	}
	json_array_foreach(ids, index, id)
	{
		Record	   *record = scope_record(scope, id);

		if (record != NULL)		/* an id may be there twice */
			change_lose(scope->world, record);
	}
	answer->status = 200;
	buffer_text(&answer->body, "{\"rootfi_ids\":");
	exact_render(&answer->body, ids);
	buffer_byte(&answer->body, '}');
}

/*
 * Change records as somebody at the platform might.
 */
static void
touch_records(Sandbox *sandbox, const Call *call, Answer *answer)
{
	json_t	   *body = route_read_object(call, answer);
	Scope		scope;

	if (body != NULL && control_read(sandbox, body, true, &scope, answer))
		change_count(&scope, body, change_touch, answer);
	json_decref(body);
}

/*
 * Lose records: those that are listed, or as many as the request says.
 */
static void
remove_records(Sandbox *sandbox, const Call *call, Answer *answer)
{
	json_t	   *body = route_read_object(call, answer);
	const json_t *ids = json_object_get(body, "rootfi_ids");
	Scope		scope;

	if (body == NULL || !control_read(sandbox, body, false, &scope, answer))
		;						/* that is answered */
	else if (ids != NULL)
		lose_listed(&scope, ids, answer);
	else
		change_count(&scope, body, change_lose, answer);
	json_decref(body);
}

/*
 * Set members of the connections of a company.
 */
static void
set_connection(Sandbox *sandbox, const Call *call, Answer *answer)
{
	json_t	   *body = route_read_object(call, answer);
	json_t	   *members = json_object_get(body, "set");
	const Collection *companies =
		world_collection(sandbox->world, resource_by_path(RESOURCE_COMPANIES));
	int64_t		company_id;
	Record	   *company = NULL;

	if (body == NULL)
		return;
	if (exact_to_integer(json_object_get(body, "company_id"), &company_id))
		company = collection_by_id(companies, company_id);
	if (company == NULL || company->deleted)
		control_invalid(answer, "invalid value for field: company_id");
	else if (!json_is_object(members))
		control_invalid(answer, "invalid value for field: set");
	else
	{
		change_connections(sandbox->world, company, members);
		control_success(answer);
	}
	json_decref(body);
}

/*
 * Add a sync that RootFi began itself.
 */
static void
add_sync(Sandbox *sandbox, const Call *call, Answer *answer)
{
	json_t	   *body = route_read_object(call, answer);
	Failure		failure = {0};
	const Record *sync;

	if (body == NULL)
		return;
	sync = sync_remote(sandbox->world, body, &failure);
	if (sync != NULL)
	{
		answer->status = 200;
		buffer_json(&answer->body, "{'sync_id':%s}", sync->platform_id);
	}
	else
		answer_failure(answer, &failure);
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
	{"POST", "touch", touch_records},
	{"POST", "remove", remove_records},
	{"POST", "connection", set_connection},
	{"POST", "sync", add_sync},
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
