\getenv url ROOTFI_SANDBOX_URL
\getenv shop ROOTFI_SHOP_URL
\set QUIET on
\pset linestyle unicode
\pset border 1
\pset null '·'
\unset QUIET
--
-- 1. Connect. A foreign server says where the API is; a superuser says who may
--    call it, and with which of the functions that write. The schemas are for
--    tables of that role's, and for copies.
--
CREATE EXTENSION rootfi;
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'url');
CREATE ROLE app LOGIN;
GRANT USAGE ON FOREIGN SERVER rootfi TO app;
GRANT EXECUTE ON FUNCTION rootfi_create_order, rootfi_update_order, rootfi_delete_order TO app;
CREATE SCHEMA app AUTHORIZATION app;
CREATE SCHEMA rootfi AUTHORIZATION app;
CREATE SCHEMA live AUTHORIZATION app;
--
--    All the rest is done by that role, which is no superuser. Its user
--    mapping holds the key.
--
\connect - app
SET TimeZone = 'UTC';
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key 'sandbox-key');
--
-- 2. Create an order, and keep the id that the server gave it.
--
SELECT jsonb_pretty(rootfi_create_order(1089, '{
	"customer_id": "cus_123456",
	"currency_id": "USD",
	"order_number": "ORD-2024-777",
	"line_items": [
		{"item_id": "prod_789", "description": "Wireless Headphones", "quantity": 2, "unit_amount": 99.90},
		{"item_id": "prod_790", "description": "Case", "quantity": 1, "unit_amount": 0.10}
	]
}') -> 'data' -> 0) AS created;
SELECT o ->> 'rootfi_id' AS id
FROM rootfi_list('ecommerce/orders', 1089, filter => '{"order_number": "ORD-2024-777"}') AS o;
\gset
--
-- 3. Read it back and change it: only what is given is changed, and every
--    digit stays what it was.
--
SELECT o ->> 'status' AS status, o -> 'total_amount' AS total_amount, o -> 'line_items' -> 1 ->> 'unit_amount' AS case_price
FROM rootfi_get_order(:'id') AS o;
SELECT o ->> 'status' AS status, o ->> 'shipping_amount' AS shipping_amount
FROM rootfi_update_order(:'id', '{"status": "processing", "shipping_amount": 5.00}') AS o;
--
-- 4. List orders as rows, whatever the shape of the answers: all pages are
--    read, the next one is on its way while this one becomes rows.
--
SELECT status, currency_id, count(*), sum(total_amount) AS total
FROM rootfi_list_orders(1089)
GROUP BY status, currency_id
HAVING count(*) >= 4
ORDER BY count(*) DESC, status, currency_id;
SELECT rootfi_id, order_number, customer_id, fulfillment_status, total_amount, total_tax, extra ->> 'reference' AS reference
FROM rootfi_list_orders(1089, max_rows => 4);
--
-- 5. The lists inside an order are rows of their own.
--
SELECT o.order_number, l.ordinal, l.item_id, l.description, l.quantity, l.unit_amount
FROM rootfi_list_orders(1089, filter => '{"order_number": "ORD-2024-777"}') AS o,
	rootfi_order_line_items(o) AS l
ORDER BY l.ordinal;
SELECT t.type, t.status, t.currency_id, count(*), sum(t.amount) AS amount
FROM rootfi_list_orders(1089) AS o, rootfi_order_transactions(o) AS t
GROUP BY t.type, t.status, t.currency_id
ORDER BY count(*) DESC, t.type, t.status, t.currency_id
LIMIT 5;
--
-- 6. A report: orders of the API joined with a table of our own.
--
CREATE TABLE region (currency_id text PRIMARY KEY, name text, rate_to_usd numeric);
INSERT INTO region VALUES ('USD', 'Americas', 1), ('EUR', 'Europe', 1.09), ('GBP', 'United Kingdom', 1.27), ('AED', 'Gulf', 0.2723);
SELECT r.name AS region, count(DISTINCT o.rootfi_id) AS orders, sum(l.quantity) AS items,
	round(sum(l.quantity * l.unit_amount * r.rate_to_usd), 2) AS usd
FROM rootfi_list_orders(1089) AS o
	JOIN region AS r USING (currency_id),
	rootfi_order_line_items(o) AS l
GROUP BY r.name
ORDER BY usd DESC;
--
-- 7. Two mistakes. What is wrong with an order is found before anything is
--    sent, all at once; what the server refuses is said with its reason.
--
\set ON_ERROR_STOP off
SELECT rootfi_create_order(1089, '{
	"customer_id": "cus_123456",
	"curency_id": "USD",
	"line_items": [{"item_id": "prod_789", "quantity": "2", "unit_amount": 99.90}]
}');
SELECT rootfi_get_order('ORD-2024-777');
\set ON_ERROR_STOP on
--
-- 8. Clean up.
--
SELECT rootfi_delete_order(:'id');
SELECT count(*) AS left_over
FROM rootfi_list_orders(1089, filter => '{"order_number": "ORD-2024-777"}');
--
-- Second act: a copy.
--
-- 9. A larger shop, on a server of its own; only for this act the role gets a
--    function for requests of any kind, which is how step 11 changes orders.
--
\connect - postgres
CREATE SERVER shop FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'shop', page_size '100');
GRANT USAGE ON FOREIGN SERVER shop TO app;
GRANT EXECUTE ON FUNCTION rootfi_request TO app;
CREATE SCHEMA shop AUTHORIZATION app;
--
--    A stream says what to copy; the tables it needs are made, ordinary ones
--    with keys.
--
\connect - app
SET TimeZone = 'UTC';
CREATE USER MAPPING FOR CURRENT_USER SERVER shop OPTIONS (api_key 'sandbox-key');
SET rootfi.server = shop;
SELECT rootfi_add_stream('ecommerce/orders', company_id => 1089, target_schema => 'shop');
--
-- 10. Copy it: 10,000 orders with the lists inside them, committed page by
--     page. The server answers each request after 30 ms.
--
CALL rootfi_sync();
SELECT (SELECT count(*) FROM shop.orders) AS orders, (SELECT count(*) FROM shop.order_line_items) AS line_items,
	(SELECT count(*) FROM shop.order_addresses) AS addresses, (SELECT count(*) FROM shop.order_transactions) AS transactions;
