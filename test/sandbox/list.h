/*
 * list.h -- pages of a list
 */
#ifndef SANDBOX_LIST_H
#define SANDBOX_LIST_H

#include "query.h"

extern void list_write(Buffer *out, const World *world,
					   Collection *collection, const Query *query,
					   const char *url);

#endif							/* SANDBOX_LIST_H */
