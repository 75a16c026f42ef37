-- Lists as rows, and the lists inside records as rows of their own.

CREATE FUNCTION rootfi_list(
	resource text,
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	max_rows bigint DEFAULT NULL,
	expand text[] DEFAULT NULL,
	select_fields text[] DEFAULT NULL,
	page_size integer DEFAULT NULL)
RETURNS SETOF jsonb
AS 'MODULE_PATHNAME', 'rootfi_list'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000;

COMMENT ON FUNCTION rootfi_list(text, bigint, timestamptz, jsonb, boolean, bigint, text[], text[], integer) IS
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
	page_size integer DEFAULT NULL)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rootfi_rows'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION rootfi_rows(text, bigint, timestamptz, jsonb, boolean, bigint, text[], text[], integer) IS
'Returns all records of a list as rows of the column definition list that the caller gives';

CREATE FUNCTION rootfi_list_orders(
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	max_rows bigint DEFAULT NULL,
	expand text[] DEFAULT NULL,
	select_fields text[] DEFAULT NULL,
	page_size integer DEFAULT NULL)
RETURNS SETOF rootfi_order
AS 'MODULE_PATHNAME', 'rootfi_list_rows'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000;

COMMENT ON FUNCTION rootfi_list_orders(bigint, timestamptz, jsonb, boolean, bigint, text[], text[], integer) IS
'Returns all e-commerce orders as rows, page by page';

CREATE FUNCTION rootfi_list_payment_orders(
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	max_rows bigint DEFAULT NULL,
	expand text[] DEFAULT NULL,
	select_fields text[] DEFAULT NULL,
	page_size integer DEFAULT NULL)
RETURNS SETOF rootfi_payment_order
AS 'MODULE_PATHNAME', 'rootfi_list_rows'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000;

COMMENT ON FUNCTION rootfi_list_payment_orders(bigint, timestamptz, jsonb, boolean, bigint, text[], text[], integer) IS
'Returns all payments orders as rows, page by page';

CREATE FUNCTION rootfi_list_customers(
	company_id bigint DEFAULT NULL,
	updated_since timestamptz DEFAULT NULL,
	filter jsonb DEFAULT NULL,
	include_deleted boolean DEFAULT false,
	max_rows bigint DEFAULT NULL,
	expand text[] DEFAULT NULL,
	select_fields text[] DEFAULT NULL,
	page_size integer DEFAULT NULL)
RETURNS SETOF rootfi_customer
AS 'MODULE_PATHNAME', 'rootfi_list_rows'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000;

COMMENT ON FUNCTION rootfi_list_customers(bigint, timestamptz, jsonb, boolean, bigint, text[], text[], integer) IS
'Returns all e-commerce customers as rows, page by page';

-- Each of these takes an object, an array or an answer with "data", as jsonb or
-- as rows, and makes no request.

CREATE FUNCTION rootfi_order_line_items(orders jsonb)
RETURNS SETOF rootfi_order_line_item
AS 'MODULE_PATHNAME', 'rootfi_flatten'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION rootfi_order_line_items(jsonb) IS
'Returns the line items of e-commerce orders as rows';

CREATE FUNCTION rootfi_order_addresses(orders jsonb)
RETURNS SETOF rootfi_order_address
AS 'MODULE_PATHNAME', 'rootfi_flatten'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION rootfi_order_addresses(jsonb) IS
'Returns the addresses of e-commerce orders, shipping_address and billing_address included as rows';

CREATE FUNCTION rootfi_order_fulfillments(orders jsonb)
RETURNS SETOF rootfi_order_fulfillment
AS 'MODULE_PATHNAME', 'rootfi_flatten'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION rootfi_order_fulfillments(jsonb) IS
'Returns the fulfillments of e-commerce orders as rows';

CREATE FUNCTION rootfi_order_transactions(orders jsonb)
RETURNS SETOF rootfi_order_transaction
AS 'MODULE_PATHNAME', 'rootfi_flatten'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION rootfi_order_transactions(jsonb) IS
'Returns the transactions of e-commerce orders as rows';

CREATE FUNCTION rootfi_fulfillment_line_items(fulfillments jsonb)
RETURNS SETOF rootfi_fulfillment_line_item
AS 'MODULE_PATHNAME', 'rootfi_flatten'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION rootfi_fulfillment_line_items(jsonb) IS
'Returns the line items of fulfillments as rows';

CREATE FUNCTION rootfi_fulfillment_addresses(fulfillments jsonb)
RETURNS SETOF rootfi_fulfillment_address
AS 'MODULE_PATHNAME', 'rootfi_flatten'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION rootfi_fulfillment_addresses(jsonb) IS
'Returns the addresses of fulfillments as rows';

CREATE FUNCTION rootfi_payment_order_line_items(payment_orders jsonb)
RETURNS SETOF rootfi_payment_order_line_item
AS 'MODULE_PATHNAME', 'rootfi_flatten'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION rootfi_payment_order_line_items(jsonb) IS
'Returns the line items of payments orders as rows';

CREATE FUNCTION rootfi_payment_order_transactions(payment_orders jsonb)
RETURNS SETOF rootfi_payment_order_transaction
AS 'MODULE_PATHNAME', 'rootfi_flatten'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION rootfi_payment_order_transactions(jsonb) IS
'Returns the transactions of payments orders as rows';

CREATE FUNCTION rootfi_customer_addresses(customers jsonb)
RETURNS SETOF rootfi_customer_address
AS 'MODULE_PATHNAME', 'rootfi_flatten'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION rootfi_customer_addresses(jsonb) IS
'Returns the addresses of e-commerce customers as rows';
