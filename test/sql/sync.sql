-- Copies of lists in tables: what is made, what is written, and what is said
-- when something is not as it should be.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
\set VERBOSITY default

-- a stream needs what a call needs
SELECT rootfi_add_stream('ecommerce/orders', 1089);
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox', max_retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key :'key');
CREATE FUNCTION control(what text, body jsonb) RETURNS jsonb LANGUAGE sql
RETURN rootfi_request('POST', '/_sandbox/' || what, body => body);

-- nothing to do
CALL rootfi_sync();
CALL rootfi_sync('ecommerce/orders');
CALL rootfi_sync('ecommerce/order');

-- the tables of a stream
SELECT rootfi_add_stream('ecommerce/orders', 1089);
\d rootfi.orders
\d rootfi.order_line_items
SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class AS c
WHERE c.relnamespace = 'rootfi'::regnamespace AND c.relkind = 'r' ORDER BY c.relname;
SELECT stream_id, resource, company_id, target, state, completed_at IS NULL AS never FROM rootfi_sync_status;

-- the first pass, in two runs
CALL rootfi_sync(max_pages => 1);
ALTER SERVER rootfi OPTIONS (ADD page_size '30');
CALL rootfi_sync(full_refresh => true, max_pages => 2);
SELECT state, kind, pages, rows, total, inserted, unchanged FROM rootfi_sync_status;
CALL rootfi_sync(full_refresh => true);
SELECT state, kind, pages, rows, total, inserted, unchanged, failures FROM rootfi_sync_status;
SELECT kind, state, pages, rows_seen, inserted, updated, unchanged, requests, bytes > 0 AS bytes FROM rootfi_run ORDER BY run_id;

-- the copy is what the API has
SELECT count(*) FROM rootfi.orders AS c FULL JOIN rootfi_list_orders(1089) AS o USING (rootfi_id)
WHERE (c.order_number, c.status, c.total_amount, c.rootfi_updated_at, c.customer_id)
	IS DISTINCT FROM (o.order_number, o.status, o.total_amount, o.rootfi_updated_at, o.customer_id);
SELECT count(*) FROM rootfi.order_line_items AS c
	FULL JOIN (SELECT l.* FROM rootfi_list_orders(1089) AS o, rootfi_order_line_items(o) AS l) AS l
	USING (rootfi_company_id, order_rootfi_id, ordinal)
WHERE (c.item_id, c.quantity, c.unit_amount) IS DISTINCT FROM (l.item_id, l.quantity, l.unit_amount);
SELECT (SELECT count(*) FROM rootfi.order_addresses) AS addresses, (SELECT count(*) FROM rootfi.order_transactions) AS transactions,
	(SELECT count(*) FROM rootfi.order_fulfillments) AS fulfillments;
SELECT rootfi_id, status, extra FROM rootfi.orders WHERE extra IS NOT NULL ORDER BY rootfi_id LIMIT 1;

-- what changed, and only that
CREATE TABLE before AS SELECT 'o' AS t, rootfi_id AS id, xmin::text AS written FROM rootfi.orders
	UNION ALL SELECT 'l', order_rootfi_id, min(xmin::text) FROM rootfi.order_line_items GROUP BY 2;
SELECT jsonb_array_length(control('touch', '{"resource": "ecommerce/orders", "company_id": 1089, "count": 3}') -> 'rootfi_ids') AS touched;
SELECT rootfi_update_order('158', '{"line_items": [{"description": "only one", "quantity": 0.5, "unit_amount": 0.10}]}') -> 'line_items' -> 0 -> 'unit_amount' AS unit_amount;
CALL rootfi_sync();
SELECT t, count(*) FROM before JOIN (
	SELECT 'o' AS t, rootfi_id AS id, xmin::text AS written FROM rootfi.orders
	UNION ALL SELECT 'l', order_rootfi_id, min(xmin::text) FROM rootfi.order_line_items GROUP BY 2) AS after USING (t, id)
WHERE before.written <> after.written GROUP BY t ORDER BY t;
SELECT ordinal, description, quantity, unit_amount FROM rootfi.order_line_items WHERE order_rootfi_id = 158;
CALL rootfi_sync();

-- deletions: those that the API tells of, and those that only a full refresh finds
SELECT rootfi_delete_order('160');
SELECT control('remove', '{"resource": "ecommerce/orders", "company_id": 1089, "rootfi_ids": [161, 162]}');
CALL rootfi_sync();
SELECT rootfi_id, rootfi_deleted_at IS NOT NULL AS deleted FROM rootfi.orders WHERE rootfi_id BETWEEN 160 AND 163 ORDER BY 1;
CALL rootfi_sync('ecommerce/orders', 1089, full_refresh => true);
SELECT rootfi_id, rootfi_deleted_at IS NOT NULL AS deleted FROM rootfi.orders WHERE rootfi_id BETWEEN 160 AND 163 ORDER BY 1;
SELECT marked_deleted FROM rootfi_run ORDER BY run_id DESC LIMIT 1;

