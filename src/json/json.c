/*
 * json.c
 *		JSON text: values with their places, answers taken apart.
 *
 * Values are handed out as places in the text, so that what nobody asks for
 * is never copied, and a number stays what was written.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/secrets.h"
#include "base/sqlstates.h"
#include "json/json.h"
#include "json/scan.h"

#define LONGEST_SHOWN	1000	/* bytes of a text that a message shows */
#define BLOCK			1000000 /* bytes that are read between two looks at
								 * whether the query is cancelled */
#define LONGEST_LOOKED_AT 16384 /* bytes of it in which a key is hidden */

/*
 * Takes a text apart as rootfi_scan() does.  Returns NULL, or what is wrong
 * with the text.  Raises no error but for a cancel.
 */
static char *
take_apart(JsonDocument *document, const char *text, int len,
		   const char *inside)
{
	char	   *problem;

	switch (rootfi_scan(document, text, len, inside))
	{
		case SCAN_DONE:
			return NULL;
		case SCAN_TOO_DEEP:
			return pstrdup("It is nested too deeply.");
		case SCAN_TOO_MANY:
			return pstrdup("It has too many elements or members.");
		case SCAN_INVALID:
			break;
	}
	/* the server's parser knows how to say it */
	problem = len > LONGEST_EXPLAINED ? NULL : rootfi_json_check(text, len);
	return problem ? problem : pstrdup("It is not valid JSON.");
}

/*
 * Takes an object apart, in the current context; what is none has no members.
 * Returns NULL, or what is wrong with the text; what comes before that is
 * there all the same.
 */
char *
rootfi_json_object(JsonObject *object, const char *text, int len)
{
	JsonDocument document;
	char	   *problem = take_apart(&document, text, len, NULL);

	*object = document.whole;
	return problem;
}

/* The same for an array and its elements, of which there may be none. */
char *
rootfi_json_array(JsonObject **elements, int *nelements, const char *text,
				  int len)
{
	JsonDocument document;
	char	   *problem = take_apart(&document, text, len, NULL);

	*elements = document.elements;
	*nelements = document.nelements;
	return problem;
}

/* The value of an object's member, the last of that name, or NULL. */
const JsonValue *
rootfi_json_member(const JsonObject *object, const char *name)
{
	for (int i = object->nmembers - 1; i >= 0; i--)
		if (strcmp(object->members[i].name, name) == 0)
			return &object->members[i].value;
	return NULL;
}

/* NULL if the whole text is JSON, or what is wrong with it. */
char *
rootfi_json_check(const char *text, int len)
{
	JsonLexContext *lex = rootfi_json_lexer(text, len);
	JsonParseErrorType error = pg_parse_json(lex, &nullSemAction);

	return error == JSON_SUCCESS ? NULL :
		rootfi_json_show(json_errdetail(error, lex));
}

/* A value as jsonb, in the current context; NULL if jsonb cannot hold it. */
Jsonb *
rootfi_json_value_to_jsonb(const JsonValue *value)
{
	char	   *problem = NULL;

	return rootfi_json_to_jsonb(value->text, value->len, &problem);
}

/* The answer has one record: an object, or what should be one. */
static void
answer_single(JsonAnswer *answer, const JsonObject *record)
{
	answer->records = palloc(sizeof(JsonObject));
	answer->records[0] = *record;
	answer->nrecords = 1;
}

/* Reads the envelope of an answer that is an object. */
static char *
open_envelope(JsonAnswer *answer, const JsonDocument *document)
{
	const JsonObject *whole = &document->whole;
	const JsonValue *next = rootfi_json_member(whole, "next");
	const JsonValue *total = rootfi_json_member(whole, "total_count");
	const JsonValue *data = rootfi_json_member(whole, "data");
	JsonObject	object;
	char	   *problem;

	if (next != NULL && next->type == JSON_TOKEN_STRING)
		answer->next = next->token[0] != '\0' ? next->token : NULL;
	else
		answer->bad_next = next != NULL && next->type != JSON_TOKEN_NULL;
	if (total != NULL)
		answer->total_count = total->token;
	if (rootfi_json_member(whole, "rootfi_id") != NULL || data == NULL)
		answer_single(answer, whole);
	else if (data->type == JSON_TOKEN_ARRAY_START)
	{
		answer->is_list = true;
		answer->records = document->elements;
		answer->nrecords = document->nelements;
	}
	else if (data->type == JSON_TOKEN_OBJECT_START)
	{
		problem = rootfi_json_object(&object, data->text, data->len);
		if (problem != NULL)
			return problem;
		answer_single(answer, &object);
	}
	else if (data->type != JSON_TOKEN_NULL)
		answer_single(answer, whole);
	return NULL;
}

