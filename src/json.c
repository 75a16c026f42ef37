/*
 * json.c
 *		JSON text: values with their places, answers taken apart.
 *
 * Values are handed out as places in the text, so that what nobody asks for
 * is never copied, and a number stays what was written.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "compat.h"
#include "json.h"
#include "scan.h"

/*
 * Visits the members of an object or the elements of an array as rootfi_scan()
 * does.  Returns NULL, or what is wrong with the text, nested values aside.
 * Raises no error of its own.
 */
char *
rootfi_json_walk(const char *text, int len, const char *inside,
				 JsonVisitor visit, void *arg)
{
	char	   *problem;

	switch (rootfi_scan(text, len, inside, visit, arg))
	{
		case SCAN_DONE:
			return NULL;
		case SCAN_TOO_DEEP:
			return pstrdup("It is nested too deeply.");
		case SCAN_INVALID:
			break;
	}
	/* the server's parser knows how to say it */
	problem = rootfi_json_check(text, len);
	return problem ? problem : pstrdup("It is not valid JSON.");
}

/* NULL if the whole text is JSON, or what is wrong with it. */
char *
rootfi_json_check(const char *text, int len)
{
	JsonLexContext *lex = rootfi_json_lexer(text, len);
	JsonParseErrorType error = pg_parse_json(lex, &nullSemAction);

	return error == JSON_SUCCESS ? NULL : json_errdetail(error, lex);
}

/*
 * A value as jsonb, in the current context; NULL if jsonb cannot hold it.
 * What is not JSON at all raises 08P01.
 */
Jsonb *
rootfi_json_value_to_jsonb(const JsonValue *value)
{
	char	   *problem = NULL;
	Jsonb	   *jsonb = rootfi_json_to_jsonb(value->text, value->len,
											 &problem);

	if (jsonb == NULL)
		rootfi_json_require(value);
	return jsonb;
}

/* Raises 08P01 unless the value is JSON, with all that is nested in it. */
void
rootfi_json_require(const JsonValue *value)
{
	char	   *problem = rootfi_json_check(value->text, value->len);

	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("a nested value is not valid JSON"),
				 errdetail("%s", problem)));
}

/* What rootfi_json_open gathers. */
typedef struct AnswerState
{
	JsonAnswer *answer;
	int			capacity;
	JsonValue	data;			/* the member "data" */
	bool		has_id;			/* there is a member "rootfi_id" */
} AnswerState;

/* Appends a record. */
static void
answer_add(AnswerState *state, const JsonValue *value)
{
	JsonAnswer *answer = state->answer;

	if (answer->nrecords == state->capacity)
	{
		state->capacity = Max(64, state->capacity * 2);
		answer->records = answer->records == NULL ?
			palloc(state->capacity * sizeof(JsonValue)) :
			repalloc(answer->records, state->capacity * sizeof(JsonValue));
	}
	answer->records[answer->nrecords++] = *value;
}

/* Takes an element of the list or a member of the envelope. */
static void
answer_take(void *arg, const char *name, const JsonValue *value)
{
	AnswerState *state = arg;

	if (name == NULL)
		answer_add(state, value);
	else if (strcmp(name, "data") == 0)
		state->data = *value;
	else if (strcmp(name, "rootfi_id") == 0)
		state->has_id = true;
	else if (strcmp(name, "next") == 0 &&
			 value->type == JSON_TOKEN_STRING && value->token[0] != '\0')
		state->answer->next = value->token;
	else if (strcmp(name, "total_count") == 0)
		state->answer->total_count = value->token;
}

/* The whole text as a value. */
static JsonValue
whole_value(const char *text, int len)
{
	JsonValue	value = {.text = text,.len = len,.type = JSON_TOKEN_INVALID};

	while (value.len > 0 && strchr(" \t\r\n", *value.text) != NULL)
		value.text++, value.len--;
	if (value.len > 0 && *value.text == '{')
		value.type = JSON_TOKEN_OBJECT_START;
	else if (value.len > 0 && *value.text == '[')
		value.type = JSON_TOKEN_ARRAY_START;
	return value;
}

/*
 * Takes an answer apart, whatever its shape (C7, C17): {"data": [...]},
 * {"data": {...}}, [...] or a bare object.  An object with a rootfi_id is a
 * record itself, whatever members it has.  Returns NULL, or what is wrong.
 */
