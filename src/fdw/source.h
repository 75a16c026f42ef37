/*
 * source.h
 *		Where the records of a scan come from: lists and single reads.
 */
#ifndef ROOTFI_SOURCE_H
#define ROOTFI_SOURCE_H

#include "api/list.h"

/*
 * A part of what a scan reads: the record of an id, or a list.  No record is
 * of two parts.
 */
typedef struct Part
{
	bool		by_get;			/* by a request for that one record */
	bool		by_id;			/* only the record of this id */
	int64		id;
	List	   *filters;		/* of ListFilter; spare rows, no more */
	const char *own;			/* member that has the value, NULL for any */
	const char *instead;		/* that has it where "own" has none, or NULL */
	const char *value;
} Part;

/* What a source has read; times in microseconds. */
typedef struct SourceStats
{
	int64		requests;
	int64		pages;
	int64		records;
	int64		bytes;
	int64		retries;
	int64		waited;
} SourceStats;

typedef struct RecordSource RecordSource;

extern int	rootfi_max_scan_requests;	/* setting */

extern ListFilter *rootfi_source_filter(const char *field,
										const char *operator,
										const char *value);
extern RecordSource *rootfi_source_begin(const ListRequest *request,
										 List *parts);
extern const JsonObject *rootfi_source_next(RecordSource *source);
extern void rootfi_source_add_stats(const RecordSource *source,
									SourceStats *stats);

#endif							/* ROOTFI_SOURCE_H */
