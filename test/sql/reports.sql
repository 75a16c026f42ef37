-- Reports: against what the API itself says, and against orders made by hand.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key :'key');

SET client_min_messages = warning;
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- there must be something to report on
SELECT rootfi_add_reports();
\echo :LAST_ERROR_SQLSTATE
SELECT rootfi_add_reports('My Shop');
SELECT rootfi_add_reports(NULL);
\echo :LAST_ERROR_SQLSTATE

-- copied orders of two companies: some canceled, one deleted, two whose total
-- is not the sum of its parts
SELECT rootfi_update_order('165', '{"total_tax": 0.10}') ->> 'total_tax' AS total_tax;
SELECT rootfi_create_order(1090, '{"customer_id": "c", "currency_id": "USD", "order_date": "2024-03-05T00:00:00Z",
	"line_items": [{"item_id": "prod_789", "name": "Wireless Headphones", "quantity": 1.5, "unit_amount": 0.10}]}') -> 'sync_id' AS sync_id;
SELECT rootfi_add_stream('ecommerce/orders') IS NOT NULL AS added;
CALL rootfi_sync();
SELECT rootfi_add_reports();
SELECT rootfi_delete_order('161');
CALL rootfi_sync();
SELECT rootfi_id, total_amount, rootfi_deleted_at IS NOT NULL AS deleted FROM rootfi.orders WHERE rootfi_id IN (161, 165) ORDER BY rootfi_id;

-- rows of a report, those that it should have but has not, and the other way
CREATE FUNCTION compare(report regclass, expected regclass, OUT rows bigint, OUT missing bigint, OUT unexpected bigint) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT (SELECT count(*) FROM %1$s), (SELECT count(*) FROM (TABLE %2$s EXCEPT ALL TABLE %1$s) AS m),
		(SELECT count(*) FROM (TABLE %1$s EXCEPT ALL TABLE %2$s) AS u)', report, expected) INTO rows, missing, unexpected;
END $$;
CREATE VIEW unpaid_orders AS
SELECT rootfi_company_id, rootfi_id, payment_status, total_amount, payments, refunds, amount_due FROM rootfi.report_unpaid_orders;
CREATE VIEW differences AS
SELECT rootfi_company_id, rootfi_id, line_items, total_amount, difference FROM rootfi.report_order_differences;

CREATE TABLE expected_revenue (day, company, currency, orders, revenue, discount, tax, shipping) AS
SELECT left(o ->> 'created_at', 10)::date, (o ->> 'rootfi_company_id')::bigint, o ->> 'currency_id', count(*),
	sum((o ->> 'total_amount')::numeric), sum(coalesce((o ->> 'total_discount')::numeric, 0)),
	sum(coalesce(o ->> 'total_tax', o ->> 'tax_amount', '0')::numeric), sum(coalesce((o ->> 'shipping_amount')::numeric, 0))
FROM rootfi_list('ecommerce/orders') AS o
WHERE o ->> 'status' <> 'canceled' OR NOT o ? 'status'
GROUP BY 1, 2, 3;
SELECT * FROM compare('rootfi.report_revenue_by_day', 'expected_revenue');

CREATE TABLE expected_items (company, currency, item, name, quantity, orders, revenue) AS
SELECT l.rootfi_company_id, o.currency_id, l.item_id, min(l.name), sum(l.quantity), count(DISTINCT o.rootfi_id), sum(l.quantity * l.unit_amount)
FROM rootfi_list_orders() AS o, rootfi_order_line_items(o) AS l
WHERE o.status <> 'canceled'
GROUP BY 1, 2, 3;
SELECT * FROM compare('rootfi.report_top_items', 'expected_items');

CREATE TABLE expected_unpaid (company, id, payment_status, total, payments, refunds, due) AS
SELECT o.rootfi_company_id, o.rootfi_id, o.payment_status, o.total_amount, t.payments, t.refunds, o.total_amount - t.payments
FROM rootfi_list_orders() AS o, LATERAL (
	SELECT coalesce(sum(CASE type WHEN 'PAYMENT' THEN amount END), 0) AS payments, coalesce(sum(CASE type WHEN 'REFUND' THEN amount END), 0) AS refunds
	FROM rootfi_order_transactions(o) WHERE status = 'PAID') AS t
WHERE o.status IS DISTINCT FROM 'canceled' AND t.payments < o.total_amount
	AND coalesce(upper(o.payment_status), '') NOT IN ('REFUNDED', 'VOIDED');
SELECT * FROM compare('unpaid_orders', 'expected_unpaid');
SELECT array_agg(DISTINCT payment_status ORDER BY payment_status) FROM unpaid_orders;

