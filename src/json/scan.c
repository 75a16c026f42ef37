/*
 * scan.c
 *		Takes JSON text apart in one go: a list and its objects' members.
 *
 * Objects of a list mostly have the same members in the same order, so a name
 * is compared with that of the object before, and not copied again.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/scan.h"
#include "json/text.h"
#include "json/tokens.h"

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
	Tokens		tokens;
	MemberList	own;			/* of the text's own object */
	MemberList	members;		/* of the elements' */
	int			latest;			/* first of the element before, */
	int			nlatest;		/* and how many it has */
	JsonObject *elements;
	int			nelements;
	int			capacity;		/* of elements */
	bool		too_many;		/* elements or members */
} Scan;

/*
 * Room for more than "n" items of that size, of which there may be "most";
 * NULL if there are as many.
 */
static void *
make_room(void *items, int n, int *capacity, Size size, int most)
{
	if (n == most)
		return NULL;
	*capacity = Min(Max(32, *capacity * 2), most);
	return items == NULL ? palloc(*capacity * size) :
		repalloc(items, *capacity * size);
}

/* A place for another element, NULL if there are too many. */
static JsonObject *
add_element(Scan *scan)
{
	CHECK_FOR_INTERRUPTS();
	if (scan->nelements == scan->capacity)
	{
		void	   *items = make_room(scan->elements, scan->nelements,
									  &scan->capacity, sizeof(JsonObject),
									  MAX_ELEMENTS);

		scan->too_many = items == NULL;
		if (scan->too_many)
			return NULL;
		scan->elements = items;
	}
	return &scan->elements[scan->nelements++];
}

/* A place for another member, NULL if there are too many. */
static inline JsonMember *
add_member(Scan *scan, MemberList *list)
{
	CHECK_FOR_INTERRUPTS();
	if (list->n == list->capacity)
	{
		void	   *items = make_room(list->items, list->n, &list->capacity,
									  sizeof(JsonMember), MAX_MEMBERS);

		scan->too_many = items == NULL;
		if (scan->too_many)
			return NULL;
		list->items = items;
	}
	return &list->items[list->n++];
}

/* Is the name that is next, quotes included, the same as another's? */
static bool
repeats_name(const Scan *scan, const JsonMember *other)
{
	int			len = other->name_len;

	return len > 0 && scan->tokens.end - scan->tokens.c > len + 1 &&
		scan->tokens.c[len + 1] == '"' && memcmp(scan->tokens.c + 1, other->name, len) == 0;
}

/*
 * Reads the name of a member up to the colon.  "other" is the member in its
 * place in the object before, or NULL.
 */
static bool
take_name(Scan *scan, JsonMember *member, const JsonMember *other)
{
	const char *begin;

	if (rootfi_next_byte(&scan->tokens) != '"')
		return false;
	if (other != NULL && repeats_name(scan, other))
	{
		member->name = other->name;
		member->name_len = other->name_len;
		scan->tokens.c += other->name_len + 2;
	}
	else
	{
		begin = scan->tokens.c + 1;
		member->name = rootfi_take_string(&scan->tokens);
		if (member->name == NULL)
			return false;
		member->name_len = scan->tokens.c - begin - 1;
		/* an escape is longer than what it stands for */
		if (scan->tokens.out - member->name - 1 != member->name_len)
			member->name_len = 0;
	}
	return rootfi_take_byte(&scan->tokens, ':');
}

/* Takes the brace that ends an object of "n" members, if those are not too many. */
static bool
end_object(Scan *scan, int n)
{
	scan->too_many = n > MAX_OWN_MEMBERS;
	return !scan->too_many && rootfi_take_byte(&scan->tokens, '}');
}

static bool take_elements(Scan *scan);

/* Reads the list in which the elements are; of several the last one counts. */
static bool
take_inside(Scan *scan, JsonValue *value)
{
	bool		valid;

	scan->nelements = scan->members.n = scan->nlatest = 0;
	*value = (JsonValue)
	{
		.text = scan->tokens.c,.type = JSON_TOKEN_ARRAY_START
	};
	valid = take_elements(scan);
	value->len = scan->tokens.c - value->text;
	return valid;
}

/*
 * Reads the members of the text's own object, of which the brace is next;
 * "inside", if not NULL, is the name of an array to look into.
 */
