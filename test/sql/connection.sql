-- Servers, user mappings and the setting that picks one.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
CREATE ROLE regress_rootfi_owner SUPERUSER;
SET SESSION AUTHORIZATION regress_rootfi_owner;

-- nothing is there yet: each error names the statement that mends it
SELECT rootfi_get_order('157');
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
SELECT rootfi_get_order('157');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi;
SELECT rootfi_get_order('157');
DROP USER MAPPING FOR CURRENT_USER SERVER rootfi;
CREATE USER MAPPING FOR PUBLIC SERVER rootfi;
SELECT rootfi_get_order('157');
ALTER USER MAPPING FOR PUBLIC SERVER rootfi OPTIONS (ADD api_key :'key');
SELECT rootfi_get_order('157') ->> 'order_number' AS order_number;

-- one's own mapping comes before PUBLIC's, and a change counts at once
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key 'wrong-key');
SELECT rootfi_get_order('157');
ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key :'key');
SELECT rootfi_get_order('157') ->> 'order_number' AS order_number;
DROP USER MAPPING FOR CURRENT_USER SERVER rootfi;
SELECT rootfi_get_order('157') ->> 'order_number' AS order_number;

-- another server for the session
CREATE SERVER "other server" FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
SET rootfi.server = 'other server';
SELECT rootfi_get_order('157');
CREATE USER MAPPING FOR CURRENT_USER SERVER "other server" OPTIONS (api_key :'key');
SELECT rootfi_get_order('157') ->> 'order_number' AS order_number;
SET rootfi.server = 'nowhere';
SELECT rootfi_get_order('157');
CREATE FOREIGN DATA WRAPPER another;
CREATE SERVER nowhere FOREIGN DATA WRAPPER another;
SELECT rootfi_get_order('157');
DROP FOREIGN DATA WRAPPER another CASCADE;
RESET rootfi.server;

-- USAGE is needed, and EXECUTE to write
CREATE ROLE regress_rootfi_user;
SET ROLE regress_rootfi_user;
SELECT rootfi_get_order('157');
RESET ROLE;
GRANT USAGE ON FOREIGN SERVER rootfi TO regress_rootfi_user;
SET ROLE regress_rootfi_user;
SELECT rootfi_get_order('157') ->> 'order_number' AS order_number;
SELECT rootfi_delete_order('157');
SELECT * FROM pg_user_mappings WHERE umoptions IS NOT NULL;
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key_file '/etc/passwd');
RESET ROLE;

-- options: names
CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (baseurl 'https://api.rootfi.dev');
CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (api_key 'any-key-will-do');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (apikey 'x');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (base_url 'x');
ALTER FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'x');

-- options: URLs
CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'http://api.rootfi.dev');
CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'http://127.0.0.1.example.com');
CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'ftp://api.rootfi.dev');
CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'https://me:key@api.rootfi.dev');
CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'https://api.rootfi.dev?x=1');
CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'api.rootfi.dev');
CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '');
CREATE SERVER ok1 FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'http://localhost:8080/');
CREATE SERVER ok2 FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'http://[::1]:8080');
CREATE SERVER ok3 FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'https://api.sa.rootfi.dev/');

-- options: numbers and times
CREATE SERVER ok4 FOREIGN DATA WRAPPER rootfi
	OPTIONS (timeout '90', connect_timeout '500ms', page_size '100', max_retries '0', overlap '10 minutes');
ALTER SERVER ok4 OPTIONS (SET timeout '0');
ALTER SERVER ok4 OPTIONS (SET timeout '5 parsecs');
ALTER SERVER ok4 OPTIONS (SET page_size '1.5');
ALTER SERVER ok4 OPTIONS (SET page_size '0');
ALTER SERVER ok4 OPTIONS (SET max_retries '-1');
ALTER SERVER ok4 OPTIONS (SET overlap '-1 hour');
ALTER SERVER ok4 OPTIONS (SET overlap 'a while');

-- options: keys
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key '');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key 'sevenby');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key '********');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key E'two\r\nlines: x');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key 'any-key-will-do', api_key_file '/x');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key_file 'relative');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key_file '/nonexistent/key');
SELECT rootfi_get_order('157');

-- settings
SET rootfi.nonsense = 1;

SET client_min_messages = warning;
RESET SESSION AUTHORIZATION;
DROP EXTENSION rootfi CASCADE;
DROP ROLE regress_rootfi_user;
DROP ROLE regress_rootfi_owner;