CREATE TABLE expected_refunds (month, company, currency, payments, refunds, share) AS
SELECT date '2024-01-01', t.rootfi_company_id, t.currency_id, sum(t.amount) FILTER (WHERE t.type = 'PAYMENT'),
	coalesce(sum(t.amount) FILTER (WHERE t.type = 'REFUND'), 0),
	round(coalesce(sum(t.amount) FILTER (WHERE t.type = 'REFUND'), 0) / sum(t.amount) FILTER (WHERE t.type = 'PAYMENT'), 4)
FROM rootfi_list_orders() AS o, rootfi_order_transactions(o) AS t
WHERE t.status = 'PAID'
GROUP BY 1, 2, 3;
SELECT * FROM compare('rootfi.report_refunds', 'expected_refunds');

CREATE TABLE expected_differences (company, id, lines, total, difference) AS
SELECT o.rootfi_company_id, o.rootfi_id, l.lines, o.total_amount, o.total_amount - (l.amount - coalesce(o.total_discount, 0) + coalesce(o.total_tax, 0) + coalesce(o.shipping_amount, 0))
FROM rootfi_list_orders() AS o, LATERAL (SELECT count(*) AS lines, coalesce(sum(total_amount), 0) AS amount FROM rootfi_order_line_items(o)) AS l
WHERE o.total_amount <> l.amount - coalesce(o.total_discount, 0) + coalesce(o.total_tax, 0) + coalesce(o.shipping_amount, 0);
SELECT * FROM compare('differences', 'expected_differences');

-- orders made by hand; the reports are added by a caller who has other tables
-- and functions of these names in the search_path
SELECT rootfi_add_stream('ecommerce/orders', target_schema => 'My Shop') IS NOT NULL AS added;
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.upper(text) RETURNS text LANGUAGE sql RETURN 'hostile';
CREATE FUNCTION hostile.lower(text) RETURNS text LANGUAGE sql RETURN 'hostile';
CREATE AGGREGATE hostile.sum(numeric) (SFUNC = numeric_mul, STYPE = numeric);
CREATE TEMP TABLE orders (LIKE rootfi.orders);
SET search_path = hostile, pg_catalog;
SELECT public.rootfi_add_reports('My Shop');
SET search_path = "My Shop", public;
SELECT count(*) AS not_empty FROM report_revenue_by_day, report_top_items, report_unpaid_orders, report_refunds, report_order_differences;

