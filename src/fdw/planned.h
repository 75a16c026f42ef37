/*
 * planned.h
 *		What a plan keeps of a scan, for its executions.
 */
#ifndef ROOTFI_PLANNED_H
#define ROOTFI_PLANNED_H

#include "nodes/pathnodes.h"
#include "nodes/pg_list.h"
#include "nodes/plannodes.h"

/*
 * A plan may be copied and kept: this is written as lists of integers.  The
 * values of the conditions are expressions of the plan, in the same order.
 */
typedef struct PlannedScan
{
	bool		lazy;			/* no page is asked for before it is wanted */
	bool		by_key;			/* records are read by their ids */
	bool		with_deleted;	/* deleted records are asked for too */
	int			first_page_size;	/* 0: as of all pages */
	int			list_requests;	/* that the whole list is expected to take */
	int			requests;		/* that are expected */
	List	   *needed;			/* attribute numbers, 0 for all columns */
	List	   *kinds;			/* ConditionKind */
	List	   *columns;		/* attribute numbers of the conditions */
	List	   *arrays;			/* whether the value is an array */
} PlannedScan;

extern List *rootfi_planned_write(const PlannedScan *planned);
extern void rootfi_planned_read(PlannedScan *planned, List *written);

/* Callbacks of the planner. */
extern void rootfi_plan_size(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern void rootfi_plan_paths(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern ForeignScan *rootfi_plan_scan(PlannerInfo *root, RelOptInfo *rel,
									 Oid relid, ForeignPath *path,
									 List *tlist, List *clauses, Plan *outer);

#endif							/* ROOTFI_PLANNED_H */