--
-- 11. Somebody changes 25 orders. The next call reads what changed, and
--     writes 25 rows and no other.
--
CREATE TABLE written AS SELECT rootfi_id, xmin AS transaction FROM shop.orders;
SELECT jsonb_array_length(rootfi_request('POST', '/_sandbox/touch', body => '{"resource": "ecommerce/orders", "company_id": 1089, "count": 25}') -> 'rootfi_ids') AS changed;
CALL rootfi_sync();
SELECT count(*) FILTER (WHERE o.xmin <> w.transaction) AS written, count(*) FILTER (WHERE o.xmin = w.transaction) AS untouched
FROM shop.orders AS o JOIN written AS w USING (rootfi_id);
SELECT kind, state, pages, rows_seen, inserted, updated, unchanged, requests, pg_size_pretty(bytes) AS size FROM rootfi_run ORDER BY run_id;
--
-- 12. Reports, from tables that are as fast as any: five views, and SQL.
--
SELECT rootfi_add_reports('shop');
SELECT currency_id, sum(orders) AS orders, sum(revenue) AS revenue, round(sum(revenue) / sum(orders), 2) AS average
FROM shop.report_revenue_by_day
GROUP BY currency_id
ORDER BY revenue DESC;
SELECT currency_id, count(*) AS unpaid_orders, sum(amount_due) AS amount_due
FROM shop.report_unpaid_orders
GROUP BY currency_id
ORDER BY amount_due DESC;
--
-- With pg_cron that is all there is to do:
-- SELECT cron.schedule('rootfi', '*/5 * * * *', 'CALL rootfi_sync()');
--
