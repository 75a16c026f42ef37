/*
 * answer.h
 *		Answers of the API taken apart, whatever their shape.
 */
#ifndef ROOTFI_ANSWER_H
#define ROOTFI_ANSWER_H

#include "json/value.h"

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

extern char *rootfi_answer_open(JsonAnswer *answer, const char *text, int len);

#endif							/* ROOTFI_ANSWER_H */
