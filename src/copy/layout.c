/*
 * layout.c
 *		What a table that is filled looks like.
 *
 * The table's own columns decide what is filled.  Those of the resource's row
 * type always are; another one only by a record that has a member of its name,
 * so that columns of the user's own keep what they have.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "copy/layout.h"

/* Index of a column, or -1. */
int
rootfi_layout_column(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return i;
	return -1;
}

/* May a statement set the column? */
static bool
is_settable(Form_pg_attribute att)
{
	return !att->attisdropped && att->attgenerated == '\0' &&
		att->attidentity == '\0';
}

/* The columns of a table that may be set. */
static TupleDesc
settable_columns(TupleDesc all)
{
	TupleDesc	desc;
	int			n = 0;

	for (int i = 0; i < all->natts; i++)
		n += is_settable(TupleDescAttr(all, i));
	desc = CreateTemplateTupleDesc(n);
	n = 0;
	for (int i = 0; i < all->natts; i++)
		if (is_settable(TupleDescAttr(all, i)))
			TupleDescCopyEntry(desc, ++n, all, i + 1);
	return desc;
}

/* Are these the columns of the index, in whatever order? */
static bool
index_has_columns(Relation index, TupleDesc desc, const char **columns, int n)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisunique || !form->indisvalid || !form->indimmediate ||
		form->indnkeyatts != n ||
		RelationGetIndexPredicate(index) != NIL)
		return false;
	for (int i = 0; i < n; i++)
	{
		int			column = rootfi_layout_column(desc, columns[i]);
		int			k = 0;

		while (k < n && form->indkey.values[k] != column + 1)
			k++;
		if (column < 0 || k == n)
			return false;
	}
	return true;
}

/* Does the table have a unique index of just these columns? */
static bool
has_unique_index(Relation relation, const char **columns, int n)
{
	List	   *indexes = RelationGetIndexList(relation);
	ListCell   *cell;
	bool		found = false;

	foreach(cell, indexes)
	{
		Relation	index = RelationIdGetRelation(lfirst_oid(cell));

		if (index == NULL)
			continue;
		found = found || index_has_columns(index, RelationGetDescr(relation),
										   columns, n);
		RelationClose(index);
	}
	list_free(indexes);
	return found;
}

/* The columns with commas between, each after a prefix. */
char *
rootfi_layout_columns(const char **columns, int n, const char *prefix)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < n; i++)
		appendStringInfo(&list, "%s%s%s", i > 0 ? ", " : "", prefix,
						 quote_identifier(columns[i]));
	return list.data;
}

/*
 * Finds out by what the rows of the table are told apart: all of the columns
 * given, or those but the first, which is the company, if that is unique.
 */
static void
find_key(TargetTable *table, Relation relation, const char **columns, int n)
{
	int			first = rootfi_layout_column(RelationGetDescr(relation),
											 columns[0]) < 0 ? 1 : 0;

	while (first < 2 && !has_unique_index(relation, columns + first, n - first))
		first++;
	if (first >= 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("table %s has no unique index by which its rows are told apart",
						table->name),
				 errhint("Run \"CREATE UNIQUE INDEX ON %s (%s)\".",
						 table->name, rootfi_layout_columns(columns, n, ""))));
	table->nkeys = n - first;
	memcpy(table->keys, columns + first, table->nkeys * sizeof(char *));
	for (int i = 0; i < table->nkeys; i++)
		if (rootfi_layout_column(table->desc, table->keys[i]) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_GENERATED_ALWAYS),
					 errmsg("column \"%s\" of table %s cannot be set",
							table->keys[i], table->name),
					 errdetail("It makes its values by itself, but rows are told apart by it.")));
}

/* Is the column one of the table's key? */
bool
rootfi_layout_is_key(const TargetTable *table, const char *column)
{
	for (int i = 0; i < table->nkeys; i++)
		if (strcmp(table->keys[i], column) == 0)
			return true;
	return false;
}

