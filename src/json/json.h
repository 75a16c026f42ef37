/*
 * json.h
 *		JSON as text: values with their places, answers taken apart.
 */
#ifndef ROOTFI_JSON_H
#define ROOTFI_JSON_H

#include "common/jsonapi.h"
#include "utils/jsonb.h"

/*
 * Bytes of a text that is given to the server's own parser, which cannot be
 * interrupted, to hear what is wrong with it.
 */
#define LONGEST_EXPLAINED 1000000

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

/* An answer taken apart; all texts point into it. */
typedef struct JsonAnswer
{
	JsonObject *records;		/* elements of "data", "data" or all of it */
	int			nrecords;
	bool		is_list;		/* the records stood in an array */
	char	   *next;			/* cursor of the next page, or NULL */
	bool		bad_next;		/* "next" is neither text nor null */
	char	   *total_count;	/* of all pages, or NULL */
} JsonAnswer;

/* Is it one object, a list of them, or nothing? */
static inline bool
rootfi_json_is_list(const JsonValue *value)
{
	return value == NULL || value->type == JSON_TOKEN_NULL ||
		value->type == JSON_TOKEN_OBJECT_START ||
		(value->type == JSON_TOKEN_ARRAY_START && !value->is_mixed);
}

extern char *rootfi_json_object(JsonObject *object, const char *text,
								int len);
extern char *rootfi_json_array(JsonObject **elements, int *nelements,
							   const char *text, int len);
extern const JsonValue *rootfi_json_member(const JsonObject *object,
										   const char *name);
extern char *rootfi_json_check(const char *text, int len);
extern Jsonb *rootfi_json_value_to_jsonb(const JsonValue *value);
extern char *rootfi_json_open(JsonAnswer *answer, const char *text, int len);
extern Jsonb *rootfi_jsonb_make(JsonbValue *value);
extern void rootfi_jsonb_add(JsonbParseState **state, const char *name,
							 const JsonValue *value);
extern Jsonb *rootfi_json_to_jsonb(const char *text, int len, char **problem);
extern int	rootfi_json_clean(char **text, size_t *len);
extern void rootfi_json_warn(int replaced);
extern char *rootfi_json_show(const char *text);

#endif							/* ROOTFI_JSON_H */
