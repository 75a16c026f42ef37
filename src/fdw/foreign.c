/*
 * foreign.c
 *		What a foreign table is of: its options and its columns.
 *
 * Everything is looked up anew for each plan and each execution, so that
 * nothing outlives an ALTER.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_type.h"
#include "foreign/foreign.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "fdw/foreign.h"

/* Names of the lists inside a resource's records, for hints. */
static char *
list_names(const Resource *resource)
{
	StringInfoData names;

	initStringInfo(&names);
	for (const ChildList *child = resource->children; child && child->member;
		 child++)
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
						 child->member);
	return names.len > 0 ? names.data : NULL;
}

/* Raises the error for a list that the records do not have. */
static void
report_no_list(const Resource *resource, const char *list)
{
	char	   *names = list_names(resource);

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("%s have no list \"%s\"", resource->plural, list),
			 names != NULL ? errhint("Lists inside them are: %s.", names) :
			 errhint("The catalog knows no lists inside them.")));
}

/*
 * Finds what the options of a table name: the resource and the list inside its
 * records, NULL for none.  Raises HV00J without a resource, 42704 for one that
 * does not exist, 0A000 for one without a list of its own, HV024 for a list
 * that its records do not have.
 */
const ChildList *
rootfi_foreign_check(const RootfiOptions *options, const Resource **resource)
{
	const ChildList *child;

	if (options->resource == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("option \"resource\" is required for foreign tables of rootfi"),
				 errhint("Name one of rootfi_resources(), like OPTIONS (resource 'ecommerce/orders').")));
	*resource = rootfi_resource_by_name(options->resource);
	rootfi_check_verb(*resource, VERB_LIST);
	if (strchr((*resource)->path, '{') != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot make a foreign table of %s: each list is one record's",
						(*resource)->plural)));
	if (options->list == NULL)
		return NULL;
	child = rootfi_child_by_member(*resource, options->list);
	if (child == NULL)
		report_no_list(*resource, options->list);
	return child;
}

/* Reads the options of one column. */
static void
read_column(ForeignSource *foreign, Form_pg_attribute att)
{
	ForeignColumn *column = &foreign->columns[att->attnum - 1];
	RootfiOptions options = {0};

	if (att->attisdropped)
		return;
	rootfi_options_read(&options, AttributeRelationId,
						GetForeignColumnOptions(foreign->relid, att->attnum));
	if (options.member != NULL)
		namestrcpy(&att->attname, options.member);
	column->member = NameStr(att->attname);
	column->type = att->atttypid;
	column->typmod = att->atttypmod;
	column->filter = options.filter;
	column->fetch = options.fetch;
	for (int i = 0; i < att->attnum - 1; i++)
		if (foreign->columns[i].member != NULL &&
			strcmp(foreign->columns[i].member, column->member) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("two columns of foreign table \"%s\" are for the member \"%s\"",
							get_rel_name(foreign->relid), column->member),
					 errhint("Set the option \"member\" of one of them to another name.")));
}

/* Can ids be looked up in a column of that type? */
static bool
is_key_type(Oid type)
{
	return type == INT8OID || type == INT4OID || type == INT2OID ||
		type == TEXTOID || type == VARCHAROID;
}

/* Finds the column that says which record, and how records are read by it. */
static void
find_key(ForeignSource *foreign)
{
	const Resource *resource = foreign->resource;
	const char *key = foreign->child ? foreign->child->parent_key : "rootfi_id";

	foreign->lookup = foreign->options.lookup;
	if (foreign->lookup == LOOKUP_GET &&
		(rootfi_verbs(resource) & VERB_BIT(VERB_GET)) == 0)
		foreign->lookup = LOOKUP_LIST;
	/* no filters of the core's lists are documented but the plain ones */
	if (foreign->lookup == LOOKUP_LIST &&
		(resource->core || !(foreign->options.operators & OPERATOR_EQ)))
		foreign->lookup = LOOKUP_OFF;
	if (foreign->lookup == LOOKUP_OFF)
		return;
	for (int i = 0; i < foreign->desc->natts; i++)
	{
		const ForeignColumn *column = &foreign->columns[i];

		if (column->member != NULL && strcmp(column->member, key) == 0 &&
			is_key_type(column->type) && column->filter != FILTER_NEVER)
			foreign->key = i + 1;
	}
}

/*
 * Describes a foreign table, in the current context.  The caller has it
 * locked.  Raises the errors of the validator, should options not fit any
 * more, and HV024 for two columns of one member.
 */
ForeignSource *
rootfi_foreign_get(Oid relid)
{
	ForeignSource *foreign = palloc0(sizeof(ForeignSource));
	ForeignTable *table = GetForeignTable(relid);
	ForeignServer *server = GetForeignServer(table->serverid);
	Relation	relation = table_open(relid, NoLock);

	foreign->relid = relid;
	foreign->serverid = table->serverid;
	rootfi_options_init(&foreign->options);
	rootfi_options_read(&foreign->options, ForeignServerRelationId,
						server->options);
	rootfi_options_read(&foreign->options, ForeignTableRelationId,
						table->options);
	foreign->child = rootfi_foreign_check(&foreign->options,
										  &foreign->resource);
	foreign->desc = CreateTupleDescCopy(RelationGetDescr(relation));
	table_close(relation, NoLock);
	foreign->columns = palloc0(foreign->desc->natts * sizeof(ForeignColumn));
	for (int i = 0; i < foreign->desc->natts; i++)
		read_column(foreign, TupleDescAttr(foreign->desc, i));
	find_key(foreign);
	return foreign;
}

