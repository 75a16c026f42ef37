/*
 * condition.c
 *		Which conditions of a query may be sent, and as what.
 *
 * Nothing else decides that.  A request may bring more rows than are asked
 * for, never fewer: a condition is sent only if every row for which it holds
 * here is sure to be among those that the server gives then.  All of them are
 * checked again here.
 *
 * - The company: that filter is documented, and is exact.
 * - The id: a record is read by it, or its list; ids are unique.
 * - rootfi_updated_at and rootfi_created_at from below: documented.  The times
 *   shown are cut to milliseconds (C34), so what is shown as later is later.
 *   From above only where the operator is known to be there, with a second of
 *   slack, as the time itself lies above the one shown.
 * - Text that equals a value: any member may be filtered, and texts are equal
 *   here if their bytes are.  Not if the column is filled from a member of
 *   another name that stands for several (C4), nor if the catalog says that
 *   the member is no string, or its name that it is a time: how those are kept
 *   on the server is not known (C9 to C11).  A column that has two names (C2,
 *   C30) is asked for under both.
 * - rootfi_deleted_at IS NULL: lists leave deleted records out by default.
 */
#include "postgres.h"

#include "access/nbtree.h"
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"

#include "fdw/condition.h"

/* A comparison of a column, taken apart. */
typedef struct Comparison
{
	AttrNumber	column;
	Oid			operator;		/* with the column on its left side */
	Oid			collation;
	Expr	   *value;
	Oid			value_type;
	bool		is_array;
} Comparison;

/* The number of the table's column that the expression is, 0 if it is none. */
static AttrNumber
column_number(const RelOptInfo *rel, const Node *node)
{
	while (node != NULL && IsA(node, RelabelType))
		node = (const Node *) ((const RelabelType *) node)->arg;
	if (node == NULL || !IsA(node, Var))
		return 0;
	if (((const Var *) node)->varno != rel->relid ||
		((const Var *) node)->varlevelsup != 0 ||
		((const Var *) node)->varattno < 0)
		return 0;
	return ((const Var *) node)->varattno;
}

/* Can it be worked out before the table is read, with the same outcome? */
static bool
is_value(PlannerInfo *root, const RelOptInfo *rel, Node *node)
{
	return !contain_volatile_functions(node) && !contain_subplans(node) &&
		!bms_is_member(rel->relid, pull_varnos(root, node));
}

/* Takes a clause apart; false if it does not compare a column to a value. */
static bool
read_comparison(PlannerInfo *root, const RelOptInfo *rel, const Expr *clause,
				Comparison *result)
{
	List	   *args;
	Node	   *left;
	Node	   *right;

	if (IsA(clause, OpExpr))
	{
		args = ((const OpExpr *) clause)->args;
		result->operator = ((const OpExpr *) clause)->opno;
		result->collation = ((const OpExpr *) clause)->inputcollid;
	}
	else if (IsA(clause, ScalarArrayOpExpr) &&
			 ((const ScalarArrayOpExpr *) clause)->useOr)
	{
		args = ((const ScalarArrayOpExpr *) clause)->args;
		result->operator = ((const ScalarArrayOpExpr *) clause)->opno;
		result->collation = ((const ScalarArrayOpExpr *) clause)->inputcollid;
		result->is_array = true;
	}
	else
		return false;
	if (list_length(args) != 2)
		return false;
	left = linitial(args);
	right = lsecond(args);
	if (!result->is_array && column_number(rel, left) == 0)
	{
		left = lsecond(args);
		right = linitial(args);
		result->operator = get_commutator(result->operator);
	}
	result->column = column_number(rel, left);
	result->value = (Expr *) right;
	result->value_type = exprType(right);
	if (result->is_array)
		result->value_type = get_element_type(result->value_type);
	return result->column > 0 && OidIsValid(result->operator) &&
		is_value(root, rel, right);
}

/* Has the operator that strategy among those of a family? */
static bool
is_strategy(const Comparison *comparison, Oid family, int strategy)
{
	return get_op_opfamily_strategy(comparison->operator, family) == strategy;
}

