/*
 * names.c
 *		Names of resources, verbs and row types that nobody gave to any.
 *
 * The input is a name.  What stands for a resource must be safe in a path,
 * all else must raise the error for it.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "catalog/resource.h"
#include "shim.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Is the resource one of the table's? */
static bool
is_listed(const Resource *resource)
{
	foreach_resource(listed)
		if (listed == resource)
			return true;
	return false;
}

/*
 * Fails unless a path is "/v", a digit and segments of harmless characters,
 * of which there must be two.
 */
static void
check_path(const char *path)
{
	int			segments = 0;

	if (path[0] != '/' || path[1] != 'v' || path[2] < '0' || path[2] > '9')
		shim_fail("the path is \"%s\"", path);
	for (path += 3; *path != '\0'; segments++)
	{
		if (*path++ != '/' || *path == '\0' || *path == '/')
			shim_fail("the path ends with \"%s\"", path - 1);
		for (; *path != '\0' && *path != '/'; path++)
			if (!((*path >= 'a' && *path <= 'z') ||
				  (*path >= 'A' && *path <= 'Z') ||
				  (*path >= '0' && *path <= '9') ||
				  *path == '_' || *path == '-'))
				shim_fail("the path has a \"%c\"", *path);
	}
	if (segments < 2)
		shim_fail("the path has %d segments", segments);
}

/* Fails unless the resource is what the name says. */
static void
check_resource(const char *name, const Resource *resource)
{
	if (strcmp(resource->path + 1, name) != 0 &&
		strcmp(resource->name, name) != 0)
		shim_fail("\"%s\" became \"%s\"", name, resource->path);
	if (!is_listed(resource))
		check_path(resource->path);
	if (rootfi_data_model(resource)[0] == '\0')
		shim_fail("\"%s\" has no data model", name);
}

/* Called with a name; raises an error of one kind or none. */
typedef void (*NameUser) (const char *name);

static void
use_resource(const char *name)
{
	check_resource(name, rootfi_resource_by_name(name));
}

static void
use_verb(const char *name)
{
	Verb		verb = rootfi_verb_by_name(name);

	if (strcmp(rootfi_verb_name(verb), name) != 0)
		shim_fail("verb \"%s\" became \"%s\"", name, rootfi_verb_name(verb));
}

/* Asks of a resource all verbs that it does not have. */
static void
use_missing_verb(const char *name)
{
	const Resource *resource = rootfi_resource_by_row_type(name);

	for (int verb = 0; resource != NULL && verb < VERB_COUNT; verb++)
	{
		rootfi_check_verb(resource, verb);
		if (!(rootfi_verbs(resource) & VERB_BIT(verb)))
			shim_fail("%s has the verb %d", resource->name, verb);
	}
}

/* Fails if the use of a name raises another error than the one given. */
static void
try_name(const char *name, NameUser use, int expected)
{
	PG_TRY();
	{
		use(name);
	}
	PG_CATCH();
	{
		if (shim_error() != expected)
			shim_fail("an error of another kind");
	}
	PG_END_TRY();
}

/* Fails unless a name that is found is the one that was looked for. */
static void
check_row_types(const char *name)
{
	const Resource *resource = rootfi_resource_by_row_type(name);
	const ChildList *child = rootfi_child_by_row_type(name);

	if (resource != NULL && strcmp(resource->row_type, name) != 0)
		shim_fail("found rows of \"%s\"", resource->row_type);
	if (child != NULL && strcmp(child->row_type, name) != 0)
		shim_fail("found children of \"%s\"", child->row_type);
}

/* Fails unless a text is found among words exactly if it is one of them. */
static void
check_words(const char *text, const char *words)
{
	bool		found = false;
	char	   *copy = pstrdup(words);
	char	   *rest;

	for (char *word = strtok_r(copy, " ", &rest); word != NULL;
		 word = strtok_r(NULL, " ", &rest))
		found |= pg_strcasecmp(word, text) == 0;
	if (rootfi_in_words(text, words) != found)
		shim_fail("\"%s\" is %s one of \"%s\"", text, found ? "" : "not ", words);
}

/* Called by libFuzzer with each input. */
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	char	   *name = pnstrdup((const char *) data, size);
	size_t		len = strlen(name);
	const char *words;

	try_name(name, use_resource, ERRCODE_UNDEFINED_OBJECT);
	try_name(name, use_verb, ERRCODE_INVALID_PARAMETER_VALUE);
	try_name(name, use_missing_verb, ERRCODE_FEATURE_NOT_SUPPORTED);
	check_row_types(name);
	check_words(name, "pending processing completed canceled");
	/* what follows a NUL are words; ours do not begin with blanks */
	if (len < size)
	{
		words = pnstrdup((const char *) data + len + 1, size - len - 1);
		check_words(name, words + strspn(words, " "));
	}
	shim_release(0);
	return 0;
}
