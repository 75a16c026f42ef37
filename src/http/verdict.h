/*
 * verdict.h
 *		What the end of a request means.
 */
#ifndef ROOTFI_VERDICT_H
#define ROOTFI_VERDICT_H

#include <curl/curl.h>

#define HINT_UNKNOWN_OUTCOME \
	"The server may have done it. Look for the record before you try again."

/* How a request ended. */
typedef enum HttpEnd
{
	HTTP_ANSWERED,				/* there is a status and a whole body */
	HTTP_NOT_CONNECTED,			/* no connection was made: not sent */
	HTTP_LOST,					/* the connection broke after sending */
	HTTP_TIMED_OUT,				/* the time limit passed */
	HTTP_TOO_LARGE,				/* the answer is over the limit */
	HTTP_HEADER_TOO_LARGE,		/* and so is its header */
	HTTP_GARBLED,				/* the answer is not HTTP */
	HTTP_ENCODED,				/* the body's encoding cannot be undone */
	HTTP_NO_MEMORY,				/* there is no memory for the answer */
} HttpEnd;

/* How far a connection got. */
typedef enum HttpPhase
{
	HTTP_RESOLVING,
	HTTP_OPENING,				/* there was no descriptor for a socket */
	HTTP_CONNECTING,
	HTTP_PROXYING,				/* the proxy answered, and did not connect */
	HTTP_SECURING,
	HTTP_CONNECTED,
} HttpPhase;

/* What is known when a request has ended. */
typedef struct HttpFacts
{
	HttpEnd		end;
	HttpPhase	phase;			/* when not connected: what failed */
	bool		distrusted;		/* the server's certificate */
	int			proxy_status;	/* that the proxy answered with, 0 for none */
	bool		is_write;
	int			status;			/* when answered */
	const char *code;			/* that the error answer gives, or NULL */
} HttpFacts;

/* What that means.  The texts live for ever. */
typedef struct Verdict
{
	int			sqlstate;		/* 0: success */
	bool		unknown;		/* a write may have been done */
	bool		again;			/* it may be sent again, and that can help */
	const char *fault;			/* ends the message after a colon, or NULL; %s
								 * is the host */
	const char *fact;			/* a sentence, or NULL */
	const char *hint;			/* or NULL; %s is the foreign server */
} Verdict;

extern HttpEnd rootfi_verdict_end(CURLcode result, bool sent);
extern HttpPhase rootfi_verdict_phase(CURLcode result, bool resolved);
extern bool rootfi_verdict_distrusted(CURLcode result);
extern Verdict rootfi_verdict(const HttpFacts *facts);

#endif							/* ROOTFI_VERDICT_H */
