/*
 * store.c -- the records of all resources
 *
 * A record is kept as JSON text, so that a list is no more than copying
 * texts one behind the other.  Only a change takes the text apart.  Records
 * are never taken out: a deleted one stays, marked (soft delete), as does one
 * that was lost, and ids are given without gaps, so the place of an id is a
 * subtraction.
 */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "generate.h"
#include "store.h"

static int
compare_platform_id(const void *a, const void *b)
{
	return strcmp(((const Record *) a)->platform_id,
				  ((const Record *) b)->platform_id);
}

static int
compare_key(const void *a, const void *b)
{
	const Record *left = a;
	const Record *right = b;

	if (left->company_id != right->company_id)
		return left->company_id < right->company_id ? -1 : 1;
	return strcmp(left->key, right->key);
}

/*
 * Enter a record into a tree; the first one of a value stays.
 */
static void
tree_enter(void **tree, Record *record,
		   int (*compare) (const void *, const void *))
{
	if (tsearch(record, tree, compare) == NULL)
		abort();				/* out of memory */
}

/*
 * Take a record out of a tree, unless another one is there in its place.
 */
static void
tree_leave(void **tree, Record *record,
		   int (*compare) (const void *, const void *))
{
	Record	  **found = tfind(record, tree, compare);

	if (found != NULL && *found == record)
		tdelete(record, tree, compare);
}

/*
 * Give a record the platform_id by which it can be found.
 */
void
record_set_platform_id(Collection *collection, Record *record,
					   const char *platform_id)
{
	char	   *copy = alloc_text(platform_id);

	if (record->platform_id != NULL)
		tree_leave(&collection->by_platform_id, record, compare_platform_id);
	free(record->platform_id);
	record->platform_id = copy;
	tree_enter(&collection->by_platform_id, record, compare_platform_id);
}

/*
 * Give a record the key that it shares with no other of its company.
 */
void
record_set_key(Collection *collection, Record *record, const char *key)
{
	char	   *copy = key ? alloc_text(key) : NULL;

	if (record->key != NULL)
		tree_leave(&collection->by_key, record, compare_key);
	free(record->key);
	record->key = copy;
	if (copy != NULL)
		tree_enter(&collection->by_key, record, compare_key);
}

/*
 * Write the key that a record gets when nobody chose one.
 */
void
record_make_key(const Resource *resource, int64_t rootfi_id,
				char *key, size_t size)
{
	snprintf(key, size, "%s%06lld", resource->key_prefix,
			 (long long) rootfi_id);
}

/*
 * Write the platform_id that the n-th record, from 0, gets when nobody chose
 * one.
 */
void
record_make_platform_id(const Resource *resource, int64_t n,
						char *platform_id, size_t size)
{
	int64_t		first = resource->first_number;

	snprintf(platform_id, size, "%s%lld%s", resource->id_prefix,
			 (long long) (n + (first ? first : FIRST_NUMBER)),
			 resource->id_suffix ? resource->id_suffix : "");
}

/*
 * Mark a record deleted: it is found no more, and its key is free again.
 */
void
record_remove(Collection *collection, Record *record)
{
	tree_leave(&collection->by_platform_id, record, compare_platform_id);
	if (record->key != NULL)
		tree_leave(&collection->by_key, record, compare_key);
	record->deleted = true;
}

/*
 * Add a record with the next id and the platform_id that goes with it.
 */
Record *
collection_add(Collection *collection, int64_t company_id, int64_t created_at)
{
	const Resource *resource = collection->resource;
	Record	   *record = alloc_zeroed(sizeof(*record));
	char		platform_id[64];

	if (collection->count == collection->size)
	{
		collection->size = collection->size ? collection->size * 2 : 64;
		collection->records =
			alloc_resized(collection->records,
						  collection->size * sizeof(Record *));
	}
	record->resource = resource;
	record->rootfi_id = resource->first_id + (int64_t) collection->count;
	record->company_id = company_id;
	record->created_at = created_at;
	record->updated_at = created_at;
	record_make_platform_id(resource, (int64_t) collection->count,
							platform_id, sizeof(platform_id));
	collection->records[collection->count++] = record;
	record_set_platform_id(collection, record, platform_id);
	return record;
}

