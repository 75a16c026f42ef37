/*
 * streams.c
 *		SQL functions that add and remove streams.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/lock.h"
#include "base/role.h"
#include "base/sql.h"
#include "copy/stream.h"
#include "copy/tables.h"
#include "copy/target.h"
#include "http/connection.h"

PG_FUNCTION_INFO_V1(rootfi_add_stream);
PG_FUNCTION_INFO_V1(rootfi_add_streams);
PG_FUNCTION_INFO_V1(rootfi_remove_stream);
PG_FUNCTION_INFO_V1(rootfi_alter_stream);
PG_FUNCTION_INFO_V1(rootfi_reset_stream);
PG_FUNCTION_INFO_V1(rootfi_data_model_of);
PG_FUNCTION_INFO_V1(rootfi_has_resource);

/* What is to be added. */
typedef struct NewStream
{
	const Resource *resource;
	bool		has_company;
	int64		company_id;
	const char *schema;
	const char *table;
	TimestampTz backfill_from;	/* DT_NOBEGIN: all */
} NewStream;

/*
 * Begins what may look at the tables of the extension, or at those of streams:
 * as the current user, whose session may have row_security = off.
 */
static RoleState
begin(void)
{
	RoleState	state = rootfi_role_begin();

	rootfi_role_heed_policies();
	SPI_connect();
	return state;
}

/* Ends it, with the settings there were. */
static void
end(const RoleState *state)
{
	SPI_finish();
	rootfi_role_end(state);
}

/* The ledger of the extension, given one of its functions. */
static Ledger
own_ledger(FunctionCallInfo fcinfo)
{
	return rootfi_ledger(get_func_namespace(fcinfo->flinfo->fn_oid));
}

/* Raises an error for what cannot be a stream. */
static void
check_new(const NewStream *new, Oid namespace)
{
	rootfi_check_verb(new->resource, VERB_LIST);
	if (strchr(new->resource->path, '{') != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot sync %s", new->resource->plural),
				 errdetail("They are lists of single records.")));
	if (new->has_company &&
		!rootfi_recordtype_has_company(new->resource, namespace))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"company_id\" must be null"),
				 errdetail("\"%s\" do not belong to a company.",
						   new->resource->plural)));
	if (TIMESTAMP_IS_NOEND(new->backfill_from))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"backfill_from\" must be finite")));
	/* a stream that could not connect is not worth having */
	rootfi_connection_get(NULL);
}

/* Adds arguments that say which stream it is. */
static void
add_identity(SqlArgs *args, const NewStream *new)
{
	rootfi_sql_text(args, rootfi_server);
	rootfi_sql_text(args, new->resource->name);
	if (new->has_company)
		rootfi_sql_int8(args, new->company_id);
	else
		rootfi_sql_null(args);
	rootfi_sql_text(args, new->schema);
	rootfi_sql_text(args, new->table);
}

/*
 * Asks about the streams of all roles, which the current user need not see:
 * runs a statement, whose text has a place for the schema, as their table's
 * owner.  Returns how many rows there are, in SPI_tuptable.
 */
static uint64
ask_about_all(const Ledger *ledger, const char *text, const Oid *types,
			  SqlArgs *args)
{
	RoleState	state = rootfi_role_begin();
	uint64		n;

	rootfi_role_become(ledger->owner);
	n = rootfi_sql_once(psprintf(text, ledger->schema), types, args);
	rootfi_role_end(&state);
	return n;
}

/* Is there such a stream already, be it somebody else's? */
static bool
exists(const Ledger *ledger, const NewStream *new)
{
	static const Oid types[] = {TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID};
	SqlArgs		args = {0};
	uint64		n;

	add_identity(&args, new);
	n = ask_about_all(ledger, "SELECT FROM %s.rootfi_stream"
					  " WHERE server OPERATOR(pg_catalog.=) $1"
					  " AND resource OPERATOR(pg_catalog.=) $2"
					  " AND (company_id OPERATOR(pg_catalog.=) $3"
					  " OR company_id IS NULL AND $3 IS NULL)"
					  " AND target_schema OPERATOR(pg_catalog.=) $4"
					  " AND target_table OPERATOR(pg_catalog.=) $5",
					  types, &args);
	SPI_freetuptable(SPI_tuptable);
	return n > 0;
}

