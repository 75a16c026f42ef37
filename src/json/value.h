/*
 * value.h
 *		JSON as text: values with their places in it.
 */
#ifndef ROOTFI_VALUE_H
#define ROOTFI_VALUE_H

#include "common/jsonapi.h"

/* A value inside a larger text, which must outlive it. */
typedef struct JsonValue
{
	const char *text;			/* as written */
	char	   *token;			/* scalars: decoded, NUL-terminated */
	int			len;			/* of the text */
	JsonTokenType type;			/* of its first token */
	bool		is_mixed;		/* an array, not of objects and nulls alone */
} JsonValue;

/* A member of an object. */
typedef struct JsonMember
{
	const char *name;
	int			name_len;		/* 0 if it was written with escapes */
	JsonValue	value;
} JsonMember;

/*
 * An object taken apart, one level deep: what is nested in its members is
 * only checked.
 */
typedef struct JsonObject
{
	JsonValue	value;			/* as a whole; of another type: no object */
	JsonMember *members;
	int			nmembers;
} JsonObject;

/* Is it one object, a list of them, or nothing? */
static inline bool
rootfi_json_is_list(const JsonValue *value)
{
	return value == NULL || value->type == JSON_TOKEN_NULL ||
		value->type == JSON_TOKEN_OBJECT_START ||
		(value->type == JSON_TOKEN_ARRAY_START && !value->is_mixed);
}

#endif							/* ROOTFI_VALUE_H */
