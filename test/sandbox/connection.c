/*
 * connection.c -- TCP connections
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "connection.h"

/* A connection's number is given at its first API request. */
typedef struct Connection
{
	int64_t		number;
	int64_t		generation;		/* of the sandbox when it was given */
} Connection;

/*
 * libmicrohttpd tells that a connection begins or ends.
 */
void
connection_notify(void *cls, struct MHD_Connection *connection,
				  void **socket_context,
				  enum MHD_ConnectionNotificationCode code)
{
	(void) cls;
	(void) connection;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*socket_context = alloc_zeroed(sizeof(Connection));
	else
		free(*socket_context);
}

/*
 * The number of a connection that carries a request to the API.
 */
int64_t
connection_number(Sandbox *sandbox, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection,
								MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	Connection *known = info->socket_context;

	if (known->number == 0 || known->generation != sandbox->generation)
	{
		known->number = ++sandbox->connections;
		known->generation = sandbox->generation;
	}
	return known->number;
}

/*
 * The socket of a connection.
 */
static int
connection_socket(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection,
								MHD_CONNECTION_INFO_CONNECTION_FD);

	return info->connect_fd;
}

/*
 * Acknowledge the headers at once.  A client that sends the body in a write
 * of its own waits for that, and it would come 40 ms later.
 */
void
connection_acknowledge(struct MHD_Connection *connection)
{
	int			on = 1;

	setsockopt(connection_socket(connection), IPPROTO_TCP, TCP_QUICKACK, &on,
			   sizeof(on));
}

/*
 * Reset the connection at once: that is what dissolving the association of a
 * TCP socket does.  Closing it is left to libmicrohttpd.
 */
void
connection_reset(struct MHD_Connection *connection)
{
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	int			fd = connection_socket(connection);

	if (connect(fd, &nobody, sizeof(nobody)) != 0)
		shutdown(fd, SHUT_RDWR);
}
