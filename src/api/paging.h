/*
 * paging.h
 *		Where a list goes on, and whether it would ever end.
 */
#ifndef ROOTFI_PAGING_H
#define ROOTFI_PAGING_H

#include "api/answer.h"

struct seen_hash;

/* How far a list has been read. */
typedef struct Paging
{
	MemoryContext context;		/* that cursors are kept in */
	int			page;			/* number of the latest page, from 1 */
	char	   *cursor;			/* of the page after it, NULL for none */
	char	   *mark;			/* a cursor seen before */
	int			empty_pages;	/* in a row, up to the latest */
	int			repeated_pages; /* likewise */
	struct seen_hash *seen;		/* page_mark() of all pages so far */
} Paging;

extern char *rootfi_paging_read(JsonAnswer *answer);
extern char *rootfi_paging_move(Paging *paging, const JsonAnswer *answer,
								bool has_ids);

#endif							/* ROOTFI_PAGING_H */
