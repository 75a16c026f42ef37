/*
 * ledger.c
 *		Statements on the tables rootfi_stream, rootfi_run and rootfi_seen.
 *
 * All of them stand in one table; what belongs together is one statement.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/role.h"
#include "base/sql.h"
#include "base/sqlstates.h"
#include "base/version.h"
#include "copy/failure.h"
#include "copy/stream.h"

#define MAX_ARGS	12

int			rootfi_run_retention = 30 * SECS_PER_DAY;

/* A statement, and the types of its arguments. */
typedef struct LedgerText
{
	const char *text;			/* %1$s is the schema of the extension */
	Oid			types[MAX_ARGS];
} LedgerText;

static const LedgerText statements[LEDGER_STATEMENTS] = {
	[LEDGER_DUE] = {
		"SELECT s.stream_id FROM %1$s.rootfi_stream AS s"
		" WHERE s.enabled AND %1$s.rootfi_can_act_as(s.owner)"
		" AND ($1 IS NULL OR s.resource OPERATOR(pg_catalog.=) $1)"
		" AND ($2 IS NULL OR s.company_id OPERATOR(pg_catalog.=) $2)"
		" AND ($3 OR s.next_due OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp()"
		/* noted by a clock that was ahead */
		" OR s.completed_at OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp()"
		" OR s.error_at OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp())"
		" ORDER BY s.next_due, s.stream_id",
		{TEXTOID, INT8OID, BOOLOID}
	},
	[LEDGER_DELAYED] = {
		"SELECT s.stream_id, s.resource, s.company_id, s.server"
		" FROM %1$s.rootfi_stream AS s"
		" WHERE s.enabled AND %1$s.rootfi_can_act_as(s.owner)"
		" AND s.failures OPERATOR(pg_catalog.>) 0"
		" AND s.next_due OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp()"
		" AND s.error_at OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp()"
		" ORDER BY s.stream_id"
	},
	[LEDGER_KNOWN] = {
		"SELECT FROM %1$s.rootfi_stream AS s"
		" WHERE %1$s.rootfi_can_act_as(s.owner)"
		" AND ($1 IS NULL OR s.resource OPERATOR(pg_catalog.=) $1)"
		" AND ($2 IS NULL OR s.company_id OPERATOR(pg_catalog.=) $2)"
		" LIMIT 1",
		{TEXTOID, INT8OID}
	},
	[LEDGER_LOAD] = {
		"SELECT owner, server, resource, company_id, target_schema,"
		" target_table, enabled, backfill_from, synced_to, completed_at,"
		" next_due, pass_kind, pass_since, pass_start, pass_total, pass_pages,"
		" pass_rows, cursor, error_at, child_rows, pass_skipped"
		" FROM %1$s.rootfi_stream WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID}
	},
	[LEDGER_BEGIN] = {
		"WITH old AS (UPDATE %1$s.rootfi_run"
		" SET state = 'interrupted', ended_at = pg_catalog.clock_timestamp()"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1"
		" AND state OPERATOR(pg_catalog.=) 'running'),"
		" new AS (INSERT INTO %1$s.rootfi_run (stream_id, kind)"
		" VALUES ($1, $2) RETURNING run_id)"
		" UPDATE %1$s.rootfi_stream SET run_id = new.run_id, pass_kind = $2,"
		" pass_since = $3, pass_start = $4, pass_total = $5, pass_pages = $6,"
		" pass_rows = $7, cursor = $8, child_rows = $9, pass_skipped = $10"
		" FROM new WHERE stream_id OPERATOR(pg_catalog.=) $1"
		" RETURNING new.run_id",
		{INT8OID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, INT8OID,
		INT8OID, TEXTOID, INT8OID, INT8OID}
	},
	[LEDGER_RESTART] = {
		"UPDATE %1$s.rootfi_stream SET pass_start = NULL, pass_total = NULL,"
		" pass_pages = 0, pass_rows = 0, pass_skipped = 0, cursor = NULL"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID}
	},
	[LEDGER_PAGE] = {
		"WITH run AS (UPDATE %1$s.rootfi_run SET"
		" pages = pages OPERATOR(pg_catalog.+) 1,"
		" rows_seen = rows_seen OPERATOR(pg_catalog.+) $3,"
		" inserted = inserted OPERATOR(pg_catalog.+) $4,"
		" updated = updated OPERATOR(pg_catalog.+) $5,"
		" unchanged = unchanged OPERATOR(pg_catalog.+) ($3 OPERATOR(pg_catalog.-) $4 OPERATOR(pg_catalog.-) $5),"
		" requests = requests OPERATOR(pg_catalog.+) $6,"
		" bytes = bytes OPERATOR(pg_catalog.+) $7,"
		" waited = waited OPERATOR(pg_catalog.+) pg_catalog.make_interval(secs => $8)"
		" WHERE run_id OPERATOR(pg_catalog.=) $2)"
		" UPDATE %1$s.rootfi_stream SET"
		" pass_pages = pass_pages OPERATOR(pg_catalog.+) 1,"
		" pass_rows = pass_rows OPERATOR(pg_catalog.+) $3,"
		" pass_start = $9, pass_total = $10, cursor = $11,"
		" child_rows = child_rows OPERATOR(pg_catalog.+) $12"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID,
		FLOAT8OID, TIMESTAMPTZOID, INT8OID, TEXTOID, INT8OID}
	},
	/* after LEDGER_PAGE, which took them for unchanged */
	[LEDGER_SKIP] = {
		"WITH run AS (UPDATE %1$s.rootfi_run SET"
		" unchanged = unchanged OPERATOR(pg_catalog.-) $3,"
		" skipped = skipped OPERATOR(pg_catalog.+) $3,"
		" error_sqlstate = 'RFP01', error_message = $4"
		" WHERE run_id OPERATOR(pg_catalog.=) $2)"
		" UPDATE %1$s.rootfi_stream SET"
		" pass_skipped = pass_skipped OPERATOR(pg_catalog.+) $3"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID, INT8OID, INT8OID, TEXTOID}
	},
	[LEDGER_COMPLETE] = {
		"WITH run AS (UPDATE %1$s.rootfi_run SET state = 'complete',"
		" ended_at = pg_catalog.clock_timestamp(), marked_deleted = $3"
		" WHERE run_id OPERATOR(pg_catalog.=) $2)"
		" UPDATE %1$s.rootfi_stream SET synced_to = pass_start,"
		" completed_at = pg_catalog.clock_timestamp(),"
		" next_due = pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) min_interval,"
		" pass_kind = NULL, cursor = NULL, failures = 0, error_sqlstate = NULL,"
		" error_message = NULL, error_at = NULL, child_rows = $4"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID, INT8OID, INT8OID, INT8OID}
	},
	[LEDGER_STOP] = {
		"WITH run AS (UPDATE %1$s.rootfi_run SET state = 'stopped',"
		" ended_at = pg_catalog.clock_timestamp()"
		" WHERE run_id OPERATOR(pg_catalog.=) $2)"
		" UPDATE %1$s.rootfi_stream SET"
		" next_due = pg_catalog.clock_timestamp(), failures = 0,"
		" error_sqlstate = NULL, error_message = NULL, error_at = NULL"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID, INT8OID}
	},
	[LEDGER_ADD] = {
		"INSERT INTO %1$s.rootfi_stream (owner, server, resource, company_id,"
		" target_schema, target_table, backfill_from)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING stream_id",
		{TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID}
	},
	[LEDGER_REMOVE] = {
		"DELETE FROM %1$s.rootfi_stream"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID}
	},
	/* what is NULL stays as it is */
	[LEDGER_ALTER] = {
		"UPDATE %1$s.rootfi_stream SET"
		" enabled = coalesce($2, enabled),"
		" min_interval = coalesce($3, min_interval),"
		" next_due = coalesce($4, next_due),"
		" backfill_from = coalesce($5, backfill_from),"
		" owner = coalesce($6, owner), server = coalesce($7, server)"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID, BOOLOID, INTERVALOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
		TEXTOID}
	},
	[LEDGER_RESET] = {
		"WITH seen AS (DELETE FROM %1$s.rootfi_seen"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1)"
		" UPDATE %1$s.rootfi_stream SET synced_to = NULL, completed_at = NULL,"
		" next_due = '-infinity', pass_kind = NULL, pass_since = NULL,"
		" pass_start = NULL, pass_total = NULL, pass_pages = 0, pass_rows = 0,"
		" pass_skipped = 0, cursor = NULL, failures = 0, error_sqlstate = NULL,"
		" error_message = NULL, error_at = NULL"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID}
	},

	/*
	 * After a minute, two, four ... an hour at most; but at once where the
	 * key was refused, which costs few requests and may be mended any time.
	 */
	[LEDGER_FAIL] = {
		"WITH run AS (UPDATE %1$s.rootfi_run SET state = 'failed',"
		" ended_at = pg_catalog.clock_timestamp(), error_sqlstate = $3,"
		" error_message = $4,"
		" requests = requests OPERATOR(pg_catalog.+) $6,"
		" bytes = bytes OPERATOR(pg_catalog.+) $7,"
		" waited = waited OPERATOR(pg_catalog.+) pg_catalog.make_interval(secs => $8)"
		" WHERE run_id OPERATOR(pg_catalog.=) $2)"
		" UPDATE %1$s.rootfi_stream SET"
		" failures = failures OPERATOR(pg_catalog.+) 1,"
		" error_sqlstate = $3, error_message = $4,"
		" error_at = pg_catalog.clock_timestamp(),"
		" next_due = pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+)"
		" pg_catalog.make_interval(mins =>"
		" CASE WHEN $3 OPERATOR(pg_catalog.=) '28000' THEN 0 ELSE least(60,"
		" pg_catalog.power(2, least(failures, 6))::pg_catalog.int4) END),"
		" pass_kind = CASE WHEN $5 THEN NULL ELSE pass_kind END,"
		" cursor = CASE WHEN $5 THEN NULL ELSE cursor END"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID, INT8OID, TEXTOID, TEXTOID, BOOLOID, INT8OID, INT8OID,
		FLOAT8OID}
	},
	[LEDGER_SEE] = {
		"INSERT INTO %1$s.rootfi_seen (stream_id, page, company_ids, rootfi_ids)"
		" VALUES ($1, $2, $3, $4)",
		{INT8OID, INT8OID, INT8ARRAYOID, INT8ARRAYOID}
	},
	[LEDGER_FORGET] = {
		"DELETE FROM %1$s.rootfi_seen WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID}
	},

	/*
	 * What changed nothing is kept for a day.  It is looked for among the
	 * youngest of what is older, where runs before this one have left some:
	 * so the rows of a busy stream are not all read by each run.
	 */
	[LEDGER_PRUNE] = {
		"WITH quiet AS (DELETE FROM %1$s.rootfi_run AS r"
		" USING (SELECT o.run_id FROM %1$s.rootfi_run AS o"
		" WHERE o.stream_id OPERATOR(pg_catalog.=) $1"
		" AND o.started_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp()"
		" OPERATOR(pg_catalog.-) '1 day'::pg_catalog.interval)"
		" ORDER BY o.started_at DESC LIMIT 100) AS o"
		" WHERE r.run_id OPERATOR(pg_catalog.=) o.run_id"
		" AND r.run_id OPERATOR(pg_catalog.<>) $2"
		" AND r.state OPERATOR(pg_catalog.=) 'complete'"
		" AND r.kind OPERATOR(pg_catalog.=) 'incremental'"
		" AND r.inserted OPERATOR(pg_catalog.=) 0"
		" AND r.updated OPERATOR(pg_catalog.=) 0"
		" AND r.skipped OPERATOR(pg_catalog.=) 0)"
		" DELETE FROM %1$s.rootfi_run WHERE stream_id OPERATOR(pg_catalog.=) $1"
		" AND run_id OPERATOR(pg_catalog.<>) $2"
		" AND started_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp()"
		" OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => $3))",
		{INT8OID, INT8OID, FLOAT8OID}
	},
};

