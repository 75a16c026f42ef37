/*
 * apply.c
 *		Writes a page into the tables of a stream.
 *
 * The page is parsed once.  Of each record only the key and the time of its
 * last change are converted at first; a look-up by the keys tells which
 * records the table has as they are (page.c).  What is left is converted and
 * written by one statement for each table: the records, then the children of
 * those that were written, in the place of the children that they had.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "api/answer.h"
#include "base/sql.h"
#include "copy/apply.h"

/* Converts the records that are wanted, in the order of their keys. */
static void
put_parents(SyncPage *page, WriteQueue *queue)
{
	TargetTable *table = queue->table;
	MemoryContext old = MemoryContextSwitchTo(page->row_context);

	for (int i = 0; i < page->nrecords; i++)
	{
		PageRecord *record = page->sorted[i];

		CHECK_FOR_INTERRUPTS();
		if (!record->is_wanted)
			continue;
		rootfi_row_convert(table->plan, &record->object);
		if (table->hash_column >= 0)
		{
			table->plan->values[table->hash_column] =
				Int64GetDatum(record->hash);
			table->plan->nulls[table->hash_column] = false;
		}
		rootfi_writes_put(queue, !record->is_known,
						  rootfi_page_of_company(page, record));
		MemoryContextReset(page->row_context);
	}
	MemoryContextSwitchTo(old);
}

/* Notes and counts that a record has been written. */
static void
count_written(SyncPage *page, PageRecord *record)
{
	record->is_written = true;
	if (record->is_known)
		page->counts.updated++;
	else
		page->counts.inserted++;
}

/* Notes which records a statement has written: all new ones, or those returned. */
static void
take_written(void *arg)
{
	SyncPage   *page = arg;

	for (int i = 0; SPI_tuptable == NULL && i < page->nrecords; i++)
	{
		PageRecord *record = &page->records[i];

		if (record->is_wanted && !record->is_known && !record->is_written)
			count_written(page, record);
	}
	for (uint64 i = 0; SPI_tuptable != NULL && i < SPI_processed; i++)
	{
		PageRecord *record = rootfi_page_returned(page, i);

		if (record != NULL)
			count_written(page, record);
	}
}

/* Writes the records that are wanted. */
static void
write_parents(SyncPage *page)
{
	WriteQueue	queue;

	rootfi_writes_begin(&queue, page->target, &page->target->parent);
	put_parents(page, &queue);
	rootfi_writes_execute(&queue, page->guard_until, take_written, page);
}

/* The children of a record on their way into their table. */
typedef struct ChildSink
{
	SyncPage   *page;
	WriteQueue	queue;
} ChildSink;

/* Converts one child. */
static void
put_child(void *arg, const JsonObject *object, const char *type, int ordinal)
{
	ChildSink  *sink = arg;
	RowPlan    *plan = sink->queue.table->plan;
	MemoryContext old = MemoryContextSwitchTo(sink->page->row_context);

	rootfi_row_set(plan, "ordinal", ordinal, false);
	rootfi_row_fill(plan, object);
	if (type != NULL)
		rootfi_row_default(plan, "type", type);
	rootfi_writes_put(&sink->queue, true, false);
	MemoryContextReset(sink->page->row_context);
	MemoryContextSwitchTo(old);
}

/* Converts the children of a record. */
static void
put_children(ChildSink *sink, const ChildList *child,
			 const PageRecord *record)
{
	RowPlan    *plan = sink->queue.table->plan;

	rootfi_row_set(plan, "rootfi_company_id", record->company,
				   !record->has_company);
	rootfi_row_set(plan, child->parent_key, record->id, false);
	rootfi_page_visit(sink->page, child, record, put_child, sink);
}

static bool
is_emptied(const PageRecord *record)
{
	return record->is_emptied;
}

/*
 * Notes whose children are to be written: of records that have been written,
 * besides those whose lists were found to be wrong.  Where the table keeps no
 * hash, a record whose columns are as they were may have other lists all the
 * same.  Returns whether there is any.
 */
static bool
find_emptied(SyncPage *page)
{
	bool		has_hash = page->target->parent.hash_column >= 0;
	bool		any = false;

	for (int i = 0; i < page->nrecords; i++)
	{
		PageRecord *record = &page->records[i];

		record->is_emptied = record->is_emptied || record->is_written ||
			(!has_hash && record->is_wanted && record->is_known);
		any = any || record->is_emptied;
	}
	return any;
}

/*
 * Can those records have no children yet?  New ones have none, unless
 * somebody emptied the table of the records alone: what the table of children
 * had then is known for the stream's company, not for another one's records.
 */
static bool
are_childless(const SyncPage *page, const ChildTable *child)
{
	if (!child->was_empty)
		return false;
	for (int i = 0; i < page->nrecords; i++)
	{
		const PageRecord *record = &page->records[i];

		if (record->is_emptied &&
			(record->is_known ||
			 (child->by_company &&
			  record->company_id != page->stream->company_id)))
			return false;
	}
	return true;
}

/* Deletes the children that those records had. */
static void
clear_children(SyncPage *page, ChildTable *child)
{
	KeySet		keys;

	if (are_childless(page, child))
		return;
	rootfi_page_parents(page, is_emptied, &keys);
	rootfi_writes_by_keys(page->target, &child->table, KEY_CLEAR, &keys);
	page->counts.children -= SPI_processed;
}

/* Counts the children that a statement has inserted. */
static void
count_children(void *arg)
{
	SyncPage   *page = arg;

	page->counts.children += SPI_processed;
}

/* Writes the children of the records whose lists are new. */
static void
write_children(SyncPage *page, ChildTable *child)
{
	ChildSink	sink = {.page = page};
	MemoryContext old;

	clear_children(page, child);
	rootfi_writes_begin(&sink.queue, page->target, &child->table);
	old = MemoryContextSwitchTo(page->record_context);
	for (int i = 0; i < page->nrecords; i++)
	{
		if (page->sorted[i]->is_emptied)
			put_children(&sink, child->child, page->sorted[i]);
		MemoryContextReset(page->record_context);
	}
	MemoryContextSwitchTo(old);
	rootfi_writes_execute(&sink.queue, DT_NOBEGIN, count_children, page);
}

/*
 * Up to when rows are not written over by older records: none are in a full
 * refresh, else those whose time can be true by the server's clock.
 */
static TimestampTz
guard_until(const Stream *stream)
{
	return strcmp(stream->pass_kind, "full") == 0 ? DT_NOBEGIN :
		stream->pass_start + USECS_PER_MINUTE;
}

/*
 * Writes what is new and different in a page of the stream's list, and counts
 * it.  Needs an active snapshot; all is allocated in the current context.
 */
void
rootfi_apply(SyncPage *page, const JsonAnswer *answer)
{
	Target	   *target = page->target;

	Assert(ActiveSnapshotSet());
	Assert(page->stream->pass_kind != NULL);
	page->counts = (RowCounts)
	{
		.seen = answer->nrecords
	};
	page->record_context = AllocSetContextCreate(CurrentMemoryContext,
												 "rootfi record",
												 ALLOCSET_DEFAULT_SIZES);
	page->row_context = AllocSetContextCreate(CurrentMemoryContext,
											  "rootfi row",
											  ALLOCSET_DEFAULT_SIZES);
	page->guard_until = guard_until(page->stream);
	rootfi_page_read(page, answer);
	rootfi_page_find(page);
	if (rootfi_repair_is_due(page->stream))
		rootfi_repair_find(page);
	write_parents(page);
	if (!find_emptied(page))
		return;
	for (int i = 0; i < target->nchildren; i++)
		write_children(page, &target->children[i]);
}
