-- Reports: views over the tables that the stream of e-commerce orders fills.
--
-- What holds for all of them: companies and currencies are kept apart, days
-- and months are those of UTC, money is numeric, and deleted orders are left
-- out.  Enums are compared whatever their case (C5), by the rules of "C": in
-- Turkish the capital of "i" is another letter.

CREATE FUNCTION rootfi_add_reports(schema name DEFAULT 'rootfi')
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

COMMENT ON FUNCTION rootfi_add_reports(name) IS
'Makes views of reports over the copied e-commerce orders in that schema, and returns their names';
