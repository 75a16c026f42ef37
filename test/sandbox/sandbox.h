/*
 * sandbox.h -- all that the running program knows
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "faults.h"
#include "journal.h"
#include "options.h"
#include "store.h"

typedef struct Sandbox
{
	Options		options;
	char		base_url[128];	/* http://127.0.0.1:PORT */
	World	   *world;
	Journal		journal;
	Faults		faults;
	int64_t		window_start;	/* of the rate limit; 0: none yet */
	int64_t		window_used;
	int64_t		connections;	/* that carried API requests */
	int64_t		started;		/* when the clock of the journal was 0 */
	int64_t		generation;		/* how often everything was reset */
} Sandbox;

/* A complete request, without its transport. */
typedef struct Call
{
	const char *method;
	const char *target;			/* path and query as sent */
	const char *api_key;		/* NULL: none */
	const char *body;
	size_t		body_len;
} Call;

extern void sandbox_start(Sandbox *sandbox);
extern void sandbox_reset(Sandbox *sandbox);
extern void sandbox_free(Sandbox *sandbox);

#endif							/* SANDBOX_SANDBOX_H */
