/*
 * rowtypes.c
 *		Row types to fill, and what a filled row must hold.
 *
 * Together the types have columns of all types that are read, among them one
 * that is dropped, one with the longest possible name, and one whose type is
 * read by its input function.
 */
#include "postgres.h"

#include <math.h>
#include <time.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "json/scalars.h"
#include "json/scan.h"
#include "outline.h"
#include "rows/columns.h"
#include "rowtypes.h"
#include "shim.h"

#define MONEY_TYPMOD	(((12 << 16) | 2) + (int) VARHDRSZ)	/* numeric(12,2) */
#define SECS_BEFORE_2000	INT64CONST(946684800)	/* since 1970 */

static const ShimColumn order_columns[] = {
	{"rootfi_id", INT8OID, -1},
	{"rootfi_created_at", TIMESTAMPTZOID, -1},
	{"rootfi_updated_at", TIMESTAMPTZOID, 3},
	{"rootfi_company_id", INT8OID, -1},
	{"platform_id", TEXTOID, -1},
	{NULL},
	{"rootfi_deleted_at", TIMESTAMPOID, 0},
	{"customer_id", TEXTOID, -1},
	{"currency_id", TEXTOID, -1},
	{"order_number", TEXTOID, -1},
	{"order_date", DATEOID, -1},
	{"status", TEXTOID, -1},
	{"fulfillment_status", TEXTOID, -1},
	{"total_amount", NUMERICOID, -1},
	{"total_discount", NUMERICOID, MONEY_TYPMOD},
	{"total_tax", NUMERICOID, -1},
	{"priority", INT2OID, -1},
	{"version", INT4OID, -1},
	{"is_test", BOOLOID, -1},
	{"line_items", JSONBOID, -1},
	{"addresses", JSONOID, -1},
	{"transactions", JSONBOID, -1},
	{"a23456789b23456789c23456789d23456789e23456789f23456789g23456789",
	TEXTOID, -1},
	{"extra", JSONBOID, -1},
};

static const ShimColumn line_item_columns[] = {
	{"order_rootfi_id", INT8OID, -1},
	{"ordinal", INT4OID, -1},
	{"rootfi_company_id", INT8OID, -1},
	{"rootfi_id", INT8OID, -1},
	{"item_id", TEXTOID, -1},
	{"name", TEXTOID, -1},
	{"type", TEXTOID, -1},
	{"quantity", NUMERICOID, -1},
	{"unit_amount", NUMERICOID, MONEY_TYPMOD},
	{"taxable", BOOLOID, -1},
	{"created_at", TIMESTAMPOID, -1},
	{"extra", JSONBOID, -1},
};

static const ShimColumn bare_columns[] = {
	{"rootfi_id", INT4OID, -1},
	{"status", TEXTOID, -1},
	{"total_amount", INT8OID, -1},
};

/* A row like that of an order. */
TupleDesc
rowtypes_order(void)
{
	return shim_row_type(order_columns, lengthof(order_columns));
}

/* A row like that of a line item. */
TupleDesc
rowtypes_line_item(void)
{
	return shim_row_type(line_item_columns, lengthof(line_item_columns));
}

/* A row without a column for all else. */
TupleDesc
rowtypes_bare(void)
{
	return shim_row_type(bare_columns, lengthof(bare_columns));
}

/* A number as the C library reads it: a real one is the nearest there is. */
static long double
number_of(const char *text)
{
	return strtold(text, NULL);
}

/* Is a whole number what was written? */
static bool
is_integer(const JsonValue *value, int64 number)
{
	return value->token != NULL && number_of(value->token) == number;
}

/* Is a number what was written? */
static bool
is_numeric(const JsonValue *value, Datum number)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, number));

	return value->token != NULL && number_of(text) == number_of(value->token);
}

/*
 * Is a point in time what the C library reads, if it can read that, as a
 * moment or as written?
 */
