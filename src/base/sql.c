/*
 * sql.c
 *		Statements by way of SPI: arguments in, values out.
 *
 * All of these need an SPI connection and leave the current memory context as
 * it is, which SPI by itself does not.  What a statement returns stays in
 * SPI_tuptable until the next one; the caller frees it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "base/sql.h"

/* Adds an argument of any type. */
void
rootfi_sql_datum(SqlArgs *args, Datum value)
{
	Assert(args->n < SQL_MAX_ARGS);
	args->values[args->n] = value;
	args->nulls[args->n++] = ' ';
}

/* Adds a NULL. */
void
rootfi_sql_null(SqlArgs *args)
{
	rootfi_sql_datum(args, (Datum) 0);
	args->nulls[args->n - 1] = 'n';
}

void
rootfi_sql_int8(SqlArgs *args, int64 value)
{
	rootfi_sql_datum(args, Int64GetDatum(value));
}

void
rootfi_sql_float8(SqlArgs *args, double value)
{
	rootfi_sql_datum(args, Float8GetDatum(value));
}

void
rootfi_sql_bool(SqlArgs *args, bool value)
{
	rootfi_sql_datum(args, BoolGetDatum(value));
}

/* A bigint, NULL for what is negative. */
void
rootfi_sql_count(SqlArgs *args, int64 value)
{
	if (value < 0)
		rootfi_sql_null(args);
	else
		rootfi_sql_int8(args, value);
}

/* A text, NULL for NULL. */
void
rootfi_sql_text(SqlArgs *args, const char *value)
{
	if (value == NULL)
		rootfi_sql_null(args);
	else
		rootfi_sql_datum(args, CStringGetTextDatum(value));
}

/* A timestamptz, NULL for DT_NOBEGIN. */
void
rootfi_sql_time(SqlArgs *args, TimestampTz value)
{
	if (TIMESTAMP_IS_NOBEGIN(value))
		rootfi_sql_null(args);
	else
		rootfi_sql_datum(args, TimestampTzGetDatum(value));
}

struct SqlPlan
{
	SPIPlanPtr	plan;			/* kept, or NULL */
	MemoryContextCallback release;
};

/* Gives the plan back.  Called when its memory context goes away. */
static void
release_plan(void *arg)
{
	SqlPlan    *plan = arg;

	if (plan->plan != NULL)
		SPI_freeplan(plan->plan);
	plan->plan = NULL;
}

/*
 * Prepares a statement; the plan lives until it is freed or "context" goes.
 * It is a kept one: others are not told of what DDL changes, and would be
 * executed as if nothing had happened.  It is one for all values of the
 * arguments.
 */
SqlPlan *
rootfi_sql_prepare(MemoryContext context, const char *statement, int nargs,
				   const Oid *types)
{
	MemoryContext old = CurrentMemoryContext;
	SqlPlan    *result = MemoryContextAllocZero(context, sizeof(SqlPlan));
	SPIPlanPtr	plan;

	Assert(nargs >= 0 && nargs <= SQL_MAX_ARGS);
	result->release.func = release_plan;
	result->release.arg = result;
	MemoryContextRegisterResetCallback(context, &result->release);
	plan = SPI_prepare_cursor(statement, nargs, unconstify(Oid *, types),
							  CURSOR_OPT_GENERIC_PLAN);
	MemoryContextSwitchTo(old);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare \"%s\": %s", statement,
			 SPI_result_code_string(SPI_result));
	result->plan = plan;
	return result;
}

/* Frees what a plan holds, if there is one, and forgets it. */
void
rootfi_sql_free(SqlPlan **plan)
{
	if (*plan != NULL)
		release_plan(*plan);
	*plan = NULL;
}

/* Goes back to a memory context and checks the result of a statement. */
static void
finish(MemoryContext context, int result)
{
	MemoryContextSwitchTo(context);
	if (result < 0)
		elog(ERROR, "statement failed: %s", SPI_result_code_string(result));
}

/* Executes a plan; args may be NULL for none. */
void
rootfi_sql_execute(const SqlPlan *plan, SqlArgs *args)
{
	MemoryContext context = CurrentMemoryContext;

	Assert(plan->plan != NULL);
	finish(context,
		   SPI_execute_plan(plan->plan,
							args ? args->values : NULL,
							args ? args->nulls : NULL, false, 0));
}

/* Executes a statement that has no arguments and returns nothing. */
void
rootfi_sql_utility(const char *statement)
{
	MemoryContext context = CurrentMemoryContext;

	finish(context, SPI_execute(statement, false, 0));
}

/*
 * Turns some of the planner's methods off, by the names of their settings,
 * NULL at the end.  Returns what to give to AtEOXact_GUC() after the statement.
 */
int
rootfi_sql_without(const char *const *methods)
{
	int			level = NewGUCNestLevel();

	for (; *methods != NULL; methods++)
		(void) set_config_option(*methods, "off", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* Executes a statement once; returns the number of rows. */
uint64
rootfi_sql_once(const char *statement, const Oid *types, SqlArgs *args)
{
	MemoryContext context = CurrentMemoryContext;

	finish(context,
		   SPI_execute_with_args(statement, args->n, unconstify(Oid *, types),
								 args->values,
								 args->nulls, false, 0));
	return SPI_processed;
}

/* A value of the latest result; columns count from 1. */
static Datum
get_value(uint64 row, int column, bool *isnull)
{
	Assert(SPI_tuptable != NULL && row < SPI_tuptable->numvals);
	Assert(column > 0 && column <= SPI_tuptable->tupdesc->natts);
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
						 column, isnull);
}

bool
rootfi_sql_is_null(uint64 row, int column)
{
	bool		isnull;

	get_value(row, column, &isnull);
	return isnull;
}

/* A bigint of the latest result, or another value for NULL. */
int64
rootfi_sql_get_int8(uint64 row, int column, int64 otherwise)
{
	bool		isnull;
	Datum		value = get_value(row, column, &isnull);

	Assert(isnull || SPI_gettypeid(SPI_tuptable->tupdesc, column) == INT8OID);
	return isnull ? otherwise : DatumGetInt64(value);
}

/* An integer of the latest result, which must not be NULL. */
int32
rootfi_sql_get_int4(uint64 row, int column)
{
	bool		isnull;
	Datum		value = get_value(row, column, &isnull);

	Assert(!isnull);
	Assert(SPI_gettypeid(SPI_tuptable->tupdesc, column) == INT4OID);
	return DatumGetInt32(value);
}

/* A boolean of the latest result, false for NULL. */
bool
rootfi_sql_get_bool(uint64 row, int column)
{
	bool		isnull;
	Datum		value = get_value(row, column, &isnull);

	Assert(isnull || SPI_gettypeid(SPI_tuptable->tupdesc, column) == BOOLOID);
	return !isnull && DatumGetBool(value);
}

/* The text of a value of the latest result, in the current context. */
char *
rootfi_sql_get_text(uint64 row, int column)
{
	Assert(SPI_tuptable != NULL && row < SPI_tuptable->numvals);
	Assert(column > 0 && column <= SPI_tuptable->tupdesc->natts);
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
						column);
}

/* A timestamptz of the latest result, DT_NOBEGIN for NULL. */
TimestampTz
rootfi_sql_get_time(uint64 row, int column)
{
	bool		isnull;
	Datum		value = get_value(row, column, &isnull);

	return isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
}
