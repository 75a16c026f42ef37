-- E-commerce.  A record's row type and the types of the lists inside it; what
-- follows from them (comments, casts, functions) is written by expand.awk.

--@ record order | orders | ecommerce/orders | create-async get update delete list | e-commerce order | e-commerce orders
CREATE TYPE rootfi_order AS (
	--@ columns record
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

--@ list order_line_item | order_line_items | orders | line item of an e-commerce order | line items of e-commerce orders
CREATE TYPE rootfi_order_line_item AS (
	--@ columns child order_rootfi_id
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

--@ list order_address | order_addresses | orders | address of an e-commerce order | addresses of e-commerce orders, shipping_address and billing_address included
CREATE TYPE rootfi_order_address AS (
	--@ columns child order_rootfi_id
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

--@ list order_fulfillment | order_fulfillments | orders | fulfillment inside an e-commerce order | fulfillments of e-commerce orders
CREATE TYPE rootfi_order_fulfillment AS (
	--@ columns record-child order_rootfi_id
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

--@ list fulfillment_line_item | fulfillment_line_items | fulfillments | line item of a fulfillment | line items of fulfillments
CREATE TYPE rootfi_fulfillment_line_item AS (
	--@ columns child fulfillment_rootfi_id
	rootfi_id bigint,
	line_item_id text,
	quantity numeric,
	extra jsonb
);

--@ list fulfillment_address | fulfillment_addresses | fulfillments | address of a fulfillment | addresses of fulfillments
CREATE TYPE rootfi_fulfillment_address AS (
	--@ columns child fulfillment_rootfi_id
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

--@ list order_transaction | order_transactions | orders | transaction inside an e-commerce order | transactions of e-commerce orders
CREATE TYPE rootfi_order_transaction AS (
	--@ columns record-child order_rootfi_id
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

-- Version 3

--@ record customer | customers | v3/ecommerce/customers | create-async list | e-commerce customer | e-commerce customers
CREATE TYPE rootfi_customer AS (
	--@ columns record
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

--@ list customer_address | customer_addresses | customers | address of an e-commerce customer | addresses of e-commerce customers
CREATE TYPE rootfi_customer_address AS (
	--@ columns child customer_rootfi_id
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
