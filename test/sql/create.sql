-- Creating records: bodies, answers, and what is refused before it is sent.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key :'key');

-- what the server was sent, without the address of its port
CREATE VIEW requests AS
SELECT r ->> 'method' AS method, r ->> 'target' AS target, r ->> 'body' AS body
FROM jsonb_array_elements(rootfi_request('GET', '/_sandbox/requests')) WITH ORDINALITY AS t (r, n)
ORDER BY n;

-- an order; the answer has nine members and contact_id (C2)
SELECT answer #> '{data,0}' - '{rootfi_created_at,rootfi_updated_at}'::text[] AS answer
FROM rootfi_create_order(1089, '{
	"customer_id": "cus_123456", "currency_id": "USD", "order_number": "ORD-2024-900",
	"line_items": [{"item_id": "prod_789", "description": "Wireless Headphones", "quantity": 1, "unit_amount": 99.90}]
}') AS answer;
SELECT key FROM jsonb_object_keys(rootfi_create_order(1089, '[{
	"customer_id": "cus_123456", "currency_id": "EUR", "order_number": "ORD-2024-901",
	"line_items": [{"quantity": 2, "unit_amount": 0.10}]}]') #> '{data,0}') AS key ORDER BY key COLLATE "C";

-- digits are sent as they are written
SELECT rootfi_create('ecommerce/orders', 1089, '{
	"customer_id": "c", "currency_id": "USD", "order_number": "ORD-2024-902",
	"line_items": [{"quantity": 1.50, "unit_amount": 123456789012345678901234567890.10, "unheard_of": true}]
}') #>> '{data,0,order_number}' AS order_number;

-- a payments order is bare, as is its answer (C7); one in an array is one
SELECT rootfi_create_payment_order(1089, '{
	"contact_id": "12345", "currency_id": "USD",
	"line_items": [{"description": "Setup", "quantity": 1, "unit_amount": 50.00}]
}') ->> 'status' AS status;
SELECT rootfi_create_payment_order(1089, '[{
	"contact_id": "12345", "currency_id": "USD", "company_id": 1089,
	"line_items": [{"description": "Setup", "quantity": 1, "unit_amount": 50.00}]
}]') ->> 'contact_id' AS contact_id;
SELECT rootfi_create_customer(1089, '{"name": "Zoë \"Z\" Doe", "email": "", "address": {"city": "New York"}}')
	#>> '{data,0,name}' AS name;

-- several need run_async, which is said twice (C18)
SELECT rootfi_create_order(1089, '[{"customer_id": "a"}, {"customer_id": "b"}]');
SELECT rootfi_create_customer(1089, '[{"name": "A"}, {"name": "B"}]', run_async => true) -> 'sync_id' IS NOT NULL AS has_sync;
SELECT rootfi_create_customer(1089, '{"name": "C"}', run_async => false) -> 'data' IS NOT NULL AS has_data;

SELECT * FROM requests;

-- refused before anything is sent
SELECT rootfi_create_order(1089, '{"customer_id": "c"}');
SELECT rootfi_create_order(1089, '[]');
SELECT rootfi_create_order(1089, '"text"');
SELECT rootfi_create_order(NULL, '{}');
SELECT rootfi_create_order(1089, NULL);
SELECT rootfi_create(NULL, 1089, '{}');
SELECT rootfi_create('payments/orders', 1089, '{}', run_async => true);
SELECT rootfi_create_payment_order(1089, '[{}, {}]');
SELECT rootfi_create_payment_order(1089, '{
	"contact_id": "1", "currency_id": "USD", "company_id": 1090,
	"line_items": [{"description": "Setup", "quantity": 1, "unit_amount": 1}]}');
SELECT rootfi_create('ecommerce/ordres', 1089, '{}');
BEGIN TRANSACTION READ ONLY;
SELECT rootfi_create_customer(1089, '{"name": "D"}');
ROLLBACK;
SELECT count(*) FROM requests;

SET client_min_messages = warning;
DROP EXTENSION rootfi CASCADE;