/*
 * Raises 42710 when another stream than that of a number (0: a new one), of
 * another server, fills the table: its records may have the same numbers, and
 * the two would overwrite one another's.  Streams of a server that is there no
 * more, perhaps by that name, may follow one after the other.
 */
static void
check_server(const Ledger *ledger, const char *server,
			 const char *target_schema, const char *target_table, int64 id)
{
	static const Oid types[] = {TEXTOID, TEXTOID, TEXTOID, INT8OID};
	SqlArgs		args = {0};

	rootfi_sql_text(&args, server);
	rootfi_sql_text(&args, target_schema);
	rootfi_sql_text(&args, target_table);
	rootfi_sql_int8(&args, id);
	if (ask_about_all(ledger, "SELECT s.server FROM %s.rootfi_stream AS s"
					  " WHERE s.server OPERATOR(pg_catalog.<>) $1"
					  " AND s.target_schema OPERATOR(pg_catalog.=) $2"
					  " AND s.target_table OPERATOR(pg_catalog.=) $3"
					  " AND s.stream_id OPERATOR(pg_catalog.<>) $4"
					  " AND ($4 OPERATOR(pg_catalog.=) 0 OR EXISTS"
					  " (SELECT FROM pg_catalog.pg_foreign_server AS f"
					  " WHERE f.srvname OPERATOR(pg_catalog.=) s.server))"
					  " LIMIT 1", types, &args) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("a stream of server \"%s\" fills table %s already",
						rootfi_sql_get_text(0, 1),
						quote_qualified_identifier(target_schema, target_table)),
				 errhint("Give the stream of server \"%s\" a \"target_schema\" of its own.",
						 server)));
	SPI_freetuptable(SPI_tuptable);
}

/* Adds a stream with its tables; returns its number. */
static int64
add(FunctionCallInfo fcinfo, const NewStream *new)
{
	Oid			namespace = get_func_namespace(fcinfo->flinfo->fn_oid);
	Ledger		ledger = rootfi_ledger(namespace);
	SqlArgs		args = {0};
	Stream		stream = {0};
	Target		target = {0};

	if (exists(&ledger, new))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("there is such a stream of %s into table %s already",
						new->resource->plural,
						quote_qualified_identifier(new->schema, new->table))));
	check_server(&ledger, rootfi_server, new->schema, new->table, 0);
	rootfi_tables_make(new->resource, namespace, new->schema, new->table);
	rootfi_sql_text(&args, GetUserNameFromId(GetUserId(), false));
	add_identity(&args, new);
	rootfi_sql_time(&args, new->backfill_from);
	stream.id = rootfi_ledger_add(&ledger, &args);
	/* tables that were there may not fit: better told now */
	stream.resource = new->resource;
	stream.target_schema = unconstify(char *, new->schema);
	stream.target_table = unconstify(char *, new->table);
	rootfi_target_check_owners(&stream, GetUserId());
	rootfi_role_warn_schema(new->schema);
	rootfi_target_open(&target, &stream, namespace);
	rootfi_target_close(&target);
	return stream.id;
}

/*
 * rootfi_add_stream(resource text, company_id bigint, target_schema name,
 * backfill_from timestamptz, target_table name).  Errors: 42710 when there is
 * one already or another server's fills the table, those of rootfi_connection_get and rootfi_target_open.
 */
Datum
rootfi_add_stream(PG_FUNCTION_ARGS)
{
	NewStream	new = {.backfill_from = DT_NOBEGIN};
	int64		id;
	RoleState	state;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null",
						PG_ARGISNULL(0) ? "resource" : "target_schema")));
	PreventCommandIfReadOnly("rootfi_add_stream()");
	new.resource = rootfi_resource_by_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	new.has_company = !PG_ARGISNULL(1);
	new.company_id = new.has_company ? PG_GETARG_INT64(1) : 0;
	new.schema = NameStr(*PG_GETARG_NAME(2));
	if (!PG_ARGISNULL(3))
		new.backfill_from = PG_GETARG_TIMESTAMPTZ(3);
	new.table = PG_ARGISNULL(4) ? rootfi_tables_default_name(new.resource) :
		NameStr(*PG_GETARG_NAME(4));
	check_new(&new, get_func_namespace(fcinfo->flinfo->fn_oid));
	state = begin();
	id = add(fcinfo, &new);
	end(&state);
	PG_RETURN_INT64(id);
}

