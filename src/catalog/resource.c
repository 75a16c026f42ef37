/*
 * resource.c
 *		Looks things up in the table of resources.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "catalog/resource.h"

#define MAX_NAME_LENGTH 64		/* of a name that may be a typo */

static const char *const verb_names[] = {
	[VERB_CREATE] = "create",
	[VERB_GET] = "get",
	[VERB_UPDATE] = "update",
	[VERB_DELETE] = "delete",
	[VERB_LIST] = "list",
};

/* The name of a verb. */
const char *
rootfi_verb_name(Verb verb)
{
	return verb_names[verb];
}

/* The names of the verbs whose bits are set, for hints. */
static char *
verb_list(int verbs)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int verb = 0; verb < lengthof(verb_names); verb++)
		if (verbs & VERB_BIT(verb))
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
							 verb_names[verb]);
	return list.data;
}

/*
 * Is the text one of the words that blanks separate, in whatever case (C5)?
 * NULL has no words.
 */
bool
rootfi_in_words(const char *text, const char *words)
{
	size_t		len = strlen(text);

	while (words != NULL && *words != '\0')
	{
		size_t		n = strcspn(words, " ");

		if (n == len && pg_strncasecmp(words, text, n) == 0)
			return true;
		words += n + strspn(words + n, " ");
	}
	return false;
}

/* All verbs that the resource has. */
int
rootfi_verbs(const Resource *resource)
{
	return resource->documented | resource->implied;
}

/* The resource whose name is most like that one, NULL if none is much so. */
static const char *
closest_name(const char *name)
{
	const char *best = NULL;
	int			best_distance = strlen(name) / 2;

	if (strlen(name) > MAX_NAME_LENGTH)
		return NULL;
	foreach_resource(resource)
	{
		int			distance;

		distance = varstr_levenshtein_less_equal(name, strlen(name),
												 resource->name,
												 strlen(resource->name),
												 1, 1, 1, best_distance, true);
		if (distance <= best_distance)
		{
			best = resource->name;
			best_distance = distance - 1;
		}
		if (best_distance < 0)
			break;
	}
	return best;
}

/* Raises the error for a name that stands for nothing. */
static void
report_no_resource(const char *name)
{
	const char *closest = closest_name(name);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("resource \"%s\" does not exist", name),
			 closest != NULL ?
			 errhint("Perhaps you meant \"%s\". rootfi_resources() lists all; others can be named with their version, like \"v3/<category>/<resource>\".",
					 closest) :
			 errhint("rootfi_resources() lists all; others can be named with their version, like \"v3/<category>/<resource>\".")));
}