/* Is the type one of whole numbers? */
static bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/* Is the type one whose values are texts as they are? */
static bool
is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID;
}

/* Does the comparison say that texts are equal, byte for byte? */
static bool
is_same_text(const Comparison *comparison)
{
	return (is_text(comparison->value_type) ||
			comparison->value_type == NAMEOID) &&
		is_strategy(comparison, TEXT_BTREE_FAM_OID, BTEqualStrategyNumber) &&
		(!OidIsValid(comparison->collation) ||
		 get_collation_isdeterministic(comparison->collation));
}

/* Does the comparison say that whole numbers are equal? */
static bool
is_same_integer(const Comparison *comparison)
{
	return is_integer(comparison->value_type) &&
		is_strategy(comparison, INTEGER_BTREE_FAM_OID, BTEqualStrategyNumber);
}

/* Does a name end so? */
static bool
ends_with(const char *name, const char *end)
{
	size_t		len = strlen(name);

	return len >= strlen(end) && strcmp(name + len - strlen(end), end) == 0;
}

/* Does the catalog say that a member is something else than a string? */
static bool
is_no_string(const Resource *resource, const char *member)
{
	for (const Field *field = resource->fields; field && field->name; field++)
		if (strcmp(field->name, member) == 0)
			return field->type != FIELD_STRING;
	return false;
}

/* May the conditions on a column of texts be sent? */
static bool
is_filterable(const ForeignSource *foreign, const ForeignColumn *column)
{
	const FieldAlias *alias = rootfi_foreign_alias(foreign, column->member);
	const char *member = column->member;

	if (column->filter != FILTER_IF_PROVEN)
		return column->filter == FILTER_ALWAYS;
	if (rootfi_in_words(member, foreign->resource->plain_filters))
		return true;
	if (foreign->resource->core || is_no_string(foreign->resource, member))
		return false;
	if (strncmp(member, "rootfi_", 7) == 0 || ends_with(member, "_at") ||
		ends_with(member, "_date") || strcmp(member, "data_hash") == 0 ||
		strcmp(member, "extra") == 0)
		return false;
	return alias == NULL ||
		(alias->values == NULL && column->type == TEXTOID &&
		 (alias[1].column == NULL || strcmp(alias[1].column, member) != 0));
}

/* The kind of a comparison of times, or -1. */
static int
time_kind(const ForeignSource *foreign, const Comparison *comparison)
{
	Oid			family =
	get_opclass_family(GetDefaultOpClass(TIMESTAMPTZOID, BTREE_AM_OID));
	int			operators = foreign->options.operators;

	if (comparison->is_array || (comparison->value_type != TIMESTAMPTZOID &&
								 comparison->value_type != TIMESTAMPOID &&
								 comparison->value_type != DATEOID))
		return -1;
	switch (get_op_opfamily_strategy(comparison->operator, family))
	{
		case BTEqualStrategyNumber:
		case BTGreaterEqualStrategyNumber:
		case BTGreaterStrategyNumber:
			return operators & OPERATOR_GTE ? CONDITION_SINCE : -1;
		case BTLessStrategyNumber:
		case BTLessEqualStrategyNumber:
			return operators & (OPERATOR_LT | OPERATOR_LTE) ?
				CONDITION_UNTIL : -1;
		default:
			return -1;
	}
}

/* What a comparison is sent as, or -1. */
static int
comparison_kind(const ForeignSource *foreign, const Comparison *comparison)
{
	const ForeignColumn *column = &foreign->columns[comparison->column - 1];
	const char *member = column->member;
	bool		is_record = foreign->child == NULL;
	const Resource *resource = foreign->resource;

	if (member == NULL || column->filter == FILTER_NEVER)
		return -1;
	if (strcmp(member, "rootfi_company_id") == 0)
		return !comparison->is_array && is_integer(column->type) &&
			is_same_integer(comparison) &&
			(!resource->core || rootfi_in_words(member, resource->plain_filters)) ?
			CONDITION_COMPANY : -1;
	if (comparison->column == foreign->key)
		return is_integer(column->type) ?
			(is_same_integer(comparison) ? CONDITION_KEY : -1) :
			(is_same_text(comparison) ? CONDITION_KEY : -1);
	if (!is_record)
		return -1;
	if (column->type == TIMESTAMPTZOID && !resource->core &&
		(strcmp(member, "rootfi_updated_at") == 0 ||
		 strcmp(member, "rootfi_created_at") == 0))
		return time_kind(foreign, comparison);
	return is_text(column->type) && is_same_text(comparison) &&
		(foreign->options.operators & OPERATOR_EQ) &&
		is_filterable(foreign, column) ? CONDITION_TEXT : -1;
}

