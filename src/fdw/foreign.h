/*
 * foreign.h
 *		What a foreign table is of: its options and its columns.
 */
#ifndef ROOTFI_FOREIGN_H
#define ROOTFI_FOREIGN_H

#include "access/attnum.h"
#include "access/tupdesc.h"
#include "nodes/bitmapset.h"
#include "utils/array.h"

#include "catalog/resource.h"
#include "http/options.h"
#include "rows/convert.h"

/* A column and its options. */
typedef struct ForeignColumn
{
	const char *member;			/* NULL if the column was dropped */
	Oid			type;
	int32		typmod;
	FilterMode	filter;
	bool		fetch;
} ForeignColumn;

/* A foreign table. */
typedef struct ForeignSource
{
	Oid			relid;
	Oid			serverid;
	RootfiOptions options;		/* the server's, and the table's own */
	const Resource *resource;
	const ChildList *child;		/* NULL: rows are the records themselves */
	TupleDesc	desc;			/* with the members' names */
	ForeignColumn *columns;		/* by attribute number - 1 */
	AttrNumber	key;			/* the column that says which record, 0: none */
	LookupMode	lookup;			/* how records are read by it */
} ForeignSource;

extern const ChildList *rootfi_foreign_check(const RootfiOptions *options,
											 const Resource **resource);
extern ForeignSource *rootfi_foreign_get(Oid relid);
extern const FieldAlias *rootfi_foreign_alias(const ForeignSource *foreign,
											  const char *member);
extern bool rootfi_foreign_sends_deleted(const ForeignSource *foreign);
extern RowPlan *rootfi_foreign_plan(const ForeignSource *foreign,
									Bitmapset *needed);
extern ArrayType *rootfi_foreign_expand(const ForeignSource *foreign,
										Bitmapset *needed);
extern ArrayType *rootfi_foreign_select(const ForeignSource *foreign,
										Bitmapset *needed);

#endif							/* ROOTFI_FOREIGN_H */
