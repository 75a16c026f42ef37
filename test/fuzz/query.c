/*
 * query.c
 *		Paths and query strings from what nobody would ask for.
 *
 * The first byte of the input says which function is tried, the rest are its
 * arguments, separated by NULs.  What is written must consist of characters
 * that RFC 3986 allows there, and say again what it was made of.  Errors must
 * be 22023.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "api/query.h"
#include "shim.h"

#define MAX_ARGUMENTS	8
#define PLAIN_FILTERS	"type invoice_id"

/* The arguments of a function; those that are missing are empty. */
typedef struct Arguments
{
	char	   *values[MAX_ARGUMENTS];
	int			n;
} Arguments;

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Takes the input apart. */
static void
split(Arguments *arguments, const char *input, size_t size)
{
	const char *end = input + size;

	arguments->n = 0;
	for (int i = 0; i < MAX_ARGUMENTS; i++)
	{
		size_t		len = strnlen(input, end - input);

		arguments->values[i] = pnstrdup(input, len);
		if (input < end)
			arguments->n++;
		input += len;
		input += input < end;
	}
}

/* The value of a hexadecimal digit as we write it, or -1. */
static int
digit(char c)
{
	const char *digits = "0123456789ABCDEF";

	return c != '\0' && strchr(digits, c) ? strchr(digits, c) - digits : -1;
}

/*
 * Decodes text strictly; fails on what is neither unreserved, nor encoded,
 * nor in "safe".  Returns the place behind, which is the end or in "stop".
 */
static const char *
decode(const char *c, const char *safe, const char *stop, char **decoded)
{
	char	   *out = palloc(strlen(c) + 1);

	*decoded = out;
	for (; *c != '\0' && strchr(stop, *c) == NULL; c++)
	{
		if (*c == '%' && digit(c[1]) >= 0 && digit(c[2]) >= 0)
		{
			*out++ = digit(c[1]) * 16 + digit(c[2]);
			c += 2;
		}
		else if (((unsigned char) *c < 0x80 && isalnum((unsigned char) *c)) ||
				 strchr("-._~", *c) || strchr(safe, *c))
			*out++ = *c;
		else
			shim_fail("character %02x stands in \"%s\"", (unsigned char) *c, c);
	}
	*out = '\0';
	return c;
}

/* Fails unless two texts are the same. */
static void
check_same(const char *ours, const char *theirs)
{
	if (strcmp(ours, theirs) != 0)
		shim_fail("\"%s\" became \"%s\"", theirs, ours);
}

/* An id must stand in one segment, and never make that one of dots. */
static void
try_path_add_id(StringInfo target, const Arguments *arguments)
{
	char	   *decoded;

	rootfi_path_add_id(target, arguments->values[0]);
	if (target->data[0] != '/' ||
		*decode(target->data + 1, "", "", &decoded) != '\0')
		shim_fail("the path is \"%s\"", target->data);
	check_same(decoded, arguments->values[0]);
	if (decoded[0] == '\0' || strcmp(decoded, ".") == 0 ||
		strcmp(decoded, "..") == 0)
		shim_fail("the segment is \"%s\"", decoded);
}

/* The same for the id of a parent, in the middle. */
static void
try_path_add(StringInfo target, const Arguments *arguments)
{
	char	   *decoded;

	rootfi_path_add(target, "/v3/core/syncs/{id}/jobs", arguments->values[0]);
	check_same(decode(target->data + strlen("/v3/core/syncs/"), "", "/", &decoded),
			   "/jobs");
	check_same(decoded, arguments->values[0]);
}

/* A path that is taken must be one on the same host, and without dots. */
static void
try_path_check(StringInfo target, const Arguments *arguments)
{
	char	   *path = arguments->values[0];
	char	   *rest;

	rootfi_path_check(path);
	if (path[0] != '/' || path[1] == '/')
		shim_fail("took the path \"%s\"", path);
	for (const char *c = path; *c != '\0'; c++)
		if (*c <= ' ' || *c == 0x7f || *c == '?' || *c == '#')
			shim_fail("took the path \"%s\"", path);
	for (char *segment = strtok_r(path, "/", &rest); segment != NULL;
		 segment = strtok_r(NULL, "/", &rest))
		if (strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0)
			shim_fail("took a path with the segment \"%s\"", segment);
}

/* Reads the next parameter of a query, of which "?" or "&" is next. */
static const char *
take_parameter(const char *c, bool first, char **key, char **value)
{
	if (*c != (first ? '?' : '&'))
		shim_fail("the query goes on with \"%s\"", c);
	c = decode(c + 1, "[]", "=", key);
	if (*c != '=')
		shim_fail("a parameter has no value");
	return decode(c + 1, "", "&", value);
}

/* Can a key be looked for as it is?  Then it is written so, too. */
static bool
is_plain(const char *key)
{
	return key[strspn(key, "abcdefghijklmnopqrstuvwxyz_[]")] == '\0';
}