/*
 * Fill a collection with the records that a new world holds.
 */
static void
collection_populate(Collection *collection, const World *world)
{
	const Resource *resource = collection->resource;
	int64_t		each = resource->population ? resource->population(world) : 0;

	for (int64_t company = 0; company < world->companies; company++)
		for (int64_t n = 0; n < each; n++)
		{
			Record	   *record = collection_add(collection,
												FIRST_COMPANY + company, 0);

			record->ordinal = n;
			generate_plan(world, collection, record);
		}
	collection->next_child_id =
		CHILD_ID(resource->first_id + (int64_t) collection->count, 0);
}

static void
record_free(Record *record)
{
	free(record->platform_id);
	free(record->key);
	free(record->text);
	free(record->raw_data);
	free(record->later);
	free(record);
}

static void
tree_keep(void *record)
{
	(void) record;				/* records are freed by their collection */
}

static void
collection_free(Collection *collection)
{
	tdestroy(collection->by_platform_id, tree_keep);
	tdestroy(collection->by_key, tree_keep);
	for (size_t i = 0; i < collection->count; i++)
		record_free(collection->records[i]);
	free(collection->records);
}

/*
 * Make a world as the seed wants it.
 */
World *
world_create(int64_t seed, int64_t companies, int64_t orders)
{
	World	   *world = alloc_zeroed(sizeof(*world));

	world->seed = seed;
	world->companies = companies;
	world->orders = orders;
	world->collections = alloc_zeroed(resource_count * sizeof(Collection));
	for (size_t i = 0; i < resource_count; i++)
	{
		world->collections[i].resource = &resources[i];
		collection_populate(&world->collections[i], world);
	}
	return world;
}

void
world_free(World *world)
{
	for (size_t i = 0; i < resource_count; i++)
		collection_free(&world->collections[i]);
	free(world->collections);
	free(world);
}

/*
 * The records of a resource; those of another one if it only shows them.
 */
Collection *
world_collection(const World *world, const Resource *resource)
{
	if (resource->shows != NULL)
		resource = resource_by_path(resource->shows);
	return &world->collections[resource - resources];
}

/*
 * The place of the first record whose id is not below this one.
 */
size_t
collection_position(const Collection *collection, int64_t rootfi_id)
{
	int64_t		offset = rootfi_id - collection->resource->first_id;

	if (offset < 0)
		return 0;
	if ((size_t) offset > collection->count)
		return collection->count;
	return (size_t) offset;
}

/*
 * The record with that id, deleted or not; NULL if there is none.
 */
Record *
collection_by_id(const Collection *collection, int64_t rootfi_id)
{
	size_t		position = collection_position(collection, rootfi_id);

	if (position == collection->count ||
		collection->records[position]->rootfi_id != rootfi_id)
		return NULL;
	return collection->records[position];
}

/*
 * The live record that a path names, by rootfi_id or platform_id (1.4).
 */
Record *
collection_find(const Collection *collection, const char *id)
{
	size_t		digits = strspn(id, "0123456789");
	Record		wanted = {.platform_id = (char *) id};
	Record	   *record = NULL;
	Record	  **found;

	if (digits > 0 && digits < 19 && id[digits] == '\0')
		record = collection_by_id(collection, atoll(id));
	if (record != NULL && !record->deleted)
		return record;
	found = tfind(&wanted, &collection->by_platform_id, compare_platform_id);
	return found ? *found : NULL;
}

/*
 * The live record of a company that has this key, NULL if there is none.
 */
Record *
collection_find_key(const Collection *collection, int64_t company_id,
					const char *key)
{
	Record		wanted = {.company_id = company_id, .key = (char *) key};
	Record	  **found = tfind(&wanted, &collection->by_key, compare_key);

	return found ? *found : NULL;
}

