\echo Use "CREATE EXTENSION rootfi" to load this file. \quit

-- Foreign-data wrapper: a server says where calls go, a mapping with which key,
-- a foreign table which records are its rows.

CREATE FUNCTION rootfi_fdw_handler()
RETURNS fdw_handler
AS 'MODULE_PATHNAME', 'rootfi_fdw_handler'
LANGUAGE C STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_fdw_handler() IS
'Plans and reads the foreign tables of the foreign-data wrapper rootfi';

CREATE FUNCTION rootfi_fdw_validator(options text[], catalog oid)
RETURNS void
AS 'MODULE_PATHNAME', 'rootfi_fdw_validator'
LANGUAGE C STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_fdw_validator(text[], oid) IS
'Checks the options of servers, user mappings, foreign tables and columns of the foreign-data wrapper rootfi';

CREATE FOREIGN DATA WRAPPER rootfi
HANDLER rootfi_fdw_handler
VALIDATOR rootfi_fdw_validator;

COMMENT ON FOREIGN DATA WRAPPER rootfi IS
'RootFi unified API: servers hold the base URL, user mappings the API key, foreign tables name a resource';
