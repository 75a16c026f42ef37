/*
 * exact.c -- JSON whose numbers stay as they were written
 *
 * Money must come back as it was sent: 0.10 is not 0.1, and 30 digits do not
 * fit a double (C11).  Jansson would turn such numbers into doubles, so they
 * are hidden from it: before it reads a text, each number becomes a string
 * that begins with a mark, and the renderer writes such strings back bare.
 * A string that already begins with the mark gets a second one, so nothing a
 * client sends can be taken for a number.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exact.h"

#define MARK		'\001'
#define MARK_ESCAPE "\\u0001"	/* the mark inside a JSON text */

/*
 * The length of a run of digits.
 */
static size_t
exact_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/*
 * The length of the JSON number that the text begins with, 0 if none.
 */
size_t
exact_numeral_length(const char *text)
{
	const char *at = text + (*text == '-');
	size_t		digits = exact_digits(at);

	if (digits == 0 || (*at == '0' && digits > 1))
		return 0;
	at += digits;
	if (*at == '.')
	{
		digits = exact_digits(at + 1);
		if (digits == 0)
			return 0;
		at += 1 + digits;
	}
	if (*at == 'e' || *at == 'E')
	{
		size_t		sign = at[1] == '+' || at[1] == '-';

		digits = exact_digits(at + 1 + sign);
		if (digits == 0)
			return 0;
		at += 1 + sign + digits;
	}
	return at - text;
}

/*
 * The length of the string that the text begins with, quotes included; an
 * unfinished one reaches to the end.
 */
static size_t
exact_string_length(const char *text)
{
	const char *at = text + 1;

	for (;;)
	{
		at += strcspn(at, "\"\\");
		if (*at == '"')
			return at - text + 1;
		if (at[0] == '\0' || at[1] == '\0')
			return at - text + strlen(at);
		at += 2;
	}
}

/*
 * Copy JSON text, turning numbers into marked strings.  What is no JSON is
 * copied as it is, for jansson to complain about.
 */
static void
exact_hide_numbers(Buffer *out, const char *text)
{
	while (*text != '\0')
	{
		size_t		len = strcspn(text, "\"-0123456789");

		buffer_append(out, text, len);
		text += len;
		if (*text == '"')
		{
			len = exact_string_length(text);
			buffer_byte(out, '"');
			if (strncmp(text + 1, MARK_ESCAPE, strlen(MARK_ESCAPE)) == 0)
				buffer_text(out, MARK_ESCAPE);
			buffer_append(out, text + 1, len - 1);
		}
		else if ((len = exact_numeral_length(text)) > 0)
		{
			buffer_text(out, "\"" MARK_ESCAPE);
			buffer_append(out, text, len);
			buffer_byte(out, '"');
		}
		else
		{
			len = strspn(text, "+-.0123456789eE");
			buffer_append(out, text, len);
		}
		text += len;
	}
}

/*
 * Read an object or an array.  On failure NULL, and the reason goes to error
 * (which may be NULL).
 */
json_t *
exact_read(const char *text, size_t len, Buffer *error)
{
	Buffer		hidden = {0};
	json_error_t failure;
	json_t	   *value = NULL;

	snprintf(failure.text, sizeof(failure.text), "a NUL byte in the text");
	if (strlen(text) == len)
	{
		buffer_reserve(&hidden, len + len / 4);
		exact_hide_numbers(&hidden, text);
		value = json_loadb(hidden.data, hidden.len, JSON_ALLOW_NUL, &failure);
		buffer_free(&hidden);
	}
	if (value == NULL && error != NULL)
		buffer_text(error, failure.text);
	return value;
}

/*
 * A number written exactly so.
 */
json_t *
exact_number(const char *text, size_t len)
{
	char	   *marked = alloc_resized(NULL, len + 1);
	json_t	   *value;

	marked[0] = MARK;
	memcpy(marked + 1, text, len);
	value = json_stringn(marked, len + 1);
	free(marked);
	return value;
}

json_t *
exact_integer(int64_t value)
{
	char		text[32];
	int			len = snprintf(text, sizeof(text), "%lld", (long long) value);

	return exact_number(text, len);
}

