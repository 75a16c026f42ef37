/*
 * jsonb.c
 *		JSON text to jsonb.
 *
 * Texts are taken apart here, and strings stay where the scanner decodes them:
 * that costs less than jsonb_in, and can be cancelled.  What is refused here
 * and not too long, jsonb_in is given: it takes it, or says what is wrong with
 * it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "json.h"
#include "scalars.h"
#include "tokens.h"

/*
 * Values and, among them, objects and arrays of one jsonb: what the server
 * makes of them when all have been pushed cannot be interrupted, and an empty
 * object needs a hundred times its text until then.
 */
#define MOST_VALUES		1000000
#define MOST_CONTAINERS 200000

/* A value being made. */
typedef struct Builder
{
	Tokens		tokens;
	JsonbParseState *state;
	JsonbValue *latest;			/* what the latest push returned */
	int			depth;
	int			nvalues;		/* so far, at whatever depth */
	int			ncontainers;
	bool		too_many;		/* of them, or of an object's members */
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
	int			n = 0;

	builder->too_many = builder->ncontainers++ == MOST_CONTAINERS;
	if (builder->too_many || ++builder->depth > MAX_NESTING)
		return false;
	builder->tokens.c++;
	push(builder, is_object ? WJB_BEGIN_OBJECT : WJB_BEGIN_ARRAY, NULL);
	if (rootfi_next_byte(&builder->tokens) != end)
		do
		{
			CHECK_FOR_INTERRUPTS();
			builder->too_many = builder->nvalues++ == MOST_VALUES ||
				(is_object && n++ == MAX_OWN_MEMBERS);
			if (builder->too_many || !(is_object ? take_member(builder) :
									   take_inner(builder, WJB_ELEM)))
				return false;
		} while (rootfi_take_byte(&builder->tokens, ','));
	if (!rootfi_take_byte(&builder->tokens, end))
		return false;
	push(builder, is_object ? WJB_END_OBJECT : WJB_END_ARRAY, NULL);
	builder->depth--;
	return true;
}

/* Reads a text that is a scalar. */
static bool
take_scalar(Builder *builder, char byte)
{
	JsonValue	value;

	builder->latest = palloc(sizeof(JsonbValue));
	return rootfi_take_value(&builder->tokens, byte, &value) &&
		rootfi_jsonb_scalar(&value, builder->latest);
}

/*
 * The jsonb of a text, NULL if it is no JSON or nothing for jsonb; sets
 * *too_many if that is for the number of its values.
 */
static Jsonb *
build(const char *text, int len, bool *too_many)
{
	Builder		builder = {.tokens = {.c = text,.end = text + len}};
	char		byte = rootfi_next_byte(&builder.tokens);
	char	   *strings;
	Jsonb	   *result = NULL;

	strings = palloc(len + 1);
	builder.tokens.out = strings;
	if ((byte == '{' || byte == '[' ? take_container(&builder, byte) :
		 take_scalar(&builder, byte)) &&
		rootfi_next_byte(&builder.tokens) == '\0' &&
		builder.tokens.c == builder.tokens.end)
	{
		CHECK_FOR_INTERRUPTS();
		result = JsonbValueToJsonb(builder.latest);
		CHECK_FOR_INTERRUPTS();
	}
	pfree(strings);
	*too_many = builder.too_many;
	return result;
}

/* The same by the server; raises an error if it cannot be. */
static Jsonb *
convert(const char *text, int len)
{
	char	   *copy = pnstrdup(text, len);
	Datum		result = DirectFunctionCall1(jsonb_in, CStringGetDatum(copy));

	pfree(copy);
	return DatumGetJsonbP(result);
}

/*
 * The jsonb of a text; NULL and *problem, or an error, if it is no JSON or
 * nothing for jsonb.
 */
static Jsonb *
make_jsonb(const char *text, int len, char **problem)
{
	bool		too_many;
	Jsonb	   *result = build(text, len, &too_many);
	JsonObject	object;

	if (result != NULL)
		return result;
	if (!too_many && len <= LONGEST_EXPLAINED)
		return convert(text, len);
	*problem = too_many ? "It has too many elements or members." :
		rootfi_json_object(&object, text, len);
	if (*problem == NULL)
		*problem = "It holds a number or a text that jsonb cannot hold.";
	return NULL;
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
		result = make_jsonb(text, len, problem);
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
