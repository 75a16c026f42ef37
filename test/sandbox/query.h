/*
 * query.h -- what a list is asked for
 */
#ifndef SANDBOX_QUERY_H
#define SANDBOX_QUERY_H

#include "match.h"
#include "params.h"

#define QUERY_CONDITIONS	16
#define QUERY_SORTS			4
#define DEFAULT_LIMIT		100

typedef struct Sort
{
	Member		member;
	bool		descending;
} Sort;

typedef struct Query
{
	int64_t		limit;
	const char *next;			/* go on behind this cursor, */
	const char *prev;			/* or back before it; else NULL */
	int64_t		cursor;			/* the rootfi_id in it */
	bool		repeat;			/* answer the same next again (a fault) */
	bool		deleted;		/* include deleted records */
	bool		count;
	bool		raw_data;
	bool		data_hash;
	Condition	conditions[QUERY_CONDITIONS];
	size_t		condition_count;
	Sort		sorts[QUERY_SORTS];
	size_t		sort_count;
} Query;

extern bool query_read(Query *query, const Resource *resource,
					   const Params *params, int64_t max_limit,
					   Failure *failure);
extern bool query_add_condition(Query *query, const char *field,
								const char *op, const char *value,
								Failure *failure);
extern bool query_matches(const Query *query, const World *world,
						  Record *record);
extern void query_free(Query *query);

extern bool flag_read(const char *name, const char *text, bool *flag,
					  Failure *failure);

#endif							/* SANDBOX_QUERY_H */
