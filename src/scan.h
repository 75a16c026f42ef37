/*
 * scan.h
 *		JSON text, one level deep.
 */
#ifndef ROOTFI_SCAN_H
#define ROOTFI_SCAN_H

#include "json.h"

#define MAX_NESTING 512			/* levels; the API's answers have five */

/* How a walk over a text ended. */
typedef enum ScanEnd
{
	SCAN_DONE,
	SCAN_INVALID,				/* it is no JSON */
	SCAN_TOO_DEEP,				/* it is nested beyond all reason */
} ScanEnd;

extern ScanEnd rootfi_scan(const char *text, int len, const char *inside,
						   JsonVisitor visit, void *arg);

#endif							/* ROOTFI_SCAN_H */
