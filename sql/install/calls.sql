-- Generic calls, one for each verb.  The functions of a resource do the same
-- for that resource alone, and need no rights on these.  An argument "server"
-- counts more than the setting, which belongs to who called first.

CREATE FUNCTION rootfi_create(
	resource text,
	company_id bigint,
	data jsonb,
	run_async boolean DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_create(text, bigint, jsonb, boolean, text) IS
'Creates a record, or several with run_async, and returns the answer';

CREATE FUNCTION rootfi_get(
	resource text,
	id text,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000;

COMMENT ON FUNCTION rootfi_get(text, text, text) IS
'Returns the record with that rootfi_id or platform_id';

CREATE FUNCTION rootfi_update(
	resource text,
	id text,
	data jsonb,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_update(text, text, jsonb, text) IS
'Changes the given members of a record and returns the answer';

CREATE FUNCTION rootfi_delete(
	resource text,
	id text,
	options jsonb DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_delete(text, text, jsonb, text) IS
'Deletes a record and returns the answer, NULL if that is empty';

CREATE FUNCTION rootfi_wait(
	resource text,
	id text,
	timeout interval,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_wait'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000;

COMMENT ON FUNCTION rootfi_wait(text, text, interval, text) IS
'Asks for a record until its status says that it is over; returns its last state and its jobs';

CREATE FUNCTION rootfi_request(
	method text,
	path text,
	query jsonb DEFAULT NULL,
	body jsonb DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_request'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_request(text, text, jsonb, jsonb, text) IS
'Sends any request to the server and returns the answer, NULL if that is empty';

CREATE FUNCTION rootfi_validate(
	resource text,
	verb text,
	data jsonb,
	OUT path text,
	OUT problem text,
	OUT hint text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rootfi_validate'
LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 5;

COMMENT ON FUNCTION rootfi_validate(text, text, jsonb) IS
'Returns what is wrong with the data of a create or update, without any request';

CREATE FUNCTION rootfi_list(
	resource text,
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	max_rows bigint DEFAULT NULL,
	expand text[] DEFAULT NULL,
	select_fields text[] DEFAULT NULL,
	page_size integer DEFAULT NULL,
	sort text[] DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS SETOF jsonb
AS 'MODULE_PATHNAME', 'rootfi_list'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000;

COMMENT ON FUNCTION rootfi_list(text, bigint, timestamptz, jsonb, boolean, bigint, text[], text[], integer, text[], text) IS
'Returns all records of a list, page by page, as jsonb';

-- Types of any kind may be asked for; before PostgreSQL 16 their values are
-- read in subtransactions, which parallel queries do not have.

CREATE FUNCTION rootfi_rows(
	resource text,
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	max_rows bigint DEFAULT NULL,
	expand text[] DEFAULT NULL,
	select_fields text[] DEFAULT NULL,
	page_size integer DEFAULT NULL,
	sort text[] DEFAULT NULL,
	server text DEFAULT NULL)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rootfi_rows'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION rootfi_rows(text, bigint, timestamptz, jsonb, boolean, bigint, text[], text[], integer, text[], text) IS
'Returns all records of a list as rows of the column definition list that the caller gives';

CREATE FUNCTION rootfi_count(
	resource text,
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	server text DEFAULT NULL)
RETURNS bigint
AS 'MODULE_PATHNAME', 'rootfi_count'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000;

COMMENT ON FUNCTION rootfi_count(text, bigint, timestamptz, jsonb, boolean, text) IS
'Returns how many records a list has, without reading them; NULL if the server does not say';

CREATE FUNCTION rootfi_check(
	server text DEFAULT NULL,
	OUT check_name text,
	OUT status text,
	OUT detail text,
	OUT hint text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rootfi_check'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000 ROWS 8;

COMMENT ON FUNCTION rootfi_check(text) IS
'Goes the way of a call and returns for each step whether it is ok, and what to do if not';

CREATE FUNCTION rootfi_resources(
	OUT resource text,
	OUT version integer,
	OUT path text,
	OUT documented text[],
	OUT implied text[],
	OUT row_type text,
	OUT lists jsonb,
	OUT plain_filters text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rootfi_resources'
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 40;

COMMENT ON FUNCTION rootfi_resources() IS
'Returns the resources: verbs that the documents show or imply, row type, lists inside with their row types, and filters without operator';

-- Reading needs USAGE on the foreign server and a user mapping, as everything
-- does.  Writing needs EXECUTE too, which PUBLIC does not have.

REVOKE EXECUTE ON FUNCTION
	rootfi_create(text, bigint, jsonb, boolean, text),
	rootfi_update(text, text, jsonb, text),
	rootfi_delete(text, text, jsonb, text),
	rootfi_request(text, text, jsonb, jsonb, text)
FROM PUBLIC;
