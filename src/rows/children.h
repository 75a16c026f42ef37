/*
 * children.h
 *		The objects of a list inside a record.
 */
#ifndef ROOTFI_CHILDREN_H
#define ROOTFI_CHILDREN_H

#include "catalog/resource.h"
#include "json/value.h"
#include "rows/convert.h"

/*
 * Called for each child: "type" is what its member of that name is when it
 * has none, or NULL; "ordinal" counts from 1.
 */
typedef void (*ChildVisitor) (void *arg, const JsonObject *object,
							  const char *type, int ordinal);

extern void rootfi_children_warn(int nodd);
extern char *rootfi_children_open(RowPlan *plan, const ChildList *child,
								  const JsonObject *record,
								  ChildVisitor visit, void *arg, int *nodd);
extern char *rootfi_children_visit(const ChildList *child,
								   const JsonValue *list,
								   const JsonValue *const *strays,
								   ChildVisitor visit, void *arg);

#endif							/* ROOTFI_CHILDREN_H */
