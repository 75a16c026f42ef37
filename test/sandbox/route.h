/*
 * route.h -- from a request to a resource
 */
#ifndef SANDBOX_ROUTE_H
#define SANDBOX_ROUTE_H

#include "answer.h"
#include "params.h"
#include "sandbox.h"

extern json_t *route_read_body(const Call *call, Answer *answer);
extern json_t *route_read_object(const Call *call, Answer *answer);
extern void route_no_path(Answer *answer);
extern void route_no_method(Answer *answer, const char *allowed);
extern void route_call(Sandbox *sandbox, const Call *call,
					   bool repeat_cursor, Answer *answer);

#endif							/* SANDBOX_ROUTE_H */
