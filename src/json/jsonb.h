/*
 * jsonb.h
 *		JSON text to jsonb.
 */
#ifndef ROOTFI_JSONB_H
#define ROOTFI_JSONB_H

#include "utils/jsonb.h"

#include "json/value.h"

extern Jsonb *rootfi_json_to_jsonb(const char *text, int len, char **problem);
extern Jsonb *rootfi_json_value_to_jsonb(const JsonValue *value);
extern Jsonb *rootfi_jsonb_make(JsonbValue *value);
extern void rootfi_jsonb_add(JsonbParseState **state, const char *name,
							 const JsonValue *value);

#endif							/* ROOTFI_JSONB_H */
