/*
 * execute.c
 *		Scans of foreign tables.
 *
 * Nothing is asked for before the first row is wanted: only then the values of
 * the conditions are worked out.  Memory is that of two pages: what is read,
 * a record's list and a row have contexts of their own, and all transfers go
 * with the first of them, however the scan ends.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/sqlstates.h"
#include "fdw/execute.h"
#include "fdw/parts.h"
#include "json/scalars.h"
#include "json/scan.h"
#include "rows/children.h"

/* An object of a record's list. */
typedef struct ChildObject
{
	JsonObject	object;
	const char *type;			/* what its member "type" is if it has none */
	int			ordinal;
} ChildObject;

/*
 * Describes what a plan reads, in the current context: all that is known
 * before the values of its conditions are.
 */
void
rootfi_run_describe(ForeignScanRun *run, ForeignScan *plan, Oid relid)
{
	ForeignSource *foreign = rootfi_foreign_get(relid);
	ListCell   *lc;

	run->foreign = foreign;
	rootfi_planned_read(&run->planned, plan->fdw_private);
	foreach(lc, run->planned.needed)
		run->needed = bms_add_member(run->needed, lfirst_int(lc));
	run->request = (ListRequest)
	{
		.resource = foreign->resource,
			.serverid = foreign->serverid,
			.has_company = foreign->options.company_id != 0 &&
			(!foreign->resource->core ||
			 rootfi_in_words("rootfi_company_id",
							 foreign->resource->plain_filters)),
			.company_id = foreign->options.company_id,
			.include_deleted = run->planned.with_deleted,
			.max_rows = PG_INT64_MAX,
			.expand = rootfi_foreign_expand(foreign, run->needed),
			.select = rootfi_foreign_select(foreign, run->needed),
			.first_page_size = run->planned.first_page_size,
			.lazy = run->planned.lazy,
	};
	foreach(lc, plan->fdw_exprs)
	{
		Oid			type = exprType(lfirst(lc));

		run->types = lappend_oid(run->types,
								 list_nth_int(run->planned.arrays,
											  foreach_current_index(lc)) ?
								 get_element_type(type) : type);
	}
}

/* Callback: prepares a scan. */
void
rootfi_scan_begin(ForeignScanState *state, int flags)
{
	ForeignScan *plan = (ForeignScan *) state->ss.ps.plan;
	Relation	relation = state->ss.ss_currentRelation;
	ForeignScanRun *run = palloc0(sizeof(ForeignScanRun));

	state->fdw_state = run;
	rootfi_run_describe(run, plan, RelationGetRelid(relation));
	if (flags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	run->request.userid = rootfi_scan_user(state);
	run->values = ExecInitExprList(plan->fdw_exprs, &state->ss.ps);
	run->plan = rootfi_foreign_plan(run->foreign, run->needed);
	run->context = AllocSetContextCreate(CurrentMemoryContext, "rootfi scan",
										 ALLOCSET_DEFAULT_SIZES);
	run->record_context = AllocSetContextCreate(CurrentMemoryContext,
												"rootfi record",
												ALLOCSET_DEFAULT_SIZES);
	run->row_context = AllocSetContextCreate(CurrentMemoryContext,
											 "rootfi row",
											 ALLOCSET_DEFAULT_SIZES);
}

/* Works out the values of the conditions, in the current context. */
static List *
bind_values(ForeignScanState *state)
{
	ForeignScanRun *run = state->fdw_state;
	ExprContext *econtext = state->ss.ps.ps_ExprContext;
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, run->values)
	{
		int			i = foreach_current_index(lc);
		BoundCondition *bound = palloc(sizeof(BoundCondition));

		bound->kind = list_nth_int(run->planned.kinds, i);
		bound->column = list_nth_int(run->planned.columns, i);
		bound->is_array = list_nth_int(run->planned.arrays, i);
		bound->type = list_nth_oid(run->types, i);
		bound->value = ExecEvalExpr((ExprState *) lfirst(lc), econtext,
									&bound->isnull);
		result = lappend(result, bound);
	}
	return result;
}

/* Begins to read, if there can be rows at all. */
static void
start(ForeignScanState *state)
{
	ForeignScanRun *run = state->fdw_state;
	MemoryContext old = MemoryContextSwitchTo(run->context);
	ListRequest *request = palloc(sizeof(ListRequest));
	List	   *parts;

	*request = run->request;
	run->started = true;
	if (rootfi_parts_make(run->foreign, bind_values(state),
						  run->planned.list_requests, request, &parts))
		run->source = rootfi_source_begin(request, parts);
	else
		run->ended = true;
	MemoryContextSwitchTo(old);
}

/*
 * Is the record the table's: of its company, and deleted only if such are to
 * be seen?  The server was asked for no other, but may have given one.
 */
