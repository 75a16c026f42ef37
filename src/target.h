/*
 * target.h
 *		The tables that a stream fills, and the statements that do it.
 */
#ifndef ROOTFI_TARGET_H
#define ROOTFI_TARGET_H

#include "catalog.h"
#include "convert.h"
#include "sql.h"
#include "stream.h"
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

/* The column that tells whether a record has changed. */
#define HASH_COLUMN		"rootfi_content_hash"

#define MAX_KEY_COLUMNS 3

/*
 * Rows that a statement reads as if they were a table of that name: those of
 * a page.
 */
typedef struct PageRelation
{
	char	   *name;
	TupleDesc	desc;
	EphemeralNamedRelation enr; /* SPI knows it as long as it is there */
} PageRelation;

/* A statement that finds rows of a table by the keys of a page. */
typedef struct KeyStatement
{
	char	   *text;
	SqlPlan    *plan;
	int64		nuses;
} KeyStatement;

/* A table that is filled. */
typedef struct TargetTable
{
	Oid			relid;
	char	   *name;			/* schema and table, quoted */
	PageRelation page;			/* its columns that can be filled */
	RowPlan    *plan;			/* of rows of the page */
	bool	   *optional;		/* by column: filled once a record has it */
	int			nseen;			/* optional ones that some record had */
	const char *keys[MAX_KEY_COLUMNS];
	int			nkeys;
	int			hash_column;	/* index in the page, or -1 */
	bool		is_ordered;		/* it has the time of the last change */
	TimestampTz guard_until;	/* rows changed up to then are not written
								 * over by older records; DT_NOBEGIN: none is */
	bool		is_plain;		/* no trigger or partition has a say in what
								 * an INSERT inserts */
	SqlPlan    *insert;			/* rows that it does not have */
	SqlPlan    *upsert;			/* rows that it may have */
} TargetTable;

/* A table of what stands in a list inside the records. */
typedef struct ChildTable
{
	TargetTable table;
	const ChildList *child;
	bool		by_company;		/* only the stream's company was looked at */
	bool		was_empty;		/* at the start of the run */
	KeyStatement clear;			/* deletes the children of some parents */
} ChildTable;

typedef struct Target
{
	MemoryContext context;		/* owns all of it, plans included */
	MemoryContext registry;		/* lives as long as the SPI connection */
	TargetTable parent;
	uint64		hash_seed;		/* another for other columns */
	PageRelation keys;			/* number of the record, then the key */
	KeyStatement find;
	ChildTable *children;
	int			nchildren;
} Target;

extern Oid	rootfi_target_find(const char *schema, const char *table);
extern TupleDesc rootfi_target_row_type(Oid namespace, const char *row_type);
extern char *rootfi_target_child_name(const Resource *resource,
									  const char *target_table,
									  const ChildList *child);
extern void rootfi_target_open(Target *target, const Stream *stream,
							   Oid namespace, MemoryContext registry);
extern bool rootfi_target_is_plain(const TargetTable *table);
extern void rootfi_target_close(Target *target);

#endif							/* ROOTFI_TARGET_H */
