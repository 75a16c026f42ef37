/*
 * convert.c
 *		JSON objects to rows by the names and types of the row asked for.
 *
 * The row type is the schema.  A member goes to the column of its name; one
 * without a column, or with a value that the column's type cannot hold, goes
 * to the column "extra" (jsonb) if there is one, so that nothing is lost and
 * no odd record fails a page.  A member that is null and one that is missing
 * are the same: NULL.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "columns.h"
#include "convert.h"
#include "scalars.h"

/* An object being read. */
typedef struct RowState
{
	RowPlan    *plan;
	JsonbParseState *extra;		/* NULL until there is a member for it */
	JsonValue  *alias_values;	/* by alias; type 0 while not seen */
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
	return plan;
}

/* The column of that name, or NULL. */
static RowColumn *
find_column(const RowPlan *plan, const char *name)
{
	RowColumn	key = {.name = name};

	return bsearch(&key, plan->columns, plan->ncolumns, sizeof(RowColumn),
				   compare_columns);
}

/*
 * Sets a column for the objects to come, or (isnull) lets their members fill
 * it again.  While it is set, a member of the same name and value is dropped,
 * one of another value goes to "extra".  Does nothing if the row has no such
 * column; the column must be an integer of 4 or 8 bytes.
 */
void
rootfi_row_set(RowPlan *plan, const char *name, int64 value, bool isnull)
{
	RowColumn  *column = find_column(plan, name);

	if (column == NULL)
		return;
	column->fixed = !isnull;
	column->fixed_value = column->type == INT4OID ?
		Int32GetDatum((int32) value) : Int64GetDatum(value);
}

/* Gives a column of type text a value in the latest row if it has none. */
void
rootfi_row_default(RowPlan *plan, const char *name, const char *value)
{
	RowColumn  *column = find_column(plan, name);

	if (column == NULL || column->type != TEXTOID ||
		!plan->nulls[column->index])
		return;
	plan->values[column->index] = CStringGetTextDatum(value);
	plan->nulls[column->index] = false;
}

/* A scalar or a whole subtree as a value to push into jsonb. */
static void
to_jsonb_value(const JsonValue *value, JsonbValue *result)
{
	Datum		number;
	Jsonb	   *jsonb;

	result->type = jbvNull;
	switch (value->type)
	{
		case JSON_TOKEN_TRUE:
		case JSON_TOKEN_FALSE:
			result->type = jbvBool;
			result->val.boolean = value->type == JSON_TOKEN_TRUE;
			return;
		case JSON_TOKEN_NULL:
			return;
		case JSON_TOKEN_NUMBER:
			if (rootfi_read_numeric(value->token, &number))
			{
				result->type = jbvNumeric;
				result->val.numeric = DatumGetNumeric(number);
				return;
			}
			break;
		case JSON_TOKEN_STRING:
			break;
		default:
			jsonb = rootfi_json_value_to_jsonb(value);
			if (jsonb != NULL)
			{
				result->type = jbvBinary;
				result->val.binary.data = &jsonb->root;
				result->val.binary.len = VARSIZE(jsonb) - VARHDRSZ;
				return;
			}
	}
	/* a string, or what even jsonb cannot hold: its text */
	result->type = jbvString;
	result->val.string.val = value->token ? value->token :
		pnstrdup(value->text, value->len);
	result->val.string.len = strlen(result->val.string.val);
}

/* Puts a member into "extra", if the row has that. */
static void
add_extra(RowState *state, const char *name, const JsonValue *value)
{
	JsonbValue	item;

	if (state->plan->extra < 0)
		return;
	if (state->extra == NULL)
		pushJsonbValue(&state->extra, WJB_BEGIN_OBJECT, NULL);
	item.type = jbvString;
	item.val.string.val = unconstify(char *, name);
	item.val.string.len = strlen(name);
	pushJsonbValue(&state->extra, WJB_KEY, &item);
	to_jsonb_value(value, &item);
	pushJsonbValue(&state->extra, WJB_VALUE, &item);
}

/* Keeps a member for the aliases that name it. */
static void
keep_for_aliases(RowState *state, const char *name, const JsonValue *value)
{
	for (int i = 0; i < state->plan->naliases; i++)
		if (strcmp(state->plan->aliases[i].member, name) == 0)
			state->alias_values[i] = *value;
}

/* Does a member say again what its column was set to? */
static bool
repeats_fixed(RowColumn *column, const JsonValue *value)
{
	Datum		datum;

	return column->read(column, value, &datum) &&
		datum == column->fixed_value;
}

/* Takes one member of the object; of several of one name the last counts. */
static void
take_member(void *arg, const char *name, const JsonValue *value)
{
	RowState   *state = arg;
	RowPlan    *plan = state->plan;
	RowColumn  *column = find_column(plan, name);

	if (column == NULL)
	{
		add_extra(state, name, value);
		keep_for_aliases(state, name, value);
	}
	else if (column->fixed)
	{
		if (value->type != JSON_TOKEN_NULL && !repeats_fixed(column, value))
			add_extra(state, name, value);
	}
	else
	{
		bool	   *isnull = &plan->nulls[column->index];

		*isnull = value->type == JSON_TOKEN_NULL;
		if (!*isnull &&
			!column->read(column, value, &plan->values[column->index]))
		{
			*isnull = true;
			add_extra(state, name, value);
		}
	}
}

/* Can the alias take its value from this member? */
static bool
alias_accepts(const FieldAlias *alias, const JsonValue *value)
{
	if (value->type == JSON_TOKEN_INVALID || value->type == JSON_TOKEN_NULL)
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
		RowColumn  *column = find_column(plan, plan->aliases[i].column);
		const JsonValue *value = &state->alias_values[i];

		if (column != NULL && plan->nulls[column->index] &&
			alias_accepts(&plan->aliases[i], value) &&
			column->read(column, value, &plan->values[column->index]))
			plan->nulls[column->index] = false;
	}
}

/* Begins a row: all NULL but the columns that are set. */
static void
begin_row(RowPlan *plan)
{
	memset(plan->nulls, true, plan->desc->natts * sizeof(bool));
	for (int i = 0; i < plan->ncolumns; i++)
	{
		RowColumn  *column = &plan->columns[i];

		if (column->fixed)
		{
			plan->values[column->index] = column->fixed_value;
			plan->nulls[column->index] = false;
		}
	}
}

/*
 * Reads an object into the plan's values and nulls.  They, and all that the
 * reading allocates, live in the current context: one that the caller resets
 * row by row.  What is not an object, or not JSON, raises 08P01.
 */
void
rootfi_row_fill(RowPlan *plan, const JsonValue *object)
{
	RowState	state = {.plan = plan};
	char	   *problem;

	if (object->type != JSON_TOKEN_OBJECT_START)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("cannot make a row of what is not a JSON object"),
				 errdetail("The value begins with: %.*s",
						   pg_encoding_mbcliplen(PG_UTF8, object->text,
												 object->len, 60),
						   object->text)));
	begin_row(plan);
	state.alias_values = palloc0(plan->naliases * sizeof(JsonValue));
	problem = rootfi_json_walk(object->text, object->len, NULL,
							   take_member, &state);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("cannot make a row of what is not a JSON object"),
				 errdetail("%s", problem)));
	apply_aliases(&state);
	if (state.extra != NULL)
	{
		JsonbValue *extra = pushJsonbValue(&state.extra, WJB_END_OBJECT, NULL);

		plan->values[plan->extra] = JsonbPGetDatum(JsonbValueToJsonb(extra));
		plan->nulls[plan->extra] = false;
	}
}
