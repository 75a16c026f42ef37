/*
 * execute.h
 *		Scans of foreign tables.
 */
#ifndef ROOTFI_EXECUTE_H
#define ROOTFI_EXECUTE_H

#include "nodes/execnodes.h"

#include "fdw/foreign.h"
#include "fdw/planned.h"
#include "fdw/source.h"

/* Kept in ForeignScanState->fdw_state. */
typedef struct ForeignScanRun
{
	ForeignSource *foreign;
	PlannedScan planned;
	Bitmapset  *needed;			/* columns */
	List	   *values;			/* ExprState of each condition */
	List	   *types;			/* of the values */
	ListRequest request;		/* of the lists */
	RowPlan    *plan;
	MemoryContext context;		/* of what is being read */
	MemoryContext record_context;	/* of the objects in a record's list */
	MemoryContext row_context;	/* of the row that was handed out */
	RecordSource *source;
	bool		started;
	bool		ended;
	struct ChildObject *children;	/* of the latest record */
	int			nchildren;
	int			capacity;
	int			child;			/* the next of them */
	int			nodd;			/* lists that are none */
	SourceStats stats;			/* of what was read before a rescan */
} ForeignScanRun;

extern void rootfi_run_describe(ForeignScanRun *run, ForeignScan *plan,
								Oid relid);

/* Callbacks of the executor. */
extern void rootfi_scan_begin(ForeignScanState *state, int flags);
extern TupleTableSlot *rootfi_scan_next(ForeignScanState *state);
extern void rootfi_scan_again(ForeignScanState *state);
extern void rootfi_scan_end(ForeignScanState *state);

struct ExplainState;
extern void rootfi_scan_explain(ForeignScanState *state,
								struct ExplainState *es);

#endif							/* ROOTFI_EXECUTE_H */
