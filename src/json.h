/*
 * json.h
 *		JSON as text: values with their places, answers taken apart.
 */
#ifndef ROOTFI_JSON_H
#define ROOTFI_JSON_H

#include "common/jsonapi.h"
#include "utils/jsonb.h"

/* A value inside a larger text, which must outlive it. */
typedef struct JsonValue
{
	JsonTokenType type;			/* of its first token */
	const char *text;			/* as written */
	int			len;
	char	   *token;			/* scalars: decoded, NUL-terminated */
} JsonValue;

/*
 * Called for each value; "name" is that of a member, NULL for elements.  The
 * name lives during the call, the value's token in the context of the walk.
 */
typedef void (*JsonVisitor) (void *arg, const char *name,
							 const JsonValue *value);

/* An answer taken apart; all texts point into it. */
typedef struct JsonAnswer
{
	JsonValue  *records;		/* elements of "data", "data" or all of it */
	int			nrecords;
	bool		is_list;		/* the records stood in an array */
	char	   *next;			/* cursor of the next page, or NULL */
	char	   *total_count;	/* of all pages, or NULL */
} JsonAnswer;

extern char *rootfi_json_walk(const char *text, int len, const char *inside,
							  JsonVisitor visit, void *arg);
extern char *rootfi_json_check(const char *text, int len);
extern void rootfi_json_require(const JsonValue *value);
extern Jsonb *rootfi_json_value_to_jsonb(const JsonValue *value);
extern char *rootfi_json_open(JsonAnswer *answer, const char *text, int len);
extern Jsonb *rootfi_json_to_jsonb(const char *text, int len, char **problem);
extern int	rootfi_json_clean(char **text, size_t *len);
extern void rootfi_json_warn(int replaced);

#endif							/* ROOTFI_JSON_H */
