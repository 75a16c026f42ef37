/*
 * write.c -- creating and updating records (1.5)
 */
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "exact.h"
#include "instant.h"
#include "query.h"
#include "shape.h"
#include "syncs.h"
#include "write.h"

/*
 * Keep the raw_data that came with an object, if any did.
 */
static void
write_raw_data(Record *record, const json_t *given)
{
	const json_t *raw_data = json_object_get(given, "raw_data");
	Buffer		text = {0};

	if (raw_data == NULL)
		return;
	exact_render(&text, raw_data);
	free(record->raw_data);
	record->raw_data = buffer_detach(&text);
}

/*
 * Is the key in a shaped object free for this record (NULL: a new one)?
 */
static bool
write_key_free(const Shape *shape, const json_t *object, const Record *record)
{
	const char *name = shape->collection->resource->key;
	const char *key = name ?
		exact_text(json_object_get(object, name)) : NULL;
	const Record *other = key ?
		collection_find_key(shape->collection, shape->company_id, key) : NULL;

	return other == NULL || other == record ||
		failure_set(shape->failure, "record-already-exists",
					"record already exists with the same field: %s", name);
}

/*
 * Make the key that a new object came without.
 */
static void
write_complete_key(const Collection *collection, json_t *object)
{
	const Resource *resource = collection->resource;
	char		key[32];

	if (resource->key == NULL ||
		!json_is_null(json_object_get(object, resource->key)))
		return;
	record_make_key(resource,
					resource->first_id + (int64_t) collection->count,
					key, sizeof(key));
	json_object_set_new(object, resource->key, json_string(key));
}

/*
 * A client may choose the platform_id of a new record, but not one by which
 * another is found.
 */
static bool
write_platform_id_free(const Shape *shape, const char *platform_id)
{
	return platform_id == NULL ||
		collection_find(shape->collection, platform_id) == NULL ||
		failure_set(shape->failure, "record-already-exists",
					"record already exists with the same field: platform_id");
}

/*
 * Enter a new record with this object, which was checked.
 */
static Record *
write_enter(const Shape *shape, const json_t *given, const json_t *object,
			const char *platform_id)
{
	Collection *collection = shape->collection;
	const Resource *resource = collection->resource;
	Record	   *record = collection_add(collection, shape->company_id,
										shape->now);
	Buffer		text = {0};

	if (platform_id != NULL)
		record_set_platform_id(collection, record, platform_id);
	if (resource->key != NULL)
		record_set_key(collection, record,
					   exact_text(json_object_get(object, resource->key)));
	write_raw_data(record, given);
	record_begin(&text, record);
	record_join(&text, object);
	record_set_text(record, &text);
	return record;
}

/*
 * Create one record; NULL when it is refused.
 */
static Record *
write_create_one(const World *world, const Shape *shape,
				 const json_t *given)
{
	const Resource *resource = shape->collection->resource;
	const char *platform_id =
		exact_text(json_object_get(given, "platform_id"));
	json_t	   *object = shape_record(shape, given);
	Record	   *record = NULL;

	if (object == NULL)
		return NULL;
	write_complete_key(shape->collection, object);
	if (resource->enter != NULL)
		record = resource->enter(world, shape->company_id, object);
	else if (write_key_free(shape, object, NULL) &&
			 write_platform_id_free(shape, platform_id))
		record = write_enter(shape, given, object, platform_id);
	json_decref(object);
	return record;
}

/*
 * Append a whole record as writes answer it: v4 shows raw_data and data_hash
 * then (S1, S2), v3 does not (S4).
 */
static void
write_show(Buffer *out, const World *world, Record *record)
{
	bool		heavy = record->resource->head == HEAD_V4;

	record_append(out, world, record, heavy, heavy);
}

/*
 * Append the members that a short create answer has (C13).
 */
static void
write_show_brief(Buffer *out, const World *world, Record *record)
{
	const char *text = record_text(world, record);
	const char *separator = "{";
	Slice		value;

	for (const Brief *brief = record->resource->brief; brief->name; brief++)
	{
		const char *field = brief->field ? brief->field : brief->name;

		if (!exact_member(text, field, &value))
			continue;
		buffer_json(out, "%r%s:", separator, brief->name);
		buffer_append(out, value.text, value.len);
		separator = ",";
	}
	buffer_byte(out, '}');
}

