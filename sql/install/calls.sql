-- Generic calls, one for each verb, and the friendly functions over them.
-- A friendly function's body is parsed here, so that it means these functions
-- whatever the search_path of its caller.

CREATE FUNCTION rootfi_create(
	resource text,
	company_id bigint,
	data jsonb,
	run_async boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_create'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_create(text, bigint, jsonb, boolean) IS
'Creates a record, or several with run_async, and returns the answer';

CREATE FUNCTION rootfi_get(resource text, id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

COMMENT ON FUNCTION rootfi_get(text, text) IS
'Returns the record with that rootfi_id or platform_id';

CREATE FUNCTION rootfi_update(resource text, id text, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_update(text, text, jsonb) IS
'Changes the given members of a record and returns the answer';

CREATE FUNCTION rootfi_delete(resource text, id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_delete(text, text) IS
'Deletes a record and returns the answer, NULL if that is empty';

CREATE FUNCTION rootfi_request(
	method text,
	path text,
	query jsonb DEFAULT NULL,
	body jsonb DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_request'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_request(text, text, jsonb, jsonb) IS
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

-- ecommerce/orders

CREATE FUNCTION rootfi_create_order(
	company_id bigint,
	data jsonb,
	run_async boolean DEFAULT NULL)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 10000
RETURN rootfi_create('ecommerce/orders', company_id, data, run_async);

COMMENT ON FUNCTION rootfi_create_order(bigint, jsonb, boolean) IS
'Creates an e-commerce order, or several with run_async';

CREATE FUNCTION rootfi_get_order(id text)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 10000
RETURN rootfi_get('ecommerce/orders', id);

COMMENT ON FUNCTION rootfi_get_order(text) IS
'Returns the e-commerce order with that rootfi_id or platform_id';

CREATE FUNCTION rootfi_update_order(id text, data jsonb)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 10000
RETURN rootfi_update('ecommerce/orders', id, data);

COMMENT ON FUNCTION rootfi_update_order(text, jsonb) IS
'Changes the given members of an e-commerce order';

CREATE FUNCTION rootfi_delete_order(id text)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 10000
RETURN rootfi_delete('ecommerce/orders', id);

COMMENT ON FUNCTION rootfi_delete_order(text) IS
'Deletes an e-commerce order';

-- payments/orders

CREATE FUNCTION rootfi_create_payment_order(company_id bigint, data jsonb)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 10000
RETURN rootfi_create('payments/orders', company_id, data);

COMMENT ON FUNCTION rootfi_create_payment_order(bigint, jsonb) IS
'Creates a payments order';

CREATE FUNCTION rootfi_get_payment_order(id text)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 10000
RETURN rootfi_get('payments/orders', id);

COMMENT ON FUNCTION rootfi_get_payment_order(text) IS
'Returns the payments order with that rootfi_id or platform_id';

CREATE FUNCTION rootfi_update_payment_order(id text, data jsonb)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 10000
RETURN rootfi_update('payments/orders', id, data);

COMMENT ON FUNCTION rootfi_update_payment_order(text, jsonb) IS
'Changes the given members of a payments order';

CREATE FUNCTION rootfi_delete_payment_order(id text)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 10000
RETURN rootfi_delete('payments/orders', id);

COMMENT ON FUNCTION rootfi_delete_payment_order(text) IS
'Deletes a payments order';

-- v3/ecommerce/customers

CREATE FUNCTION rootfi_create_customer(
	company_id bigint,
	data jsonb,
	run_async boolean DEFAULT NULL)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 10000
RETURN rootfi_create('v3/ecommerce/customers', company_id, data, run_async);

COMMENT ON FUNCTION rootfi_create_customer(bigint, jsonb, boolean) IS
'Creates an e-commerce customer, or several with run_async';
