/*
 * statements.c
 *		The texts of the statements by which a page gets into the tables.
 *
 * All kinds of tables get the same ones.  Keys, and what is to be written, are
 * the rows of rootfi_page(); the planner believes that it has but one, so that
 * it looks for each by the index of the key.  In a partitioned table the company
 * of the stream is said as well, so that only its partition is planned for and
 * locked; elsewhere it would have the planner, in a table that it knows little
 * of, prefer to read all rows of the company.  Operators are those of the columns'
 * types by schema and name, whatever the search_path, which triggers see as it
 * is.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "copy/relation.h"
#include "copy/statements.h"

/*
 * Methods that are not to be used where rows are found by their keys: there
 * are few of them, so the index is right whatever the planner believes, and
 * rows are written in the order of the page's.
 */
const char *const rootfi_by_index[] = {
	"enable_bitmapscan", "enable_hashjoin", "enable_material",
	"enable_mergejoin", "enable_seqscan", NULL
};

/* A column of the table. */
static Form_pg_attribute
get_column(const TargetTable *table, const char *name)
{
	int			number = SPI_fnumber(table->desc, name);

	Assert(number > 0);
	return TupleDescAttr(table->desc, number - 1);
}

/*
 * The columns of keys as rows: those of the table, called "company" and "id"
 * (or "id" alone).  In the current context.
 */
TupleDesc
rootfi_statement_key_columns(const TargetTable *table, int nkeys,
							 bool of_company)
{
	int			first = of_company ? nkeys - 1 : 0;
	TupleDesc	desc = CreateTemplateTupleDesc(nkeys - first);

	Assert(nkeys > 0 && nkeys <= table->nkeys);
	for (int i = first; i < nkeys; i++)
	{
		TupleDescCopyEntry(desc, i - first + 1, table->desc,
						   SPI_fnumber(table->desc, table->keys[i]));
		namestrcpy(&TupleDescAttr(desc, i - first)->attname,
				   i == nkeys - 1 ? "id" : "company");
	}
	return desc;
}

/* The equality of a type, or InvalidOid. */
static Oid
equality(Oid type)
{
	return lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;
}

/* The condition that two values of a type are equal. */
static void
append_equal(StringInfo text, Oid type, const char *left, const char *right)
{
	generate_operator_clause(text, left, type, equality(type), right, type);
}

/* The condition that a column of the key is that of the rows. */
static void
append_key(StringInfo text, const TargetTable *table, const char *key,
		   const char *name)
{
	append_equal(text, get_column(table, key)->atttypid,
				 psprintf("t.%s", quote_identifier(key)),
				 psprintf("p.%s", quote_identifier(name)));
}

/* The condition that the row is of the stream's company. */
static void
append_company(StringInfo text, const Target *target,
			   const TargetTable *table)
{
	Oid			type = get_column(table, table->keys[0])->atttypid;

	Assert(target->company != NULL);
	append_equal(text, type,
				 psprintf("t.%s", quote_identifier(table->keys[0])),
				 psprintf("%s::%s", quote_literal_cstr(target->company),
						  format_type_be_qualified(type)));
}

/* What a statement by keys does, up to the rows of the keys. */
static void
append_verb(StringInfo text, const TargetTable *table, KeyVerb verb,
			const char *keys)
{
	switch (verb)
	{
		case KEY_FIND:
			appendStringInfo(text, "SELECT %s, %s, %s FROM %s AS t, ", keys,
							 table->hash_column < 0 ? "NULL" : "t." HASH_COLUMN,
							 table->is_ordered ? "t.rootfi_updated_at" : "NULL",
							 table->name);
			break;
		case KEY_COUNT:
			appendStringInfo(text, "SELECT %s, pg_catalog.count(*) FROM %s AS t, ",
							 keys, table->name);
			break;
		default:
			Assert(verb == KEY_CLEAR);
			appendStringInfo(text, "DELETE FROM %s AS t USING ", table->name);
	}
}

/*
 * The statement that does something with the rows of the keys, of the first
 * "nkeys" columns of the key, that are the rows of that number.
 */
char *
rootfi_statement_by_keys(const Target *target, const TargetTable *table,
						 KeyVerb verb, int nkeys, bool of_company,
						 int64 rows)
{
	TupleDesc	desc = rootfi_statement_key_columns(table, nkeys, of_company);
	char	   *keys = rootfi_layout_columns((const char **) table->keys, nkeys,
											 "t.");
	StringInfoData text;

	initStringInfo(&text);
	append_verb(&text, table, verb, keys);
	appendStringInfo(&text, "%s WHERE ",
					 rootfi_relation_sql(rows, desc, target->schema));
	append_key(&text, table, table->keys[nkeys - 1], "id");
	if (nkeys > 1)
	{
		appendStringInfoString(&text, " AND ");
		if (of_company)
			append_company(&text, target, table);
		else
			append_key(&text, table, table->keys[0], "company");
	}
	if (verb == KEY_COUNT)
		appendStringInfo(&text, " GROUP BY %s", keys);
	return text.data;
}

/* The names of the columns of that use. */
static const char **
columns_of_use(const TargetTable *table, const char *uses, ColumnUse use,
			   int *n)
{
	const char **columns = palloc(table->desc->natts * sizeof(char *));

	*n = 0;
	for (int i = 0; i < table->desc->natts; i++)
		if (uses[i] == use)
			columns[(*n)++] = NameStr(TupleDescAttr(table->desc, i)->attname);
	return columns;
}