/*
 * A ledger of the extension in that schema, whose plans belong to the current
 * context.  Raises 55000 when its tables are those of another version.
 */
Ledger
rootfi_ledger(Oid namespace)
{
	rootfi_version_require();
	return (Ledger)
	{
		.schema = quote_identifier(get_namespace_name(namespace)),
			.owner = rootfi_role_of_table(get_relname_relid("rootfi_stream",
															namespace)),
			.context = CurrentMemoryContext,
	};
}

/* Prepares a statement, unless that is done, and executes it. */
static void
execute(Ledger *ledger, LedgerStatement which, SqlArgs *args)
{
	const Oid  *types = statements[which].types;

	if (ledger->plans[which] == NULL)
	{
		int			nargs = 0;

		while (nargs < MAX_ARGS && OidIsValid(types[nargs]))
			nargs++;
		ledger->plans[which] =
			rootfi_sql_prepare(ledger->context,
							   psprintf(statements[which].text,
										ledger->schema),
							   nargs, types);
	}
	rootfi_sql_execute(ledger->plans[which], args);
}

/*
 * Runs a statement; what it returns is in SPI_tuptable.  What reads is run as
 * the current user, who sees what the policies show.  Nobody but the owner of
 * the tables may write: that is who runs the others, for a stream whose owner
 * the caller has found to be the current user.
 */