char *
rootfi_json_open(JsonAnswer *answer, const char *text, int len)
{
	AnswerState state = {.answer = answer};
	JsonValue	whole = whole_value(text, len);
	char	   *problem;

	memset(answer, 0, sizeof(*answer));
	problem = rootfi_json_walk(text, len, "data", answer_take, &state);
	if (problem != NULL)
		return problem;
	answer->is_list = whole.type == JSON_TOKEN_ARRAY_START;
	if (whole.type != JSON_TOKEN_OBJECT_START)
		return answer->is_list ? NULL : pstrdup("It is neither an object nor an array.");
	if (state.has_id)
	{
		answer->nrecords = 0;
		answer_add(&state, &whole);
		return NULL;
	}
	switch (state.data.type)
	{
		case JSON_TOKEN_ARRAY_START:
			answer->is_list = true;
			/* its name was written with escapes: not looked into yet */
			if (state.data.text != NULL)
				return rootfi_json_walk(state.data.text, state.data.len, NULL,
										answer_take, &state);
			break;
		case JSON_TOKEN_OBJECT_START:
			answer_add(&state, &state.data);
			break;
		case JSON_TOKEN_NULL:
			break;
		default:
			answer_add(&state, &whole);
	}
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
	char	   *copy = pnstrdup(text, len);
	Jsonb	   *volatile result = NULL;

	PG_TRY();
	{
		result = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
													CStringGetDatum(copy)));
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
		*problem = error->detail != NULL ? error->detail : error->message;
	}
	PG_END_TRY();
	pfree(copy);
	return result;
}

/* The code unit of an escape \uXXXX that begins at "text", or -1. */
static int
escape_unit(const char *text, const char *end)
{
	int			unit = 0;

	if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++)
	{
		unsigned char c = text[i];

		if (!isxdigit(c))
			return -1;
		unit = unit * 16 + (isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return unit;
}

/* Replaces \u0000 and surrogates without partner by \ufffd, in place. */
static int
clean_escapes(char *text, const char *end)
{
	int			replaced = 0;

	while ((text = memchr(text, '\\', end - text)) != NULL)
	{
		int			unit = escape_unit(text, end);
		int			next = unit >= 0 ? escape_unit(text + 6, end) : -1;

		if (unit >= 0xD800 && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000)
			text += 12;
		else if (unit == 0 || (unit >= 0xD800 && unit < 0xE000))
		{
			memcpy(text, "\\ufffd", 6);
			replaced++;
			text += 6;
		}
		else
			text += Min(2, end - text);
	}
	return replaced;
}

/* A copy of the text in which every byte that is not UTF-8 is U+FFFD. */
static int
clean_bytes(char **text, size_t *len, size_t valid)
{
	StringInfoData clean;
	const char *from = *text;
	const char *end = from + *len;
	int			replaced = 0;

	initStringInfo(&clean);
	while (from + valid < end)
	{
		appendBinaryStringInfo(&clean, from, valid);
		appendStringInfoString(&clean, "\xEF\xBF\xBD");
		replaced++;
		from += valid + 1;
		valid = pg_encoding_verifymbstr(PG_UTF8, from, end - from);
	}
	appendBinaryStringInfo(&clean, from, valid);
	*text = clean.data;
	*len = clean.len;
	return replaced;
}

/*
 * Makes text of the world into text that the database can hold: \u0000,
 * half surrogate pairs and bytes that are not UTF-8 become U+FFFD.  Works in
 * place where it can, else *text becomes a copy in the current context.
 * Returns how many characters were replaced.
 */
int
rootfi_json_clean(char **text, size_t *len)
{
	int			replaced = 0;
	size_t		valid = pg_encoding_verifymbstr(PG_UTF8, *text, *len);

	if (valid < *len)
		replaced = clean_bytes(text, len, valid);
	return replaced + clean_escapes(*text, *text + *len);
}

/* Tells the user how many characters were replaced, if any. */
void
rootfi_json_warn(int replaced)
{
	if (replaced > 0)
		ereport(WARNING,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg_plural("%d character of the answer cannot be stored and was replaced by U+FFFD",
							   "%d characters of the answer cannot be stored and were replaced by U+FFFD",
							   replaced, replaced),
				 errdetail("PostgreSQL's text holds neither \\u0000 nor what is not valid UTF-8.")));
}
