-- rootfi_check: each step of a call, and what to do about it.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
CREATE ROLE regress_rootfi_owner SUPERUSER;
SET SESSION AUTHORIZATION regress_rootfi_owner;
\pset null '-'

-- what is missing comes last
SELECT * FROM rootfi_check();
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
SELECT * FROM rootfi_check();
CREATE USER MAPPING FOR PUBLIC SERVER rootfi OPTIONS (api_key 'wrong-key');
SELECT check_name, status, hint FROM rootfi_check();
ALTER USER MAPPING FOR PUBLIC SERVER rootfi OPTIONS (SET api_key :'key');
SELECT check_name, status, hint FROM rootfi_check();
SELECT replace(detail, left(encode(sha256(:'key'), 'hex'), 8), 'of the key') AS detail
FROM rootfi_check() WHERE check_name IN ('key', 'tls', 'authentication', 'clock');

-- a budget nearly spent, a clock that is off, a server that is none
SELECT rootfi_request('POST', '/_sandbox/faults', body => '{"status": 200, "body": {"data": []}, "headers": {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "9", "Date": "Mon, 22 Jan 2024 05:07:31 GMT"}}');
SELECT check_name, status, CASE check_name WHEN 'clock' THEN hint ELSE detail END AS text FROM rootfi_check() WHERE status <> 'ok';
SELECT rootfi_request('POST', '/_sandbox/faults', body => '{"status": 502, "body": ""}');
SELECT check_name, status, detail, hint FROM rootfi_check() WHERE status <> 'ok';
ALTER SERVER rootfi OPTIONS (SET base_url 'http://127.0.0.1:1');
SELECT check_name, status, hint FROM rootfi_check();
-- a label this long fails without anybody being asked
ALTER SERVER rootfi OPTIONS (SET base_url 'https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid');
SELECT check_name, status, hint FROM rootfi_check();
SELECT replace(:'sandbox', 'http:', 'https:') AS https \gset
ALTER SERVER rootfi OPTIONS (SET base_url :'https');
SELECT check_name, status, hint FROM rootfi_check();

-- a role without USAGE; the key is never shown
CREATE ROLE regress_rootfi_user;
SET ROLE regress_rootfi_user;
SELECT * FROM rootfi_check();
RESET ROLE;
SELECT count(*) FROM rootfi_check() AS c WHERE c::text LIKE '%' || :'key' || '%';

RESET SESSION AUTHORIZATION;
SET client_min_messages = warning;
DROP EXTENSION rootfi CASCADE;
DROP ROLE regress_rootfi_user;
DROP ROLE regress_rootfi_owner;
