/*
 * repair.c
 *		Finds lists that are no longer as a stream has left them.
 *
 * A record that has not changed is not written, nor are its lists.  Who
 * deletes rows from the table of a list, or adds some, would wait for its next
 * change.  So the stream keeps the number of those rows, and a full refresh
 * that finds another one counts the children of every record.  It may take
 * several runs, and others may do more of the kind meanwhile to what it has
 * looked at: when the number at its end is not what its own writes make of the
 * one at its beginning, the next full refresh looks at every list again.  What
 * stays out of sight is a row that was changed in its place, as in the records'
 * table.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/sql.h"
#include "copy/apply.h"

/* The rows of the tables of lists, of the stream's company where they say it. */
static int64
count_rows(const Stream *stream, const Target *target)
{
	static const Oid types[] = {INT8OID};
	int64		n = 0;

	for (int i = 0; i < target->nchildren; i++)
	{
		const ChildTable *child = &target->children[i];
		SqlArgs		args = {0};

		if (child->by_company)
			rootfi_sql_int8(&args, stream->company_id);
		rootfi_sql_once(psprintf("SELECT pg_catalog.count(*) FROM %s%s",
								 child->table.name,
								 child->by_company ? " WHERE rootfi_company_id"
								 " OPERATOR(pg_catalog.=) $1" : ""),
						types, &args);
		n += rootfi_sql_get_int8(0, 1, 0);
		SPI_freetuptable(SPI_tuptable);
	}
	return n;
}

/* Were all tables of lists empty? */
static bool
were_empty(const Target *target)
{
	for (int i = 0; i < target->nchildren; i++)
		if (!target->children[i].was_empty)
			return false;
	return true;
}

/*
 * At the start of a run: notes how many rows the tables of lists have, where
 * that can be told without counting, and whether a full refresh has to look at
 * every list.  Of a pass that goes on nobody knows what was done to the lists
 * that it has looked at, if the number has changed.
 */
void
rootfi_repair_begin(Stream *stream, const Target *target)
{
	bool		is_first = strcmp(stream->pass_kind, "backfill") == 0;
	int64		n;

	if (is_first && stream->pass_pages == 0)
		stream->child_rows = were_empty(target) ? 0 : -1;
	if (strcmp(stream->pass_kind, "full") != 0)
		return;
	n = count_rows(stream, target);
	if (n == stream->child_rows)
		return;
	stream->checks_lists = true;
	stream->child_rows = stream->pass_pages == 0 ? n : -1;
}

/* Are the lists of the next page to be looked at? */
bool
rootfi_repair_is_due(const Stream *stream)
{
	return stream->checks_lists && strcmp(stream->pass_kind, "full") == 0;
}

/* At the end of a pass: are the lists right, as far as their number tells? */
void
rootfi_repair_end(Stream *stream, const Target *target)
{
	int64		n;

	if (!rootfi_repair_is_due(stream))
		return;
	n = count_rows(stream, target);
	stream->checks_lists = n != stream->child_rows;
	stream->child_rows = n;
}

/* Of what the table has: neither new nor changed. */
static bool
is_unchanged(const PageRecord *record)
{
	return record->is_known && !record->is_wanted;
}

/* Counts a child that a record should have. */
static void
count_child(void *arg, const JsonObject *object, const char *type,
			int ordinal)
{
	((PageRecord *) arg)->nchildren++;
}

/* Counts the children that unchanged records should have in a table. */
static void
count_wanted(const SyncPage *page, const ChildTable *child)
{
	MemoryContext old = MemoryContextSwitchTo(page->record_context);

	for (int i = 0; i < page->nrecords; i++)
	{
		PageRecord *record = &page->records[i];

		CHECK_FOR_INTERRUPTS();
		record->nchildren = 0;
		if (is_unchanged(record))
			rootfi_page_visit(page, child->child, record, count_child, record);
		MemoryContextReset(page->record_context);
	}
	MemoryContextSwitchTo(old);
}

/* The unchanged record whose children a row has counted. */
static PageRecord *
find_parent(const SyncPage *page, const ChildTable *child, uint64 row)
{
	bool		has_company = child->table.nkeys > 2;
	int64		company = has_company ? rootfi_sql_get_int8(row, 1, 0) : 0;
	int64		id = rootfi_sql_get_int8(row, has_company ? 2 : 1, 0);

	for (int i = 0; i < page->nrecords; i++)
	{
		PageRecord *record = &page->records[i];

		if (record->id == id && is_unchanged(record) &&
			(!has_company || record->company == company))
			return record;
	}
	return NULL;
}

/* Takes the children off that unchanged records do have in a table. */
static void
count_there(const SyncPage *page, ChildTable *child)
{
	int			count = child->table.nkeys;
	KeySet		keys;

	if (!rootfi_page_parents(page, is_unchanged, &keys))
		return;
	rootfi_writes_by_keys(page->target, &child->table, KEY_COUNT, &keys);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		PageRecord *record = find_parent(page, child, i);

		CHECK_FOR_INTERRUPTS();
		if (record != NULL)
			record->nchildren -= rootfi_sql_get_int8(i, count, 0);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Finds the records, unchanged themselves, whose lists have more or fewer rows
 * than they should; these count as updated, and are emptied.
 */
void
rootfi_repair_find(SyncPage *page)
{
	for (int i = 0; i < page->target->nchildren; i++)
	{
		ChildTable *child = &page->target->children[i];

		count_wanted(page, child);
		count_there(page, child);
		for (int k = 0; k < page->nrecords; k++)
		{
			PageRecord *record = &page->records[k];

			if (!is_unchanged(record) || record->nchildren == 0 ||
				record->is_emptied)
				continue;
			record->is_emptied = true;
			page->counts.updated++;
		}
	}
}
