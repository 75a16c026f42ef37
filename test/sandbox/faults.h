/*
 * faults.h -- failures on request
 */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include <jansson.h>

#include "answer.h"

/* How an answer reaches the client. */
typedef struct Delivery
{
	int64_t		delay_ms;		/* before anything is sent */
	int64_t		truncate;		/* close after that many bytes; -1: do not */
	int64_t		drip_ms;		/* one byte each so many; 0: all at once */
	int64_t		huge;			/* send so many spaces instead; 0: do not */
	bool		no_answer;		/* close at once */
	bool		reset;			/* let closing be a TCP reset */
} Delivery;

/* What a fault is matched with. */
typedef struct Target
{
	const char *method;
	const char *path;			/* as sent */
	bool		has_cursor;		/* there is a next= in the query */
} Target;

typedef struct Faults
{
	json_t	   *list;			/* an array of objects, oldest first */
} Faults;

extern void faults_start(Faults *faults);
extern bool faults_add(Faults *faults, const json_t *body, Failure *failure);
extern void faults_forget(Faults *faults);
extern void faults_free(Faults *faults);
extern json_t *faults_take(Faults *faults, const Target *target);

extern bool fault_performs(const json_t *fault);
extern bool fault_repeats_cursor(const json_t *fault);
extern void fault_alter(const json_t *fault, Answer *answer,
						Delivery *delivery);

#endif							/* SANDBOX_FAULTS_H */
