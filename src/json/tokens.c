/*
 * tokens.c
 *		Values of JSON text, one after the other.
 *
 * All is read strictly by RFC 8259, what is nested too, though of that only
 * the place is handed out: a text in which a quote is missing is mostly still
 * one whose brackets match, but its records are no longer those that were
 * meant.
 * The text must be UTF-8.
 *
 * Names and tokens are decoded into one piece of memory as long as the text,
 * where they fit: what stands around each of them in the text leaves room for
 * its NUL.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "json/tokens.h"

#define BLOCK			16384	/* bytes that are read between two looks at
								 * whether the query is cancelled */

/* A word of which each byte is that. */
#define WORD_OF(byte)	(UINT64CONST(0x0101010101010101) * (byte))

/*
 * How many of the next eight bytes come before the first one that matters in
 * a string: a quote, a backslash or a control character.  Where the lowest
 * byte of a word is not the first one: 0 unless it is all eight.
 *
 * A quote with 0x02 turned over is 0x20, and no byte that is less than 0x21
 * then has been anything else but a control character.  A byte that is less
 * than what is subtracted, or that follows one which is, gets its highest bit
 * set: so the first one found is right.
 */
static inline int
count_plain(const char *c)
{
	uint64		word;
	uint64		found;

	memcpy(&word, c, sizeof(word));
	found = (((word ^ WORD_OF(0x02)) - WORD_OF(0x21)) |
			 ((word ^ WORD_OF('\\')) - WORD_OF(0x01))) &
		~word & WORD_OF(0x80);
	if (found == 0)
		return 8;
#ifdef WORDS_BIGENDIAN
	return 0;
#else
	return pg_rightmost_one_pos64(found) / 8;
#endif
}

/*
 * The first byte that matters in a string: a quote, a backslash, a control
 * character, or the end of the text.
 */
static inline const char *
plain_end(const char *c, const char *end)
{
	while (end - c >= 8)
	{
		int			n = count_plain(c);

		c += n;
		if (n < 8)
			break;
	}
	while (c < end && *c != '"' && *c != '\\' && (unsigned char) *c >= 0x20)
		c++;
	return c;
}

/* The same as string_end() does, from where plain_end() stopped. */
static const char *
escaped_end(const char *c, const char *end)
{
	while (c < end && *c == '\\')
	{
		CHECK_FOR_INTERRUPTS();
		if (end - c < 2)
			return NULL;
		c = plain_end(c + 2, end);
	}
	return c < end && *c == '"' ? c : NULL;
}

/*
 * The quote that ends a string, given what follows its first one; NULL if
 * there is none or a control character before it.  Sets *plain unless there is
 * a backslash.
 */
static inline const char *
string_end(const char *c, const char *end, bool *plain)
{
	c = plain_end(c, end);
	*plain = c < end && *c == '"';
	return *plain ? c : escaped_end(c, end);
}

