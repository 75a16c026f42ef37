-- Lists: pages, filters and shapes of rows.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key :'key');

SET TimeZone = 'UTC';
SET DateStyle = 'ISO';

-- the queries that the server was sent since the last look
CREATE FUNCTION queries() RETURNS SETOF text LANGUAGE sql AS $$
	WITH seen AS MATERIALIZED (SELECT rootfi_request('GET', '/_sandbox/requests') AS log),
		forgotten AS MATERIALIZED (SELECT rootfi_request('DELETE', '/_sandbox/requests') FROM seen)
	SELECT r ->> 'target' FROM seen CROSS JOIN forgotten, jsonb_array_elements(log) WITH ORDINALITY AS t (r, n) ORDER BY n
$$;

-- all pages; the first order is the odd one of the documents (C4)
SELECT count(*), count(DISTINCT rootfi_id), min(rootfi_id) FROM rootfi_list_orders(page_size => 90);
SELECT * FROM queries();
\x on
SELECT * FROM rootfi_list_orders(1089, max_rows => 1);
\x off
SELECT count(*) FROM rootfi_list_orders(1089, max_rows => 25, page_size => 10);
SELECT count(*) FROM rootfi_list_orders(max_rows => 0);
SELECT * FROM queries();

-- filters are encoded by type, never pasted
SELECT count(*) > 0 AS found, bool_and(status = 'pending') AS all_pending
FROM rootfi_list_orders(1089, filter => '{"status": "pending"}');
SELECT bool_and(total_amount >= 100.10 AND total_amount < 5000) AS in_range
FROM rootfi_list_orders(filter => '{"total_amount": {"gte": 100.10, "lt": 5000}}');
SELECT count(*) FROM rootfi_list_orders(1089, filter => '{"order_number": "a&b=c d#é", "status": {"in": ["pending", "completed"]}}');
SET TimeZone = 'Asia/Kolkata';
SELECT count(*) FROM rootfi_list_orders(1090, updated_since => '2100-01-22 05:07:31.4656+05:30', include_deleted => true);
SET TimeZone = 'UTC';
SELECT count(*) FROM rootfi_list_orders(1089, max_rows => 3, expand => '{}', select_fields => '{raw_data,data_hash}');
SELECT count(*) FROM rootfi_list_orders(1089, max_rows => 3, expand => '{line_items}');
SELECT * FROM queries();

-- deleted records are hidden unless asked for
SELECT rootfi_delete_order('160');
SELECT count(*) FROM rootfi_list_orders(1089, filter => '{"rootfi_id": 160}');
SELECT rootfi_id, rootfi_deleted_at IS NOT NULL AS deleted
FROM rootfi_list_orders(1089, filter => '{"rootfi_id": 160}', include_deleted => true);

-- sorted by the server, for max_rows to cut; counted by it
SELECT array_agg(rootfi_id) FROM rootfi_list_orders(1089, max_rows => 3, sort => '{rootfi_id DESC}');
SELECT array_agg(rootfi_id) FROM rootfi_list_orders(1089, max_rows => 3, sort => '{rootfi_created_at,rootfi_id asc}');
SELECT rootfi_count('ecommerce/orders'), rootfi_count('ecommerce/orders', 1089, filter => '{"status": "pending"}', include_deleted => true) < 100 AS filtered;
SELECT * FROM queries() OFFSET 3;

-- the other lists, and the same as jsonb or as rows of the caller's making
SELECT rootfi_id, platform_id, name, status, jsonb_typeof(address) FROM rootfi_list_customers(1089, max_rows => 2) ORDER BY 1;
SELECT rootfi_id, currency_id, status, jsonb_typeof(line_items) FROM rootfi_list_payment_orders(1089, max_rows => 2) ORDER BY 1;
SELECT o ->> 'rootfi_id' AS rootfi_id FROM rootfi_list('ecommerce/orders', 1089, max_rows => 2) AS o ORDER BY 1;
SELECT rootfi_id, order_number, pg_typeof(total_amount), extra ? 'currency_id' AS has_extra
FROM rootfi_rows('ecommerce/orders', 1089, max_rows => 2)
	AS (rootfi_id integer, order_number varchar(40), total_amount numeric(12,2), extra jsonb) ORDER BY 1;
SELECT * FROM rootfi_rows('v3/core/companies') AS (rootfi_id bigint, nothing text) ORDER BY 1;

-- a page size that the server refuses
SELECT count(*) FROM rootfi_list_orders(1089, page_size => 9999);

-- mistakes
SELECT count(*) FROM rootfi_list_orders(page_size => 0);
SELECT count(*) FROM rootfi_list_orders(max_rows => -1);
SELECT count(*) FROM rootfi_list_orders(updated_since => 'infinity');
SELECT count(*) FROM rootfi_list_orders(filter => '["status"]');
SELECT count(*) FROM rootfi_list_orders(filter => '{"status": null}');
SELECT count(*) FROM rootfi_list_orders(filter => '{"status": {"eq": {"a": 1}}}');
SELECT count(*) FROM rootfi_list_orders(filter => '{"status": {"resembles": "pending"}}');
SELECT count(*) FROM rootfi_list_orders(sort => '{rootfi_id downwards}');
SELECT count(*) FROM rootfi_list_orders(sort => '{NULL}');
SELECT rootfi_count('ecommerce/products');
SELECT * FROM rootfi_rows('ecommerce/orders');
SELECT * FROM rootfi_list('orders');
SELECT * FROM rootfi_list(NULL);
SELECT * FROM rootfi_list('v3/../companies');

SET client_min_messages = warning;
DROP FUNCTION queries();
DROP EXTENSION rootfi CASCADE;
