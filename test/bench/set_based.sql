-- Fills the tables of schema "bench" by set-based SQL: what somebody writes
-- who has no extension for the API. The pages have come for free, as text:
-- load_pages() finds them in a table. http.sql fetches them.

SET search_path = bench;

-- Writes a page; rows that are as new as it is stay as they are, with the
-- lists inside them. Of new rows there is nothing to delete: trying it all the
-- same took more than twice as long in all.
CREATE PROCEDURE write_page(data jsonb) LANGUAGE plpgsql AS $$
DECLARE
	written bigint[];
	updated bigint[];
BEGIN
	WITH upserted AS (
		INSERT INTO orders AS o
		SELECT * FROM jsonb_populate_recordset(NULL::orders, data)
		ON CONFLICT (rootfi_company_id, rootfi_id) DO UPDATE SET
			(rootfi_created_at, rootfi_updated_at, platform_id, platform_unique_id, rootfi_deleted_at, raw_data, data_hash,
				customer_id, currency_id, order_number, status, payment_status, fulfillment_status, total_amount,
				total_discount, total_tax, shipping_amount, created_at, updated_at)
			= (excluded.rootfi_created_at, excluded.rootfi_updated_at, excluded.platform_id, excluded.platform_unique_id,
				excluded.rootfi_deleted_at, excluded.raw_data, excluded.data_hash, excluded.customer_id, excluded.currency_id,
				excluded.order_number, excluded.status, excluded.payment_status, excluded.fulfillment_status,
				excluded.total_amount, excluded.total_discount, excluded.total_tax, excluded.shipping_amount,
				excluded.created_at, excluded.updated_at)
		WHERE o.rootfi_updated_at < excluded.rootfi_updated_at
		RETURNING o.rootfi_id, o.xmax <> 0 AS was_there)
	SELECT array_agg(rootfi_id), array_agg(rootfi_id) FILTER (WHERE was_there) INTO written, updated FROM upserted;
	IF updated IS NOT NULL THEN
		CALL delete_children((data -> 0 ->> 'rootfi_company_id')::bigint, updated);
	END IF;
	IF written IS NOT NULL THEN
		CALL insert_children(data, written);
	END IF;
END $$;

-- All orders of a page are one company's.
CREATE PROCEDURE delete_children(company bigint, updated bigint[]) LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM order_line_items WHERE rootfi_company_id = company AND order_rootfi_id = ANY (updated);
	DELETE FROM order_addresses WHERE rootfi_company_id = company AND order_rootfi_id = ANY (updated);
	DELETE FROM order_fulfillments WHERE rootfi_company_id = company AND order_rootfi_id = ANY (updated);
	DELETE FROM order_transactions WHERE rootfi_company_id = company AND order_rootfi_id = ANY (updated);
END $$;

-- Members are taken out one by one: jsonb_to_recordset() over the line items
-- took longer, though next to parsing the page that hardly shows.
CREATE PROCEDURE insert_children(data jsonb, written bigint[]) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO order_line_items
	SELECT (o ->> 'rootfi_company_id')::bigint, (o ->> 'rootfi_id')::bigint, ordinal, (e ->> 'rootfi_id')::bigint,
		e ->> 'item_id', e ->> 'variant_id', e ->> 'name', e ->> 'description', (e ->> 'quantity')::numeric,
		(e ->> 'unit_amount')::numeric, (e ->> 'tax_amount')::numeric, (e ->> 'discount_amount')::numeric,
		(e ->> 'total_amount')::numeric
	FROM jsonb_array_elements(data) AS o, jsonb_array_elements(o -> 'line_items') WITH ORDINALITY AS c(e, ordinal)
	WHERE (o ->> 'rootfi_id')::bigint = ANY (written);
	INSERT INTO order_addresses
	SELECT (o ->> 'rootfi_company_id')::bigint, (o ->> 'rootfi_id')::bigint, ordinal, (e ->> 'rootfi_id')::bigint,
		e ->> 'platform_id', e ->> 'type', e ->> 'street', e ->> 'city', e ->> 'state', e ->> 'postal_code', e ->> 'country'
	FROM jsonb_array_elements(data) AS o, jsonb_array_elements(o -> 'addresses') WITH ORDINALITY AS c(e, ordinal)
	WHERE (o ->> 'rootfi_id')::bigint = ANY (written);
	INSERT INTO order_fulfillments
	SELECT (o ->> 'rootfi_company_id')::bigint, (o ->> 'rootfi_id')::bigint, ordinal, (e ->> 'rootfi_id')::bigint,
		(e ->> 'rootfi_created_at')::timestamptz, (e ->> 'rootfi_updated_at')::timestamptz, e ->> 'platform_id',
		e ->> 'platform_unique_id', (e ->> 'rootfi_deleted_at')::timestamptz, nullif(e -> 'raw_data', 'null'), e ->> 'data_hash',
		e ->> 'order_id', e ->> 'name', e ->> 'status', e ->> 'shipment_status', (e ->> 'estimated_delivery_date')::timestamptz,
		(e ->> 'actual_delivery_date')::timestamptz, (e ->> 'weight')::numeric, e ->> 'weight_unit', nullif(e -> 'addresses', 'null'),
		nullif(e -> 'line_items', 'null'), nullif(e -> 'tracking_info', 'null'), (e ->> 'created_at')::timestamptz, (e ->> 'updated_at')::timestamptz
	FROM jsonb_array_elements(data) AS o, jsonb_array_elements(o -> 'fulfillments') WITH ORDINALITY AS c(e, ordinal)
	WHERE (o ->> 'rootfi_id')::bigint = ANY (written);
	INSERT INTO order_transactions
	SELECT (o ->> 'rootfi_company_id')::bigint, (o ->> 'rootfi_id')::bigint, ordinal, (e ->> 'rootfi_id')::bigint,
		(e ->> 'rootfi_created_at')::timestamptz, (e ->> 'rootfi_updated_at')::timestamptz, e ->> 'platform_id',
		e ->> 'platform_unique_id', (e ->> 'rootfi_deleted_at')::timestamptz, nullif(e -> 'raw_data', 'null'), e ->> 'data_hash', e ->> 'type',
		e ->> 'order_id', e ->> 'contact_id', e ->> 'currency_id', (e ->> 'amount')::numeric, e ->> 'status',
		e ->> 'payment_method_type', e ->> 'gateway', e ->> 'gateway_transaction_id', e ->> 'original_transaction_id',
		e ->> 'description', e ->> 'reason', (e ->> 'created_at')::timestamptz, (e ->> 'updated_at')::timestamptz
	FROM jsonb_array_elements(data) AS o, jsonb_array_elements(o -> 'transactions') WITH ORDINALITY AS c(e, ordinal)
	WHERE (o ->> 'rootfi_id')::bigint = ANY (written);
END $$;

CREATE TABLE page (number integer PRIMARY KEY, body text);
ALTER TABLE page ALTER body SET STORAGE EXTERNAL;

CREATE PROCEDURE load_pages() LANGUAGE plpgsql AS $$
DECLARE
	last integer := (SELECT max(number) FROM page);
	data jsonb;
BEGIN
	FOR i IN 1 .. last LOOP
		SELECT body::jsonb -> 'data' INTO data FROM page WHERE number = i;
		CALL write_page(data);
		COMMIT;
	END LOOP;
END $$;
