/*
 * validate.h
 *		What is wrong with a body, before it is sent.
 */
#ifndef ROOTFI_VALIDATE_H
#define ROOTFI_VALIDATE_H

#include "catalog/resource.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"

typedef struct Problem
{
	char	   *path;			/* in the body: data[0].line_items[1].quantity */
	char	   *problem;		/* "must be a number, not a string" */
	char	   *hint;			/* a sentence, or NULL */
} Problem;

extern List *rootfi_find_problems(const Resource *resource, Verb verb,
								  Jsonb *data);
extern void rootfi_check_body(const Resource *resource, Verb verb,
							  Jsonb *data);

#endif							/* ROOTFI_VALIDATE_H */
