/*
 * tables.c
 *		Makes the tables that streams fill.
 *
 * They are ordinary tables of the user's, made from the row types: a record's
 * without the lists that have tables of their own, and with the hash that
 * tells whether a record has changed.  What is there already is left as it is,
 * so that users may make, change and extend them as they like.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "base/rowtype.h"
#include "base/sql.h"
#include "copy/tables.h"
#include "copy/target.h"

/* Columns of a table for records that the catalog has no row type for. */
#define COMMON_COLUMNS \
	"rootfi_id bigint, rootfi_created_at pg_catalog.timestamptz," \
	" rootfi_updated_at pg_catalog.timestamptz, rootfi_company_id bigint," \
	" platform_id pg_catalog.text, platform_unique_id pg_catalog.text," \
	" rootfi_deleted_at pg_catalog.timestamptz, extra pg_catalog.jsonb"

/* The name of a resource's table: after its path when there is no better. */
char *
rootfi_tables_default_name(const Resource *resource)
{
	char	   *name;

	if (resource->table != NULL)
		return pstrdup(resource->table);
	/* "v3/accounting/invoices" */
	name = str_tolower(strchr(resource->name, '/') + 1,
					   strlen(strchr(resource->name, '/') + 1),
					   C_COLLATION_OID);
	for (char *c = name; *c != '\0'; c++)
		if (*c == '/' || *c == '-')
			*c = '_';
	return name;
}

/* Appends the columns of a row type but those of the lists. */
static void
append_columns(StringInfo text, TupleDesc desc, const Resource *resource)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char *name = NameStr(att->attname);

		if (resource != NULL && rootfi_child_by_member(resource, name) != NULL)
			continue;
		appendStringInfo(text, "%s %s, ", quote_identifier(name),
						 format_type_be_qualified(att->atttypid));
	}
}

/* Executes a statement made from a format. */
static void
			execute(const char *format,...) pg_attribute_printf(1, 2);

static void
execute(const char *format,...)
{
	StringInfoData text;

	initStringInfo(&text);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&text, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	rootfi_sql_utility(text.data);
	pfree(text.data);
}

/* Makes the table of a resource's records, "name" being quoted. */
static void
make_parent(const Resource *resource, Oid namespace, const char *name)
{
	TupleDesc	desc = rootfi_row_type(namespace, resource->row_type);
	bool		has_company = rootfi_recordtype_has_company(resource, namespace);
	const char *id = "rootfi_id";
	bool		has_time = true;
	StringInfoData columns;

	initStringInfo(&columns);
	if (desc == NULL)
		appendStringInfoString(&columns, COMMON_COLUMNS ", ");
	else
	{
		append_columns(&columns, desc, resource);
		if (!rootfi_recordtype_has(desc, id))
			id = "id";
		has_time = rootfi_recordtype_has(desc, "rootfi_updated_at");
		ReleaseTupleDesc(desc);
	}
	execute("CREATE TABLE %s (%s" HASH_COLUMN " bigint, PRIMARY KEY (%s%s))",
			name, columns.data, has_company ? "rootfi_company_id, " : "", id);
	execute("COMMENT ON TABLE %s IS %s", name,
			quote_literal_cstr(psprintf("RootFi's %s, copied by rootfi_sync()",
										resource->plural)));
	execute("COMMENT ON COLUMN %s." HASH_COLUMN " IS"
			" 'Tells whether a record has changed since it was written'", name);
	if (strstr(columns.data, "rootfi_deleted_at ") != NULL)
		execute("COMMENT ON COLUMN %s.rootfi_deleted_at IS"
				" 'When the record was found deleted; its row stays'", name);
	if (has_company && has_time)
		execute("CREATE INDEX ON %s (rootfi_company_id, rootfi_updated_at)",
				name);
}

/* Makes the table of a list inside the records. */
static void
make_child(const Resource *resource, Oid namespace, const char *name,
		   const ChildList *child)
{
	TupleDesc	desc = rootfi_row_type(namespace, child->row_type);
	bool		has_company = rootfi_recordtype_has_company(resource, namespace);
	StringInfoData columns;

	initStringInfo(&columns);
	append_columns(&columns, desc, NULL);
	ReleaseTupleDesc(desc);
	execute("CREATE TABLE %s (%sPRIMARY KEY (%s%s, ordinal))", name,
			columns.data, has_company ? "rootfi_company_id, " : "",
			quote_identifier(child->parent_key));
	execute("COMMENT ON TABLE %s IS %s", name,
			quote_literal_cstr(psprintf("The lists \"%s\" of RootFi's %s, copied by rootfi_sync()",
										child->member, resource->plural)));
	execute("COMMENT ON COLUMN %s.ordinal IS 'Place in the list, from 1'",
			name);
}

/* Makes those of a resource's tables that are not there, and the schema. */
void
rootfi_tables_make(const Resource *resource, Oid namespace,
				   const char *schema, const char *table)
{
	bool		is_new;

	if (!OidIsValid(get_namespace_oid(schema, true)))
		execute("CREATE SCHEMA %s", quote_identifier(schema));
	is_new = !OidIsValid(rootfi_target_find(schema, table));
	if (is_new)
		make_parent(resource, namespace,
					quote_qualified_identifier(schema, table));
	for (const ChildList *child = resource->children; child && child->member;
		 child++)
	{
		const char *name = rootfi_target_child_name(resource, table, child);

		/* who has made the parent may not want all of the children */
		if (is_new && !OidIsValid(rootfi_target_find(schema, name)))
			make_child(resource, namespace,
					   quote_qualified_identifier(schema, name), child);
	}
}

/* Drops a resource's tables. */
void
rootfi_tables_drop(const Resource *resource, const char *schema,
				   const char *table)
{
	for (const ChildList *child = resource->children; child && child->member;
		 child++)
		execute("DROP TABLE IF EXISTS %s",
				quote_qualified_identifier(schema,
										   rootfi_target_child_name(resource, table,
																	child)));
	execute("DROP TABLE IF EXISTS %s",
			quote_qualified_identifier(schema, table));
}
