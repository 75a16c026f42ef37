/*
 * http.h
 *		Transport: one request in, one response out.  Knows libcurl and how
 *		to wait; knows nothing of SQL or JSON.
 */
#ifndef ROOTFI_HTTP_H
#define ROOTFI_HTTP_H

#include "http/connection.h"
#include "http/verdict.h"

/* What is asked.  The texts need to live only during the call. */
typedef struct HttpRequest
{
	const char *method;
	const char *target;			/* path and query, encoded, from the slash on */
	const char *body;			/* JSON text, or NULL */
	bool		once;			/* never tried again */
} HttpRequest;

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

typedef struct HttpTransfer HttpTransfer;

extern int	rootfi_max_response_size;	/* setting, kB */

extern HttpTransfer *rootfi_http_prepare(RootfiConnection *connection,
										 const HttpRequest *request);
extern void rootfi_http_send(HttpTransfer *transfer);
extern bool rootfi_http_wrote(const HttpTransfer *transfer);
extern HttpTransfer *rootfi_http_start(RootfiConnection *connection,
									   const HttpRequest *request);
extern void rootfi_http_wait(int64 until);
extern bool rootfi_http_done(const HttpTransfer *transfer);
extern HttpResponse *rootfi_http_finish(HttpTransfer *transfer);
extern void rootfi_http_close(HttpTransfer *transfer);

#endif							/* ROOTFI_HTTP_H */
