/*
 * columns.h
 *		One column of a row type and how a JSON value becomes its datum.
 */
#ifndef ROOTFI_COLUMNS_H
#define ROOTFI_COLUMNS_H

#include "catalog/pg_attribute.h"
#include "fmgr.h"
#include "json/value.h"

typedef struct RowColumn RowColumn;

/*
 * Reads a value that is not null, in the current context; false when the
 * type cannot hold it.
 */
typedef bool (*ColumnReader) (RowColumn *column, const JsonValue *value,
							  Datum *result);

struct RowColumn
{
	const char *name;
	int			index;			/* in the row, -1 for a claimed member */
	Oid			type;
	int32		typmod;
	ColumnReader read;
	ColumnReader read_base;		/* of a domain's base type */
	FmgrInfo	input;			/* where the type's own is needed */
	Oid			ioparam;
	bool		fixed;			/* set by rootfi_row_set, not by members */
	Datum		fixed_value;
};

extern void rootfi_column_init(RowColumn *column, Form_pg_attribute att);

#endif							/* ROOTFI_COLUMNS_H */