/* What follows white space, of which some is at "c". */
const char *
rootfi_skip_long_space(const char *c, const char *end)
{
	for (; c < end && (*c == ' ' || *c == '\t' || *c == '\n' || *c == '\r'); c++)
		if ((uintptr_t) c % BLOCK == 0)
			CHECK_FOR_INTERRUPTS();
	return c;
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
 * Decodes the inside of a string, of which string_end() found the end, into
 * "out"; NULL if that cannot be.
 */
static char *
decode(const char *c, const char *end, char *out)
{
	for (;;)
	{
		const char *plain = plain_end(c, end);

		CHECK_FOR_INTERRUPTS();
		memcpy(out, c, plain - c);
		out += plain - c;
		if (plain == end)
			return out;
		c = plain + 1;
		if (!decode_escape(&c, end, &out))
			return NULL;
	}
}

/* Reads a string, of which the first quote is next; NULL if it is none. */
char *
rootfi_take_string(Tokens *tokens)
{
	const char *begin = tokens->c + 1;
	char	   *result = tokens->out;
	bool		plain;
	const char *end = string_end(begin, tokens->end, &plain);

	Assert(tokens->c < tokens->end && *tokens->c == '"');
	CHECK_FOR_INTERRUPTS();
	if (end == NULL)
		return NULL;
	tokens->c = end + 1;
	if (plain)
	{
		memcpy(tokens->out, begin, end - begin);
		tokens->out += end - begin;
	}
	else
		tokens->out = decode(begin, end, tokens->out);
	if (tokens->out == NULL)
		return NULL;
	*tokens->out++ = '\0';
	return result;
}

/* Is that a digit? */
static inline bool
is_digit(char c)
{
	return (unsigned char) (c - '0') <= 9;
}

/*
 * What follows the digits at "c", of which there must be one; NULL if there is
 * none.  So that "c" can stay in a register, this and what follows take and
 * return places; a place of NULL stays NULL.
 */
static inline const char *
skip_digits(const char *c, const char *end)
{
	if (c == NULL || c == end || !is_digit(*c))
		return NULL;
	do
	{
		c++;
		if ((uintptr_t) c % BLOCK == 0)
			CHECK_FOR_INTERRUPTS();
	} while (c < end && is_digit(*c));
	return c;
}

/* What follows the number at "c", NULL if there is none. */
static inline const char *
skip_number(const char *c, const char *end)
{
	if (c < end && *c == '-')
		c++;
	c = c < end && *c == '0' ? c + 1 : skip_digits(c, end);
	if (c != NULL && c < end && *c == '.')
		c = skip_digits(c + 1, end);
	if (c != NULL && c < end && (*c == 'e' || *c == 'E'))
	{
		c++;
		if (c < end && (*c == '+' || *c == '-'))
			c++;
		c = skip_digits(c, end);
	}
	return c;
}

/* What follows the word at "c", NULL if another is there. */
static inline const char *
skip_word(const char *c, const char *end, const char *word, size_t len)
{
	return (size_t) (end - c) >= len && memcmp(c, word, len) == 0 ?
		c + len : NULL;
}

/* What follows the scalar at "c" that is no string, NULL if it is none. */
static inline const char *
skip_bare(const char *c, const char *end, char byte, JsonTokenType *type)
{
	switch (byte)
	{
		case 't':
			*type = JSON_TOKEN_TRUE;
			return skip_word(c, end, "true", 4);
		case 'f':
			*type = JSON_TOKEN_FALSE;
			return skip_word(c, end, "false", 5);
		case 'n':
			*type = JSON_TOKEN_NULL;
			return skip_word(c, end, "null", 4);
		default:
			*type = JSON_TOKEN_NUMBER;
			return skip_number(c, end);
	}
}

/* Is the inside of a string valid?  What decode() would refuse is not. */
static bool
is_valid_inside(const char *c, const char *end)
{
	while ((c = plain_end(c, end)) < end)
	{
		char		character[MAX_MULTIBYTE_CHAR_LEN + 1];
		char	   *out = character;

		CHECK_FOR_INTERRUPTS();
		c++;
		if (!decode_escape(&c, end, &out))
			return false;
	}
	return true;
}

/* What follows the string of which the first quote is at "c", or NULL. */
static inline const char *
skip_string(const char *c, const char *end)
{
	const char *begin = c + 1;
	bool		plain;

	c = string_end(begin, end, &plain);
	if (c == NULL || (!plain && !is_valid_inside(begin, c)))
		return NULL;
	return c + 1;
}

/* What follows a member's name at "c" and its colon, NULL if it is none. */
static inline const char *
skip_name(const char *c, const char *end)
{
	if (c == end || *c != '"')
		return NULL;
	c = skip_string(c, end);
	if (c == NULL)
		return NULL;
	c = rootfi_skip_space(c, end);
	return c < end && *c == ':' ? rootfi_skip_space(c + 1, end) : NULL;
}

/* The objects and arrays that are open, the innermost last. */
typedef struct Nesting
{
	int			depth;
	bool		is_object;		/* the innermost one */
	bool		outer[MAX_NESTING]; /* and those around it */
} Nesting;

/* Opens what begins with that byte; false if that is nested too deeply. */
static inline bool
open_nested(Nesting *nesting, char byte)
{
	if (nesting->depth == MAX_NESTING)
		return false;
	nesting->outer[nesting->depth++] = nesting->is_object;
	nesting->is_object = byte == '{';
	return true;
}

/*
 * What follows a comma at "c", once all is closed that ends there; NULL if
 * there is neither.
 */
static inline const char *
skip_end(const char *c, const char *end, Nesting *nesting)
{
	while (nesting->depth > 0)
	{
		c = rootfi_skip_space(c, end);
		if (c == end)
			return NULL;
		if (*c == ',')
			return rootfi_skip_space(c + 1, end);
		if (*c != (nesting->is_object ? '}' : ']'))
			return NULL;
		nesting->is_object = nesting->outer[--nesting->depth];
		c++;
	}
	return c;
}

/*
 * Goes past an object or array, all of which is checked.  Sets *is_mixed for
 * an array that has elements which are neither objects nor null.
 */
static bool
skip_nested(Tokens *tokens, bool *is_mixed)
{
	const char *c = tokens->c;
	const char *end = tokens->end;
	Nesting		nesting;
	JsonTokenType type;

	nesting.depth = 0;
	nesting.is_object = false;
	do
	{
		char		byte;

		CHECK_FOR_INTERRUPTS();
		if (nesting.is_object)
			c = skip_name(c, end);
		if (c == NULL || c == end)
			return false;
		byte = *c;
		if (nesting.depth == 1 && !nesting.is_object &&
			byte != '{' && byte != 'n')
			*is_mixed = true;
		if (byte == '"')
			c = skip_string(c, end);
		else if (byte == '{' || byte == '[')
		{
			if (!open_nested(&nesting, byte))
			{
				tokens->too_deep = true;
				return false;
			}
			c = rootfi_skip_space(c + 1, end);
			if (c < end && *c != (byte == '{' ? '}' : ']'))
				continue;
		}
		else
			c = skip_bare(c, end, byte, &type);
		if (c != NULL)
			c = skip_end(c, end, &nesting);
		if (c == NULL)
			return false;
	} while (nesting.depth > 0);
	tokens->c = c;
	return true;
}

/* Keeps the text of a scalar that is its own token. */
static char *
keep_text(Tokens *tokens, const char *begin)
{
	char	   *result = tokens->out;
	size_t		len = tokens->c - begin;

	memcpy(result, begin, len);
	result[len] = '\0';
	tokens->out += len + 1;
	return result;
}

/* Reads a value of which the first byte is next; "byte" is that. */
bool
rootfi_take_value(Tokens *tokens, char byte, JsonValue *value)
{
	bool		valid;

	Assert(byte == (tokens->c < tokens->end ? *tokens->c : '\0'));
	value->text = tokens->c;
	value->token = NULL;
	value->is_mixed = false;
	if (byte == '{' || byte == '[')
	{
		value->type = byte == '{' ? JSON_TOKEN_OBJECT_START :
			JSON_TOKEN_ARRAY_START;
		valid = skip_nested(tokens, &value->is_mixed);
	}
	else if (byte == '"')
	{
		value->type = JSON_TOKEN_STRING;
		value->token = rootfi_take_string(tokens);
		valid = value->token != NULL;
	}
	else
	{
		const char *c = skip_bare(tokens->c, tokens->end, byte, &value->type);

		valid = c != NULL;
		if (valid)
		{
			tokens->c = c;
			value->token = keep_text(tokens, value->text);
		}
	}
	value->len = tokens->c - value->text;
	return valid;
}
