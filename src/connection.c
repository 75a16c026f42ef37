/*
 * connection.c
 *		Foreign server and user mapping to base URL and key.
 *
 * The permission to call is PostgreSQL's own: USAGE on the server and a
 * mapping for the user (or for PUBLIC).  What they say is looked up once and
 * kept; a change of either arrives as an invalidation, so that a changed key
 * is used by the next statement.  USAGE is checked at every call.
 */
#include "postgres.h"

#include <unistd.h>

#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "compat.h"
#include "connection.h"

#define KEY_FILE_MAX	4096	/* bytes; a key is a few dozen */

char	   *rootfi_server = NULL;

static HTAB *connections = NULL;

/* A server or a mapping changed: look everything up again when next used. */
static void
connection_invalidate(Datum arg, int cacheid, uint32 hashvalue)
{
	HASH_SEQ_STATUS status;
	RootfiConnection *connection;

	if (connections == NULL)
		return;
	hash_seq_init(&status, connections);
	while ((connection = hash_seq_search(&status)) != NULL)
		connection->valid = false;
}

/* Registers for invalidations; called once when the library is loaded. */
void
rootfi_connection_init(void)
{
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, connection_invalidate,
								  (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, connection_invalidate,
								  (Datum) 0);
}

/* The server of that name; each way of not having it is an error. */
static Oid
find_server(const char *name)
{
	Oid			serverid = get_foreign_server_oid(name, true);
	Oid			userid = GetUserId();
	AclResult	acl;

	if (!OidIsValid(serverid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("server \"%s\" does not exist", name),
				 errhint("Run \"CREATE SERVER %s FOREIGN DATA WRAPPER rootfi\", or set \"rootfi.server\" to the name of another server.",
						 quote_identifier(name))));
	acl = rootfi_server_aclcheck(serverid, userid);
	if (acl != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for foreign server %s",
						name),
				 errhint("Ask its owner to run \"GRANT USAGE ON FOREIGN SERVER %s TO %s\".",
						 quote_identifier(name),
						 quote_identifier(GetUserNameFromId(userid, false)))));
	return serverid;
}

/* Refuses a server of another foreign-data wrapper. */
static void
check_wrapper(const ForeignServer *server)
{
	ForeignDataWrapper *wrapper = GetForeignDataWrapper(server->fdwid);

	if (strcmp(wrapper->fdwname, "rootfi") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("server \"%s\" does not belong to the foreign-data wrapper \"rootfi\"",
						server->servername),
				 errdetail("It belongs to \"%s\".", wrapper->fdwname),
				 errhint("Set \"rootfi.server\" to the name of another server.")));
}

/* Is there a mapping for just this user, or with InvalidOid for PUBLIC? */
static bool
has_mapping(Oid userid, Oid serverid)
{
	return SearchSysCacheExists2(USERMAPPINGUSERSERVER,
								 ObjectIdGetDatum(userid),
								 ObjectIdGetDatum(serverid));
}

/*
 * The mapping of the user or else of PUBLIC; sets *role to whose it is, as
 * its DDL has it.
 */
static UserMapping *
find_mapping(const ForeignServer *server, Oid userid, const char **role)
{
	const char *user = quote_identifier(GetUserNameFromId(userid, false));

	if (has_mapping(userid, server->serverid))
		*role = user;
	else if (has_mapping(InvalidOid, server->serverid))
		*role = "PUBLIC";
	else
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("user mapping not found for user \"%s\", server \"%s\"",
						GetUserNameFromId(userid, false), server->servername),
				 errhint("Run \"CREATE USER MAPPING FOR %s SERVER %s OPTIONS (api_key '...')\".",
						 user, quote_identifier(server->servername))));
	return GetUserMapping(userid, server->serverid);
}

/* "host:port" of a base URL, for messages. */
static char *
host_of(const char *base_url)
{
	const char *host = strstr(base_url, "://") + 3;

	return pnstrdup(host, strcspn(host, "/"));
}

