/*
 * list.h
 *		Lists of records, page by page.
 */
#ifndef ROOTFI_LIST_H
#define ROOTFI_LIST_H

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"
#include "utils/array.h"
#include "utils/jsonb.h"

#include "api/answer.h"
#include "catalog/resource.h"

/* A filter that only spares rows: the caller looks at what comes anyway. */
typedef struct ListFilter
{
	const char *field;
	const char *operator;		/* "eq", "gte" ... */
	const char *value;
} ListFilter;

/*
 * What is asked for: the arguments of every list function, and what foreign
 * tables want beyond them.
 */
typedef struct ListRequest
{
	const Resource *resource;
	const char *server;			/* NULL: that of the setting */
	Oid			serverid;		/* if valid: this one, with the mapping of */
	Oid			userid;			/* that user */
	List	   *optional;		/* of ListFilter: left out if refused */
	int			first_page_size;	/* 0: as of all pages */
	bool		lazy;			/* no page is asked for before it is wanted */
	const char *cursor;			/* where to begin, NULL: at the beginning */
	bool		count;			/* ask how many there are in all */
	const char *parent_id;		/* whose list it is, NULL for one of its own */
	bool		has_company;
	int64		company_id;
	bool		has_since;
	TimestampTz updated_since;
	Jsonb	   *filter;			/* or NULL */
	bool		include_deleted;
	int64		max_rows;		/* PG_INT64_MAX for all */
	int64		max_pages;		/* 0 for all */
	ArrayType  *expand;			/* NULL: every child list of the catalog */
	ArrayType  *select;			/* or NULL */
	ArrayType  *sort;			/* "field" or "field DESC", or NULL */
	bool		has_page_size;
	int			page_size;		/* else what the server's option says */
} ListRequest;

/* What is known of a list so far. */
typedef struct ListStats
{
	const char *cursor;			/* of the page after this, NULL: it ended */
	bool		cursor_refused; /* the latest error was about a cursor */
	int64		total;			/* rows of all pages, -1: not known */
	int64		server_time;	/* of the latest answer, seconds since 1970,
								 * or -1 */
	int64		requests;		/* sent or tried */
	int64		bytes;			/* of the answers, decoded */
	int64		pages;
	int64		records;
	int64		retries;		/* of the requests */
	bool		filter_refused; /* the optional filters were left out */
	int			replaced;		/* characters that cannot be stored */
} ListStats;

typedef struct ListScan ListScan;

extern ListScan *rootfi_list_begin(const ListRequest *request);
extern bool rootfi_list_ready(const ListScan *scan);
extern const JsonAnswer *rootfi_list_next(ListScan *scan);
extern const ListStats *rootfi_list_stats(const ListScan *scan);
extern bool rootfi_list_count(const ListRequest *request, int64 *count);
extern void rootfi_list_context(void *scan);
extern char *rootfi_list_target(const ListRequest *request, int page_size);

#endif							/* ROOTFI_LIST_H */
