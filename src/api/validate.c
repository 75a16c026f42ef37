/*
 * validate.c
 *		Checks the objects of a write against the fields of the catalog.
 *
 * Only what the documents say is checked: members that a create needs, and
 * JSON types.  A member that they do not name passes.  All problems are found
 * at once, each with its place in the body.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "api/validate.h"
#include "json/scalars.h"

#define MAX_TYPO_DISTANCE	3
#define MAX_TYPO_LENGTH		64

/* A check in progress. */
typedef struct Check
{
	const Resource *resource;
	bool		creating;		/* required members are looked for */
	List	   *problems;
} Check;

static void check_fields(Check *check, const char *path,
						 JsonbContainer *object, const Field *fields);

/* Notes a problem; problem and hint belong to the list from now on. */
static void
add_problem(Check *check, const char *path, char *problem, char *hint)
{
	Problem    *found = palloc(sizeof(Problem));

	found->path = pstrdup(path);
	found->problem = problem;
	found->hint = hint;
	check->problems = lappend(check->problems, found);
}

/* What a value is, with its article. */
static const char *
kind_of(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "a boolean";
		default:
			return JsonContainerIsArray(value->val.binary.data) ?
				"an array" : "an object";
	}
}

/* What a field must be. */
static const char *
kind_wanted(FieldType type)
{
	switch (type)
	{
		case FIELD_STRING:
			return "a string";
		case FIELD_NUMBER:
			return "a number";
		case FIELD_BOOLEAN:
			return "a boolean";
		case FIELD_OBJECT:
			return "an object";
		case FIELD_ARRAY:
		case FIELD_OBJECTS:
			return "an array";
	}
	return NULL;				/* keep compiler quiet */
}

/* How to mend a value of the wrong type, or NULL. */
static char *
mend_type(const JsonbValue *value, FieldType type)
{
	Datum		number;

	if (type == FIELD_STRING && value->type == jbvNumeric)
		return pstrdup("Put the value in quotes.");
	if (type == FIELD_NUMBER && value->type == jbvString &&
		rootfi_read_numeric(pnstrdup(value->val.string.val,
									 value->val.string.len), &number))
		return pstrdup("Leave out the quotes.");
	if (type == FIELD_OBJECTS && value->type == jbvBinary)
		return pstrdup("Put the object in brackets.");
	return NULL;
}

/* Checks the elements of an array of objects. */
static void
check_elements(Check *check, const char *path, JsonbContainer *array,
			   const Field *field)
{
	uint32		n = JsonContainerSize(array);

	if (n == 0 && field->required && check->creating)
		add_problem(check, path, pstrdup("must have at least one element"),
					NULL);
	for (uint32 i = 0; i < n; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(array, i);
		char	   *element_path = psprintf("%s[%u]", path, i);

		if (element->type != jbvBinary ||
			!JsonContainerIsObject(element->val.binary.data))
			add_problem(check, element_path,
						psprintf("must be an object, not %s",
								 kind_of(element)), NULL);
		else if (field->fields != NULL)
			check_fields(check, element_path, element->val.binary.data,
						 field->fields);
	}
}

/* Is the value of the field's type? */
static bool
has_type(const JsonbValue *value, FieldType type)
{
	switch (type)
	{
		case FIELD_STRING:
			return value->type == jbvString;
		case FIELD_NUMBER:
			return value->type == jbvNumeric;
		case FIELD_BOOLEAN:
			return value->type == jbvBool;
		case FIELD_OBJECT:
			return value->type == jbvBinary &&
				JsonContainerIsObject(value->val.binary.data);
		case FIELD_ARRAY:
		case FIELD_OBJECTS:
			return value->type == jbvBinary &&
				JsonContainerIsArray(value->val.binary.data);
	}
	return false;
}

/* Checks a member that is there.  Null is allowed where nothing is needed. */
static void
check_value(Check *check, const char *path, const JsonbValue *value,
			const Field *field)
{
	if (value->type == jbvNull)
	{
		if (field->required && check->creating)
			add_problem(check, path, pstrdup("must not be null"), NULL);
	}
	else if (!has_type(value, field->type))
		add_problem(check, path,
					psprintf("must be %s, not %s", kind_wanted(field->type),
							 kind_of(value)), mend_type(value, field->type));
	else if (field->type == FIELD_OBJECTS)
		check_elements(check, path, value->val.binary.data, field);
}

/* Is this member one that the documents name? */
static bool
is_documented(const Field *fields, const char *name)
{
	for (const Field *field = fields; field->name != NULL; field++)
		if (strcmp(field->name, name) == 0)
			return true;
	return false;
}

/* The undocumented member that looks most like the name, or NULL. */
static char *
find_typo(JsonbContainer *object, const Field *fields, const char *name)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	key;
	char	   *best = NULL;
	int			best_distance = MAX_TYPO_DISTANCE + 1;

	while ((token = JsonbIteratorNext(&it, &key, true)) != WJB_DONE)
	{
		char	   *candidate;
		int			distance;

		if (token != WJB_KEY || key.val.string.len > MAX_TYPO_LENGTH)
			continue;
		candidate = pnstrdup(key.val.string.val, key.val.string.len);
		distance = varstr_levenshtein_less_equal(name, strlen(name),
												 candidate,
												 strlen(candidate), 1, 1, 1,
												 MAX_TYPO_DISTANCE, true);
		if (distance < best_distance && !is_documented(fields, candidate))
		{
			best = candidate;
			best_distance = distance;
		}
	}
	return best;
}

