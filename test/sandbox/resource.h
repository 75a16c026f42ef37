/*
 * resource.h -- what the API serves: one row per resource
 */
#ifndef SANDBOX_RESOURCE_H
#define SANDBOX_RESOURCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer.h"
#include "buffer.h"
#include "fields.h"

struct Record;
struct World;

/* What can be done with a resource. */
enum
{
	VERB_LIST = 1,
	VERB_GET = 2,
	VERB_CREATE = 4,
	VERB_UPDATE = 8,
	VERB_DELETE = 16,
	VERB_ALL = 31
};

/* Where a request keeps its object, and what it is answered with. */
typedef enum BodyShape
{
	BODY_DATA,					/* {company_id, data: [{...}], run_async} */
	BODY_BARE,					/* {company_id, ...} (C7) */
	BODY_PLAIN					/* {...}, of no company */
} BodyShape;

/* The members that all records of a resource begin with. */
typedef enum HeadShape
{
	HEAD_V3,					/* rootfi_deleted_at comes second (S3, S4) */
	HEAD_V4,					/* sixth, and raw_data, data_hash (S1, S2) */
	HEAD_CORE,					/* rootfi_id, two times, the .id_name */
	HEAD_ID						/* the .id_name alone */
} HeadShape;

typedef enum ListShape
{
	LIST_UNIFIED,				/* {data, prev, next, total_count} */
	LIST_CORE,					/* {data, next} */
	LIST_CORE_URL				/* the same, next being a URL (C21) */
} ListShape;

/* A member of a short create answer, and the field that it shows. */
typedef struct Brief
{
	const char *name;
	const char *field;			/* NULL: the same name */
} Brief;

typedef struct Resource
{
	const char *path;			/* what stands in braces is an id */
	const char *parent;			/* of a record of the resource there, */
	const char *parent_field;	/* to which this member refers */
	unsigned	verbs;
	BodyShape	body;
	HeadShape	head;
	ListShape	list;
	const char *filters;		/* members that are filtered by without [eq] */
	unsigned	got;			/* AnswerShape of a single read, */
	unsigned	created;		/* of a create, */
	unsigned	updated;		/* and of an update */
	const char *wrapper;		/* a create has its object in this (C25) */
	const char *embeds;			/* member of ids whose records an update */
	const char *embedded;		/* answers as this member */
	const Brief *brief;			/* create answers these members only (C13) */
	const char *deleted;		/* the answer to a delete (C31) */
	const char *data_model;		/* its name in jobs */
	const char *shows;			/* its records are those of this resource */
	const char *id_name;		/* what the core calls the platform_id */
	const char *id_prefix;		/* a platform_id is this, a number, */
	const char *id_suffix;		/* and this, or NULL */
	int64_t		first_number;	/* if not FIRST_NUMBER */
	const char *key;			/* member that no two live records share */
	const char *key_prefix;		/* what a missing one is made from */
	const char *touch;			/* enum that POST /_sandbox/touch moves on */
	const Field *fields;
	int64_t		first_id;		/* rootfi_id of the first record */

	/* Make the record of a checked object; NULL: the object is the record. */
	struct Record *(*enter) (const struct World *world, int64_t company_id,
							 const json_t *object);
	/* How many records a new world holds; NULL: none. */
	int64_t		(*population) (const struct World *world);
	/* Append a generated record's JSON; the same at every call. */
	void		(*generate) (Buffer *out, const struct World *world,
							 const struct Record *record);
} Resource;

#define RESOURCE_COMPANIES	"/v3/core/companies"

extern const Resource resources[];
extern const size_t resource_count;

extern const Resource *resource_by_path(const char *path);

#endif							/* SANDBOX_RESOURCE_H */
