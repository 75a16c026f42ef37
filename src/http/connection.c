/*
 * connection.c
 *		Foreign server and user mapping to base URL and key.
 *
 * The permission to call is PostgreSQL's own: USAGE on the server and a
 * mapping for the user (or for PUBLIC).  What they say is looked up once and
 * kept; a change of either arrives as an invalidation, so that a changed key
 * is used by the next statement.  It may arrive while they are looked up, as
 * each look-up may: so it is noted from before the first, and what changed
 * meanwhile is looked up again.  USAGE, and whose mapping it is, are checked
 * at every call.
 */
#include "postgres.h"

#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/file.h"
#include "http/connection.h"

#define KEY_FILE_MAX	4096	/* bytes; a key is a few dozen */
#define CA_FILE_MAX		(4 * 1024 * 1024)	/* twenty times the system's */

char	   *rootfi_server = NULL;

static HTAB *connections = NULL;

/*
 * A server or a mapping changed, or with a hash value of 0 any may have: look
 * up again, when next used, what was read from it.
 */
static void
connection_invalidate(Datum arg, int cacheid, uint32 hashvalue)
{
	HASH_SEQ_STATUS status;
	RootfiConnection *connection;

	if (connections == NULL)
		return;
	hash_seq_init(&status, connections);
	while ((connection = hash_seq_search(&status)) != NULL)
		if (hashvalue == 0 ||
			hashvalue == (cacheid == FOREIGNSERVEROID ?
						  connection->server_hash :
						  connection->mapping_hash))
			connection->changed = true;
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
				 errhint("Run \"CREATE SERVER %s FOREIGN DATA WRAPPER rootfi\"; or, if it was renamed or another is meant, set \"rootfi.server\" to that name.",
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

/* The mapping for just this user, or with InvalidOid that for PUBLIC. */
static Oid
mapping_of(Oid userid, Oid serverid)
{
	return GetSysCacheOid2(USERMAPPINGUSERSERVER, Anum_pg_user_mapping_oid,
						   ObjectIdGetDatum(userid),
						   ObjectIdGetDatum(serverid));
}

/* The mapping of the user or else of PUBLIC, InvalidOid for none. */
static Oid
find_mapping(Oid userid, Oid serverid)
{
	Oid			mappingid = mapping_of(userid, serverid);

	return OidIsValid(mappingid) ? mappingid :
		mapping_of(InvalidOid, serverid);
}

/* Raises the error for a user without a mapping. */
static void
report_no_mapping(const ForeignServer *server, Oid userid)
{
	char	   *user = GetUserNameFromId(userid, false);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("user mapping not found for user \"%s\", server \"%s\"",
					user, server->servername),
			 errhint("Run \"CREATE USER MAPPING FOR %s SERVER %s OPTIONS (api_key '...')\".",
					 quote_identifier(user),
					 quote_identifier(server->servername))));
}

/* "host:port" of a base URL, for messages. */
static char *
host_of(const char *base_url)
{
	const char *host = strstr(base_url, "://") + 3;

	return pnstrdup(host, strcspn(host, "/"));
}

/* Is it the same text?  NULL is like NULL alone. */
static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/*
 * What was learned of another server, or of another key, is of no use: its
 * allowance, whether it refuses the key.
 */
static void
connection_forget(RootfiConnection *connection)
{
	connection->generation++;
	connection->budget_reset = connection->told_reset = 0;
	connection->refused_at = 0;
	connection->multiplexes = false;
}

/*
 * Reads server and mapping into the connection, in its own context.  The
 * hash values are noted first: from then on an invalidation counts.
 */
static void
connection_load(RootfiConnection *connection)
{
	Oid			serverid = connection->key.serverid;
	Oid			userid = connection->key.userid;
	MemoryContext old;
	ForeignServer *server;
	UserMapping *mapping;

	connection->loaded = connection->changed = false;
	connection->server_hash =
		GetSysCacheHashValue1(FOREIGNSERVEROID, ObjectIdGetDatum(serverid));
	connection->mapping_hash =
		GetSysCacheHashValue1(USERMAPPINGOID,
							  ObjectIdGetDatum(connection->mappingid));
	server = GetForeignServer(serverid);
	check_wrapper(server);
	if (!OidIsValid(connection->mappingid))
		report_no_mapping(server, userid);
	mapping = GetUserMapping(userid, serverid);

	MemoryContextReset(connection->context);
	old = MemoryContextSwitchTo(connection->context);
	rootfi_options_init(&connection->options);
	rootfi_options_read(&connection->options, ForeignServerRelationId,
						server->options);
	rootfi_options_read(&connection->options, UserMappingRelationId,
						mapping->options);
	rootfi_options_check_proxy(&connection->options);
	connection->server_name = pstrdup(server->servername);
	connection->mapped_role = OidIsValid(mapping_of(userid, serverid)) ?
		pstrdup(quote_identifier(GetUserNameFromId(userid, false))) : "PUBLIC";
	connection->host = host_of(connection->options.base_url);
	connection->loaded = true;
	MemoryContextSwitchTo(old);
}

/*
 * Makes sure that the connection says what server and mapping do now; looks
 * both up again as long as one changes meanwhile.
 */