/*
 * Append the records that a member of a record refers to, as another member
 * of the object that ends here.
 */
static void
write_embed(Buffer *out, const World *world, Record *record)
{
	const Resource *resource = record->resource;
	const Field *field = field_find(resource->fields, resource->embeds);
	Collection *collection =
		world_collection(world, resource_by_path(field->refers));
	json_t	   *object = change_read(world, record);
	const char *separator = "";
	json_t	   *id;
	size_t		index;

	out->len--;					/* the brace at the end */
	buffer_json(out, ",%s:[", resource->embedded);
	json_array_foreach(json_object_get(object, field->name), index, id)
	{
		Record	   *other = collection_find(collection, exact_text(id));

		if (other == NULL)
			continue;
		buffer_text(out, separator);
		record_append(out, world, other, false, false);
		separator = ",";
	}
	buffer_text(out, "]}");
	json_decref(object);
}

/*
 * Answer a write of data[]: the record, or nothing yet if it is asynchronous,
 * and the sync_id then.
 */
static void
write_answer_batch(World *world, const Resource *resource,
				   const Batch *batch, Answer *answer)
{
	unsigned	shape = resource->created | (batch->async ? ANSWER_SYNC : 0);
	Record	   *sync = sync_add(world, batch);

	answer_open(answer, shape);
	if (batch->async)
		buffer_text(&answer->body, shape & ANSWER_LIST ? "" : "null");
	else if (resource->brief != NULL)
		write_show_brief(&answer->body, world, batch->outcomes[0].record);
	else
		write_show(&answer->body, world, batch->outcomes[0].record);
	answer_close(answer, shape, sync->platform_id);
}

/*
 * Create the objects of data[].  Several of them must be asynchronous, and
 * then each may fail on its own (1.5, C19).
 */
static void
write_create_batch(World *world, Shape *shape, const json_t *data,
				   bool async, Answer *answer)
{
	const Resource *resource = shape->collection->resource;
	Batch		batch = {
		.company_id = shape->company_id,
		.integration_type = SYNC_INTEGRATION,
		.sync_type = "MANUAL",
		.config_mode = "CREATE",
		.job_type = "PUSH",
		.data_models = json_pack("[s]", resource->data_model),
		.count = json_array_size(data),
		.async = async
	};
	Outcome    *outcomes = alloc_zeroed(batch.count * sizeof(Outcome));

	for (size_t i = 0; i < batch.count; i++)
	{
		shape->failure = &outcomes[i].failure;
		outcomes[i].data_model = resource->data_model;
		outcomes[i].record = write_create_one(world, shape,
											  json_array_get(data, i));
	}
	batch.outcomes = outcomes;
	if (async || outcomes[0].record != NULL)
		write_answer_batch(world, resource, &batch, answer);
	else
		answer_failure(answer, &outcomes[0].failure);
	json_decref(batch.data_models);
	free(outcomes);
}

/*
 * Create an object that stands alone.
 */
static void
write_create_single(World *world, const Shape *shape, const json_t *object,
					Answer *answer)
{
	unsigned	created = shape->collection->resource->created;
	Record	   *record = write_create_one(world, shape, object);

	if (record == NULL)
	{
		answer_failure(answer, shape->failure);
		return;
	}
	answer_open(answer, created);
	write_show(&answer->body, world, record);
	answer_close(answer, created, NULL);
}

/*
 * Is this data[], with nothing but objects in it?
 */
static bool
write_check_data(const json_t *data, bool several, Failure *failure)
{
	size_t		index;
	json_t	   *element;
	bool		valid = json_is_array(data) && json_array_size(data) > 0;

	if (data == NULL)
		return failure_set(failure, "missing-params",
						   "missing required field: data");
	json_array_foreach(data, index, element)
	{
		valid = valid && json_is_object(element);
	}
	if (!valid)
		return failure_set(failure, "invalid-params",
						   "invalid value for field: data");
	return several || json_array_size(data) == 1 ||
		failure_set(failure, "invalid-params",
					"more than one object needs run_async: data");
}

/*
 * Read run_async, which may be null, and company_id.  Any positive number is
 * a company: the documents' examples name ones that no list shows (S1).
 */
