/*
 * write.h -- creating and updating records
 */
#ifndef SANDBOX_WRITE_H
#define SANDBOX_WRITE_H

#include <jansson.h>

#include "answer.h"
#include "store.h"

extern void write_create(World *world, const Resource *resource,
						 const json_t *body, bool async, Answer *answer);
extern void write_update(World *world, Record *record, const json_t *body,
						 Answer *answer);

#endif							/* SANDBOX_WRITE_H */
