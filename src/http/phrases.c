/*
 * phrases.c
 *		Words that clients take for the loss of the database connection.
 *
 * Frameworks look for such words in the text of any error and then connect
 * anew and run the statement again, a write too.  So no error of ours may hold
 * one of them, in whatever case.  This is the only list; the tests read it
 * from here, so each phrase stands on a line of its own.
 *
 * All are read in the clients' sources; doc/clients.md names the versions.
 * Where one client's phrase contains another's, the shorter one is enough, and
 * of a long one the part that is like no other text.  The first group is what
 * clients look for by themselves.  The second is how drivers call the loss of
 * a connection, for which code on top of them looks.
 */
#include "postgres.h"

#include "http/phrases.h"

/* A phrase, and who looks for it. */
typedef struct Phrase
{
	const char *client;
	const char *text;
} Phrase;

static const Phrase phrases[] = {
	{"Laravel", "server has gone away"},
	{"Laravel", "went away"},
	{"Laravel", "no connection to the server"},
	{"Laravel", "lost connection"},
	{"Laravel", "connection lost"},
	{"Laravel", "is dead or not enabled"},
	{"Laravel", "error while sending"},
	{"Laravel", "decryption failed or bad record mac"},
	{"Laravel", "closed the connection"},
	{"Laravel", "connection has been closed"},
	{"Laravel", "error writing data to the connection"},
	{"Laravel", "resource deadlock avoided"},
	{"Laravel", "transaction() on null"},
	{"Laravel", "child connection forced to terminate"},
	{"Laravel", "client_idle_limit"},
	{"Laravel", "query_wait_timeout"},
	{"Laravel", "reset by peer"},
	{"Laravel", "physical connection is not usable"},
	{"Laravel", "tcp provider: error code"},
	{"Laravel", "ora-03114"},
	{"Laravel", "packets out of order"},
	{"Laravel", "adaptive server connection failed"},
	{"Laravel", "communication link failure"},
	{"Laravel", "connection is no longer usable"},
	{"Laravel", "login timeout expired"},
	{"Laravel", "running with the --read-only option"},
	{"Laravel", "connection is broken"},
	{"Laravel", "no attempt was made to restore the connection"},
	{"Laravel", "php_network_getaddresses"},
	{"Laravel", "getaddrinfo failed"},
	{"Laravel", "name or service not known"},
	{"Laravel", "name resolution"},
	{"Laravel", "ssl syscall error"},
	{"Laravel", "ssl error"},
	{"Laravel", "ssl: "},
	{"Laravel", "ssl operation failed"},
	{"Laravel", "sqlstate["},
	{"Laravel", "connection timed out"},
	{"Laravel", "operation timed out"},
	{"Laravel", "connection refused"},
	{"Laravel", "seamless scaling"},
	{"Laravel", "could not connect to server"},
	{"Laravel", "failed to connect to"},
	{"Laravel", "no route to host"},
	{"Laravel", "network is unreachable"},
	{"Laravel", "disconnected by the server"},
	{"Laravel", "could not translate host name"},
	{"Laravel", "no such file or directory"},
	{"Laravel", "server is in script upgrade mode"},
	{"Laravel", "$curl_error_code"},
	{"Laravel", "handshake timed out"},
	{"Laravel", "target machine actively refused"},
	{"Laravel", "connection attempt failed"},
	{"Laravel", "requested address is not valid"},
	{"Laravel", "a socket operation was attempted"},
	{"Laravel", "operation now in progress"},
	{"Laravel", "operation in progress"},
	{"Laravel", "server is shutting down"},
	{"Laravel", "broken pipe"},
	{"Laravel", "read only sql transaction"},
	{"Laravel", "no healthy endpoints"},
	{"Laravel", "primary is not serving"},
	{"Laravel", "keyspace is being resharded"},
	{"Laravel", "no healthy tablet"},
	{"Laravel", "pool connection limit exceeded"},
	{"Laravel", "no primary available"},
	{"Laravel", "no replica available"},
	{"Laravel", "no running members available"},
	{"Laravel", "failed to send startup message"},
	{"Laravel", "failed to read startup message"},
	{"Laravel", "conflict with recovery"},
	{"Laravel", "deadlock found"},
	{"Laravel", "deadlock detected"},
	{"Laravel", "detected deadlock"},
	{"Laravel", "deadlock victim"},
	{"Laravel", "database is locked"},
	{"Laravel", "database file is locked"},
	{"Laravel", "database table is locked"},
	{"Laravel", "lock wait timeout exceeded"},
	{"Laravel", "record has changed since last read"},
	{"SQLAlchemy", "terminating connection"},
	{"SQLAlchemy", "connection not open"},
	{"SQLAlchemy", "could not receive data from server"},
	{"SQLAlchemy", "could not send data to server"},
	{"SQLAlchemy", "connection already closed"},
	{"SQLAlchemy", "cursor already closed"},
	{"SQLAlchemy", "losed the connection unexpectedly"},
	{"SQLAlchemy", "network error"},
	{"Rails", "connection is closed"},
	{"Sequel", "cached plan must not change result type"},
	{"Sequel", "pqconsumeinput()"},
	{"Sequel", "i/o error occurred"},

	{"psycopg", "connection is lost"},
	{"psycopg", "connection socket closed"},
	{"ruby-pg", "pqsocket() can't get socket descriptor"},
	{"node-postgres", "connection terminated"},
	{"node-postgres", "encountered a connection error"},
	{"pgjdbc", "connection attempt timed out"},
	{"pgjdbc", "connection reset"},
	{"Npgsql", "exception while reading from stream"},
	{"Npgsql", "exception while writing to stream"},
	{"Npgsql", "connection was previously broken"},
	{"pgx", "conn closed"},
	{"pgx", "i/o timeout"},
	{"Go", "bad connection"},
	{"Prisma", "can't reach database server"},
};

/* Does the text hold the phrase, which is in lower case? */
static bool
holds(const char *text, const char *phrase)
{
	size_t		len = strlen(phrase);

	for (; *text != '\0'; text++)
		if (pg_strncasecmp(text, phrase, len) == 0)
			return true;
	return false;
}

/* Does the text hold any of the phrases? */
bool
rootfi_phrases_in(const char *text)
{
	for (int i = 0; i < lengthof(phrases); i++)
		if (holds(text, phrases[i].text))
			return true;
	return false;
}
