/*
 * sandbox.c -- all that the running program knows
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "instant.h"
#include "sandbox.h"

/*
 * Make the world as it is before the first request.
 */
static void
sandbox_begin(Sandbox *sandbox)
{
	const Options *options = &sandbox->options;

	sandbox->world = world_create(options->seed, options->companies,
								  options->orders);
	sandbox->started = instant_elapsed();
	sandbox->window_start = 0;
	sandbox->window_used = 0;
	sandbox->connections = 0;
}

/*
 * Open the log that the command line names.
 */
static FILE *
sandbox_log(const char *name)
{
	FILE	   *log;

	if (name == NULL)
		return NULL;
	if (strcmp(name, "-") == 0)
		return stderr;
	log = fopen(name, "a");
	if (log == NULL)
	{
		fprintf(stderr, "rootfi-sandbox: could not open \"%s\": %s\n",
				name, strerror(errno));
		exit(1);
	}
	return log;
}

/*
 * Start from the options, which are set already.
 */
void
sandbox_start(Sandbox *sandbox)
{
	journal_start(&sandbox->journal, sandbox->options.journal,
				  sandbox_log(sandbox->options.log));
	faults_start(&sandbox->faults);
	sandbox_begin(sandbox);
}

/*
 * Bring everything back to where it was at the start.
 */
void
sandbox_reset(Sandbox *sandbox)
{
	world_free(sandbox->world);
	journal_restart(&sandbox->journal);
	faults_forget(&sandbox->faults);
	sandbox_begin(sandbox);
	sandbox->generation++;
}

void
sandbox_free(Sandbox *sandbox)
{
	world_free(sandbox->world);
	journal_free(&sandbox->journal);
	faults_free(&sandbox->faults);
}
