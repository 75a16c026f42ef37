/*
 * refresh.c
 *		Finds the rows that a full refresh has not seen.
 *
 * Each page of a full refresh leaves the keys of its records in rootfi_seen,
 * committed with the page.  After the last one, rows of the stream that are
 * not among them get a time of deletion; the rows stay.  A list that was cut
 * short must not look like a great deletion: nothing is marked when the server
 * had announced more records than came, nor when more than half of the rows
 * would go.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "base/sql.h"
#include "copy/refresh.h"

/* Does a column of that type hold numbers, so that its rows can be found? */
static bool
is_number(Oid type)
{
	return type == INT8OID || type == INT4OID || type == INT2OID ||
		type == NUMERICOID;
}

/* Can rows of the table be marked, and told from those that were seen? */
static bool
can_mark(const Target *target)
{
	const TargetTable *parent = &target->parent;
	bool		has_time = false;
	int			nnumbers = 0;

	for (int i = 0; i < parent->desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(parent->desc, i);

		if (strcmp(NameStr(att->attname), "rootfi_deleted_at") == 0)
			has_time = att->atttypid == TIMESTAMPTZOID;
		for (int k = 0; k < parent->nkeys; k++)
			nnumbers += strcmp(NameStr(att->attname), parent->keys[k]) == 0 &&
				is_number(att->atttypid);
	}
	return has_time && nnumbers == parent->nkeys;
}

/* Numbers as an array, in the current context. */
static ArrayType *
make_array(Datum *numbers, int n)
{
	return construct_array(numbers, n, INT8OID, sizeof(int64),
						   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/*
 * Notes the records of a page: their ids, and where the key has a company also
 * these, unless all are the stream's.
 */
void
rootfi_refresh_see(Ledger *ledger, const SyncPage *page)
{
	int			n = page->nrecords;
	Datum	   *companies = palloc(n * sizeof(Datum));
	Datum	   *ids = palloc(n * sizeof(Datum));
	bool		has_companies = false;

	if (!can_mark(page->target))
		return;
	for (int i = 0; i < n; i++)
	{
		has_companies |= page->target->parent.nkeys > 1 &&
			!rootfi_page_of_company(page, &page->records[i]);
		companies[i] = Int64GetDatum(page->records[i].company_id);
		ids[i] = Int64GetDatum(page->records[i].id);
	}
	rootfi_ledger_see(ledger, page->stream,
					  has_companies ? make_array(companies, n) : NULL,
					  make_array(ids, n));
}

/*
 * Which rows "t" of the table the refresh is about: those of its company, not
 * deleted, in its span of time and not newer than itself.
 */
static char *
scope(const Stream *stream, const TargetTable *table)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "t.rootfi_deleted_at IS NULL");
	if (stream->has_company)
		appendStringInfo(&text,
						 " AND t.rootfi_company_id OPERATOR(pg_catalog.=) " INT64_FORMAT,
						 stream->company_id);
	if (table->is_ordered)
		appendStringInfoString(&text,
							   " AND (t.rootfi_updated_at OPERATOR(pg_catalog.<) $2) IS NOT FALSE"
							   " AND (t.rootfi_updated_at OPERATOR(pg_catalog.>=) $3) IS NOT FALSE");
	return text.data;
}

/* Statement that marks the rows that were not seen. */
static char *
mark_statement(const Ledger *ledger, const Stream *stream,
			   const TargetTable *table)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text,
					 "WITH seen AS MATERIALIZED (SELECT"
					 " COALESCE(u.company_id, $4) AS company_id, u.rootfi_id"
					 " FROM %s.rootfi_seen AS s,"
					 " ROWS FROM (pg_catalog.unnest(s.company_ids),"
					 " pg_catalog.unnest(s.rootfi_ids)) AS u (company_id, rootfi_id)"
					 " WHERE s.stream_id OPERATOR(pg_catalog.=) $1)"
					 " UPDATE %s AS t SET rootfi_deleted_at = $2%s"
					 " WHERE %s AND NOT EXISTS (SELECT FROM seen WHERE true",
					 ledger->schema, table->name,
					 table->hash_column < 0 ? "" : ", " HASH_COLUMN " = NULL",
					 scope(stream, table));
	for (int i = 0; i < table->nkeys; i++)
		appendStringInfo(&text, " AND t.%s::pg_catalog.int8 OPERATOR(pg_catalog.=) seen.%s",
						 quote_identifier(table->keys[i]),
						 strcmp(table->keys[i], "rootfi_company_id") == 0 ?
						 "company_id" : "rootfi_id");
	appendStringInfoChar(&text, ')');
	return text.data;
}

