/*
 * tokens.c
 *		Values of JSON text, one after the other.
 *
 * All is read strictly by RFC 8259, what is nested too, though of that only the
 * place is handed out: a text in which a quote is missing is mostly still one
 * whose brackets match, but its records are no longer those that were meant.
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

#include "tokens.h"

/*
 * Bytes of a word that are zero have their highest bit set in the result, and
 * so may have bytes above the first of them.
 */
#define ONES			UINT64CONST(0x0101010101010101)
#define HIGH_BITS		UINT64CONST(0x8080808080808080)
#define ZERO_BYTES(word) (((word) - ONES) & ~(word) & HIGH_BITS)

/*
 * How many of the next eight bytes come before the first one that matters in
 * a string: a quote, a backslash or a control character.  Where the lowest
 * byte of a word is not the first one: 0 unless it is all eight.
 */
static inline int
count_plain(const char *c)
{
	uint64		word;
	uint64		found;

	memcpy(&word, c, sizeof(word));
	found = ZERO_BYTES(word ^ (ONES * '"')) |
		ZERO_BYTES(word ^ (ONES * '\\')) |
		((word - ONES * 0x20) & ~word & HIGH_BITS);
	if (found == 0)
		return 8;
#ifdef WORDS_BIGENDIAN
	return 0;
#else
	return pg_rightmost_one_pos64(found) / 8;
#endif
}

/*
 * The quote that ends a string, given what follows its first one, or NULL.
 * Sets *plain unless there is a backslash or a control character.
 */
static inline const char *
string_end(const char *c, const char *end, bool *plain)
{
	*plain = true;
	for (;;)
	{
		for (int n = 8; n == 8 && end - c >= 8; c += n)
			n = count_plain(c);
		for (;; c++)
		{
			if (c >= end)
				return NULL;
			if (*c == '"')
				return c;
			if ((unsigned char) *c < 0x20)
				*plain = false;
			else if (*c == '\\')
			{
				*plain = false;
				c += 2;
				break;
			}
		}
	}
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

/* Decodes the inside of a string into "out"; NULL if that cannot be. */
static char *
decode(const char *c, const char *end, char *out)
{
	while (c < end)
	{
		if ((unsigned char) *c < 0x20)
			return NULL;
		if (*c != '\\')
			*out++ = *c++;
		else
		{
			c++;
			if (!decode_escape(&c, end, &out))
				return NULL;
		}
	}
	return out;
}

/* Reads a string, of which the first quote is next; NULL if it is none. */
char *
rootfi_take_string(Tokens *tokens)
{
	const char *begin = tokens->c + 1;
	char	   *result = tokens->out;
	bool		plain;
	const char *end = string_end(begin, tokens->end, &plain);

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

/* Goes past digits, of which there must be one. */
static inline bool
take_digits(Tokens *tokens)
{
	const char *begin = tokens->c;

	while (tokens->c < tokens->end && isdigit((unsigned char) *tokens->c))
		tokens->c++;
	return tokens->c > begin;
}

/* Is that byte next, without any white space? */
static inline bool
at_byte(const Tokens *tokens, char byte)
{
	return tokens->c < tokens->end && *tokens->c == byte;
}

/* Goes past a number. */
static inline bool
take_number(Tokens *tokens)
{
	if (at_byte(tokens, '-'))
		tokens->c++;
	if (at_byte(tokens, '0'))
		tokens->c++;
	else if (!take_digits(tokens))
		return false;
	if (at_byte(tokens, '.'))
	{
		tokens->c++;
		if (!take_digits(tokens))
			return false;
	}
	if (at_byte(tokens, 'e') || at_byte(tokens, 'E'))
	{
		tokens->c++;
		if (at_byte(tokens, '+') || at_byte(tokens, '-'))
			tokens->c++;
		return take_digits(tokens);
	}
	return true;
}

/* Goes past a word. */
static inline bool
take_word(Tokens *tokens, const char *word)
{
	size_t		len = strlen(word);

	if ((size_t) (tokens->end - tokens->c) < len ||
		memcmp(tokens->c, word, len) != 0)
		return false;
	tokens->c += len;
	return true;
}

/* Goes past a scalar that is no string; false if it is none. */
static inline bool
take_bare(Tokens *tokens, char byte, JsonTokenType *type)
{
	switch (byte)
	{
		case 't':
			*type = JSON_TOKEN_TRUE;
			return take_word(tokens, "true");
		case 'f':
			*type = JSON_TOKEN_FALSE;
			return take_word(tokens, "false");
		case 'n':
			*type = JSON_TOKEN_NULL;
			return take_word(tokens, "null");
		default:
			*type = JSON_TOKEN_NUMBER;
			return take_number(tokens);
	}
}

/* Is the inside of a string valid?  What decode() would refuse is not. */
static bool
is_valid_inside(const char *c, const char *end)
{
	while (c < end)
	{
		char		character[MAX_MULTIBYTE_CHAR_LEN + 1];
		char	   *out = character;

		if ((unsigned char) *c < 0x20)
			return false;
		if (*c++ == '\\' && !decode_escape(&c, end, &out))
			return false;
	}
	return true;
}

/* Goes past a string, of which the first quote is next. */
static inline bool
skip_string(Tokens *tokens)
{
	const char *begin = tokens->c + 1;
	bool		plain;
	const char *end = string_end(begin, tokens->end, &plain);

	if (end == NULL || (!plain && !is_valid_inside(begin, end)))
		return false;
	tokens->c = end + 1;
	return true;
}

/* Goes past a member's name and its colon. */
static inline bool
skip_name(Tokens *tokens)
{
	return rootfi_next_byte(tokens) == '"' && skip_string(tokens) &&
		rootfi_take_byte(tokens, ':');
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
 * Goes past a comma, or closes all that ends here; false if what is next is
 * neither.
 */
static inline bool
take_end(Tokens *tokens, Nesting *nesting)
{
	while (nesting->depth > 0 && !rootfi_take_byte(tokens, ','))
	{
		if (!rootfi_take_byte(tokens, nesting->is_object ? '}' : ']'))
			return false;
		nesting->is_object = nesting->outer[--nesting->depth];
	}
	return true;
}

/*
 * Goes past an object or array, all of which is checked.  Sets *is_mixed for
 * an array that has elements which are neither objects nor null.
 */
static bool
skip_nested(Tokens *tokens, bool *is_mixed)
{
	Tokens		inner = *tokens;	/* a copy that can stay in registers */
	Nesting		nesting;
	JsonTokenType type;

	nesting.depth = 0;
	nesting.is_object = false;
	do
	{
		char		byte;

		CHECK_FOR_INTERRUPTS();
		if (nesting.is_object && !skip_name(&inner))
			return false;
		byte = rootfi_next_byte(&inner);
		if (nesting.depth == 1 && !nesting.is_object &&
			byte != '{' && byte != 'n')
			*is_mixed = true;
		if (byte == '{' || byte == '[')
		{
			if (!open_nested(&nesting, byte))
			{
				tokens->too_deep = true;
				return false;
			}
			inner.c++;
			if (rootfi_next_byte(&inner) != (byte == '{' ? '}' : ']'))
				continue;
		}
		else if (!(byte == '"' ? skip_string(&inner) :
				   take_bare(&inner, byte, &type)))
			return false;
		if (!take_end(&inner, &nesting))
			return false;
	} while (nesting.depth > 0);
	tokens->c = inner.c;
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
		valid = take_bare(tokens, byte, &value->type);
		if (valid)
			value->token = keep_text(tokens, value->text);
	}
	value->len = tokens->c - value->text;
	return valid;
}
