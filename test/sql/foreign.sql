-- Foreign tables: options, IMPORT FOREIGN SCHEMA, what a plan says.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key :'key');
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';

-- options: each mistake says what is valid
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ': ' || SQLERRM, nullif(hint, ''));
END $$;
SELECT try('CREATE FOREIGN TABLE t (rootfi_id bigint) SERVER rootfi' || options) FROM (VALUES
	(1, ''),
	(2, ' OPTIONS (resource ''ecommerce/order'')'),
	(3, ' OPTIONS (resource ''ecommerce/products'')'),
	(4, ' OPTIONS (resource ''v3/core/syncs/{id}/jobs'')'),
	(5, ' OPTIONS (resource ''ecommerce/orders'', list ''lines'')'),
	(6, ' OPTIONS (resource ''ecommerce/balances'', list ''lines'')'),
	(7, ' OPTIONS (resource ''ecommerce/orders'', company_id ''x'')'),
	(8, ' OPTIONS (resource ''ecommerce/orders'', company_id ''0'')'),
	(9, ' OPTIONS (resource ''v3/core/webhooks'', company_id ''1089'')'),
	(10, ' OPTIONS (resource ''ecommerce/orders'', include_deleted ''perhaps'')'),
	(11, ' OPTIONS (resource ''ecommerce/orders'', lookup ''guess'')'),
	(12, ' OPTIONS (resource ''ecommerce/orders'', operators ''eq gt'')'),
	(13, ' OPTIONS (resource ''ecommerce/orders'', rows ''0'')'),
	(14, ' OPTIONS (resource ''ecommerce/orders'', request_cost ''-1'')'),
	(15, ' OPTIONS (resource ''ecommerce/orders'', page_size ''5'')')) AS t (n, options) ORDER BY n;
SELECT try('CREATE FOREIGN TABLE t (a text OPTIONS (' || options || '), b text) SERVER rootfi OPTIONS (resource ''ecommerce/orders'')') FROM (VALUES
	(1, 'name ''x'''), (2, 'filter ''x'''), (3, 'fetch ''x'''), (4, 'member ''extra'''), (5, 'member ''''')) AS t (n, options) ORDER BY n;
SELECT try('ALTER SERVER rootfi OPTIONS (ADD ' || options || ')') FROM (VALUES
	(1, 'resource ''ecommerce/orders'''), (2, 'lookup ''x'''), (3, 'rows ''20000''')) AS t (n, options) ORDER BY n;
CREATE FOREIGN TABLE twice (a text OPTIONS (member 'b'), b text) SERVER rootfi OPTIONS (resource 'ecommerce/orders');
SELECT * FROM twice;
DROP FOREIGN TABLE twice;

-- the tables of a category are those of copies
CREATE SCHEMA live;
CREATE SCHEMA one;
CREATE SCHEMA payments;
IMPORT FOREIGN SCHEMA ecommerce FROM SERVER rootfi INTO live;
IMPORT FOREIGN SCHEMA ecommerce LIMIT TO (orders, order_line_items) FROM SERVER rootfi INTO one OPTIONS (company_id '1089', nested 'true', synced 'true');
IMPORT FOREIGN SCHEMA payments EXCEPT (invoices) FROM SERVER rootfi INTO payments OPTIONS (lists 'false');
IMPORT FOREIGN SCHEMA "v3/core" FROM SERVER rootfi INTO payments OPTIONS (company_id '1089');
SELECT foreign_table_schema, string_agg(foreign_table_name, ' ' ORDER BY foreign_table_name COLLATE "C") FROM information_schema.foreign_tables GROUP BY 1 ORDER BY 1;
\d one.orders
\d one.order_line_items
SELECT try('IMPORT FOREIGN SCHEMA ' || what) FROM (VALUES
	(1, 'crm FROM SERVER rootfi INTO live'), (2, 'ecommerce FROM SERVER rootfi INTO live OPTIONS (company ''1'')'),
	(3, 'ecommerce FROM SERVER rootfi INTO live OPTIONS (lists ''x'')'), (4, 'ecommerce FROM SERVER rootfi INTO live OPTIONS (company_id ''x'')')) AS t (n, what) ORDER BY n;