/*
 * The text of a number, NULL if the value is none.
 */
const char *
exact_numeral(const json_t *value)
{
	const char *text = json_string_value(value);

	if (text == NULL || text[0] != MARK || text[1] == MARK)
		return NULL;
	return text + 1;
}

/*
 * Is the value a string in the text that it was read from?
 */
bool
exact_is_text(const json_t *value)
{
	return json_is_string(value) && exact_numeral(value) == NULL;
}

/*
 * A string's text, NULL for all that is not a string.
 */
const char *
exact_text(const json_t *value)
{
	if (!exact_is_text(value))
		return NULL;
	return json_string_value(value) + (*json_string_value(value) == MARK);
}

/*
 * Read an integer; false for other values, fractions and what does not fit.
 */
bool
exact_to_integer(const json_t *value, int64_t *integer)
{
	const char *text = exact_numeral(value);
	int			used = 0;

	if (text == NULL || strlen(text) > 18 ||
		sscanf(text, "%lld%n", (long long *) integer, &used) != 1)
		return false;
	return text[used] == '\0';
}

static void
exact_render_string(Buffer *out, const char *text, size_t len)
{
	if (text[0] != MARK)
		buffer_quoted(out, text, len);
	else if (text[1] == MARK)
		buffer_quoted(out, text + 1, len - 1);
	else
		buffer_append(out, text + 1, len - 1);
}

/*
 * Append an object.  A member's name is never a number, but it may carry the
 * doubled mark.
 */
static void
exact_render_object(Buffer *out, const json_t *object)
{
	const char *name;
	json_t	   *value;
	const char *separator = "";

	buffer_byte(out, '{');
	json_object_foreach((json_t *) object, name, value)
	{
		buffer_text(out, separator);
		exact_render_string(out, name, strlen(name));
		buffer_byte(out, ':');
		exact_render(out, value);
		separator = ",";
	}
	buffer_byte(out, '}');
}

static void
exact_render_array(Buffer *out, const json_t *array)
{
	size_t		index;
	json_t	   *value;

	buffer_byte(out, '[');
	json_array_foreach(array, index, value)
	{
		if (index > 0)
			buffer_byte(out, ',');
		exact_render(out, value);
	}
	buffer_byte(out, ']');
}

/*
 * Append a value as compact JSON, members in the order they were set.
 */
void
exact_render(Buffer *out, const json_t *value)
{
	switch (json_typeof(value))
	{
		case JSON_OBJECT:
			exact_render_object(out, value);
			break;
		case JSON_ARRAY:
			exact_render_array(out, value);
			break;
		case JSON_STRING:
			exact_render_string(out, json_string_value(value),
								json_string_length(value));
			break;
		case JSON_TRUE:
			buffer_text(out, "true");
			break;
		case JSON_FALSE:
			buffer_text(out, "false");
			break;
		default:				/* numbers are strings here */
			buffer_text(out, "null");
	}
}

/*
 * The length of the value that compact JSON text begins with.
 */
static size_t
exact_value_length(const char *text)
{
	const char *at = text;
	int			depth = 0;

	do
	{
		if (*at == '"')
			at += exact_string_length(at);
		else if (*at == '{' || *at == '[')
			depth++, at++;
		else if (*at == '}' || *at == ']')
			depth--, at++;
		else
			at += depth > 0 ? 1 : strcspn(at, ",]}");
		if (depth > 0)
			at += strcspn(at, "\"{}[]");
	} while (depth > 0);
	return at - text;
}

/*
 * Find a member of the outermost object in compact JSON text, without
 * reading the rest.
 */
bool
exact_member(const char *object, const char *name, Slice *value)
{
	size_t		name_len = strlen(name);
	const char *at = object + 1;

	while (*at == '"')
	{
		size_t		len = exact_string_length(at);
		bool		found = len == name_len + 2 &&
			memcmp(at + 1, name, name_len) == 0;

		value->text = at + len + 1;
		value->len = exact_value_length(value->text);
		if (found)
			return true;
		at = value->text + value->len;
		at += *at == ',';
	}
	return false;
}
