/*
 * check.c
 *		Is everything in place to make calls?  If not, what is missing?
 *
 * Goes the way of a call, step by step, and tells of each step; what comes
 * after one that failed is not tried.
 */
#include "postgres.h"

#include <time.h>

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/attempt.h"
#include "base/version.h"
#include "catalog/resource.h"
#include "http/connection.h"
#include "http/http.h"
#include "json/text.h"

#define MAX_CLOCK_SKEW	60		/* seconds before it is worth a warning */

PG_FUNCTION_INFO_V1(rootfi_check);
PG_FUNCTION_INFO_V1(rootfi_version);

/* Puts a row: the name of a check, "ok", "warn" or "fail", facts, a mend. */
static void
put_check(ReturnSetInfo *rsinfo, const char *check, const char *status,
		  const char *detail, const char *hint)
{
	Datum		values[4];
	bool		nulls[4] = {false, false, false, hint == NULL};

	values[0] = CStringGetTextDatum(check);
	values[1] = CStringGetTextDatum(status);
	values[2] = CStringGetTextDatum(detail);
	values[3] = hint == NULL ? (Datum) 0 : CStringGetTextDatum(hint);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* A connection to be looked up. */
typedef struct LookUp
{
	const char *server;			/* NULL: that of the setting */
	RootfiConnection *connection;
} LookUp;

/* AttemptStep: looks it up. */
static void
look_up(void *arg)
{
	LookUp	   *call = arg;

	call->connection = rootfi_connection_get(call->server);
}

/*
 * Is it an error about what the check is about: objects, privileges, options?
 */
static bool
is_finding(const ErrorData *error)
{
	int			category = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	return category == ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION ||
		category == ERRCODE_FDW_ERROR || category == ERRCODE_DATA_EXCEPTION;
}

/* Looks the connection up; NULL and the error if that finds a fault. */
static RootfiConnection *
try_connection(const char *server, ErrorData **error)
{
	LookUp		call = {.server = server};

	*error = rootfi_attempt(look_up, &call, CurrentMemoryContext);
	if (*error != NULL && !is_finding(*error))
		ReThrowError(*error);
	return *error == NULL ? call.connection : NULL;
}

/* The first digits of the key's SHA-256, to tell keys apart by. */
static char *
fingerprint(const char *key)
{
	Datum		hash = DirectFunctionCall1(sha256_bytea,
										   PointerGetDatum(cstring_to_text(key)));
	Datum		hex = DirectFunctionCall2(binary_encode, hash,
										  CStringGetTextDatum("hex"));

	return pnstrdup(TextDatumGetCString(hex), 8);
}

/*
 * Server (NULL: that of the setting) and key; NULL if one of them is missing.
 */
static RootfiConnection *
check_connection(ReturnSetInfo *rsinfo, const char *server)
{
	ErrorData  *error = NULL;
	RootfiConnection *connection = try_connection(server, &error);
	bool		has_server = connection != NULL ||
	rootfi_connection_may_use(server);
	char	   *source;

	if (!has_server)
	{
		put_check(rsinfo, "server", "fail", error->message, error->hint);
		return NULL;
	}
	put_check(rsinfo, "server", "ok",
			  connection == NULL ? (server ? server : rootfi_server) :
			  psprintf("%s at %s", connection->server_name,
					   connection->options.base_url), NULL);
	if (connection == NULL)
	{
		put_check(rsinfo, "key", "fail", error->message, error->hint);
		return NULL;
	}
	source = connection->options.api_key_file != NULL ?
		psprintf("file \"%s\"", connection->options.api_key_file) :
		psprintf("user mapping for %s", connection->mapped_role);
	put_check(rsinfo, "key", "ok",
			  psprintf("%s, fingerprint %s", source,
					   fingerprint(connection->options.api_key)), NULL);
	return connection;
}

/* The first list of the core, which all keys may read. */
static const Resource *
probed_resource(void)
{
	foreach_resource(resource)
		if (resource->core && resource->documented & VERB_BIT(VERB_LIST))
		return resource;
	pg_unreachable();
}

/* Asks for one record. */
static HttpTransfer *
start_probe(RootfiConnection *connection)
{
	HttpRequest request = {.method = "GET",.once = true};

	request.target = psprintf("%s?limit=1", probed_resource()->path);
	return rootfi_http_start(connection, &request);
}

/*
 * Puts one step of making a connection, of the phases "first" to "last"; the
 * response says where that ended.
 */
static void
put_phase(ReturnSetInfo *rsinfo, const char *check, HttpPhase first,
		  HttpPhase last, const HttpResponse *response, const char *detail,
		  const char *hint)
{
	if (response->phase >= first && response->phase <= last)
		put_check(rsinfo, check, "fail", rootfi_json_show(response->problem),
				  hint);
	else if (response->phase > last)
		put_check(rsinfo, check, "ok", detail, NULL);
}

/* Names, connection and TLS. */
static void
check_network(ReturnSetInfo *rsinfo, const RootfiConnection *connection,
			  const HttpResponse *response)
{
	bool		https = strncmp(connection->options.base_url, "https:", 6) == 0;

	put_phase(rsinfo, "dns", HTTP_RESOLVING, HTTP_RESOLVING, response,
			  response->host,
			  "Check the option \"base_url\", and the resolver of the server's machine.");
	put_phase(rsinfo, "connection", HTTP_OPENING, HTTP_PROXYING, response,
			  response->host,
			  "Check the option \"base_url\", and firewalls and proxies in between.");
	put_phase(rsinfo, "tls", HTTP_SECURING, HTTP_SECURING, response,
			  https ? "the certificate is valid" :
			  "not used to a loopback address",
			  "Check the option \"ca_file\", and that the system's certificates are installed.");
}

/* What the status says about the key. */
static void
check_authentication(ReturnSetInfo *rsinfo, const HttpResponse *response)
{
	char	   *detail = psprintf("HTTP status %d", response->status);

	if (response->status >= 200 && response->status <= 299)
		put_check(rsinfo, "authentication", "ok", detail, NULL);
	else if (response->status == 401 || response->status == 403)
		put_check(rsinfo, "authentication", "fail", detail,
				  "Check the option \"api_key\" of the user mapping.");
	else
		put_check(rsinfo, "authentication", "warn", detail,
				  "The server did not say whether the key is right.");
}

/* How much may still be asked. */
static void
check_budget(ReturnSetInfo *rsinfo, const HttpResponse *response)
{
	double		limit = atof(response->budget_limit);
	double		remaining = atof(response->budget_remaining);

	if (response->budget_remaining[0] == '\0')
		put_check(rsinfo, "rate budget", "ok", "the server does not say", NULL);
	else
		put_check(rsinfo, "rate budget",
				  remaining * 10 < limit ? "warn" : "ok",
				  psprintf("%s of %s requests left",
						   rootfi_json_show(response->budget_remaining),
						   rootfi_json_show(response->budget_limit)),
				  remaining * 10 < limit ?
				  "Calls wait for the reset when it is used up." : NULL);
}

/* How far the clocks are apart. */
static void
check_clock(ReturnSetInfo *rsinfo, const HttpResponse *response)
{
	int64		skew = response->server_time - (int64) time(NULL);

	if (response->server_time < 0)
		put_check(rsinfo, "clock", "ok", "the server does not say", NULL);
	else if (skew > MAX_CLOCK_SKEW || skew < -MAX_CLOCK_SKEW)
		put_check(rsinfo, "clock", "warn",
				  psprintf("the server's clock is " INT64_FORMAT " s %s",
						   skew > 0 ? skew : -skew,
						   skew > 0 ? "ahead" : "behind"),
				  "Set the clock of the server's machine, or of this one.");
	else
		put_check(rsinfo, "clock", "ok", "the clocks agree", NULL);
}

/* rootfi_check(server text): one row for each step of a call */
Datum
rootfi_check(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	RootfiConnection *connection;
	HttpTransfer *transfer;
	HttpResponse *response;

	InitMaterializedSRF(fcinfo, 0);
	connection = check_connection(rsinfo,
								  rootfi_connection_argument(fcinfo, 0));
	if (connection == NULL)
		return (Datum) 0;
	transfer = start_probe(connection);
	response = rootfi_http_finish(transfer);
	check_network(rsinfo, connection, response);
	if (response->end == HTTP_ANSWERED)
	{
		check_authentication(rsinfo, response);
		check_budget(rsinfo, response);
		check_clock(rsinfo, response);
	}
	else if (response->end != HTTP_NOT_CONNECTED)
		put_check(rsinfo, "authentication", "fail",
				  rootfi_verdict(&response->facts).fact,
				  "The server did not answer; try again later.");
	rootfi_http_close(transfer);
	return (Datum) 0;
}

/* rootfi_version(): the library's version, and that of the SQL objects */
Datum
rootfi_version(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	char	   *objects = rootfi_version_of_objects();
	Datum		values[] = {
		CStringGetTextDatum(ROOTFI_VERSION),
		objects == NULL ? (Datum) 0 : CStringGetTextDatum(objects),
	};
	bool		nulls[] = {false, objects == NULL};

	get_call_result_type(fcinfo, NULL, &desc);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values,
											 nulls));
}
