-- Row types.  C knows no column: a member of an object goes to the column of
-- its name, what has no column or does not fit goes to "extra", which is last.
-- Records begin with the columns that all of them have; children begin with
-- the parent's company and rootfi_id and their place in the parent's list.

CREATE TYPE rootfi_order AS (
	rootfi_id bigint,
	rootfi_created_at timestamptz,
	rootfi_updated_at timestamptz,
	rootfi_company_id bigint,
	platform_id text,
	platform_unique_id text,
	rootfi_deleted_at timestamptz,
	raw_data jsonb,
	data_hash text,
	customer_id text,
	currency_id text,
	order_number text,
	status text,
	payment_status text,
	fulfillment_status text,
	total_amount numeric,
	total_discount numeric,
	total_tax numeric,
	shipping_amount numeric,
	created_at timestamptz,
	updated_at timestamptz,
	line_items jsonb,
	addresses jsonb,
	fulfillments jsonb,
	transactions jsonb,
	extra jsonb
);

COMMENT ON TYPE rootfi_order IS
'An e-commerce order (API version 4)';

CREATE TYPE rootfi_order_line_item AS (
	rootfi_company_id bigint,
	order_rootfi_id bigint,
	ordinal integer,
	rootfi_id bigint,
	item_id text,
	variant_id text,
	name text,
	description text,
	quantity numeric,
	unit_amount numeric,
	tax_amount numeric,
	discount_amount numeric,
	total_amount numeric,
	extra jsonb
);

COMMENT ON TYPE rootfi_order_line_item IS
'A line item of an e-commerce order';

CREATE TYPE rootfi_order_address AS (
	rootfi_company_id bigint,
	order_rootfi_id bigint,
	ordinal integer,
	rootfi_id bigint,
	platform_id text,
	type text,
	street text,
	city text,
	state text,
	postal_code text,
	country text,
	extra jsonb
);

COMMENT ON TYPE rootfi_order_address IS
'An address of an e-commerce order';

CREATE TYPE rootfi_order_fulfillment AS (
	rootfi_company_id bigint,
	order_rootfi_id bigint,
	ordinal integer,
	rootfi_id bigint,
	rootfi_created_at timestamptz,
	rootfi_updated_at timestamptz,
	platform_id text,
	platform_unique_id text,
	rootfi_deleted_at timestamptz,
	raw_data jsonb,
	data_hash text,
	order_id text,
	name text,
	status text,
	shipment_status text,
	estimated_delivery_date timestamptz,
	actual_delivery_date timestamptz,
	weight numeric,
	weight_unit text,
	addresses jsonb,
	line_items jsonb,
	tracking_info jsonb,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

COMMENT ON TYPE rootfi_order_fulfillment IS
'A fulfillment inside an e-commerce order';

CREATE TYPE rootfi_fulfillment_line_item AS (
	rootfi_company_id bigint,
	fulfillment_rootfi_id bigint,
	ordinal integer,
	rootfi_id bigint,
	line_item_id text,
	quantity numeric,
	extra jsonb
);

COMMENT ON TYPE rootfi_fulfillment_line_item IS
'A line item of a fulfillment';

CREATE TYPE rootfi_fulfillment_address AS (
	rootfi_company_id bigint,
	fulfillment_rootfi_id bigint,
	ordinal integer,
	rootfi_id bigint,
	platform_id text,
	type text,
	street text,
	city text,
	state text,
	postal_code text,
	country text,
	extra jsonb
);

COMMENT ON TYPE rootfi_fulfillment_address IS
'An address of a fulfillment';

CREATE TYPE rootfi_order_transaction AS (
	rootfi_company_id bigint,
	order_rootfi_id bigint,
	ordinal integer,
	rootfi_id bigint,
	rootfi_created_at timestamptz,
	rootfi_updated_at timestamptz,
	platform_id text,
	platform_unique_id text,
	rootfi_deleted_at timestamptz,
	raw_data jsonb,
	data_hash text,
	type text,
	order_id text,
	contact_id text,
	currency_id text,
	amount numeric,
	status text,
	payment_method_type text,
	gateway text,
	gateway_transaction_id text,
	original_transaction_id text,
	description text,
	reason text,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

COMMENT ON TYPE rootfi_order_transaction IS
'A transaction inside an e-commerce order';

CREATE TYPE rootfi_payment_order AS (
	rootfi_id bigint,
	rootfi_created_at timestamptz,
	rootfi_updated_at timestamptz,
	rootfi_company_id bigint,
	platform_id text,
	platform_unique_id text,
	rootfi_deleted_at timestamptz,
	raw_data jsonb,
	data_hash text,
	contact_id text,
	currency_id text,
	status text,
	payment_status text,
	total_amount numeric,
	total_discount numeric,
	total_tax numeric,
	created_at timestamptz,
	updated_at timestamptz,
	invoice_id text,
	invoice_ids jsonb,
	line_items jsonb,
	transactions jsonb,
	extra jsonb
);

COMMENT ON TYPE rootfi_payment_order IS
'A payments order (API version 4)';

CREATE TYPE rootfi_payment_order_line_item AS (
	rootfi_company_id bigint,
	payment_order_rootfi_id bigint,
	ordinal integer,
	rootfi_id bigint,
	item_id text,
	description text,
	quantity numeric,
	unit_amount numeric,
	tax_amount numeric,
	discount_amount numeric,
	total_amount numeric,
	extra jsonb
);

COMMENT ON TYPE rootfi_payment_order_line_item IS
'A line item of a payments order';

CREATE TYPE rootfi_payment_order_transaction AS (
	rootfi_company_id bigint,
	payment_order_rootfi_id bigint,
	ordinal integer,
	rootfi_id bigint,
	platform_id text,
	type text,
	amount numeric,
	currency_id text,
	status text,
	payment_method_type text,
	gateway text,
	description text,
	created_at timestamptz,
	extra jsonb
);

COMMENT ON TYPE rootfi_payment_order_transaction IS
'A transaction inside a payments order';

CREATE TYPE rootfi_customer AS (
	rootfi_id bigint,
	rootfi_created_at timestamptz,
	rootfi_updated_at timestamptz,
	rootfi_company_id bigint,
	platform_id text,
	platform_unique_id text,
	rootfi_deleted_at timestamptz,
	raw_data jsonb,
	data_hash text,
	name text,
	email text,
	phone text,
	currency_id text,
	status text,
	created_at timestamptz,
	updated_at timestamptz,
	address jsonb,
	extra jsonb
);

COMMENT ON TYPE rootfi_customer IS
'An e-commerce customer (API version 3)';

CREATE TYPE rootfi_customer_address AS (
	rootfi_company_id bigint,
	customer_rootfi_id bigint,
	ordinal integer,
	rootfi_id bigint,
	platform_id text,
	street text,
	locality text,
	city text,
	state text,
	pincode text,
	country text,
	extra jsonb
);

COMMENT ON TYPE rootfi_customer_address IS
'The address of an e-commerce customer (API version 3)';

-- The way back: every row is a JSON object again where one is asked for, so
-- that functions which take jsonb take rows too.

CREATE FUNCTION rootfi_to_jsonb(record rootfi_order)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_order) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_order AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_order) AS IMPLICIT;