static bool
is_time_of(const char *text, Timestamp time, bool is_moment)
{
	struct tm	tm = {0};
	const char *rest = strptime(text, "%Y-%m-%d%n%H:%M:%S", &tm);
	long double micros;

	if (rest == NULL)
		rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (rest == NULL)
		return true;
	micros = ((long double) timegm(&tm) - SECS_BEFORE_2000) * USECS_PER_SEC;
	if (*rest == '.')
		micros += strtold(rest, unconstify(char **, &rest)) * USECS_PER_SEC;
	if (*rest != '\0')
	{
		rest = strptime(rest, "%z", &tm);
		if (rest == NULL || *rest != '\0')
			return true;
		if (is_moment)
			micros -= tm.tm_gmtoff * USECS_PER_SEC;
	}
	return fabsl(micros - time) < 0.51L;
}

/*
 * Is a point in time what was written, and the same after another reading?  Our notation ends with the year 9999.
 */
static bool
is_timestamp(const JsonValue *value, Timestamp time, bool is_moment)
{
	char	   *text = rootfi_write_timestamp(time);
	Timestamp	again;

	if (rootfi_read_timestamp(text, &again) ? again != time :
		text[0] != '0' && text[4] == '-')
		return false;
	return is_time_of(value->token, time, is_moment);
}

/* Is a day the one that is written? */
static bool
is_date(const JsonValue *value, DateADT day)
{
	Timestamp	time = day * USECS_PER_DAY;
	char	   *text = rootfi_write_timestamp(time);

	return value->token != NULL && strncmp(value->token, text, 10) == 0;
}

/* Is a column's datum what the object says of it? */
static bool
is_said(Form_pg_attribute att, Datum datum, const JsonValue *value)
{
	switch (att->atttypid)
	{
		case INT2OID:
			return is_integer(value, DatumGetInt16(datum));
		case INT4OID:
			return is_integer(value, DatumGetInt32(datum));
		case INT8OID:
			return is_integer(value, DatumGetInt64(datum));
		case NUMERICOID:
			return is_numeric(value, datum);
		case TEXTOID:
			return value->token != NULL &&
				strcmp(TextDatumGetCString(datum), value->token) == 0;
		case BOOLOID:
			return strcmp(value->token, DatumGetBool(datum) ? "true" : "false") == 0;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return is_timestamp(value, DatumGetTimestamp(datum),
								att->atttypid == TIMESTAMPTZOID);
		case DATEOID:
			return is_date(value, DatumGetDateADT(datum));
		case JSONOID:
			return VARSIZE_ANY_EXHDR(datum) == value->len &&
				memcmp(VARDATA_ANY(datum), value->text, value->len) == 0;
		case JSONBOID:
			return strcmp(shim_jsonb_text(DatumGetJsonbP(datum)),
						  shim_jsonb_canonical(value->text, value->len)) == 0;
	}
	return false;
}

/* Is a value one that a column can certainly hold? */
static bool
fits(Form_pg_attribute att, const JsonValue *value)
{
	size_t		len = value->token != NULL ? strlen(value->token) : 0;

	switch (att->atttypid)
	{
		case TEXTOID:
			return value->token != NULL;
		case JSONOID:
			return true;
		case BOOLOID:
			return value->type == JSON_TOKEN_TRUE ||
				value->type == JSON_TOKEN_FALSE;
		case NUMERICOID:
			return value->type == JSON_TOKEN_NUMBER && len <= 10 &&
				strpbrk(value->token, att->atttypmod < 0 ? "eE" : ".eE") == NULL;
		case INT8OID:
		case INT4OID:
		case INT2OID:
			return len > 0 && len <= 4 &&
				strspn(value->token, "0123456789") == len;
	}
	return false;
}

/* The members of the row's column "extra", none if it is empty. */
static JsonObject
read_extra(const RowPlan *plan)
{
	JsonDocument document = {0};
	const char *text;

	if (plan->extra >= 0 && !plan->nulls[plan->extra])
	{
		text = shim_jsonb_text(DatumGetJsonbP(plan->values[plan->extra]));
		if (!outline_read(&document, text, strlen(text), NULL) ||
			document.whole.nmembers == 0)
			shim_fail("extra is not a JSON object: %s", text);
	}
	return document.whole;
}

