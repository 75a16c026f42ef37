/*
 * apply.c
 *		Writes a page into the tables of a stream.
 *
 * The page is parsed once.  Each record is taken apart, and only its key and
 * the time of its last change are converted; a look-up by the keys tells
 * which records the table has as they are.  What is left is converted and
 * written by one statement for each table: the records, then the children of
 * those that were written, in the place of the children that they had.
 *
 * Whether a record has changed is told by a hash of its text, not by the time
 * of its last change, which the API cuts (C34); but a record is not written
 * over one that is newer by a second or more.  A table without the hash has
 * its columns compared by the statement instead.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "apply.h"
#include "children.h"
#include "columns.h"
#include "scalars.h"
#include "sql.h"
#include "statements.h"

/* A key as a number by which records can be found again. */
static int64
key_number(const char *text)
{
	int64		number;

	if (rootfi_read_int64(text, &number))
		return number;
	return (int64) hash_bytes_extended((const unsigned char *) text,
									   strlen(text), 0);
}

/* Raises the error for a record that cannot be told from others. */
static void
report_no_key(const SyncPage *page, const char *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROTOCOL_VIOLATION),
			 errmsg("a record has no \"%s\" that fits the column of table %s",
					column, page->target->parent.name),
			 errdetail("By it the records are told apart.")));
}

/* The company of a record that does not say it, if the stream has one. */
static const JsonValue *
known_company(const SyncPage *page)
{
	JsonValue  *value = palloc0(sizeof(JsonValue));

	if (!page->stream->has_company)
		return NULL;
	value->type = JSON_TOKEN_NUMBER;
	value->token = psprintf(INT64_FORMAT, page->stream->company_id);
	value->text = value->token;
	value->len = strlen(value->token);
	return value;
}

/* Reads the key of a record. */
static void
read_key(const SyncPage *page, PageRecord *record)
{
	const TargetTable *table = &page->target->parent;

	for (int i = 0; i < table->nkeys; i++)
	{
		RowColumn  *column = rootfi_row_column(table->plan, table->keys[i]);
		const JsonValue **value = rootfi_row_value(table->plan,
												   &record->object,
												   table->keys[i]);
		bool		is_company = strcmp(table->keys[i], "rootfi_company_id") == 0;

		if (*value == NULL && is_company)
			*value = known_company(page);
		if (*value == NULL || (*value)->token == NULL ||
			(*value)->type == JSON_TOKEN_NULL ||
			!column->read(column, *value, &record->key[i]))
			report_no_key(page, table->keys[i]);
		*(is_company ? &record->company_id : &record->id) =
			key_number((*value)->token);
	}
}

/* Reads the time of the last change, if the record has one. */
static TimestampTz
read_updated_at(const SyncPage *page, const PageRecord *record)
{
	const JsonValue **value = rootfi_row_value(page->target->parent.plan,
											   &record->object,
											   "rootfi_updated_at");
	Timestamp	time;

	if (value == NULL || *value == NULL ||
		(*value)->type != JSON_TOKEN_STRING ||
		!rootfi_read_timestamp((*value)->token, &time))
		return DT_NOBEGIN;
	return time;
}

/* Orders records by key, those of one key by age and then by place. */
static int
compare_records(const void *a, const void *b)
{
	const PageRecord *left = *(PageRecord *const *) a;
	const PageRecord *right = *(PageRecord *const *) b;

	if (left->company_id != right->company_id)
		return left->company_id < right->company_id ? -1 : 1;
	if (left->id != right->id)
		return left->id < right->id ? -1 : 1;
	if (left->updated_at != right->updated_at)
		return left->updated_at < right->updated_at ? -1 : 1;
	return left < right ? -1 : left > right;
}

/* Of several records of one key wants only the last. */
static void
drop_repeated(SyncPage *page)
{
	for (int i = 0; i + 1 < page->nrecords; i++)
	{
		const PageRecord *next = page->sorted[i + 1];

		if (page->sorted[i]->company_id == next->company_id &&
			page->sorted[i]->id == next->id)
			page->sorted[i]->is_wanted = false;
	}
}

/* Takes the records of the page apart. */
static void
read_records(SyncPage *page, const JsonAnswer *answer)
{
	page->nrecords = answer->nrecords;
	page->records = palloc0(page->nrecords * sizeof(PageRecord));
	page->sorted = palloc(page->nrecords * sizeof(PageRecord *));
	for (int i = 0; i < page->nrecords; i++)
	{
		PageRecord *record = &page->records[i];

		CHECK_FOR_INTERRUPTS();
		record->json = &answer->records[i];
		record->is_wanted = true;
		rootfi_row_read(page->target->parent.plan, record->json,
						&record->object);
		read_key(page, record);
		record->updated_at = read_updated_at(page, record);
		record->hash = (int64)
			hash_bytes_extended((const unsigned char *) record->json->value.text,
								record->json->value.len, page->target->hash_seed);
		page->sorted[i] = record;
	}
	qsort(page->sorted, page->nrecords, sizeof(PageRecord *),
		  compare_records);
	drop_repeated(page);
}

/* May a record of the page be put into the relation of keys? */
typedef bool (*RecordTest) (const PageRecord *record);

static bool
is_wanted(const PageRecord *record)
{
	return record->is_wanted;
}

static bool
is_written(const PageRecord *record)
{
	return record->is_written;
}

