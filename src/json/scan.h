/*
 * scan.h
 *		JSON text, one level deep.
 */
#ifndef ROOTFI_SCAN_H
#define ROOTFI_SCAN_H

#include "json/value.h"

/* How a walk over a text ended. */
typedef enum ScanEnd
{
	SCAN_DONE,
	SCAN_INVALID,				/* it is no JSON */
	SCAN_TOO_DEEP,				/* it is nested beyond all reason */
	SCAN_TOO_MANY,				/* it has members or elements beyond it */
} ScanEnd;

/* A text taken apart. */
typedef struct JsonDocument
{
	JsonObject	whole;			/* its members, if it is an object */
	JsonObject *elements;		/* of the text, or of its member "inside" */
	int			nelements;
	bool		is_array;		/* the text is an array */
} JsonDocument;

extern ScanEnd rootfi_scan(JsonDocument *document, const char *text, int len,
						   const char *inside);
extern char *rootfi_json_document(JsonDocument *document, const char *text,
								  int len, const char *inside);
extern char *rootfi_json_object(JsonObject *object, const char *text,
								int len);
extern char *rootfi_json_array(JsonObject **elements, int *nelements,
							   const char *text, int len);
extern const JsonValue *rootfi_json_member(const JsonObject *object,
										   const char *name);

#endif							/* ROOTFI_SCAN_H */
