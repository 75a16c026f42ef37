/*
 * tokens.h
 *		Values of JSON text, one after the other.
 */
#ifndef ROOTFI_TOKENS_H
#define ROOTFI_TOKENS_H

#include "json/value.h"

#define MAX_NESTING 512			/* levels; the API's answers have five */

/*
 * Elements of a text and members of those, of which a page of the API has some
 * thousands.  Some text needs far less room than what is noted of it: without a
 * limit "[1,1,1" would need 24 times its length, and a sync more.
 */
#define MAX_ELEMENTS	1000000
#define MAX_MEMBERS		5000000

/*
 * Members of one object, of which the API's have some dozens: more would have
 * to be sorted, for jsonb, by what cannot be interrupted.
 */
#define MAX_OWN_MEMBERS 200000

/* A place in a text. */
typedef struct Tokens
{
	const char *c;
	const char *end;
	char	   *out;			/* free memory for names and tokens */
	bool		too_deep;		/* something is nested beyond all reason */
} Tokens;

extern const char *rootfi_skip_long_space(const char *c, const char *end);

/* What follows the white space at "c", if any. */
static inline const char *
rootfi_skip_space(const char *c, const char *end)
{
	return c < end && (unsigned char) *c <= ' ' ?
		rootfi_skip_long_space(c, end) : c;
}

/* Goes past white space; returns the byte there, NUL at the end. */
static inline char
rootfi_next_byte(Tokens *tokens)
{
	tokens->c = rootfi_skip_space(tokens->c, tokens->end);
	return tokens->c < tokens->end ? *tokens->c : '\0';
}

/* Goes past a byte that must be next. */
static inline bool
rootfi_take_byte(Tokens *tokens, char byte)
{
	if (rootfi_next_byte(tokens) != byte)
		return false;
	tokens->c++;
	return true;
}

extern char *rootfi_take_string(Tokens *tokens);
extern bool rootfi_take_value(Tokens *tokens, char byte, JsonValue *value);

#endif							/* ROOTFI_TOKENS_H */
