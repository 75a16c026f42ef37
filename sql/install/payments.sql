-- Payments.

--@ record payment_order | payment_orders | payments/orders | create get update delete list | payments order | payments orders
CREATE TYPE rootfi_payment_order AS (
	--@ columns record
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

--@ list payment_order_line_item | payment_order_line_items | payment_orders | line item of a payments order | line items of payments orders
CREATE TYPE rootfi_payment_order_line_item AS (
	--@ columns child payment_order_rootfi_id
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

--@ list payment_order_transaction | payment_order_transactions | payment_orders | transaction inside a payments order | transactions of payments orders
CREATE TYPE rootfi_payment_order_transaction AS (
	--@ columns child payment_order_rootfi_id
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