static void
run(Ledger *ledger, LedgerStatement which, SqlArgs *args)
{
	RoleState	state = rootfi_role_begin();

	rootfi_role_settle();
	if (which >= LEDGER_BEGIN)
		rootfi_role_become(ledger->owner);
	execute(ledger, which, args);
	rootfi_role_end(&state);
}

/* Arguments that begin with the stream's number. */
static SqlArgs
stream_args(const Stream *stream)
{
	SqlArgs		args = {0};

	rootfi_sql_int8(&args, stream->id);
	return args;
}

/* Those that go on with its run. */
static SqlArgs
run_args(const Stream *stream)
{
	SqlArgs		args = stream_args(stream);

	Assert(stream->run_id > 0);
	rootfi_sql_int8(&args, stream->run_id);
	return args;
}

/* Arguments that say which streams are meant. */
static SqlArgs
selection_args(const char *resource, const int64 *company_id)
{
	SqlArgs		args = {0};

	rootfi_sql_text(&args, resource);
	if (company_id != NULL)
		rootfi_sql_int8(&args, *company_id);
	else
		rootfi_sql_null(&args);
	return args;
}

/*
 * The numbers of the streams that the current user may run: those that are
 * due or, by name, all that are meant.  A list of palloc'd int64.
 */
List *
rootfi_ledger_due(Ledger *ledger, const char *resource,
				  const int64 *company_id, bool by_name)
{
	MemoryContext context = CurrentMemoryContext;
	SqlArgs		args = selection_args(resource, company_id);
	List	   *ids = NIL;

	rootfi_sql_bool(&args, by_name);
	run(ledger, LEDGER_DUE, &args);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int64	   *id = MemoryContextAlloc(context, sizeof(int64));

		*id = rootfi_sql_get_int8(i, 1, 0);
		ids = lappend(ids, id);
	}
	SPI_freetuptable(SPI_tuptable);
	return ids;
}

