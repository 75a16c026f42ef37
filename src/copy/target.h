/*
 * target.h
 *		The tables that a stream fills, and the statements that do it.
 */
#ifndef ROOTFI_TARGET_H
#define ROOTFI_TARGET_H

#include "catalog/resource.h"
#include "copy/layout.h"
#include "copy/stream.h"

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
extern void rootfi_target_check_owners(const Stream *stream, Oid role);
extern void rootfi_target_close(Target *target);

#endif							/* ROOTFI_TARGET_H */
