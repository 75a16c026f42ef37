/*
 * journal.h -- what the sandbox was asked
 */
#ifndef SANDBOX_JOURNAL_H
#define SANDBOX_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "buffer.h"

/* A request of which the status may still be missing. */
typedef struct Entry
{
	char	   *text;			/* JSON, open for the status */
	unsigned	status;
	bool		done;
} Entry;

typedef struct Journal
{
	FILE	   *log;			/* NULL: none */
	int64_t		size;			/* how many entries there can be */
	int64_t		first;			/* the oldest kept, if below next */
	int64_t		next;			/* the next request's number, from 1 */
	Entry	   *entries;
} Journal;

extern void journal_start(Journal *journal, int64_t size, FILE *log);
extern void journal_forget(Journal *journal);
extern void journal_restart(Journal *journal);
extern int64_t journal_add(Journal *journal, Buffer *text);
extern void journal_status(Journal *journal, int64_t seq, unsigned status);
extern void journal_write(const Journal *journal, Buffer *out, int64_t since);
extern void journal_free(Journal *journal);

#endif							/* SANDBOX_JOURNAL_H */