/*
 * Can the rows of the stream's company be told from another one's?  A stream
 * without a company is about all rows.
 */
static bool
can_tell_company(const Stream *stream, const TargetTable *table)
{
	TupleDesc	desc = table->desc;

	if (!stream->has_company)
		return true;
	for (int i = 0; i < desc->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname),
				   "rootfi_company_id") == 0)
			return is_number(TupleDescAttr(desc, i)->atttypid);
	return false;
}

/* Raises the error for a table in which the companies are mixed. */
static void
report_mixed(const TargetTable *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the full refresh has marked nothing as deleted"),
			 errdetail("Table %s has no number \"rootfi_company_id\" by which its rows could be told from those of other companies.",
					   table->name),
			 errhint("Add a column \"rootfi_company_id\" of type bigint.")));
}

/* Raises the error for a list that seems to lack much. */
static void
report_suspicion(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the full refresh has marked nothing as deleted"),
			 errdetail("%s", detail),
			 errhint("Look at the server's list. If the records really are gone, set \"rootfi_deleted_at\" of their rows yourself.")));
}

/*
 * Marks the rows that the refresh has not seen and forgets what it has.
 * Returns how many there were; none are where records without a key came,
 * whose rows cannot be known.  Raises 55000 when that cannot be believed; the
 * caller rolls back then.
 */
int64
rootfi_refresh_mark(Ledger *ledger, const Stream *stream,
					const Target *target)
{
	static const Oid types[] = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID,
	INT8OID};
	const TargetTable *table = &target->parent;
	static const char *const others[] = {"enable_nestloop", "jit", NULL};
	SqlArgs		args = {0};
	int64		gone;
	int64		left;
	int			level;

	if (!can_mark(target))
		return 0;
	if (stream->pass_skipped > 0)
	{
		rootfi_ledger_forget(ledger, stream);
		return 0;
	}
	if (!can_tell_company(stream, table))
		report_mixed(table);
	if (stream->pass_rows < stream->pass_total)
		report_suspicion(psprintf("The list ended after " INT64_FORMAT " of " INT64_FORMAT " records.",
								  stream->pass_rows, stream->pass_total));
	rootfi_sql_int8(&args, stream->id);
	rootfi_sql_datum(&args, TimestampTzGetDatum(stream->pass_start));
	rootfi_sql_datum(&args, TimestampTzGetDatum(stream->pass_since));
	rootfi_sql_int8(&args, stream->company_id);

	/*
	 * Nobody knows how many there are in the arrays.  To take them apart is a
	 * loop all the same, and looks so costly now that it would be compiled.
	 */
	level = rootfi_sql_without(others);
	gone = rootfi_sql_once(mark_statement(ledger, stream, table), types,
						   &args);
	AtEOXact_GUC(true, level);
	left = rootfi_sql_once(psprintf("SELECT FROM %s AS t WHERE %s LIMIT " INT64_FORMAT,
									table->name, scope(stream, table), gone),
						   types, &args);
	SPI_freetuptable(SPI_tuptable);
	if (gone > left)
		report_suspicion(psprintf("The list lacks " INT64_FORMAT " of " INT64_FORMAT " rows of table %s, more than half.",
								  gone, gone + left, table->name));
	rootfi_ledger_forget(ledger, stream);
	return gone;
}
