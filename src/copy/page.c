/*
 * page.c
 *		The records of a page: their keys, and which of them are known.
 *
 * Whether a record has changed is told by a hash of its text, not by the time
 * of its last change, which the API cuts (C34); but a record is not written
 * over one that is newer by a second or more.  A full refresh believes the
 * server all the same, and so does any pass where the row's time lies in the
 * future by the server's clock.  A table without the hash has
 * its columns compared when the record is written.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/typcache.h"

#include "api/answer.h"
#include "base/sql.h"
#include "base/sqlstates.h"
#include "copy/apply.h"
#include "json/scalars.h"
#include "json/scan.h"
#include "json/text.h"
#include "rows/columns.h"

/* A value that is hashed as the equality of its type wants it. */
static int64
hash_key(Form_pg_attribute att, Datum value)
{
	TypeCacheEntry *type = lookup_type_cache(att->atttypid,
											 TYPECACHE_HASH_EXTENDED_PROC_FINFO);
	Oid			output;
	bool		is_varlena;
	char	   *text;

	if (OidIsValid(type->hash_extended_proc_finfo.fn_oid))
		return DatumGetInt64(FunctionCall2Coll(&type->hash_extended_proc_finfo,
											   att->attcollation, value,
											   Int64GetDatum(0)));
	getTypeOutputInfo(att->atttypid, &output, &is_varlena);
	text = OidOutputFunctionCall(output, value);
	return (int64) hash_bytes_extended((const unsigned char *) text,
									   strlen(text), 0);
}

/*
 * A key as a number by which records can be found again: itself, or a hash
 * that is the same for values that are equal to the column's type.
 */