/* Is there any such stream, due or not, enabled or not? */
bool
rootfi_ledger_knows(Ledger *ledger, const char *resource,
					const int64 *company_id)
{
	SqlArgs		args = selection_args(resource, company_id);

	run(ledger, LEDGER_KNOWN, &args);
	SPI_freetuptable(SPI_tuptable);
	return SPI_processed > 0;
}

/* What a stream is called in messages. */
static char *
make_label(const Stream *stream, const char *resource)
{
	StringInfoData label;

	initStringInfo(&label);
	appendStringInfo(&label, INT64_FORMAT " (%s", stream->id, resource);
	if (stream->has_company)
		appendStringInfo(&label, ", company " INT64_FORMAT,
						 stream->company_id);
	if (strcmp(stream->server, "rootfi") != 0)
		appendStringInfo(&label, ", server %s", stream->server);
	appendStringInfoChar(&label, ')');
	return label.data;
}

/*
 * The labels of the streams that the current user may run and that wait after
 * a failure.
 */
List *
rootfi_ledger_delayed(Ledger *ledger)
{
	MemoryContext context = CurrentMemoryContext;
	SqlArgs		args = {0};
	List	   *labels = NIL;

	run(ledger, LEDGER_DELAYED, &args);
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Stream		stream = {
			.id = rootfi_sql_get_int8(i, 1, 0),
			.server = rootfi_sql_get_text(i, 4),
			.has_company = !rootfi_sql_is_null(i, 3),
			.company_id = rootfi_sql_get_int8(i, 3, 0),
		};

		labels = lappend(labels, make_label(&stream,
											rootfi_sql_get_text(i, 2)));
	}
	SPI_freetuptable(SPI_tuptable);
	return labels;
}

