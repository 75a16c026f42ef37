/*
 * transfer.h
 *		Inside of a transfer, for the two files that drive one.
 */
#ifndef ROOTFI_TRANSFER_H
#define ROOTFI_TRANSFER_H

#include <curl/curl.h>

#include "lib/ilist.h"

#include "http/connection.h"
#include "http/headers.h"
#include "http/request.h"
#include "http/response.h"

/* ms; an allowance that comes later is not waited for */
#define LONGEST_BUDGET_WAIT 300000

typedef enum HttpState
{
	HTTP_WAITING,				/* for the time "wake" */
	HTTP_RUNNING,				/* in libcurl's hands */
	HTTP_DONE,
} HttpState;

typedef struct HttpTransfer
{
	MemoryContext context;		/* owns the transfer */
	MemoryContextCallback release;
	dlist_node	node;			/* in "transfers" */
	RootfiConnection *connection;	/* for what is learned of the server */
	uint64		generation;		/* of the connection when it was prepared */
	HttpState	state;
	int64		wake;			/* when the next attempt is due */
	bool		for_allowance;	/* and the server's allowance is why */
	int64		deadline;		/* of all attempts, 0 before the first */
	int64		began;			/* when the latest attempt did */
	int			time_limit;		/* ms, from the first attempt on */
	int			retries_left;
	bool		is_write;
	CURL	   *easy;
	struct curl_slist *headers;
	char		problem[CURL_ERROR_SIZE];
	char	   *buffer;			/* malloc'd; the body as it comes */
	size_t		capacity;		/* of the buffer */
	size_t		limit;			/* of response.len */
	bool		too_large;
	bool		header_too_large;
	bool		no_memory;		/* for the body */
	bool		no_socket;		/* none of the descriptors is left */
	bool		plain;			/* asked without offering to decode */
	bool		stale;			/* the kept-alive connection is not fit */
	CURLcode	result;			/* of the latest attempt */
	HttpHeaders seen;			/* of the latest answer */
	HttpResponse response;
} HttpTransfer;

extern dlist_head rootfi_transfers;

extern HttpTransfer *rootfi_transfer_prepare(RootfiConnection *connection,
											 const HttpRequest *request);
extern bool rootfi_transfer_wrote(const HttpTransfer *transfer);
extern void rootfi_transfer_run(HttpTransfer *transfer);
extern void rootfi_transfer_complete(HttpTransfer *transfer, CURLcode result);

#endif							/* ROOTFI_TRANSFER_H */
