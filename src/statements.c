/*
 * statements.c
 *		The statements by which a page gets into the tables of a stream.
 *
 * A statement sees the rows of a page as a relation by name; it is planned
 * once, as long as the tables do not change.  Operators are those of
 * pg_catalog whatever the search_path, which triggers see as it is.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/typcache.h"

#include "columns.h"
#include "sql.h"
#include "statements.h"

/*
 * Says up to which time rows of the table guard themselves against records
 * that are older.
 */
void
rootfi_table_guard(TargetTable *table, TimestampTz until)
{
	if (table->guard_until == until)
		return;
	table->guard_until = until;
	rootfi_sql_free(&table->upsert);
}

/* A relation as SPI knows it, and what makes SPI forget it. */
typedef struct Registration
{
	EphemeralNamedRelationData enr;
	MemoryContextCallback forget;
} Registration;

/* Makes SPI forget a relation whose memory goes.  Raises no error. */
static void
forget_relation(void *arg)
{
	Registration *registration = arg;

	/* by an error the connection, and its list, may be gone already */
	if (registration->enr.md.name != NULL)
		SPI_unregister_relation(registration->enr.md.name);
	registration->enr.md.name = NULL;
}

/*
 * Makes a relation of rows with those columns known to the statements, in the
 * current context and as long as that lives, whatever ends it.  SPI keeps its
 * list of relations in "registry", which must live as long as the SPI
 * connection.
 */
void
rootfi_page_init(PageRelation *page, TupleDesc desc, MemoryContext registry)
{
	static uint32 serial = 0;
	Registration *registration = palloc0(sizeof(Registration));
	MemoryContext old;
	int			result;

	page->desc = desc;
	page->name = psprintf("rootfi_page_%u", ++serial);
	page->enr = &registration->enr;
	page->enr->md.reliddesc = InvalidOid;
	page->enr->md.tupdesc = desc;
	page->enr->md.enrtype = ENR_NAMED_TUPLESTORE;
	page->enr->md.enrtuples = 500;
	registration->forget.func = forget_relation;
	registration->forget.arg = registration;
	MemoryContextRegisterResetCallback(CurrentMemoryContext,
									   &registration->forget);
	page->enr->md.name = page->name;
	old = MemoryContextSwitchTo(registry);
	result = SPI_register_relation(page->enr);
	MemoryContextSwitchTo(old);
	if (result != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register relation \"%s\": %s", page->name,
			 SPI_result_code_string(result));
}

/* Begins a new page in the relation, in the current context. */
void
rootfi_page_begin(PageRelation *page)
{
	page->enr->reldata = tuplestore_begin_heap(false, false, work_mem);
}

/* Frees the rows of the page. */
void
rootfi_page_end(PageRelation *page)
{
	tuplestore_end(page->enr->reldata);
	page->enr->reldata = NULL;
}

/* The columns with commas between, each after a prefix. */
char *
rootfi_column_list(const char **columns, int n, const char *prefix)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < n; i++)
		appendStringInfo(&list, "%s%s%s", i > 0 ? ", " : "", prefix,
						 quote_identifier(columns[i]));
	return list.data;
}

/* Is the column one of the table's key? */
bool
rootfi_is_key(const TargetTable *table, const char *column)
{
	for (int i = 0; i < table->nkeys; i++)
		if (strcmp(table->keys[i], column) == 0)
			return true;
	return false;
}

/* Statement that deletes the children of the parents in the relation "keys". */
char *
rootfi_clear_statement(const Target *target, const ChildTable *child)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "DELETE FROM %s AS c USING %s AS k WHERE true",
					 child->table.name, target->keys.name);
	/* the key of a child is that of its parent and the ordinal */
	for (int i = 0; i < target->parent.nkeys; i++)
		appendStringInfo(&text, " AND c.%s OPERATOR(pg_catalog.=) k.%s",
						 quote_identifier(child->table.keys[i]),
						 quote_identifier(target->parent.keys[i]));
	return text.data;
}

/* Statement that finds the rows whose keys are in the relation "keys". */
char *
rootfi_find_statement(const Target *target)
{
	const TargetTable *parent = &target->parent;
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "SELECT k.n, %s, %s FROM %s AS k JOIN %s AS t ON true",
					 parent->hash_column < 0 ? "NULL" : "t." HASH_COLUMN,
					 parent->is_ordered ? "t.rootfi_updated_at" : "NULL",
					 target->keys.name, parent->name);
	for (int i = 0; i < parent->nkeys; i++)
		appendStringInfo(&text, " AND t.%1$s OPERATOR(pg_catalog.=) k.%1$s",
						 quote_identifier(parent->keys[i]));
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
	Oid			type = SPI_gettypeid(table->page.desc,
									 SPI_fnumber(table->page.desc, column));
	Oid			equality = lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;

	/* not IS DISTINCT FROM, whose operator would be that of search_path */
	appendStringInfoChar(text, '(');
	if (OidIsValid(equality))
		generate_operator_clause(text, psprintf("t.%s", name), type, equality,
								 psprintf("excluded.%s", name), type);
	else
		appendStringInfo(text,
						 "t.%1$s::pg_catalog.text OPERATOR(pg_catalog.=)"
						 " excluded.%1$s::pg_catalog.text", name);
	appendStringInfo(text,
					 ") IS NOT TRUE AND NOT (t.%1$s IS NULL AND excluded.%1$s IS NULL)",
					 name);
}

