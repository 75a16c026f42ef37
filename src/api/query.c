/*
 * query.c
 *		Writes paths and query strings; nothing a caller gives is pasted.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "api/query.h"
#include "catalog/resource.h"

/* Appends text percent-encoded; "safe" are characters that may stand. */
static void
append_encoded(StringInfo target, const char *text, const char *safe)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++)
	{
		unsigned char c = *text;

		if (isascii(c) && (isalnum(c) || strchr("-._~", c) || strchr(safe, c)))
			appendStringInfoChar(target, c);
		else
		{
			appendStringInfoChar(target, '%');
			appendStringInfoChar(target, hex[c >> 4]);
			appendStringInfoChar(target, hex[c & 15]);
		}
	}
}

/*
 * Raises 22023 for an id that is empty or would be taken for another path by
 * a server or a proxy, so that a request for one record never becomes one for
 * the collection.
 */
static void
check_id(const char *id)
{
	if (id[0] == '\0' || strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid id: \"%s\"", id),
				 errhint("Give the rootfi_id or the platform_id of one record.")));
}

/* Appends an id as the last segment of a path; 22023 if it is none. */
void
rootfi_path_add_id(StringInfo target, const char *id)
{
	check_id(id);
	appendStringInfoChar(target, '/');
	append_encoded(target, id, "");
}

/*
 * Appends the path of a resource, with the id of its parent for "{id}".  One
 * without the other raises 22023.
 */
void
rootfi_path_add(StringInfo target, const char *path, const char *parent_id)
{
	const char *place = strstr(path, "{id}");

	if (place == NULL)
	{
		appendStringInfoString(target, path);
		return;
	}
	check_id(parent_id == NULL ? "" : parent_id);
	appendBinaryStringInfo(target, path, place - path);
	append_encoded(target, parent_id, "");
	appendStringInfoString(target, place + strlen("{id}"));
}

/*
 * Does the path have a segment that stands for another place, the dots
 * encoded or not?
 */
static bool
has_dots(const char *path)
{
	while ((path = strchr(path, '/')) != NULL)
	{
		int			ndots = 0;

		for (path++;; ndots++)
		{
			if (*path == '.')
				path++;
			else if (pg_strncasecmp(path, "%2e", 3) == 0)
				path += 3;
			else
				break;
		}
		if ((ndots == 1 || ndots == 2) && (*path == '/' || *path == '\0'))
			return true;
	}
	return false;
}

/*
 * Checks a path that the caller wrote: absolute, on the same host, already
 * encoded.  Raises 22023 saying what is wrong.
 */
void
rootfi_path_check(const char *path)
{
	const char *problem = NULL;
	const char *hint = "Write it like \"/v4/<category>/<resource>\".";

	if (path[0] != '/' || path[1] == '/')
		problem = "It must begin with one slash.";
	else if (strpbrk(path, "?#") != NULL)
	{
		problem = "It must not contain a query or a fragment.";
		hint = "Use the argument \"query\".";
	}
	else if (has_dots(path))
		problem = "It must not contain the segments \".\" or \"..\".";
	else
		for (const char *c = path; *c != '\0' && problem == NULL; c++)
			if ((unsigned char) *c <= 0x20 || (unsigned char) *c >= 0x7f)
				problem = "Blanks, control characters and non-ASCII characters must be percent-encoded.";
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid path: \"%s\"", path),
				 errdetail("%s", problem),
				 errhint("%s", hint)));
}

/*
 * Appends a parameter.  Brackets in keys stand as they are, as in every URL
 * of the API that was seen; all else is encoded.
 */
void
rootfi_query_add(StringInfo target, const char *key, const char *value)
{
	appendStringInfoChar(target, strchr(target->data, '?') ? '&' : '?');
	append_encoded(target, key, "[]");
	appendStringInfoChar(target, '=');
	append_encoded(target, value, "");
}

/*
 * Appends sort[field]=ASC or DESC for each element, "field" or "field DESC";
 * a NULL array adds nothing.  Another direction raises 22023.
 */
void
rootfi_query_add_sort(StringInfo target, ArrayType *fields)
{
	ArrayIterator it;
	Datum		element;
	bool		isnull;

	if (fields == NULL)
		return;
	it = array_create_iterator(fields, 0, NULL);
	while (array_iterate(it, &element, &isnull))
	{
		char	   *field = isnull ? pstrdup("") : TextDatumGetCString(element);
		char	   *blank = strchr(field, ' ');
		const char *direction = blank != NULL ? blank + 1 : "ASC";

		if (blank != NULL)
			*blank = '\0';
		if (field[0] == '\0' || (pg_strcasecmp(direction, "ASC") != 0 &&
								 pg_strcasecmp(direction, "DESC") != 0))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("argument \"sort\" must name a field, alone or with ASC or DESC"),
					 errhint("Write it like ARRAY['rootfi_updated_at DESC'].")));
		rootfi_query_add(target, psprintf("sort[%s]", field),
						 pg_strcasecmp(direction, "DESC") == 0 ? "DESC" : "ASC");
	}
	array_free_iterator(it);
}

