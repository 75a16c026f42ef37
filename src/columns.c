/*
 * columns.c
 *		Readers of column values, by type.
 *
 * Only for types not listed in "kinds" the type's own input function is
 * called; all others are read here, independent of the session's settings.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "columns.h"
#include "compat.h"
#include "scalars.h"

static bool
read_int2(RowColumn *column, const JsonValue *value, Datum *result)
{
	int64		number;

	if (!value->token || !rootfi_read_int64(value->token, &number) ||
		number < PG_INT16_MIN || number > PG_INT16_MAX)
		return false;
	*result = Int16GetDatum((int16) number);
	return true;
}

static bool
read_int4(RowColumn *column, const JsonValue *value, Datum *result)
{
	int64		number;

	if (!value->token || !rootfi_read_int64(value->token, &number) ||
		number < PG_INT32_MIN || number > PG_INT32_MAX)
		return false;
	*result = Int32GetDatum((int32) number);
	return true;
}

static bool
read_int8(RowColumn *column, const JsonValue *value, Datum *result)
{
	int64		number;

	if (!value->token || !rootfi_read_int64(value->token, &number))
		return false;
	*result = Int64GetDatum(number);
	return true;
}

static bool
read_numeric(RowColumn *column, const JsonValue *value, Datum *result)
{
	return value->token && rootfi_read_numeric(value->token, result);
}

static bool
read_text(RowColumn *column, const JsonValue *value, Datum *result)
{
	if (!value->token)
		return false;
	*result = CStringGetTextDatum(value->token);
	return true;
}

static bool
read_bool(RowColumn *column, const JsonValue *value, Datum *result)
{
	bool		truth;

	if (!value->token || !rootfi_read_bool(value->token, &truth))
		return false;
	*result = BoolGetDatum(truth);
	return true;
}

/* Timestamps with and without time zone: both are kept as UTC. */
static bool
read_timestamp(RowColumn *column, const JsonValue *value, Datum *result)
{
	Timestamp	time;

	if (value->type != JSON_TOKEN_STRING ||
		!rootfi_read_timestamp(value->token, &time))
		return false;
	*result = TimestampGetDatum(time);
	if (column->typmod >= 0)
		*result = DirectFunctionCall2(timestamp_scale, *result,
									  Int32GetDatum(column->typmod));
	return true;
}

/* The day in UTC. */
static bool
read_date(RowColumn *column, const JsonValue *value, Datum *result)
{
	Timestamp	time;

	if (value->type != JSON_TOKEN_STRING ||
		!rootfi_read_timestamp(value->token, &time))
		return false;
	*result = DirectFunctionCall1(timestamp_date, TimestampGetDatum(time));
	return true;
}

static bool
read_jsonb(RowColumn *column, const JsonValue *value, Datum *result)
{
	Jsonb	   *jsonb = rootfi_json_value_to_jsonb(value);

	*result = JsonbPGetDatum(jsonb);
	return jsonb != NULL;
}

static bool
read_json(RowColumn *column, const JsonValue *value, Datum *result)
{
	*result = PointerGetDatum(cstring_to_text_with_len(value->text,
													   value->len));
	return true;
}

/* Any other type, by its input function; objects and arrays as JSON text. */
static bool
read_other(RowColumn *column, const JsonValue *value, Datum *result)
{
	char	   *text = value->token ? value->token :
	pnstrdup(value->text, value->len);

	return rootfi_try_input(&column->input, text, column->ioparam,
							column->typmod, result);
}

/* How values of a type are read. */
typedef struct ColumnKind
{
	Oid			type;
	ColumnReader read;
} ColumnKind;

static const ColumnKind kinds[] = {
	{INT2OID, read_int2},
	{INT4OID, read_int4},
	{INT8OID, read_int8},
	{TEXTOID, read_text},
	{BOOLOID, read_bool},
	{TIMESTAMPTZOID, read_timestamp},
	{TIMESTAMPOID, read_timestamp},
	{DATEOID, read_date},
	{JSONBOID, read_jsonb},
	{JSONOID, read_json},
};

/* The reader of a column; of numeric with a precision by its input. */
static ColumnReader
find_reader(Oid type, int32 typmod)
{
	if (type == NUMERICOID && typmod < 0)
		return read_numeric;
	for (int i = 0; i < lengthof(kinds); i++)
		if (kinds[i].type == type)
			return kinds[i].read;
	return read_other;
}

/* Describes a column; its name is the attribute's own. */
void
rootfi_column_init(RowColumn *column, Form_pg_attribute att)
{
	column->name = NameStr(att->attname);
	column->index = att->attnum - 1;
	column->type = att->atttypid;
	column->typmod = att->atttypmod;
	column->read = find_reader(att->atttypid, att->atttypmod);
	if (column->read == read_other)
	{
		Oid			input;

		getTypeInputInfo(att->atttypid, &input, &column->ioparam);
		fmgr_info(input, &column->input);
	}
}
