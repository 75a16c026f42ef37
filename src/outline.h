/*
 * outline.h
 *		JSON text without what is nested in it.
 */
#ifndef ROOTFI_OUTLINE_H
#define ROOTFI_OUTLINE_H

/* An object or array that was left out. */
typedef struct JsonSpan
{
	int			at;				/* of the empty one in its place */
	const char *text;			/* as written */
	int			len;
} JsonSpan;

typedef struct JsonOutline
{
	char	   *text;
	int			len;
	JsonSpan   *spans;			/* in the order of the text */
	int			nspans;
	int			capacity;		/* of spans */
} JsonOutline;

extern bool rootfi_json_outline(JsonOutline *outline, const char *text,
								int len, const char *inside,
								bool *too_deep);

#endif							/* ROOTFI_OUTLINE_H */
