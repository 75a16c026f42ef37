/*
 * connection.h
 *		Which server the session talks to, and with which key.
 */
#ifndef ROOTFI_CONNECTION_H
#define ROOTFI_CONNECTION_H

#include "options.h"

/*
 * What one user may ask of one server, and how.  Lives as long as the
 * backend; the texts in "options" only until the next look-up of the same
 * connection.
 */
typedef struct RootfiConnection
{
	struct
	{
		Oid			serverid;
		Oid			userid;
	}			key;			/* hash key, must be first */
	bool		valid;			/* false after an invalidation */
	MemoryContext context;		/* owns what follows */
	char	   *server_name;
	char	   *mapped_role;	/* whose mapping it is, quoted, or PUBLIC */
	char	   *host;			/* host and port, for messages */
	RootfiOptions options;
	int64		budget_reset;	/* no request before this time, in the
								 * transport's milliseconds; 0 for none */
	bool		multiplexes;	/* the latest answer came over HTTP/2 */
} RootfiConnection;

extern char *rootfi_server;		/* setting rootfi.server */

extern void rootfi_connection_init(void);
extern RootfiConnection *rootfi_connection_get(const char *server);
extern bool rootfi_connection_may_use(void);

#endif							/* ROOTFI_CONNECTION_H */
