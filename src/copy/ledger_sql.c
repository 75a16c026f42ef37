/*
 * ledger_sql.c
 *		The statements of the ledger: all that is done with the tables
 *		rootfi_stream, rootfi_run and rootfi_seen.
 *
 * Every name has its schema, and so has every operator, as the search_path may
 * be anybody's.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "copy/ledger_sql.h"

const LedgerText rootfi_ledger_texts[LEDGER_STATEMENTS] = {
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
		" pass_rows, cursor, error_at, child_rows, pass_skipped, checks_lists"
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
		" pass_rows = $7, cursor = $8, child_rows = $9, pass_skipped = $10,"
		" checks_lists = $11"
		" FROM new WHERE stream_id OPERATOR(pg_catalog.=) $1"
		" RETURNING new.run_id",
		{INT8OID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, INT8OID,
		INT8OID, TEXTOID, INT8OID, INT8OID, BOOLOID}
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
		" error_message = NULL, error_at = NULL, child_rows = $4,"
		" checks_lists = $5"
		" WHERE stream_id OPERATOR(pg_catalog.=) $1",
		{INT8OID, INT8OID, INT8OID, INT8OID, BOOLOID}
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
