/*
 * list.c -- pages of a list (1.3)
 *
 * Lists are ordered by rootfi_id unless a sort is asked for; a cursor names
 * the record at the edge of a page, and the next page begins behind it,
 * whatever was written in the meantime.
 */
#include <stdlib.h>
#include <string.h>

#include "cursor.h"
#include "list.h"

/* The records of a list in its order, and the ones of the page. */
typedef struct Page
{
	const Query *query;
	const World *world;
	Record	  **records;		/* all, or those that match if sorted */
	size_t		count;
	size_t		limit;
	Record	  **chosen;
	size_t		chosen_count;
	bool		before;			/* are there records before the page? */
	bool		behind;			/* or behind it? */
} Page;

/* A record and the values that it is sorted by. */
typedef struct Entry
{
	Record	   *record;
	Value		values[QUERY_SORTS];
} Entry;

static Entry
entry_make(const Query *query, const World *world, Record *record)
{
	Entry		entry = {.record = record};

	for (size_t i = 0; i < query->sort_count; i++)
		member_value(&query->sorts[i].member, world, record,
					 &entry.values[i]);
	return entry;
}

static void
entry_free(Entry *entry)
{
	for (size_t i = 0; i < QUERY_SORTS; i++)
		free(entry->values[i].text);
}

/*
 * Order two entries; equal ones are ordered by rootfi_id, in the direction of
 * the first sort: of two that were made at the same time, "newest first" has
 * the later one first.
 */
static int
entry_compare(const void *a, const void *b, void *context)
{
	const Query *query = context;
	const Entry *left = a;
	const Entry *right = b;
	int			order;

	for (size_t i = 0; i < query->sort_count; i++)
	{
		const Sort *sort = &query->sorts[i];

		order = member_compare(&sort->member, &left->values[i],
							   &right->values[i]);
		if (order != 0)
			return sort->descending ? -order : order;
	}
	order = (left->record->rootfi_id > right->record->rootfi_id) -
		(left->record->rootfi_id < right->record->rootfi_id);
	return query->sorts[0].descending ? -order : order;
}

/*
 * Put the matching records in the order that is asked for.  Gives the place
 * of the cursor: how many of them come before its record, or with it when the
 * page is to begin behind it.
 */
static size_t
page_sort(Page *page, Collection *collection)
{
	Entry	   *entries = alloc_zeroed(collection->count * sizeof(Entry));
	Record	   *at = collection_by_id(collection, page->query->cursor);
	Entry		cursor = {0};
	size_t		place = 0;
	int			edge = page->query->next ? 0 : -1;

	for (size_t i = 0; i < collection->count; i++)
		if (query_matches(page->query, page->world, collection->records[i]))
			entries[page->count++] = entry_make(page->query, page->world,
												collection->records[i]);
	qsort_r(entries, page->count, sizeof(Entry), entry_compare,
			(void *) page->query);
	if (at != NULL)
		cursor = entry_make(page->query, page->world, at);
	page->records = alloc_resized(NULL, page->count * sizeof(Record *));
	for (size_t i = 0; i < page->count; i++)
	{
		page->records[i] = entries[i].record;
		if (at != NULL &&
			entry_compare(&entries[i], &cursor, (void *) page->query) <= edge)
			place = i + 1;
		entry_free(&entries[i]);
	}
	entry_free(&cursor);
	free(entries);
	return place;
}

/*
 * Choose up to limit records from a place on, and see whether more follow.
 */
static void
page_forward(Page *page, size_t place)
{
	for (; place < page->count && !page->behind; place++)
	{
		Record	   *record = page->records[place];

		if (!query_matches(page->query, page->world, record))
			continue;
		if (page->chosen_count == page->limit)
			page->behind = true;
		else
			page->chosen[page->chosen_count++] = record;
	}
	page->before = page->query->next != NULL;
}

/*
 * Choose up to limit records before a place, and see whether there are more.
 */
