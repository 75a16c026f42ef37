\echo Use "CREATE EXTENSION rootfi" to load this file. \quit

-- Foreign-data wrapper: options of servers and user mappings.  It has no
-- handler; a server says where calls go, a mapping with which key.

CREATE FUNCTION rootfi_fdw_validator(options text[], catalog oid)
RETURNS void
AS 'MODULE_PATHNAME', 'rootfi_fdw_validator'
LANGUAGE C STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_fdw_validator(text[], oid) IS
'Checks the options of servers and user mappings of the foreign-data wrapper rootfi';

CREATE FOREIGN DATA WRAPPER rootfi
VALIDATOR rootfi_fdw_validator;

COMMENT ON FOREIGN DATA WRAPPER rootfi IS
'RootFi unified API: servers hold the base URL, user mappings the API key';
