/*
 * attempt.h
 *		Something that may fail, in a subtransaction of its own.
 */
#ifndef ROOTFI_ATTEMPT_H
#define ROOTFI_ATTEMPT_H

#include "fmgr.h"

/* What is attempted, given what the caller wants it to know. */
typedef void (*AttemptStep) (void *arg);

extern ErrorData *rootfi_attempt(AttemptStep step, void *arg,
								 MemoryContext context);
extern ErrorData *rootfi_attempt_commit(void);
extern bool rootfi_try_input(FmgrInfo *input, char *text, Oid ioparam,
							 int32 typmod, Datum *result);

#endif							/* ROOTFI_ATTEMPT_H */
