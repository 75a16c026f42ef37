/*
 * convert.h
 *		JSON objects to rows, and rows to JSON objects, by row type.
 */
#ifndef ROOTFI_CONVERT_H
#define ROOTFI_CONVERT_H

#include "access/tupdesc.h"
#include "catalog.h"
#include "json.h"

/*
 * How objects become rows of one type: made once, then filled again and
 * again.
 */
typedef struct RowPlan
{
	TupleDesc	desc;
	Datum	   *values;			/* of the latest object */
	bool	   *nulls;
	struct RowColumn *columns;	/* sorted by name */
	int			ncolumns;
	int			extra;			/* index of the column "extra", or -1 */
	const FieldAlias *aliases;
	int			naliases;
} RowPlan;

extern RowPlan *rootfi_row_plan(TupleDesc desc, const FieldAlias *aliases);
extern void rootfi_row_set(RowPlan *plan, const char *column, int64 value,
						   bool isnull);
extern void rootfi_row_default(RowPlan *plan, const char *column,
							   const char *value);
extern void rootfi_row_fill(RowPlan *plan, const JsonValue *object);

#endif							/* ROOTFI_CONVERT_H */
