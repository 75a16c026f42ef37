/*
 * layout.h
 *		What a table that is filled looks like.
 */
#ifndef ROOTFI_LAYOUT_H
#define ROOTFI_LAYOUT_H

#include "base/sql.h"
#include "rows/convert.h"
#include "rows/recordtype.h"

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

extern void rootfi_layout_read(TargetTable *table, Oid relid,
							   TupleDesc row_type, const FieldAlias *aliases,
							   const char **key, int nkey);
extern int	rootfi_layout_column(TupleDesc desc, const char *name);
extern bool rootfi_layout_has_type(TupleDesc desc, int column, Oid type);
extern char *rootfi_layout_columns(const char **columns, int n,
								   const char *prefix);
extern bool rootfi_layout_is_key(const TargetTable *table, const char *column);
extern bool rootfi_layout_is_plain(const TargetTable *table);

#endif							/* ROOTFI_LAYOUT_H */
