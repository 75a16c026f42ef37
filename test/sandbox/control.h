/*
 * control.h -- what tests ask the sandbox itself
 */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include "answer.h"
#include "sandbox.h"

extern bool control_is(const char *target);
extern void control_answer(Sandbox *sandbox, const Call *call,
						   Answer *answer);

#endif							/* SANDBOX_CONTROL_H */