static void
page_backward(Page *page, size_t place)
{
	size_t		count = 0;

	while (place-- > 0 && !page->before)
	{
		Record	   *record = page->records[place];

		if (!query_matches(page->query, page->world, record))
			continue;
		if (count == page->limit)
			page->before = true;
		else
			page->chosen[page->limit - ++count] = record;
	}
	memmove(page->chosen, page->chosen + page->limit - count,
			count * sizeof(Record *));
	page->chosen_count = count;
	page->behind = true;		/* at least the record of the cursor */
}

/*
 * Choose the records of the page.
 */
static void
page_choose(Page *page, Collection *collection)
{
	const Query *query = page->query;
	size_t		place = 0;

	page->limit = (size_t) query->limit;
	if (page->limit > collection->count)
		page->limit = collection->count;
	page->chosen = alloc_resized(NULL, page->limit * sizeof(Record *));
	if (query->sort_count > 0)
		place = page_sort(page, collection);
	else
	{
		page->records = collection->records;
		page->count = collection->count;
		place = collection_position(collection, query->cursor +
									(query->next != NULL));
	}
	if (query->prev != NULL)
		page_backward(page, place);
	else
		page_forward(page, query->next ? place : 0);
	if (query->sort_count > 0)
		free(page->records);
}

/*
 * How many records the list has on all its pages.
 */
static int64_t
page_total(const Page *page, const Collection *collection)
{
	int64_t		total = 0;

	if (!page->before && !page->behind)
		return (int64_t) page->chosen_count;
	for (size_t i = 0; i < collection->count; i++)
		total += query_matches(page->query, page->world,
							   collection->records[i]);
	return total;
}

/*
 * Append the records of the page.  Room for them is made at once.
 */
static void
page_write_records(Buffer *out, const Page *page)
{
	const Query *query = page->query;
	size_t		size = 256;

	for (size_t i = 0; i < page->chosen_count; i++)
	{
		record_text(page->world, page->chosen[i]);
		size += page->chosen[i]->len + 1;
	}
	buffer_reserve(out, size);
	buffer_text(out, "{\"data\":[");
	for (size_t i = 0; i < page->chosen_count; i++)
	{
		if (i > 0)
			buffer_byte(out, ',');
		record_append(out, page->world, page->chosen[i], query->raw_data,
					  query->data_hash);
	}
	buffer_byte(out, ']');
}

/*
 * Append a cursor; id 0 is none.
 */
static void
page_write_cursor(Buffer *out, const char *name, int64_t rootfi_id,
				  const char *url)
{
	Buffer		cursor = {0};

	if (rootfi_id > 0)
		cursor_write(&cursor, rootfi_id, url != NULL);
	if (rootfi_id == 0 || url == NULL)
		buffer_json(out, ",%s:%s", name, cursor.data);
	else
		buffer_json(out, ",%s:'%r?next=%r'", name, url, cursor.data);
	buffer_free(&cursor);
}

/*
 * Append a page of a list in the envelope of its resource.  url is where the
 * list is, for the envelopes that name it (C21).
 */
void
list_write(Buffer *out, const World *world, Collection *collection,
		   const Query *query, const char *url)
{
	ListShape	shape = collection->resource->list;
	Page		page = {.query = query, .world = world};
	int64_t		prev = 0;
	int64_t		next = 0;

	page_choose(&page, collection);
	if (page.chosen_count > 0 && page.before)
		prev = page.chosen[0]->rootfi_id;
	if (page.chosen_count > 0 && page.behind)
		next = page.chosen[page.chosen_count - 1]->rootfi_id;
	if (query->repeat)
		next = query->cursor;
	page_write_records(out, &page);
	if (shape == LIST_UNIFIED)
		page_write_cursor(out, "prev", prev, NULL);
	page_write_cursor(out, "next", next, shape == LIST_CORE_URL ? url : NULL);
	if (shape == LIST_UNIFIED && query->count)
		buffer_json(out, ",'total_count':%d", page_total(&page, collection));
	buffer_byte(out, '}');
	free(page.chosen);
}