static void
connection_refresh(RootfiConnection *connection)
{
	char	   *url = connection->loaded ?
	pstrdup(connection->options.base_url) : NULL;

	for (;;)
	{
		Oid			mappingid = find_mapping(connection->key.userid,
											 connection->key.serverid);

		if (connection->loaded && !connection->changed &&
			connection->mappingid == mappingid)
			break;
		CHECK_FOR_INTERRUPTS();
		connection->mappingid = mappingid;
		connection_load(connection);
	}
	if (!same_text(url, connection->options.base_url))
		connection_forget(connection);
}

/* The key in a file: its first line. */
static char *
read_key_file(const char *path)
{
	size_t		len;
	const char *problem;
	char	   *key = rootfi_file_read(path, KEY_FILE_MAX, &len, &problem);

	if (key != NULL)
	{
		key[strcspn(key, "\r\n")] = '\0';
		if (strlen(key) + 2 < len)
			problem = "it has more than one line";
	}
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("could not read the API key from file \"%s\": %s",
						path, problem),
				 errhint("The file must hold the key on one line and be readable for the server's operating system user.")));
	rootfi_check_key(key, "the API key in the option \"api_key_file\"");
	return key;
}

/*
 * Makes sure that the connection has what its "ca_file" holds now.  libcurl is
 * given that and not the name: it would wait for whatever the name stands for.
 */
static void
connection_take_ca(RootfiConnection *connection)
{
	RootfiOptions *options = &connection->options;
	const char *problem;
	MemoryContext old;

	if (options->ca_file == NULL)
		return;
	if (options->ca != NULL)
		pfree(options->ca);
	old = MemoryContextSwitchTo(connection->context);
	options->ca = rootfi_file_read(options->ca_file, CA_FILE_MAX,
								   &options->ca_len, &problem);
	MemoryContextSwitchTo(old);
	if (options->ca == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("could not read the certificates from file \"%s\": %s",
						options->ca_file, problem),
				 errhint("The file must hold certificates in PEM format and be readable for the server's operating system user. See the option \"ca_file\" of server \"%s\".",
						 connection->server_name)));
}

/* Keeps what is not to be shown out of messages; nothing if NULL. */
static void
note_secret(const char *secret)
{
	StringInfoData json;

	if (secret == NULL)
		return;
	initStringInfo(&json);
	escape_json(&json, secret);
	json.data[json.len - 1] = '\0'; /* without the quotes */
	rootfi_secret_note(secret, json.data + 1);
	explicit_bzero(json.data, json.len);
	pfree(json.data);
}

/* Notes which key is used now: with another one all is different. */
static void
connection_note_key(RootfiConnection *connection)
{
	note_secret(connection->options.api_key);
	note_secret(connection->options.proxy_password);
	if (same_text(connection->last_key, connection->options.api_key))
		return;
	if (connection->last_key != NULL)
	{
		explicit_bzero(connection->last_key, strlen(connection->last_key));
		pfree(connection->last_key);
		connection->last_key = NULL;
	}
	connection->last_key = MemoryContextStrdup(TopMemoryContext,
											   connection->options.api_key);
	connection_forget(connection);
}

/*
 * Makes sure that the connection has its key.  One in a file is read at every
 * call, so that a rotated key is used at once.
 */
static void
connection_take_key(RootfiConnection *connection)
{
	RootfiOptions *options = &connection->options;

	if (options->api_key_file != NULL)
	{
		char	   *key = read_key_file(options->api_key_file);

		if (options->api_key != NULL)
			pfree(options->api_key);
		options->api_key = NULL;
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
	connection_note_key(connection);
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
		memset((char *) connection + sizeof(connection->key), 0,
			   sizeof(*connection) - sizeof(connection->key));
	if (connection->context == NULL)
		connection->context = AllocSetContextCreate(TopMemoryContext,
													"rootfi connection",
													ALLOCSET_SMALL_SIZES);
	return connection;
}

/*
 * The connection to a server with the mapping of that user or PUBLIC, whoever
 * the current user is.  Errors: 42704 without mapping or key.
 */
RootfiConnection *
rootfi_connection_of(Oid serverid, Oid userid)
{
	RootfiConnection *connection;

	/* else a transaction would not learn what others change meanwhile */
	AcceptInvalidationMessages();
	connection = connection_entry(serverid, userid);
	connection_refresh(connection);
	connection_take_ca(connection);
	connection_take_key(connection);
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
	/* the name may stand for another server by now */
	AcceptInvalidationMessages();
	return rootfi_connection_of(find_server(server ? server : rootfi_server),
								GetUserId());
}

/*
 * Was the key refused (401) since a time of rootfi_loop_now()?  Then it is of
 * no use to ask again, unless host or key have changed since.
 */
bool
rootfi_connection_refused(const RootfiConnection *connection, int64 since)
{
	return connection->refused_at != 0 && connection->refused_at >= since;
}

/*
 * The server that an argument "server" names, in the current context; NULL for
 * that of the setting, when it is null or not there: a database that was not
 * upgraded yet has functions without it.
 */
const char *
rootfi_connection_argument(FunctionCallInfo fcinfo, int arg)
{
	if (arg >= PG_NARGS() || PG_ARGISNULL(arg))
		return NULL;
	return text_to_cstring(PG_GETARG_TEXT_PP(arg));
}

/*
 * Is there a server of that name (NULL: that of the setting) to use, whether
 * or not there is a mapping?
 */
bool
rootfi_connection_may_use(const char *server)
{
	Oid			serverid = get_foreign_server_oid(server ? server : rootfi_server,
												  true);

	return OidIsValid(serverid) &&
		rootfi_server_aclcheck(serverid, GetUserId()) == ACLCHECK_OK;
}