/* Fills the relation of keys; returns how many there are. */
static int
fill_keys(const SyncPage *page, RecordTest test)
{
	PageRelation *keys = &page->target->keys;
	int			n = 0;

	rootfi_page_begin(keys);
	for (int i = 0; i < page->nrecords; i++)
	{
		PageRecord *record = &page->records[i];
		Datum		values[1 + MAX_KEY_COLUMNS];
		bool		nulls[1 + MAX_KEY_COLUMNS] = {false};

		if (!test(record))
			continue;
		values[0] = Int32GetDatum(i);
		memcpy(values + 1, record->key, sizeof(record->key));
		tuplestore_putvalues(keys->enr.reldata, keys->desc, values, nulls);
		n++;
	}
	return n;
}

/* Is the record as the row says, or older? */
static bool
is_current(const PageRecord *record, uint64 row)
{
	TimestampTz updated_at = rootfi_sql_get_time(row, 3);

	if (!TIMESTAMP_IS_NOBEGIN(record->updated_at) &&
		!TIMESTAMP_IS_NOBEGIN(updated_at) &&
		record->updated_at < updated_at - USECS_PER_SEC)
		return true;
	return !rootfi_sql_is_null(row, 2) &&
		rootfi_sql_get_int8(row, 2, 0) == record->hash;
}

/* Finds out which records the table has already. */
static void
find_known(SyncPage *page)
{
	fill_keys(page, is_wanted);
	rootfi_execute_by_keys(&page->target->find);
	rootfi_page_end(&page->target->keys);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		PageRecord *record = &page->records[rootfi_sql_get_int4(i, 1)];

		record->is_known = true;
		record->is_wanted = !is_current(record, i);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Puts the row that the table's plan holds into its page. */
static void
put_row(const SyncPage *page, TargetTable *table)
{
	tuplestore_putvalues(table->page.enr.reldata, table->page.desc,
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

/* A column of a key that a statement returned, as records have it. */
static int64
returned_number(uint64 row, int column)
{
	char	   *text;

	if (SPI_gettypeid(SPI_tuptable->tupdesc, column) == INT8OID)
		return rootfi_sql_get_int8(row, column, 0);
	text = rootfi_sql_get_text(row, column);
	return text == NULL ? 0 : key_number(text);
}

/* The wanted record that a row returned by the statement came from. */
static PageRecord *
find_record(const SyncPage *page, uint64 row)
{
	const TargetTable *table = &page->target->parent;
	PageRecord	key = {.updated_at = DT_NOEND};
	PageRecord *wanted = &key;
	int			low = 0;
	int			high = page->nrecords;

	for (int i = 0; i < table->nkeys; i++)
		*(strcmp(table->keys[i], "rootfi_company_id") == 0 ?
		  &key.company_id : &key.id) = returned_number(row, i + 1);
	/* the last one that is not after the key: the one of several */
	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (compare_records(&page->sorted[middle], &wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || page->sorted[low - 1]->company_id != key.company_id ||
		page->sorted[low - 1]->id != key.id)
		return NULL;			/* a trigger changed the key */
	return page->sorted[low - 1];
}

/* Notes and counts which records the statement has written. */
static void
take_written(SyncPage *page)
{
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		PageRecord *record = find_record(page, i);

		if (record == NULL)
			continue;
		record->is_written = true;
		if (record->is_known)
			page->counts.updated++;
		else
			page->counts.inserted++;
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Writes the records that are wanted. */
static void
write_parents(SyncPage *page)
{
	TargetTable *table = &page->target->parent;

	rootfi_page_begin(&table->page);
	if (fill_parents(page) > 0)
	{
		rootfi_sql_execute(rootfi_write_plan(table), NULL);
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
	const JsonValue **company_id = rootfi_row_value(parent, object,
													"rootfi_company_id");
	const JsonValue *strays[MAX_STRAYS];
	char	   *problem;

	rootfi_row_set(sink->table->plan, "rootfi_company_id", record->company_id,
				   company_id == NULL || *company_id == NULL);
	rootfi_row_set(sink->table->plan, child->parent_key, record->id, false);
	for (int i = 0; child->strays && child->strays[i].member; i++)
		strays[i] = *rootfi_row_value(parent, object, child->strays[i].member);
	problem = rootfi_children_visit(child,
									*rootfi_row_value(parent, object,
													  child->member),
									strays, put_child, sink);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("the list \"%s\" of a record cannot be read",
						child->member),
				 errdetail("%s", problem)));
}

/*
 * Deletes the children that the written records had.  New records have none,
 * unless somebody emptied the table of the records alone.
 */
static void
clear_children(SyncPage *page, ChildTable *child)
{
	if (page->counts.updated == 0 && child->was_empty)
		return;
	fill_keys(page, is_written);
	rootfi_execute_by_keys(&child->clear);
	rootfi_page_end(&page->target->keys);
}

/* Writes the children of the records that have been written. */
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
		if (page->records[i].is_written)
			put_children(&sink, child->child, &page->records[i]);
		MemoryContextReset(page->record_context);
	}
	MemoryContextSwitchTo(old);
	if (sink.n > 0)
	{
		rootfi_sql_execute(rootfi_write_plan(&child->table), NULL);
		SPI_freetuptable(SPI_tuptable);
	}
	rootfi_page_end(&child->table.page);
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
	read_records(page, answer);
	if (page->nrecords > 0)
		find_known(page);
	write_parents(page);
	if (page->counts.inserted + page->counts.updated == 0)
		return;
	for (int i = 0; i < target->nchildren; i++)
		write_children(page, &target->children[i]);
}
