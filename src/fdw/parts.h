/*
 * parts.h
 *		What a scan reads, once the values of its conditions are known.
 */
#ifndef ROOTFI_PARTS_H
#define ROOTFI_PARTS_H

#include "fdw/condition.h"
#include "fdw/source.h"

/* A condition with its value. */
typedef struct BoundCondition
{
	ConditionKind kind;
	AttrNumber	column;
	bool		is_array;
	Oid			type;			/* of the value, of the elements of an array */
	Datum		value;
	bool		isnull;
} BoundCondition;

extern bool rootfi_parts_make(const ForeignSource *foreign, List *bound,
							  double list_requests, ListRequest *request,
							  List **parts);

#endif							/* ROOTFI_PARTS_H */
