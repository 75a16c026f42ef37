\echo Use "ALTER EXTENSION rootfi UPDATE" to load this file. \quit

COMMENT ON COLUMN rootfi_stream.synced_to IS
'Start of the last complete pass by the earlier of the server''s clock and ours: changes up to then have been copied';
COMMENT ON COLUMN rootfi_stream.pass_start IS
'Start of this pass by the earlier of the server''s clock and ours';

ALTER TABLE rootfi_stream ADD COLUMN child_rows bigint;
COMMENT ON COLUMN rootfi_stream.child_rows IS
'Rows of the tables of lists as the runs have left them, NULL when not known; a full refresh that finds others looks at every list';

ALTER TABLE rootfi_stream ADD COLUMN pass_skipped bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN rootfi_stream.pass_skipped IS
'Of pass_rows, those that were left out as they have no key';

ALTER TABLE rootfi_stream ADD COLUMN checks_lists boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN rootfi_stream.checks_lists IS
'Lists may be wrong: full refreshes look at every one, until a whole pass has met none that others have changed meanwhile';

ALTER TABLE rootfi_run ADD COLUMN skipped bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN rootfi_run.skipped IS
'Records that were left out as they have no key that fits the table; error_message says where ten of them stand, also of a run that did not fail';

-- What changed nothing is kept for a day only.
ALTER TABLE rootfi_run SET (fillfactor = 90);
COMMENT ON TABLE rootfi_run IS
'Log of what rootfi_sync() did, a row for each stream and run; the setting rootfi.run_retention says how long it is kept. Incremental runs that changed nothing are kept for a day, unless it is -1';

