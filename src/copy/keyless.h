/*
 * keyless.h
 *		Records that cannot be told from others, and are left out.
 */
#ifndef ROOTFI_KEYLESS_H
#define ROOTFI_KEYLESS_H

#include "copy/stream.h"
#include "json/value.h"

/* Those of a run, up to the latest page. */
typedef struct Keyless
{
	int64		n;
	const char *table;			/* quoted */
	const char *column;			/* that the first one lacks */
	const char *places;			/* of the first ones, in words */
} Keyless;

extern void rootfi_keyless_note(Keyless *keyless, const JsonObject *record,
								int64 page, int place, const char *column);
extern void rootfi_keyless_keep(Keyless *kept, const Keyless *keyless,
								MemoryContext context);
extern char *rootfi_keyless_text(const Keyless *keyless);
extern void rootfi_keyless_check_page(const Stream *stream,
									  const Keyless *keyless,
									  const RowCounts *counts);
extern void rootfi_keyless_check_pass(const Stream *stream,
									  const Keyless *keyless);
extern void rootfi_keyless_warn(const Stream *stream, const Keyless *keyless,
								bool unmarked);

#endif							/* ROOTFI_KEYLESS_H */
