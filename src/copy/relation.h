/*
 * relation.h
 *		Rows on their way into a table, as a relation that statements read.
 */
#ifndef ROOTFI_RELATION_H
#define ROOTFI_RELATION_H

#include "access/tupdesc.h"

/* Rows that one statement is to read, once. */
typedef struct PageRows PageRows;

extern int64 rootfi_relation_number(void);
extern char *rootfi_relation_sql(int64 number, TupleDesc desc,
								 const char *schema);
extern PageRows *rootfi_relation_begin(int64 number, TupleDesc desc);
extern void rootfi_relation_put(PageRows *rows, const Datum *values,
								const bool *nulls);

#endif							/* ROOTFI_RELATION_H */
