/*
 * response.h
 *		What comes of a request.
 */
#ifndef ROOTFI_RESPONSE_H
#define ROOTFI_RESPONSE_H

#include "http/verdict.h"

typedef struct HttpResponse
{
	HttpFacts	facts;			/* what the verdict goes by */
	HttpEnd		end;			/* the same as there */
	bool		sent;			/* the request may have reached the server */
	bool		wrote;			/* and was not a mere read */
	char		problem[256];	/* libcurl's words, never for an error */
	char		host[256];		/* whom we talked to */
	int			status;			/* HTTP status code */
	char	   *body;			/* NUL-terminated; ends with the transfer */
	size_t		len;
	char		request_id[128];	/* X-Request-Id, or empty */
	char		redirect[256];	/* Location of a 3xx, or empty */
	HttpPhase	phase;			/* the same as in "facts" */
	int64		server_time;	/* Date, seconds since 1970, or -1 */
	char		budget_limit[32];	/* X-RateLimit-Limit, or empty */
	char		budget_remaining[32];	/* X-RateLimit-Remaining, or empty */
	int			attempts;		/* how many times it was sent or tried */
} HttpResponse;

extern int	rootfi_max_response_size;	/* setting, kB */
extern int	rootfi_max_concurrency; /* setting: of streams, of lookups */

#endif							/* ROOTFI_RESPONSE_H */