/*
 * Reads a stream into the current context; false if there is none of that
 * number.  Raises 42704 when its resource does not exist, and has read the
 * rest then.
 */
bool
rootfi_ledger_load(Ledger *ledger, int64 id, Stream *stream)
{
	SqlArgs		args = {0};
	char	   *resource;

	rootfi_sql_int8(&args, id);
	run(ledger, LEDGER_LOAD, &args);
	if (SPI_processed == 0)
		return false;
	memset(stream, 0, sizeof(*stream));
	stream->id = id;
	stream->owner = rootfi_sql_get_text(0, 1);
	stream->server = rootfi_sql_get_text(0, 2);
	resource = rootfi_sql_get_text(0, 3);
	stream->company_id = rootfi_sql_get_int8(0, 4, -1);
	stream->has_company = !rootfi_sql_is_null(0, 4);
	stream->target_schema = rootfi_sql_get_text(0, 5);
	stream->target_table = rootfi_sql_get_text(0, 6);
	stream->enabled = rootfi_sql_get_bool(0, 7);
	stream->backfill_from = rootfi_sql_get_time(0, 8);
	stream->synced_to = rootfi_sql_get_time(0, 9);
	stream->completed_at = rootfi_sql_get_time(0, 10);
	stream->next_due = rootfi_sql_get_time(0, 11);
	stream->error_at = rootfi_sql_get_time(0, 19);
	stream->pass_kind = rootfi_sql_get_text(0, 12);
	stream->pass_since = rootfi_sql_get_time(0, 13);
	stream->pass_start = rootfi_sql_get_time(0, 14);
	stream->pass_total = rootfi_sql_get_int8(0, 15, -1);
	stream->pass_pages = rootfi_sql_get_int8(0, 16, 0);
	stream->pass_rows = rootfi_sql_get_int8(0, 17, 0);
	stream->cursor = rootfi_sql_get_text(0, 18);
	stream->child_rows = rootfi_sql_get_int8(0, 20, -1);
	stream->pass_skipped = rootfi_sql_get_int8(0, 21, 0);
	SPI_freetuptable(SPI_tuptable);
	stream->label = make_label(stream, resource);
	stream->resource = rootfi_resource_by_name(resource);
	return true;
}

/*
 * Begins a run of the pass that the stream describes, and sets its run_id.  A
 * run that was cut off before is closed.
 */
void
rootfi_ledger_begin(Ledger *ledger, Stream *stream)
{
	SqlArgs		args = stream_args(stream);

	rootfi_sql_text(&args, stream->pass_kind);
	rootfi_sql_time(&args, stream->pass_since);
	rootfi_sql_time(&args, stream->pass_start);
	rootfi_sql_count(&args, stream->pass_total);
	rootfi_sql_int8(&args, stream->pass_pages);
	rootfi_sql_int8(&args, stream->pass_rows);
	rootfi_sql_text(&args, stream->cursor);
	rootfi_sql_count(&args, stream->child_rows);
	rootfi_sql_int8(&args, stream->pass_skipped);
	run(ledger, LEDGER_BEGIN, &args);
	if (SPI_processed != 1)
		elog(ERROR, "stream " INT64_FORMAT " is gone", stream->id);
	stream->run_id = rootfi_sql_get_int8(0, 1, 0);
	SPI_freetuptable(SPI_tuptable);
}

/* Puts the pass under way back to its beginning. */
void
rootfi_ledger_restart(Ledger *ledger, Stream *stream)
{
	SqlArgs		args = stream_args(stream);

	stream->cursor = NULL;
	stream->pass_start = DT_NOBEGIN;
	stream->pass_total = -1;
	stream->pass_pages = stream->pass_rows = stream->pass_skipped = 0;
	run(ledger, LEDGER_RESTART, &args);
	rootfi_ledger_forget(ledger, stream);
}

/* Adds what something has cost. */
static void
add_costs(SqlArgs *args, const RunCosts *costs)
{
	rootfi_sql_int8(args, costs->requests);
	rootfi_sql_int8(args, costs->bytes);
	rootfi_sql_float8(args, costs->waited / 1000.0);
}

