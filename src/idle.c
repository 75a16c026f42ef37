/*
 * idle.c
 *		Connections that are kept alive: is one fit to be used again?
 *
 * Over HTTP/1 an answer belongs to a request by its place alone.  Whatever
 * comes while nothing has been asked would be taken for the answer to the
 * next request, perhaps to a write that the server never saw.  libcurl looks
 * at that only from 8.1 on, and does not tell a callback which socket it is
 * about to use, only its port: so the sockets are noted when they are made.
 *
 * Called from libcurl's callbacks: nothing here may raise an error.
 */
#include "postgres.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "idle.h"

#define MAX_NOTED	64			/* many more than libcurl keeps */

/*
 * The latest sockets.  Some have been closed, and their numbers may be other
 * files' by now: what is looked for is found by its port.
 */
static curl_socket_t noted[MAX_NOTED];
static int	nnoted = 0;
static int	oldest = 0;

/* libcurl's CURLOPT_SOCKOPTFUNCTION: a socket was made. */
int
rootfi_idle_note(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	for (int i = 0; i < nnoted; i++)
		if (noted[i] == fd)
			return CURL_SOCKOPT_OK;
	if (nnoted < MAX_NOTED)
		noted[nnoted++] = fd;
	else
	{
		noted[oldest] = fd;
		oldest = (oldest + 1) % MAX_NOTED;
	}
	return CURL_SOCKOPT_OK;
}

/* The local port of a socket, -1 if it has none. */
static int
port_of(curl_socket_t fd)
{
	struct sockaddr_storage address;
	socklen_t	len = sizeof(address);

	if (getsockname(fd, (struct sockaddr *) &address, &len) != 0)
		return -1;
	switch (address.ss_family)
	{
		case AF_INET:
			return ntohs(((struct sockaddr_in *) &address)->sin_port);
		case AF_INET6:
			return ntohs(((struct sockaddr_in6 *) &address)->sin6_port);
		default:
			return -1;
	}
}

/* Has something come over the connection from that port, if only its end? */
bool
rootfi_idle_has_input(int local_port)
{
	for (int i = 0; i < nnoted; i++)
	{
		struct pollfd waiting = {.fd = noted[i],.events = POLLIN};

		if (port_of(noted[i]) == local_port && poll(&waiting, 1, 0) > 0)
			return true;
	}
	return false;
}
