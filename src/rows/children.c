/*
 * children.c
 *		Goes through the objects of a list inside a record: the list itself,
 *		a single object in its place, and objects that stand beside it (C3).
 *
 * What is there in place of an object (a number, a text) is no child; it
 * stays with the record.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/scalars.h"
#include "json/scan.h"
#include "rows/children.h"

/* Children on their way to who wants them. */
typedef struct Visit
{
	ChildVisitor visit;
	void	   *arg;
	int			ordinal;		/* of the latest one */
} Visit;

/*
 * Visits the objects of a list, or the one in its place; one without members
 * says that there is none.  Returns NULL, or what is wrong.
 */
static char *
visit_value(Visit *visit, const JsonValue *value, const char *type)
{
	JsonObject *elements;
	JsonObject	single;
	int			n;
	char	   *problem;

	if (value == NULL || (value->type != JSON_TOKEN_ARRAY_START &&
						  value->type != JSON_TOKEN_OBJECT_START))
		return NULL;
	if (value->type == JSON_TOKEN_OBJECT_START)
	{
		problem = rootfi_json_object(&single, value->text, value->len);
		if (problem == NULL && single.nmembers > 0)
			visit->visit(visit->arg, &single, type, ++visit->ordinal);
		return problem;
	}
	problem = rootfi_json_array(&elements, &n, value->text, value->len);
	for (int i = 0; problem == NULL && i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (elements[i].value.type == JSON_TOKEN_OBJECT_START)
			visit->visit(visit->arg, &elements[i], type, ++visit->ordinal);
	}
	return problem;
}

/*
 * Visits the children of a record, given the values of its member that holds
 * them and of those that the catalog lists as strays (NULL for what is
 * missing), in the current context.  What is no object is passed over.
 * Returns NULL, or what is wrong with a list.
 */
char *
rootfi_children_visit(const ChildList *child, const JsonValue *list,
					  const JsonValue *const *strays, ChildVisitor visit,
					  void *arg)
{
	Visit		all = {.visit = visit,.arg = arg};
	char	   *problem = visit_value(&all, list, NULL);

	for (int i = 0; problem == NULL && child->strays &&
		 child->strays[i].member; i++)
		problem = visit_value(&all, strays[i], child->strays[i].type);
	return problem;
}

/* Sets a key column from a member of the parent. */
static void
set_key(RowPlan *plan, const char *column, const JsonValue *value)
{
	int64		number = 0;
	bool		isnull = value == NULL || value->token == NULL ||
	!rootfi_read_int64(value->token, &number);

	rootfi_row_set(plan, column, number, isnull);
}

/*
 * Visits the children of a record that was read, and has the plan of their
 * rows fill in what those have of their parent.  Adds to *nodd how many of the
 * record's lists are none.  Returns NULL, or what is wrong with a list.
 */
char *
rootfi_children_open(RowPlan *plan, const ChildList *child,
					 const JsonObject *record, ChildVisitor visit, void *arg,
					 int *nodd)
{
	const JsonValue *list = rootfi_json_member(record, child->member);
	const JsonValue *strays[MAX_STRAYS];

	*nodd += !rootfi_json_is_list(list);
	set_key(plan, "rootfi_company_id",
			rootfi_json_member(record, "rootfi_company_id"));
	set_key(plan, child->parent_key, rootfi_json_member(record, "rootfi_id"));
	for (int i = 0; child->strays && child->strays[i].member; i++)
	{
		strays[i] = rootfi_json_member(record, child->strays[i].member);
		*nodd += !rootfi_json_is_list(strays[i]);
	}
	return rootfi_children_visit(child, list, strays, visit, arg);
}

/* Tells the user how many members were no lists, if any. */
void
rootfi_children_warn(int nodd)
{
	if (nodd > 0)
		ereport(WARNING,
				(errmsg_plural("%d member of the records is not a list of objects",
							   "%d members of the records are not lists of objects",
							   nodd, nodd),
				 errdetail("What is no object makes no row; a copied record has such a member in \"extra\".")));
}
