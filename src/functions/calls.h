/*
 * calls.h
 *		The generic calls, for the functions of resources.
 */
#ifndef ROOTFI_CALLS_H
#define ROOTFI_CALLS_H

#include "fmgr.h"

extern PGDLLEXPORT Datum rootfi_create(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rootfi_get(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rootfi_update(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rootfi_delete(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rootfi_request(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rootfi_wait(PG_FUNCTION_ARGS);

#endif							/* ROOTFI_CALLS_H */