/* Does the type, a domain perhaps, refuse NULL? */
static bool
type_refuses_null(Oid type)
{
	bool		result = false;

	while (!result && get_typtype(type) == TYPTYPE_DOMAIN)
	{
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));

		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "cache lookup failed for type %u", type);
		result = ((Form_pg_type) GETSTRUCT(tuple))->typnotnull;
		type = ((Form_pg_type) GETSTRUCT(tuple))->typbasetype;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * Notes which columns are the user's own: not of the row type, nor such that
 * every table needs; and which cannot be NULL.  "all" has the table's columns.
 */
static void
find_special(TargetTable *table, TupleDesc all, TupleDesc row_type)
{
	TupleDesc	desc = table->desc;

	table->special = palloc(desc->natts * sizeof(SpecialColumn));
	for (int i = 0; i < desc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(desc, i)->attname);
		Form_pg_attribute att = TupleDescAttr(all, rootfi_layout_column(all, name));
		SpecialColumn column = {
			.index = i,
			.is_own = i != table->hash_column && i != table->plan->extra &&
			(row_type == NULL || rootfi_layout_column(row_type, name) < 0),
			.needs_value = att->attnotnull || type_refuses_null(att->atttypid),
		};

		if (!rootfi_layout_is_key(table, name) &&
			(column.is_own || column.needs_value))
			table->special[table->nspecial++] = column;
	}
}

/* Raises an error for a view and what else has the name of a table. */
static void
check_is_table(const TargetTable *table, Relation relation)
{
	char		kind = relation->rd_rel->relkind;

	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s is not a table", table->name)));
}

/* Has the column that type? */
bool
rootfi_layout_has_type(TupleDesc desc, int column, Oid type)
{
	return column >= 0 && TupleDescAttr(desc, column)->atttypid == type;
}

/* Does an INSERT insert all rows that it is given? */
static bool
inserts_all(Relation relation)
{
	return relation->rd_rel->relkind == RELKIND_RELATION &&
		relation->rd_rules == NULL &&
		(relation->trigdesc == NULL ||
		 !relation->trigdesc->trig_insert_before_row);
}

/*
 * Does an INSERT into the table still insert all rows that it is given?  What
 * would change that has to wait for the end of the transaction from here on.
 */
bool
rootfi_layout_is_plain(const TargetTable *table)
{
	Relation	relation = try_table_open(table->relid, RowExclusiveLock);
	bool		result;

	if (relation == NULL)
		return false;			/* the statement will say so */
	result = inserts_all(relation);
	table_close(relation, NoLock);
	return result;
}

/*
 * Describes a table, given the columns of its key, the company first, in the
 * current context.  Errors: 42809 when it is none, 42P10 when it has no key.
 */
void
rootfi_layout_read(TargetTable *table, Oid relid, TupleDesc row_type,
				   const FieldAlias *aliases, const char **key, int nkey)
{
	Relation	relation = table_open(relid, AccessShareLock);
	TupleDesc	desc = settable_columns(RelationGetDescr(relation));

	table->name = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
											 RelationGetRelationName(relation));
	check_is_table(table, relation);
	table->desc = desc;
	find_key(table, relation, key, nkey);
	table->relid = relid;
	table->is_plain = inserts_all(relation);
	table->is_partitioned =
		relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
	table->plan = rootfi_row_plan(desc, aliases);
	table->writes_context = AllocSetContextCreate(CurrentMemoryContext,
												  "rootfi writes",
												  ALLOCSET_SMALL_SIZES);
	table->hash_column = rootfi_layout_column(desc, HASH_COLUMN);
	if (!rootfi_layout_has_type(desc, table->hash_column, INT8OID))
		table->hash_column = -1;
	else
		rootfi_row_reserve(table->plan, HASH_COLUMN);
	table->is_ordered = rootfi_layout_has_type(desc,
											   rootfi_layout_column(desc, "rootfi_updated_at"),
											   TIMESTAMPTZOID);
	find_special(table, RelationGetDescr(relation), row_type);
	table_close(relation, NoLock);
}
