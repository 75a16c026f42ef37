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

--@ record payment_contact | payment_contacts | payments/contacts | create get update delete list | payments contact | payments contacts
CREATE TYPE rootfi_payment_contact AS (
	--@ columns record
	name text,
	tax_number text,
	type text,
	status text,
	addresses jsonb,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

--@ list payment_contact_address | payment_contact_addresses | contacts | address of a payments contact | addresses of payments contacts
CREATE TYPE rootfi_payment_contact_address AS (
	--@ columns child payment_contact_rootfi_id
	type text,
	street text,
	city text,
	state text,
	postal_code text,
	country text,
	extra jsonb
);

--@ record invoice | invoices | payments/invoices | create get update delete list | invoice | invoices
CREATE TYPE rootfi_invoice AS (
	--@ columns record
	contact_id text,
	currency_id text,
	document_number text,
	memo text,
	subscription_id text,
	payment_link text,
	posted_date timestamptz,
	due_date timestamptz,
	payment_link_expires_at timestamptz,
	status text,
	sub_total numeric,
	tax_amount numeric,
	total_discount numeric,
	shipping_amount numeric,
	total_amount numeric,
	amount_paid numeric,
	amount_refunded numeric,
	amount_credited numeric,
	amount_due numeric,
	created_at timestamptz,
	updated_at timestamptz,
	order_ids jsonb,
	orders jsonb,
	line_items jsonb,
	transactions jsonb,
	extra jsonb
);

--@ list invoice_line_item | invoice_line_items | invoices | line item of an invoice | line items of invoices
CREATE TYPE rootfi_invoice_line_item AS (
	--@ columns child invoice_rootfi_id
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

--@ list invoice_transaction | invoice_transactions | invoices | transaction inside an invoice | transactions of invoices
CREATE TYPE rootfi_invoice_transaction AS (
	--@ columns child invoice_rootfi_id
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

--@ list invoice_order | invoice_orders | invoices | order inside an invoice | orders of invoices
CREATE TYPE rootfi_invoice_order AS (
	--@ columns record-child invoice_rootfi_id
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

--@ record payment_item | payment_items | payments/items | create get update delete list | payments item | payments items
CREATE TYPE rootfi_payment_item AS (
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

--@ list payment_item_variant | payment_item_variants | items | variant of a payments item | variants of payments items
CREATE TYPE rootfi_payment_item_variant AS (
	--@ columns child payment_item_rootfi_id
	rootfi_id bigint,
	platform_id text,
	name text,
	sku text,
	price numeric,
	attributes jsonb,
	extra jsonb
);

--@ record subscription | subscriptions | payments/subscriptions | create get update list | subscription | subscriptions
CREATE TYPE rootfi_subscription AS (
	--@ columns record
	contact_id text,
	currency_id text,
	amount numeric,
	interval text,
	interval_count integer,
	status text,
	next_billing_date timestamptz,
	last_invoice_date timestamptz,
	last_payment_date timestamptz,
	created_at timestamptz,
	updated_at timestamptz,
	invoice_ids jsonb,
	transaction_ids jsonb,
	items jsonb,
	extra jsonb
);

-- A deletion cancels, at the end of the period unless told otherwise.  Where
-- its options go is not documented: they are sent in the query.

CREATE FUNCTION rootfi_delete_subscription(
	id text,
	cancel_at_period_end boolean DEFAULT NULL,
	prorate boolean DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_delete__payments__subscriptions'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_delete_subscription(text, boolean, boolean) IS
'Cancels a subscription, at the end of the period by default';

REVOKE EXECUTE ON FUNCTION rootfi_delete_subscription(text, boolean, boolean) FROM PUBLIC;

--@ list subscription_item | subscription_items | subscriptions | item of a subscription | items of subscriptions
CREATE TYPE rootfi_subscription_item AS (
	--@ columns child subscription_rootfi_id
	rootfi_id bigint,
	item_id text,
	description text,
	quantity numeric,
	unit_amount numeric,
	extra jsonb
);

--@ record payment_transaction | payment_transactions | payments/transactions | create get list | payments transaction | payments transactions
CREATE TYPE rootfi_payment_transaction AS (
	--@ columns record
	type text,
	invoice_id text,
	order_id text,
	subscription_id text,
	contact_id text,
	currency_id text,
	amount numeric,
	status text,
	payment_method_type text,
	gateway text,
	gateway_transaction_id text,
	original_transaction_id text,
	reference_number text,
	description text,
	reason text,
	reason_code text,
	metadata jsonb,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

--@ record dispute | disputes | payments/disputes | list | dispute | disputes
CREATE TYPE rootfi_dispute AS (
	--@ columns record
	transaction_id text,
	invoice_id text,
	contact_id text,
	currency_id text,
	amount numeric,
	status text,
	reason text,
	reason_code text,
	gateway text,
	gateway_dispute_id text,
	evidence_due_date timestamptz,
	resolution_date timestamptz,
	created_at timestamptz,
	updated_at timestamptz,
	extra jsonb
);

--@ record payout | payouts | payments/payouts | list | payout | payouts
CREATE TYPE rootfi_payout AS (
	--@ columns record
	gateway_account_id text,
	amount numeric,
	currency_id text,
	method text,
	gateway text,
	status text,
	schedule text,
	type text,
	arrival_date timestamptz,
	created_at timestamptz,
	updated_at timestamptz,
	destination jsonb,
	transaction_ids jsonb,
	extra jsonb
);
