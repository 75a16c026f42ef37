/*
 * jsonb.c
 *		Values of type jsonb that hold the text they were made of.
 *
 * What is in a container is its header, as the server has it, then the text.
 * So unlike jsonb an object keeps the order and the repetitions of its
 * members.  What jsonb cannot hold, though it is JSON, raises the same error:
 * numbers that numeric cannot hold.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "compat.h"
#include "outline.h"
#include "shim.h"

/* An object being built; behind the server's opaque pointer. */
typedef struct Builder
{
	StringInfoData text;
	bool		is_empty;
} Builder;

/* A container being read, likewise; in the document are its parts. */
typedef struct Reader
{
	JsonDocument document;
	bool		is_object;
	int			step;			/* how many tokens were given */
} Reader;

/* The text that a container holds. */
static const char *
container_text(const JsonbContainer *container)
{
	return (const char *) container->children;
}

/* The text that a value of type jsonb holds. */
const char *
shim_jsonb_text(const Jsonb *jsonb)
{
	return container_text(&jsonb->root);
}

/* A value of type jsonb from valid text. */
static Jsonb *
make_jsonb(const char *text, int len)
{
	int			size = offsetof(Jsonb, root.children) + len + 1;
	Jsonb	   *result = palloc0(size);
	char	   *copy = (char *) result->root.children;

	SET_VARSIZE(result, size);
	memcpy(copy, text, len);
	copy += strspn(copy, " \t\r\n");
	result->root.header = *copy == '{' ? JB_FOBJECT :
		*copy == '[' ? JB_FARRAY : JB_FARRAY | JB_FSCALAR;
	return result;
}