/*
 * Takes an answer apart, whatever its shape (C7, C17): {"data": [...]},
 * {"data": {...}}, [...] or a bare object.  An object with a rootfi_id is a
 * record itself, whatever members it has.  Returns NULL, or what is wrong.
 */
char *
rootfi_json_open(JsonAnswer *answer, const char *text, int len)
{
	JsonDocument document;
	char	   *problem;

	memset(answer, 0, sizeof(*answer));
	problem = take_apart(&document, text, len, "data");
	if (problem != NULL)
		return problem;
	if (document.whole.value.type == JSON_TOKEN_OBJECT_START)
		return open_envelope(answer, &document);
	if (!document.is_array)
		return pstrdup("It is neither an object nor an array.");
	answer->is_list = true;
	answer->records = document.elements;
	answer->nrecords = document.nelements;
	return NULL;
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
		int			unit;
		int			next;

		CHECK_FOR_INTERRUPTS();
		unit = escape_unit(text, end);
		next = unit >= 0 ? escape_unit(text + 6, end) : -1;

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

/* How many bytes from the beginning on are UTF-8. */
static size_t
count_valid(const char *text, size_t len)
{
	size_t		valid = 0;
	size_t		n;

	/* a character that a block cuts begins the next one */
	do
	{
		CHECK_FOR_INTERRUPTS();
		n = pg_encoding_verifymbstr(PG_UTF8, text + valid,
									Min(len - valid, BLOCK));
		valid += n;
	} while (n > 0);
	return valid;
}

/*
 * A copy of the text in which every byte that is not UTF-8 is U+FFFD.  What
 * comes after the first of them is looked at character by character: a look
 * at all of the rest after each would take time by the square of the length.
 */
static int
clean_bytes(char **text, size_t *len, size_t valid)
{
	StringInfoData clean;
	const char *from = *text;
	const char *end = from + *len;
	int			replaced = 0;

	initStringInfo(&clean);
	appendBinaryStringInfo(&clean, from, valid);
	for (from += valid; from < end;)
	{
		int			n = pg_encoding_verifymbchar(PG_UTF8, from, end - from);

		CHECK_FOR_INTERRUPTS();
		if (n > 0)
			appendBinaryStringInfo(&clean, from, n);
		else
		{
			n = 1;
			appendBinaryStringInfo(&clean, "\xEF\xBF\xBD", 3);
			replaced++;
		}
		from += n;
	}
	*text = clean.data;
	*len = clean.len;
	return replaced;
}

/* Removes the mark that some put before UTF-8; RFC 8259 lets us. */
static void
skip_mark(char *text, size_t *len)
{
	if (*len < 3 || memcmp(text, "\xEF\xBB\xBF", 3) != 0)
		return;
	*len -= 3;
	memmove(text, text + 3, *len);
	text[*len] = '\0';
}

/*
 * Makes text of the world into text that the database can hold: \u0000,
 * half surrogate pairs and bytes that are not UTF-8 become U+FFFD; a byte
 * order mark before it goes.  Works in place where it can, else *text becomes a
 * copy in the current context.
 * Returns how many characters were replaced.
 */
int
rootfi_json_clean(char **text, size_t *len)
{
	int			replaced = 0;
	size_t		valid;

	skip_mark(*text, len);
	valid = count_valid(*text, *len);
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

/* Would the character do something to a terminal rather than be seen? */
static bool
is_control(pg_wchar c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/*
 * What an answer says, as it may stand in a message: white space as a blank,
 * other control characters (line separators and what reverses the direction
 * of writing among them) as JSON's \uXXXX, without a key that is repeated in
 * it, and not more than can be read.  The text must be valid UTF-8.
 */
char *
rootfi_json_show(const char *text)
{
	StringInfoData shown;
	char	   *copy = pnstrdup(text, LONGEST_LOOKED_AT);

	rootfi_secret_hide(copy);
	text = copy;
	initStringInfo(&shown);
	while (*text != '\0' && shown.len < LONGEST_SHOWN)
	{
		const unsigned char *c = (const unsigned char *) text;
		int			len = pg_utf_mblen(c);

		if (strnlen(text, len) < len)
			break;				/* cut within a character */
		if (isascii(*c) && isspace(*c))
			appendStringInfoChar(&shown, ' ');
		else if (is_control(utf8_to_unicode(c)))
			appendStringInfo(&shown, "\\u%04x", (unsigned) utf8_to_unicode(c));
		else
			appendBinaryStringInfo(&shown, text, len);
		text += len;
	}
	if (*text != '\0')
		appendStringInfoString(&shown, "...");
	return shown.data;
}
