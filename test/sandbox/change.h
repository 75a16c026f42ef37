/*
 * change.h -- changes of the records that are there
 */
#ifndef SANDBOX_CHANGE_H
#define SANDBOX_CHANGE_H

#include <jansson.h>

#include "answer.h"
#include "store.h"

extern int64_t change_time(const Record *record);
extern json_t *change_read(const World *world, Record *record);
extern void change_record(const World *world, Record *record, json_t *changes,
						  bool deleted);
extern void change_delete(World *world, Record *record, Answer *answer);

extern void change_touch(World *world, Record *record);
extern void change_lose(World *world, Record *record);
extern void change_connections(World *world, Record *company,
							   json_t *members);

#endif							/* SANDBOX_CHANGE_H */
