/*
 * statements.h
 *		The statements by which a page gets into the tables of a stream.
 */
#ifndef ROOTFI_STATEMENTS_H
#define ROOTFI_STATEMENTS_H

#include "target.h"

extern void rootfi_page_init(PageRelation *page, TupleDesc desc,
							 MemoryContext registry);
extern void rootfi_page_begin(PageRelation *page);
extern void rootfi_page_end(PageRelation *page);
extern void rootfi_table_guard(TargetTable *table, TimestampTz until);
extern char *rootfi_column_list(const char **columns, int n,
								const char *prefix);
extern bool rootfi_is_key(const TargetTable *table, const char *column);
extern char *rootfi_clear_statement(const Target *target,
									const ChildTable *child);
extern char *rootfi_find_statement(const Target *target);
extern SqlPlan *rootfi_write_plan(const Target *target, TargetTable *table,
								  bool is_new);
extern void rootfi_execute_by_keys(const Target *target,
								   KeyStatement *statement);

#endif							/* ROOTFI_STATEMENTS_H */
