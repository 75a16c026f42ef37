-- Values: numbers, times and texts, as rows and as jsonb.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key :'key');
\pset null '-'

-- the next answer will be this text
CREATE FUNCTION answer(body text) RETURNS void LANGUAGE sql AS $$
	SELECT rootfi_request('POST', '/_sandbox/faults', body => jsonb_build_object('status', 200, 'body', body))
$$;

-- numbers: digits as sent, with or without quotes (C11); no infinity, no words
SELECT answer('{"data": [
	{"n": 0.10}, {"n": 123456789012345678901234567890.12}, {"n": "100.00"}, {"n": -0}, {"n": 1e3}, {"n": 1.5E-3}, {"n": 1e400},
	{"n": "NaN"}, {"n": "Infinity"}, {"n": "12 EUR"}, {"n": ""}, {"n": true}, {"n": null}, {}, {"n": [1]}, {"n": 1e999999999}, {"n": 1e-16383}, {"n": 1.0e-16383}, {"n": "0x10"}, {"n": " 1"}]}');
SELECT CASE WHEN length(n::text) < 40 THEN n::text ELSE length(n::text) || ' characters' END AS n, extra
FROM rootfi_rows('v3/x/y') AS (n numeric, extra jsonb);

-- all notations of up to 17 digits are the numbers that PostgreSQL itself makes of them, to the byte
CREATE TEMP TABLE notations AS
SELECT sign || CASE WHEN fraction = 0 THEN left(digits, whole)
	ELSE left(digits, whole) || '.' || substr(digits, whole + 1, fraction) END AS n
FROM unnest('{"", "-"}'::text[]) AS sign, unnest('{12345678901234567, 10000000000000000, 99999999999999999}'::text[]) AS digits,
	generate_series(1, 17) AS whole, generate_series(0, 16) AS fraction
WHERE whole + fraction <= 17
UNION ALL
SELECT n FROM unnest('{0, 0.0, 0.00, -0.0, 0.000000000000001, 0.05, -0.0500, 0.00010000, 0.99999999999999, 00, 00.5, 01, -01.5, .5, 5., -, ., 1.2.3, --1, +1, 1-, 1a}'::text[]) AS n;
SELECT answer(jsonb_build_object('data', jsonb_agg(jsonb_build_object('t', n, 'n', n)))::text) FROM notations;
SELECT count(*), count(n), count(*) FILTER (WHERE CASE WHEN n IS NOT NULL THEN numeric_send(n) = numeric_send(t::numeric) END) AS same,
	string_agg(t, ' ' ORDER BY t) FILTER (WHERE n IS NULL) AS none
FROM rootfi_rows('v3/x/y', max_rows => 10000) AS (t text, n numeric);

-- ids: whole numbers however written (C10)
SELECT answer('{"data": [
	{"i": 157}, {"i": 157.0}, {"i": "157"}, {"i": 1.57e2}, {"i": -9223372036854775808}, {"i": 9223372036854775807}, {"i": 9223372036854775808},
	{"i": 157.5}, {"i": ""}, {"i": "+1"}, {"i": "abc"}, {"i": {}}, {"i": 99999999999999999999999}]}');
SELECT i, extra FROM rootfi_rows('v3/x/y') AS (i bigint, extra jsonb);
SELECT answer('{"data": [{"a": 32767, "b": 2147483647}, {"a": 32768, "b": 2147483648}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (a smallint, b integer, extra jsonb);

-- times: without a zone UTC, whatever the session's settings
CREATE VIEW times AS
SELECT t AT TIME ZONE 'UTC' AS t, extra
FROM rootfi_rows('v3/x/y') AS (t timestamptz, extra jsonb);
CREATE FUNCTION answer_times() RETURNS void LANGUAGE sql AS $$
	SELECT answer('{"data": [
		{"t": "2024-01-22T05:07:31.465Z"}, {"t": "2024-01-22T05:07:31"}, {"t": "2024-01-22 05:07:31.123456"}, {"t": "2024-01-22T05:07"}, {"t": "2024-01-22"},
		{"t": "2024-02-29T23:59:59.9999999Z"}, {"t": "2024-01-22T05:07:31+05:30"}, {"t": "2024-01-22T05:07:31-0800"}, {"t": "2024-01-22T05:07:31+01"}]}')