-- 1 is in order; 2, 3 and 4 do not count; 5 to 9 have something about their
-- payments; 10 has no amounts, 11 costs nothing, 12 is
-- large; 13 to 18: nothing, or what was not paid, is owed after a refund
INSERT INTO "My Shop".orders (rootfi_company_id, rootfi_id, currency_id, status, payment_status, total_amount, total_discount, total_tax, shipping_amount, created_at, rootfi_deleted_at) VALUES
	(1, 1, 'USD', 'completed', 'paid', 100.10, 10.00, 8.10, 2.00, '2024-02-29 23:59:59.999Z', NULL),
	(1, 2, 'USD', 'CANCELED', 'paid', 1000, 1, 1, 1, '2024-02-29 12:00Z', NULL),
	(1, 3, 'USD', 'Cancelled', 'pending', 1000, 1, 1, 1, '2024-02-29 12:00Z', NULL),
	(1, 4, 'USD', 'completed', 'pending', 1000, 1, 1, 1, '2024-02-29 12:00Z', '2024-03-01Z'),
	(1, 5, 'usd', NULL, 'PENDING', 0.20, 0.10, NULL, NULL, '2024-03-01 00:30+02', NULL),
	(1, 6, 'EUR', 'completed', 'partially_refunded', 50, NULL, NULL, NULL, '2024-02-29 12:00Z', NULL),
	(1, 7, 'USD', 'completed', 'refunded', 40.00, NULL, NULL, 0.01, '2024-03-01 00:00Z', NULL),
	(1, 8, 'USD', 'on_hold', 'partially_paid', 60, NULL, NULL, NULL, '2024-03-01 12:00Z', NULL),
	(1, 9, 'USD', 'shipped', 'paid', 10, NULL, 1.5, NULL, '2024-03-01 12:00Z', NULL),
	(1, 10, NULL, 'pending', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(1, 11, 'USD', 'pending', 'pending', 0, 0, 0, 0, '2024-03-02 12:00Z', NULL),
	(1, 12, 'KWD', 'pending', 'pending', 12345678901234567890.001, NULL, NULL, NULL, '2024-03-02 12:00Z', NULL),
	(1, 13, 'USD', 'completed', 'partially_refunded', 100, NULL, NULL, NULL, '2024-05-02 12:00Z', NULL),
	(1, 14, 'USD', 'completed', 'paid', 100, NULL, NULL, NULL, '2024-05-02 12:00Z', NULL),
	(1, 15, 'USD', 'completed', 'partially_paid', 100, NULL, NULL, NULL, '2024-05-02 12:00Z', NULL),
	(1, 16, 'USD', 'completed', 'partially_paid', 100, NULL, NULL, NULL, '2024-05-02 12:00Z', NULL),
	(1, 17, 'USD', 'completed', 'REFUNDED', 100, NULL, NULL, NULL, '2024-05-02 12:00Z', NULL),
	(1, 18, 'USD', 'completed', 'Voided', 100, NULL, NULL, NULL, '2024-05-02 12:00Z', NULL),
	(2, 1, 'USD', 'completed', 'pending', 7, NULL, NULL, NULL, '2024-02-29 12:00Z', NULL);
INSERT INTO "My Shop".order_line_items (rootfi_company_id, order_rootfi_id, ordinal, item_id, name, description, quantity, unit_amount, total_amount) VALUES
	(1, 1, 1, 'mug', 'Mug', 'white', 2, 25, 50.00),
	(1, 1, 2, 'mug', 'Mug', 'blue', 1, 25, 25.00),
	(1, 1, 3, NULL, NULL, 'Gift wrap', 1, 25, 25.00),
	(1, 2, 1, 'mug', 'Mug', NULL, 100, 10, 1000),
	(1, 3, 1, 'mug', 'Mug', NULL, 100, 10, 999),
	(1, 4, 1, 'mug', 'Mug', NULL, 100, 10, 1000),
	(1, 5, 1, 'mug', NULL, 'Mug, half price', 0.5, 0.60, NULL),
	(1, 6, 1, 'mug', 'Mug', NULL, 1, 50, 50),
	(1, 7, 1, 'mug', 'Big mug', NULL, 1, 40, 40.00),
	(1, 8, 1, NULL, 'Tip', NULL, NULL, NULL, 60),
	(1, 8, 2, 'mug', NULL, NULL, 0, 25, 0),
	(1, 9, 1, 'pen', 'Pen', NULL, 1, 10, 10.00),
	(1, 10, 1, 'pen', NULL, NULL, NULL, NULL, NULL),
	(1, 12, 1, 'gem', 'Gem', NULL, 1, 12345678901234567890.001, 12345678901234567890.001),
	(2, 1, 1, 'mug', 'Cup', NULL, 1, 7, 7);
INSERT INTO "My Shop".order_transactions (rootfi_company_id, order_rootfi_id, ordinal, type, status, currency_id, amount, created_at, rootfi_deleted_at) VALUES
	(1, 1, 1, 'PAYMENT', 'PAID', 'USD', 100.10, '2024-02-29 23:59:59.999Z', NULL),
	(1, 2, 1, 'PAYMENT', 'PAID', 'USD', 1000, '2024-02-29 12:00Z', NULL),
	(1, 2, 2, 'REFUND', 'PAID', 'USD', 1000, '2024-02-29 12:00Z', NULL),
	(1, 4, 1, 'PAYMENT', 'PAID', 'USD', 500, '2024-02-29 12:00Z', NULL),
	(1, 6, 1, 'payment', 'paid', 'eur', 30.00, '2024-02-29 12:00Z', NULL),
	(1, 6, 2, 'Refund', 'Paid', NULL, 10.01, '2024-02-29 12:00Z', NULL),
	(1, 7, 1, 'PAYMENT', 'PAID', 'USD', 40.00, '2024-03-01 00:00Z', NULL),
	(1, 7, 2, 'REFUND', 'PAID', 'USD', 45.00, '2024-04-01 00:00Z', NULL),
	(1, 8, 1, 'PAYMENT', 'DRAFT', 'USD', 60, '2024-03-01 12:00Z', NULL),
	(1, 8, 2, 'PAYMENT', 'PAID', 'USD', 60, '2024-03-01 12:00Z', '2024-03-02Z'),
	(1, 8, 3, 'PAYMENT', 'PAID', 'GBP', 60, '2024-03-01 12:00Z', NULL),
	(1, 8, 4, 'CHARGEBACK', 'PAID', 'USD', 60, '2024-05-01 12:00Z', NULL),
	(1, 8, 5, 'PAYMENT', 'PAID', 'USD', NULL, '2024-03-01 12:00Z', NULL),
	(1, 8, 6, 'PAYMENT', 'PAID', 'USD', 20, '2024-03-01 12:00Z', NULL),
	(1, 8, 7, 'REFUND', NULL, 'USD', 20, '2024-03-01 12:00Z', NULL),
	(1, 9, 1, 'PAYMENT', 'PAID', 'USD', 15, '2024-03-01 12:00Z', NULL),
	(1, 13, 1, 'PAYMENT', 'PAID', 'USD', 100, '2024-05-02 12:00Z', NULL),
	(1, 13, 2, 'REFUND', 'PAID', 'USD', 30, '2024-05-03 12:00Z', NULL),
	(1, 14, 1, 'PAYMENT', 'PAID', 'USD', 100, '2024-05-02 12:00Z', NULL),
	(1, 14, 2, 'REFUND', 'PAID', 'USD', 100, '2024-05-03 12:00Z', NULL),
	(1, 15, 1, 'PAYMENT', 'PAID', 'USD', 40, '2024-05-02 12:00Z', NULL),
	(1, 16, 1, 'PAYMENT', 'PAID', 'USD', 60, '2024-05-02 12:00Z', NULL),
	(1, 16, 2, 'REFUND', 'PAID', 'USD', 10, '2024-05-03 12:00Z', NULL),
	(1, 17, 1, 'PAYMENT', 'PAID', 'USD', 40, '2024-05-02 12:00Z', NULL),
	(1, 17, 2, 'REFUND', 'PAID', 'USD', 40, '2024-05-03 12:00Z', NULL);

\pset null '-'
SELECT * FROM report_revenue_by_day ORDER BY day, rootfi_company_id, currency_id;
SELECT * FROM report_top_items ORDER BY rootfi_company_id, currency_id, item_id, name;
SELECT rootfi_company_id AS company, rootfi_id, currency_id, status, payment_status, total_amount, payments, refunds, amount_due, age = now() - created_at AS age_is_right
FROM report_unpaid_orders ORDER BY 1, 2;
SELECT * FROM report_refunds ORDER BY month, rootfi_company_id, currency_id;
SELECT rootfi_company_id AS company, rootfi_id, status, line_items, line_amount, expected_amount, total_amount, difference
FROM report_order_differences ORDER BY 1, 2;
\pset null ''

-- who reads a report sees what the tables let him see
CREATE ROLE regress_rootfi_reports;
GRANT USAGE ON SCHEMA "My Shop" TO regress_rootfi_reports;
GRANT SELECT ON ALL TABLES IN SCHEMA "My Shop" TO regress_rootfi_reports;
ALTER TABLE "My Shop".orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "My Shop".orders USING (rootfi_company_id = 2);
UPDATE "My Shop".orders SET total_amount = 8 WHERE rootfi_company_id = 2;
INSERT INTO "My Shop".order_transactions (rootfi_company_id, order_rootfi_id, ordinal, type, status, amount) VALUES (2, 1, 1, 'PAYMENT', 'PAID', 1);
SET ROLE regress_rootfi_reports;
SELECT rootfi_company_id, revenue FROM report_revenue_by_day;
SELECT rootfi_company_id, item_id, revenue FROM report_top_items;
SELECT rootfi_company_id, amount_due FROM report_unpaid_orders;
SELECT rootfi_company_id, payments FROM report_refunds;
SELECT rootfi_company_id, difference FROM report_order_differences;
RESET ROLE;
REVOKE SELECT ON "My Shop".orders FROM regress_rootfi_reports;
SET ROLE regress_rootfi_reports;
SELECT revenue FROM report_revenue_by_day;
RESET ROLE;

-- a report that is there is not replaced, and no other is made
SELECT rootfi_add_reports('My Shop');
DROP VIEW report_revenue_by_day;
SELECT rootfi_add_reports('My Shop');
\echo :LAST_ERROR_SQLSTATE
SELECT to_regclass('report_revenue_by_day') IS NULL AS none;
DROP VIEW report_top_items, report_unpaid_orders, report_refunds, report_order_differences;
DROP TABLE "My Shop".order_transactions;
SELECT rootfi_add_reports('My Shop');
SET ROLE regress_rootfi_reports;
SELECT rootfi_add_reports('rootfi');
RESET ROLE;

-- comments; the reports are the user's and stay without the extension
SELECT c.relname, obj_description(c.oid, 'pg_class') AS comment, c.reloptions FROM pg_class AS c
WHERE c.relnamespace = 'rootfi'::regnamespace AND c.relkind = 'v' ORDER BY c.relname;
DROP EXTENSION rootfi CASCADE;
SELECT count(*) > 0 AS stays FROM rootfi.report_revenue_by_day;

DROP SCHEMA rootfi, "My Shop", hostile CASCADE;
DROP TABLE expected_revenue, expected_items, expected_unpaid, expected_refunds, expected_differences;
DROP FUNCTION compare(regclass, regclass);
DROP ROLE regress_rootfi_reports;