static bool
is_of_table(const ForeignScanRun *run, const JsonObject *record)
{
	const RootfiOptions *options = &run->foreign->options;
	const JsonValue *value;
	int64		company;

	if (record->value.type != JSON_TOKEN_OBJECT_START)
		return true;			/* an error, when its row is made */
	value = options->company_id == 0 ? NULL :
		rootfi_json_member(record, "rootfi_company_id");
	if (value != NULL &&
		(value->token == NULL || !rootfi_read_int64(value->token, &company) ||
		 company != options->company_id))
		return false;
	value = options->include_deleted ? NULL :
		rootfi_json_member(record, "rootfi_deleted_at");
	return value == NULL || value->type == JSON_TOKEN_NULL;
}

/* The next record of the table, or NULL after the last. */
static const JsonObject *
next_record(ForeignScanRun *run)
{
	const JsonObject *record;

	if (run->ended)
		return NULL;
	do
		record = rootfi_source_next(run->source);
	while (record != NULL && !is_of_table(run, record));
	run->ended = record == NULL;
	return record;
}

/* Keeps an object of a record's list. */
static void
keep_child(void *arg, const JsonObject *object, const char *type, int ordinal)
{
	ForeignScanRun *run = arg;

	if (run->nchildren == run->capacity)
	{
		run->capacity = Max(16, 2 * run->capacity);
		run->children = run->children == NULL ?
			palloc(run->capacity * sizeof(ChildObject)) :
			repalloc(run->children, run->capacity * sizeof(ChildObject));
	}
	run->children[run->nchildren++] =
		(ChildObject)
	{
		.object = *object,.type = type,.ordinal = ordinal
	};
}

/* Opens the list inside a record. */
static void
open_children(ForeignScanRun *run, const JsonObject *record)
{
	MemoryContext old;
	char	   *problem;
	RowObject	object;

	MemoryContextReset(run->record_context);
	run->children = NULL;
	run->nchildren = run->capacity = run->child = 0;
	old = MemoryContextSwitchTo(run->record_context);
	if (record->value.type != JSON_TOKEN_OBJECT_START)
		rootfi_row_read(run->plan, record, &object);	/* raises the error */
	problem = rootfi_children_open(run->plan, run->foreign->child, record,
								   keep_child, run, &run->nodd);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
				 errmsg("could not read the list \"%s\" of a record",
						run->foreign->child->member),
				 errdetail("%s", problem)));
	MemoryContextSwitchTo(old);
}

/* Makes the next row in the plan, in the current context; false at the end. */
static bool
next_row(ForeignScanRun *run)
{
	const JsonObject *record;
	ChildObject *child;

	if (run->foreign->child == NULL)
	{
		if ((record = next_record(run)) != NULL)
			rootfi_row_fill(run->plan, record);
		return record != NULL;
	}
	while (run->child >= run->nchildren)
	{
		if ((record = next_record(run)) == NULL)
			return false;
		open_children(run, record);
	}
	child = &run->children[run->child++];
	rootfi_row_set(run->plan, "ordinal", child->ordinal, false);
	rootfi_row_fill(run->plan, &child->object);
	if (child->type != NULL)
		rootfi_row_default(run->plan, "type", child->type);
	return true;
}

/* Says in the context of an error which table was read. */
static void
scan_context(void *arg)
{
	ForeignScanState *state = arg;

	errcontext("scan of foreign table \"%s\"",
			   RelationGetRelationName(state->ss.ss_currentRelation));
}

/* Callback: the next row. */
TupleTableSlot *
rootfi_scan_next(ForeignScanState *state)
{
	ForeignScanRun *run = state->fdw_state;
	TupleTableSlot *slot = state->ss.ss_ScanTupleSlot;
	MemoryContext old;
	bool		found;
	ErrorContextCallback context = {
		.previous = error_context_stack,
		.callback = scan_context,
		.arg = state,
	};

	CHECK_FOR_INTERRUPTS();
	error_context_stack = &context;
	ExecClearTuple(slot);
	MemoryContextReset(run->row_context);
	if (!run->started)
		start(state);
	old = MemoryContextSwitchTo(run->row_context);
	found = next_row(run);
	MemoryContextSwitchTo(old);
	if (found)
	{
		memcpy(slot->tts_values, run->plan->values,
			   run->plan->desc->natts * sizeof(Datum));
		memcpy(slot->tts_isnull, run->plan->nulls,
			   run->plan->desc->natts * sizeof(bool));
		ExecStoreVirtualTuple(slot);
	}
	else
	{
		rootfi_children_warn(run->nodd + run->plan->nodd);
		run->nodd = run->plan->nodd = 0;
	}
	error_context_stack = context.previous;
	return slot;
}

/* Forgets what was read, but not how much. */
static void
stop(ForeignScanRun *run)
{
	if (run->source != NULL)
		rootfi_source_add_stats(run->source, &run->stats);
	run->source = NULL;
	run->started = run->ended = false;
	run->nchildren = run->child = 0;
	MemoryContextReset(run->row_context);
	MemoryContextReset(run->context);
}

/* Callback: begins anew, with other values perhaps. */
void
rootfi_scan_again(ForeignScanState *state)
{
	stop(state->fdw_state);
}

/* Callback: ends a scan; what is still on its way is given up. */
void
rootfi_scan_end(ForeignScanState *state)
{
	ForeignScanRun *run = state->fdw_state;

	if (run != NULL && run->context != NULL)
		stop(run);
}