/* Refuses numbers that numeric does not hold. */
#if PG_VERSION_NUM >= 160000
static JsonParseErrorType
#else
static void
#endif
check_scalar(void *state, char *token, JsonTokenType type)
{
	if (type == JSON_TOKEN_NUMBER)
		DirectFunctionCall3(numeric_in, CStringGetDatum(token),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
#if PG_VERSION_NUM >= 160000
	return JSON_SUCCESS;
#endif
}

Datum
jsonb_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	JsonLexContext *lex = rootfi_json_lexer(text, strlen(text));
	JsonSemAction actions = {.scalar = check_scalar};

	if (pg_parse_json(lex, &actions) != JSON_SUCCESS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type json")));
	PG_RETURN_JSONB_P(make_jsonb(text, strlen(text)));
}

/* Appends a JSON string. */
static void
append_string(StringInfo target, const char *text, int len)
{
	appendStringInfoChar(target, '"');
	for (int i = 0; i < len; i++)
	{
		if (text[i] == '"' || text[i] == '\\')
			appendStringInfo(target, "\\%c", text[i]);
		else if ((unsigned char) text[i] < ' ')
			appendStringInfo(target, "\\u%04x", text[i]);
		else
			appendStringInfoChar(target, text[i]);
	}
	appendStringInfoChar(target, '"');
}

/* Appends a value. */
static void
append_value(StringInfo target, const JsonbValue *value)
{
	const JsonbContainer *container;
	const char *text;

	switch (value->type)
	{
		case jbvNull:
			appendStringInfoString(target, "null");
			break;
		case jbvBool:
			appendStringInfoString(target, value->val.boolean ? "true" : "false");
			break;
		case jbvString:
			append_string(target, value->val.string.val, value->val.string.len);
			break;
		case jbvNumeric:
			appendStringInfoString(target,
								   DatumGetCString(DirectFunctionCall1(numeric_out,
																	   NumericGetDatum(value->val.numeric))));
			break;
		case jbvBinary:
			container = value->val.binary.data;
			text = container_text(container);
			if (value->val.binary.len != offsetof(JsonbContainer, children) +
				strlen(text) + 1)
				shim_fail("a container's length is wrong");
			appendStringInfoString(target, text);
			break;
		default:
			shim_fail("value of type %d pushed", value->type);
	}
}

/* A container as a value. */
static void
set_binary(JsonbValue *value, Jsonb *jsonb)
{
	value->type = jbvBinary;
	value->val.binary.data = &jsonb->root;
	value->val.binary.len = VARSIZE(jsonb) - VARHDRSZ;
}

/* Builds one object, of which the members are values of any kind. */
JsonbValue *
pushJsonbValue(JsonbParseState **pstate, JsonbIteratorToken seq,
			   JsonbValue *jbval)
{
	Builder    *builder = (Builder *) *pstate;
	JsonbValue *result = NULL;

	switch (seq)
	{
		case WJB_BEGIN_OBJECT:
			builder = palloc(sizeof(Builder));
			initStringInfo(&builder->text);
			appendStringInfoChar(&builder->text, '{');
			builder->is_empty = true;
			*pstate = (JsonbParseState *) builder;
			break;
		case WJB_KEY:
			if (!builder->is_empty)
				appendStringInfoChar(&builder->text, ',');
			builder->is_empty = false;
			append_value(&builder->text, jbval);
			appendStringInfoChar(&builder->text, ':');
			break;
		case WJB_VALUE:
			append_value(&builder->text, jbval);
			break;
		case WJB_END_OBJECT:
			appendStringInfoChar(&builder->text, '}');
			result = palloc(sizeof(JsonbValue));
			set_binary(result, make_jsonb(builder->text.data, builder->text.len));
			*pstate = NULL;
			break;
		default:
			shim_fail("token %d pushed", seq);
	}
	return result;
}

Jsonb *
JsonbValueToJsonb(JsonbValue *val)
{
	const char *text = container_text(val->val.binary.data);

	return make_jsonb(text, strlen(text));
}

JsonbIterator *
JsonbIteratorInit(JsonbContainer *container)
{
	Reader	   *reader = palloc0(sizeof(Reader));
	const char *text = container_text(container);

	if (outline_read(&reader->document, text, strlen(text), NULL) != VERDICT_VALID)
		shim_fail("a container holds what is no JSON: %s", text);
	reader->is_object = JsonContainerIsObject(container);
	return (JsonbIterator *) reader;
}

/* A part of a container as a value. */
static void
to_value(const JsonValue *part, JsonbValue *value)
{
	switch (part->type)
	{
		case JSON_TOKEN_STRING:
			value->type = jbvString;
			value->val.string.len = strlen(part->token);
			/* without its NUL, as in jsonb */
			value->val.string.val = memcpy(palloc(value->val.string.len),
										   part->token,
										   value->val.string.len);
			break;
		case JSON_TOKEN_NUMBER:
			value->type = jbvNumeric;
			value->val.numeric =
				DatumGetNumeric(DirectFunctionCall3(numeric_in,
													CStringGetDatum(part->token),
													ObjectIdGetDatum(InvalidOid),
													Int32GetDatum(-1)));
			break;
		case JSON_TOKEN_TRUE:
		case JSON_TOKEN_FALSE:
			value->type = jbvBool;
			value->val.boolean = part->type == JSON_TOKEN_TRUE;
			break;
		case JSON_TOKEN_NULL:
			value->type = jbvNull;
			break;
		default:
			set_binary(value, make_jsonb(part->text, part->len));
	}
}

/* Gives the parts of a container; never what is nested in them. */
JsonbIteratorToken
JsonbIteratorNext(JsonbIterator **it, JsonbValue *val, bool skipNested)
{
	Reader	   *reader = (Reader *) *it;
	int			step = reader->step++ - 1;
	int			n = reader->is_object ? reader->document.whole.nmembers * 2 :
	reader->document.nelements;
	JsonValue	key = {.type = JSON_TOKEN_STRING};

	if (!skipNested)
		shim_fail("nested values were asked for");
	if (step < 0)
		return reader->is_object ? WJB_BEGIN_OBJECT : WJB_BEGIN_ARRAY;
	if (step > n)
		return WJB_DONE;
	if (step == n)
		return reader->is_object ? WJB_END_OBJECT : WJB_END_ARRAY;
	if (!reader->is_object)
	{
		to_value(&reader->document.elements[step].value, val);
		return WJB_ELEM;
	}
	if (step % 2 == 1)
	{
		to_value(&reader->document.whole.members[step / 2].value, val);
		return WJB_VALUE;
	}
	key.token = unconstify(char *, reader->document.whole.members[step / 2].name);
	to_value(&key, val);
	return WJB_KEY;
}
