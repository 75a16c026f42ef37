/*
 * relation.c
 *		Rows on their way into a table, as a relation that statements read.
 *
 * A statement names its rows by a number: "... FROM rootfi_page(7) AS p (...)".
 * So it can be prepared once for all the pages of a run, and is an ordinary
 * statement to whatever kind of table it writes into.  The rows are handed
 * over as they are, to the one statement that reads them; who asks for a
 * number that is not there, or no longer, gets an error.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/tuplestore.h"

#include "copy/relation.h"

PG_FUNCTION_INFO_V1(rootfi_page);

struct PageRows
{
	int64		number;
	TupleDesc	desc;			/* theirs; lives longer than the rows */
	Tuplestorestate *store;
	bool		is_listed;
	dlist_node	node;
	MemoryContextCallback withdraw;
};

/* Rows that have not been read yet. */
static dlist_head waiting = DLIST_STATIC_INIT(waiting);

/* A number for the rows of a statement that is being made. */
int64
rootfi_relation_number(void)
{
	static int64 latest = 0;

	return ++latest;
}

/* The type of a column as its definition says it. */
static void
append_column(StringInfo text, Form_pg_attribute att)
{
	appendStringInfo(text, "%s %s", quote_identifier(NameStr(att->attname)),
					 format_type_extended(att->atttypid, att->atttypmod,
										  FORMAT_TYPE_TYPEMOD_GIVEN |
										  FORMAT_TYPE_FORCE_QUALIFY));
	if (OidIsValid(att->attcollation) &&
		att->attcollation != get_typcollation(att->atttypid))
		appendStringInfo(text, " COLLATE %s",
						 generate_collation_name(att->attcollation));
}

/*
 * The rows of that number as an item "p" of a FROM clause, with these columns;
 * "schema" is the extension's, quoted.
 */
char *
rootfi_relation_sql(int64 number, TupleDesc desc, const char *schema)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "%s.rootfi_page(" INT64_FORMAT ") AS p (", schema,
					 number);
	for (int i = 0; i < desc->natts; i++)
	{
		appendStringInfoString(&text, i > 0 ? ", " : "");
		append_column(&text, TupleDescAttr(desc, i));
	}
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* Takes rows off the list.  Called when their memory goes.  Raises no error. */
static void
withdraw(void *arg)
{
	PageRows   *rows = arg;

	if (rows->is_listed)
		dlist_delete(&rows->node);
	rows->is_listed = false;
}

/*
 * Begins rows of that number, in the current context: they can be read until
 * that goes.  Columns of "desc", which must live as long, are not dropped ones.
 */
PageRows *
rootfi_relation_begin(int64 number, TupleDesc desc)
{
	PageRows   *rows = palloc0(sizeof(PageRows));

	Assert(number > 0);
	for (int i = 0; i < desc->natts; i++)
		Assert(!TupleDescAttr(desc, i)->attisdropped);
	rows->number = number;
	rows->desc = desc;
	rows->store = tuplestore_begin_heap(false, false, work_mem);
	rows->withdraw.func = withdraw;
	rows->withdraw.arg = rows;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &rows->withdraw);
	dlist_push_head(&waiting, &rows->node);
	rows->is_listed = true;
	return rows;
}

/* Adds a row, while nobody has read them. */
void
rootfi_relation_put(PageRows *rows, const Datum *values, const bool *nulls)
{
	Assert(rows->is_listed);
	tuplestore_putvalues(rows->store, rows->desc, unconstify(Datum *, values),
						 unconstify(bool *, nulls));
}

/* Takes the rows of that number off the list; an error if there are none. */
static PageRows *
take_rows(int64 number)
{
	dlist_iter	iter;

	dlist_foreach(iter, &waiting)
	{
		PageRows   *rows = dlist_container(PageRows, node, iter.cur);

		if (rows->number != number)
			continue;
		withdraw(rows);
		return rows;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("there are no rows " INT64_FORMAT " to be read", number),
			 errdetail("The function is for the statements by which rootfi_sync() writes a page.")));
}

/*
 * rootfi_page(number bigint): the rows of a page that the statement is to
 * write.  Errors: 42704 for other numbers; 42804, by the executor, for a
 * definition of other columns; 0A000 outside of FROM.
 */
Datum
rootfi_page(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	PageRows   *rows;
	MemoryContext old;

	if (info == NULL || !IsA(info, ReturnSetInfo) ||
		(info->allowedModes & SFRM_Materialize) == 0 ||
		info->expectedDesc == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rootfi_page() can only be used in FROM")));
	rows = take_rows(PG_GETARG_INT64(0));
	old = MemoryContextSwitchTo(info->econtext->ecxt_per_query_memory);
	info->returnMode = SFRM_Materialize;
	info->setDesc = CreateTupleDescCopy(rows->desc);
	info->setResult = rows->store;
	MemoryContextSwitchTo(old);
	PG_RETURN_NULL();
}