static bool
take_own_members(Scan *scan, const char *inside)
{
	scan->tokens.c++;
	if (rootfi_next_byte(&scan->tokens) == '}')
		return rootfi_take_byte(&scan->tokens, '}');
	do
	{
		JsonMember	member;
		JsonMember *place;
		char		byte;
		bool		is_inside;

		if (!take_name(scan, &member, NULL))
			return false;
		byte = rootfi_next_byte(&scan->tokens);
		is_inside = byte == '[' && inside && strcmp(member.name, inside) == 0;
		if (!(is_inside ? take_inside(scan, &member.value) :
			  rootfi_take_value(&scan->tokens, byte, &member.value)))
			return false;
		place = add_member(scan, &scan->own);
		if (place == NULL)
			return false;
		*place = member;
	} while (rootfi_take_byte(&scan->tokens, ','));
	return end_object(scan, scan->own.n);
}

/* Reads the members of an element, of which the brace is next. */
static bool
take_members(Scan *scan)
{
	int			n = 0;

	scan->tokens.c++;
	if (rootfi_next_byte(&scan->tokens) == '}')
		return rootfi_take_byte(&scan->tokens, '}');
	do
	{
		JsonMember *member = add_member(scan, &scan->members);
		const JsonMember *other = n < scan->nlatest ?
		&scan->members.items[scan->latest + n] : NULL;

		if (member == NULL || !take_name(scan, member, other) ||
			!rootfi_take_value(&scan->tokens, rootfi_next_byte(&scan->tokens), &member->value))
			return false;
		n++;
	} while (rootfi_take_byte(&scan->tokens, ','));
	return end_object(scan, n);
}

/* Reads an element, with its members if it is an object. */
static bool
take_element(Scan *scan, char byte)
{
	JsonObject	element = {.value = {.text = scan->tokens.c}};
	int			first = scan->members.n;
	JsonObject *place;

	if (byte != '{')
	{
		if (!rootfi_take_value(&scan->tokens, byte, &element.value))
			return false;
	}
	else
	{
		if (!take_members(scan))
			return false;
		element.value.type = JSON_TOKEN_OBJECT_START;
		element.value.len = scan->tokens.c - element.value.text;
		element.nmembers = scan->members.n - first;
		scan->latest = first;
		scan->nlatest = element.nmembers;
	}
	place = add_element(scan);
	if (place == NULL)
		return false;
	*place = element;
	return true;
}

/* Reads the elements of an array of which the bracket is next. */
static bool
take_elements(Scan *scan)
{
	scan->tokens.c++;
	if (rootfi_next_byte(&scan->tokens) == ']')
		return rootfi_take_byte(&scan->tokens, ']');
	do
	{
		if (!take_element(scan, rootfi_next_byte(&scan->tokens)))
			return false;
	} while (rootfi_take_byte(&scan->tokens, ','));
	return rootfi_take_byte(&scan->tokens, ']');
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
 * elements.  Elements that are objects are taken apart too.  Of several members
 * of that name the last array counts.  Allocates in the current context;
 * places are in the text, which must outlive them.  After a fault there is
 * what came before.  Raises no error but that of an interrupt.
 */
ScanEnd
rootfi_scan(JsonDocument *document, const char *text, int len,
			const char *inside)
{
	Scan		scan = {.tokens = {.c = text,.end = text + len}};
	JsonValue  *whole = &document->whole.value;
	char		byte = rootfi_next_byte(&scan.tokens);
	bool		valid;

	memset(document, 0, sizeof(*document));
	scan.tokens.out = palloc(len + 1);
	whole->text = scan.tokens.c;
	if (byte == '{')
	{
		whole->type = JSON_TOKEN_OBJECT_START;
		valid = take_own_members(&scan, inside);
	}
	else if (byte == '[')
	{
		whole->type = JSON_TOKEN_ARRAY_START;
		document->is_array = true;
		valid = take_elements(&scan);
	}
	else
		valid = rootfi_take_value(&scan.tokens, byte, whole);
	whole->len = scan.tokens.c - whole->text;
	finish(document, &scan);
	/* nothing but white space may follow */
	if (valid && rootfi_next_byte(&scan.tokens) == '\0' && scan.tokens.c == scan.tokens.end)
		return SCAN_DONE;
	if (scan.too_many)
		return SCAN_TOO_MANY;
	return scan.tokens.too_deep ? SCAN_TOO_DEEP : SCAN_INVALID;
}

/*
 * Takes a text apart as rootfi_scan() does.  Returns NULL, or what is wrong
 * with the text.  Raises no error but for a cancel.
 */
char *
rootfi_json_document(JsonDocument *document, const char *text, int len,
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
	char	   *problem = rootfi_json_document(&document, text, len, NULL);

	*object = document.whole;
	return problem;
}

/* The same for an array and its elements, of which there may be none. */
char *
rootfi_json_array(JsonObject **elements, int *nelements, const char *text,
				  int len)
{
	JsonDocument document;
	char	   *problem = rootfi_json_document(&document, text, len, NULL);

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
