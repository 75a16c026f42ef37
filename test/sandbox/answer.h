/*
 * answer.h -- what a request is answered with
 */
#ifndef SANDBOX_ANSWER_H
#define SANDBOX_ANSWER_H

#include <stdbool.h>

#include "buffer.h"

#define ANSWER_HEADERS	24		/* more than any answer has */

typedef struct Header
{
	char	   *name;
	char	   *value;
} Header;

typedef struct Answer
{
	unsigned	status;			/* 0: none yet */
	Buffer		body;
	Header		headers[ANSWER_HEADERS];
	int			header_count;
} Answer;

/* What an answer has around its record; bits that go together. */
typedef enum AnswerShape
{
	ANSWER_BARE = 0,			/* the record alone */
	ANSWER_DATA = 1,			/* {data: ...} */
	ANSWER_LIST = 2,			/* an array of one (C17) */
	ANSWER_SYNC = 4				/* {data: ..., sync_id} */
} AnswerShape;

/* Why something was refused. */
typedef struct Failure
{
	const char *code;			/* of the documents (1.6); NULL: no failure */
	char		message[200];
} Failure;

extern void answer_header(Answer *answer, const char *name,
						  const char *value);
extern const char *answer_header_value(const Answer *answer,
									   const char *name);
extern void answer_error(Answer *answer, unsigned status, const char *code,
						 const char *message);
extern void answer_failure(Answer *answer, const Failure *failure);
extern void answer_open(Answer *answer, unsigned shape);
extern void answer_close(Answer *answer, unsigned shape,
						 const char *sync_id);
extern void answer_reset(Answer *answer);
extern bool failure_set(Failure *failure, const char *code,
						const char *format,...)
			__attribute__((format(printf, 3, 4)));
extern void failure_json(Buffer *out, const Failure *failure);

#endif							/* SANDBOX_ANSWER_H */
