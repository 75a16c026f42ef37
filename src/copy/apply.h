/*
 * apply.h
 *		Writes a page into the tables of a stream.
 */
#ifndef ROOTFI_APPLY_H
#define ROOTFI_APPLY_H

#include "api/answer.h"
#include "copy/keyless.h"
#include "copy/stream.h"
#include "copy/target.h"
#include "copy/writes.h"
#include "json/value.h"
#include "rows/children.h"

/* A record of a page on its way into the tables. */
typedef struct PageRecord
{
	const JsonObject *json;
	RowObject	object;
	int64		company_id;		/* 0 when the key has none */
	bool		has_company;	/* it is known whose it is */
	int64		company;		/* whose, part of the key or not */
	int64		id;				/* a hash of it when it is no number */
	Datum		key[MAX_KEY_COLUMNS];
	int64		hash;
	TimestampTz updated_at;		/* DT_NOBEGIN when it has none */
	bool		is_known;		/* the table has a row of that key */
	bool		is_wanted;		/* it is to be written */
	bool		is_written;
	bool		is_emptied;		/* its children are to be written anew */
	int64		nchildren;		/* while those of a table are counted */
} PageRecord;

/* A page being written. */
typedef struct SyncPage
{
	Target	   *target;
	const Stream *stream;
	TimestampTz guard_until;	/* rows changed up to then are not written
								 * over by older records; DT_NOBEGIN: all are */
	PageRecord *records;		/* in the order of the page */
	PageRecord **sorted;		/* by key */
	int			nrecords;		/* that have a key */
	Keyless		keyless;		/* of the run, those of the page among them */
	MemoryContext record_context;	/* emptied after each record */
	MemoryContext row_context;	/* emptied after each row */
	RowCounts	counts;
} SyncPage;

/* Is the record among those meant? */
typedef bool (*RecordTest) (const PageRecord *record);

/* page.c */
extern void rootfi_page_read(SyncPage *page, const JsonAnswer *answer);
extern bool rootfi_page_of_company(const SyncPage *page,
								   const PageRecord *record);
extern bool rootfi_page_keys(const SyncPage *page, RecordTest test,
							 KeySet *keys);
extern bool rootfi_page_parents(const SyncPage *page, RecordTest test,
								KeySet *keys);
extern void rootfi_page_find(SyncPage *page);
extern PageRecord *rootfi_page_returned(const SyncPage *page, uint64 row);
extern void rootfi_page_visit(const SyncPage *page, const ChildList *child,
							  const PageRecord *record, ChildVisitor visit,
							  void *arg);

/* repair.c */
extern void rootfi_repair_begin(Stream *stream, const Target *target);
extern bool rootfi_repair_is_due(const Stream *stream);
extern void rootfi_repair_find(SyncPage *page);
extern void rootfi_repair_end(Stream *stream, const Target *target);

/* apply.c */
extern void rootfi_apply(SyncPage *page, const JsonAnswer *answer);

#endif							/* ROOTFI_APPLY_H */
