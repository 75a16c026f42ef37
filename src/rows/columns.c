/*
 * columns.c
 *		Readers of column values, by type.
 *
 * Only for types not listed in "kinds", and to pad and check what is listed
 * as bounded, the type's own input function is called; all others are read
 * here, independent of the session's settings.  What a column would round or
 * cut is not what the API said: such a value does not fit.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/attempt.h"
#include "json/jsonb.h"
#include "json/scalars.h"
#include "rows/columns.h"

/* A whole number that fits. */
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

/* A whole number that fits. */
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

/* A whole number that fits. */
static bool
read_int8(RowColumn *column, const JsonValue *value, Datum *result)
{
	int64		number;

	if (!value->token || !rootfi_read_int64(value->token, &number))
		return false;
	*result = Int64GetDatum(number);
	return true;
}

/* A number, exactly. */
static bool
read_numeric(RowColumn *column, const JsonValue *value, Datum *result)
{
	return value->token &&
		rootfi_read_decimal(value->token, column->typmod, result);
}

/* A number that is still the same when it is written out again. */
static bool
read_float8(RowColumn *column, const JsonValue *value, Datum *result)
{
	double		number;

	if (!value->token || !rootfi_read_float8(value->token, &number))
		return false;
	*result = Float8GetDatum(number);
	return true;
}

/* The same in single precision. */
static bool
read_float4(RowColumn *column, const JsonValue *value, Datum *result)
{
	float		number;

	if (!value->token || !rootfi_read_float4(value->token, &number))
		return false;
	*result = Float4GetDatum(number);
	return true;
}

/* Any scalar, as its text. */
static bool
read_text(RowColumn *column, const JsonValue *value, Datum *result)
{
	if (!value->token)
		return false;
	*result = CStringGetTextDatum(value->token);
	return true;
}

/* true or false, with or without quotes. */
static bool
read_bool(RowColumn *column, const JsonValue *value, Datum *result)
{
	bool		truth;

	if (!value->token || !rootfi_read_bool(value->token, &truth))
		return false;
	*result = BoolGetDatum(truth);
	return true;
}

/* Does a column of that typmod keep the fraction of the second? */
static bool
keeps_fraction(int64 micros, int32 typmod)
{
	static const int units[] = {1000000, 100000, 10000, 1000, 100, 10};

	return typmod < 0 || typmod >= lengthof(units) ||
		micros % units[typmod] == 0;
}

/* A moment, kept as UTC. */
static bool
read_timestamptz(RowColumn *column, const JsonValue *value, Datum *result)
{
	Timestamp	time;

	if (value->type != JSON_TOKEN_STRING ||
		!rootfi_read_timestamp(value->token, &time) ||
		!keeps_fraction(time, column->typmod))
		return false;
	*result = TimestampGetDatum(time);
	return true;
}

/* Date and time as written, as for all types without a zone. */
static bool
read_timestamp(RowColumn *column, const JsonValue *value, Datum *result)
{
	Timestamp	time;

	if (value->type != JSON_TOKEN_STRING ||
		!rootfi_read_local(value->token, &time) ||
		!keeps_fraction(time, column->typmod))
		return false;
	*result = TimestampGetDatum(time);
	return true;
}

/* The day as written; not the next one where the time rounds up to it. */
static bool
read_date(RowColumn *column, const JsonValue *value, Datum *result)
{
	Timestamp	time;

	if (value->type != JSON_TOKEN_STRING ||
		!rootfi_read_local(value->token, &time) ||
		!rootfi_read_local(pnstrdup(value->token, 10), &time))
		return false;
	*result = DirectFunctionCall1(timestamp_date, TimestampGetDatum(time));
	return true;
}

/* The time of day as written. */
static bool
read_time(RowColumn *column, const JsonValue *value, Datum *result)
{
	int64		time;

	if (value->type != JSON_TOKEN_STRING ||
		!rootfi_read_clock(value->token, &time) ||
		!keeps_fraction(time, column->typmod))
		return false;
	*result = TimeADTGetDatum(time);
	return true;
}

/* Any value that jsonb can hold. */
static bool
read_jsonb(RowColumn *column, const JsonValue *value, Datum *result)
{
	Jsonb	   *jsonb = rootfi_json_value_to_jsonb(value);

	*result = JsonbPGetDatum(jsonb);
	return jsonb != NULL;
}

/* Any value, as it was written. */
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

/* Has a text more than "n" characters? */
static bool
is_longer(const char *text, int n)
{
	for (; *text != '\0' && n >= 0; n--)
		text += pg_utf_mblen((const unsigned char *) text);
	return n < 0;
}

/*
 * varchar(n) and char(n): no longer text, even if blanks could be cut off.  What
 * fits cannot be refused, so that a parallel query may have such columns.
 */
static bool
read_bounded(RowColumn *column, const JsonValue *value, Datum *result)
{
	if (value->token != NULL && column->typmod >= 0 &&
		is_longer(value->token, column->typmod - VARHDRSZ))
		return false;
	if (value->token == NULL || column->read != read_bounded)
		return read_other(column, value, result);	/* or it is a domain's */
	*result = InputFunctionCall(&column->input, value->token, column->ioparam,
								column->typmod);
	return true;
}

/*
 * A domain: what its base type holds exactly, by the domain's input function,
 * which looks at its constraints.
 */
static bool
read_domain(RowColumn *column, const JsonValue *value, Datum *result)
{
	return column->read_base(column, value, result) &&
		read_other(column, value, result);
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
	{NUMERICOID, read_numeric},
	{FLOAT4OID, read_float4},
	{FLOAT8OID, read_float8},
	{VARCHAROID, read_bounded},
	{BPCHAROID, read_bounded},
	{TIMESTAMPTZOID, read_timestamptz},
	{TIMESTAMPOID, read_timestamp},
	{DATEOID, read_date},
	{TIMEOID, read_time},
	{JSONBOID, read_jsonb},
	{JSONOID, read_json},
};

/* The reader of a type. */
static ColumnReader
find_reader(Oid type)
{
	for (int i = 0; i < lengthof(kinds); i++)
		if (kinds[i].type == type)
			return kinds[i].read;
	return read_other;
}

/* Describes a column; its name is the attribute's own. */
void
rootfi_column_init(RowColumn *column, Form_pg_attribute att)
{
	Oid			base;
	Oid			input;

	column->name = NameStr(att->attname);
	column->index = att->attnum - 1;
	column->type = att->atttypid;
	column->typmod = att->atttypmod;
	base = getBaseTypeAndTypmod(att->atttypid, &column->typmod);
	column->read_base = find_reader(base);
	column->read = base == att->atttypid ? column->read_base : read_domain;
	if (column->read == read_other || column->read == read_bounded ||
		column->read == read_domain)
	{
		getTypeInputInfo(att->atttypid, &input, &column->ioparam);
		fmgr_info(input, &column->input);
	}
}
