/*
 * wait.h
 *		The state of what the server does on its own.
 */
#ifndef ROOTFI_WAIT_H
#define ROOTFI_WAIT_H

#include "api/api.h"
#include "catalog/resource.h"
#include "utils/jsonb.h"

#define FIRST_PAUSE		500		/* ms; doubles from poll to poll */
#define LONGEST_PAUSE	10000	/* ms */

extern ApiCall rootfi_wait_call(const Resource *resource, const char *id,
								const char *server);
extern Jsonb *rootfi_wait_take(ApiExchange *exchange);
extern JsonbContainer *rootfi_wait_record(Jsonb *answer);
extern int64 rootfi_wait_count(JsonbContainer *sync, const char *name);
extern bool rootfi_wait_ended(Jsonb *answer);

#endif							/* ROOTFI_WAIT_H */
