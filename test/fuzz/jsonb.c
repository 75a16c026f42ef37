/*
 * jsonb.c
 *		Values of type jsonb that hold JSON text.
 *
 * What is in a container is its header, as the server has it, then the text
 * that was pushed, without white space.  So unlike jsonb an object keeps the
 * order and the repetitions of its members.  What jsonb cannot hold, though it
 * is JSON, raises the same error: numbers that numeric cannot hold.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base/compat.h"
#include "outline.h"
#include "shim.h"

/* A container being built; behind the server's opaque pointer. */
typedef struct Builder
{
	StringInfoData text;
	StringInfoData closers;		/* of what is open, innermost last */
	bool		is_empty;		/* what is innermost */
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
		case jbvObject:
			appendStringInfoChar(target, '{');
			for (int i = 0; i < value->val.object.nPairs; i++)
			{
				const JsonbPair *pair = &value->val.object.pairs[i];

				appendStringInfoString(target, i > 0 ? "," : "");
				append_value(target, &pair->key);
				appendStringInfoChar(target, ':');
				append_value(target, &pair->value);
			}
			appendStringInfoChar(target, '}');
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

/* Appends the comma that a member or an element needs before it. */
static void
append_comma(Builder *builder)
{
	if (!builder->is_empty)
		appendStringInfoChar(&builder->text, ',');
	builder->is_empty = false;
}

/* The innermost open container's closing bracket, NUL if there is none. */
static char
innermost(const Builder *builder)
{
	return builder->closers.len == 0 ? '\0' :
		builder->closers.data[builder->closers.len - 1];
}

/* Opens a container, inside of another or as the outermost. */
static Builder *
open_container(Builder *builder, char opener, char closer)
{
	if (builder == NULL)
	{
		builder = palloc(sizeof(Builder));
		initStringInfo(&builder->text);
		initStringInfo(&builder->closers);
	}
	else if (innermost(builder) == ']')
		append_comma(builder);
	appendStringInfoChar(&builder->text, opener);
	appendStringInfoChar(&builder->closers, closer);
	builder->is_empty = true;
	return builder;
}

/* Closes the innermost container; the outermost is returned as a value. */
static JsonbValue *
close_container(Builder *builder, char closer)
{
	JsonbValue *result = palloc0(sizeof(JsonbValue));

	if (innermost(builder) != closer)
		shim_fail("%c pushed where %c is open", closer, innermost(builder));
	appendStringInfoChar(&builder->text, closer);
	builder->closers.len--;
	builder->is_empty = false;
	if (builder->closers.len == 0)
		set_binary(result, make_jsonb(builder->text.data, builder->text.len));
	return result;
}

JsonbValue *
pushJsonbValue(JsonbParseState **pstate, JsonbIteratorToken seq,
			   JsonbValue *jbval)
{
	Builder    *builder = (Builder *) *pstate;
	JsonbValue *result = NULL;

	switch (seq)
	{
		case WJB_BEGIN_OBJECT:
			builder = open_container(builder, '{', '}');
			break;
		case WJB_BEGIN_ARRAY:
			builder = open_container(builder, '[', ']');
			break;
		case WJB_KEY:
			append_comma(builder);
			append_value(&builder->text, jbval);
			appendStringInfoChar(&builder->text, ':');
			break;
		case WJB_VALUE:
			append_value(&builder->text, jbval);
			break;
		case WJB_ELEM:
			append_comma(builder);
			append_value(&builder->text, jbval);
			break;
		case WJB_END_OBJECT:
			result = close_container(builder, '}');
			break;
		case WJB_END_ARRAY:
			result = close_container(builder, ']');
			break;
		default:
			shim_fail("token %d pushed", seq);
	}
	*pstate = builder->closers.len == 0 ? NULL : (JsonbParseState *) builder;
	return result;
}

/* Pushes a value, with all that is nested in it; returns what that returns. */
static JsonbValue *
push_value(JsonbParseState **state, JsonbIteratorToken place,
		   const JsonValue *value)
{
	JsonbValue	item = {.type = jbvString};
	JsonDocument document;

	if (value->token != NULL)
	{
		to_value(value, &item);
		return pushJsonbValue(state, place, &item);
	}
	if (!outline_read(&document, value->text, value->len, NULL))
		shim_fail("what is nested in JSON is none: %s", value->text);
	if (document.is_array)
	{
		pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
		for (int i = 0; i < document.nelements; i++)
			push_value(state, WJB_ELEM, &document.elements[i].value);
		return pushJsonbValue(state, WJB_END_ARRAY, NULL);
	}
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < document.whole.nmembers; i++)
	{
		item.val.string.val = unconstify(char *, document.whole.members[i].name);
		item.val.string.len = strlen(item.val.string.val);
		pushJsonbValue(state, WJB_KEY, &item);
		push_value(state, WJB_VALUE, &document.whole.members[i].value);
	}
	return pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

Datum
jsonb_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	JsonDocument document;
	JsonbParseState *state = NULL;
	JsonbValue	item;

	if (!outline_read(&document, text, strlen(text), NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type json")));
	if (document.whole.value.token == NULL)
		PG_RETURN_JSONB_P(JsonbValueToJsonb(push_value(&state, WJB_VALUE,
													   &document.whole.value)));
	to_value(&document.whole.value, &item);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(&item));
}

/* The text that jsonb_in makes of some. */
const char *
shim_jsonb_canonical(const char *text, int len)
{
	Datum		jsonb = DirectFunctionCall1(jsonb_in,
											CStringGetDatum(pnstrdup(text, len)));

	return shim_jsonb_text(DatumGetJsonbP(jsonb));
}

Jsonb *
JsonbValueToJsonb(JsonbValue *val)
{
	StringInfoData scalar;
	const char *text;

	if (val->type == jbvBinary)
	{
		text = container_text(val->val.binary.data);
		return make_jsonb(text, strlen(text));
	}
	initStringInfo(&scalar);
	append_value(&scalar, val);
	return make_jsonb(scalar.data, scalar.len);
}

JsonbIterator *
JsonbIteratorInit(JsonbContainer *container)
{
	Reader	   *reader = palloc0(sizeof(Reader));
	const char *text = container_text(container);

	if (!outline_read(&reader->document, text, strlen(text), NULL))
		shim_fail("a container holds what is no JSON: %s", text);
	reader->is_object = JsonContainerIsObject(container);
	return (JsonbIterator *) reader;
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
