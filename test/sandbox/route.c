/*
 * route.c -- from a request to a resource
 */
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "change.h"
#include "exact.h"
#include "list.h"
#include "route.h"
#include "syncs.h"
#include "write.h"

/* A request on its way to the resource that its path names. */
typedef struct Route
{
	Sandbox    *sandbox;
	const Call *call;
	Answer	   *answer;
	Params		params;
	const Resource *resource;
	char	   *parent_id;		/* what stands for the path's braces */
	char	   *id;				/* NULL: the path is that of the list */
	bool		repeat_cursor;
} Route;

/* What each method does to a list and to one record. */
typedef struct Method
{
	const char *name;
	bool		one;
	unsigned	verb;
	void		(*perform) (Route *route);
} Method;

/*
 * Answer that there is nothing at a path.
 */
void
route_no_path(Answer *answer)
{
	answer_error(answer, 404, "not-found", "there is nothing at this path");
}

/*
 * Answer that a path knows other methods only.
 */
void
route_no_method(Answer *answer, const char *allowed)
{
	answer_error(answer, 405, "operation-denied",
				 "the method is not allowed here");
	answer_header(answer, "Allow", allowed);
}

/*
 * Read a request's body; NULL when it is refused.
 */
json_t *
route_read_body(const Call *call, Answer *answer)
{
	Buffer		error = {0};
	Failure		failure;
	json_t	   *body = exact_read(call->body, call->body_len, &error);

	if (body == NULL)
	{
		failure_set(&failure, "invalid-params",
					"the request body is not valid JSON: %s", error.data);
		answer_failure(answer, &failure);
	}
	buffer_free(&error);
	return body;
}

/*
 * Read the body of a write, which must be an object.
 */
json_t *
route_read_object(const Call *call, Answer *answer)
{
	json_t	   *body = route_read_body(call, answer);

	if (body == NULL || json_is_object(body))
		return body;
	json_decref(body);
	answer_error(answer, 400, "invalid-params",
				 "the request body must be an object");
	return NULL;
}

/*
 * The live record that the path names; if there is none that is answered.
 */
static Record *
route_record(const Route *route)
{
	Record	   *record =
		collection_find(world_collection(route->sandbox->world,
										 route->resource), route->id);

	if (record == NULL)
		answer_error(route->answer, 404, "not-found",
					 "there is no record with this id");
	return record;
}

static void
perform_list(Route *route)
{
	const World *world = route->sandbox->world;
	Collection *collection = world_collection(world, route->resource);
	Failure		failure = {0};
	Query		query = {.repeat = route->repeat_cursor};
	Buffer		url = {0};

	buffer_text(&url, route->sandbox->base_url);
	buffer_text(&url, route->resource->path);
	if (query_read(&query, route->resource, &route->params,
				   route->sandbox->options.page_limit, &failure) &&
		(route->parent_id == NULL ||
		 query_add_condition(&query, route->resource->parent_field, "eq",
							 route->parent_id, &failure)))
	{
		route->answer->status = 200;
		list_write(&route->answer->body, world, collection, &query, url.data);
	}
	else
		answer_failure(route->answer, &failure);
	query_free(&query);
	buffer_free(&url);
}

static void
perform_get(Route *route)
{
	const World *world = route->sandbox->world;
	Record	   *record = route_record(route);
	Query		query = {0};
	Failure		failure = {0};

	if (record == NULL)
		return;
	if (query_read(&query, route->resource, &route->params,
				   route->sandbox->options.page_limit, &failure))
	{
		answer_open(route->answer, route->resource->got);
		record_append(&route->answer->body, world, record, query.raw_data,
					  query.data_hash);
		answer_close(route->answer, route->resource->got, NULL);
		sync_polled(world, record);
	}
	else
		answer_failure(route->answer, &failure);
	query_free(&query);
}

static void
perform_create(Route *route)
{
	Failure		failure = {0};
	bool		async = false;
	json_t	   *body;

	if (!flag_read("run_async", params_get(&route->params, "run_async"),
				   &async, &failure))
	{
		answer_failure(route->answer, &failure);
		return;
	}
	body = route_read_object(route->call, route->answer);
	if (body != NULL)
		write_create(route->sandbox->world, route->resource, body, async,
					 route->answer);
	json_decref(body);
}

