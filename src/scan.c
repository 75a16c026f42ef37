/*
 * scan.c
 *		Takes JSON text apart in one go: a list and its objects' members.
 *
 * Of what is nested deeper only the end is looked for, on the way past;
 * whether it is JSON is seen when, and if, it is read itself.  What is not
 * nested is read strictly by RFC 8259.  The text must be UTF-8.
 *
 * Names and tokens are decoded into one piece of memory as long as the text,
 * where they fit: what stands around each of them in the text leaves room for
 * its NUL.  Objects of a list mostly have the same members in the same order,
 * so a name is compared with that of the object before, and not copied again.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "scan.h"

/* Members of objects, one after the other. */
typedef struct MemberList
{
	JsonMember *items;
	int			n;
	int			capacity;
} MemberList;

/* A text being taken apart. */
typedef struct Scan
{
	const char *c;				/* the place */
	const char *end;
	bool		too_deep;
	char	   *out;			/* free memory for names and tokens */
	MemberList	own;			/* of the text's own object */
	MemberList	members;		/* of the elements' */
	int			latest;			/* first of the element before, */
	int			nlatest;		/* and how many it has */
	JsonObject *elements;
	int			nelements;
	int			capacity;		/* of elements */
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

/* Bytes of a word that are zero have their highest bit set in the result. */
#define ONES			UINT64CONST(0x0101010101010101)
#define HIGH_BITS		UINT64CONST(0x8080808080808080)
#define ZERO_BYTES(word) (((word) - ONES) & ~(word) & HIGH_BITS)

/* Does one of eight bytes matter in a string: quote, backslash or control? */
static inline bool
matters(const char *c)
{
	uint64		word;

	memcpy(&word, c, sizeof(word));
	return (ZERO_BYTES(word ^ (ONES * '"')) |
			ZERO_BYTES(word ^ (ONES * '\\')) |
			((word - ONES * 0x20) & ~word & HIGH_BITS)) != 0;
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
		while (end - c >= 8 && !matters(c))
			c += 8;
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
static char *
take_string(Scan *scan)
{
	const char *begin = scan->c + 1;
	char	   *result = scan->out;
	bool		plain;
	const char *end = string_end(begin, scan->end, &plain);

	if (end == NULL)
		return NULL;
	scan->c = end + 1;
	if (plain)
	{
		memcpy(scan->out, begin, end - begin);
		scan->out += end - begin;
	}
	else
		scan->out = decode(begin, end, scan->out);
	if (scan->out == NULL)
		return NULL;
	*scan->out++ = '\0';
	return result;
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
	bool		plain;

	for (const char *c = scan->c; c < scan->end; c++)
	{
		switch (meaning[(unsigned char) *c])
		{
			case QUOTE:
				c = string_end(c + 1, scan->end, &plain);
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

/* Keeps the text of a scalar that is its own token. */
static char *
keep_text(Scan *scan, const char *begin)
{
	char	   *result = scan->out;
	size_t		len = scan->c - begin;

	memcpy(result, begin, len);
	result[len] = '\0';
	scan->out += len + 1;
	return result;
}

/* Goes past a scalar that is no string; false if it is none. */
static bool
take_bare(Scan *scan, char byte, JsonTokenType *type)
{
	switch (byte)
	{
		case 't':
			*type = JSON_TOKEN_TRUE;
			return take_word(scan, "true");
		case 'f':
			*type = JSON_TOKEN_FALSE;
			return take_word(scan, "false");
		case 'n':
			*type = JSON_TOKEN_NULL;
			return take_word(scan, "null");
		default:
			*type = JSON_TOKEN_NUMBER;
			return take_number(scan);
	}
}

/* Reads a value of which the first byte is next; "byte" is that. */
static bool
take_value(Scan *scan, char byte, JsonValue *value)
{
	bool		valid;

	value->text = scan->c;
	value->token = NULL;
	if (byte == '{' || byte == '[')
	{
		value->type = byte == '{' ? JSON_TOKEN_OBJECT_START :
			JSON_TOKEN_ARRAY_START;
		valid = skip_nested(scan);
	}
	else if (byte == '"')
	{
		value->type = JSON_TOKEN_STRING;
		value->token = take_string(scan);
		valid = value->token != NULL;
	}
	else
	{
		valid = take_bare(scan, byte, &value->type);
		if (valid)
			value->token = keep_text(scan, value->text);
	}
	value->len = scan->c - value->text;
	return valid;
}

/* A place for another element. */
static JsonObject *
add_element(Scan *scan)
{
	if (scan->nelements == scan->capacity)
	{
		scan->capacity = Max(16, scan->capacity * 2);
		scan->elements = scan->elements == NULL ?
			palloc(scan->capacity * sizeof(JsonObject)) :
			repalloc(scan->elements, scan->capacity * sizeof(JsonObject));
	}
	return &scan->elements[scan->nelements++];
}

/* A place for another member. */
static JsonMember *
add_member(MemberList *list)
{
	if (list->n == list->capacity)
	{
		list->capacity = Max(32, list->capacity * 2);
		list->items = list->items == NULL ?
			palloc(list->capacity * sizeof(JsonMember)) :
			repalloc(list->items, list->capacity * sizeof(JsonMember));
	}
	return &list->items[list->n++];
}

/* Is the name that is next, quotes included, the same as another's? */
static bool
repeats_name(const Scan *scan, const JsonMember *other)
{
	int			len = other->name_len;

	return len > 0 && scan->end - scan->c > len + 1 &&
		scan->c[len + 1] == '"' && memcmp(scan->c + 1, other->name, len) == 0;
}

/*
 * Reads the name of a member up to the colon.  "other" is the member in its
 * place in the object before, or NULL.
 */
static bool
take_name(Scan *scan, JsonMember *member, const JsonMember *other)
{
	const char *begin;

	if (next_byte(scan) != '"')
		return false;
	if (other != NULL && repeats_name(scan, other))
	{
		member->name = other->name;
		member->name_len = other->name_len;
		scan->c += other->name_len + 2;
	}
	else
	{
		begin = scan->c + 1;
		member->name = take_string(scan);
		if (member->name == NULL)
			return false;
		member->name_len = scan->c - begin - 1;
		if (memchr(begin, '\\', member->name_len) != NULL)
			member->name_len = 0;
	}
	return take_byte(scan, ':');
}

static bool take_elements(Scan *scan);

/* Reads the list in which the elements are; of several the last one counts. */
static bool
take_inside(Scan *scan, JsonValue *value)
{
	scan->nelements = scan->members.n = scan->nlatest = 0;
	*value = (JsonValue)
	{
		.type = JSON_TOKEN_ARRAY_START
	};
	return take_elements(scan);
}

/*
 * Reads the members of the text's own object, of which the brace is next;
 * "inside", if not NULL, is the name of an array to look into.
 */
static bool
take_own_members(Scan *scan, const char *inside, bool *has_inside)
{
	scan->c++;
	if (next_byte(scan) == '}')
		return take_byte(scan, '}');
	do
	{
		JsonMember	member;
		char		byte;
		bool		is_inside;

		if (!take_name(scan, &member, NULL))
			return false;
		byte = next_byte(scan);
		is_inside = byte == '[' && inside && strcmp(member.name, inside) == 0;
		if (!(is_inside ? take_inside(scan, &member.value) :
			  take_value(scan, byte, &member.value)))
			return false;
		*has_inside |= is_inside;
		*add_member(&scan->own) = member;
	} while (take_byte(scan, ','));
	return take_byte(scan, '}');
}

/* Reads the members of an element, of which the brace is next. */
static bool
take_members(Scan *scan)
{
	int			n = 0;

	scan->c++;
	if (next_byte(scan) == '}')
		return take_byte(scan, '}');
	do
	{
		JsonMember *member = add_member(&scan->members);
		const JsonMember *other = n < scan->nlatest ?
		&scan->members.items[scan->latest + n] : NULL;

		if (!take_name(scan, member, other) ||
			!take_value(scan, next_byte(scan), &member->value))
			return false;
		n++;
	} while (take_byte(scan, ','));
	return take_byte(scan, '}');
}

/* Reads an element, with its members if it is an object. */
static bool
take_element(Scan *scan, char byte)
{
	JsonObject	element = {.value = {.text = scan->c}};
	int			first = scan->members.n;

	if (byte != '{')
	{
		if (!take_value(scan, byte, &element.value))
			return false;
	}
	else
	{
		if (!take_members(scan))
			return false;
		element.value.type = JSON_TOKEN_OBJECT_START;
		element.value.len = scan->c - element.value.text;
		element.nmembers = scan->members.n - first;
		scan->latest = first;
		scan->nlatest = element.nmembers;
	}
	*add_element(scan) = element;
	return true;
}

/* Reads the elements of an array of which the bracket is next. */
static bool
take_elements(Scan *scan)
{
	scan->c++;
	if (next_byte(scan) == ']')
		return take_byte(scan, ']');
	do
	{
		if (!take_element(scan, next_byte(scan)))
			return false;
	} while (take_byte(scan, ','));
	return take_byte(scan, ']');
}

/* Fills in the document, now that the lists stay where they are. */
static void
finish(JsonDocument *document, const Scan *scan)
{
	JsonMember *members = scan->members.items;

	document->elements = scan->elements;
	document->nelements = scan->nelements;
	for (int i = 0; i < scan->nelements; i++)
	{
		scan->elements[i].members = members;
		members += scan->elements[i].nmembers;
	}
	document->whole.members = scan->own.items;
	document->whole.nmembers = scan->own.n;
}

/*
 * Takes a text apart: an object into its members and, if it has an array
 * named "inside" (if not NULL), the elements of that; an array into its
 * elements.  Elements that are objects are taken apart too.  The member that
 * was looked into has no text.  Allocates in the current context; places are
 * in the text, which must outlive them.  After a fault there is what came
 * before.  Raises no error of its own.
 */
ScanEnd
rootfi_scan(JsonDocument *document, const char *text, int len,
			const char *inside)
{
	Scan		scan = {.c = text,.end = text + len};
	JsonValue  *whole = &document->whole.value;
	char		byte = next_byte(&scan);
	bool		valid;

	memset(document, 0, sizeof(*document));
	scan.out = palloc(len + 1);
	whole->text = scan.c;
	if (byte == '{')
	{
		whole->type = JSON_TOKEN_OBJECT_START;
		valid = take_own_members(&scan, inside, &document->has_inside);
	}
	else if (byte == '[')
	{
		whole->type = JSON_TOKEN_ARRAY_START;
		document->is_array = true;
		valid = take_elements(&scan);
	}
	else
		valid = take_value(&scan, byte, whole);
	whole->len = scan.c - whole->text;
	finish(document, &scan);
	/* nothing but white space may follow */
	if (valid && next_byte(&scan) == '\0' && scan.c == scan.end)
		return SCAN_DONE;
	return scan.too_deep ? SCAN_TOO_DEEP : SCAN_INVALID;
}
