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

#include "json/jsonb.h"
#include "json/scalars.h"
#include "json/scan.h"
#include "json/text.h"
#include "json/tokens.h"

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
static bool
to_scalar(const JsonValue *value, JsonbValue *result)
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

/* A value as jsonb, in the current context: a loop that nothing interrupts. */
static Jsonb *
serialize(JsonbValue *value)
{
	Jsonb	   *result;

	CHECK_FOR_INTERRUPTS();
	result = JsonbValueToJsonb(value);
	CHECK_FOR_INTERRUPTS();
	return result;
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
		!to_scalar(&value, &scalar))
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
		to_scalar(&value, builder->latest);
}

/*
 * The value of a text, NULL if it is no JSON or nothing for jsonb; sets
 * *too_many if that is for the number of its values.  Its texts are put into
 * "strings", which has room for the text and a byte more.
 */
static JsonbValue *
build(const char *text, int len, char *strings, bool *too_many)
{
	Builder		builder = {.tokens = {.c = text,.end = text + len}};
	char		byte = rootfi_next_byte(&builder.tokens);
	bool		is_whole;

	builder.tokens.out = strings;
	is_whole = (byte == '{' || byte == '[' ? take_container(&builder, byte) :
				take_scalar(&builder, byte)) &&
		rootfi_next_byte(&builder.tokens) == '\0' &&
		builder.tokens.c == builder.tokens.end;
	*too_many = builder.too_many;
	return is_whole ? builder.latest : NULL;
}

/* The jsonb of a text; NULL and *too_many likewise. */
static Jsonb *
build_jsonb(const char *text, int len, bool *too_many)
{
	char	   *strings = palloc(len + 1);
	JsonbValue *value = build(text, len, strings, too_many);
	Jsonb	   *result = value == NULL ? NULL : serialize(value);

	pfree(strings);
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
	Jsonb	   *result = build_jsonb(text, len, &too_many);
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

/* A value as jsonb, in the current context; NULL if jsonb cannot hold it. */
Jsonb *
rootfi_json_value_to_jsonb(const JsonValue *value)
{
	char	   *problem = NULL;

	return rootfi_json_to_jsonb(value->text, value->len, &problem);
}

/*
 * A value to put into jsonb, in the current context: a scalar, a tree or, if
 * jsonb can hold neither, its text.
 */
static void
to_value(const JsonValue *value, JsonbValue *result)
{
	JsonbValue *tree = NULL;
	bool		too_many;

	if (to_scalar(value, result))
		return;
	if (value->token == NULL)
		tree = build(value->text, value->len, palloc(value->len + 1),
					 &too_many);
	if (tree != NULL)
		*result = *tree;
	else
		to_string(value->token ? value->token :
				  pnstrdup(value->text, value->len), result);
}

/*
 * Adds a member to an object that is being made, which points to its name and
 * its text then; all of it lives in the current context.
 */
void
rootfi_jsonb_add(JsonbMembers *members, const char *name,
				 const JsonValue *value)
{
	JsonbPair  *pair;

	if (members->n == members->capacity)
	{
		members->capacity = Max(8, members->capacity * 2);
		members->pairs = members->pairs == NULL ?
			palloc(members->capacity * sizeof(JsonbPair)) :
			repalloc(members->pairs, members->capacity * sizeof(JsonbPair));
	}
	pair = &members->pairs[members->n];
	pair->order = members->n++;
	to_string(unconstify(char *, name), &pair->key);
	to_value(value, &pair->value);
}

/* Orders members as jsonb has them: by length, by name, the last one first. */
static int
compare_members(const void *a, const void *b)
{
	const		JsonbPair *left = a;
	const		JsonbPair *right = b;
	int			len = left->key.val.string.len;
	int			order;

	if (len != right->key.val.string.len)
		return len < right->key.val.string.len ? -1 : 1;
	order = memcmp(left->key.val.string.val, right->key.val.string.val, len);
	if (order != 0)
		return order;
	return left->order > right->order ? -1 : 1;
}

/*
 * The object of the members, in the current context; of several of one name
 * the last counts.
 */
Jsonb *
rootfi_jsonb_make(JsonbMembers *members)
{
	JsonbValue	object = {.type = jbvObject};
	JsonbPair  *pairs = members->pairs;
	int			n = 0;

	qsort(pairs, members->n, sizeof(JsonbPair), compare_members);
	for (int i = 0; i < members->n; i++)
		if (n == 0 ||
			pairs[n - 1].key.val.string.len != pairs[i].key.val.string.len ||
			memcmp(pairs[n - 1].key.val.string.val,
				   pairs[i].key.val.string.val,
				   pairs[i].key.val.string.len) != 0)
			pairs[n++] = pairs[i];
	object.val.object.pairs = pairs;
	object.val.object.nPairs = n;
	return serialize(&object);
}
