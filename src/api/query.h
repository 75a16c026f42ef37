/*
 * query.h
 *		Paths and query strings.
 */
#ifndef ROOTFI_QUERY_H
#define ROOTFI_QUERY_H

#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/jsonb.h"

extern void rootfi_path_add_id(StringInfo target, const char *id);
extern void rootfi_path_add(StringInfo target, const char *path,
							const char *parent_id);
extern void rootfi_path_check(const char *path);
extern void rootfi_query_add(StringInfo target, const char *key,
							 const char *value);
extern void rootfi_query_add_equal(StringInfo target, const char *field,
								   const char *value,
								   const char *plain_filters);
extern void rootfi_query_add_list(StringInfo target, const char *key,
								  ArrayType *values);
extern void rootfi_query_add_sort(StringInfo target, ArrayType *fields);
extern void rootfi_query_add_filter(StringInfo target, Jsonb *filter,
									const char *plain_filters);
extern void rootfi_query_add_members(StringInfo target, Jsonb *members,
									 const char *argument);

extern char *rootfi_query_find(const char *url, const char *key);

#endif							/* ROOTFI_QUERY_H */
