/*
 * rebuild.c
 *		The way back: a row as the JSON object it was made from.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "json/scalars.h"

PG_FUNCTION_INFO_V1(rootfi_row_to_jsonb);

/* Pushes a string under construction. */
static void
push_string(JsonbParseState **state, JsonbIteratorToken token,
			const char *text)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, text);
	value.val.string.len = strlen(text);
	pushJsonbValue(state, token, &value);
}

/* Pushes a number; what is none in JSON (NaN, infinity) as a string. */
static void
push_numeric(JsonbParseState **state, Numeric number)
{
	JsonbValue	value;

	if (numeric_is_nan(number) || numeric_is_inf(number))
	{
		push_string(state, WJB_VALUE,
					DatumGetCString(DirectFunctionCall1(numeric_out,
														NumericGetDatum(number))));
		return;
	}
	value.type = jbvNumeric;
	value.val.numeric = number;
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Pushes jsonb as a value. */
static void
push_jsonb(JsonbParseState **state, Jsonb *jsonb)
{
	JsonbValue	value;

	if (!JsonbExtractScalar(&jsonb->root, &value))
	{
		value.type = jbvBinary;
		value.val.binary.data = &jsonb->root;
		value.val.binary.len = VARSIZE(jsonb) - VARHDRSZ;
	}
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Pushes a truth value. */
static void
push_bool(JsonbParseState **state, bool truth)
{
	JsonbValue	value;

	value.type = jbvBool;
	value.val.boolean = truth;
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Pushes the value of a column; types without a JSON form as their text. */
static void
push_column(JsonbParseState **state, Oid type, Datum datum)
{
	Oid			output;
	bool		isvarlena;

	switch (type)
	{
		case INT4OID:
			push_numeric(state, int64_to_numeric(DatumGetInt32(datum)));
			break;
		case INT8OID:
			push_numeric(state, int64_to_numeric(DatumGetInt64(datum)));
			break;
		case NUMERICOID:
			push_numeric(state, DatumGetNumeric(datum));
			break;
		case BOOLOID:
			push_bool(state, DatumGetBool(datum));
			break;
		case TIMESTAMPTZOID:
			push_string(state, WJB_VALUE,
						rootfi_write_timestamp(DatumGetTimestampTz(datum)));
			break;
		case JSONBOID:
			push_jsonb(state, DatumGetJsonbP(datum));
			break;
		default:
			getTypeOutputInfo(type, &output, &isvarlena);
			push_string(state, WJB_VALUE,
						OidOutputFunctionCall(output, datum));
	}
}

/* Adds the members of "extra", which are what the columns could not hold. */
static void
push_members(JsonbParseState **state, Jsonb *extra)
{
	JsonbIterator *it = JsonbIteratorInit(&extra->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(extra))
		return;
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
		if (token == WJB_KEY || token == WJB_VALUE)
			pushJsonbValue(state, token, &value);
}

/*
 * Casts a row of any of the extension's types to jsonb: its columns that are
 * not NULL, with the members of "extra" among them.
 */
Datum
rootfi_row_to_jsonb(PG_FUNCTION_ARGS)
{
	HeapTupleHeader header = PG_GETARG_HEAPTUPLEHEADER(0);
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
											  HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header),.t_data = header};
	Datum	   *values = palloc(desc->natts * sizeof(Datum));
	bool	   *nulls = palloc(desc->natts * sizeof(bool));
	Jsonb	   *extra = NULL;
	JsonbParseState *state = NULL;

	heap_deform_tuple(&tuple, desc, values, nulls);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (nulls[i] || att->attisdropped)
			continue;
		if (strcmp(NameStr(att->attname), "extra") == 0)
		{
			extra = DatumGetJsonbP(values[i]);
			continue;
		}
		push_string(&state, WJB_KEY, NameStr(att->attname));
		push_column(&state, att->atttypid, values[i]);
	}
	if (extra != NULL)
		push_members(&state, extra);
	ReleaseTupleDesc(desc);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT,
													   NULL)));
}
