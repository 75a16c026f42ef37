/*
 * target.c
 *		Looks at the tables that a stream fills.
 *
 * A table of children that is not there is not filled: its list then goes to
 * "extra" as any member without a column does.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/defrem.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/role.h"
#include "base/rowtype.h"
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
		int			column = rootfi_layout_column(table->desc, columns[i]);

		if (column >= 0 && !rootfi_layout_has_type(table->desc, column, types[i]))
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
	rootfi_layout_read(&table->table, relid, row_type, NULL, key + skip, 3 - skip);
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
	if (row_type != NULL && rootfi_layout_column(row_type, key[1]) < 0)
		key[1] = "id";
	rootfi_layout_read(&target->parent, relid, row_type, resource->aliases, key, 2);
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
