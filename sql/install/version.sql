-- Which version is this?

CREATE FUNCTION rootfi_version(OUT library text, OUT objects text)
RETURNS record
AS 'MODULE_PATHNAME', 'rootfi_version'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_version() IS
'The version of the library that this session has loaded, and that of the SQL objects of this database: ALTER EXTENSION rootfi UPDATE makes them the same';
