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
	struct RowColumn *columns;	/* sorted by name; some are of no row */
	int			ncolumns;
	int			extra;			/* index of the column "extra", or -1 */
	const FieldAlias *aliases;
	int			naliases;
} RowPlan;

/* A member that has no column. */
typedef struct RowMember
{
	const char *name;
	JsonValue	value;
} RowMember;

/* An object taken apart for a plan, before anything is converted. */
typedef struct RowObject
{
	JsonValue  *values;			/* by column of the plan; type 0: missing */
	RowMember  *others;
	int			nothers;
	int			capacity;		/* of "others" */
} RowObject;

extern RowPlan *rootfi_row_plan(TupleDesc desc, const FieldAlias *aliases);
extern void rootfi_row_set(RowPlan *plan, const char *column, int64 value,
						   bool isnull);
extern void rootfi_row_default(RowPlan *plan, const char *column,
							   const char *value);
extern void rootfi_row_claim(RowPlan *plan, const char *member);
extern void rootfi_row_read(RowPlan *plan, const JsonValue *json,
							RowObject *object);
extern struct RowColumn *rootfi_row_column(const RowPlan *plan,
										   const char *name);
extern JsonValue *rootfi_row_value(const RowPlan *plan,
								   const RowObject *object,
								   const char *name);
extern void rootfi_row_convert(RowPlan *plan, const RowObject *object);
extern void rootfi_row_fill(RowPlan *plan, const JsonValue *json);

#endif							/* ROOTFI_CONVERT_H */
