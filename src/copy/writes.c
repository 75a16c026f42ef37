/*
 * writes.c
 *		Rows of a page on their way into one table.
 *
 * A record that lacks the member of a column of the user's own leaves that
 * column alone, and one that has null for a column that cannot be NULL gets
 * its default; so the rows of a page are sorted by what is done with the
 * columns, and each sort has a statement, which is kept for the pages to come.
 * Mostly there is but one for the new rows and one for the known.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "copy/relation.h"
#include "copy/statements.h"
#include "copy/writes.h"

/* Statements that are kept for the next page. */
#define MAX_KEPT_STATEMENTS	64

/* A statement that writes rows of one sort. */
typedef struct WriteStatement
{
	bool		is_new;			/* inserts; else writes over what is there */
	bool		of_company;		/* rows of the stream's company only */
	char	   *uses;			/* ColumnUse, by column */
	KeyedPlan	keyed;
} WriteStatement;

/* Its rows of this page. */
typedef struct WriteBatch
{
	WriteStatement *statement;
	PageRows   *rows;
} WriteBatch;

/* Frees the plan of a statement. */
static void
forget_plan(KeyedPlan *keyed)
{
	rootfi_sql_free(&keyed->plan);
	keyed->nuses = 0;
}

/* Begins the rows of a page, in the current context. */
void
rootfi_writes_begin(WriteQueue *queue, const Target *target,
					TargetTable *table)
{
	*queue = (WriteQueue)
	{
		.target = target,
			.table = table,
			.context = CurrentMemoryContext,
			.uses = palloc(table->desc->natts),
	};
	memset(queue->uses, COLUMN_SET, table->desc->natts);
	if (list_length(table->writes) <= MAX_KEPT_STATEMENTS)
		return;
	MemoryContextReset(table->writes_context);
	table->writes = NIL;
}

/*
 * Finds out what is done with the columns by the row that the table's plan
 * holds.
 */
static void
find_uses(WriteQueue *queue, bool is_new)
{
	const TargetTable *table = queue->table;
	const RowPlan *plan = table->plan;

	for (int i = 0; i < table->nspecial; i++)
	{
		const SpecialColumn *column = &table->special[i];
		ColumnUse	use = COLUMN_SET;

		if (plan->nulls[column->index])
		{
			if (column->is_own && plan->missing[column->index])
				use = COLUMN_LEFT;
			else if (column->needs_value)
				use = is_new ? COLUMN_LEFT : COLUMN_DEFAULT;
		}
		queue->uses[column->index] = use;
	}
}

/* Does the statement write such rows as the latest one? */
static bool
fits(const WriteQueue *queue, const WriteStatement *statement, bool is_new,
	 bool of_company)
{
	return statement->is_new == is_new &&
		statement->of_company == of_company &&
		memcmp(statement->uses, queue->uses, queue->table->desc->natts) == 0;
}

/* The statement that writes such rows as the latest one. */
static WriteStatement *
get_statement(const WriteQueue *queue, bool is_new, bool of_company)
{
	TargetTable *table = queue->table;
	WriteStatement *statement;
	MemoryContext old;
	ListCell   *cell;

	foreach(cell, table->writes)
		if (fits(queue, lfirst(cell), is_new, of_company))
		return lfirst(cell);
	old = MemoryContextSwitchTo(table->writes_context);
	statement = palloc0(sizeof(WriteStatement));
	statement->is_new = is_new;
	statement->of_company = of_company;
	statement->uses = palloc(table->desc->natts);
	memcpy(statement->uses, queue->uses, table->desc->natts);
	statement->keyed.rows = rootfi_relation_number();
	table->writes = lappend(table->writes, statement);
	MemoryContextSwitchTo(old);
	return statement;
}

/* The batch of such rows as the latest one. */
static WriteBatch *
get_batch(WriteQueue *queue, bool is_new, bool of_company)
{
	WriteBatch *batch;
	ListCell   *cell;
	MemoryContext old;

	foreach(cell, queue->batches)
	{
		batch = lfirst(cell);
		if (fits(queue, batch->statement, is_new, of_company))
			return batch;
	}
	old = MemoryContextSwitchTo(queue->context);
	batch = palloc(sizeof(WriteBatch));
	batch->statement = get_statement(queue, is_new, of_company);
	batch->rows = rootfi_relation_begin(batch->statement->keyed.rows,
										queue->table->desc);
	queue->batches = lappend(queue->batches, batch);
	MemoryContextSwitchTo(old);
	return batch;
}

/*
 * Adds the row that the table's plan holds; is_new: the table has none of its
 * key; of_company: it is of the stream's company, which tells its partition.
 */
void
rootfi_writes_put(WriteQueue *queue, bool is_new, bool of_company)
{
	const RowPlan *plan = queue->table->plan;

	find_uses(queue, is_new);
	of_company = of_company && queue->table->is_partitioned;
	rootfi_relation_put(get_batch(queue, is_new, of_company)->rows,
						plan->values, plan->nulls);
}

/*
 * Forgets the plans when the table got or lost a trigger that has a say in
 * what is inserted.
 */
