/*
 * convert.c
 *		JSON objects to rows by the names and types of the row asked for.
 *
 * The row type is the schema.  A member goes to the column of its name; one
 * without a column, or with a value that the column's type cannot hold, goes
 * to the column "extra" (jsonb) if there is one, so that nothing is lost and
 * no odd record fails a page.  A member that is null and one that is missing
 * both make a NULL; who wants to tell them apart finds it noted.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "base/sqlstates.h"
#include "json/jsonb.h"
#include "json/scalars.h"
#include "json/text.h"
#include "rows/columns.h"
#include "rows/convert.h"

/* An object being converted. */
typedef struct RowState
{
	RowPlan    *plan;
	const RowObject *object;
	JsonbMembers extra;			/* what has no column */
} RowState;

static int
compare_columns(const void *a, const void *b)
{
	return strcmp(((const RowColumn *) a)->name, ((const RowColumn *) b)->name);
}

/*
 * Plans the reading of objects into rows of "desc", which must live as long
 * as the plan.  Allocates in the current context.
 */
RowPlan *
rootfi_row_plan(TupleDesc desc, const FieldAlias *aliases)
{
	RowPlan    *plan = palloc0(sizeof(RowPlan));

	plan->desc = desc;
	plan->values = palloc0(desc->natts * sizeof(Datum));
	plan->nulls = palloc(desc->natts * sizeof(bool));
	plan->missing = palloc0(desc->natts * sizeof(bool));
	plan->columns = palloc0(desc->natts * sizeof(RowColumn));
	plan->aliases = aliases;
	while (aliases != NULL && aliases[plan->naliases].column != NULL)
		plan->naliases++;
	plan->extra = -1;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		if (att->atttypid == JSONBOID &&
			strcmp(NameStr(att->attname), "extra") == 0)
			plan->extra = i;
		else
			rootfi_column_init(&plan->columns[plan->ncolumns++], att);
	}
	qsort(plan->columns, plan->ncolumns, sizeof(RowColumn), compare_columns);
	plan->nguesses = Min(desc->natts + 16, 128);
	plan->guesses = palloc0(plan->nguesses * sizeof(RowGuess));
	return plan;
}

/* The column of that name, or the claimed member, or NULL. */
RowColumn *
rootfi_row_column(const RowPlan *plan, const char *name)
{
	RowColumn	key = {.name = name};

	return bsearch(&key, plan->columns, plan->ncolumns, sizeof(RowColumn),
				   compare_columns);
}

/*
 * Claims a member that holds a list of objects: its value is then in the
 * objects that are read, as if it had a column.  It goes to "extra", as a
 * whole, only if it holds something else, which is counted.
 */
void
rootfi_row_claim(RowPlan *plan, const char *member)
{
	if (rootfi_row_column(plan, member) != NULL)
		return;
	plan->columns = repalloc(plan->columns,
							 (plan->ncolumns + 1) * sizeof(RowColumn));
	plan->columns[plan->ncolumns++] =
		(RowColumn)
	{
		.name = member,.index = -1
	};
	qsort(plan->columns, plan->ncolumns, sizeof(RowColumn), compare_columns);
}

/* An integer as the column's type has it. */
static Datum
integer_datum(const RowColumn *column, int64 value)
{
	if (column->type == INT8OID)
		return Int64GetDatum(value);
	if (column->type != INT4OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" must be of type bigint or integer",
						column->name)));
	if (value < PG_INT32_MIN || value > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value " INT64_FORMAT " is out of range for column \"%s\"",
						value, column->name)));
	return Int32GetDatum((int32) value);
}

/*
 * Keeps a column from the members: one of its name goes to "extra".  Does
 * nothing if the row has no such column.
 */
void
rootfi_row_reserve(RowPlan *plan, const char *name)
{
	RowColumn  *column = rootfi_row_column(plan, name);

	if (column == NULL)
		return;
	plan->ncolumns--;
	memmove(column, column + 1,
			(plan->columns + plan->ncolumns - column) * sizeof(RowColumn));
}

/*
 * Sets a column for the objects to come, or (isnull) lets their members fill
 * it again.  While it is set, a member of the same name and value is dropped,
 * one of another value goes to "extra".  Does nothing if the row has no such
 * column.  Errors: 42804 when the column is no integer of 4 or 8 bytes, 22003
 * when that cannot hold the value.
 */
void
rootfi_row_set(RowPlan *plan, const char *name, int64 value, bool isnull)
{
	RowColumn  *column = rootfi_row_column(plan, name);

	if (column == NULL)
		return;
	column->fixed = !isnull;
	column->fixed_value = integer_datum(column, value);
}

/* Gives a column of type text a value in the latest row if it has none. */
void
rootfi_row_default(RowPlan *plan, const char *name, const char *value)
{
	RowColumn  *column = rootfi_row_column(plan, name);

	if (column == NULL || column->type != TEXTOID ||
		!plan->nulls[column->index])
		return;
	plan->values[column->index] = CStringGetTextDatum(value);
	plan->nulls[column->index] = false;
}

/* Puts a member into "extra", if the row has that. */
static void
add_extra(RowState *state, const char *name, const JsonValue *value)
{
	CHECK_FOR_INTERRUPTS();
	if (state->plan->extra >= 0)
		rootfi_jsonb_add(&state->extra, name, value);
}

/* Does a member say again what its column was set to? */
static bool
repeats_fixed(RowColumn *column, const JsonValue *value)
{
	Datum		datum;

	return column->read(column, value, &datum) &&
		datum == column->fixed_value;
}