/* Can a column have its value from another member than that of its name? */
static bool
has_alias(const RowPlan *plan, const char *column)
{
	for (int i = 0; i < plan->naliases; i++)
		if (strcmp(plan->aliases[i].column, column) == 0)
			return true;
	return false;
}

/* Does "extra" hold the value under that name?  A string may be its text. */
static bool
extra_holds(const JsonObject *extra, const char *name, const JsonValue *value)
{
	const JsonValue *kept = rootfi_json_member(extra, name);

	if (kept == NULL)
		return false;
	if (kept->type == JSON_TOKEN_STRING)
		return value->token != NULL ? strcmp(kept->token, value->token) == 0 :
			strncmp(kept->token, value->text, value->len) == 0;
	if (kept->type == JSON_TOKEN_NUMBER)
		return value->type == JSON_TOKEN_NUMBER &&
			number_of(kept->token) == number_of(value->token);
	return kept->type == value->type &&
		(kept->token != NULL ||
		 strcmp(pnstrdup(kept->text, kept->len),
				shim_jsonb_canonical(value->text, value->len)) == 0);
}

/* Fails unless a column holds what the object says, or "extra" does. */
static void
check_column(const RowPlan *plan, Form_pg_attribute att,
			 const JsonObject *object, const JsonObject *extra)
{
	const char *name = NameStr(att->attname);
	const RowColumn *column = rootfi_row_column(plan, name);
	const JsonValue *value = rootfi_json_member(object, name);
	int			index = att->attnum - 1;
	bool		says = value != NULL && value->type != JSON_TOKEN_NULL;
	bool		kept = says && extra_holds(extra, name, value);

	if (column == NULL || column->index != index)
		shim_fail("column %s is lost", name);
	if (column->fixed && (plan->nulls[index] ||
						  plan->values[index] != column->fixed_value))
		shim_fail("column %s is not what it was set to", name);
	if (plan->nulls[index] || (says && column->fixed &&
							   !is_said(att, plan->values[index], value)))
	{
		if (says && plan->extra >= 0 && !kept)
			shim_fail("member %s is lost", name);
		if (says && !column->fixed && fits(att, value))
			shim_fail("member %s is not in its column", name);
	}
	else if (!column->fixed && !has_alias(plan, name) &&
			 (!says || !is_said(att, plan->values[index], value)))
		shim_fail("column %s is not what was said", name);
	else if (!column->fixed && !has_alias(plan, name) &&
			 rootfi_json_member(extra, name) != NULL)
		shim_fail("member %s is in its column and in extra", name);
}

/* Is there a column of that name, or a claim? */
static bool
has_column(const RowPlan *plan, const char *name)
{
	return rootfi_row_column(plan, name) != NULL;
}

/*
 * Fails unless the row that the plan holds says what the object says: each
 * member is in its column or, if that cannot hold it or there is none, in the
 * column "extra" if there is one.
 */
void
rowtypes_check(const RowPlan *plan, const JsonObject *object)
{
	JsonObject	extra = read_extra(plan);

	for (int i = 0; i < plan->desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(plan->desc, i);

		if (att->attisdropped && !plan->nulls[i])
			shim_fail("a dropped column has a value");
		if (!att->attisdropped && i != plan->extra)
			check_column(plan, att, object, &extra);
	}
	for (int i = 0; i < object->nmembers; i++)
	{
		const char *name = object->members[i].name;

		if (plan->extra >= 0 && !has_column(plan, name) &&
			!extra_holds(&extra, name, rootfi_json_member(object, name)))
			shim_fail("member %s is lost", name);
	}
	for (int i = 0; i < extra.nmembers; i++)
		if (rootfi_json_member(object, extra.members[i].name) == NULL)
			shim_fail("member %s of extra is nobody's", extra.members[i].name);
}
