/*
 * shape.h -- written objects, checked and completed
 */
#ifndef SANDBOX_SHAPE_H
#define SANDBOX_SHAPE_H

#include <jansson.h>

#include "answer.h"
#include "store.h"

/* What is known of a write while its object is put into shape. */
typedef struct Shape
{
	Collection *collection;
	int64_t		company_id;
	int64_t		now;
	bool		create;			/* complete, and insist on required fields */
	const json_t *old;			/* the record as it is, NULL for a new one */
	Failure    *failure;
} Shape;

extern json_t *shape_record(const Shape *shape, const json_t *given);

#endif							/* SANDBOX_SHAPE_H */
