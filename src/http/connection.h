/*
 * connection.h
 *		Which server the session talks to, and with which key.
 */
#ifndef ROOTFI_CONNECTION_H
#define ROOTFI_CONNECTION_H

#include "fmgr.h"
#include "http/options.h"

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
	bool		loaded;			/* what follows has been looked up */
	bool		changed;		/* and server or mapping changed since */
	Oid			mappingid;
	uint32		server_hash;	/* what an invalidation names them by */
	uint32		mapping_hash;
	MemoryContext context;		/* owns what follows */
	char	   *server_name;
	char	   *mapped_role;	/* whose mapping it is, quoted, or PUBLIC */
	char	   *host;			/* host and port, for messages */
	RootfiOptions options;
	char	   *last_key;		/* outlives a look-up */
	uint64		generation;		/* counts what is another server or key */
	int64		budget_reset;	/* no request before this time, in the
								 * transport's milliseconds; 0 for none */
	int64		told_reset;		/* the one that the user was told of */
	int64		refused_at;		/* when the key was last refused (401), 0 for
								 * never since it is this one */
	bool		unreachable;	/* no connection was made the last time */
	bool		multiplexes;	/* the latest answer came over HTTP/2 */
} RootfiConnection;

extern char *rootfi_server;		/* setting rootfi.server */

extern void rootfi_connection_init(void);
extern RootfiConnection *rootfi_connection_of(Oid serverid, Oid userid);
extern RootfiConnection *rootfi_connection_get(const char *server);
extern const char *rootfi_connection_argument(FunctionCallInfo fcinfo, int arg);
extern bool rootfi_connection_may_use(const char *server);
extern bool rootfi_connection_refused(const RootfiConnection *connection,
									  int64 since);

#endif							/* ROOTFI_CONNECTION_H */
