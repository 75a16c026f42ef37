/*
 * paging.c
 *		Where a list goes on, and whether it would ever end.
 *
 * The list ends with a page whose "next" is absent, null or empty.  A server
 * that never ends is stopped: a cursor that comes again is noticed at once
 * when it is the one just used, else when it is met again by a mark that
 * moves on at pages 1, 2, 4, 8, ...; pages without rows must not go on, nor
 * pages of the same records as earlier ones.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "api/answer.h"
#include "api/paging.h"
#include "api/query.h"

#define MAX_EMPTY_PAGES 10		/* one after the other */

/*
 * Pages, one after the other, each of the very records of an earlier page.
 * A record that changes meanwhile may come again, but all of a page, ten
 * times in a row, in no list that ends.
 */
#define MAX_REPEATED_PAGES 10

/* A page that was seen; eight bytes, of which there is one for each page. */
typedef struct SeenPage
{
	uint32		mark;
	char		status;			/* of its place in the table */
} SeenPage;

#define SH_PREFIX		seen
#define SH_ELEMENT_TYPE SeenPage
#define SH_KEY_TYPE		uint32
#define SH_KEY			mark
#define SH_HASH_KEY(table, key) (key)
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE		static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * Puts the cursor into answer->next.  Some give a URL (C21): what counts
 * is its parameter "next", whatever its host; one without it would end the
 * list in the middle.  Returns NULL, or what is wrong.
 */
char *
rootfi_paging_read(JsonAnswer *answer)
{
	char	   *next = answer->next;

	if (next == NULL || (strncmp(next, "http://", 7) != 0 &&
						 strncmp(next, "https://", 8) != 0))
		return NULL;
	answer->next = rootfi_query_find(next, "next");
	return answer->next != NULL || strstr(next, "?next=") != NULL ||
		strstr(next, "&next=") != NULL ? NULL :
		"The member \"next\" is a URL without a parameter \"next\".";
}

/*
 * Keeps the cursor of the page after the latest one, NULL for none; returns
 * false if it was used before.
 */
static bool
keep_cursor(Paging *paging, const char *next)
{
	char	   *cursor = next == NULL ? NULL :
	MemoryContextStrdup(paging->context, next);

	if (cursor != NULL &&
		((paging->cursor != NULL && strcmp(cursor, paging->cursor) == 0) ||
		 (paging->mark != NULL && strcmp(cursor, paging->mark) == 0)))
		return false;
	if (paging->cursor != NULL && paging->cursor != paging->mark)
		pfree(paging->cursor);
	paging->cursor = cursor;
	if (cursor != NULL && (paging->page & (paging->page - 1)) == 0)
	{
		if (paging->mark != NULL)
			pfree(paging->mark);
		paging->mark = cursor;
	}
	return true;
}

/*
 * What a record is known by: its id, which mostly is the first member, or all
 * of it where it has none.
 */
static const JsonValue *
record_id(const JsonObject *record)
{
	for (int i = 0; i < record->nmembers; i++)
		if (strcmp(record->members[i].name, "rootfi_id") == 0)
			return &record->members[i].value;
	return &record->value;
}

/*
 * A number for the records of the page, in whatever order; false if they have
 * no names to be known by, as where only some members were asked for.
 */
static bool
page_mark(const JsonAnswer *answer, bool has_ids, uint32 *mark)
{
	*mark = answer->nrecords;
	for (int i = 0; i < answer->nrecords; i++)
	{
		const JsonObject *record = &answer->records[i];
		const JsonValue *id = record_id(record);

		CHECK_FOR_INTERRUPTS();
		if (id == &record->value && !has_ids)
			return false;
		*mark += hash_bytes((const unsigned char *) id->text, id->len);
	}
	return answer->nrecords > 0;
}

/* Counts the pages in a row that repeat the records of an earlier one. */
static void
count_repeated(Paging *paging, const JsonAnswer *answer, bool has_ids)
{
	uint32		mark;
	bool		found;

	if (!page_mark(answer, has_ids, &mark))
		return;
	if (paging->seen == NULL)
		paging->seen = seen_create(paging->context, 64, NULL);
	seen_insert(paging->seen, mark, &found);
	paging->repeated_pages = found ? paging->repeated_pages + 1 : 0;
}

/*
 * Goes on from the latest page, which says where, and whose records have ids
 * unless they were not asked for.  Returns NULL, or why the list would never
 * end.
 */
char *
rootfi_paging_move(Paging *paging, const JsonAnswer *answer, bool has_ids)
{
	paging->empty_pages = answer->nrecords > 0 ? 0 : paging->empty_pages + 1;
	if (answer->next != NULL && paging->empty_pages > MAX_EMPTY_PAGES)
		return "The server gives empty pages with cursors of further ones.";
	if (answer->next != NULL)
		count_repeated(paging, answer, has_ids);
	if (paging->repeated_pages > MAX_REPEATED_PAGES)
		return "The server gives the same records again and again.";
	return keep_cursor(paging, answer->next) ? NULL :
		"The server gave a cursor again that was used before.";
}
