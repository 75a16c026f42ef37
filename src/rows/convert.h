/*
 * convert.h
 *		JSON objects to rows, and rows to JSON objects, by row type.
 */
#ifndef ROOTFI_CONVERT_H
#define ROOTFI_CONVERT_H

#include "access/tupdesc.h"
#include "catalog/resource.h"
#include "json/value.h"

/*
 * How objects become rows of one type: made once, then filled again and
 * again.
 */
typedef struct RowPlan
{
	TupleDesc	desc;
	Datum	   *values;			/* of the latest object */
	bool	   *nulls;
	bool	   *missing;		/* by column: the object had no such member */
	struct RowColumn *columns;	/* sorted by name; some are of no row */
	int			ncolumns;
	int			extra;			/* index of the column "extra", or -1 */
	int			nodd;			/* claimed members so far that were no lists */
	const FieldAlias *aliases;
	int			naliases;
	struct RowGuess *guesses;	/* by place of a member in its object */
	int			nguesses;
} RowPlan;

/* Objects of a list mostly have the same members in the same order. */
typedef struct RowGuess
{
	char		name[NAMEDATALEN];	/* that the member had, or empty */
	struct RowColumn *column;	/* of that name, or NULL */
} RowGuess;

/* An object sorted out for a plan, before anything is converted. */
typedef struct RowObject
{
	const JsonValue **values;	/* by column of the plan; NULL: missing */
	const JsonMember **others;	/* that have no column */
	int			nothers;
} RowObject;

extern RowPlan *rootfi_row_plan(TupleDesc desc, const FieldAlias *aliases);
extern void rootfi_row_set(RowPlan *plan, const char *column, int64 value,
						   bool isnull);
extern void rootfi_row_default(RowPlan *plan, const char *column,
							   const char *value);
extern void rootfi_row_claim(RowPlan *plan, const char *member);
extern void rootfi_row_reserve(RowPlan *plan, const char *column);
extern void rootfi_row_read(RowPlan *plan, const JsonObject *json,
							RowObject *object);
extern struct RowColumn *rootfi_row_column(const RowPlan *plan,
										   const char *name);
extern const JsonValue **rootfi_row_value(const RowPlan *plan,
										  const RowObject *object,
										  const char *name);
extern void rootfi_row_convert(RowPlan *plan, const RowObject *object);
extern void rootfi_row_fill(RowPlan *plan, const JsonObject *json);

#endif							/* ROOTFI_CONVERT_H */
