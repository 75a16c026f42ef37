-- Answers that are no success: SQLSTATE, message, detail and hint.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox', max_retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key :'key');
\set VERBOSITY default

-- the next answers will be these
CREATE FUNCTION fault(VARIADIC faults jsonb[]) RETURNS void LANGUAGE sql AS $$
	SELECT rootfi_request('DELETE', '/_sandbox/faults'), rootfi_request('POST', '/_sandbox/faults', body => to_jsonb(faults))
$$;
-- SQLSTATE of a statement's error
CREATE FUNCTION sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

-- the API's own errors
SELECT rootfi_get_order('nothing-like-it');
SELECT rootfi_create_order(1089, '{"customer_id": "c", "currency_id": "USD", "order_number": "SO-000158", "line_items": [{"quantity": 1, "unit_amount": 1}]}');
ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key 'wrong-key');
SELECT count(*) FROM rootfi_list_orders();
ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key :'key');

-- every status, to a read and to a write
CREATE FUNCTION try_status(status integer, OUT read text, OUT write text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM fault(jsonb_build_object('status', status, 'body', '', 'times', 2));
	read := sqlstate_of($s$SELECT rootfi_get_order('157')$s$);
	write := sqlstate_of($s$SELECT rootfi_delete_order('157')$s$);
END $$;
SELECT status, read, write
FROM unnest(ARRAY[304, 400, 401, 403, 404, 405, 408, 409, 410, 418, 422, 429, 500, 502, 503, 504]) AS status, try_status(status)
ORDER BY status;

-- error bodies in other shapes
SELECT fault('{"status": 400, "body": {"error": {"code": "invalid-params", "message": "invalid param: currency_id.", "platform_error": {"status": 422, "why": "XYZ"}}}}');
SELECT rootfi_get_order('157');
SELECT fault('{"status": 403, "body": {"message": "no access"}}');
SELECT rootfi_get_order('157');
SELECT fault('{"status": 404, "body": {"error": "gone for good"}}');
SELECT rootfi_get_order('157');
SELECT fault('{"status": 502, "body": "<html>\n<h1>Bad Gateway</h1>"}');
SELECT rootfi_get_order('157');
SELECT fault('{"status": 500, "body": ""}');
SELECT rootfi_get_order('157');
SELECT fault('{"status": 307, "headers": {"Location": "https://example.com/elsewhere"}, "body": ""}');
SELECT rootfi_get_order('157');
SELECT fault('{"status": 429, "headers": {"Retry-After": "30"}, "body": ""}');
SELECT rootfi_get_order('157');

-- a write whose outcome is not known
SELECT fault('{"status": 503, "body": "", "effect": true}');
SELECT rootfi_delete_order('158');
SELECT fault('{"status": 200, "body": "<html>", "effect": true}');
SELECT rootfi_update_order('159', '{"status": "pending"}');

-- however odd the answer, the outcome of a write stays unknown
SELECT fault(jsonb_build_object('status', 500, 'body', repeat('{"error":', 100000)), jsonb_build_object('status', 200, 'body', repeat('[', 100000)),
	jsonb_build_object('status', 503, 'body', '{"error":{"message":{"a":' || repeat('[', 1000)));
SELECT sqlstate_of($$SELECT rootfi_delete_order('159')$$), sqlstate_of($$SELECT rootfi_update_order('159', '{"status": "pending"}')$$),
	sqlstate_of($$SELECT rootfi_update_order('159', '{"status": "pending"}')$$);

-- an error that calls itself a success
SELECT fault('{"status": 200, "body": {"error": {"code": "unknown-error", "message": "no"}}, "times": 2}');
SELECT rootfi_get_order('157');
SELECT rootfi_delete_order('159');
SELECT fault('{"status": 200, "body": {"rootfi_id": 1, "error": {"code": "platform-denied"}}}');
SELECT rootfi_get_order('157');

-- answers that are none
SELECT fault('{"status": 200, "body": "<html>hello"}');
SELECT rootfi_get_order('157');
SELECT fault('{"status": 200, "body": ""}');
SELECT rootfi_get_order('157');
SELECT fault('{"malformed": true}');
SELECT sqlstate_of($$SELECT rootfi_get_order('157')$$);
SELECT fault('{"status": 200, "body": {"data": {"rootfi_id": 1}}}');
SELECT count(*) FROM rootfi_list_orders();
SELECT fault('{"status": 200, "body": {"orders": []}}');
SELECT count(*) FROM rootfi_list_orders();
SELECT fault('{"status": 200, "body": {"data": [{"rootfi_id": 1}, "two"]}}');
SELECT count(*) FROM rootfi_list_orders();
SELECT fault(jsonb_build_object('status', 200, 'body', repeat('[', 100000), 'times', 2));
SELECT count(*) FROM rootfi_list_orders();
SELECT sqlstate_of($$SELECT rootfi_get_order('157')$$);
SELECT fault('{"repeat_cursor": true, "times": -1}');
SELECT count(*) FROM rootfi_list_orders(page_size => 10);
CREATE FUNCTION cursors(VARIADIC names text[]) RETURNS void LANGUAGE sql AS $$
	SELECT fault(VARIADIC array_agg(jsonb_build_object('status', 200, 'body', jsonb_build_object('data', '[{}]'::jsonb, 'next', name)))
		|| '{"status": 200, "body": {"data": [{}]}}'::jsonb) FROM unnest(names) AS name
$$;
SELECT cursors('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I');
SELECT count(*) FROM rootfi_list_orders();
SELECT cursors('A', 'B', 'C', 'A', 'B', 'C', 'A', 'B', 'C');
SELECT count(*) FROM rootfi_list_orders();
CREATE FUNCTION empty_pages(n integer) RETURNS void LANGUAGE sql AS $$
	SELECT fault(VARIADIC array_agg(jsonb_build_object('status', 200, 'body', jsonb_build_object('data', '[]'::jsonb, 'next', 'cursor ' || i)))
		|| '{"status": 200, "body": {"data": [{}]}}'::jsonb) FROM generate_series(1, n) AS i
$$;
SELECT empty_pages(10);
SELECT count(*) FROM rootfi_list_orders();
SELECT empty_pages(11);
SELECT count(*) FROM rootfi_list_orders();
SELECT fault('{"huge": 3000000}');
SET rootfi.max_response_size = '2MB';
SELECT sqlstate_of($$SELECT rootfi_get_order('157')$$);
RESET rootfi.max_response_size;

-- another record than the one asked for, by whatever id
SELECT fault('{"status": 200, "body": {"rootfi_id": 158, "platform_id": "p", "platform_unique_id": "157"}}', '{"status": 200, "body": {"rootfi_id": 158, "platform_id": "p", "platform_unique_id": "u"}}');
SELECT rootfi_get_order('157');
SELECT rootfi_get_order('157');

-- a deletion succeeds by its status alone (C31)
SELECT fault('{"status": 204, "body": ""}');
SELECT rootfi_delete_order('160') IS NULL AS no_answer;
SELECT fault('{"status": 200, "body": "gone"}');
SELECT rootfi_delete_order('160') IS NULL AS no_answer;

-- the session goes on
SELECT rootfi_request('DELETE', '/_sandbox/faults');
SELECT rootfi_get_order('157') ->> 'rootfi_id' AS rootfi_id;

SET client_min_messages = warning;
DROP FUNCTION empty_pages(integer);
DROP FUNCTION cursors(text[]);
DROP FUNCTION try_status(integer);
DROP FUNCTION fault(jsonb[]);
DROP FUNCTION sqlstate_of(text);
DROP EXTENSION rootfi CASCADE;