/* The condition under which a row is written over: newer and different. */
static void
append_condition(StringInfo text, const TargetTable *table,
				 const char **columns, int n)
{
	if (table->is_ordered && !TIMESTAMP_IS_NOBEGIN(table->guard_until))
		appendStringInfo(text,
						 " AND (excluded.rootfi_updated_at OPERATOR(pg_catalog.<)"
						 " (t.rootfi_updated_at OPERATOR(pg_catalog.-)"
						 " '1 second'::pg_catalog.interval)"
						 " AND t.rootfi_updated_at OPERATOR(pg_catalog.<=)"
						 " %s::pg_catalog.timestamptz) IS NOT TRUE",
						 quote_literal_cstr(timestamptz_to_str(table->guard_until)));
	if (table->hash_column >= 0)
	{
		appendStringInfoString(text, " AND (excluded." HASH_COLUMN
							   " OPERATOR(pg_catalog.=) t." HASH_COLUMN
							   ") IS NOT TRUE");
		return;
	}
	appendStringInfoString(text, " AND (false");
	for (int i = 0; i < n; i++)
	{
		appendStringInfoString(text, " OR ");
		append_difference(text, table, columns[i]);
	}
	appendStringInfoChar(text, ')');
}

/* Appends what is to happen when there is such a row already. */
static void
append_conflict(StringInfo text, const TargetTable *table,
				const char **columns, int n)
{
	int			nset = 0;

	appendStringInfo(text, " ON CONFLICT (%s) DO ",
					 rootfi_column_list((const char **) table->keys,
										table->nkeys, ""));
	for (int i = 0; i < n; i++)
		if (!rootfi_is_key(table, columns[i]))
			appendStringInfo(text, "%s%s = excluded.%s",
							 nset++ > 0 ? ", " : "UPDATE SET ",
							 quote_identifier(columns[i]),
							 quote_identifier(columns[i]));
	if (nset == 0)
		appendStringInfoString(text, "NOTHING");
	else
	{
		appendStringInfoString(text, " WHERE true");
		append_condition(text, table, columns, n);
	}
}

/*
 * Statement that writes the page's rows, by these columns; is_new: there are
 * none of their keys.  It returns the keys of the rows that it has written,
 * unless that is all of them.
 */
static char *
write_statement(const TargetTable *table, const char **columns, int n,
				bool is_new)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text,
					 "INSERT INTO %s AS t (%s) SELECT %s FROM %s AS p",
					 table->name, rootfi_column_list(columns, n, ""),
					 rootfi_column_list(columns, n, "p."), table->page.name);
	if (!is_new)
		append_conflict(&text, table, columns, n);
	if (!is_new || !table->is_plain)
		appendStringInfo(&text, " RETURNING %s",
						 rootfi_column_list((const char **) table->keys,
											table->nkeys, "t."));
	return text.data;
}

/* How many of the table's own columns have records had so far? */
static int
count_seen(const TargetTable *table)
{
	int			n = 0;

	for (int i = 0; i < table->plan->ncolumns; i++)
	{
		const RowColumn *column = &table->plan->columns[i];

		n += column->seen && column->index >= 0 &&
			table->optional[column->index];
	}
	return n;
}

/* Is the column to be set? */
static bool
is_set(const TargetTable *table, int index)
{
	const char *name = NameStr(TupleDescAttr(table->page.desc, index)->attname);

	return !table->optional[index] ||
		rootfi_row_column(table->plan, name)->seen;
}

/*
 * The statement that writes the page's rows; is_new: there are none of their
 * keys.  Prepared when first asked for, when records had a member for a column
 * that none had before, and when the table got or lost a trigger that has a
 * say.
 */
SqlPlan *
rootfi_write_plan(const Target *target, TargetTable *table, bool is_new)
{
	SqlPlan   **plan = is_new ? &table->insert : &table->upsert;
	int			natts = table->page.desc->natts;
	int			nseen = count_seen(table);
	bool		is_plain = rootfi_target_is_plain(table);
	const char **columns;
	int			n = 0;

	if (nseen != table->nseen || is_plain != table->is_plain)
	{
		rootfi_sql_free(&table->insert);
		rootfi_sql_free(&table->upsert);
		table->nseen = nseen;
		table->is_plain = is_plain;
	}
	if (*plan != NULL)
		return *plan;
	columns = palloc(natts * sizeof(char *));
	for (int i = 0; i < natts; i++)
		if (is_set(table, i))
			columns[n++] = NameStr(TupleDescAttr(table->page.desc, i)->attname);
	*plan = rootfi_sql_prepare(target->context,
							   write_statement(table, columns, n, is_new), 0,
							   NULL);
	return *plan;
}

/*
 * Executes a statement that finds rows by the keys of a page, of which there
 * are few: it is to use the table's index whatever the planner believes.  The
 * table may just be growing from nothing, so the choice between several
 * indexes is made anew at the uses 1, 2, 4, 8 ...
 */
void
rootfi_execute_by_keys(const Target *target, KeyStatement *statement)
{
	static const char *const others[] = {
		"enable_hashjoin", "enable_mergejoin", "enable_seqscan", NULL
	};
	int			level = rootfi_sql_without(others);

	if ((statement->nuses & (statement->nuses - 1)) == 0)
	{
		rootfi_sql_free(&statement->plan);
		statement->plan = rootfi_sql_prepare(target->context, statement->text,
											 0, NULL);
	}
	statement->nuses++;
	rootfi_sql_execute(statement->plan, NULL);
	AtEOXact_GUC(true, level);
}
