/*
 * change.c -- changes of the records that are there
 *
 * A change takes the JSON of a record apart, sets members, and gives it the
 * time of the change as rootfi_updated_at (1.10).
 */
#include <stdlib.h>

#include "change.h"
#include "exact.h"
#include "instant.h"

/*
 * A time for a change of this record: now, but later than the last one.
 */
int64_t
change_time(const Record *record)
{
	int64_t		now = instant_now();

	return now > record->updated_at ? now : record->updated_at + INSTANT_MS;
}

/*
 * A record's JSON, to look into or to change.
 */
json_t *
change_read(const World *world, Record *record)
{
	const char *text = record_text(world, record);

	return exact_read(text, record->len, NULL);
}

/*
 * Set a time of an object, if its resource has such a time.
 */
static void
change_stamp(json_t *object, const char *name, int64_t instant)
{
	char		text[INSTANT_SIZE];

	if (json_object_get(object, name) == NULL)
		return;
	instant_format(instant, text);
	json_object_set_new(object, name, json_string(text));
}

/*
 * Change members of a record, rootfi_updated_at with them.
 */
void
change_record(const World *world, Record *record, json_t *changes,
			  bool deleted)
{
	json_t	   *object = change_read(world, record);
	Buffer		changed = {0};

	record->updated_at = change_time(record);
	if (deleted)
		change_stamp(object, "rootfi_deleted_at", record->updated_at);
	json_object_update(object, changes);
	change_stamp(object, "rootfi_updated_at", record->updated_at);
	exact_render(&changed, object);
	record_set_text(record, &changed);
	json_decref(object);
}

/*
 * Delete a record: it stays, marked (1.10).
 */
void
change_delete(World *world, Record *record, Answer *answer)
{
	json_t	   *changes = json_object();

	change_record(world, record, changes, true);
	json_decref(changes);
	record_remove(world_collection(world, record->resource), record);
	answer->status = 200;
	buffer_text(&answer->body, record->resource->deleted);
}

/*
 * Change a record as somebody at the platform might: its enum moves on to the
 * next value.
 */
void
change_touch(World *world, Record *record)
{
	const Resource *resource = record->resource;
	const char *name = resource->touch;
	const Field *field = field_find(resource->fields, name);
	json_t	   *changes = json_object();
	Slice		old;
	char	   *value;

	if (exact_member(record_text(world, record), name, &old) && old.len > 2)
		value = field_next_value(field, old.text + 1, old.len - 2);
	else
		value = field_next_value(field, "", 0);
	json_object_set_new(changes, name, json_string(value));
	change_record(world, record, changes, false);
	json_decref(changes);
	free(value);
}

/*
 * Lose a record without a trace: it is in no list any more, not even among
 * the deleted ones.
 */
void
change_lose(World *world, Record *record)
{
	record_remove(world_collection(world, record->resource), record);
	record->lost = true;
}

/*
 * Set members of all connections of a company.
 */
void
change_connections(World *world, Record *company, json_t *members)
{
	json_t	   *object = change_read(world, company);
	json_t	   *connections = json_object_get(object, "connections");
	json_t	   *changes = json_pack("{s:O}", "connections", connections);
	json_t	   *connection;
	size_t		index;

	json_array_foreach(connections, index, connection)
	{
		json_object_update(connection, members);
	}
	change_record(world, company, changes, false);
	json_decref(changes);
	json_decref(object);
}
