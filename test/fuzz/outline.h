/*
 * outline.h
 *		JSON text as the server's own parser sees it.
 */
#ifndef FUZZ_OUTLINE_H
#define FUZZ_OUTLINE_H

#include "scan.h"

/* What the parser says of a text as a whole. */
typedef enum Verdict
{
	VERDICT_VALID,
	VERDICT_NESTED,				/* the first fault is in a nested value */
	VERDICT_INVALID,			/* it is outside of them */
} Verdict;

extern Verdict outline_read(JsonDocument *document, const char *text, int len,
							const char *inside);
extern int	outline_depth(const char *text, const char *end);

#endif							/* FUZZ_OUTLINE_H */
