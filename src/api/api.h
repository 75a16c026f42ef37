/*
 * api.h
 *		Calls that answer with jsonb, and what lists share with them.
 */
#ifndef ROOTFI_API_H
#define ROOTFI_API_H

#include "http/http.h"
#include "utils/jsonb.h"

/* A call; the texts must live during it. */
typedef struct ApiCall
{
	HttpRequest request;
	const char *action;			/* completes "could not ..." */
	const char *server;			/* NULL: that of the setting */
	const char *id;				/* of the record to be read, or NULL */
} ApiCall;

/* A call under way; belongs to the context in which it was begun. */
typedef struct ApiExchange
{
	ApiCall		call;
	char	   *server_name;
	HttpTransfer *transfer;
	Jsonb	   *answer;			/* NULL: none, or none yet */
	int			replaced;		/* characters that cannot be stored */
} ApiExchange;

extern ApiExchange *rootfi_api_begin(const ApiCall *call);
extern bool rootfi_api_done(const ApiExchange *exchange);
extern Jsonb *rootfi_api_end(ApiExchange *exchange);
extern Jsonb *rootfi_api_call(const ApiCall *call);
extern char *rootfi_api_scalar(Jsonb *record, const char *name);
extern HttpResponse *rootfi_api_finish(HttpTransfer *transfer, int *replaced);

#endif							/* ROOTFI_API_H */
