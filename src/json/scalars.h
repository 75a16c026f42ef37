/*
 * scalars.h
 *		Texts of the API to values of SQL types, never raising an error.
 */
#ifndef ROOTFI_SCALARS_H
#define ROOTFI_SCALARS_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

extern bool rootfi_read_numeric(const char *text, Datum *result);
extern bool rootfi_read_decimal(const char *text, int32 typmod,
								Datum *result);
extern bool rootfi_read_float8(const char *text, double *result);
extern bool rootfi_read_float4(const char *text, float *result);
extern bool rootfi_read_int64(const char *text, int64 *result);
extern bool rootfi_read_timestamp(const char *text, Timestamp *result);
extern bool rootfi_read_local(const char *text, Timestamp *result);
extern bool rootfi_read_clock(const char *text, int64 *result);
extern bool rootfi_read_bool(const char *text, bool *result);
extern char *rootfi_write_timestamp(Timestamp utc);

#endif							/* ROOTFI_SCALARS_H */