-- rows are those of the functions
SELECT count(*) FROM live.orders AS o FULL JOIN rootfi_list_orders() AS l USING (rootfi_id) WHERE to_jsonb(o) IS DISTINCT FROM to_jsonb(l) - ARRAY['line_items', 'addresses', 'fulfillments', 'transactions'];
SELECT count(*) FROM live.order_line_items AS o FULL JOIN (SELECT l.* FROM rootfi_list_orders() AS o, rootfi_order_line_items(o) AS l) AS l USING (order_rootfi_id, ordinal) WHERE to_jsonb(o) IS DISTINCT FROM to_jsonb(l);
SELECT count(*) FROM live.order_addresses AS o FULL JOIN (SELECT l.* FROM rootfi_list_orders() AS o, rootfi_order_addresses(o) AS l) AS l USING (order_rootfi_id, ordinal) WHERE to_jsonb(o) IS DISTINCT FROM to_jsonb(l);
SELECT count(*), bool_and(rootfi_company_id = 1089), bool_and(jsonb_typeof(line_items) = 'array'), count(rootfi_content_hash) FROM one.orders;
SELECT order_number, customer_id, total_tax, extra FROM live.orders WHERE rootfi_id = 157;
SELECT o FROM live.orders AS o WHERE rootfi_id = 158;
SELECT rootfi_id, name, extra FROM payments.companies ORDER BY rootfi_id;
SELECT name FROM payments.companies WHERE rootfi_id = 1090;
CREATE FOREIGN TABLE made (rootfi_id integer, number varchar(40) OPTIONS (member 'order_number'), total_amount numeric(12,2), nothing text, short varchar(3) OPTIONS (member 'platform_id'), extra jsonb)
SERVER rootfi OPTIONS (resource 'ecommerce/orders', company_id '1089');
SELECT rootfi_id, number, total_amount, nothing, short, extra - 'rootfi_created_at' - 'rootfi_updated_at' ? 'platform_id' AS rest FROM made WHERE rootfi_id = 158;
ALTER FOREIGN TABLE made DROP COLUMN nothing, ADD COLUMN status text;
SELECT rootfi_id, number, status FROM made WHERE number = 'SO-000158';

-- what is sent, and what is not
EXPLAIN (COSTS OFF) SELECT * FROM live.orders WHERE rootfi_id = 157;
EXPLAIN (COSTS OFF) SELECT * FROM live.orders WHERE rootfi_id = ANY ('{157,158}') AND status = 'pending';
EXPLAIN (COSTS OFF) SELECT customer_id FROM one.orders WHERE customer_id = 'cus_3' AND total_amount > 5 AND rootfi_deleted_at IS NULL;
EXPLAIN (COSTS OFF) SELECT rootfi_id FROM live.orders WHERE rootfi_company_id = 1089 AND rootfi_updated_at > now() - interval '1 day' LIMIT 10;
EXPLAIN (COSTS OFF) SELECT rootfi_id FROM one.orders WHERE rootfi_company_id = 1090;
EXPLAIN (COSTS OFF, VERBOSE) SELECT name FROM live.order_line_items WHERE order_rootfi_id = 157;
EXPLAIN (COSTS OFF) SELECT o.status FROM (VALUES (157), (158)) AS v (id) LEFT JOIN live.orders AS o ON o.rootfi_id = v.id;
DO $$
DECLARE
	p jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) SELECT order_number FROM live.orders WHERE rootfi_company_id = 1089' INTO p;
	p := p -> 0 -> 'Plan';
	RAISE NOTICE '% | % % % % %', p ->> 'Remote Request', p -> 'Requests', p -> 'Pages', p -> 'Records', p -> 'Retries', jsonb_typeof(p -> 'Wait Time');
END $$;

SET client_min_messages = warning;
DROP EXTENSION rootfi CASCADE;
DROP SCHEMA live, one, payments;
DROP FUNCTION try(text);
