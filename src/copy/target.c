/*
 * target.c
 *		Looks at the tables that a stream fills.
 *
 * The table's own columns decide what is filled.  Those of the resource's row
 * type always are; another one only by a record that has a member of its name,
 * so that columns of the user's own keep what they have.  A table
 * of children that is not there is not filled: its list then goes to "extra"
 * as any member without a column does.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "base/role.h"
#include "base/rowtype.h"
#include "base/sql.h"
#include "copy/target.h"

/* The table of that name, InvalidOid if there is none. */
Oid
rootfi_target_find(const char *schema, const char *table)
{
	Oid			namespace = get_namespace_oid(schema, true);

	return OidIsValid(namespace) ? get_relname_relid(table, namespace) :
		InvalidOid;
}

/*
 * Name of the table of a record's children, beside a table of that name: the
 * catalog's, or one after a parent that is not called as in the catalog, cut
 * so that it still tells the children apart.
 */
char *
rootfi_target_child_name(const Resource *resource, const char *target_table,
						 const ChildList *child)
{
	if (resource->table != NULL && strcmp(resource->table, target_table) == 0)
		return pstrdup(child->table);
	return makeObjectName(target_table, child->member, NULL);
}

/* Index of a column, or -1. */
static int
column_index(TupleDesc desc, const char *name)
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
		int			column = column_index(desc, columns[i]);
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
rootfi_target_columns(const char **columns, int n, const char *prefix)
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
	int			first = column_index(RelationGetDescr(relation),
									 columns[0]) < 0 ? 1 : 0;

	while (first < 2 && !has_unique_index(relation, columns + first, n - first))
		first++;
	if (first >= 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("table %s has no unique index by which its rows are told apart",
						table->name),
				 errhint("Run \"CREATE UNIQUE INDEX ON %s (%s)\".",
						 table->name, rootfi_target_columns(columns, n, ""))));
	table->nkeys = n - first;
	memcpy(table->keys, columns + first, table->nkeys * sizeof(char *));
	for (int i = 0; i < table->nkeys; i++)
		if (column_index(table->desc, table->keys[i]) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_GENERATED_ALWAYS),
					 errmsg("column \"%s\" of table %s cannot be set",
							table->keys[i], table->name),
					 errdetail("It makes its values by itself, but rows are told apart by it.")));
}

/* Is the column one of the table's key? */
bool
rootfi_target_is_key(const TargetTable *table, const char *column)
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
		Form_pg_attribute att = TupleDescAttr(all, column_index(all, name));
		SpecialColumn column = {
			.index = i,
			.is_own = i != table->hash_column && i != table->plan->extra &&
			(row_type == NULL || column_index(row_type, name) < 0),
			.needs_value = att->attnotnull || type_refuses_null(att->atttypid),
		};

		if (!rootfi_target_is_key(table, name) &&
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
static bool
has_type(TupleDesc desc, int column, Oid type)
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
rootfi_target_is_plain(const TargetTable *table)
{
	Relation	relation = try_table_open(table->relid, RowExclusiveLock);
	bool		result;

	if (relation == NULL)
		return false;			/* the statement will say so */
	result = inserts_all(relation);
	table_close(relation, NoLock);
	return result;
}

/* Describes a table, given the columns of its key, the company first. */
static void
table_init(TargetTable *table, Oid relid, TupleDesc row_type,
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
	table->hash_column = column_index(desc, HASH_COLUMN);
	if (!has_type(desc, table->hash_column, INT8OID))
		table->hash_column = -1;
	else
		rootfi_row_reserve(table->plan, HASH_COLUMN);
	table->is_ordered = has_type(desc,
								 column_index(desc, "rootfi_updated_at"),
								 TIMESTAMPTZOID);
	find_special(table, RelationGetDescr(relation), row_type);
	table_close(relation, NoLock);
}

/*
 * A number that differs when the columns do: what is kept of a record depends
 * on them, so that a row is written anew when there is a new column for it.
 */
static uint64
columns_seed(const Target *target)
{
	uint64		seed = 0;

	for (int t = -1; t < target->nchildren; t++)
	{
		const TargetTable *table = t < 0 ? &target->parent :
		&target->children[t].table;

		for (int i = 0; i < table->desc->natts; i++)
		{
			Form_pg_attribute att = TupleDescAttr(table->desc, i);
			const char *name = NameStr(att->attname);

			seed = hash_bytes_extended((const unsigned char *) name,
									   strlen(name), seed + att->atttypid);
		}
	}
	return seed;
}

/*
 * Finds out whether the table has no row of the stream's company, or none at
 * all where that cannot be told.  The key is to be used for it: one row among
 * those of all companies may be far away.
 */
static void
look_for_children(ChildTable *child, const Stream *stream)
{
	static const char *const others[] = {"enable_seqscan", NULL};
	static const Oid types[] = {INT8OID};
	SqlArgs		args = {0};
	int			level = rootfi_sql_without(others);

	child->by_company = stream->has_company &&
		strcmp(child->table.keys[0], "rootfi_company_id") == 0;
	if (child->by_company)
		rootfi_sql_int8(&args, stream->company_id);
	child->was_empty =
		rootfi_sql_once(psprintf("SELECT FROM %s%s LIMIT 1", child->table.name,
								 child->by_company ? " WHERE rootfi_company_id"
								 " OPERATOR(pg_catalog.=) $1" : ""),
						types, &args) == 0;
	AtEOXact_GUC(true, level);
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Raises an error when a column that is filled by us has another type than we
 * give it: the company, the parent and "ordinal", part of the key or not.
 */
static void
check_child_keys(const TargetTable *table, const char *const *columns)
{
	static const Oid types[] = {INT8OID, INT8OID, INT4OID};

	for (int i = 0; i < lengthof(types); i++)
	{
		int			column = column_index(table->desc, columns[i]);

		if (column >= 0 && !has_type(table->desc, column, types[i]))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of table %s has not the type that a sync needs",
							columns[i], table->name),
					 errdetail("Keys of children are bigint, \"ordinal\" is integer.")));
	}
}

