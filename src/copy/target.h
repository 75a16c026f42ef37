/*
 * target.h
 *		The tables that a stream fills, and the statements that do it.
 */
#ifndef ROOTFI_TARGET_H
#define ROOTFI_TARGET_H

#include "base/sql.h"
#include "catalog/resource.h"
#include "copy/stream.h"
#include "rows/convert.h"

/* The column that tells whether a record has changed. */
#define HASH_COLUMN		"rootfi_content_hash"

#define MAX_KEY_COLUMNS 3

/* What is done with the rows of some keys. */
typedef enum KeyVerb
{
	KEY_FIND,					/* which there are, their hash and time */
	KEY_COUNT,					/* how many children each parent has */
	KEY_CLEAR,					/* deletes the children */
	KEY_VERBS
} KeyVerb;

/* A statement that finds the table's rows by the index of its key. */
typedef struct KeyedPlan
{
	int64		rows;			/* number of those that it reads */
	TupleDesc	desc;			/* of keys: their columns */
	SqlPlan    *plan;
	int64		nuses;
} KeyedPlan;

/* A column, not of the key, that not every row sets. */
typedef struct SpecialColumn
{
	int			index;
	bool		is_own;			/* the user's, not the row type's */
	bool		needs_value;	/* it cannot be NULL */
} SpecialColumn;

/* A table that is filled. */
typedef struct TargetTable
{
	Oid			relid;
	char	   *name;			/* schema and table, quoted */
	TupleDesc	desc;			/* its columns that can be filled */
	RowPlan    *plan;			/* of rows of those */
	SpecialColumn *special;		/* those that a row may leave alone */
	int			nspecial;
	const char *keys[MAX_KEY_COLUMNS];
	int			nkeys;
	int			hash_column;	/* index in "desc", or -1 */
	bool		is_partitioned;
	bool		is_ordered;		/* it has the time of the last change */
	bool		is_plain;		/* no trigger or partition has a say in what
								 * an INSERT inserts */
	KeyedPlan	by_keys[KEY_VERBS][2];	/* of one company; of any */
	List	   *writes;			/* WriteStatement */
	MemoryContext writes_context;	/* owns them, plans included */
} TargetTable;

/* A table of what stands in a list inside the records. */
typedef struct ChildTable
{
	TargetTable table;
	const ChildList *child;
	bool		by_company;		/* only the stream's company was looked at */
	bool		was_empty;		/* at the start of the run */
} ChildTable;

typedef struct Target
{
	MemoryContext context;		/* owns all of it, plans included */
	const char *schema;			/* of the extension, quoted */
	const char *company;		/* the stream's, as text; NULL for all */
	TargetTable parent;
	uint64		hash_seed;		/* another for other columns */
	ChildTable *children;
	int			nchildren;
} Target;

extern Oid	rootfi_target_find(const char *schema, const char *table);
extern char *rootfi_target_child_name(const Resource *resource,
									  const char *target_table,
									  const ChildList *child);
extern void rootfi_target_open(Target *target, const Stream *stream,
							   Oid namespace);
extern char *rootfi_target_columns(const char **columns, int n,
								   const char *prefix);
extern bool rootfi_target_is_key(const TargetTable *table, const char *column);
extern bool rootfi_target_is_plain(const TargetTable *table);
extern void rootfi_target_check_owners(const Stream *stream, Oid role);
extern void rootfi_target_close(Target *target);

#endif							/* ROOTFI_TARGET_H */
