/*
 * children.c
 *		Goes through the objects of a list inside a record: the list itself,
 *		a single object in its place, and objects that stand beside it (C3).
 */
#include "postgres.h"

#include "children.h"

/* A walk over the children of one record. */
typedef struct ChildWalk
{
	ChildVisitor visit;
	void	   *arg;
	int			ordinal;		/* of the latest child */
} ChildWalk;

/* Hands out one child, if it is there. */
static void
visit_child(ChildWalk *walk, const JsonValue *value, const char *type)
{
	if (value->type == JSON_TOKEN_NULL || value->type == JSON_TOKEN_INVALID)
		return;
	walk->visit(walk->arg, value, type, ++walk->ordinal);
}

/* Hands out an element of the list. */
static void
visit_element(void *arg, const char *name, const JsonValue *value)
{
	visit_child(arg, value, NULL);
}

/*
 * Visits the children of a record, given the values of its member that holds
 * them and of those that the catalog lists as strays (type 0 for what is
 * missing).  Returns NULL, or what is wrong with the list.
 */
char *
rootfi_children_visit(const ChildList *child, const JsonValue *list,
					  const JsonValue *strays, ChildVisitor visit, void *arg)
{
	ChildWalk	walk = {.visit = visit,.arg = arg};
	char	   *problem = NULL;

	if (list->type == JSON_TOKEN_ARRAY_START)
		problem = rootfi_json_walk(list->text, list->len, NULL, visit_element,
								   &walk);
	else
		visit_child(&walk, list, NULL);
	for (int i = 0; child->strays && child->strays[i].member; i++)
		visit_child(&walk, &strays[i], child->strays[i].type);
	return problem;
}