CREATE FUNCTION rootfi_page(number bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE ROWS 1;

COMMENT ON FUNCTION rootfi_page(bigint) IS
'The rows of a page, for the statements by which rootfi_sync() writes them; of no use to others';

CREATE OR REPLACE FUNCTION rootfi_add_reports(schema name DEFAULT 'rootfi')
RETURNS SETOF text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
	missing text;
	report record;
	view_name text;
BEGIN
	IF schema IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'argument "schema" must not be null';
	END IF;

	SELECT format('%I.%I', schema, t.name) INTO missing
	FROM unnest(ARRAY['orders', 'order_line_items', 'order_transactions']) WITH ORDINALITY AS t (name, n)
	WHERE to_regclass(format('%I.%I', schema, t.name)) IS NULL
	ORDER BY t.n
	LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = format('table %s does not exist', missing),
			HINT = format('Run "SELECT rootfi_add_stream(''ecommerce/orders'', target_schema => %L)" and "CALL rootfi_sync()".', schema);
	END IF;

	FOR report IN SELECT * FROM (VALUES
		('report_revenue_by_day',
		'Orders of each day, and what they come to; without canceled ones',
		$query$
			SELECT
				(o.created_at AT TIME ZONE 'UTC')::date AS day,
				o.rootfi_company_id,
				upper(o.currency_id COLLATE "C") AS currency_id,
				count(*) AS orders,
				coalesce(sum(o.total_amount), 0) AS revenue,
				coalesce(sum(o.total_discount), 0) AS discount,
				coalesce(sum(o.total_tax), 0) AS tax,
				coalesce(sum(o.shipping_amount), 0) AS shipping
			FROM %1$I.orders AS o
			WHERE o.rootfi_deleted_at IS NULL
				AND (lower(o.status COLLATE "C") IN ('canceled', 'cancelled')) IS NOT TRUE
			GROUP BY 1, 2, 3
		$query$),

		-- an item is called as in the latest order that names it; lines
		-- without an item are told apart by their names
		('report_top_items',
		'How often each item was ordered, and for how much; without canceled orders',
		$query$
			SELECT
				o.rootfi_company_id,
				upper(o.currency_id COLLATE "C") AS currency_id,
				l.item_id,
				(array_agg(coalesce(l.name, l.description) ORDER BY o.created_at DESC NULLS LAST, o.rootfi_id DESC, l.ordinal)
					FILTER (WHERE coalesce(l.name, l.description) IS NOT NULL))[1] AS name,
				coalesce(sum(l.quantity), 0) AS quantity,
				count(DISTINCT o.rootfi_id) AS orders,
				coalesce(sum(coalesce(l.total_amount, l.quantity * l.unit_amount)), 0) AS revenue
			FROM %1$I.order_line_items AS l
				JOIN %1$I.orders AS o ON o.rootfi_company_id = l.rootfi_company_id AND o.rootfi_id = l.order_rootfi_id
			WHERE o.rootfi_deleted_at IS NULL
				AND (lower(o.status COLLATE "C") IN ('canceled', 'cancelled')) IS NOT TRUE
			GROUP BY 1, 2, 3, CASE WHEN l.item_id IS NULL THEN coalesce(l.name, l.description) END
		$query$),

		-- the documents know transactions that are DRAFT and such that are
		-- PAID; amounts are positive, their direction is in the type.  What
		-- is refunded is neither paid nor owed any more, so that it cancels
		-- out: (total - refunds) - (payments - refunds)
		('report_unpaid_orders',
		'Orders whose payments do not reach their total; without canceled, voided and refunded ones',
		$query$
			SELECT
				o.rootfi_company_id,
				o.rootfi_id,
				o.order_number,
				o.customer_id,
				upper(o.currency_id COLLATE "C") AS currency_id,
				o.status,
				o.payment_status,
				o.total_amount,
				t.payments,
				t.refunds,
				o.total_amount - t.payments AS amount_due,
				o.created_at,
				now() - o.created_at AS age
			FROM %1$I.orders AS o,
				LATERAL (
					SELECT
						coalesce(sum(t.amount) FILTER (WHERE upper(t.type COLLATE "C") = 'PAYMENT'), 0) AS payments,
						coalesce(sum(t.amount) FILTER (WHERE upper(t.type COLLATE "C") = 'REFUND'), 0) AS refunds
					FROM %1$I.order_transactions AS t
					WHERE t.rootfi_company_id = o.rootfi_company_id AND t.order_rootfi_id = o.rootfi_id
						AND t.rootfi_deleted_at IS NULL
						AND upper(t.status COLLATE "C") = 'PAID'
						AND upper(coalesce(t.currency_id, o.currency_id) COLLATE "C")
							IS NOT DISTINCT FROM upper(o.currency_id COLLATE "C")
				) AS t
			WHERE o.rootfi_deleted_at IS NULL
				AND (lower(o.status COLLATE "C") IN ('canceled', 'cancelled')) IS NOT TRUE
				AND (lower(o.payment_status COLLATE "C") IN ('voided', 'refunded')) IS NOT TRUE
				AND o.total_amount > t.payments
		$query$),

		-- of canceled orders too: there money goes back more than anywhere
		('report_refunds',
		'Payments and refunds of each month, and the share that was refunded',
		$query$
			SELECT
				s.month,
				s.rootfi_company_id,
				s.currency_id,
				s.payments,
				s.refunds,
				round(s.refunds / nullif(s.payments, 0), 4) AS share_refunded
			FROM (
				SELECT
					date_trunc('month', t.created_at AT TIME ZONE 'UTC')::date AS month,
					o.rootfi_company_id,
					upper(coalesce(t.currency_id, o.currency_id) COLLATE "C") AS currency_id,
					coalesce(sum(t.amount) FILTER (WHERE upper(t.type COLLATE "C") = 'PAYMENT'), 0) AS payments,
					coalesce(sum(t.amount) FILTER (WHERE upper(t.type COLLATE "C") = 'REFUND'), 0) AS refunds
				FROM %1$I.order_transactions AS t
					JOIN %1$I.orders AS o ON o.rootfi_company_id = t.rootfi_company_id AND o.rootfi_id = t.order_rootfi_id
				WHERE o.rootfi_deleted_at IS NULL AND t.rootfi_deleted_at IS NULL
					AND upper(t.status COLLATE "C") = 'PAID'
					AND upper(t.type COLLATE "C") IN ('PAYMENT', 'REFUND')
				GROUP BY 1, 2, 3
			) AS s
		$query$),

		-- a line of unknown amount leaves the sum unknown, which is listed
		('report_order_differences',
		'Orders whose total is not that of their lines less discount, plus tax and shipping',
		$query$
			SELECT
				o.rootfi_company_id,
				o.rootfi_id,
				o.order_number,
				upper(o.currency_id COLLATE "C") AS currency_id,
				o.status,
				l.line_items,
				l.line_amount,
				o.total_discount,
				o.total_tax,
				o.shipping_amount,
				e.expected_amount,
				o.total_amount,
				o.total_amount - e.expected_amount AS difference
			FROM %1$I.orders AS o,
				LATERAL (
					SELECT
						count(*) AS line_items,
						CASE WHEN count(*) = count(a.amount) THEN coalesce(sum(a.amount), 0) END AS line_amount
					FROM %1$I.order_line_items AS l,
						LATERAL (SELECT coalesce(l.total_amount, l.quantity * l.unit_amount) AS amount) AS a
					WHERE l.rootfi_company_id = o.rootfi_company_id AND l.order_rootfi_id = o.rootfi_id
				) AS l,
				LATERAL (
					SELECT l.line_amount - coalesce(o.total_discount, 0) + coalesce(o.total_tax, 0)
						+ coalesce(o.shipping_amount, 0) AS expected_amount
				) AS e
			WHERE o.rootfi_deleted_at IS NULL
				AND (o.total_amount = e.expected_amount) IS NOT TRUE
		$query$)
	) AS r (name, comment, query) LOOP
		view_name := format('%I.%I', schema, report.name);
		IF to_regclass(view_name) IS NOT NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'duplicate_table',
				MESSAGE = format('relation %s already exists', view_name),
				HINT = 'Drop or rename it to have the report made anew.';
		END IF;
		EXECUTE format('CREATE VIEW %2$s WITH (security_invoker) AS ' || report.query, schema, view_name);
		EXECUTE format('COMMENT ON VIEW %s IS %L', view_name, report.comment);
		RETURN NEXT view_name;
	END LOOP;
END;
$function$;

CREATE FUNCTION rootfi_has_resource(resource text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'rootfi_has_resource'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_has_resource(text) IS
'Is there a resource of that name?';

CREATE FUNCTION rootfi_sync_states()
RETURNS TABLE (
	stream_id bigint,
	resource text,
	company_id bigint,
	target text,
	owner name,
	state text,
	pid integer,
	kind text,
	pages bigint,
	rows bigint,
	total bigint,
	rows_per_second numeric,
	time_left interval,
	started_at timestamptz,
	ended_at timestamptz,
	inserted bigint,
	updated bigint,
	unchanged bigint,
	synced_to timestamptz,
	completed_at timestamptz,
	next_due timestamptz,
	failures integer,
	error_sqlstate text,
	error_message text,
	error_at timestamptz,
	server name)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED ROWS 20
-- who has it off gets one's own streams all the same, and no error
SET row_security = on
BEGIN ATOMIC
	SELECT
		s.stream_id,
		s.resource,
		s.company_id,
		format('%I.%I', s.target_schema, s.target_table) AS target,
		s.owner,
		CASE
			WHEN l.pid IS NOT NULL THEN 'running'
			WHEN NOT s.enabled THEN 'disabled'
			WHEN s.failures > 0 THEN 'failing'
			WHEN r.state = 'running' THEN 'interrupted'
			WHEN s.pass_kind IS NOT NULL THEN 'stopped'
			WHEN s.completed_at IS NULL THEN 'new'
			ELSE 'idle'
		END AS state,
		l.pid,
		r.kind,
		s.pass_pages AS pages,
		s.pass_rows AS rows,
		s.pass_total AS total,
		p.rate AS rows_per_second,
		-- a server may announce what it likes: no more than 30 years are told
		CASE WHEN l.pid IS NOT NULL AND p.rate > 0 AND (s.pass_total::numeric - s.pass_rows) / nullif(p.rate, 0) BETWEEN 0 AND 1e9
			THEN make_interval(secs => ((s.pass_total::numeric - s.pass_rows) / p.rate)::double precision) END AS time_left,
		r.started_at,
		r.ended_at,
		r.inserted,
		r.updated,
		r.unchanged,
		s.synced_to,
		s.completed_at,
		s.next_due,
		s.failures,
		s.error_sqlstate,
		s.error_message,
		s.error_at,
		s.server
	FROM rootfi_stream AS s
		LEFT JOIN rootfi_run AS r USING (stream_id, run_id)
		LEFT JOIN pg_locks AS l ON l.locktype = 'object' AND l.granted AND l.classid = s.tableoid
			AND l.objid = (s.stream_id & 4294967295)::oid AND l.objsubid = (s.stream_id >> 32)
			AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()),
		-- of infinite times there is no difference
		LATERAL (SELECT CASE WHEN isfinite(r.started_at) AND isfinite(coalesce(r.ended_at, 'epoch'))
			THEN round(r.rows_seen / greatest(extract(epoch FROM coalesce(r.ended_at, clock_timestamp()) - r.started_at), 0.001)) END AS rate) AS p;
END;

COMMENT ON FUNCTION rootfi_sync_states() IS
'The rows of the view rootfi_sync_status';

CREATE OR REPLACE VIEW rootfi_sync_status WITH (security_invoker) AS
SELECT s.stream_id, s.resource, s.company_id, s.target COLLATE "C" AS target, s.owner, s.state, s.pid, s.kind, s.pages, s.rows,
	s.total, s.rows_per_second, s.time_left, s.started_at, s.ended_at, s.inserted, s.updated, s.unchanged, s.synced_to,
	s.completed_at, s.next_due, s.failures, s.error_sqlstate, s.error_message, s.error_at, s.server
FROM rootfi_sync_states() AS s;

CREATE OR REPLACE FUNCTION rootfi_freshness(
	company_id bigint DEFAULT NULL,
	max_lag interval DEFAULT '1 day')
RETURNS SETOF rootfi_stream_freshness
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20
-- its costs are estimated high, but there is not much to compute
SET jit = off
-- see rootfi_sync_states()
SET row_security = on
BEGIN ATOMIC
	WITH streams AS MATERIALIZED (
		-- others' rows are not to be kept back by one that is odd
		SELECT s.*, s.resource LIKE 'v3/core/%' AS is_core,
			CASE WHEN rootfi_has_resource(s.resource) THEN rootfi_data_model(s.resource) END AS data_model,
			rootfi_has_resource(s.resource) AND coalesce(isfinite(s.completed_at), true) AS is_valid
		FROM rootfi_stream AS s
		-- the setting is not there before the library is
		WHERE s.server = coalesce(current_setting('rootfi.server', true), 'rootfi')
			AND (rootfi_freshness.company_id IS NULL OR s.company_id = rootfi_freshness.company_id)
	), wanted AS MATERIALIZED (
		SELECT n.ids, n.is_all, n.is_all OR cardinality(n.ids) > 1 OR n.owners > 1 AND cardinality(n.ids) = 1 AS is_listed
		FROM (SELECT array_agg(DISTINCT s.company_id) FILTER (WHERE NOT s.is_core AND s.is_valid) AS ids,
				bool_or(s.company_id IS NULL) FILTER (WHERE NOT s.is_core AND s.is_valid) AS is_all,
				count(DISTINCT s.owner) AS owners
			FROM streams AS s) AS n
	), companies AS MATERIALIZED (
		-- one alone need not be looked for among all; of several, or where
		-- there are streams of several owners, one that RootFi does not know
		-- must not hide the others
		SELECT c.rootfi_id AS company_id, to_jsonb(c) AS company
		FROM rootfi_list_companies() AS c
		WHERE (SELECT w.is_listed FROM wanted AS w)
			AND EXISTS (SELECT FROM wanted AS w WHERE w.is_all OR c.rootfi_id = ANY (w.ids))
		UNION ALL
		SELECT w.ids[1], coalesce(a -> 'data', a)
		FROM wanted AS w, LATERAL rootfi_get_company(w.ids[1]) AS a
		WHERE NOT w.is_listed AND cardinality(w.ids) = 1
	), connections AS MATERIALIZED (
		SELECT c.company_id, upper(n.category) AS category,
			upper(coalesce(n.connection_status, n.extra ->> 'status')) AS status, n.last_synced
		FROM companies AS c, LATERAL rootfi_company_connections(c.company) AS n
	), syncs AS MATERIALIZED (
		-- writes are among them; of those that are not over the status is null,
		-- and as only some are documented, the counts of jobs have a say
		SELECT c.company_id, y.sync_data_models, coalesce(upper(y.config_mode), 'READ') = 'READ' AS reads,
			y.start_time, y.end_time,
			CASE
				WHEN upper(y.status) IN ('RUNNING', 'PENDING', 'CREATED') OR y.running_count > 0 OR y.pending_count > 0 THEN NULL
				WHEN coalesce(upper(y.status), 'SUCCESS') = 'SUCCESS' AND y.failed_count > 0
				THEN CASE WHEN y.failed_count < y.total_count THEN 'PARTIAL_SUCCESS' ELSE 'FAILED' END
				ELSE upper(y.status)
			END AS status
		FROM companies AS c,
			LATERAL rootfi_list_syncs(c.company_id, max_rows => 500, sort => ARRAY['rootfi_created_at DESC']) AS y
	), clocks AS (
		-- of each stream and company: the end of the last sync that went well,
		-- how the last one ended, and what its connections are; their own clock
		-- counts where there has been no sync, if we have seen all there were
		SELECT s.stream_id,
			coalesce((SELECT max(y.end_time) FROM syncs AS y
				WHERE y.company_id = c.company_id AND y.reads AND y.sync_data_models ? s.data_model AND y.status = 'SUCCESS'),
				CASE WHEN NOT EXISTS (SELECT FROM syncs AS y
					WHERE y.company_id = c.company_id AND y.reads AND y.sync_data_models ? s.data_model)
				AND (SELECT count(*) < 500 FROM syncs AS y WHERE y.company_id = c.company_id)
				THEN n.last_synced END) AS synced_at,
			(SELECT y.status FROM syncs AS y
				WHERE y.company_id = c.company_id AND y.reads AND y.sync_data_models ? s.data_model AND y.status IS NOT NULL
				ORDER BY coalesce(y.start_time, y.end_time) DESC NULLS LAST, y.end_time DESC LIMIT 1) AS status,
			n.status AS connection
		FROM streams AS s
			JOIN companies AS c ON NOT s.is_core AND s.is_valid AND coalesce(s.company_id, c.company_id) = c.company_id,
			LATERAL (SELECT CASE split_part(s.data_model, '_', 1)
				WHEN 'ECOMMERCE' THEN 'ECOMMERCE' WHEN 'PAYMENT' THEN 'PAYMENTS' WHEN 'CRM' THEN 'CRM'
				ELSE 'ACCOUNTING' END AS category) AS k,
			LATERAL (SELECT
				coalesce(min(n.status) FILTER (WHERE n.status <> 'HEALTHY'),
					CASE WHEN bool_and(n.status IS NOT NULL) THEN min(n.status) END) AS status,
				CASE WHEN bool_and(n.last_synced IS NOT NULL) THEN min(n.last_synced) END AS last_synced
				FROM connections AS n
				WHERE n.company_id = c.company_id AND (n.category = k.category OR NOT EXISTS (
					SELECT FROM connections AS m WHERE m.company_id = c.company_id AND m.category = k.category))) AS n
	), worst AS (
		-- a stream is not fresher than its stalest company
		SELECT c.stream_id,
			CASE WHEN bool_and(c.synced_at IS NOT NULL) THEN min(c.synced_at) END AS synced_at,
			coalesce(min(c.status) FILTER (WHERE c.status = 'FAILED'),
				min(c.status) FILTER (WHERE c.status <> 'SUCCESS'), min(c.status)) AS status,
			coalesce(min(c.connection) FILTER (WHERE c.connection <> 'HEALTHY'),
				CASE WHEN bool_and(c.connection IS NOT NULL) THEN min(c.connection) END) AS connection
		FROM clocks AS c
		GROUP BY c.stream_id
	)
	SELECT s.stream_id, s.resource, s.company_id,
		s.completed_at, CASE WHEN isfinite(s.completed_at) THEN clock_timestamp() - s.completed_at END,
		w.synced_at, CASE WHEN isfinite(w.synced_at) THEN clock_timestamp() - w.synced_at END, w.status, w.connection,
		CASE
			WHEN NOT s.enabled THEN 'disabled'
			WHEN NOT s.is_valid THEN 'invalid'
			WHEN s.failures > 0 THEN 'failing'
			WHEN s.completed_at IS NULL THEN 'never copied'
			WHEN NOT s.is_core AND w.connection IS DISTINCT FROM 'HEALTHY' THEN 'not connected'
			WHEN w.status = 'PARTIAL_SUCCESS' THEN 'remote partial'
			WHEN w.status <> 'SUCCESS' THEN 'remote failed'
			WHEN NOT s.is_core AND w.synced_at IS NULL THEN 'remote unknown'
			WHEN s.completed_at < clock_timestamp() - max_lag THEN 'late'
			WHEN w.synced_at < clock_timestamp() - max_lag THEN 'remote late'
			ELSE 'healthy'
		END
	FROM streams AS s LEFT JOIN worst AS w USING (stream_id)
	ORDER BY s.stream_id;
END;

-- Nobody writes but by the functions.
REVOKE INSERT, UPDATE, DELETE ON rootfi_stream, rootfi_run, rootfi_seen FROM PUBLIC;

ALTER TABLE rootfi_seen ALTER COLUMN company_ids DROP NOT NULL,
	ALTER COLUMN company_ids SET STORAGE EXTERNAL,
	ALTER COLUMN rootfi_ids SET STORAGE EXTERNAL;

COMMENT ON COLUMN rootfi_seen.company_ids IS
'Companies of the records; NULL when all are of the stream''s, or the table''s key has none';

CREATE FUNCTION rootfi_alter_stream(
	stream_id bigint,
	enabled boolean DEFAULT NULL,
	min_interval interval DEFAULT NULL,
	next_due timestamptz DEFAULT NULL,
	backfill_from timestamptz DEFAULT NULL,
	owner name DEFAULT NULL,
	server name DEFAULT NULL)
RETURNS void
AS 'MODULE_PATHNAME', 'rootfi_alter_stream'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION rootfi_alter_stream(bigint, boolean, interval, timestamptz, timestamptz, name, name) IS
'Changes a stream; what is null stays as it is';

CREATE FUNCTION rootfi_reset_stream(stream_id bigint)
RETURNS void
AS 'MODULE_PATHNAME', 'rootfi_reset_stream'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION rootfi_reset_stream(bigint) IS
'Forgets how far a stream is and what went wrong, so that the next run copies all anew';

-- The functions of resources no longer call the generic ones: EXECUTE on one
-- of them is all that a role needs.

CREATE OR REPLACE FUNCTION rootfi_create_order(company_id bigint, data jsonb, run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__ecommerce__orders'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_order(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__ecommerce__orders'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_order(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__ecommerce__orders'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_order(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__ecommerce__orders'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_item(company_id bigint, data jsonb, run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__ecommerce__items'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_item(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__ecommerce__items'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_item(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__ecommerce__items'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_item(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__ecommerce__items'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_product(company_id bigint, data jsonb, run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__ecommerce__products'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_fulfillment(company_id bigint, data jsonb, run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__ecommerce__fulfillments'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_fulfillment(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__ecommerce__fulfillments'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_fulfillment(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__ecommerce__fulfillments'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_transaction(company_id bigint, data jsonb, run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__ecommerce__transactions'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_transaction(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__ecommerce__transactions'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_inventory(company_id bigint, data jsonb, run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__ecommerce__inventories'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_inventory(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__ecommerce__inventories'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_inventory(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__ecommerce__inventories'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_contact(company_id bigint, data jsonb, run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__ecommerce__contacts'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_contact(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__ecommerce__contacts'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_contact(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__ecommerce__contacts'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_contact(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__ecommerce__contacts'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_customer(company_id bigint, data jsonb, run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__v3__ecommerce__customers'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_v3_product(company_id bigint, data jsonb, run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__v3__ecommerce__products'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_payment_order(company_id bigint, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__payments__orders'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_payment_order(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__payments__orders'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_payment_order(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__payments__orders'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_payment_order(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__payments__orders'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_payment_contact(company_id bigint, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__payments__contacts'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_payment_contact(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__payments__contacts'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_payment_contact(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__payments__contacts'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_payment_contact(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__payments__contacts'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_invoice(company_id bigint, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__payments__invoices'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_invoice(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__payments__invoices'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_invoice(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__payments__invoices'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_invoice(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__payments__invoices'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_payment_item(company_id bigint, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__payments__items'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_payment_item(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__payments__items'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_payment_item(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__payments__items'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_payment_item(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__payments__items'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_subscription(company_id bigint, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__payments__subscriptions'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_subscription(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__payments__subscriptions'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_subscription(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__payments__subscriptions'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_subscription(
	id text,
	cancel_at_period_end boolean DEFAULT NULL,
	prorate boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__payments__subscriptions'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_payment_transaction(company_id bigint, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__payments__transactions'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_payment_transaction(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__payments__transactions'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_company(company_id bigint)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__v3__core__companies'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_company(company_id bigint, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__v3__core__companies'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_invite_link(data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__v3__core__invite_links'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_invite_link(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__v3__core__invite_links'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_invite_link(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__v3__core__invite_links'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_invite_link(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__v3__core__invite_links'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_sync(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__v3__core__syncs'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_start_sync(
	company_id bigint,
	integration_type text,
	data_models text[],
	full_sync boolean DEFAULT false)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_start__v3__core__syncs'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_wait_sync(sync_id text, timeout interval DEFAULT '10 minutes')
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_wait__v3__core__syncs'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_sync_job(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__v3__core__syncs__jobs'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_sync_config(category text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get_sync_config'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_create_webhook(data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create__v3__core__webhooks'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get_webhook(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__v3__core__webhooks'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update_webhook(id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__v3__core__webhooks'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete_webhook(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__v3__core__webhooks'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_passthrough(
	company_id bigint,
	method text,
	path text,
	data jsonb DEFAULT NULL,
	params jsonb DEFAULT NULL,
	headers jsonb DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_passthrough'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE FUNCTION rootfi_version(OUT library text, OUT objects text)
RETURNS record
AS 'MODULE_PATHNAME', 'rootfi_version'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_version() IS
'The version of the library that this session has loaded, and that of the SQL objects of this database: ALTER EXTENSION rootfi UPDATE makes them the same';

-- The generic functions get an argument more.  CREATE OR REPLACE cannot add
-- one, and a new function would lose the rights that were granted on the old
-- one, and could not be made where views use it.  So the old ones are changed
-- as contrib does that; pg_proc has their signatures, and what depends on them
-- stays.  Their defaults are given anew below.

UPDATE pg_catalog.pg_proc AS p SET
	pronargs = p.pronargs + 1,
	proargtypes = (CASE WHEN p.pronargs = 0 THEN '25' ELSE p.proargtypes::text || ' 25' END)::oidvector,
	proallargtypes = CASE WHEN p.proallargtypes IS NOT NULL THEN ARRAY[25]::oid[] || p.proallargtypes END,
	proargmodes = CASE WHEN p.proargmodes IS NOT NULL THEN ARRAY['i']::"char"[] || p.proargmodes END,
	proargnames = CASE WHEN p.proargmodes IS NOT NULL THEN ARRAY['server'] || p.proargnames ELSE p.proargnames || 'server'::text END,
	pronargdefaults = 0,
	proargdefaults = NULL
FROM pg_catalog.pg_depend AS d
WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	AND d.refclassid = 'pg_catalog.pg_extension'::regclass
	AND d.refobjid = (SELECT e.oid FROM pg_catalog.pg_extension AS e WHERE e.extname = 'rootfi')
	AND 'server' <> ALL (p.proargnames)
	AND p.proname IN ('rootfi_create',
		'rootfi_get',
		'rootfi_update',
		'rootfi_delete',
		'rootfi_wait',
		'rootfi_request',
		'rootfi_list',
		'rootfi_rows',
		'rootfi_count',
		'rootfi_check');

CREATE OR REPLACE FUNCTION rootfi_create(
	resource text,
	company_id bigint,
	data jsonb,
	run_async boolean DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_get(
	resource text,
	id text,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_update(
	resource text,
	id text,
	data jsonb,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_delete(
	resource text,
	id text,
	options jsonb DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_wait(
	resource text,
	id text,
	timeout interval,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_wait'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_request(
	method text,
	path text,
	query jsonb DEFAULT NULL,
	body jsonb DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_request'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

CREATE OR REPLACE FUNCTION rootfi_list(
	resource text,
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	max_rows bigint DEFAULT NULL,
	expand text[] DEFAULT NULL,
	select_fields text[] DEFAULT NULL,
	page_size integer DEFAULT NULL,
	sort text[] DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS SETOF jsonb
AS 'MODULE_PATHNAME', 'rootfi_list'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000;

CREATE OR REPLACE FUNCTION rootfi_rows(
	resource text,
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	max_rows bigint DEFAULT NULL,
	expand text[] DEFAULT NULL,
	select_fields text[] DEFAULT NULL,
	page_size integer DEFAULT NULL,
	sort text[] DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rootfi_rows'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000 ROWS 1000;

CREATE OR REPLACE FUNCTION rootfi_count(
	resource text,
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	server text DEFAULT NULL)
RETURNS bigint
AS 'MODULE_PATHNAME', 'rootfi_count'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000;

CREATE OR REPLACE FUNCTION rootfi_check(
	server text DEFAULT NULL,
	OUT check_name text,
	OUT status text,
	OUT detail text,
	OUT hint text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rootfi_check'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000 ROWS 8;

CREATE FUNCTION rootfi_fdw_handler()
RETURNS fdw_handler
AS 'MODULE_PATHNAME', 'rootfi_fdw_handler'
LANGUAGE C STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_fdw_handler() IS
'Plans and reads the foreign tables of the foreign-data wrapper rootfi';

COMMENT ON FUNCTION rootfi_fdw_validator(text[], oid) IS
'Checks the options of servers, user mappings, foreign tables and columns of the foreign-data wrapper rootfi';

-- without the warning that foreign tables may behave otherwise: none could be
-- read before
SET LOCAL client_min_messages = error;
ALTER FOREIGN DATA WRAPPER rootfi HANDLER rootfi_fdw_handler;
SET LOCAL client_min_messages = warning;

COMMENT ON FOREIGN DATA WRAPPER rootfi IS
'RootFi unified API: servers hold the base URL, user mappings the API key, foreign tables name a resource';
