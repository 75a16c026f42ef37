/*
 * rowtype.h
 *		The extension's own row types.
 */
#ifndef ROOTFI_ROWTYPE_H
#define ROOTFI_ROWTYPE_H

#include "access/tupdesc.h"

extern TupleDesc rootfi_row_type(Oid namespace, const char *row_type);

#endif							/* ROOTFI_ROWTYPE_H */
