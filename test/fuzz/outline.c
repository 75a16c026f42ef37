/*
 * outline.c
 *		Takes JSON text apart as rootfi_scan() should, by the server's parser.
 *
 * The parser's actions are called for all that is in the text; what is kept
 * is the text's own members and, of an array that is looked into, elements
 * and their members.
 */
#include "postgres.h"

#include "base/compat.h"
#include "outline.h"
#include "shim.h"

/* Actions have a result since version 16. */
#if PG_VERSION_NUM >= 160000
typedef JsonParseErrorType Action;
#define END_ACTION	return JSON_SUCCESS
#else
typedef void Action;
#define END_ACTION	return
#endif

/* A text on its way through the parser. */
typedef struct Outline
{
	JsonLexContext *lex;
	JsonDocument *document;
	const char *inside;
	int			depth;			/* how many objects and arrays are open */
	bool		in_inside;		/* one of them is the array to look into */
	JsonMember *members;		/* of elements, one after the other */
	int			nmembers;
} Outline;

/* An array of "item" with room for another one. */
#define ROOM_FOR(array, n, item) \
	((n) == 0 ? palloc(8 * sizeof(item)) : \
	 (n) >= 8 && ((n) & ((n) - 1)) == 0 ? \
	 repalloc(array, 2 * (n) * sizeof(item)) : (array))

/* The depth at which elements stand, or one that never is. */
static int
element_depth(const Outline *outline)
{
	return outline->document->is_array ? 1 : outline->in_inside ? 2 : PG_INT32_MAX - 1;
}

/* The latest element, or NULL. */
static JsonObject *
latest_element(const Outline *outline)
{
	JsonDocument *document = outline->document;

	return document->nelements == 0 ? NULL :
		&document->elements[document->nelements - 1];
}

/* Do members of the latest element stand at this depth? */
static bool
in_element(const Outline *outline)
{
	JsonObject *element = latest_element(outline);

	return outline->depth == element_depth(outline) + 1 && element != NULL &&
		element->value.type == JSON_TOKEN_OBJECT_START;
}

/* The value that begins or ends at this depth, NULL for a nested one. */
static JsonValue *
value_here(const Outline *outline)
{
	JsonDocument *document = outline->document;

	if (outline->depth == 0)
		return &document->whole.value;
	if (outline->depth == element_depth(outline))
		return &latest_element(outline)->value;
	if (in_element(outline))
		return &outline->members[outline->nmembers - 1].value;
	if (outline->depth == 1)
		return &document->whole.members[document->whole.nmembers - 1].value;
	return NULL;
}

/* What is known of a value that begins. */
static JsonValue
begun_value(const Outline *outline)
{
	return (JsonValue)
	{
		.text = outline->lex->token_start,
		.type = outline->lex->token_type
	};
}

/* A value at this depth has ended. */
static void
end_value(const Outline *outline)
{
	JsonValue  *value = value_here(outline);

	if (value != NULL)
		value->len = outline->lex->prev_token_terminator - value->text;
}

/* Is the value that begins the array to look into? */
static bool
begins_inside(const Outline *outline)
{
	const JsonObject *whole = &outline->document->whole;

	return outline->inside != NULL && outline->depth == 1 &&
		!outline->document->is_array &&
		strcmp(whole->members[whole->nmembers - 1].name, outline->inside) == 0;
}

static Action
object_start(void *state)
{
	Outline    *outline = state;

	if (outline->depth++ == 0)
		outline->document->whole.value.type = JSON_TOKEN_OBJECT_START;
	END_ACTION;
}

static Action
array_start(void *state)
{
	Outline    *outline = state;
	JsonDocument *document = outline->document;

	if (outline->depth == 0)
	{
		document->whole.value.type = JSON_TOKEN_ARRAY_START;
		document->is_array = true;
	}
	else if (begins_inside(outline))
	{
		/* it counts instead of one before */
		outline->in_inside = true;
		document->nelements = outline->nmembers = 0;
	}
	outline->depth++;
	END_ACTION;
}

static Action
container_end(void *state)
{
	Outline    *outline = state;

	if (--outline->depth == 1)
		outline->in_inside = false;
	END_ACTION;
}

static Action
field_start(void *state, char *fname, bool isnull)
{
	Outline    *outline = state;
	JsonObject *whole = &outline->document->whole;
	JsonMember	member = {.name = fname,.value = begun_value(outline)};

	if (in_element(outline))
	{
		outline->members = ROOM_FOR(outline->members, outline->nmembers,
									JsonMember);
		outline->members[outline->nmembers++] = member;
		latest_element(outline)->nmembers++;
	}
	else if (outline->depth == 1)
	{
		whole->members = ROOM_FOR(whole->members, whole->nmembers, JsonMember);
		whole->members[whole->nmembers++] = member;
	}
	END_ACTION;
}

static Action
field_end(void *state, char *fname, bool isnull)
{
	end_value(state);
	END_ACTION;
}

static Action
element_start(void *state, bool isnull)
{
	Outline    *outline = state;
	JsonDocument *document = outline->document;

	if (outline->depth == element_depth(outline))
	{
		document->elements = ROOM_FOR(document->elements, document->nelements,
									  JsonObject);
		document->elements[document->nelements++] = (JsonObject)
		{
			.value = begun_value(outline)
		};
	}
	END_ACTION;
}

static Action
element_end(void *state, bool isnull)
{
	end_value(state);
	END_ACTION;
}

static Action
scalar(void *state, char *token, JsonTokenType type)
{
	JsonValue  *value = value_here(state);

	if (value != NULL)
	{
		value->token = token;
		value->type = type;
	}
	END_ACTION;
}

/* Fills in what is known only now that the text has been read. */
static void
finish(Outline *outline, const char *text, const char *end)
{
	static const char blanks[] = " \t\r\n";
	JsonDocument *document = outline->document;
	JsonMember *members = outline->members;

	while (strchr(blanks, *text) != NULL)
		text++;
	while (strchr(blanks, end[-1]) != NULL)
		end--;
	document->whole.value.text = text;
	document->whole.value.len = end - text;
	for (int i = 0; i < document->nelements; i++)
	{
		document->elements[i].members = members;
		members += document->elements[i].nmembers;
	}
}

/*
 * Takes a text apart, in the current context.  The document is complete only
 * if the text is valid, which is returned; lengths of names are not filled in.
 */
bool
outline_read(JsonDocument *document, const char *text, int len,
			 const char *inside)
{
	JsonLexContext *lex = rootfi_json_lexer(text, len);
	Outline		outline = {.lex = lex,.document = document,.inside = inside};
	JsonSemAction actions = {
		.semstate = &outline,
		.object_start = object_start,
		.object_end = container_end,
		.array_start = array_start,
		.array_end = container_end,
		.object_field_start = field_start,
		.object_field_end = field_end,
		.array_element_start = element_start,
		.array_element_end = element_end,
		.scalar = scalar,
	};

	memset(document, 0, sizeof(*document));
	if (pg_parse_json(lex, &actions) != JSON_SUCCESS)
		return false;
	finish(&outline, text, text + len);
	return true;
}
