/*
 * loop.c
 *		Drives libcurl from a set of wait events.
 *
 * libcurl says by two callbacks which sockets it wants watched and when it
 * wants to be called without any; we wait for those, the latch and the death
 * of the postmaster, so that a cancel, a termination or a time-out ends any
 * wait.  There is one multi handle in a backend, made on first use; it keeps
 * connections alive from statement to statement.
 *
 * Two rules hold for every call into libcurl:
 *
 * - All signals are blocked meanwhile, SIGQUIT too, but for those of a fault
 *   in the program itself.  libcurl resolves names in a thread that inherits
 *   the mask of its maker, and the server's signal handlers must never run in
 *   a foreign thread.
 * - Nothing in a callback can raise an error: callbacks only take notes.
 */
#include "postgres.h"

#include <signal.h>
#include <time.h>

#include "miscadmin.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "http/loop.h"

#define MAX_EVENTS	16			/* taken from one wait */

/* Idle connections for each transfer: new versions of libcurl keep more. */
#define CONNECTIONS_KEPT	4

typedef struct WatchedSocket
{
	curl_socket_t fd;
	int			what;			/* CURL_POLL_IN, _OUT or _INOUT */
} WatchedSocket;

static CURLM *multi = NULL;

/* What libcurl wants watched, as noted by its callbacks. */
static WatchedSocket *wanted = NULL;	/* malloc'd */
static int	nwanted = 0;
static int	capacity = 0;		/* of "wanted" */
static int64 timer_at = -1;		/* when to call it anyway, -1 for never */

static WaitEventSet *wait_set = NULL;
static bool wait_set_fits = false;	/* it stands for what is wanted */

/* Milliseconds of a clock that nobody sets. */
int64
rootfi_loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Makes room for one more socket; false when memory is out. */
static bool
reserve_socket(void)
{
	int			more = capacity == 0 ? 16 : capacity * 2;
	WatchedSocket *larger;

	if (nwanted < capacity)
		return true;
	larger = realloc(wanted, more * sizeof(*wanted));
	if (larger == NULL)
		return false;
	wanted = larger;
	capacity = more;
	return true;
}

/* libcurl wants a socket watched, watched otherwise, or no longer. */
static int
note_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socketp)
{
	int			i = 0;

	wait_set_fits = false;
	while (i < nwanted && wanted[i].fd != fd)
		i++;
	if (what == CURL_POLL_REMOVE)
	{
		if (i < nwanted)
			wanted[i] = wanted[--nwanted];
		return 0;
	}
	if (i == nwanted && !reserve_socket())
		return -1;				/* libcurl gives up */
	wanted[i].fd = fd;
	wanted[i].what = what;
	if (i == nwanted)
		nwanted++;
	return 0;
}

/* libcurl wants to be called in so many milliseconds, -1 for never. */
static int
note_timer(CURLM *m, long timeout_ms, void *arg)
{
	timer_at = timeout_ms < 0 ? -1 : rootfi_loop_now() + timeout_ms;
	return 0;
}

/* A state of libcurl's that cannot happen unless memory is out. */
static void
check_multi(CURLMcode rc)
{
	if (rc == CURLM_OUT_OF_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
						errmsg("out of memory")));
	if (rc != CURLM_OK)
		elog(ERROR, "could not drive libcurl: %s", curl_multi_strerror(rc));
}

/* The multi handle, made when first asked for. */
CURLM *
rootfi_loop_multi(void)
{
	if (multi != NULL)
		return multi;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
		(multi = curl_multi_init()) == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
						errmsg("could not initialize libcurl")));
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, note_socket);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, note_timer);
	return multi;
}

/* Blocks signals before a call into libcurl; returns those blocked before. */
static sigset_t
block_signals(void)
{
	static const int faults[] = {
		SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP
	};
	sigset_t	all;
	sigset_t	saved;

	sigfillset(&all);
	for (int i = 0; i < lengthof(faults); i++)
		sigdelset(&all, faults[i]);
	sigprocmask(SIG_SETMASK, &all, &saved);
	return saved;
}

