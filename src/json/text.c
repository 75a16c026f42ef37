/*
 * text.c
 *		Texts of the world: made fit to be stored, and to be shown.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/secrets.h"
#include "json/text.h"

#define LONGEST_SHOWN	1000	/* bytes of a text that a message shows */
#define BLOCK			1000000 /* bytes that are read between two looks at
								 * whether the query is cancelled */
#define LONGEST_LOOKED_AT 16384 /* bytes of it in which a key is hidden */

/* NULL if the whole text is JSON, or what is wrong with it. */
char *
rootfi_json_check(const char *text, int len)
{
	JsonLexContext *lex = rootfi_json_lexer(text, len);
	JsonParseErrorType error = pg_parse_json(lex, &nullSemAction);

	return error == JSON_SUCCESS ? NULL :
		rootfi_json_show(json_errdetail(error, lex));
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
 * Room is made for the worst case at once, which costs only what is used of it;
 * to move the text into ever more room is what no cancel could end.
 */
static int
clean_bytes(char **text, size_t *len, size_t valid)
{
	const char *from = *text;
	const char *end = from + *len;
	char	   *clean = palloc_extended(valid + 3 * (*len - valid) + 1,
										MCXT_ALLOC_HUGE);
	char	   *to = clean + valid;
	int			replaced = 0;

	memcpy(clean, from, valid);
	for (from += valid; from < end;)
	{
		int			n = pg_encoding_verifymbchar(PG_UTF8, from, end - from);
		bool		is_valid = n > 0;

		CHECK_FOR_INTERRUPTS();
		memcpy(to, is_valid ? from : "\xEF\xBF\xBD", is_valid ? n : 3);
		to += is_valid ? n : 3;
		from += is_valid ? n : 1;
		replaced += !is_valid;
	}
	*to = '\0';
	*len = to - clean;
	if (!AllocSizeIsValid(*len + 1))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the answer is too long"),
				 errdetail("It has %zu bytes when those that are not UTF-8 are replaced.",
						   *len),
				 errhint("Ask for smaller pages.")));
	*text = repalloc_huge(clean, *len + 1);
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
 * copy in the current context.  Returns how many characters were replaced.
 * Errors: 54000 when the copy is too long.
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
