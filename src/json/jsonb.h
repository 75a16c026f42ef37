/*
 * jsonb.h
 *		JSON text to jsonb.
 */
#ifndef ROOTFI_JSONB_H
#define ROOTFI_JSONB_H

#include "utils/jsonb.h"

#include "json/value.h"

/* The members of an object that is being made; none when all is zero. */
typedef struct JsonbMembers
{
	JsonbPair  *pairs;
	int			n;
	int			capacity;
} JsonbMembers;

extern Jsonb *rootfi_json_to_jsonb(const char *text, int len, char **problem);
extern Jsonb *rootfi_json_value_to_jsonb(const JsonValue *value);
extern void rootfi_jsonb_add(JsonbMembers *members, const char *name,
							 const JsonValue *value);
extern Jsonb *rootfi_jsonb_make(JsonbMembers *members);

#endif							/* ROOTFI_JSONB_H */