static void
look_at_triggers(TargetTable *table)
{
	bool		is_plain = rootfi_layout_is_plain(table);
	ListCell   *cell;

	if (is_plain == table->is_plain)
		return;
	table->is_plain = is_plain;
	foreach(cell, table->writes)
		forget_plan(&((WriteStatement *) lfirst(cell))->keyed);
}

/*
 * Is the plan to be made, now that it is used once more?  The table may just
 * be growing from nothing, so the choice between several indexes is made anew
 * at the uses 1, 2, 4, 8 ...
 */
static bool
is_to_be_planned(KeyedPlan *keyed)
{
	int64		nuses = keyed->nuses++;

	if (keyed->plan != NULL && (nuses & (nuses - 1)) != 0)
		return false;
	rootfi_sql_free(&keyed->plan);
	return true;
}

/* Executes a statement that inserts its rows. */
static void
execute_insert(const WriteQueue *queue, WriteStatement *statement)
{
	KeyedPlan  *keyed = &statement->keyed;

	if (keyed->plan == NULL)
		keyed->plan =
			rootfi_sql_prepare(queue->table->writes_context,
							   rootfi_statement_insert(queue->target,
													   queue->table,
													   statement->uses,
													   keyed->rows),
							   0, NULL);
	rootfi_sql_execute(keyed->plan, NULL);
}

/* Executes one that writes its rows over others; false if there is nothing. */
static bool
execute_update(const WriteQueue *queue, WriteStatement *statement,
			   TimestampTz guard_until)
{
	static const Oid types[] = {TIMESTAMPTZOID};
	const TargetTable *table = queue->table;
	SqlArgs		args = {0};

	if (is_to_be_planned(&statement->keyed))
	{
		char	   *text = rootfi_statement_update(queue->target, table,
												   statement->uses,
												   statement->of_company,
												   statement->keyed.rows);

		if (text == NULL)
			return false;
		statement->keyed.plan =
			rootfi_sql_prepare(table->writes_context, text,
							   table->is_ordered ? 1 : 0, types);
	}
	if (table->is_ordered)
		rootfi_sql_datum(&args, TimestampTzGetDatum(guard_until));
	rootfi_sql_execute(statement->keyed.plan, &args);
	return true;
}

/*
 * Writes the rows that were put.  Rows of a time up to "guard_until" are not
 * written over by older ones (DT_NOBEGIN: all are).
 */
void
rootfi_writes_execute(WriteQueue *queue, TimestampTz guard_until,
					  WriteDone done, void *arg)
{
	ListCell   *cell;

	if (queue->batches == NIL)
		return;
	look_at_triggers(queue->table);
	foreach(cell, queue->batches)
	{
		WriteStatement *statement = ((WriteBatch *) lfirst(cell))->statement;
		int			level;
		bool		executed = true;

		if (statement->is_new)
			execute_insert(queue, statement);
		else
		{
			level = rootfi_sql_without(rootfi_by_index);
			executed = execute_update(queue, statement, guard_until);
			AtEOXact_GUC(true, level);
		}
		if (executed && done != NULL)
			done(arg);
		if (executed && SPI_tuptable != NULL)
			SPI_freetuptable(SPI_tuptable);
	}
}

/* Makes the rows of the keys, in the current context. */
static void
put_keys(const KeyedPlan *keyed, const KeySet *keys)
{
	PageRows   *rows = rootfi_relation_begin(keyed->rows, keyed->desc);
	bool		nulls[2] = {false};

	Assert(keyed->desc->natts <= lengthof(nulls));
	for (int i = 0; i < keys->n; i++)
	{
		Datum		both[] = {keys->companies[i], keys->ids[i]};

		rootfi_relation_put(rows, keyed->desc->natts > 1 ? both : both + 1,
							nulls);
	}
}

/*
 * Does something with the rows of some keys, of which there must be one; what
 * it returns is in SPI_tuptable, which the caller frees.
 */
void
rootfi_writes_by_keys(const Target *target, TargetTable *table, KeyVerb verb,
					  const KeySet *keys)
{
	bool		of_company = keys->of_company && table->is_partitioned;
	KeyedPlan  *keyed = &table->by_keys[verb][of_company ? 0 : 1];
	int			nkeys = verb == KEY_FIND ? table->nkeys : table->nkeys - 1;
	MemoryContext old = MemoryContextSwitchTo(target->context);
	int			level = rootfi_sql_without(rootfi_by_index);

	Assert(keys->n > 0);
	Assert(nkeys > 0);
	if (keyed->rows == 0)
	{
		keyed->desc = rootfi_statement_key_columns(table, nkeys, of_company);
		keyed->rows = rootfi_relation_number();
	}
	MemoryContextSwitchTo(old);
	put_keys(keyed, keys);
	if (is_to_be_planned(keyed))
		keyed->plan =
			rootfi_sql_prepare(target->context,
							   rootfi_statement_by_keys(target, table, verb,
														nkeys, of_company,
														keyed->rows),
							   0, NULL);
	rootfi_sql_execute(keyed->plan, NULL);
	AtEOXact_GUC(true, level);
}
