/*
 * plan.c
 *		Plans scans of foreign tables: sizes, paths, costs.
 *
 * There are two ways to read a table: its list, filtered by what may be sent,
 * or the records of the ids that a condition or a join gives.  What a request
 * costs outweighs all else.  Nothing is asked for here.
 */
#include "postgres.h"

#include <math.h>

#include "access/sysattr.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"

#include "base/compat.h"
#include "fdw/condition.h"
#include "fdw/foreign.h"
#include "fdw/planned.h"

#define RECORD_COST			0.05	/* of what comes in, in cost units */
#define CHILDREN_PER_RECORD 3	/* objects of a list inside a record */
#define IDS_PER_ARRAY		10	/* where that is not known */

/* What is known of a table while it is planned. */
typedef struct PlannedTable
{
	ForeignSource *foreign;
	List	   *conditions;		/* that may be sent */
	double		list_rows;		/* that a filtered list brings */
	double		list_requests;	/* pages of that list */
} PlannedTable;

/* What the conditions in a list of clauses may be sent as. */
static List *
match_clauses(PlannerInfo *root, RelOptInfo *rel,
			  const ForeignSource *foreign, List *clauses)
{
	List	   *conditions = NIL;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		Condition  *condition = rinfo->pseudoconstant ? NULL :
		rootfi_condition_match(root, rel, foreign, rinfo->clause);

		if (condition != NULL)
			conditions = lappend(conditions, condition);
	}
	return conditions;
}

/* The first condition on the key among them, or NULL. */
static const Condition *
find_key(List *conditions)
{
	const Condition *key = NULL;
	ListCell   *lc;

	foreach(lc, conditions)
	{
		const Condition *condition = lfirst(lc);

		if (condition->kind == CONDITION_KEY &&
			(key == NULL || (key->is_array && !condition->is_array)))
			key = condition;
	}
	return key;
}

/* How many ids a condition on the key is expected to give. */
static double
count_ids(PlannerInfo *root, const Condition *key)
{
	double		n = !key->is_array ? 1 :
	rootfi_array_length(root, (Node *) key->value);

	return n < 0 ? IDS_PER_ARRAY : n;
}

/* How many rows a record makes. */
static double
rows_per_record(const ForeignSource *foreign)
{
	return foreign->child == NULL ? 1 : CHILDREN_PER_RECORD;
}

/* How many requests bring that many rows. */
static double
requests_for(const ForeignSource *foreign, double rows)
{
	return Max(1, ceil(rows / rows_per_record(foreign) /
					   foreign->options.page_size));
}

/* How many rows the list brings that is filtered by the conditions. */
static double
list_rows(PlannerInfo *root, RelOptInfo *rel, const PlannedTable *table)
{
	List	   *clauses = NIL;
	ListCell   *lc;

	foreach(lc, rootfi_condition_choose(table->foreign, table->conditions,
										false))
		clauses = lappend(clauses, ((Condition *) lfirst(lc))->clause);
	return clamp_row_est(rel->tuples *
						 clauselist_selectivity(root, clauses, rel->relid,
												JOIN_INNER, NULL));
}

/* Callback: estimates the size of a table. */
void
rootfi_plan_size(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	PlannedTable *table = palloc0(sizeof(PlannedTable));
	const Condition *key;

	table->foreign = rootfi_foreign_get(relid);
	table->conditions = match_clauses(root, rel, table->foreign,
									  rel->baserestrictinfo);
	rel->fdw_private = table;
	rel->tuples = table->foreign->options.rows;
	set_baserel_size_estimates(root, rel);
	key = find_key(table->conditions);
	if (key != NULL)
		rel->rows = Min(rel->rows,
						clamp_row_est(count_ids(root, key) *
									  rows_per_record(table->foreign)));
	table->list_rows = list_rows(root, rel, table);
	table->list_requests = requests_for(table->foreign, table->list_rows);
}

/* Adds a path of so many requests that bring so many rows. */
static void
add_foreign_path(PlannerInfo *root, RelOptInfo *rel, double rows,
				 double requests, double brought, Relids required_outer,
				 bool by_key)
{
	const PlannedTable *table = rel->fdw_private;
	double		request_cost = table->foreign->options.request_cost;
	Cost		startup = request_cost + rel->baserestrictcost.startup;
	Cost		total = startup + request_cost * (requests - 1) +
	brought * (RECORD_COST + cpu_tuple_cost +
			   rel->baserestrictcost.per_tuple);

	add_path(rel, (Path *)
			 rootfi_create_foreign_path(root, rel, rows, startup, total,
										required_outer,
										list_make1_int(by_key)));
}

/* Adds the path that reads the records of ids, if that is what is asked. */
static void
add_key_path(PlannerInfo *root, RelOptInfo *rel)
{
	const PlannedTable *table = rel->fdw_private;
	const Condition *key = find_key(table->conditions);
	double		n;

	if (key == NULL)
		return;
	n = count_ids(root, key);
	add_foreign_path(root, rel, rel->rows, Max(n, 1),
					 n * rows_per_record(table->foreign),
					 rel->lateral_relids, true);
}

/* Adds the path that looks up what a join clause gives. */
static void
add_join_path(PlannerInfo *root, RelOptInfo *rel, const RestrictInfo *rinfo)
{
	const PlannedTable *table = rel->fdw_private;
	Condition  *condition = rootfi_condition_match(root, rel, table->foreign,
												   rinfo->clause);
	Relids		outer;
	double		rows = rows_per_record(table->foreign);
	double		n;

	if (condition == NULL || condition->kind != CONDITION_KEY)
		return;
	outer = bms_union(rinfo->clause_relids, rel->lateral_relids);
	outer = bms_del_member(outer, rel->relid);
	if (bms_is_empty(outer))
		return;
	n = count_ids(root, condition);
	add_foreign_path(root, rel, n * rows, n, n * rows, outer, true);
}

