/*
 * options.h -- the command line
 */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Options
{
	int64_t		port;			/* 0: any free one */
	const char *address;
	const char *key;
	int64_t		seed;
	int64_t		companies;
	int64_t		orders;			/* per company */
	int64_t		page_limit;
	int64_t		latency;		/* milliseconds */
	int64_t		rate_limit;		/* requests per window, 0: no limit */
	int64_t		rate_window;	/* seconds */
	int64_t		journal;		/* requests kept */
	const char *tls_cert;		/* file names, NULL: no TLS */
	const char *tls_key;
	const char *log;			/* file name, "-" or NULL */
	bool		stop_on_stdin_eof;
} Options;

extern void options_read(Options *options, int argc, char **argv);

#endif							/* SANDBOX_OPTIONS_H */