/* Describes a table of children, if it is there. */
static void
add_child(Target *target, const Stream *stream, Oid namespace,
		  const ChildList *child)
{
	char	   *name = rootfi_target_child_name(stream->resource,
												stream->target_table, child);
	Oid			relid = rootfi_target_find(stream->target_schema, name);
	const char *key[] = {"rootfi_company_id", child->parent_key, "ordinal"};
	int			skip = target->parent.nkeys > 1 ? 0 : 1;
	ChildTable *table = &target->children[target->nchildren];
	TupleDesc	row_type;

	if (!OidIsValid(relid))
		return;
	row_type = rootfi_row_type(namespace, child->row_type);
	table->child = child;
	table_init(&table->table, relid, row_type, NULL, key + skip, 3 - skip);
	ReleaseTupleDesc(row_type);
	check_child_keys(&table->table, key);
	look_for_children(table, stream);
	rootfi_row_claim(target->parent.plan, child->member);
	for (int i = 0; child->strays && child->strays[i].member; i++)
		rootfi_row_claim(target->parent.plan, child->strays[i].member);
	target->nchildren++;
}

/*
 * Describes the tables of a stream, as they are now, in the current context.
 * What the target has goes with rootfi_target_close() or with that context.
 * Errors: 42P01 when the table is not there, 42809 when it is none, 42P10 when
 * it has no key.
 */
void
rootfi_target_open(Target *target, const Stream *stream, Oid namespace)
{
	const Resource *resource = stream->resource;
	Oid			relid = rootfi_target_find(stream->target_schema,
										   stream->target_table);
	TupleDesc	row_type;
	const char *key[] = {"rootfi_company_id", "rootfi_id"};
	int			nchildren = 0;
	MemoryContext old;

	target->context = AllocSetContextCreate(CurrentMemoryContext,
											"rootfi target",
											ALLOCSET_DEFAULT_SIZES);
	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table %s does not exist",
						quote_qualified_identifier(stream->target_schema,
												   stream->target_table)),
				 errhint("Remove the stream with rootfi_remove_stream(" INT64_FORMAT ") and add it again.",
						 stream->id)));
	old = MemoryContextSwitchTo(target->context);
	target->schema = quote_identifier(get_namespace_name(namespace));
	if (stream->has_company)
		target->company = psprintf(INT64_FORMAT, stream->company_id);
	row_type = rootfi_row_type(namespace, resource->row_type);
	if (row_type != NULL && column_index(row_type, key[1]) < 0)
		key[1] = "id";
	table_init(&target->parent, relid, row_type, resource->aliases, key, 2);
	if (row_type != NULL)
		ReleaseTupleDesc(row_type);
	while (resource->children && resource->children[nchildren].member)
		nchildren++;
	target->children = palloc0((nchildren + 1) * sizeof(ChildTable));
	for (int i = 0; i < nchildren; i++)
		add_child(target, stream, namespace, &resource->children[i]);
	target->hash_seed = columns_seed(target);
	MemoryContextSwitchTo(old);
}

/*
 * Locks the table of that name against being dropped or renamed until the end
 * of the transaction, and raises 42501 unless the role may fill it.
 */
static void
check_owner(const char *schema, const char *table, Oid role)
{
	Oid			relid = rootfi_target_find(schema, table);
	Oid			locked = InvalidOid;

	while (OidIsValid(relid) && relid != locked)
	{
		CHECK_FOR_INTERRUPTS();
		LockRelationOid(relid, AccessShareLock);
		locked = relid;
		relid = rootfi_target_find(schema, table);
	}
	if (OidIsValid(relid))
		rootfi_role_check_table(relid, role);
}

/*
 * Raises 42501 unless the role may fill the tables of a stream as they are
 * now: their owners' code has its rights then.
 */
void
rootfi_target_check_owners(const Stream *stream, Oid role)
{
	const Resource *resource = stream->resource;

	check_owner(stream->target_schema, stream->target_table, role);
	for (const ChildList *child = resource->children; child && child->member;
		 child++)
		check_owner(stream->target_schema,
					rootfi_target_child_name(resource, stream->target_table,
											 child), role);
}

/* Forgets what was described, with the statements. */
void
rootfi_target_close(Target *target)
{
	if (target->context != NULL)
		MemoryContextDelete(target->context);
	memset(target, 0, sizeof(*target));
}