/*
 * Append a record's platform_unique_id: the platform_id without what RootFi
 * puts behind it (S4).
 */
static void
record_append_unique_id(Buffer *out, const Record *record)
{
	const char *suffix = record->resource->id_suffix;
	size_t		len = strlen(record->platform_id);
	size_t		suffix_len = suffix ? strlen(suffix) : 0;

	if (len > suffix_len && suffix_len > 0 &&
		strcmp(record->platform_id + len - suffix_len, suffix) == 0)
		len -= suffix_len;
	buffer_text(out, ",\"platform_unique_id\":");
	buffer_quoted(out, record->platform_id, len);
}

/*
 * Append the members that a living record begins with; the object stays open.
 */
void
record_begin(Buffer *out, const Record *record)
{
	const Resource *resource = record->resource;

	if (resource->head == HEAD_ID)
	{
		buffer_json(out, "{%s:%s", resource->id_name, record->platform_id);
		return;
	}
	buffer_json(out, "{'rootfi_id':%d", record->rootfi_id);
	if (resource->head == HEAD_V3)
		buffer_json(out, ",'rootfi_deleted_at':null");
	buffer_json(out, ",'rootfi_created_at':%t,'rootfi_updated_at':%t",
				record->created_at, record->updated_at);
	if (resource->head == HEAD_CORE)
	{
		buffer_json(out, ",%s:%s", resource->id_name, record->platform_id);
		return;
	}
	buffer_json(out, ",'rootfi_company_id':%d,'platform_id':%s",
				record->company_id, record->platform_id);
	if (resource->head == HEAD_V4)
		buffer_json(out, ",'rootfi_deleted_at':null");
	record_append_unique_id(out, record);
}

/*
 * Append the members of an object to one that is open, and close that.
 */
void
record_join(Buffer *out, const json_t *object)
{
	Buffer		members = {0};

	exact_render(&members, object);
	buffer_byte(out, ',');
	buffer_append(out, members.data + 1, members.len - 1);
	buffer_free(&members);
}

/*
 * A record's JSON without raw_data and data_hash, made at first use.
 */
const char *
record_text(const World *world, Record *record)
{
	Buffer		text = {0};

	if (record->text == NULL)
	{
		buffer_reserve(&text, 4096);
		record->resource->generate(&text, world, record);
		record_set_text(record, &text);
	}
	return record->text;
}

/*
 * Give a record new JSON; the buffer is empty afterwards.
 */
void
record_set_text(Record *record, Buffer *text)
{
	free(record->text);
	record->len = text->len;
	record->text = buffer_detach(text);
}

/*
 * Let the JSON that waits for its time take over.
 */
void
record_settle(Record *record)
{
	if (record->later == NULL)
		return;
	free(record->text);
	record->text = record->later;
	record->len = strlen(record->text);
	record->later = NULL;
}

/*
 * Append a record's JSON.  What was asked for of raw_data and data_hash
 * follows platform_unique_id, as in the documents.
 */
void
record_append(Buffer *out, const World *world, Record *record,
			  bool raw_data, bool data_hash)
{
	const char *text = record_text(world, record);
	Slice		before;
	size_t		head;
	char		hash[20];

	if ((!raw_data && !data_hash) ||
		!exact_member(text, "platform_unique_id", &before))
	{
		buffer_append(out, text, record->len);
		return;
	}
	head = before.text + before.len - text;
	buffer_append(out, text, head);
	if (raw_data && record->raw_data != NULL)
		buffer_json(out, ",'raw_data':%r", record->raw_data);
	else if (raw_data)
		buffer_json(out, ",'raw_data':{'id':%s}", record->platform_id);
	if (data_hash)
	{
		snprintf(hash, sizeof(hash), "%016llx",
				 (unsigned long long) hash_text(text, record->len));
		buffer_json(out, ",'data_hash':%s", hash);
	}
	buffer_append(out, text + head, record->len - head);
}