static bool
write_read_envelope(const json_t *body, int64_t *company_id, bool *async,
					Failure *failure)
{
	const json_t *run_async = json_object_get(body, "run_async");
	const json_t *company = json_object_get(body, "company_id");

	if (run_async && !json_is_boolean(run_async) && !json_is_null(run_async))
		return failure_set(failure, "invalid-params",
						   "invalid value for field: run_async");
	*async |= json_is_true(run_async);
	if (company == NULL || json_is_null(company))
		return failure_set(failure, "missing-params",
						   "missing required field: company_id");
	return (exact_to_integer(company, company_id) && *company_id > 0) ||
		failure_set(failure, "invalid-params",
					"invalid value for field: company_id");
}

/*
 * A bare object has no data[] (C7).
 */
static bool
write_check_bare(const json_t *body, Failure *failure)
{
	return json_object_get(body, "data") == NULL ||
		failure_set(failure, "invalid-params",
					"this resource takes a bare object, without field: data");
}

/*
 * The object of a create that has no data[]; NULL when it is refused.
 */
static const json_t *
write_find_object(const Resource *resource, const json_t *body,
				  Failure *failure)
{
	const json_t *object;

	if (resource->wrapper == NULL)
		return write_check_bare(body, failure) ? body : NULL;
	object = json_object_get(body, resource->wrapper);
	if (json_is_object(object))
		return object;
	failure_set(failure, "missing-params", "missing required field: %s",
				resource->wrapper);
	return NULL;
}

/*
 * Create what a request body holds.
 */
void
write_create(World *world, const Resource *resource, const json_t *body,
			 bool async, Answer *answer)
{
	Failure		failure = {0};
	Shape		shape = {
		.collection = world_collection(world, resource),
		.now = instant_now(),
		.create = true,
		.failure = &failure
	};
	const json_t *data = json_object_get(body, "data");
	const json_t *object;

	if (resource->body != BODY_PLAIN &&
		!write_read_envelope(body, &shape.company_id, &async, &failure))
		answer_failure(answer, &failure);
	else if (resource->body == BODY_DATA)
	{
		if (write_check_data(data, async, &failure))
			write_create_batch(world, &shape, data, async, answer);
		else
			answer_failure(answer, &failure);
	}
	else if ((object = write_find_object(resource, body, &failure)) != NULL)
		write_create_single(world, &shape, object, answer);
	else
		answer_failure(answer, &failure);
}

/*
 * Change the members that an object gives; false when it is refused.
 */
static bool
write_update_one(World *world, Record *record, const json_t *given,
				 Failure *failure)
{
	Shape		shape = {
		.collection = world_collection(world, record->resource),
		.company_id = record->company_id,
		.now = change_time(record),
		.failure = failure
	};
	const char *name = record->resource->key;
	json_t	   *old = change_read(world, record);
	json_t	   *changes;
	bool		done = false;

	shape.old = old;
	changes = shape_record(&shape, given);
	json_decref(old);
	if (changes == NULL)
		return false;
	if (write_key_free(&shape, changes, record))
	{
		if (name != NULL && json_object_get(changes, name) != NULL)
			record_set_key(shape.collection, record,
						   exact_text(json_object_get(changes, name)));
		write_raw_data(record, given);
		change_record(world, record, changes, false);
		done = true;
	}
	json_decref(changes);
	return done;
}

/*
 * Update a record.  Where writes have data[] it holds one object (C16); the
 * prose's bare one is taken, too (C15).
 */
void
write_update(World *world, Record *record, const json_t *body,
			 Answer *answer)
{
	Failure		failure = {0};
	const json_t *data = json_object_get(body, "data");
	const json_t *given = body;
	unsigned	updated = record->resource->updated;
	bool		valid;

	if (record->resource->body != BODY_DATA)
		valid = write_check_bare(body, &failure);
	else
	{
		valid = data == NULL || write_check_data(data, false, &failure);
		if (data != NULL)
			given = json_array_get(data, 0);
	}
	if (valid && write_update_one(world, record, given, &failure))
	{
		answer_open(answer, updated);
		write_show(&answer->body, world, record);
		if (record->resource->embeds != NULL)
			write_embed(&answer->body, world, record);
		answer_close(answer, updated, NULL);
	}
	else
		answer_failure(answer, &failure);
}
