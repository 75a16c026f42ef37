/*
 * writes.h
 *		Rows of a page on their way into one table.
 */
#ifndef ROOTFI_WRITES_H
#define ROOTFI_WRITES_H

#include "copy/target.h"

/* Keys of rows that something is to be done with. */
typedef struct KeySet
{
	int			n;
	bool		of_company;		/* all of the stream's company */
	Datum	   *companies;		/* where the key has them */
	Datum	   *ids;
} KeySet;

/* Rows that are to be written, by statement. */
typedef struct WriteQueue
{
	const Target *target;
	TargetTable *table;
	MemoryContext context;		/* of the rows */
	List	   *batches;		/* WriteBatch */
	char	   *uses;			/* of the latest row */
} WriteQueue;

/* Told after each statement: SPI_tuptable has the keys, or is NULL for all. */
typedef void (*WriteDone) (void *arg);

extern void rootfi_writes_begin(WriteQueue *queue, const Target *target,
								TargetTable *table);
extern void rootfi_writes_put(WriteQueue *queue, bool is_new,
							  bool of_company);
extern void rootfi_writes_execute(WriteQueue *queue, TimestampTz guard_until,
								  WriteDone done, void *arg);
extern void rootfi_writes_by_keys(const Target *target, TargetTable *table,
								  KeyVerb verb, const KeySet *keys);

#endif							/* ROOTFI_WRITES_H */
