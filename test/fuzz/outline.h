/*
 * outline.h
 *		JSON text as the server's own parser sees it.
 */
#ifndef FUZZ_OUTLINE_H
#define FUZZ_OUTLINE_H

#include "json/scan.h"

extern bool outline_read(JsonDocument *document, const char *text, int len,
						 const char *inside);

#endif							/* FUZZ_OUTLINE_H */
