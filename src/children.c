/*
 * children.c
 *		Goes through the objects of a list inside a record: the list itself,
 *		a single object in its place, and objects that stand beside it (C3).
 */
#include "postgres.h"

#include "children.h"

/*
 * Visits the children of a record, given the values of its member that holds
 * them and of those that the catalog lists as strays (NULL for what is
 * missing), in the current context.  Returns NULL, or what is wrong with the
 * list.
 */
char *
rootfi_children_visit(const ChildList *child, const JsonValue *list,
					  const JsonValue *const *strays, ChildVisitor visit,
					  void *arg)
{
	int			ordinal = 0;
	char	   *problem;

	if (list != NULL && list->type == JSON_TOKEN_ARRAY_START)
	{
		JsonObject *elements;
		int			n;

		problem = rootfi_json_array(&elements, &n, list->text, list->len);
		if (problem != NULL)
			return problem;
		for (int i = 0; i < n; i++)
			if (elements[i].value.type != JSON_TOKEN_NULL)
				visit(arg, &elements[i], NULL, ++ordinal);
	}
	for (int i = -1; i < 0 || (child->strays && child->strays[i].member); i++)
	{
		const JsonValue *single = i < 0 ? list : strays[i];
		JsonObject	object;

		if (single == NULL || single->type == JSON_TOKEN_NULL ||
			(i < 0 && single->type == JSON_TOKEN_ARRAY_START))
			continue;
		problem = rootfi_json_object(&object, single->text, single->len);
		if (problem != NULL)
			return problem;
		visit(arg, &object, i < 0 ? NULL : child->strays[i].type, ++ordinal);
	}
	return NULL;
}
