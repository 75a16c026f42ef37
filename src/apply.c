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

#include "apply.h"
#include "children.h"
#include "sql.h"
#include "sqlstates.h"
#include "statements.h"

/* Puts the row that the table's plan holds into its page. */
static void
put_row(const SyncPage *page, TargetTable *table)
{
	tuplestore_putvalues(table->page.enr->reldata, table->page.desc,
						 table->plan->values, table->plan->nulls);
	MemoryContextReset(page->row_context);
}

/* Converts the records that are wanted; returns how many there are. */
static int
fill_parents(SyncPage *page)
{
	TargetTable *table = &page->target->parent;
	MemoryContext old = MemoryContextSwitchTo(page->row_context);
	int			n = 0;

	for (int i = 0; i < page->nrecords; i++)
	{
		PageRecord *record = &page->records[i];

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
		put_row(page, table);
		n++;
	}
	MemoryContextSwitchTo(old);
	return n;
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

/* Notes which records the statement has written. */
static void
take_written(SyncPage *page)
{
	if (SPI_tuptable == NULL)	/* all of them */
	{
		for (int i = 0; i < page->nrecords; i++)
			if (page->records[i].is_wanted)
				count_written(page, &page->records[i]);
		return;
	}
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		PageRecord *record = rootfi_page_returned(page, i);

		if (record != NULL)
			count_written(page, record);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * May rows be inserted without looking again whether they are there?  That
 * doubles the cost; should another session be faster, the page fails.
 */
static bool
are_new(const SyncPage *page)
{
	for (int i = 0; i < page->nrecords; i++)
		if (page->records[i].is_wanted && page->records[i].is_known)
			return false;
	return !page->is_shared;
}

/* Writes the records that are wanted. */
static void
write_parents(SyncPage *page)
{
	TargetTable *table = &page->target->parent;

	rootfi_page_begin(&table->page);
	if (fill_parents(page) > 0)
	{
		rootfi_sql_execute(rootfi_write_plan(page->target, table,
											 are_new(page)), NULL);
		take_written(page);
	}
	rootfi_page_end(&table->page);
}

/* The children of a record on their way into their table. */
typedef struct ChildSink
{
	SyncPage   *page;
	TargetTable *table;
	int			n;
} ChildSink;

/* Converts one child. */
static void
put_child(void *arg, const JsonObject *object, const char *type, int ordinal)
{
	ChildSink  *sink = arg;
	RowPlan    *plan = sink->table->plan;
	MemoryContext old = MemoryContextSwitchTo(sink->page->row_context);

	rootfi_row_set(plan, "ordinal", ordinal, false);
	rootfi_row_fill(plan, object);
	if (type != NULL)
		rootfi_row_default(plan, "type", type);
	put_row(sink->page, sink->table);
	MemoryContextSwitchTo(old);
	sink->n++;
}

/* Converts the children of a record. */
static void
put_children(ChildSink *sink, const ChildList *child,
			 const PageRecord *record)
{
	const RowPlan *parent = sink->page->target->parent.plan;
	const RowObject *object = &record->object;
	const JsonValue *strays[MAX_STRAYS];
	char	   *problem;

	rootfi_row_set(sink->table->plan, "rootfi_company_id", record->company,
				   !record->has_company);
	rootfi_row_set(sink->table->plan, child->parent_key, record->id, false);
	for (int i = 0; child->strays && child->strays[i].member; i++)
		strays[i] = *rootfi_row_value(parent, object, child->strays[i].member);
	problem = rootfi_children_visit(child,
									*rootfi_row_value(parent, object,
													  child->member),
									strays, put_child, sink);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
				 errmsg("the list \"%s\" of a record cannot be read",
						child->member),
				 errdetail("%s", problem)));
}

static bool
is_emptied(const PageRecord *record)
{
	return record->is_emptied;
}

/*
 * Notes whose children are to be written: of records that have been written.
 * Where the table keeps no hash, a record whose columns are as they were may
 * have other lists all the same.  Returns whether there is any.
 */
static bool
find_emptied(SyncPage *page)
{
	bool		has_hash = page->target->parent.hash_column >= 0;
	bool		any = false;

	for (int i = 0; i < page->nrecords; i++)
	{
		PageRecord *record = &page->records[i];

		record->is_emptied = record->is_written ||
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
	if (are_childless(page, child))
		return;
	rootfi_page_keys(page, is_emptied);
	rootfi_execute_by_keys(page->target, &child->clear);
	rootfi_page_end(&page->target->keys);
}

/* Writes the children of the records whose lists are new. */
static void
write_children(SyncPage *page, ChildTable *child)
{
	ChildSink	sink = {.page = page,.table = &child->table};
	MemoryContext old;

	clear_children(page, child);
	rootfi_page_begin(&child->table.page);
	old = MemoryContextSwitchTo(page->record_context);
	for (int i = 0; i < page->nrecords; i++)
	{
		if (page->records[i].is_emptied)
			put_children(&sink, child->child, &page->records[i]);
		MemoryContextReset(page->record_context);
	}
	MemoryContextSwitchTo(old);
	if (sink.n > 0)
	{
		rootfi_sql_execute(rootfi_write_plan(page->target, &child->table,
											 !page->is_shared),
						   NULL);
		if (SPI_tuptable != NULL)
			SPI_freetuptable(SPI_tuptable);
	}
	rootfi_page_end(&child->table.page);
}

/*
 * Says which rows are not written over by older records: none in a full
 * refresh, else those whose time can be true by the server's clock.
 */
static void
guard_rows(SyncPage *page)
{
	const Stream *stream = page->stream;
	TimestampTz until = strcmp(stream->pass_kind, "full") == 0 ? DT_NOBEGIN :
	stream->pass_start + USECS_PER_MINUTE;

	rootfi_table_guard(&page->target->parent, until);
	for (int i = 0; i < page->target->nchildren; i++)
		rootfi_table_guard(&page->target->children[i].table, until);
}

/*
 * Writes what is new and different in a page of the stream's list, and counts
 * it.  Needs an active snapshot; all is allocated in the current context.
 */
void
rootfi_apply(SyncPage *page, const JsonAnswer *answer)
{
	Target	   *target = page->target;

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
	guard_rows(page);
	rootfi_page_read(page, answer);
	if (page->nrecords > 0)
		rootfi_page_find(page);
	write_parents(page);
	if (!find_emptied(page))
		return;
	for (int i = 0; i < target->nchildren; i++)
		write_children(page, &target->children[i]);
}