/* Adds the stream of one resource and puts it into the result. */
static void
add_one(FunctionCallInfo fcinfo, NewStream *new)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[3];
	bool		nulls[3] = {false};
	Ledger		ledger = own_ledger(fcinfo);

	if (exists(&ledger, new))
	{
		ereport(NOTICE,
				(errmsg("there is such a stream of %s already",
						new->resource->plural)));
		return;
	}
	values[0] = Int64GetDatum(add(fcinfo, new));
	values[1] = CStringGetTextDatum(new->resource->name);
	values[2] = CStringGetTextDatum(quote_qualified_identifier(new->schema,
															   new->table));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * rootfi_add_streams(company_id bigint, category text, target_schema name).
 * Streams that are there already are left as they are, with a NOTICE.
 */
Datum
rootfi_add_streams(PG_FUNCTION_ARGS)
{
	const char *category;
	Oid			namespace = get_func_namespace(fcinfo->flinfo->fn_oid);
	int			n = 0;
	RoleState	state;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null",
						PG_ARGISNULL(1) ? "category" : "target_schema")));
	PreventCommandIfReadOnly("rootfi_add_streams()");
	category = text_to_cstring(PG_GETARG_TEXT_PP(1));
	InitMaterializedSRF(fcinfo, 0);
	state = begin();
	foreach_resource(resource)
	{
		NewStream	new = {
			.resource = resource,
			.schema = NameStr(*PG_GETARG_NAME(2)),
			.table = resource->table,
			.backfill_from = DT_NOBEGIN,
		};

		if (!rootfi_in_category(resource, category))
			continue;
		new.has_company = !PG_ARGISNULL(0) &&
			rootfi_recordtype_has_company(resource, namespace);
		new.company_id = new.has_company ? PG_GETARG_INT64(0) : 0;
		check_new(&new, namespace);
		add_one(fcinfo, &new);
		n++;
	}
	end(&state);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("category \"%s\" does not exist", category),
				 errhint(ROOTFI_CATEGORIES_HINT)));
	return (Datum) 0;
}

/* Does another stream fill the same table? */
static bool
is_shared(const Ledger *ledger, const Stream *stream)
{
	static const Oid types[] = {INT8OID, TEXTOID, TEXTOID};
	SqlArgs		args = {0};
	uint64		n;

	rootfi_sql_int8(&args, stream->id);
	rootfi_sql_text(&args, stream->target_schema);
	rootfi_sql_text(&args, stream->target_table);
	n = ask_about_all(ledger, "SELECT FROM %s.rootfi_stream"
					  " WHERE stream_id OPERATOR(pg_catalog.<>) $1"
					  " AND target_schema OPERATOR(pg_catalog.=) $2"
					  " AND target_table OPERATOR(pg_catalog.=) $3",
					  types, &args);
	SPI_freetuptable(SPI_tuptable);
	return n > 0;
}

/*
 * Drops the tables of a stream as its owner, who may have named any: a
 * superuser's call must not drop what the owner could not.  Raises 42704 when
 * the stream's resource does not exist: nobody knows its tables.
 */
static void
drop_tables(const Stream *stream)
{
	Oid			role = get_role_oid(stream->owner, false);
	RoleState	state = rootfi_role_begin();

	rootfi_role_become(role);
	rootfi_tables_drop(rootfi_resource_by_name(stream->resource_name),
					   stream->target_schema, stream->target_table);
	rootfi_role_end(&state);
}

/*
 * Reads the stream of that number, which the current user may change.  Errors:
 * 42704 when there is none, 42501 when it is not the user's.
 */
static void
load_own(Ledger *ledger, int64 id, Stream *stream)
{
	Oid			owner;

	if (!rootfi_ledger_load(ledger, id, stream))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("there is no stream " INT64_FORMAT, id),
				 errhint("See rootfi_sync_status.")));
	owner = get_role_oid(stream->owner, true);
	if (OidIsValid(owner) ? !has_privs_of_role(GetUserId(), owner) : !superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for stream %s", stream->label)));
}

/*
 * Begins to change the stream whose number is the first argument: reads it and
 * keeps it from being run until the end of the transaction.  Errors: those of
 * load_own, 55006 while it is run.
 */
static Ledger
begin_change(FunctionCallInfo fcinfo, Stream *stream)
{
	Oid			namespace = get_func_namespace(fcinfo->flinfo->fn_oid);
	Ledger		ledger = rootfi_ledger(namespace);

	load_own(&ledger, PG_GETARG_INT64(0), stream);
	if (!rootfi_stream_lock(namespace, stream->id, false))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("stream %s is being synced", stream->label),
				 errhint("Cancel that, or wait for its end.")));
	return ledger;
}