/* The column of a member, guessed by its place. */
static RowColumn *
guess_column(RowPlan *plan, int place, const char *name)
{
	RowGuess   *guess;

	if (place >= plan->nguesses)
		return rootfi_row_column(plan, name);
	guess = &plan->guesses[place];
	if (guess->name[0] == '\0' || strcmp(guess->name, name) != 0)
	{
		guess->column = rootfi_row_column(plan, name);
		/* a name that is cut off would be that of another member */
		if (strlcpy(guess->name, name, sizeof(guess->name)) >= sizeof(guess->name))
			guess->name[0] = '\0';
	}
	return guess->column;
}

/*
 * Sorts the members of an object out, without converting anything.  What it
 * points to must outlive it; it lives in the current context.  Of several
 * members of one name the last counts.  What is no object raises RFP01.
 */
void
rootfi_row_read(RowPlan *plan, const JsonObject *json, RowObject *object)
{
	if (json->value.type != JSON_TOKEN_OBJECT_START)
		ereport(ERROR,
				(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
				 errmsg("cannot make a row of what is not a JSON object"),
				 errdetail("The value begins with: %s",
						   rootfi_json_show(pnstrdup(json->value.text,
													 pg_encoding_mbcliplen(PG_UTF8, json->value.text,
																		   json->value.len, 60))))));
	object->values = palloc0(plan->ncolumns * sizeof(JsonValue *));
	object->others = palloc(json->nmembers * sizeof(JsonMember *));
	object->nothers = 0;
	for (int i = 0; i < json->nmembers; i++)
	{
		const JsonMember *member = &json->members[i];
		RowColumn  *column = guess_column(plan, i, member->name);

		if (column == NULL)
			object->others[object->nothers++] = member;
		else
			object->values[column - plan->columns] = &member->value;
	}
}

/*
 * The place of what an object says of a column (NULL: nothing), or NULL if
 * the plan has no such column, nor claimed such a member.
 */
const JsonValue **
rootfi_row_value(const RowPlan *plan, const RowObject *object,
				 const char *name)
{
	RowColumn  *column = rootfi_row_column(plan, name);

	return column == NULL ? NULL : &object->values[column - plan->columns];
}

/* Converts what the object says of one column. */
static void
convert_column(RowState *state, RowColumn *column, const JsonValue *value)
{
	RowPlan    *plan = state->plan;
	bool		is_said = value != NULL && value->type != JSON_TOKEN_NULL;

	if (column->index < 0)
	{
		if (!rootfi_json_is_list(value))
		{
			add_extra(state, column->name, value);
			plan->nodd++;
		}
		return;
	}
	plan->missing[column->index] = value == NULL;
	if (column->fixed)
	{
		plan->values[column->index] = column->fixed_value;
		plan->nulls[column->index] = false;
		if (is_said && !repeats_fixed(column, value))
			add_extra(state, column->name, value);
		return;
	}
	plan->nulls[column->index] = !is_said ||
		!column->read(column, value, &plan->values[column->index]);
	if (is_said && plan->nulls[column->index])
		add_extra(state, column->name, value);
}

/* What the object says under a name that is no column's, NULL for nothing. */
static const JsonValue *
find_other(const RowObject *object, const char *name)
{
	for (int i = object->nothers - 1; i >= 0; i--)
		if (strcmp(object->others[i]->name, name) == 0)
			return &object->others[i]->value;
	return NULL;
}

/* Can the alias take its value from this member? */
static bool
alias_accepts(const FieldAlias *alias, const JsonValue *value)
{
	if (value == NULL || value->type == JSON_TOKEN_NULL)
		return false;
	return alias->values == NULL ||
		(value->token != NULL && rootfi_in_words(value->token, alias->values));
}

/*
 * Fills columns that are still empty from members of other names (C2, C4).
 * Those stay in "extra" too, since the object did have them.
 */
static void
apply_aliases(RowState *state)
{
	RowPlan    *plan = state->plan;

	for (int i = 0; i < plan->naliases; i++)
	{
		const FieldAlias *alias = &plan->aliases[i];
		RowColumn  *column = rootfi_row_column(plan, alias->column);
		const JsonValue *value = find_other(state->object, alias->member);

		if (column != NULL && plan->nulls[column->index] &&
			alias_accepts(alias, value) &&
			column->read(column, value, &plan->values[column->index]))
			plan->nulls[column->index] = false;
	}
}

/*
 * Converts an object into the plan's values and nulls.  They live in the
 * current context: one that the caller resets row by row.
 */
void
rootfi_row_convert(RowPlan *plan, const RowObject *object)
{
	RowState	state = {.plan = plan,.object = object};

	memset(plan->nulls, true, plan->desc->natts * sizeof(bool));
	for (int i = 0; i < plan->ncolumns; i++)
		convert_column(&state, &plan->columns[i], object->values[i]);
	for (int i = 0; i < object->nothers; i++)
		add_extra(&state, object->others[i]->name, &object->others[i]->value);
	apply_aliases(&state);
	if (state.extra.n > 0)
	{
		plan->values[plan->extra] =
			JsonbPGetDatum(rootfi_jsonb_make(&state.extra));
		plan->nulls[plan->extra] = false;
	}
}

/* Sorts an object out and converts it, all in the current context. */
void
rootfi_row_fill(RowPlan *plan, const JsonObject *json)
{
	RowObject	object;

	rootfi_row_read(plan, json, &object);
	rootfi_row_convert(plan, &object);
}
