/*
 * calls.h -- what the API answers without having a record of it
 */
#ifndef SANDBOX_CALLS_H
#define SANDBOX_CALLS_H

#include "answer.h"
#include "params.h"
#include "sandbox.h"

extern bool calls_answer(const Call *call, const char *path,
						 const Params *params, Answer *answer);

#endif							/* SANDBOX_CALLS_H */
