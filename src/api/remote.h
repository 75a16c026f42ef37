/*
 * remote.h
 *		Lets RootFi read from the platform before we read from RootFi.
 */
#ifndef ROOTFI_REMOTE_H
#define ROOTFI_REMOTE_H

#include "api/api.h"
#include "catalog/resource.h"

/* What was asked for last. */
typedef enum RemoteState
{
	REMOTE_FINDING,				/* the company's connections */
	REMOTE_STARTING,			/* a sync */
	REMOTE_RUNNING,				/* its state */
} RemoteState;

/* A sync of RootFi's own that is waited for. */
typedef struct RemoteSync
{
	const char *server;
	int64		company_id;
	const Resource *resource;
	bool		full;			/* all records, not what has changed */
	MemoryContext context;		/* of the call */
	RemoteState state;
	ApiExchange *call;			/* under way, or NULL between two polls */
	char	   *id;				/* NULL until it was started */
	int64		next_poll;		/* rootfi_loop_now() */
	int64		pause;			/* ms, to the poll after that */
	int64		deadline;
} RemoteSync;

extern RemoteSync *rootfi_remote_begin(const char *server, int64 company_id,
									   const Resource *resource, bool full);
extern int64 rootfi_remote_ready_at(const RemoteSync *sync);
extern bool rootfi_remote_advance(RemoteSync *sync);

#endif							/* ROOTFI_REMOTE_H */
