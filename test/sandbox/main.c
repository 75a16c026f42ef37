/*
 * main.c -- a RootFi API server for tests and development
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "server.h"

/*
 * Turn the signals that end the program into something to poll.
 */
static int
main_signals(void)
{
	sigset_t	signals;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

/*
 * Tell the parent the port.  It may read until the end of the stream: nothing
 * else comes, so the descriptor goes somewhere harmless.
 */
static void
main_announce(int port)
{
	printf("%d\n", port);
	if (freopen("/dev/null", "w", stdout) == NULL)
		exit(1);
}

/*
 * Is the stream at its end?  What it brings is of no interest.
 */
static bool
main_at_eof(int fd)
{
	char		ignored[256];
	ssize_t		n = read(fd, ignored, sizeof(ignored));

	return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

/*
 * Serve until a signal comes, or the end of standard input if that counts.
 */
static void
main_serve(Server *server)
{
	struct pollfd fds[] = {
		{.fd = server_fd(server), .events = POLLIN},
		{.fd = main_signals(), .events = POLLIN},
		{.fd = server->sandbox->options.stop_on_stdin_eof ? 0 : -1,
		.events = POLLIN}
	};

	for (;;)
	{
		poll(fds, 3, server_timeout(server));
		if (fds[1].revents != 0 ||
			(fds[2].revents != 0 && main_at_eof(0)))
			break;
		server_work(server);
	}
	close(fds[1].fd);
}

int
main(int argc, char **argv)
{
	Sandbox		sandbox = {0};
	Server		server = {0};

	options_read(&sandbox.options, argc, argv);
	sandbox_start(&sandbox);
	server_start(&server, &sandbox);
	main_announce(server.port);
	main_serve(&server);
	server_stop(&server);
	sandbox_free(&sandbox);
	return 0;
}