/* Checkpoint: a page has been written, the stream's cursor is the next. */
void
rootfi_ledger_page(Ledger *ledger, const Stream *stream,
				   const RowCounts *counts, const RunCosts *costs)
{
	SqlArgs		args = run_args(stream);

	rootfi_sql_int8(&args, counts->seen);
	rootfi_sql_int8(&args, counts->inserted);
	rootfi_sql_int8(&args, counts->updated);
	add_costs(&args, costs);
	rootfi_sql_time(&args, stream->pass_start);
	rootfi_sql_count(&args, stream->pass_total);
	rootfi_sql_text(&args, stream->cursor);
	rootfi_sql_int8(&args, counts->children);
	run(ledger, LEDGER_PAGE, &args);
}

/*
 * So many records of the page that was just noted were left out, as they have
 * no key; the text tells of all of the run.
 */
void
rootfi_ledger_skip(Ledger *ledger, const Stream *stream, int64 skipped,
				   const char *text)
{
	SqlArgs		args = run_args(stream);

	rootfi_sql_int8(&args, skipped);
	rootfi_sql_text(&args, text);
	run(ledger, LEDGER_SKIP, &args);
}

/* The pass is over: the next one asks for what changed since its start. */
void
rootfi_ledger_complete(Ledger *ledger, const Stream *stream, int64 marked)
{
	SqlArgs		args = run_args(stream);

	rootfi_sql_int8(&args, marked);
	rootfi_sql_count(&args, stream->child_rows);
	run(ledger, LEDGER_COMPLETE, &args);
	if (rootfi_run_retention < 0)
		return;
	args = run_args(stream);
	rootfi_sql_float8(&args, rootfi_run_retention);
	run(ledger, LEDGER_PRUNE, &args);
}

/* The run ends; the pass will be gone on with. */
void
rootfi_ledger_stop(Ledger *ledger, const Stream *stream)
{
	SqlArgs		args = run_args(stream);

	run(ledger, LEDGER_STOP, &args);
}

/* The run failed; the pass will be gone on with unless it is abandoned. */
void
rootfi_ledger_fail(Ledger *ledger, const Stream *stream,
				   const ErrorData *error, bool abandon,
				   const RunCosts *costs)
{
	SqlArgs		args = run_args(stream);

	rootfi_sql_text(&args, unpack_sql_state(error->sqlerrcode));
	rootfi_sql_text(&args, rootfi_failure_text(error));
	rootfi_sql_bool(&args, abandon);
	add_costs(&args, costs);
	run(ledger, LEDGER_FAIL, &args);
	if (abandon)
		rootfi_ledger_forget(ledger, stream);
}

/*
 * Notes what a page of a full refresh had.  Companies are NULL where all
 * records are of the stream's, or none is needed to tell them apart.
 */
void
rootfi_ledger_see(Ledger *ledger, const Stream *stream,
				  ArrayType *companies, ArrayType *ids)
{
	SqlArgs		args = stream_args(stream);

	rootfi_sql_int8(&args, stream->pass_pages);
	if (companies == NULL)
		rootfi_sql_null(&args);
	else
		rootfi_sql_datum(&args, PointerGetDatum(companies));
	rootfi_sql_datum(&args, PointerGetDatum(ids));
	run(ledger, LEDGER_SEE, &args);
}

/* Forgets what a full refresh has seen. */
void
rootfi_ledger_forget(Ledger *ledger, const Stream *stream)
{
	SqlArgs		args = stream_args(stream);

	run(ledger, LEDGER_FORGET, &args);
}

/* Adds a stream of the current user's, given its columns; returns its number. */
int64
rootfi_ledger_add(Ledger *ledger, SqlArgs *args)
{
	int64		id;

	run(ledger, LEDGER_ADD, args);
	id = rootfi_sql_get_int8(0, 1, 0);
	SPI_freetuptable(SPI_tuptable);
	return id;
}

/* Changes a stream: LEDGER_REMOVE, LEDGER_ALTER or LEDGER_RESET. */
void
rootfi_ledger_change(Ledger *ledger, LedgerStatement which, SqlArgs *args)
{
	run(ledger, which, args);
}