/* Appends a comma list; an empty or NULL array adds nothing. */
void
rootfi_query_add_list(StringInfo target, const char *key, ArrayType *values)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	StringInfoData list;

	if (values == NULL)
		return;
	deconstruct_array(values, TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &n);
	initStringInfo(&list);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			appendStringInfo(&list, "%s%s", list.len > 0 ? "," : "",
							 TextDatumGetCString(elements[i]));
	if (list.len > 0)
		rootfi_query_add(target, key, list.data);
}

/* Raises the error for a value that cannot be a parameter. */
static void
report_value(const char *key)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for \"%s\"", key),
			 errdetail("It must be a string, a number, a boolean or an array of those."),
			 errhint("Write a filter like {\"status\": \"pending\"} or {\"total_amount\": {\"gte\": 100}}.")));
}

/* The text of a scalar, numbers exact; NULL if it is none. */
static char *
scalar_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out,
													   NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			return NULL;
	}
}

/* The text of a scalar or, joined by commas, of an array of scalars. */
static char *
value_text(const char *key, const JsonbValue *value)
{
	StringInfoData list;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	element;
	char	   *text = scalar_text(value);

	if (text != NULL)
		return text;
	if (value->type != jbvBinary ||
		!JsonContainerIsArray(value->val.binary.data))
		report_value(key);
	initStringInfo(&list);
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if ((text = scalar_text(&element)) == NULL)
			report_value(key);
		appendStringInfo(&list, "%s%s", list.len > 0 ? "," : "", text);
	}
	return list.data;
}

/*
 * Appends the filter that a field equals a value: field[eq]=value, or
 * field=value for those that are filtered without an operator.
 */
void
rootfi_query_add_equal(StringInfo target, const char *field,
					   const char *value, const char *plain_filters)
{
	rootfi_query_add(target, rootfi_in_words(field, plain_filters) ? field :
					 psprintf("%s[eq]", field), value);
}

/* Called for each member of an object; "outer" is the caller's. */
typedef void (*MemberVisitor) (StringInfo target, const char *key,
							   const JsonbValue *value, const char *outer);

/* Visits the members of an object. */
static void
visit_members(StringInfo target, JsonbContainer *object, const char *outer,
			  MemberVisitor visit)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	value;
	char	   *key = NULL;

	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = pnstrdup(value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE)
			visit(target, key, &value, outer);
	}
}

/* Adds one comparison: field[operator]=value. */
static void
add_comparison(StringInfo target, const char *operator,
			   const JsonbValue *value, const char *field)
{
	rootfi_query_add(target, psprintf("%s[%s]", field, operator),
					 value_text(field, value));
}

/*
 * Adds the comparisons of one field; a value alone means that it equals that.
 * The last argument are the fields that take no operator.
 */
static void
add_field(StringInfo target, const char *field, const JsonbValue *value,
		  const char *plain_filters)
{
	if (value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data))
		rootfi_query_add_equal(target, field, value_text(field, value),
							   plain_filters);
	else if (rootfi_in_words(field, plain_filters))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the filter \"%s\" takes no operator", field),
				 errhint("Write {\"%s\": value}.", field)));
	else
		visit_members(target, value->val.binary.data, field, add_comparison);
}

/* Adds key=value. */
static void
add_member(StringInfo target, const char *key, const JsonbValue *value,
		   const char *outer)
{
	rootfi_query_add(target, key, value_text(key, value));
}

/* Raises 22023 unless the argument is a JSON object. */
static void
check_is_object(Jsonb *jsonb, const char *argument)
{
	if (!JB_ROOT_IS_OBJECT(jsonb))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be a JSON object", argument)));
}

/*
 * Appends a filter: {"status": "pending"} as status[eq]=pending and
 * {"total_amount": {"gte": 100}} as total_amount[gte]=100.
 */
void
rootfi_query_add_filter(StringInfo target, Jsonb *filter,
						const char *plain_filters)
{
	check_is_object(filter, "filter");
	visit_members(target, &filter->root, plain_filters, add_field);
}

/* Appends the members of an object as they are: {"limit": 5} as limit=5. */
void
rootfi_query_add_members(StringInfo target, Jsonb *members,
						 const char *argument)
{
	check_is_object(members, argument);
	visit_members(target, &members->root, NULL, add_member);
}

/* Decodes percent-escapes in place; what is no escape stays. */
static void
decode(char *text)
{
	char	   *to = text;

	for (; *text != '\0'; text++)
	{
		unsigned	byte;

		if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1 &&
			isxdigit((unsigned char) text[1]) &&
			isxdigit((unsigned char) text[2]) && byte != 0)
		{
			*to++ = (char) byte;
			text += 2;
		}
		else
			*to++ = *text;
	}
	*to = '\0';
}

/*
 * The value of a parameter in the query of a URL, decoded, in the current
 * context; NULL if it is not there or empty.
 */
char *
rootfi_query_find(const char *url, const char *key)
{
	size_t		len = strlen(key);
	const char *c = strchr(url, '?');

	while (c != NULL)
	{
		c++;
		if (strncmp(c, key, len) == 0 && c[len] == '=')
		{
			char	   *value = pnstrdup(c + len + 1,
										 strcspn(c + len + 1, "&#"));

			decode(value);
			return value[0] != '\0' ? value : NULL;
		}
		c = strchr(c, '&');
	}
	return NULL;
}