/* Parameters must be read again as they were written. */
static void
try_query_add(StringInfo target, const Arguments *arguments)
{
	const char *c;
	char	   *key;
	char	   *value;
	bool		sought = false;

	for (int i = 0; i + 1 < MAX_ARGUMENTS; i += 2)
		rootfi_query_add(target, arguments->values[i], arguments->values[i + 1]);
	c = target->data;
	for (int i = 0; i + 1 < MAX_ARGUMENTS; i += 2)
	{
		c = take_parameter(c, i == 0, &key, &value);
		check_same(key, arguments->values[i]);
		check_same(value, arguments->values[i + 1]);
	}
	check_same(c, "");
	/* the first one of a name is found */
	key = arguments->values[0];
	value = rootfi_query_find(target->data, key);
	sought = is_plain(key);
	if (sought && (value == NULL) != (arguments->values[1][0] == '\0'))
		shim_fail("did not find \"%s\" in %s", key, target->data);
	if (sought && value != NULL)
		check_same(value, arguments->values[1]);
}

/* Fails unless all that was written is parameters; returns how many. */
static int
check_query(const char *query)
{
	const char *c = query;
	int			n = 0;
	char	   *key;
	char	   *value;

	for (; *c != '\0'; n++)
		c = take_parameter(c, n == 0, &key, &value);
	return n;
}

/* An equality must say its field and value. */
static void
try_query_add_equal(StringInfo target, const Arguments *arguments)
{
	char	   *key;
	char	   *value;

	rootfi_query_add_equal(target, arguments->values[0], arguments->values[1],
						   PLAIN_FILTERS);
	check_same(take_parameter(target->data, true, &key, &value), "");
	check_same(value, arguments->values[1]);
	if (strcmp(key, arguments->values[0]) != 0)
		check_same(key, psprintf("%s[eq]", arguments->values[0]));
}

/* A list must be one parameter, or nothing if it is empty. */
static void
try_query_add_list(StringInfo target, const Arguments *arguments)
{
	rootfi_query_add_list(target, "expand",
						  shim_array(arguments->values, arguments->n));
	if (check_query(target->data) > 1)
		shim_fail("a list became \"%s\"", target->data);
}

/* Each field must be one parameter of the two values that there are. */
static void
try_query_add_sort(StringInfo target, const Arguments *arguments)
{
	const char *c = target->data;
	char	   *key;
	char	   *value;

	rootfi_query_add_sort(target,
						  shim_array(arguments->values, arguments->n));
	c = target->data;
	for (int i = 0; i < arguments->n; i++)
	{
		c = take_parameter(c, i == 0, &key, &value);
		check_same(key, psprintf("sort[%.*s]",
								 (int) strcspn(arguments->values[i], " "),
								 arguments->values[i]));
		if (strcmp(value, "DESC") != 0)
			check_same(value, "ASC");
	}
	check_same(c, "");
}

/* An argument as jsonb; NULL if it cannot be that. */
static Jsonb *
read_jsonb(const char *text)
{
	Jsonb	   *volatile result = NULL;

	PG_TRY();
	{
		result = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
													CStringGetDatum(text)));
	}
	PG_CATCH();
	{
		shim_error();
	}
	PG_END_TRY();
	return result;
}

/* A filter must become parameters. */
static void
try_query_add_filter(StringInfo target, const Arguments *arguments)
{
	Jsonb	   *filter = read_jsonb(arguments->values[0]);

	if (filter != NULL)
		rootfi_query_add_filter(target, filter, PLAIN_FILTERS);
	check_query(target->data);
}

/* So must the members of an object. */
static void
try_query_add_members(StringInfo target, const Arguments *arguments)
{
	Jsonb	   *members = read_jsonb(arguments->values[0]);

	if (members != NULL)
		rootfi_query_add_members(target, members, "query");
	check_query(target->data);
}

/* Whatever the URL, what is found is not longer, and not empty. */
static void
try_query_find(StringInfo target, const Arguments *arguments)
{
	const char *value = rootfi_query_find(arguments->values[0],
										  arguments->values[1]);

	if (value != NULL && (value[0] == '\0' ||
						  strlen(value) > strlen(arguments->values[0])))
		shim_fail("found \"%s\"", value);
}

static void (*const functions[]) (StringInfo target, const Arguments *arguments) =
{
	try_path_add_id,
		try_path_add,
		try_path_check,
		try_query_add,
		try_query_add_equal,
		try_query_add_list,
		try_query_add_sort,
		try_query_add_filter,
		try_query_add_members,
		try_query_find,
};

/* Called by libFuzzer with each input. */
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	Arguments	arguments;
	StringInfoData target;

	if (size == 0)
		return 0;
	initStringInfo(&target);
	split(&arguments, (const char *) data + 1, size - 1);
	PG_TRY();
	{
		/* seeds begin with a digit */
		functions[(uint8) (data[0] - '0') % lengthof(functions)] (&target, &arguments);
	}
	PG_CATCH();
	{
		if (shim_error() != ERRCODE_INVALID_PARAMETER_VALUE)
			shim_fail("an error of another kind");
	}
	PG_END_TRY();
	shim_release(0);
	return 0;
}