-- a loss that is not believed (rows that changed in the second of the pass's start are not looked at)
SELECT pg_sleep(1.1);
SELECT jsonb_array_length(control('remove', '{"resource": "ecommerce/orders", "company_id": 1089, "count": 60}') -> 'rootfi_ids') AS removed;
CALL rootfi_sync(full_refresh => true);
SELECT count(*) FILTER (WHERE rootfi_deleted_at IS NOT NULL) AS deleted FROM rootfi.orders;
SELECT state, failures, error_sqlstate, error_message, next_due > clock_timestamp() AS later FROM rootfi_sync_status;
CALL rootfi_sync();
CALL rootfi_sync('ecommerce/orders');
SELECT state, failures, error_message FROM rootfi_sync_status;

-- not in a transaction, nor with nonsense
BEGIN;
CALL rootfi_sync();
ROLLBACK;
SET default_transaction_read_only = on;
CALL rootfi_sync();
RESET default_transaction_read_only;
CALL rootfi_sync(max_pages => 0);
CALL rootfi_sync('ecommerce/orders', 42);

-- what cannot be a stream
SELECT rootfi_add_stream(NULL);
SELECT rootfi_add_stream('ecommerce/orders', target_schema => NULL);
SELECT rootfi_add_stream('ecommerce/orders', 1089);
SELECT rootfi_add_stream('ecommerce/products');
SELECT rootfi_add_stream('v3/core/companies', 1089);
SELECT rootfi_add_stream('v3/core/syncs/{id}/jobs');
SELECT rootfi_add_stream('ecommerce/orders', 1090, backfill_from => 'infinity');
SELECT * FROM rootfi_add_streams(1089, 'commerce');
CREATE TABLE rootfi.items (rootfi_id text, name text);
SELECT rootfi_add_stream('ecommerce/items', 1089);
DROP TABLE rootfi.items;

-- all of a category, and the core
SELECT * FROM rootfi_add_streams(1089) ORDER BY stream_id;
SELECT resource, target FROM rootfi_add_streams(1089, 'payments') ORDER BY resource;
SELECT resource, target FROM rootfi_add_streams(NULL, 'v3/core') ORDER BY resource;
SET client_min_messages = warning;
CALL rootfi_sync();
RESET client_min_messages;
SELECT resource, target, state, rows, inserted FROM rootfi_sync_status ORDER BY resource COLLATE "C";
SELECT company_rootfi_id, category, connection_status FROM rootfi.company_connections ORDER BY 1;

-- any other list: a table of the user's own making, or a plain one
CREATE TABLE rootfi.accounting_invoices (
	rootfi_company_id int, rootfi_id int, document_number varchar(20), total_amount numeric(20, 4), due_date date, line_items json,
	noted text DEFAULT 'mine', PRIMARY KEY (rootfi_id, rootfi_company_id));
SELECT rootfi_add_stream('v3/accounting/invoices', 1089) AS invoices;
SELECT rootfi_add_stream('v3/accounting/contacts', 1089, 'books', target_table => 'people') AS contacts;
CALL rootfi_sync('v3/accounting/invoices');
CALL rootfi_sync('v3/accounting/invoices', full_refresh => true);
SELECT rootfi_company_id, rootfi_id, document_number, total_amount, due_date, json_array_length(line_items) AS lines, noted
FROM rootfi.accounting_invoices ORDER BY rootfi_id LIMIT 2;
CALL rootfi_sync('v3/accounting/contacts');
SELECT rootfi_id, rootfi_deleted_at, extra ->> 'contact_name' AS contact_name FROM books.people ORDER BY rootfi_id LIMIT 2;

-- a table that the stream of another server fills
CREATE SERVER other FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (api_key :'key');
SET rootfi.server = 'other';
SELECT rootfi_add_stream('v3/accounting/contacts', 1089, 'books', target_table => 'people');
\echo :LAST_ERROR_SQLSTATE
SELECT rootfi_add_stream('ecommerce/orders', 1090) AS other_company;
SELECT count(*) FROM rootfi_add_streams(1089);
SELECT rootfi_add_stream('ecommerce/orders', 1089, 'other shop') IS NOT NULL AS added;
RESET rootfi.server;
SELECT resource, target, server FROM rootfi_sync_status WHERE server <> 'rootfi';
UPDATE rootfi_stream SET next_due = 'infinity' WHERE server <> 'other';
UPDATE rootfi_stream SET stream_id = 100 WHERE server = 'other';
CALL rootfi_sync(max_pages => 1);
SELECT rootfi_remove_stream(stream_id, drop_tables => true) FROM rootfi_stream WHERE server = 'other';
DROP USER MAPPING FOR CURRENT_USER SERVER other;
DROP SERVER other;

-- an end
SELECT rootfi_remove_stream(42);
SELECT rootfi_remove_stream(stream_id, drop_tables => true) FROM rootfi_stream WHERE target_schema = 'rootfi';
SELECT count(*) FROM pg_class WHERE relnamespace = 'rootfi'::regnamespace AND relkind = 'r';
SELECT resource, target FROM rootfi_sync_status;
SET client_min_messages = warning;
DROP EXTENSION rootfi CASCADE;
SELECT count(*) FROM books.people;
