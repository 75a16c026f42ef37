/*
 * ledger.c
 *		What is known of streams and their runs, in rootfi_stream, rootfi_run and
 *		rootfi_seen.
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
#include "copy/ledger_sql.h"
#include "copy/stream.h"

int			rootfi_run_retention = 30 * SECS_PER_DAY;

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
	const Oid  *types = rootfi_ledger_texts[which].types;

	if (ledger->plans[which] == NULL)
	{
		int			nargs = 0;

		while (nargs < LEDGER_MAX_ARGS && OidIsValid(types[nargs]))
			nargs++;
		ledger->plans[which] =
			rootfi_sql_prepare(ledger->context,
							   psprintf(rootfi_ledger_texts[which].text,
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
 * number.  Its resource may be one that does not exist, and is not looked up.
 */
bool
rootfi_ledger_load(Ledger *ledger, int64 id, Stream *stream)
{
	SqlArgs		args = {0};

	rootfi_sql_int8(&args, id);
	run(ledger, LEDGER_LOAD, &args);
	if (SPI_processed == 0)
		return false;
	memset(stream, 0, sizeof(*stream));
	stream->id = id;
	stream->owner = rootfi_sql_get_text(0, 1);
	stream->server = rootfi_sql_get_text(0, 2);
	stream->resource_name = rootfi_sql_get_text(0, 3);
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
	stream->checks_lists = rootfi_sql_get_bool(0, 22);
	SPI_freetuptable(SPI_tuptable);
	stream->label = make_label(stream, stream->resource_name);
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
	rootfi_sql_bool(&args, stream->checks_lists);
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
	rootfi_sql_bool(&args, stream->checks_lists);
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
