/*
 * scan.c
 *		Reads JSON text one level deep, in one go.
 *
 * A page of a list is mostly text that the reader of its envelope does not
 * care for, and so is a record for the reader of its members.  So of what is
 * nested only the end is looked for, on the way past; whether it is JSON is
 * seen when, and if, it is read itself.  What is not nested is read strictly
 * by RFC 8259.  The text must be UTF-8.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "scan.h"

#define SHORT_NAME	64			/* bytes; longer names are allocated */

/* A place in the text. */
typedef struct Scan
{
	const char *c;
	const char *end;
	bool		too_deep;
	JsonVisitor visit;
	void	   *arg;
} Scan;

/* What a byte means: outside strings, and inside. */
#define SPACE	's'
#define OPEN	'+'
#define CLOSE	'-'
#define QUOTE	'"'

static const char meaning[256] = {
	[' '] = SPACE,['\t'] = SPACE,['\n'] = SPACE,['\r'] = SPACE,
	['{'] = OPEN,['['] = OPEN,['}'] = CLOSE,[']'] = CLOSE,['"'] = QUOTE
};

/* Goes past white space; returns the byte there, NUL at the end. */
static inline char
next_byte(Scan *scan)
{
	while (scan->c < scan->end &&
		   meaning[(unsigned char) *scan->c] == SPACE)
		scan->c++;
	return scan->c < scan->end ? *scan->c : '\0';
}

/* Goes past a byte that must be next. */
static inline bool
take_byte(Scan *scan, char byte)
{
	if (next_byte(scan) != byte)
		return false;
	scan->c++;
	return true;
}

/*
 * The quote that ends a string, given what follows its first one, or NULL.
 * Sets *escaped if there is a backslash.
 */
static const char *
string_end(const char *c, const char *end, bool *escaped)
{
	*escaped = false;
	for (; c < end; c++)
	{
		if (*c == '"')
			return c;
		if (*c == '\\')
		{
			*escaped = true;
			c++;
		}
	}
	return NULL;
}