/* rootfi_remove_stream(stream_id bigint, drop_tables boolean), strict */
Datum
rootfi_remove_stream(PG_FUNCTION_ARGS)
{
	Ledger		ledger;
	SqlArgs		args = {0};
	Stream		stream;
	RoleState	state;

	PreventCommandIfReadOnly("rootfi_remove_stream()");
	state = begin();
	ledger = begin_change(fcinfo, &stream);
	rootfi_sql_int8(&args, stream.id);
	rootfi_ledger_change(&ledger, LEDGER_REMOVE, &args);
	if (PG_GETARG_BOOL(1) && is_shared(&ledger, &stream))
		ereport(NOTICE,
				(errmsg("the tables stay: another stream fills them")));
	else if (PG_GETARG_BOOL(1))
		drop_tables(&stream);
	end(&state);
	PG_RETURN_VOID();
}

/* Adds an argument of the function as it is. */
static void
pass_argument(SqlArgs *args, FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		rootfi_sql_null(args);
	else
		rootfi_sql_datum(args, PG_GETARG_DATUM(n));
}

/* The owner that a stream is to get, NULL for none. */
static const char *
check_new_owner(FunctionCallInfo fcinfo, int n, const Stream *stream)
{
	const char *owner;

	if (PG_ARGISNULL(n))
		return NULL;
	owner = NameStr(*PG_GETARG_NAME(n));
	if (!has_privs_of_role(GetUserId(), get_role_oid(owner, false)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to give stream %s to role \"%s\"",
						stream->label, owner)));
	return owner;
}

/* The server that a stream is to ask, NULL for none. */
static const char *
check_new_server(FunctionCallInfo fcinfo, int n, const Ledger *ledger,
				 const Stream *stream)
{
	const char *server;

	if (PG_ARGISNULL(n))
		return NULL;
	server = NameStr(*PG_GETARG_NAME(n));
	rootfi_connection_get(server);
	check_server(ledger, server, stream->target_schema,
				 stream->target_table, stream->id);
	return server;
}

/*
 * rootfi_alter_stream(stream_id bigint, enabled boolean, min_interval interval,
 * next_due timestamptz, backfill_from timestamptz, owner name, server name):
 * what is null stays as it is.  Errors: those of load_own,
 * rootfi_connection_get and check_server, 42501 for an owner whose rights the user does not
 * have.
 */
Datum
rootfi_alter_stream(PG_FUNCTION_ARGS)
{
	Ledger		ledger;
	SqlArgs		args = {0};
	Stream		stream;
	RoleState	state;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"stream_id\" must not be null")));
	PreventCommandIfReadOnly("rootfi_alter_stream()");
	state = begin();
	ledger = own_ledger(fcinfo);
	load_own(&ledger, PG_GETARG_INT64(0), &stream);
	for (int i = 0; i < 5; i++)
		pass_argument(&args, fcinfo, i);
	rootfi_sql_text(&args, check_new_owner(fcinfo, 5, &stream));
	rootfi_sql_text(&args, check_new_server(fcinfo, 6, &ledger, &stream));
	rootfi_ledger_change(&ledger, LEDGER_ALTER, &args);
	end(&state);
	PG_RETURN_VOID();
}

/* rootfi_reset_stream(stream_id bigint), strict */
Datum
rootfi_reset_stream(PG_FUNCTION_ARGS)
{
	Ledger		ledger;
	SqlArgs		args = {0};
	Stream		stream;
	RoleState	state;

	PreventCommandIfReadOnly("rootfi_reset_stream()");
	state = begin();
	ledger = begin_change(fcinfo, &stream);
	rootfi_sql_int8(&args, stream.id);
	rootfi_ledger_change(&ledger, LEDGER_RESET, &args);
	end(&state);
	PG_RETURN_VOID();
}

/* rootfi_data_model(resource text), strict */
Datum
rootfi_data_model_of(PG_FUNCTION_ARGS)
{
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_TEXT_P(cstring_to_text(rootfi_data_model(rootfi_resource_by_name(name))));
}

/* rootfi_has_resource(resource text), strict: is there one of that name? */
Datum
rootfi_has_resource(PG_FUNCTION_ARGS)
{
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_BOOL(rootfi_resource_find(name) != NULL);
}
