/*
 * server.h -- the sandbox on a socket
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include <microhttpd.h>

#include "sandbox.h"

struct Request;

typedef struct Server
{
	Sandbox    *sandbox;
	struct MHD_Daemon *daemon;
	int			port;			/* where it listens */
	struct Request *waiting;	/* suspended until their time comes */
	char	   *tls_cert;		/* contents of the files */
	char	   *tls_key;
} Server;

extern void server_start(Server *server, Sandbox *sandbox);
extern int	server_fd(const Server *server);
extern int	server_timeout(const Server *server);
extern void server_work(Server *server);
extern void server_stop(Server *server);

#endif							/* SANDBOX_SERVER_H */