/*
 * Lets libcurl act on one socket, or on its timer.  Returns how many transfers
 * are not over.
 */
static int
act(curl_socket_t fd, int what)
{
	sigset_t	saved = block_signals();
	int			running;
	CURLMcode	rc;

	rc = curl_multi_socket_action(multi, fd, what, &running);
	sigprocmask(SIG_SETMASK, &saved, NULL);
	check_multi(rc);
	return running;
}

/*
 * Adds a transfer and lets it go as far as it can without waiting: over a
 * connection that is open, the request leaves here.
 */
void
rootfi_loop_add(CURL *easy)
{
	int			running;

	check_multi(curl_multi_add_handle(rootfi_loop_multi(), easy));
	running = act(CURL_SOCKET_TIMEOUT, 0);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
					  (long) CONNECTIONS_KEPT * Max(running, 1));
}

/* Takes a transfer out, finished or not.  Never raises an error. */
void
rootfi_loop_remove(CURL *easy)
{
	sigset_t	saved = block_signals();

	curl_multi_remove_handle(multi, easy);
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/* The server's flags for libcurl's. */
static uint32
wait_events_of(int what)
{
	return (what & CURL_POLL_IN ? WL_SOCKET_READABLE : 0) |
		(what & CURL_POLL_OUT ? WL_SOCKET_WRITEABLE : 0);
}

/*
 * Makes the wait events for what libcurl wants.  A set cannot drop a socket,
 * and a number may come back as another socket without the kernel's telling,
 * so it is made anew after every wish.
 */
static void
make_wait_set(void)
{
	if (wait_set != NULL)
		FreeWaitEventSet(wait_set);
	wait_set = NULL;
	wait_set = rootfi_create_wait_event_set(nwanted + 2);
	AddWaitEventToSet(wait_set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	AddWaitEventToSet(wait_set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL,
					  NULL);
	for (int i = 0; i < nwanted; i++)
		AddWaitEventToSet(wait_set, wait_events_of(wanted[i].what),
						  wanted[i].fd, NULL, NULL);
	wait_set_fits = true;
}

/* Milliseconds to wait: to the earlier of two times, -1 for neither. */
static long
wait_time(int64 until)
{
	if (timer_at >= 0 && (until < 0 || timer_at < until))
		until = timer_at;
	if (until < 0)
		return -1;
	return (long) Min(Max(until - rootfi_loop_now(), 0), 3600000);
}

/* Tells libcurl what happened at one socket. */
static void
serve_socket(const WaitEvent *event)
{
	int			what = 0;

	if (event->events & WL_SOCKET_READABLE)
		what |= CURL_CSELECT_IN;
	if (event->events & WL_SOCKET_WRITEABLE)
		what |= CURL_CSELECT_OUT;
	if (what != 0)
		act(event->fd, what);
}

/*
 * Waits until something happens that a transfer may care for, or until the
 * given time (rootfi_loop_now's; -1 for no limit), and lets libcurl act on it.
 * Raises the error of an interrupt that came: a cancel is felt here.  A
 * snapshot of the catalogs is not kept meanwhile, so that a caller without a
 * snapshot of its own holds back no vacuum.
 */
void
rootfi_loop_step(int64 until)
{
	WaitEvent	events[MAX_EVENTS];
	int			n;

	CHECK_FOR_INTERRUPTS();
	if (!wait_set_fits)
		make_wait_set();
	InvalidateCatalogSnapshotConditionally();
	n = WaitEventSetWait(wait_set, wait_time(until), events, MAX_EVENTS,
						 rootfi_wait_event());
	for (int i = 0; i < n; i++)
	{
		if (events[i].events & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			CHECK_FOR_INTERRUPTS();
		}
		else
			serve_socket(&events[i]);
	}
	if (timer_at >= 0 && timer_at <= rootfi_loop_now())
	{
		timer_at = -1;
		act(CURL_SOCKET_TIMEOUT, 0);
	}
}
