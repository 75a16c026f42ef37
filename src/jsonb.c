/*
 * jsonb.c
 *		JSON text to jsonb.
 *
 * Texts are taken apart here, and strings stay where the scanner decodes them:
 * that costs less than jsonb_in, and can be cancelled.  What is refused here,
 * jsonb_in is given: it takes it, or says what is wrong with it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "json.h"
#include "scalars.h"
#include "tokens.h"

/* A value being made. */
typedef struct Builder
{
	Tokens		tokens;
	JsonbParseState *state;
	JsonbValue *latest;			/* what the latest push returned */
	int			depth;
} Builder;

/* A text as a value to push, which points to it; false if it is too long. */
static bool
to_string(char *text, JsonbValue *result)
{
	result->type = jbvString;
	result->val.string.val = text;
	result->val.string.len = strlen(text);
	return result->val.string.len <= JENTRY_OFFLENMASK;
}

/*
 * A scalar as a value to push, which points to its token; false if it is none
 * or jsonb cannot hold it.
 */
bool
rootfi_jsonb_scalar(const JsonValue *value, JsonbValue *result)
{
	Datum		number;

	switch (value->type)
	{
		case JSON_TOKEN_STRING:
			return to_string(value->token, result);
		case JSON_TOKEN_NUMBER:
			if (!rootfi_read_numeric(value->token, &number))
				return false;
			result->type = jbvNumeric;
			result->val.numeric = DatumGetNumeric(number);
			return true;
		case JSON_TOKEN_NULL:
			result->type = jbvNull;
			return true;
		case JSON_TOKEN_TRUE:
		case JSON_TOKEN_FALSE:
			result->type = jbvBool;
			result->val.boolean = value->type == JSON_TOKEN_TRUE;
			return true;
		default:
			return false;
	}
}

/* Adds a token to the value being made. */
static void
push(Builder *builder, JsonbIteratorToken token, JsonbValue *value)
{
	builder->latest = pushJsonbValue(&builder->state, token, value);
}

static bool take_container(Builder *builder, char byte);

/* Reads a value inside an array (WJB_ELEM) or of a member (WJB_VALUE). */
static bool
take_inner(Builder *builder, JsonbIteratorToken place)
{
	char		byte = rootfi_next_byte(&builder->tokens);
	JsonValue	value;
	JsonbValue	scalar;

	if (byte == '{' || byte == '[')
		return take_container(builder, byte);
	if (!rootfi_take_value(&builder->tokens, byte, &value) ||
		!rootfi_jsonb_scalar(&value, &scalar))
		return false;
	push(builder, place, &scalar);
	return true;
}

/* Reads a member: its name, the colon and its value. */
static bool
take_member(Builder *builder)
{
	char	   *name;
	JsonbValue	key;

	if (rootfi_next_byte(&builder->tokens) != '"')
		return false;
	name = rootfi_take_string(&builder->tokens);
	if (name == NULL || !to_string(name, &key) ||
		!rootfi_take_byte(&builder->tokens, ':'))
		return false;
	push(builder, WJB_KEY, &key);
	return take_inner(builder, WJB_VALUE);
}

/* Reads an object or an array of which the first byte is next. */
static bool
take_container(Builder *builder, char byte)
{
	bool		is_object = byte == '{';
	char		end = is_object ? '}' : ']';

	CHECK_FOR_INTERRUPTS();
	if (++builder->depth > MAX_NESTING)
		return false;
	builder->tokens.c++;
	push(builder, is_object ? WJB_BEGIN_OBJECT : WJB_BEGIN_ARRAY, NULL);
	if (rootfi_next_byte(&builder->tokens) != end)
		do
		{
			if (!(is_object ? take_member(builder) :
				  take_inner(builder, WJB_ELEM)))
				return false;
		} while (rootfi_take_byte(&builder->tokens, ','));
	if (!rootfi_take_byte(&builder->tokens, end))
		return false;
	push(builder, is_object ? WJB_END_OBJECT : WJB_END_ARRAY, NULL);
	builder->depth--;
	return true;
}

/* The jsonb of a text that is an object or an array, NULL for any other. */
static Jsonb *
build(const char *text, int len)
{
	Builder		builder = {.tokens = {.c = text,.end = text + len}};
	char		byte = rootfi_next_byte(&builder.tokens);
	char	   *strings;
	Jsonb	   *result = NULL;

	if (byte != '{' && byte != '[')
		return NULL;
	strings = palloc(len + 1);
	builder.tokens.out = strings;
	if (take_container(&builder, byte) &&
		rootfi_next_byte(&builder.tokens) == '\0' &&
		builder.tokens.c == builder.tokens.end)
		result = JsonbValueToJsonb(builder.latest);
	pfree(strings);
	return result;
}

/* The same of any text, by the server; raises an error if it cannot be. */
static Jsonb *
convert(const char *text, int len)
{
	char	   *copy = pnstrdup(text, len);
	Datum		result = DirectFunctionCall1(jsonb_in, CStringGetDatum(copy));

	pfree(copy);
	return DatumGetJsonbP(result);
}

/*
 * The text as jsonb, in the current context.  NULL when it is no JSON or
 * cannot be jsonb; *problem then says why.  Errors of other kinds (a cancel)
 * pass.
 */
Jsonb *
rootfi_json_to_jsonb(const char *text, int len, char **problem)
{
	MemoryContext context = CurrentMemoryContext;
	Jsonb	   *volatile result = NULL;

	PG_TRY();
	{
		result = build(text, len);
		if (result == NULL)
			result = convert(text, len);
	}
	PG_CATCH();
	{
		ErrorData  *error;
		int			category = ERRCODE_TO_CATEGORY(geterrcode());

		if (category != ERRCODE_DATA_EXCEPTION &&
			category != ERRCODE_PROGRAM_LIMIT_EXCEEDED)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		*problem = rootfi_json_show(error->detail != NULL ? error->detail :
									error->message);
	}
	PG_END_TRY();
	return result;
}
