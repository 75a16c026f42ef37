/*
 * remote.h
 *		Lets RootFi read from the platform before we read from RootFi.
 */
#ifndef ROOTFI_REMOTE_H
#define ROOTFI_REMOTE_H

#include "api/api.h"
#include "copy/stream.h"

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
	MemoryContext context;		/* of the call */
	RemoteState state;
	ApiExchange *call;			/* under way, or NULL between two polls */
	char	   *id;				/* NULL until it was started */
	int64		next_poll;		/* rootfi_loop_now() */
	int64		pause;			/* ms, to the poll after that */
	int64		deadline;
} RemoteSync;

extern void rootfi_remote_check(const Stream *stream, const char *schema);
extern RemoteSync *rootfi_remote_begin(const Stream *stream);
extern int64 rootfi_remote_ready_at(const RemoteSync *sync);
extern bool rootfi_remote_advance(RemoteSync *sync, const Stream *stream);

#endif							/* ROOTFI_REMOTE_H */
