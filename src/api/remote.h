/*
 * remote.h
 *		Lets RootFi read from the platform before we read from RootFi.
 */
#ifndef ROOTFI_REMOTE_H
#define ROOTFI_REMOTE_H

#include "copy/stream.h"

/* A sync of RootFi's own that is waited for. */
typedef struct RemoteSync
{
	char	   *id;
	int64		next_poll;		/* rootfi_loop_now() */
	int64		pause;			/* ms, to the poll after that */
	int64		deadline;
} RemoteSync;

extern void rootfi_remote_check(const Stream *stream, const char *schema);
extern RemoteSync *rootfi_remote_begin(const Stream *stream);
extern bool rootfi_remote_poll(RemoteSync *sync, const Stream *stream);

#endif							/* ROOTFI_REMOTE_H */