/* The table and the column that are looked for in equivalence classes. */
static bool
is_key(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
	   EquivalenceMember *em, void *arg)
{
	const ForeignSource *foreign = arg;
	const Node *node = (const Node *) em->em_expr;

	while (IsA(node, RelabelType))
		node = (const Node *) ((const RelabelType *) node)->arg;
	return IsA(node, Var) && ((const Var *) node)->varno == rel->relid &&
		((const Var *) node)->varattno == foreign->key;
}

/* Adds the paths that look up what other tables give. */
static void
add_join_paths(PlannerInfo *root, RelOptInfo *rel)
{
	const PlannedTable *table = rel->fdw_private;
	List	   *clauses = NIL;
	ListCell   *lc;

	if (table->foreign->key == 0)
		return;
	if (rel->has_eclass_joins)
		clauses = generate_implied_equalities_for_column(root, rel, is_key,
														 table->foreign,
														 rel->lateral_referencers);
	foreach(lc, rel->joininfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (join_clause_is_movable_to(rinfo, rel))
			clauses = lappend(clauses, rinfo);
	}
	foreach(lc, clauses)
		add_join_path(root, rel, lfirst_node(RestrictInfo, lc));
}

/* Callback: makes the paths of a table. */
void
rootfi_plan_paths(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	const PlannedTable *table = rel->fdw_private;

	add_foreign_path(root, rel, rel->rows, table->list_requests,
					 table->list_rows, rel->lateral_relids, false);
	add_key_path(root, rel);
	add_join_paths(root, rel);
}

/* Do rows of this table alone, as they come, make the query's? */
static bool
rows_pass_through(PlannerInfo *root, RelOptInfo *rel)
{
	const Query *query = root->parse;

	return root->sort_pathkeys == NIL && !query->hasAggs &&
		query->groupClause == NIL && query->groupingSets == NIL &&
		query->distinctClause == NIL && !query->hasWindowFuncs &&
		query->setOperations == NULL;
}

/*
 * The size of the first page that is likely to do for a LIMIT, 0 without one:
 * as many rows, divided by the share of them that is expected to meet the
 * conditions that are not sent.
 */
static int
first_page_size(PlannerInfo *root, RelOptInfo *rel)
{
	const PlannedTable *table = rel->fdw_private;
	double		share = Min(1, rel->rows / table->list_rows);
	double		size;

	if (root->limit_tuples <= 0 || !rows_pass_through(root, rel) ||
		(rel->reloptkind == RELOPT_BASEREL &&
		 bms_membership(root->all_baserels) != BMS_SINGLETON))
		return 0;
	size = ceil(root->limit_tuples / share);
	return size < table->foreign->options.page_size ? (int) Max(size, 1) : 0;
}

/*
 * The numbers of the columns that are used, 0 for all: those that go up, and
 * those of conditions.  The target list may have more, which nobody looks at.
 */
static List *
needed_columns(RelOptInfo *rel, List *quals)
{
	Bitmapset  *used = NULL;
	List	   *needed = NIL;
	int			number = -1;

	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &used);
	pull_varattnos((Node *) quals, rel->relid, &used);
	while ((number = bms_next_member(used, number)) >= 0)
	{
		AttrNumber	column = number + FirstLowInvalidHeapAttributeNumber;

		if (column >= 0)
			needed = lappend_int(needed, column);
	}
	return needed;
}

/* Puts the conditions that have values into the plan. */
static List *
plan_conditions(PlannedScan *planned, List *conditions)
{
	List	   *values = NIL;
	ListCell   *lc;

	foreach(lc, conditions)
	{
		const Condition *condition = lfirst(lc);

		if (condition->kind == CONDITION_DELETED)
		{
			planned->with_deleted = false;
			continue;
		}
		planned->kinds = lappend_int(planned->kinds, condition->kind);
		planned->columns = lappend_int(planned->columns, condition->column);
		planned->arrays = lappend_int(planned->arrays, condition->is_array);
		values = lappend(values, condition->value);
	}
	return values;
}

/* Puts the condition on the key that is used before the others. */
static List *
key_first(List *conditions)
{
	const Condition *key = find_key(conditions);

	return key == NULL ? conditions :
		lcons(unconstify(Condition *, key), conditions);
}

/* Callback: makes the plan of a path. */
ForeignScan *
rootfi_plan_scan(PlannerInfo *root, RelOptInfo *rel, Oid relid,
				 ForeignPath *path, List *tlist, List *clauses, Plan *outer)
{
	const PlannedTable *table = rel->fdw_private;
	const ForeignSource *foreign = table->foreign;
	List	   *quals = extract_actual_clauses(clauses, false);
	List	   *conditions = key_first(match_clauses(root, rel, foreign, clauses));
	List	   *values;
	PlannedScan planned = {
		.by_key = linitial_int(path->fdw_private),
		.with_deleted = rootfi_foreign_sends_deleted(foreign),
		.lazy = root->tuple_fraction > 0 && rows_pass_through(root, rel),
		.first_page_size = first_page_size(root, rel),
		.list_requests = (int) Min(requests_for(foreign, rel->tuples), INT_MAX / 2),
		.needed = needed_columns(rel, quals),
	};

	planned.requests = planned.by_key ?
		(int) Min(count_ids(root, find_key(conditions)), INT_MAX / 2) :
		(int) Min(table->list_requests, INT_MAX / 2);
	values = plan_conditions(&planned,
							 rootfi_condition_choose(foreign, conditions,
													 planned.by_key));
	return make_foreignscan(tlist, quals, rel->relid, values,
							rootfi_planned_write(&planned), NIL, NIL, outer);
}
