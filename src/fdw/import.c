/*
 * import.c
 *		IMPORT FOREIGN SCHEMA: the categories of the API.
 *
 * A resource becomes a table of the name, the columns and types that a copy of
 * it has, each list inside its records one of its own.  No request is made.
 */
#include "postgres.h"

#include "catalog/pg_foreign_table.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/rowtype.h"
#include "fdw/import.h"
#include "http/options.h"
#include "rows/recordtype.h"

/* What is to be made. */
typedef struct Import
{
	const char *server;
	const char *schema;			/* local */
	Oid			namespace;		/* of the extension */
	int64		company_id;		/* 0 for all */
	bool		lists;
	bool		nested;
	bool		synced;
} Import;

/* Reads a truth value. */
static bool
read_bool(const DefElem *def)
{
	bool		result;

	if (!parse_bool(defGetString(unconstify(DefElem *, def)), &result))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("invalid value for option \"%s\": \"%s\"",
						def->defname, defGetString(unconstify(DefElem *, def))),
				 errhint("Valid values are true and false.")));
	return result;
}

/* Reads the options of the statement. */
static void
read_options(Import *import, List *options)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = lfirst_node(DefElem, lc);

		if (strcmp(def->defname, "lists") == 0)
			import->lists = read_bool(def);
		else if (strcmp(def->defname, "nested") == 0)
			import->nested = read_bool(def);
		else if (strcmp(def->defname, "synced") == 0)
			import->synced = read_bool(def);
		else if (strcmp(def->defname, "company_id") == 0)
		{
			RootfiOptions values = {0};

			rootfi_options_read(&values, ForeignTableRelationId,
								list_make1(def));
			import->company_id = values.company_id;
		}
		else
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
					 errmsg("invalid option \"%s\"", def->defname),
					 errhint("Valid options in this context are: company_id, lists, nested, synced.")));
	}
}

/* Appends the columns of a row type; those of the key are never NULL. */
static void
append_columns(StringInfo text, const Import *import, TupleDesc desc,
			   const Resource *resource, const char *const *key)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char *name = NameStr(att->attname);
		bool		in_key = false;

		if (resource != NULL && !import->nested &&
			rootfi_child_by_member(resource, name) != NULL)
			continue;
		for (int k = 0; key[k] != NULL; k++)
			in_key = in_key || strcmp(key[k], name) == 0;
		appendStringInfo(text, "%s%s %s%s", i > 0 ? ", " : "",
						 quote_identifier(name),
						 format_type_be_qualified(att->atttypid),
						 in_key ? " NOT NULL" : "");
	}
}

/* The statement that makes a table; "child" is NULL for the records'. */
static char *
make_table(const Import *import, const Resource *resource,
		   const ChildList *child)
{
	TupleDesc	desc = rootfi_row_type(import->namespace, child ?
									   child->row_type :
									   resource->row_type);
	bool		has_company = rootfi_recordtype_has_company(resource,
															import->namespace);
	const char *const record_key[] = {
		"rootfi_company_id",
		rootfi_recordtype_has(desc, "rootfi_id") ? "rootfi_id" : "id", NULL
	};
	const char *const child_key[] = {
		has_company ? "rootfi_company_id" : "ordinal",
		child ? child->parent_key : NULL, "ordinal", NULL
	};
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "CREATE FOREIGN TABLE %s (",
					 quote_qualified_identifier(import->schema, child ?
												child->table :
												resource->table));
	append_columns(&text, import, desc, child ? NULL : resource,
				   child ? child_key : record_key);
	ReleaseTupleDesc(desc);
	if (import->synced && child == NULL)
		appendStringInfoString(&text, ", " HASH_COLUMN " bigint");
	if (import->company_id != 0 && has_company)
		appendStringInfo(&text, ", CHECK (rootfi_company_id OPERATOR(pg_catalog.=) "
						 INT64_FORMAT ")", import->company_id);
	appendStringInfo(&text, ") SERVER %s OPTIONS (resource %s",
					 quote_identifier(import->server),
					 quote_literal_cstr(resource->name));
	if (child != NULL)
		appendStringInfo(&text, ", list %s", quote_literal_cstr(child->member));
	if (import->company_id != 0 && has_company)
		appendStringInfo(&text, ", company_id '" INT64_FORMAT "'",
						 import->company_id);
	appendStringInfoChar(&text, ')');
	return text.data;
}

/*
 * Callback: the statements that make the tables of a category.  PostgreSQL
 * leaves out what LIMIT TO and EXCEPT do.  Raises HV00Q for a category that
 * does not exist.
 */
List *
rootfi_import(ImportForeignSchemaStmt *statement, Oid serverid)
{
	ForeignServer *server = GetForeignServer(serverid);
	ForeignDataWrapper *wrapper = GetForeignDataWrapper(server->fdwid);
	Import		import = {
		.server = server->servername,
		.schema = statement->local_schema,
		.namespace = get_func_namespace(wrapper->fdwhandler),
		.lists = true,
	};
	List	   *commands = NIL;

	read_options(&import, statement->options);
	foreach_resource(resource)
	{
		if (!rootfi_in_category(resource, statement->remote_schema))
			continue;
		commands = lappend(commands, make_table(&import, resource, NULL));
		for (const ChildList *child = resource->children;
			 import.lists && child && child->member; child++)
			commands = lappend(commands, make_table(&import, resource, child));
	}
	if (commands == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("category \"%s\" does not exist",
						statement->remote_schema),
				 errhint(ROOTFI_CATEGORIES_HINT)));
	return commands;
}