static int64
key_number(Form_pg_attribute att, Datum value)
{
	int64		number;

	if (att->atttypid == INT8OID)
		return DatumGetInt64(value);
	switch (getBaseType(att->atttypid))
	{
		case INT8OID:
			return DatumGetInt64(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT2OID:
			return DatumGetInt16(value);
		case NUMERICOID:
			/* a column may show 12 as 12.00 */
			if (rootfi_read_int64(numeric_normalize(DatumGetNumeric(value)),
								  &number))
				return number;
	}
	return hash_key(att, value);
}

/* The company of a record that does not say it, NULL if we do not know. */
static const JsonValue *
known_company(const SyncPage *page)
{
	JsonValue  *value;

	if (!page->stream->has_company)
		return NULL;
	value = palloc0(sizeof(JsonValue));
	value->type = JSON_TOKEN_NUMBER;
	value->token = psprintf(INT64_FORMAT, page->stream->company_id);
	value->text = value->token;
	value->len = strlen(value->token);
	return value;
}

/* Is that a value, and not null? */
static bool
says(const JsonValue *value)
{
	return value != NULL && value->type != JSON_TOKEN_NULL;
}

/*
 * Reads the key of a record.  Returns NULL, or the column for which it has
 * nothing that fits.
 */
static const char *
read_key(const SyncPage *page, PageRecord *record)
{
	const TargetTable *table = &page->target->parent;

	Assert(table->nkeys > 0 && table->nkeys <= lengthof(record->key));
	for (int i = 0; i < table->nkeys; i++)
	{
		RowColumn  *column = rootfi_row_column(table->plan, table->keys[i]);
		const JsonValue **value = rootfi_row_value(table->plan,
												   &record->object,
												   table->keys[i]);
		bool		is_company = strcmp(table->keys[i], "rootfi_company_id") == 0;

		Assert(column != NULL && value != NULL);
		if (is_company && !says(*value))
			*value = known_company(page);
		if (!says(*value) || (*value)->token == NULL ||
			!column->read(column, *value, &record->key[i]))
			return table->keys[i];
		*(is_company ? &record->company_id : &record->id) =
			key_number(TupleDescAttr(table->desc, column->index),
					   record->key[i]);
	}
	return NULL;
}

/* Reads whose the record is: its own word, or else the stream's company. */
static void
read_company(const SyncPage *page, PageRecord *record)
{
	const JsonValue **column = rootfi_row_value(page->target->parent.plan,
												&record->object,
												"rootfi_company_id");
	const JsonValue *value = column != NULL ? *column :
	rootfi_json_member(record->json, "rootfi_company_id");

	if (!says(value))
		value = known_company(page);
	record->has_company = says(value) && value->token != NULL &&
		rootfi_read_int64(value->token, &record->company);
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

/* Leaves out a record that cannot be told from others. */
static void
leave_out(SyncPage *page, const JsonObject *record, int place,
		  const char *column)
{
	page->keyless.table = page->target->parent.name;
	rootfi_keyless_note(&page->keyless, record,
						page->stream->pass_pages + 1, place, column);
	page->counts.skipped++;
}

/*
 * Takes the records of the page apart.  Those without a key are left out;
 * RFP01 when they are too many.
 */
void
rootfi_page_read(SyncPage *page, const JsonAnswer *answer)
{
	page->nrecords = 0;
	page->records = palloc0(answer->nrecords * sizeof(PageRecord));
	page->sorted = palloc(answer->nrecords * sizeof(PageRecord *));
	for (int i = 0; i < answer->nrecords; i++)
	{
		PageRecord *record = &page->records[page->nrecords];
		const char *lacking;

		CHECK_FOR_INTERRUPTS();
		record->json = &answer->records[i];
		rootfi_row_read(page->target->parent.plan, record->json,
						&record->object);
		lacking = read_key(page, record);
		if (lacking != NULL)
		{
			leave_out(page, record->json, i + 1, lacking);
			memset(record, 0, sizeof(PageRecord));
			continue;
		}
		record->is_wanted = true;
		read_company(page, record);
		record->updated_at = read_updated_at(page, record);
		record->hash = (int64)
			hash_bytes_extended((const unsigned char *) record->json->value.text,
								record->json->value.len, page->target->hash_seed);
		page->sorted[page->nrecords++] = record;
	}
	rootfi_keyless_check_page(page->stream, &page->keyless, &page->counts);
	qsort(page->sorted, page->nrecords, sizeof(PageRecord *),
		  compare_records);
	drop_repeated(page);
}

static bool
is_wanted(const PageRecord *record)
{
	return record->is_wanted;
}

/* Is it of the stream's company, by its key? */
bool
rootfi_page_of_company(const SyncPage *page, const PageRecord *record)
{
	return page->stream->has_company &&
		record->company_id == page->stream->company_id;
}

/* No keys yet, with room for all records. */
static KeySet
make_keys(const SyncPage *page)
{
	return (KeySet)
	{
		.of_company = page->stream->has_company,
			.companies = palloc(page->nrecords * sizeof(Datum)),
			.ids = palloc(page->nrecords * sizeof(Datum)),
	};
}

/* The keys of such records, in their order; returns whether there are any. */
bool
rootfi_page_keys(const SyncPage *page, RecordTest test, KeySet *keys)
{
	int			last = page->target->parent.nkeys - 1;

	*keys = make_keys(page);
	for (int i = 0; i < page->nrecords; i++)
	{
		const PageRecord *record = page->sorted[i];

		if (!test(record))
			continue;
		keys->of_company &= rootfi_page_of_company(page, record);
		keys->companies[keys->n] = record->key[0];
		keys->ids[keys->n++] = record->key[last];
	}
	return keys->n > 0;
}

/*
 * The keys of such records as their children have them; returns whether there
 * are any.
 */
bool
rootfi_page_parents(const SyncPage *page, RecordTest test, KeySet *keys)
{
	*keys = make_keys(page);
	for (int i = 0; i < page->nrecords; i++)
	{
		const PageRecord *record = page->sorted[i];

		if (!test(record))
			continue;
		keys->of_company &= record->has_company &&
			record->company == page->stream->company_id;
		keys->companies[keys->n] = Int64GetDatum(record->company);
		keys->ids[keys->n++] = Int64GetDatum(record->id);
	}
	return keys->n > 0;
}

/*
 * Is the record as the row found says, or older than one that guards itself?
 * The row has its key, hash and time.
 */
static bool
is_current(const SyncPage *page, const PageRecord *record, uint64 row)
{
	int			hash = page->target->parent.nkeys + 1;
	TimestampTz updated_at = rootfi_sql_get_time(row, hash + 1);

	if (!TIMESTAMP_IS_NOBEGIN(record->updated_at) &&
		!TIMESTAMP_IS_NOBEGIN(updated_at) &&
		updated_at <= page->guard_until &&
		record->updated_at < updated_at - USECS_PER_SEC)
		return true;
	return !rootfi_sql_is_null(row, hash) &&
		rootfi_sql_get_int8(row, hash, 0) == record->hash;
}

/* Finds out which records the table has already. */
void
rootfi_page_find(SyncPage *page)
{
	KeySet		keys;

	if (!rootfi_page_keys(page, is_wanted, &keys))
		return;
	rootfi_writes_by_keys(page->target, &page->target->parent, KEY_FIND,
						  &keys);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		PageRecord *record = rootfi_page_returned(page, i);

		if (record == NULL)
			continue;
		record->is_known = true;
		record->is_wanted = !is_current(page, record, i);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* A column of a key that a statement returned, as records have it. */
static int64
returned_number(uint64 row, int column)
{
	TupleDesc	desc = SPI_tuptable->tupdesc;
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], desc, column,
									  &isnull);

	return isnull ? 0 : key_number(TupleDescAttr(desc, column - 1), value);
}

/*
 * The record, of several of its key the wanted one, of the key that a row
 * returned by a statement begins with; NULL if there is none.
 */
PageRecord *
rootfi_page_returned(const SyncPage *page, uint64 row)
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

/*
 * Visits the children of a record that belong into one table, in the current
 * context.
 */
void
rootfi_page_visit(const SyncPage *page, const ChildList *child,
				  const PageRecord *record, ChildVisitor visit, void *arg)
{
	const RowPlan *plan = page->target->parent.plan;
	const RowObject *object = &record->object;
	const JsonValue *strays[MAX_STRAYS];
	char	   *problem;

	for (int i = 0; child->strays && child->strays[i].member; i++)
	{
		Assert(i < lengthof(strays));
		strays[i] = *rootfi_row_value(plan, object, child->strays[i].member);
	}
	problem = rootfi_children_visit(child,
									*rootfi_row_value(plan, object,
													  child->member),
									strays, visit, arg);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
				 errmsg("the list \"%s\" of a record cannot be read",
						child->member),
				 errdetail("%s", problem)));
}
