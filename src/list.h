/*
 * list.h
 *		Lists of records, page by page.
 */
#ifndef ROOTFI_LIST_H
#define ROOTFI_LIST_H

#include "catalog.h"
#include "datatype/timestamp.h"
#include "json.h"
#include "utils/array.h"

/* What is asked for: the arguments of every list function. */
typedef struct ListRequest
{
	const Resource *resource;
	const char *parent_id;		/* whose list it is, NULL for one of its own */
	bool		has_company;
	int64		company_id;
	bool		has_since;
	TimestampTz updated_since;
	Jsonb	   *filter;			/* or NULL */
	bool		include_deleted;
	int64		max_rows;		/* PG_INT64_MAX for all */
	ArrayType  *expand;			/* NULL: every child list of the catalog */
	ArrayType  *select;			/* or NULL */
	ArrayType  *sort;			/* "field" or "field DESC", or NULL */
	bool		has_page_size;
	int			page_size;		/* else what the server's option says */
} ListRequest;

typedef struct ListScan ListScan;

extern ListScan *rootfi_list_begin(const ListRequest *request);
extern const JsonAnswer *rootfi_list_next(ListScan *scan);
extern bool rootfi_list_count(const ListRequest *request, int64 *count);
extern void rootfi_list_context(void *scan);

#endif							/* ROOTFI_LIST_H */