/* The value of four hexadecimal digits, or -1. */
static int
hex4(const char *c, const char *end)
{
	int			value = 0;

	if (end - c < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		unsigned char digit = c[i];

		if (!isxdigit(digit))
			return -1;
		value = value * 16 +
			(isdigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
	}
	return value;
}

/*
 * Decodes \uXXXX, or two of them for one character; *c stands behind the "u".
 * False if that is no character that text can have.
 */
static bool
decode_unicode(const char **c, const char *end, char **out)
{
	int			unit = hex4(*c, end);
	pg_wchar	character = unit;

	if (unit <= 0 || (unit >= 0xDC00 && unit < 0xE000))
		return false;
	*c += 4;
	if (unit >= 0xD800 && unit < 0xDC00)
	{
		int			low = end - *c >= 6 && (*c)[0] == '\\' && (*c)[1] == 'u' ?
		hex4(*c + 2, end) : -1;

		if (low < 0xDC00 || low >= 0xE000)
			return false;
		character = surrogate_pair_to_codepoint(unit, low);
		*c += 6;
	}
	unicode_to_utf8(character, (unsigned char *) *out);
	*out += pg_utf_mblen((unsigned char *) *out);
	return true;
}

/* Decodes what a backslash begins; *c stands behind it. */
static bool
decode_escape(const char **c, const char *end, char **out)
{
	static const char plain[] = "\"\\/bfnrt";
	static const char decoded[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (*c == end)
		return false;
	if (**c == 'u')
	{
		++*c;
		return decode_unicode(c, end, out);
	}
	found = memchr(plain, **c, sizeof(plain) - 1);
	if (found == NULL)
		return false;
	*(*out)++ = decoded[found - plain];
	++*c;
	return true;
}

/*
 * Decodes the inside of a string into "out", which has room for as many bytes
 * and a NUL.
 */
static bool
decode(const char *c, const char *end, bool escaped, char *out)
{
	unsigned char least = 0xFF;

	if (!escaped)
	{
		for (int i = 0; i < end - c; i++)
		{
			out[i] = c[i];
			least = Min(least, (unsigned char) c[i]);
		}
		out[end - c] = '\0';
		return least >= 0x20;	/* no control characters */
	}
	while (c < end)
	{
		if ((unsigned char) *c < 0x20)
			return false;
		if (*c != '\\')
			*out++ = *c++;
		else
		{
			c++;
			if (!decode_escape(&c, end, &out))
				return false;
		}
	}
	*out = '\0';
	return true;
}

/*
 * Reads a string, of which the first quote is next.  Its text goes to
 * "buffer" if there is one and it fits, else to new memory.
 */
static char *
take_string(Scan *scan, char *buffer, int size)
{
	const char *begin = scan->c + 1;
	bool		escaped;
	const char *end = string_end(begin, scan->end, &escaped);

	if (end == NULL)
		return NULL;
	if (end - begin >= size)
		buffer = palloc(end - begin + 1);
	scan->c = end + 1;
	return decode(begin, end, escaped, buffer) ? buffer : NULL;
}

/* Goes past digits, of which there must be one. */
static bool
take_digits(Scan *scan)
{
	const char *begin = scan->c;

	while (scan->c < scan->end && isdigit((unsigned char) *scan->c))
		scan->c++;
	return scan->c > begin;
}

/* Is that byte next, without any white space? */
static bool
at_byte(const Scan *scan, char byte)
{
	return scan->c < scan->end && *scan->c == byte;
}

/* Goes past a number. */
static bool
take_number(Scan *scan)
{
	if (at_byte(scan, '-'))
		scan->c++;
	if (at_byte(scan, '0'))
		scan->c++;
	else if (!take_digits(scan))
		return false;
	if (at_byte(scan, '.'))
	{
		scan->c++;
		if (!take_digits(scan))
			return false;
	}
	if (at_byte(scan, 'e') || at_byte(scan, 'E'))
	{
		scan->c++;
		if (at_byte(scan, '+') || at_byte(scan, '-'))
			scan->c++;
		return take_digits(scan);
	}
	return true;
}

/* Goes past a word. */
static bool
take_word(Scan *scan, const char *word)
{
	size_t		len = strlen(word);

	if ((size_t) (scan->end - scan->c) < len ||
		memcmp(scan->c, word, len) != 0)
		return false;
	scan->c += len;
	return true;
}

/* Goes past an object or array without looking into it. */
static bool
skip_nested(Scan *scan)
{
	int			depth = 0;
	bool		escaped;

	for (const char *c = scan->c; c < scan->end; c++)
	{
		switch (meaning[(unsigned char) *c])
		{
			case QUOTE:
				c = string_end(c + 1, scan->end, &escaped);
				if (c == NULL)
					return false;
				break;
			case OPEN:
				if (++depth > MAX_NESTING)
				{
					scan->too_deep = true;
					return false;
				}
				break;
			case CLOSE:
				if (--depth == 0)
				{
					scan->c = c + 1;
					return true;
				}
				break;
		}
	}
	return false;
}

/* Reads a value of which the first byte is next; "byte" is that. */
static bool
take_value(Scan *scan, char byte, JsonValue *value)
{
	bool		valid;

	value->text = scan->c;
	value->token = NULL;
	switch (byte)
	{
		case '"':
			value->type = JSON_TOKEN_STRING;
			value->token = take_string(scan, NULL, 0);
			valid = value->token != NULL;
			break;
		case '{':
			value->type = JSON_TOKEN_OBJECT_START;
			valid = skip_nested(scan);
			break;
		case '[':
			value->type = JSON_TOKEN_ARRAY_START;
			valid = skip_nested(scan);
			break;
		case 't':
			value->type = JSON_TOKEN_TRUE;
			valid = take_word(scan, "true");
			break;
		case 'f':
			value->type = JSON_TOKEN_FALSE;
			valid = take_word(scan, "false");
			break;
		case 'n':
			value->type = JSON_TOKEN_NULL;
			valid = take_word(scan, "null");
			break;
		default:
			value->type = JSON_TOKEN_NUMBER;
			valid = take_number(scan);
	}
	value->len = scan->c - value->text;
	if (valid && value->token == NULL &&
		value->type != JSON_TOKEN_OBJECT_START &&
		value->type != JSON_TOKEN_ARRAY_START)
		value->token = pnstrdup(value->text, value->len);
	return valid;
}

/* Visits the elements of an array of which the bracket is next. */
static bool
take_elements(Scan *scan)
{
	JsonValue	value;

	scan->c++;
	if (next_byte(scan) == ']')
		return take_byte(scan, ']');
	do
	{
		if (!take_value(scan, next_byte(scan), &value))
			return false;
		scan->visit(scan->arg, NULL, &value);
	} while (take_byte(scan, ','));
	return take_byte(scan, ']');
}

/* Reads a member's value; visits its elements too if it is that array. */
static bool
take_member(Scan *scan, const char *name, const char *inside)
{
	JsonValue	value;
	char		byte = next_byte(scan);

	if (byte == '[' && inside != NULL && strcmp(name, inside) == 0)
	{
		value = (JsonValue)
		{
			.type = JSON_TOKEN_ARRAY_START
		};
		if (!take_elements(scan))
			return false;
	}
	else if (!take_value(scan, byte, &value))
		return false;
	scan->visit(scan->arg, name, &value);
	return true;
}

/* Visits the members of an object of which the brace is next. */
static bool
take_members(Scan *scan, const char *inside)
{
	char		buffer[SHORT_NAME];

	scan->c++;
	if (next_byte(scan) == '}')
		return take_byte(scan, '}');
	do
	{
		char	   *name;

		if (next_byte(scan) != '"')
			return false;
		name = take_string(scan, buffer, sizeof(buffer));
		if (name == NULL || !take_byte(scan, ':') ||
			!take_member(scan, name, inside))
			return false;
	} while (take_byte(scan, ','));
	return take_byte(scan, '}');
}

/*
 * Visits the members of an object or the elements of an array; and, before
 * the member named "inside" (if not NULL and an array), its elements; that
 * member is then handed out without its text.  A scalar has nothing to visit.
 * Tokens live in the current context, a name only during the visit.  Visits
 * what comes before a fault, too.  Raises no error of its own.
 */
ScanEnd
rootfi_scan(const char *text, int len, const char *inside,
			JsonVisitor visit, void *arg)
{
	Scan		scan = {
		.c = text,
		.end = text + len,
		.visit = visit,
		.arg = arg,
	};
	JsonValue	scalar;
	char		byte = next_byte(&scan);
	bool		valid;

	if (byte == '{')
		valid = take_members(&scan, inside);
	else if (byte == '[')
		valid = take_elements(&scan);
	else
		valid = take_value(&scan, byte, &scalar);
	/* nothing but white space may follow */
	if (valid && next_byte(&scan) == '\0' && scan.c == scan.end)
		return SCAN_DONE;
	return scan.too_deep ? SCAN_TOO_DEEP : SCAN_INVALID;
}