/* The clause that returns the keys of the rows that are written. */
static void
append_returning(StringInfo text, const TargetTable *table)
{
	appendStringInfo(text, " RETURNING %s",
					 rootfi_layout_columns((const char **) table->keys,
										   table->nkeys, "t."));
}

/*
 * The statement that inserts rows, of that number.  It returns their keys,
 * unless all that there are will be inserted.
 */
char *
rootfi_statement_insert(const Target *target, const TargetTable *table,
						const char *uses, int64 rows)
{
	int			n;
	const char **columns = columns_of_use(table, uses, COLUMN_SET, &n);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "INSERT INTO %s AS t (%s) SELECT %s FROM %s",
					 table->name, rootfi_layout_columns(columns, n, ""),
					 rootfi_layout_columns(columns, n, "p."),
					 rootfi_relation_sql(rows, table->desc, target->schema));
	if (!table->is_plain)
		append_returning(&text, table);
	return text.data;
}

/*
 * The condition that a column differs, by the equality of its type wherever
 * that is; a type without one is compared as text.
 */
static void
append_difference(StringInfo text, const TargetTable *table,
				  const char *column)
{
	const char *name = quote_identifier(column);
	Oid			type = get_column(table, column)->atttypid;

	/* not IS DISTINCT FROM, whose operator would be that of search_path */
	appendStringInfoChar(text, '(');
	if (OidIsValid(equality(type)))
		append_equal(text, type, psprintf("t.%s", name),
					 psprintf("p.%s", name));
	else
		appendStringInfo(text,
						 "t.%1$s::pg_catalog.text OPERATOR(pg_catalog.=)"
						 " p.%1$s::pg_catalog.text", name);
	appendStringInfo(text,
					 ") IS NOT TRUE AND NOT (t.%1$s IS NULL AND p.%1$s IS NULL)",
					 name);
}

/*
 * The condition that a row differs.  What its default would be is not known,
 * so that such a column always does.
 */
static void
append_differences(StringInfo text, const TargetTable *table,
				   const char *uses)
{
	if (table->hash_column >= 0)
	{
		appendStringInfoString(text, " AND (p." HASH_COLUMN
							   " OPERATOR(pg_catalog.=) t." HASH_COLUMN
							   ") IS NOT TRUE");
		return;
	}
	appendStringInfoString(text, " AND (false");
	for (int i = 0; i < table->desc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(table->desc, i)->attname);

		if (uses[i] == COLUMN_DEFAULT)
			appendStringInfoString(text, " OR true");
		else if (uses[i] == COLUMN_SET && !rootfi_layout_is_key(table, name))
		{
			appendStringInfoString(text, " OR ");
			append_difference(text, table, name);
		}
	}
	appendStringInfoChar(text, ')');
}

/*
 * The condition that a row is not newer than the record by a second or more:
 * the API cuts times (C34).  Rows guard themselves up to the time $1.  It is
 * immutable, as no sum of a time and an interval is, and no infinite time is
 * subtracted.
 */
static void
append_guard(StringInfo text)
{
	appendStringInfoString(text,
						   " AND NOT CASE WHEN p.rootfi_updated_at OPERATOR(pg_catalog.<) t.rootfi_updated_at"
						   " AND t.rootfi_updated_at OPERATOR(pg_catalog.<=) $1"
						   " THEN (p.rootfi_updated_at OPERATOR(pg_catalog.-) t.rootfi_updated_at)"
						   " OPERATOR(pg_catalog.<) '-1 second'::pg_catalog.interval"
						   " ELSE false END");
}

/* What the columns are set to; returns how many there are. */
static int
append_assignments(StringInfo text, const TargetTable *table,
				   const char *uses)
{
	int			n = 0;

	for (int i = 0; i < table->desc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(table->desc, i)->attname);

		if (uses[i] == COLUMN_LEFT || rootfi_layout_is_key(table, name))
			continue;
		name = quote_identifier(name);
		appendStringInfo(text, "%s%s = ", n++ > 0 ? ", " : "", name);
		if (uses[i] == COLUMN_DEFAULT)
			appendStringInfoString(text, "DEFAULT");
		else
			appendStringInfo(text, "p.%s", name);
	}
	return n;
}

/*
 * The statement that writes rows, of that number, over those of their keys
 * where they are different and not older; it returns the keys of those.  NULL
 * if it would write nothing.
 */
char *
rootfi_statement_update(const Target *target, const TargetTable *table,
						const char *uses, bool of_company, int64 rows)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "UPDATE %s AS t SET ", table->name);
	if (append_assignments(&text, table, uses) == 0)
		return NULL;
	appendStringInfo(&text, " FROM %s WHERE true",
					 rootfi_relation_sql(rows, table->desc, target->schema));
	if (of_company && table->nkeys > 1)
	{
		appendStringInfoString(&text, " AND ");
		append_company(&text, target, table);
	}
	for (int i = 0; i < table->nkeys; i++)
	{
		appendStringInfoString(&text, " AND ");
		append_key(&text, table, table->keys[i], table->keys[i]);
	}
	if (table->is_ordered)
		append_guard(&text);
	append_differences(&text, table, uses);
	append_returning(&text, table);
	return text.data;
}