/*
 * Does the clause say that the record was not deleted?  Not of a column that
 * cannot hold every time: what does not fit is NULL, too.
 */
static bool
says_not_deleted(const RelOptInfo *rel, const ForeignSource *foreign,
				 const Expr *clause, AttrNumber *number)
{
	const NullTest *test = (const NullTest *) clause;
	const ForeignColumn *column;

	if (foreign->child != NULL || !IsA(clause, NullTest) ||
		test->nulltesttype != IS_NULL || test->argisrow)
		return false;
	*number = column_number(rel, (Node *) test->arg);
	if (*number == 0)
		return false;
	column = &foreign->columns[*number - 1];
	return column->member != NULL && column->filter != FILTER_NEVER &&
		strcmp(column->member, "rootfi_deleted_at") == 0 &&
		(column->type == TIMESTAMPTZOID || column->type == TEXTOID) &&
		column->typmod < 0;
}

/*
 * What a clause on the table may be sent as, or NULL for nothing.  Its value
 * may have columns of other tables, which a parameterised path gives.
 */
Condition *
rootfi_condition_match(PlannerInfo *root, RelOptInfo *rel,
					   const ForeignSource *foreign, Expr *clause)
{
	Comparison	comparison = {0};
	Condition  *condition;
	AttrNumber	column;
	int			kind;

	if (says_not_deleted(rel, foreign, clause, &column))
	{
		kind = CONDITION_DELETED;
		comparison.column = column;
	}
	else if (read_comparison(root, rel, clause, &comparison))
		kind = comparison_kind(foreign, &comparison);
	else
		return NULL;
	if (kind < 0)
		return NULL;
	condition = palloc(sizeof(Condition));
	condition->kind = kind;
	condition->column = comparison.column;
	condition->is_array = comparison.is_array;
	condition->value = comparison.value;
	condition->clause = clause;
	return condition;
}

/* Does it take more than one list to read what a condition is for? */
bool
rootfi_condition_splits(const ForeignSource *foreign,
						const Condition *condition)
{
	const ForeignColumn *column = &foreign->columns[condition->column - 1];

	return condition->kind == CONDITION_TEXT &&
		(condition->is_array ||
		 (column->filter == FILTER_IF_PROVEN &&
		  rootfi_foreign_alias(foreign, column->member) != NULL));
}

/* Is a condition of that kind on that column among them? */
static bool
has_condition(List *conditions, const Condition *condition)
{
	ListCell   *lc;

	foreach(lc, conditions)
	{
		const Condition *other = lfirst(lc);

		if (other->kind == condition->kind &&
			other->column == condition->column)
			return true;
	}
	return false;
}

/*
 * Those of the conditions that one scan is made of: one for each filter, and
 * not more than one that takes several lists.  By key only those that go with
 * a record's id.
 */
List *
rootfi_condition_choose(const ForeignSource *foreign, List *conditions,
						bool by_key)
{
	List	   *chosen = NIL;
	bool		has_split = false;
	ListCell   *lc;

	foreach(lc, conditions)
	{
		Condition  *condition = lfirst(lc);
		bool		splits = rootfi_condition_splits(foreign, condition);

		if ((condition->kind == CONDITION_KEY && !by_key) ||
			(by_key && condition->kind != CONDITION_KEY &&
			 condition->kind != CONDITION_COMPANY &&
			 condition->kind != CONDITION_DELETED) ||
			(splits && has_split) || has_condition(chosen, condition))
			continue;
		has_split = has_split || splits;
		chosen = lappend(chosen, condition);
	}
	return chosen;
}
