/*
 * statements.h
 *		The texts of the statements by which a page gets into the tables.
 */
#ifndef ROOTFI_STATEMENTS_H
#define ROOTFI_STATEMENTS_H

#include "copy/target.h"

/* What a statement does with a column. */
typedef enum ColumnUse
{
	COLUMN_LEFT = '-',			/* its default, or what it has */
	COLUMN_SET = 's',
	COLUMN_DEFAULT = 'd',		/* its default, whatever it has */
} ColumnUse;

extern const char *const rootfi_by_index[];

extern TupleDesc rootfi_statement_key_columns(const TargetTable *table,
											  int nkeys, bool of_company);
extern char *rootfi_statement_by_keys(const Target *target,
									  const TargetTable *table, KeyVerb verb,
									  int nkeys, bool of_company, int64 rows);
extern char *rootfi_statement_insert(const Target *target,
									 const TargetTable *table,
									 const char *uses, int64 rows);
extern char *rootfi_statement_update(const Target *target,
									 const TargetTable *table,
									 const char *uses, bool of_company,
									 int64 rows);

#endif							/* ROOTFI_STATEMENTS_H */
