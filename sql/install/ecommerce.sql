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
	--@ columns address
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
	--@ columns address
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

--@ record item | items | ecommerce/items | create-async get update delete list | e-commerce item | e-commerce items
CREATE TYPE rootfi_item AS (
	--@ columns record
	name text,
	description text,
	sku text,
	price numeric,
	currency_id text,
	type text,
	status text,
	created_at timestamptz,
	updated_at timestamptz,
	variants jsonb,
	extra jsonb
);

--@ list item_variant | item_variants | items | variant of an e-commerce item | variants of e-commerce items
CREATE TYPE rootfi_item_variant AS (
	--@ columns child item_rootfi_id
	rootfi_id bigint,
	platform_id text,
	name text,
	sku text,
	price numeric,
	compare_at_price numeric,
	currency_id text,
	status text,
	extra jsonb
);

--@ calls product | ecommerce/products | create-async | e-commerce product | e-commerce products

--@ record fulfillment | fulfillments | ecommerce/fulfillments | create-async get update list | fulfillment | fulfillments
CREATE TYPE rootfi_fulfillment AS (
	--@ columns record
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

--@ record transaction | transactions | ecommerce/transactions | create-async get list | e-commerce transaction | e-commerce transactions
CREATE TYPE rootfi_transaction AS (
	--@ columns record
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

--@ record inventory | inventories | ecommerce/inventories | create-async get update list | inventory level | inventory levels
CREATE TYPE rootfi_inventory AS (
	--@ columns record
	item_id text,
	variant_id text,
	sku text,
	quantity numeric,
	reserved_quantity numeric,
	available_quantity numeric,
	status text,
	is_trackable boolean,
	reorder_level numeric,
	reorder_quantity numeric,
	addresses jsonb,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

--@ list inventory_address | inventory_addresses | inventories | address of an inventory level | addresses of inventory levels
CREATE TYPE rootfi_inventory_address AS (
	--@ columns child inventory_rootfi_id
	--@ columns address
	extra jsonb
);

--@ record contact | contacts | ecommerce/contacts | create-async get update delete list | e-commerce contact | e-commerce contacts
CREATE TYPE rootfi_contact AS (
	--@ columns record
	name text,
	email text,
	phone text,
	type text,
	status text,
	addresses jsonb,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

--@ list contact_address | contact_addresses | contacts | address of an e-commerce contact | addresses of e-commerce contacts
CREATE TYPE rootfi_contact_address AS (
	--@ columns child contact_rootfi_id
	--@ columns address
	extra jsonb
);

--@ record balance | balances | ecommerce/balances | list | e-commerce balance | e-commerce balances
CREATE TYPE rootfi_balance AS (
	--@ columns record
	available_balance numeric,
	pending_balance numeric,
	currency_id text,
	extra jsonb
);

--@ record company_info | company_infos | ecommerce/company_info | list | company information of a shop | company information of shops
CREATE TYPE rootfi_company_info AS (
	--@ columns record
	name text,
	legal_name text,
	currency_id text,
	timezone text,
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

--@ record v3_order | v3_orders | v3/ecommerce/orders | list | e-commerce order of version 3 | e-commerce orders of version 3
CREATE TYPE rootfi_v3_order AS (
	--@ columns record
	currency_id text,
	reference text,
	order_name text,
	order_number text,
	description text,
	total_discount numeric,
	sub_total numeric,
	tax_amount numeric,
	total_amount numeric,
	amount_due numeric,
	shipping_amount numeric,
	order_status text,
	payment_status text,
	customer_id text,
	created_at timestamptz,
	updated_at timestamptz,
	line_items jsonb,
	addresses jsonb,
	shipping_line_items jsonb,
	extra jsonb
);

--@ list v3_order_line_item | v3_order_line_items | orders | line item of an order of version 3 | line items of orders of version 3
CREATE TYPE rootfi_v3_order_line_item AS (
	--@ columns child v3_order_rootfi_id
	rootfi_id bigint,
	item_id text,
	tax_id text,
	line_item_type_id text,
	line_item_type text,
	description text,
	unit_amount numeric,
	quantity numeric,
	total_discount numeric,
	tax_amount numeric,
	sub_total numeric,
	total_amount numeric,
	extra jsonb
);

--@ list v3_order_address | v3_order_addresses | orders | address of an order of version 3 | addresses of orders of version 3
CREATE TYPE rootfi_v3_order_address AS (
	--@ columns child v3_order_rootfi_id
	rootfi_id bigint,
	platform_id text,
	type text,
	street text,
	locality text,
	city text,
	state text,
	pincode text,
	country text,
	extra jsonb
);

--@ list v3_order_shipping_line_item | v3_order_shipping_line_items | orders | shipping line item of an order of version 3 | shipping line items of orders of version 3
CREATE TYPE rootfi_v3_order_shipping_line_item AS (
	--@ columns child v3_order_rootfi_id
	rootfi_id bigint,
	item_id text,
	tax_id text,
	line_item_type_id text,
	line_item_type text,
	description text,
	unit_amount numeric,
	quantity numeric,
	total_discount numeric,
	tax_amount numeric,
	sub_total numeric,
	total_amount numeric,
	extra jsonb
);

--@ record v3_product | v3_products | v3/ecommerce/products | create-async list | e-commerce product of version 3 | e-commerce products of version 3
CREATE TYPE rootfi_v3_product AS (
	--@ columns record
	name text,
	description text,
	sku text,
	status text,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

--@ record v3_transaction | v3_transactions | v3/ecommerce/transactions | list | e-commerce transaction of version 3 | e-commerce transactions of version 3
CREATE TYPE rootfi_v3_transaction AS (
	--@ columns record
	amount numeric,
	fee numeric,
	type text,
	payment_method text,
	status text,
	description text,
	currency_id text,
	order_id text,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

--@ record v3_fulfillment | v3_fulfillments | v3/ecommerce/fulfillments | list | fulfillment of version 3 | fulfillments of version 3
CREATE TYPE rootfi_v3_fulfillment AS (
	--@ columns record
	carrier_name text,
	tracking_number text,
	delivery_service text,
	tracking_link text,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

--@ record v3_inventory | v3_inventories | v3/ecommerce/inventories | list | inventory level of version 3 | inventory levels of version 3
CREATE TYPE rootfi_v3_inventory AS (
	--@ columns record
	product_id text,
	description text,
	sku text,
	quantity numeric,
	extra jsonb
);

-- the documents show no fields of these two

--@ record v3_balance | v3_balances | v3/ecommerce/balances | list | e-commerce balance of version 3 | e-commerce balances of version 3
CREATE TYPE rootfi_v3_balance AS (
	--@ columns record
	extra jsonb
);

--@ record v3_company_info | v3_company_infos | v3/ecommerce/company_info | list | company information of a shop of version 3 | company information of shops of version 3
CREATE TYPE rootfi_v3_company_info AS (
	--@ columns record
	extra jsonb
);
