/*
 * stream.h
 *		Streams: what is copied, how far it is, and the log of runs.
 */
#ifndef ROOTFI_STREAM_H
#define ROOTFI_STREAM_H

#include "base/sql.h"
#include "catalog/resource.h"
#include "utils/array.h"
#include "utils/timestamp.h"

/*
 * A row of rootfi_stream.  The moment DT_NOBEGIN stands for NULL, a count of
 * -1 likewise.  Texts live in the stream's context.
 */
typedef struct Stream
{
	int64		id;
	char	   *owner;
	char	   *server;
	char	   *resource_name;
	const Resource *resource;	/* NULL until the stream is run */
	bool		has_company;
	int64		company_id;
	char	   *target_schema;
	char	   *target_table;
	bool		enabled;
	TimestampTz backfill_from;
	TimestampTz synced_to;
	TimestampTz completed_at;
	TimestampTz next_due;
	TimestampTz error_at;
	char	   *label;			/* for messages: "3 (ecommerce/orders)" */

	/* the pass under way */
	const char *pass_kind;		/* NULL: none */
	TimestampTz pass_since;
	TimestampTz pass_start;
	int64		pass_total;
	int64		pass_pages;
	int64		pass_rows;
	int64		pass_skipped;	/* of these rows: they have no key */
	char	   *cursor;
	int64		run_id;
	int64		child_rows;		/* in the tables of lists, as it left them */
	bool		checks_lists;	/* they may be wrong: a full refresh looks at
								 * every list */
} Stream;

/* What happened to the rows of a page, or of a run. */
typedef struct RowCounts
{
	int64		seen;
	int64		inserted;
	int64		updated;
	int64		skipped;		/* they have no key */
	int64		children;		/* rows that the tables of lists have more */
} RowCounts;

/* What a run has cost so far, or a page of it. */
typedef struct RunCosts
{
	int64		requests;
	int64		bytes;
	int64		waited;			/* ms */
} RunCosts;

/* The statements on the extension's own tables. */
typedef enum LedgerStatement
{
	LEDGER_DUE,
	LEDGER_DELAYED,
	LEDGER_KNOWN,
	LEDGER_LOAD,
	LEDGER_BEGIN,
	LEDGER_RESTART,
	LEDGER_PAGE,
	LEDGER_SKIP,
	LEDGER_COMPLETE,
	LEDGER_STOP,
	LEDGER_FAIL,
	LEDGER_ADD,
	LEDGER_REMOVE,
	LEDGER_ALTER,
	LEDGER_RESET,
	LEDGER_SEE,
	LEDGER_FORGET,
	LEDGER_PRUNE,
	LEDGER_STATEMENTS,
} LedgerStatement;

/* They are prepared once in a call of rootfi_sync(). */
typedef struct Ledger
{
	const char *schema;			/* of the extension, quoted */
	Oid			owner;			/* of its tables */
	MemoryContext context;		/* owns the plans */
	SqlPlan    *plans[LEDGER_STATEMENTS];
} Ledger;

extern int	rootfi_run_retention;	/* setting, seconds; -1: for ever */

extern Ledger rootfi_ledger(Oid namespace);
extern int64 rootfi_ledger_add(Ledger *ledger, SqlArgs *args);
extern void rootfi_ledger_change(Ledger *ledger, LedgerStatement which,
								 SqlArgs *args);
extern List *rootfi_ledger_due(Ledger *ledger, const char *resource,
							   const int64 *company_id, bool by_name);
extern List *rootfi_ledger_delayed(Ledger *ledger);
extern bool rootfi_ledger_knows(Ledger *ledger, const char *resource,
								const int64 *company_id);
extern bool rootfi_ledger_load(Ledger *ledger, int64 id, Stream *stream);
extern void rootfi_ledger_begin(Ledger *ledger, Stream *stream);
extern void rootfi_ledger_restart(Ledger *ledger, Stream *stream);
extern void rootfi_ledger_page(Ledger *ledger, const Stream *stream,
							   const RowCounts *counts,
							   const RunCosts *costs);
extern void rootfi_ledger_skip(Ledger *ledger, const Stream *stream,
							   int64 skipped, const char *text);
extern void rootfi_ledger_complete(Ledger *ledger, const Stream *stream,
								   int64 marked);
extern void rootfi_ledger_stop(Ledger *ledger, const Stream *stream);
extern void rootfi_ledger_fail(Ledger *ledger, const Stream *stream,
							   const ErrorData *error, bool abandon,
							   const RunCosts *costs);
extern void rootfi_ledger_see(Ledger *ledger, const Stream *stream,
							  ArrayType *companies, ArrayType *ids);
extern void rootfi_ledger_forget(Ledger *ledger, const Stream *stream);

#endif							/* ROOTFI_STREAM_H */
