/*
 * condition.h
 *		Conditions of a query that a request may be made of.
 */
#ifndef ROOTFI_CONDITION_H
#define ROOTFI_CONDITION_H

#include "nodes/pathnodes.h"

#include "fdw/foreign.h"

/* What a condition is sent as. */
typedef enum ConditionKind
{
	CONDITION_COMPANY,			/* the filter by company */
	CONDITION_KEY,				/* the ids of the records */
	CONDITION_TEXT,				/* field[eq] */
	CONDITION_SINCE,			/* field[gte], of a time */
	CONDITION_UNTIL,			/* field[lte] or [lt], of a time */
	CONDITION_DELETED,			/* without include_deleted_records */
} ConditionKind;

/* One condition; the clause it comes from stays in the plan. */
typedef struct Condition
{
	ConditionKind kind;
	AttrNumber	column;
	bool		is_array;		/* the value is an array, one of it holds */
	Expr	   *value;			/* without columns of the table */
	Expr	   *clause;
} Condition;

extern Condition *rootfi_condition_match(PlannerInfo *root, RelOptInfo *rel,
										 const ForeignSource *foreign,
										 Expr *clause);
extern bool rootfi_condition_splits(const ForeignSource *foreign,
									const Condition *condition);
extern List *rootfi_condition_choose(const ForeignSource *foreign,
									 List *conditions, bool by_key);

#endif							/* ROOTFI_CONDITION_H */
