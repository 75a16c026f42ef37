/*
 * shim.h
 *		The server's part, outside of the server.
 */
#ifndef FUZZ_SHIM_H
#define FUZZ_SHIM_H

#include "access/tupdesc.h"
#include "utils/array.h"
#include "utils/jsonb.h"

#include "base/compat.h"

/* A column of a row type. */
typedef struct ShimColumn
{
	const char *name;			/* NULL: a dropped column */
	Oid			type;
	int32		typmod;
} ShimColumn;

extern size_t shim_mark(void);
extern void shim_release(size_t mark);
pg_noreturn extern void shim_fail(const char *fmt,...) pg_attribute_printf(1, 2);
extern int	shim_error(void);
extern int	shim_subtransactions(void);

extern TupleDesc shim_row_type(const ShimColumn *columns, int n);
extern ArrayType *shim_array(char *const *texts, int n);
extern const char *shim_jsonb_text(const Jsonb *jsonb);
extern const char *shim_jsonb_canonical(const char *text, int len);

#endif							/* FUZZ_SHIM_H */