COMMENT ON CAST (rootfi_order AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_order_line_item)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_order_line_item) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_order_line_item AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_order_line_item) AS IMPLICIT;

COMMENT ON CAST (rootfi_order_line_item AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_order_address)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_order_address) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_order_address AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_order_address) AS IMPLICIT;

COMMENT ON CAST (rootfi_order_address AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_order_fulfillment)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_order_fulfillment) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_order_fulfillment AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_order_fulfillment) AS IMPLICIT;

COMMENT ON CAST (rootfi_order_fulfillment AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_fulfillment_line_item)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_fulfillment_line_item) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_fulfillment_line_item AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_fulfillment_line_item) AS IMPLICIT;

COMMENT ON CAST (rootfi_fulfillment_line_item AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_fulfillment_address)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_fulfillment_address) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_fulfillment_address AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_fulfillment_address) AS IMPLICIT;

COMMENT ON CAST (rootfi_fulfillment_address AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_order_transaction)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_order_transaction) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_order_transaction AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_order_transaction) AS IMPLICIT;

COMMENT ON CAST (rootfi_order_transaction AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_payment_order)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_payment_order) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_payment_order AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_payment_order) AS IMPLICIT;

COMMENT ON CAST (rootfi_payment_order AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_payment_order_line_item)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_payment_order_line_item) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_payment_order_line_item AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_payment_order_line_item) AS IMPLICIT;

COMMENT ON CAST (rootfi_payment_order_line_item AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_payment_order_transaction)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_payment_order_transaction) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_payment_order_transaction AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_payment_order_transaction) AS IMPLICIT;

COMMENT ON CAST (rootfi_payment_order_transaction AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_customer)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_customer) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_customer AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_customer) AS IMPLICIT;

COMMENT ON CAST (rootfi_customer AS jsonb) IS
'The JSON object that the row was made from, "extra" included';

CREATE FUNCTION rootfi_to_jsonb(record rootfi_customer_address)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rootfi_to_jsonb(rootfi_customer_address) IS
'The JSON object that the row was made from, "extra" included';

CREATE CAST (rootfi_customer_address AS jsonb)
WITH FUNCTION rootfi_to_jsonb(rootfi_customer_address) AS IMPLICIT;

COMMENT ON CAST (rootfi_customer_address AS jsonb) IS
'The JSON object that the row was made from, "extra" included';
