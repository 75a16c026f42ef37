/*
 * api.h -- a request to the API from its arrival to its answer
 */
#ifndef SANDBOX_API_H
#define SANDBOX_API_H

#include "answer.h"
#include "sandbox.h"

extern void api_answer(Sandbox *sandbox, const Call *call, int64_t seq,
					   Answer *answer, Delivery *delivery);

#endif							/* SANDBOX_API_H */