/* Reads server and mapping into the connection, in its own context. */
static void
connection_load(RootfiConnection *connection)
{
	ForeignServer *server = GetForeignServer(connection->key.serverid);
	UserMapping *mapping;
	const char *role;
	MemoryContext old;

	check_wrapper(server);
	mapping = find_mapping(server, connection->key.userid, &role);

	MemoryContextReset(connection->context);
	old = MemoryContextSwitchTo(connection->context);
	rootfi_options_init(&connection->options);
	rootfi_options_read(&connection->options, ForeignServerRelationId,
						server->options);
	rootfi_options_read(&connection->options, UserMappingRelationId,
						mapping->options);
	connection->server_name = pstrdup(server->servername);
	connection->mapped_role = pstrdup(role);
	connection->host = host_of(connection->options.base_url);
	MemoryContextSwitchTo(old);
}

/* Raises the error for a file that does not give a key. */
static void
report_key_file(const char *path, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("could not read the API key from file \"%s\": %s",
					path, problem),
			 errhint("The file must hold the key on one line and be readable for the server's operating system user.")));
}

/*
 * The key in a file: its first line.  Read at every call, so that a rotated
 * key is used at once.
 */
static char *
read_key_file(const char *path)
{
	char		buffer[KEY_FILE_MAX];
	size_t		len;
	FILE	   *file = AllocateFile(path, "r");

	if (file == NULL)
		report_key_file(path, strerror(errno));
	len = fread(buffer, 1, sizeof(buffer) - 1, file);
	if (ferror(file))
		report_key_file(path, strerror(errno));
	FreeFile(file);
	buffer[len] = '\0';
	buffer[strcspn(buffer, "\r\n")] = '\0';
	if (strlen(buffer) + 2 < len)
		report_key_file(path, "it has more than one line");
	rootfi_check_key(buffer, "the API key in the option \"api_key_file\"");
	return pstrdup(buffer);
}

/* Makes sure that the connection has its key. */
static void
connection_take_key(RootfiConnection *connection)
{
	RootfiOptions *options = &connection->options;

	if (options->api_key_file != NULL)
	{
		char	   *key = read_key_file(options->api_key_file);

		if (options->api_key != NULL)
			pfree(options->api_key);
		options->api_key = MemoryContextStrdup(connection->context, key);
		pfree(key);
	}
	if (options->api_key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the user mapping for server \"%s\" has no API key",
						connection->server_name),
				 errhint("Run \"ALTER USER MAPPING FOR %s SERVER %s OPTIONS (ADD api_key '...')\".",
						 connection->mapped_role,
						 quote_identifier(connection->server_name))));
}

/* Makes the table of connections. */
static void
connections_init(void)
{
	HASHCTL		control = {
		.keysize = sizeof(((RootfiConnection *) NULL)->key),
		.entrysize = sizeof(RootfiConnection),
	};

	connections = hash_create("rootfi connections", 8, &control,
							  HASH_ELEM | HASH_BLOBS);
}

/* The entry of a server and user, made if there is none yet. */
static RootfiConnection *
connection_entry(Oid serverid, Oid userid)
{
	RootfiConnection key = {.key = {serverid, userid}};
	RootfiConnection *connection;
	bool		found;

	if (connections == NULL)
		connections_init();
	connection = hash_search(connections, &key.key, HASH_ENTER, &found);
	if (!found)
	{
		connection->valid = false;
		connection->context = NULL;
		connection->budget_reset = 0;
		connection->multiplexes = false;
	}
	if (connection->context == NULL)
		connection->context = AllocSetContextCreate(TopMemoryContext,
													"rootfi connection",
													ALLOCSET_SMALL_SIZES);
	return connection;
}

/*
 * The connection to the server of that name (NULL: that of the setting
 * "rootfi.server") with the mapping of the current user or PUBLIC.  Errors:
 * 42704 without server, mapping or key, 42501 without USAGE, each with the
 * statement that mends it.
 */
RootfiConnection *
rootfi_connection_get(const char *server)
{
	Oid			serverid;
	RootfiConnection *connection;

	/* else a transaction would not learn what others change meanwhile */
	AcceptInvalidationMessages();
	serverid = find_server(server ? server : rootfi_server);
	connection = connection_entry(serverid, GetUserId());
	if (!connection->valid)
	{
		connection_load(connection);
		connection->valid = true;
	}
	connection_take_key(connection);
	return connection;
}

/* Is there a server to use, whether or not there is a mapping? */
bool
rootfi_connection_may_use(void)
{
	Oid			serverid = get_foreign_server_oid(rootfi_server, true);

	return OidIsValid(serverid) &&
		rootfi_server_aclcheck(serverid, GetUserId()) == ACLCHECK_OK;
}