static void
perform_update(Route *route)
{
	Record	   *record = route_record(route);
	json_t	   *body = record ?
		route_read_object(route->call, route->answer) : NULL;

	if (body != NULL)
		write_update(route->sandbox->world, record, body, route->answer);
	json_decref(body);
}

static void
perform_delete(Route *route)
{
	Record	   *record = route_record(route);

	if (record != NULL)
		change_delete(route->sandbox->world, record, route->answer);
}

static const Method methods[] = {
	{"GET", false, VERB_LIST, perform_list},
	{"POST", false, VERB_CREATE, perform_create},
	{"GET", true, VERB_GET, perform_get},
	{"PUT", true, VERB_UPDATE, perform_update},
	{"DELETE", true, VERB_DELETE, perform_delete},
	{.name = NULL}
};

/*
 * Compare a path with a resource's: the same, or with one more segment, which
 * is an id.  Segments are decoded one by one, so an id may hold any character.
 */
static bool
route_matches(Route *route, const Resource *resource, const char *path)
{
	const char *pattern = resource->path;
	size_t		len;

	for (; *pattern != '\0'; pattern++)
	{
		if (*pattern == '{')
		{
			len = strcspn(path, "/");
			route->parent_id = params_decode(path, len, false);
			path += len;
			pattern = strchr(pattern, '}');
		}
		else if (*path++ != *pattern)
			return false;
	}
	if (*path == '\0')
		return true;
	len = strcspn(path + 1, "/");
	if (*path != '/' || len == 0 || path[1 + len] != '\0')
		return false;
	route->id = params_decode(path + 1, len, false);
	return route->id != NULL;
}

static void
route_forget_ids(Route *route)
{
	free(route->parent_id);
	free(route->id);
	route->parent_id = route->id = NULL;
}

/*
 * Does the record exist below which the path leads?
 */
static bool
route_parent_exists(const Route *route)
{
	const Resource *parent;

	if (route->resource->parent == NULL)
		return true;
	parent = resource_by_path(route->resource->parent);
	return route->parent_id != NULL &&
		collection_find(world_collection(route->sandbox->world, parent),
						route->parent_id) != NULL;
}

/*
 * Find the resource of a path; false if there is none.
 */
static bool
route_find(Route *route, const char *path)
{
	for (size_t i = 0; i < resource_count; i++)
	{
		route->resource = &resources[i];
		if (route_matches(route, route->resource, path) &&
			route_parent_exists(route))
			return true;
		route_forget_ids(route);
	}
	return false;
}

/*
 * Do what the method asks for, if the resource can.
 */
static void
route_perform(Route *route)
{
	Buffer		allowed = {0};

	for (const Method *method = methods; method->name != NULL; method++)
	{
		if (method->one != (route->id != NULL) ||
			!(route->resource->verbs & method->verb))
			continue;
		if (strcmp(method->name, route->call->method) == 0)
		{
			buffer_free(&allowed);
			method->perform(route);
			return;
		}
		buffer_text(&allowed, allowed.len ? ", " : "");
		buffer_text(&allowed, method->name);
	}
	if (allowed.len > 0)
		route_no_method(route->answer, allowed.data);
	else
		route_no_path(route->answer);
	buffer_free(&allowed);
}

/*
 * Answer a request to the API.  With repeat_cursor lists go round in circles.
 */
void
route_call(Sandbox *sandbox, const Call *call, bool repeat_cursor,
		   Answer *answer)
{
	Route		route = {
		.sandbox = sandbox,
		.call = call,
		.answer = answer,
		.repeat_cursor = repeat_cursor
	};
	size_t		path_len = strcspn(call->target, "?");
	const char *query = call->target + path_len;
	char	   *path = alloc_copy(call->target, path_len);

	if (!params_read(&route.params, *query == '?' ? query + 1 : NULL))
		answer_error(answer, 400, "invalid-params",
					 "the query string does not decode");
	else if (calls_answer(call, path, &route.params, answer))
		;						/* it was one of those */
	else if (!route_find(&route, path))
		route_no_path(answer);
	else
		route_perform(&route);
	route_forget_ids(&route);
	params_free(&route.params);
	free(path);
}