/* Is this a name like "v3/<category>/<resource>", safe to be put in a path? */
static bool
is_versioned_name(const char *name)
{
	int			segments = 0;

	if (name[0] != 'v' || !isdigit((unsigned char) name[1]) || name[2] != '/')
		return false;
	for (name += 2; *name == '/'; segments++)
	{
		size_t		len = strspn(++name, "abcdefghijklmnopqrstuvwxyz"
								 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

		if (len == 0)
			return false;
		name += len;
	}
	return *name == '\0' && segments >= 2;
}

/*
 * A resource that the catalog has no row for.  What is known of it is its
 * path; bodies are wrapped, as most are.
 */
static const Resource *
make_resource(const char *name)
{
	Resource   *resource = palloc0(sizeof(Resource));

	resource->name = pstrdup(name);
	resource->path = psprintf("/%s", name);
	resource->singular = psprintf("%s record", name);
	resource->plural = psprintf("%s records", name);
	resource->implied = VERBS_ALL;
	resource->body = BODY_WRAPPED;
	return resource;
}

/*
 * The resource of that name, or of that path without its slash: version 4 is
 * the default, "v4/ecommerce/orders" and "ecommerce/orders" are the same.  A
 * name with a version that the catalog does not have is taken at its word, in
 * the current memory context; for any other it is NULL.
 */
const Resource *
rootfi_resource_find(const char *name)
{
	foreach_resource(resource)
		if (strcmp(resource->name, name) == 0 ||
			strcmp(resource->path + 1, name) == 0)
		return resource;
	return is_versioned_name(name) ? make_resource(name) : NULL;
}

/* The same; raises 42704 when there is none. */
const Resource *
rootfi_resource_by_name(const char *name)
{
	const Resource *resource = rootfi_resource_find(name);

	if (resource == NULL)
		report_no_resource(name);
	return resource;
}

/* The resource whose rows have that type, or NULL. */
const Resource *
rootfi_resource_by_row_type(const char *row_type)
{
	foreach_resource(resource)
		if (resource->row_type && strcmp(resource->row_type, row_type) == 0)
		return resource;
	return NULL;
}

/*
 * Does the resource belong to the category, and is there a list of all its
 * records, whose columns are known?
 */
bool
rootfi_in_category(const Resource *resource, const char *category)
{
	size_t		len = strlen(category);

	return strncmp(resource->name, category, len) == 0 &&
		resource->name[len] == '/' &&
		resource->row_type != NULL &&
		(rootfi_verbs(resource) & VERB_BIT(VERB_LIST)) != 0 &&
		strchr(resource->path, '{') == NULL;
}

/* The list of that name inside the resource's records, or NULL. */
const ChildList *
rootfi_child_by_member(const Resource *resource, const char *member)
{
	for (const ChildList *child = resource->children; child && child->member;
		 child++)
		if (strcmp(child->member, member) == 0)
			return child;
	return NULL;
}

/* Looks for a child list by its row type, also among children's children. */
static const ChildList *
find_child(const ChildList *children, const char *row_type)
{
	for (const ChildList *child = children; child && child->member; child++)
	{
		const ChildList *found = strcmp(child->row_type, row_type) == 0 ?
		child : find_child(child->children, row_type);

		if (found != NULL)
			return found;
	}
	return NULL;
}

/* The child list whose rows have that type, or NULL. */
const ChildList *
rootfi_child_by_row_type(const char *row_type)
{
	foreach_resource(resource)
	{
		const ChildList *found = find_child(resource->children, row_type);

		if (found != NULL)
			return found;
	}
	return NULL;
}

/*
 * What the resource is called where RootFi speaks of its own syncs (section
 * 3.13 of the facts): accounting has the bare names, payments are singular.
 * The enum is not known in full, so names follow its pattern.
 */
char *
rootfi_data_model(const Resource *resource)
{
	const char *name = resource->name;
	const char *category = name[0] == 'v' && isdigit((unsigned char) name[1]) ?
	strchr(name, '/') + 1 : name;
	const char *model = strchr(category, '/') + 1;
	const char *prefix = "";
	char	   *result;

	if (strncmp(category, "ecommerce/", 10) == 0)
		prefix = "ECOMMERCE_";
	else if (strncmp(category, "payments/", 9) == 0)
		prefix = "PAYMENT_";
	else if (strncmp(category, "crm/", 4) == 0)
		prefix = "CRM_";
	result = psprintf("%s%s", prefix, model);
	for (char *c = result; *c != '\0'; c++)
		*c = pg_ascii_toupper((unsigned char) *c);
	return result;
}

/* Raises 0A000 unless the resource has the verb. */
void
rootfi_check_verb(const Resource *resource, Verb verb)
{
	if (!(rootfi_verbs(resource) & VERB_BIT(verb)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot %s %s: the API has no such request",
						verb_names[verb],
						verb == VERB_LIST ? resource->plural : resource->singular),
				 errhint("What can be done with \"%s\": %s.", resource->name,
						 verb_list(rootfi_verbs(resource)))));
}

/* The verb of that name; 22023 if there is none. */
Verb
rootfi_verb_by_name(const char *name)
{
	for (int verb = 0; verb < lengthof(verb_names); verb++)
		if (strcmp(verb_names[verb], name) == 0)
			return verb;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("verb \"%s\" does not exist", name),
			 errhint("Available verbs are: %s.", verb_list(VERBS_ALL))));
}
