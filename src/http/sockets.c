/*
 * sockets.c
 *		Sockets: made, counted, and fit to be used again?
 *
 * Each is counted among the descriptors that the server lets a backend have,
 * from the moment it is made to the moment it is closed, which may be long
 * after the transfer: connections are kept alive.
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
#include <unistd.h>

#include "storage/fd.h"

#include "http/sockets.h"

static curl_socket_t *noted = NULL; /* those that are open, malloc'd */
static int	nnoted = 0;
static int	capacity = 0;

/* Notes a socket; false when memory is out. */
static bool
note(curl_socket_t fd)
{
	if (nnoted == capacity)
	{
		int			more = capacity == 0 ? 16 : capacity * 2;
		curl_socket_t *larger = realloc(noted, more * sizeof(*noted));

		if (larger == NULL)
			return false;
		noted = larger;
		capacity = more;
	}
	noted[nnoted++] = fd;
	return true;
}

/*
 * libcurl's CURLOPT_OPENSOCKETFUNCTION: makes a socket, which an exec does not
 * inherit.  Sets the bool "arg" when there is none to be had.
 */
curl_socket_t
rootfi_socket_open(void *arg, curlsocktype purpose,
				   struct curl_sockaddr *address)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (AcquireExternalFD())
	{
		fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
					address->protocol);
		if (fd >= 0 && note(fd))
			return fd;
		if (fd >= 0)
			close(fd);
		else if (errno == EAFNOSUPPORT)
			arg = NULL;			/* this address is of no use, others are */
		ReleaseExternalFD();
	}
	if (arg != NULL)
		*(bool *) arg = true;
	return CURL_SOCKET_BAD;
}

/* libcurl's CURLOPT_CLOSESOCKETFUNCTION: the end of one. */
int
rootfi_socket_close(void *arg, curl_socket_t fd)
{
	int			i = 0;

	while (i < nnoted && noted[i] != fd)
		i++;
	if (i < nnoted)
	{
		noted[i] = noted[--nnoted];
		ReleaseExternalFD();
	}
	return close(fd);
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
rootfi_socket_has_input(int local_port)
{
	for (int i = 0; i < nnoted; i++)
	{
		struct pollfd waiting = {.fd = noted[i],.events = POLLIN};

		if (port_of(noted[i]) == local_port && poll(&waiting, 1, 0) > 0)
			return true;
	}
	return false;
}