/*
 * Are deleted records to be asked for, where that can be asked?
 */
bool
rootfi_foreign_sends_deleted(const ForeignSource *foreign)
{
	return foreign->options.include_deleted && !foreign->resource->core;
}

/* The first alias of a column that holds that member, or NULL. */
const FieldAlias *
rootfi_foreign_alias(const ForeignSource *foreign, const char *member)
{
	const FieldAlias *alias = foreign->child ? NULL :
	foreign->resource->aliases;

	for (; alias != NULL && alias->column != NULL; alias++)
		if (strcmp(alias->column, member) == 0)
			return alias;
	return NULL;
}

/* The number of the column that holds a member, 0 for none. */
static AttrNumber
column_of(const ForeignSource *foreign, const char *member)
{
	for (int i = 0; i < foreign->desc->natts; i++)
		if (foreign->columns[i].member != NULL &&
			strcmp(foreign->columns[i].member, member) == 0)
			return i + 1;
	return 0;
}

/*
 * The needed columns, and those without which they could not be filled: all,
 * if "extra" is needed, as what fits no column goes there; and those of other
 * names of a column, since a member with a column of its own fills no other.
 * NULL stands for all.
 */
static Bitmapset *
complete_needs(const ForeignSource *foreign, Bitmapset *needed)
{
	const FieldAlias *alias = foreign->child ? NULL :
	foreign->resource->aliases;
	AttrNumber	extra = column_of(foreign, "extra");

	if (bms_is_member(0, needed) || (extra > 0 && bms_is_member(extra, needed)))
		return NULL;
	needed = bms_copy(needed);
	for (; alias != NULL && alias->column != NULL; alias++)
	{
		AttrNumber	other = column_of(foreign, alias->member);

		if (other > 0 && bms_is_member(column_of(foreign, alias->column),
									   needed))
			needed = bms_add_member(needed, other);
	}
	/* never empty, which stands for all */
	return bms_add_member(needed, foreign->desc->natts + 1);
}

/* Claims the lists that the catalog knows: none goes to "extra". */
static void
claim_lists(const ForeignSource *foreign, RowPlan *plan)
{
	const ChildList *child = foreign->resource->children;

	for (; child != NULL && child->member != NULL; child++)
	{
		rootfi_row_claim(plan, child->member);
		for (int i = 0; child->strays && child->strays[i].member; i++)
			rootfi_row_claim(plan, child->strays[i].member);
	}
}

/*
 * Plans the conversion of the needed columns, given by attribute number, with
 * 0 for all: others stay NULL.
 */
RowPlan *
rootfi_foreign_plan(const ForeignSource *foreign, Bitmapset *needed)
{
	TupleDesc	desc = CreateTupleDescCopy(foreign->desc);
	Bitmapset  *columns = complete_needs(foreign, needed);
	RowPlan    *plan;

	for (int i = 0; columns != NULL && i < desc->natts; i++)
		if (!bms_is_member(i + 1, columns))
			TupleDescAttr(desc, i)->attisdropped = true;
	plan = rootfi_row_plan(desc, foreign->child ? NULL :
						   foreign->resource->aliases);
	if (foreign->child == NULL && plan->extra >= 0)
		claim_lists(foreign, plan);
	return plan;
}

/* Is the column that holds a member needed? */
static bool
is_needed(const ForeignSource *foreign, Bitmapset *needed, const char *member)
{
	AttrNumber	column = column_of(foreign, member);

	return column > 0 && (bms_is_member(0, needed) ||
						  bms_is_member(column, needed));
}

/* An array of the texts in a list. */
static ArrayType *
text_array(List *texts)
{
	Datum	   *elements = palloc(list_length(texts) * sizeof(Datum) + 1);
	ListCell   *lc;
	int			n = 0;

	foreach(lc, texts)
		elements[n++] = CStringGetTextDatum(lfirst(lc));
	return construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT);
}

/* The lists to be expanded: those that are read. */
ArrayType *
rootfi_foreign_expand(const ForeignSource *foreign, Bitmapset *needed)
{
	List	   *members = NIL;
	const ChildList *child = foreign->resource->children;

	for (; child != NULL && child->member != NULL; child++)
		if (!foreign->resource->core &&
			(foreign->child == NULL ?
			 is_needed(foreign, needed, child->member) :
			 foreign->child == child))
			members = lappend(members, unconstify(char *, child->member));
	return text_array(members);
}

/* What is only shown when asked for and is to be shown, NULL for nothing. */
ArrayType *
rootfi_foreign_select(const ForeignSource *foreign, Bitmapset *needed)
{
	List	   *members = NIL;

	for (int i = 0; i < foreign->desc->natts; i++)
	{
		const ForeignColumn *column = &foreign->columns[i];

		if (column->member != NULL && column->fetch &&
			is_needed(foreign, needed, column->member))
			members = lappend(members, unconstify(char *, column->member));
	}
	return members == NIL ? NULL : text_array(members);
}