$$;
SET DateStyle = 'ISO, DMY';
SET TimeZone = 'America/New_York';
SELECT answer_times();
SELECT * FROM times;
SET TimeZone = 'Asia/Kolkata';
SET DateStyle = 'SQL, MDY';
SELECT answer_times();
SELECT * FROM times;
SET TimeZone = 'UTC';
SELECT answer_times();
SELECT * FROM times;
RESET DateStyle;
RESET TimeZone;
-- notations that could be read in two ways, or not at all, are kept as text
SELECT answer('{"data": [{"t": "01/02/2024"}, {"t": "Jan 22 2024"}, {"t": "2023-02-29"}, {"t": "2024-13-01"}, {"t": "2024-01-22T25:00"}, {"t": "2024-01-22T05:07:31 EST"}, {"t": "now"}, {"t": "infinity"}, {"t": ""}, {"t": 1705900051}]}');
SELECT * FROM times;
SELECT answer('{"data": [{"d": "2024-01-22T23:30:00-02:00", "ts": "2024-01-22T23:30:00-02:00", "t0": "2024-01-22T05:07:31.6Z"}]}');
SET TimeZone = 'America/New_York';
SELECT d, ts, t0 AT TIME ZONE 'UTC' AS t0 FROM rootfi_rows('v3/x/y') AS (d date, ts timestamp, t0 timestamptz(0));
RESET TimeZone;

-- texts, truth and JSON
SELECT answer('{"data": [{"t": "Zoë 🎉", "b": true, "j": {"a": [1, 2.50]}, "jj": {"b":  1}}, {"t": "caf\u00e9 \ud83c\udf89 \"q\" \\ \/ \n", "b": "false", "j": null}, {"t": 5.50, "b": 1, "j": "x"}, {"t": {"id": 1}, "b": null}, {"t": false}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (t text, b boolean, j jsonb, jj json, extra jsonb);

-- what PostgreSQL's text cannot hold becomes U+FFFD, and is counted
SELECT answer('{"data": [{"t": "a\u0000b"}, {"t": "\ud83c and \udf89"}, {"t": "\\u0000"}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (t text);
SELECT answer('{"t": "a\u0000b"}');
SELECT rootfi_get_order('157');

-- types without a reader of their own, and values that they refuse
SELECT answer('{"data": [
	{"v": "abcdef", "u": "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "f": 1.5, "n": 12.345, "l": "day"}, {"v": "abc", "u": "no", "f": "x", "n": 12345.6, "l": ["a"]}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (v varchar(3), u uuid, f float8, n numeric(5,2), l text[], extra jsonb);

-- other names (C2, C4); members without a column; without "extra" they are left out
SELECT answer('{"data": [{"contact_id": "c1"}, {"contact_id": "c1", "customer_id": "c2"}, {"contact_id": "c1", "customer_id": null},
	{"order_status": "FULFILLED", "tax_amount": 7.20}, {"order_status": "Pending"}, {"order_status": "shipped"}, {"order_status": "pending", "status": "unknown"}, {"extra": 1, "new_member": {"a": []}}]}');
SELECT customer_id, status, fulfillment_status, total_tax, extra FROM rootfi_list_orders();
SELECT answer('{"data": [{"a": 1, "b": 2}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (b int, c int);
-- of members with the same name the last counts
SELECT answer('{"data": [{"a": 1, "a": 2, "b": 1, "b": 2}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (a int, extra jsonb);

-- bare arrays, empty lists, white space
SELECT answer(' [ {"a" : 1} , {"a":2} ] ');
SELECT * FROM rootfi_rows('v3/x/y') AS (a int);
SELECT answer('{"data": [], "next": "", "total_count": 0}');
SELECT * FROM rootfi_rows('v3/x/y') AS (a int);
SELECT answer('{"next": null, "data": [{"a": 1}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (a int);

-- names in escapes, brackets in strings
SELECT answer('{"d\u0061ta": [{"a": 1}, {"a": 2}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (a int);
SELECT answer('{"data": [{"j": {"x": "]}\\\"}]"}, "t": "{[\\"}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (j jsonb, t text, extra jsonb);

-- what is nested is checked too
SELECT answer('{"data": [{"a": 1, "j": {"b": 1 2}}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (a int, j jsonb);
SELECT answer('{"data": [{"a": 1, "j": [1}}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (a int, extra jsonb);
SELECT answer('{"data": [{"a": 1, "j": [1}}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (a int, j json);
SELECT answer('{"data": [{"a": 1} {"a": 2}]}');
SELECT * FROM rootfi_rows('v3/x/y') AS (a int);

SET client_min_messages = warning;
DROP FUNCTION answer_times();
DROP FUNCTION answer(text);
DROP EXTENSION rootfi CASCADE;
