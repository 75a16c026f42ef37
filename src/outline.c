/*
 * outline.c
 *		Leaves nested objects and arrays out of a JSON text.
 *
 * A page of a list is mostly text that the reader of its envelope does not
 * care for, and so is a record for the reader of its members.  Decoding it
 * with the server's parser each time is what reading costs, so the parser gets
 * an outline instead: the same text with {} and [] for what is nested.  Only
 * the ends of nested values are looked for here; whether they are JSON is seen
 * when they are read themselves, and whether the rest is, by the parser.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "outline.h"

#define MAX_NESTING 512			/* levels; the API's answers have five */

/* What a byte outside strings means. */
static const char meaning[256] = {
	['"'] = 's',['{'] = '+',['['] = '+',['}'] = '-',[']'] = '-',[':'] = ':'
};

/* The end of a string that begins at a quote, or NULL if it has none. */
static const char *
skip_string(const char *c, const char *end)
{
	const char *begin = c;

	while ((c = memchr(c + 1, '"', end - (c + 1))) != NULL)
	{
		const char *before = c;

		while (before[-1] == '\\' && before - 1 > begin)
			before--;
		if ((c - before) % 2 == 0)
			return c + 1;
	}
	return NULL;
}

/*
 * The end of an object or array, or NULL if it has none or is nested beyond
 * all reason; *too_deep says which.
 */
static const char *
skip_nested(const char *c, const char *end, bool *too_deep)
{
	int			depth = 0;

	while (c < end)
	{
		switch (meaning[(unsigned char) *c])
		{
			case 's':
				c = skip_string(c, end);
				if (c == NULL)
					return NULL;
				continue;
			case '+':
				if (++depth > MAX_NESTING)
				{
					*too_deep = true;
					return NULL;
				}
				break;
			case '-':
				if (--depth == 0)
					return c + 1;
				break;
		}
		c++;
	}
	return NULL;
}

/* Notes what is left out at the end of the outline so far. */
static void
add_span(JsonOutline *outline, int at, const char *text, int len)
{
	JsonSpan   *span;

	if (outline->nspans == outline->capacity)
	{
		outline->capacity = Max(16, outline->capacity * 2);
		outline->spans = outline->spans == NULL ?
			palloc(outline->capacity * sizeof(JsonSpan)) :
			repalloc(outline->spans, outline->capacity * sizeof(JsonSpan));
	}
	span = &outline->spans[outline->nspans++];
	span->at = at;
	span->text = text;
	span->len = len;
}

/* Is the string, quotes included, that name? */
static bool
is_name(const char *string, const char *end, const char *name)
{
	size_t		len = strlen(name);

	return string != NULL && (size_t) (end - string) == len + 2 &&
		memcmp(string + 1, name, len) == 0;
}

/*
 * Makes the outline of an object or array.  The elements of its member
 * "inside" (if not NULL, and an array) are left out one by one, all else that
 * is nested as a whole.  False if the text cannot be JSON, or (*too_deep) is
 * nested beyond all reason.  Allocates in the current context; spans point
 * into the text.
 */
bool
rootfi_json_outline(JsonOutline *outline, const char *text, int len,
					const char *inside, bool *too_deep)
{
	StringInfoData out;
	const char *end = text + len;
	const char *copied = text;	/* what comes before is in the outline */
	const char *c = text;
	const char *string = NULL;	/* the latest, and its end */
	const char *string_end = NULL;
	bool		named = false;	/* the latest is the name of a member */
	int			depth = 0;

	*too_deep = false;
	memset(outline, 0, sizeof(*outline));
	initStringInfo(&out);
	while (c < end)
	{
		switch (meaning[(unsigned char) *c])
		{
			case 's':
				string = c;
				string_end = skip_string(c, end);
				if (string_end == NULL)
					return false;
				named = false;
				c = string_end;
				continue;
			case ':':
				named = true;
				break;
			case '-':
				depth--;
				break;
			case '+':
				if (depth == 0 ||
					(depth == 1 && *c == '[' && named && inside != NULL &&
					 is_name(string, string_end, inside)))
				{
					depth++;
					named = false;
					break;
				}
				appendBinaryStringInfo(&out, copied, c - copied);
				copied = skip_nested(c, end, too_deep);
				if (copied == NULL)
					return false;
				add_span(outline, out.len, c, copied - c);
				appendStringInfoString(&out, *c == '{' ? "{}" : "[]");
				c = copied;
				continue;
		}
		c++;
	}
	appendBinaryStringInfo(&out, copied, end - copied);
	outline->text = out.data;
	outline->len = out.len;
	return true;
}
