/*
 * store.h -- the records of all resources
 */
#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "resource.h"

#define FIRST_COMPANY	INT64_C(1089)
#define FIRST_ID		INT64_C(157)	/* rootfi_id in the documents */
#define FIRST_NUMBER	INT64_C(123456) /* and the number in platform_id */

/*
 * A record is its JSON text, plus what requests look for most.  Generated
 * records get their text when it is first asked for.
 */
typedef struct Record
{
	const Resource *resource;
	int64_t		rootfi_id;
	int64_t		company_id;
	int64_t		created_at;
	int64_t		updated_at;
	int64_t		ordinal;		/* which of its company, from 0 */
	bool		deleted;		/* and, if not lost, shown when asked for */
	bool		lost;
	char	   *platform_id;
	char	   *key;			/* value of the resource's .key, or NULL */
	char	   *text;			/* without raw_data and data_hash, or NULL */
	size_t		len;
	char	   *raw_data;		/* as the client sent it, or NULL */
	char	   *later;			/* replaces text at record_settle(), or NULL */
} Record;

/* All records of one resource, in the order of their ids, without gaps. */
typedef struct Collection
{
	const Resource *resource;
	Record	  **records;
	size_t		count;
	size_t		size;
	int64_t		next_child_id;	/* rootfi_id of the next embedded object */
	void	   *by_platform_id; /* trees of the live records */
	void	   *by_key;
} Collection;

typedef struct World
{
	int64_t		seed;
	int64_t		companies;
	int64_t		orders;			/* per company */
	Collection *collections;	/* one for each resource, in their order */
} World;

extern World *world_create(int64_t seed, int64_t companies, int64_t orders);
extern void world_free(World *world);
extern Collection *world_collection(const World *world,
									const Resource *resource);

extern Record *collection_add(Collection *collection, int64_t company_id,
							  int64_t created_at);
extern Record *collection_by_id(const Collection *collection,
								int64_t rootfi_id);
extern size_t collection_position(const Collection *collection,
								  int64_t rootfi_id);
extern Record *collection_find(const Collection *collection, const char *id);
extern Record *collection_find_key(const Collection *collection,
								   int64_t company_id, const char *key);

extern void record_begin(Buffer *out, const Record *record);
extern void record_join(Buffer *out, const json_t *object);
extern const char *record_text(const World *world, Record *record);
extern void record_append(Buffer *out, const World *world, Record *record,
						  bool raw_data, bool data_hash);
extern void record_set_text(Record *record, Buffer *text);
extern void record_set_platform_id(Collection *collection, Record *record,
								   const char *platform_id);
extern void record_set_key(Collection *collection, Record *record,
						   const char *key);
extern void record_make_platform_id(const Resource *resource, int64_t n,
									char *platform_id, size_t size);
extern void record_make_key(const Resource *resource, int64_t rootfi_id,
							char *key, size_t size);
extern void record_remove(Collection *collection, Record *record);
extern void record_settle(Record *record);

#endif							/* SANDBOX_STORE_H */
