/*
 * server.c -- the sandbox on a socket
 *
 * Everything happens in one thread.  libmicrohttpd owns the connections; what
 * has to wait (a delay, the next byte of a drip) is suspended and resumed
 * here, so that others go on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "connection.h"
#include "instant.h"
#include "request.h"
#include "server.h"

#define CONNECTION_MEMORY	(256 * 1024)	/* also the longest header */

/*
 * Complain and end the program.
 */
static void
server_refuse(const char *what, const char *why)
{
	fprintf(stderr, "rootfi-sandbox: could not %s: %s\n", what, why);
	exit(1);
}

/*
 * The contents of a file; NULL when there is no name.
 */
static char *
server_read_file(const char *name)
{
	Buffer		text = {0};
	char		part[4096];
	size_t		len;
	FILE	   *file;

	if (name == NULL)
		return NULL;
	file = fopen(name, "r");
	if (file == NULL)
		server_refuse(name, strerror(errno));
	while ((len = fread(part, 1, sizeof(part), file)) > 0)
		buffer_append(&text, part, len);
	fclose(file);
	return buffer_detach(&text);
}

/*
 * Make a socket address of what the command line gave, which was checked.
 */
static socklen_t
server_address(const Options *options, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *) address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, options->address, &v4->sin_addr) == 1)
	{
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t) options->port);
		return sizeof(*v4);
	}
	inet_pton(AF_INET6, options->address, &v6->sin6_addr);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t) options->port);
	return sizeof(*v6);
}

/*
 * Listen where the command line says; ends the program when that is not
 * possible.
 */
static int
server_listen(const Options *options)
{
	struct sockaddr_storage address;
	socklen_t	len = server_address(options, &address);
	int			on = 1;
	int			fd = socket(address.ss_family,
							SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		bind(fd, (struct sockaddr *) &address, len) != 0 ||
		listen(fd, SOMAXCONN) != 0)
		server_refuse("listen", strerror(errno));
	return fd;
}

/*
 * The port that a socket is bound to.
 */
static int
server_bound_port(int fd)
{
	struct sockaddr_storage address;
	socklen_t	len = sizeof(address);

	if (getsockname(fd, (struct sockaddr *) &address, &len) != 0)
		server_refuse("listen", strerror(errno));
	if (address.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *) &address)->sin_port);
	return ntohs(((struct sockaddr_in6 *) &address)->sin6_port);
}

/*
 * Remember where the server is to be found.
 */
static void
server_note_url(const Server *server)
{
	Sandbox    *sandbox = server->sandbox;
	const char *address = sandbox->options.address;
	bool		v6 = strchr(address, ':') != NULL;

	snprintf(sandbox->base_url, sizeof(sandbox->base_url), "%s://%s%s%s:%d",
			 server->tls_cert ? "https" : "http", v6 ? "[" : "", address,
			 v6 ? "]" : "", server->port);
}

/*
 * Start to serve; ends the program when that is not possible.
 */
void
server_start(Server *server, Sandbox *sandbox)
{
	const Options *options = &sandbox->options;
	unsigned	flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	int			fd = server_listen(options);
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, NULL},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, NULL},
		{MHD_OPTION_END, 0, NULL}
	};

	server->sandbox = sandbox;
	server->port = server_bound_port(fd);
	server->tls_cert = server_read_file(options->tls_cert);
	server->tls_key = server_read_file(options->tls_key);
	server_note_url(server);
	tls[0].ptr_value = server->tls_cert;
	tls[1].ptr_value = server->tls_key;
	if (server->tls_cert != NULL)
		flags |= MHD_USE_TLS;
	server->daemon =
		MHD_start_daemon(flags, 0, NULL, NULL, request_handle, server,
						 MHD_OPTION_LISTEN_SOCKET, fd,
						 MHD_OPTION_CONNECTION_MEMORY_LIMIT,
						 (size_t) CONNECTION_MEMORY,
						 MHD_OPTION_URI_LOG_CALLBACK, request_begin, server,
						 MHD_OPTION_NOTIFY_COMPLETED, request_end, server,
						 MHD_OPTION_NOTIFY_CONNECTION, connection_notify,
						 NULL,
						 MHD_OPTION_ARRAY,
						 server->tls_cert ? tls : &tls[2],
						 MHD_OPTION_END);
	if (server->daemon == NULL)
		server_refuse("start", options->tls_cert ?
					  "there is no certificate in --tls-cert, or --tls-key "
					  "is not its key" : "out of resources");
}

/*
 * A descriptor that becomes readable when there is work.
 */
int
server_fd(const Server *server)
{
	return MHD_get_daemon_info(server->daemon,
							   MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

/*
 * After how many milliseconds there is work also without a word from
 * outside; -1 is never.
 */
int
server_timeout(const Server *server)
{
	MHD_UNSIGNED_LONG_LONG timeout;
	int64_t		wait = request_wait(server);

	if (MHD_get_timeout(server->daemon, &timeout) == MHD_YES &&
		(wait < 0 || timeout < (unsigned long long) wait))
		wait = (int64_t) timeout;
	return wait > 60000 ? 60000 : (int) wait;
}

/*
 * Do what there is to do, without waiting.
 */
void
server_work(Server *server)
{
	request_wake(server, instant_elapsed());
	MHD_run(server->daemon);
}

/*
 * Close all connections and free everything.
 */
void
server_stop(Server *server)
{
	request_wake(server, INT64_MAX);
	MHD_stop_daemon(server->daemon);
	free(server->tls_cert);
	free(server->tls_key);
}