/* How to mend a member that is missing. */
static char *
mend_missing(const Check *check, JsonbContainer *object, const Field *fields,
			 const Field *field)
{
	JsonbValue	value;
	char	   *typo;

	for (const FieldAlias *alias = check->resource->aliases;
		 alias && alias->column; alias++)
		if (strcmp(alias->column, field->name) == 0 &&
			getKeyJsonValueFromContainer(object, alias->member,
										 strlen(alias->member), &value))
			return psprintf("Answers may call it \"%s\", requests call it \"%s\".",
							alias->member, field->name);
	typo = find_typo(object, fields, field->name);
	if (typo != NULL)
		return psprintf("Perhaps \"%s\" should be \"%s\".", typo,
						field->name);
	return psprintf("Add the member \"%s\", %s.", field->name,
					kind_wanted(field->type));
}

/* Checks the members of an object that the documents name. */
static void
check_fields(Check *check, const char *path, JsonbContainer *object,
			 const Field *fields)
{
	for (const Field *field = fields; field->name != NULL; field++)
	{
		JsonbValue	value;
		char	   *member = path[0] == '\0' ? pstrdup(field->name) :
		psprintf("%s.%s", path, field->name);

		if (getKeyJsonValueFromContainer(object, field->name,
										 strlen(field->name), &value))
			check_value(check, member, &value, field);
		else if (field->required && check->creating)
			add_problem(check, member, pstrdup("is required"),
						mend_missing(check, object, fields, field));
	}
}

/* Checks one object of the data; "path" is its place, empty for the body. */
static void
check_object(Check *check, const char *path, JsonbContainer *object)
{
	if (JsonContainerSize(object) == 0 && !check->creating)
		add_problem(check, path[0] ? path : "data",
					pstrdup("must have at least one member"), NULL);
	if (check->resource->fields != NULL)
		check_fields(check, path, object, check->resource->fields);
}

/* Checks the objects of an array, which become the body's "data". */
static void
check_objects(Check *check, JsonbContainer *array)
{
	uint32		n = JsonContainerSize(array);
	bool		bare = check->resource->body != BODY_WRAPPED;

	if (n == 0)
		add_problem(check, "data", pstrdup("must have at least one element"),
					NULL);
	if (n > 1 && (bare || !check->creating))
		add_problem(check, "data",
					psprintf("must be one object, not %u", n),
					pstrdup("Make one call for each object."));
	for (uint32 i = 0; i < n; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(array, i);
		char	   *path = bare && n == 1 ? "" : psprintf("data[%u]", i);

		if (element->type != jbvBinary ||
			!JsonContainerIsObject(element->val.binary.data))
			add_problem(check, path[0] ? path : "data",
						psprintf("must be an object, not %s",
								 kind_of(element)), NULL);
		else
			check_object(check, path, element->val.binary.data);
	}
}

/*
 * All that is wrong with the data of a create or an update: a list of
 * Problem, empty if nothing is.
 */
List *
rootfi_find_problems(const Resource *resource, Verb verb, Jsonb *data)
{
	Check		check = {
		.resource = resource,
		.creating = verb == VERB_CREATE,
	};

	if (JB_ROOT_IS_SCALAR(data))
	{
		JsonbValue	value;

		JsonbExtractScalar(&data->root, &value);
		add_problem(&check, "data",
					psprintf("must be an object or an array of objects, not %s",
							 kind_of(&value)), NULL);
	}
	else if (JB_ROOT_IS_ARRAY(data))
		check_objects(&check, &data->root);
	else
		check_object(&check, resource->body != BODY_WRAPPED ? "" : "data[0]",
					 &data->root);
	return check.problems;
}

/* Raises 22023 with all problems, if there are any. */
void
rootfi_check_body(const Resource *resource, Verb verb, Jsonb *data)
{
	List	   *problems = rootfi_find_problems(resource, verb, data);
	StringInfoData details;
	StringInfoData hints;
	ListCell   *lc;

	if (problems == NIL)
		return;
	initStringInfo(&details);
	initStringInfo(&hints);
	foreach(lc, problems)
	{
		Problem    *found = lfirst(lc);

		appendStringInfo(&details, "%s%s: %s", details.len > 0 ? "\n" : "",
						 found->path, found->problem);
		if (found->hint != NULL && strstr(hints.data, found->hint) == NULL)
			appendStringInfo(&hints, "%s%s", hints.len > 0 ? "\n" : "",
							 found->hint);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg_plural("cannot %s %s: the data has %d problem",
						   "cannot %s %s: the data has %d problems",
						   list_length(problems),
						   verb == VERB_CREATE ? "create" : "update",
						   resource->singular, list_length(problems)),
			 errdetail_internal("%s", details.data),
			 hints.len > 0 ? errhint("%s", hints.data) : 0));
}
