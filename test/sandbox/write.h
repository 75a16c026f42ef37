/*
 * write.h -- creating, updating and deleting records
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
extern void write_delete(World *world, Record *record, Answer *answer);
extern void write_touch(World *world, Record *record);

#endif							/* SANDBOX_WRITE_H */
