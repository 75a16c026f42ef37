-- rootfi_validate: what is wrong with data, without any request or server.
CREATE EXTENSION rootfi;
\pset null '-'

SELECT * FROM rootfi_validate('ecommerce/orders', 'create', '{"customer_id": "c", "currency_id": "USD", "line_items": [{}]}');
SELECT * FROM rootfi_validate('ecommerce/orders', 'create', '{}');

-- all problems at once, with their places
SELECT * FROM rootfi_validate('ecommerce/orders', 'create', '[
	{"customer_id": 5, "currency_id": null, "line_items": []},
	{"contact_id": "c", "curency_id": "USD", "line_items": [{"quantity": "1", "unit_amount": "much"}, 5, {"name": false}], "addresses": {}, "shipping_address": []},
	"text"]');

-- what the documents do not name passes
SELECT * FROM rootfi_validate('ecommerce/orders', 'create', '{"customer_id": "c", "currency_id": "USD", "line_items": [{"x": 1}], "x": {"y": []}}');

-- payments orders are bare, so their paths are
SELECT * FROM rootfi_validate('payments/orders', 'create', '{"contact_id": "c", "line_items": [{"quantity": 1}]}');
SELECT * FROM rootfi_validate('payments/orders', 'create', '[{"contact_id": "c"}, {}]');

-- an update needs nothing but something
SELECT * FROM rootfi_validate('ecommerce/orders', 'update', '{"status": "completed", "customer_id": null, "line_items": []}');
SELECT * FROM rootfi_validate('ecommerce/orders', 'update', '{}');
SELECT * FROM rootfi_validate('ecommerce/orders', 'update', '[{"status": 1}, {}]');

-- not even objects
SELECT * FROM rootfi_validate('ecommerce/orders', 'create', '[]');
SELECT * FROM rootfi_validate('ecommerce/orders', 'create', 'null');
SELECT * FROM rootfi_validate('payments/orders', 'update', '[true]');

-- a resource without a row in the catalog has no fields to check
SELECT * FROM rootfi_validate('v3/accounting/invoices', 'create', '{}');
SELECT * FROM rootfi_validate('v3/ecommerce/customers', 'create', '{"name": 5, "address": "here"}');

-- mistakes
SELECT * FROM rootfi_validate('ecommerce/order', 'create', '{}');
SELECT * FROM rootfi_validate('ecommerce/orders', 'make', '{}');
SELECT * FROM rootfi_validate('ecommerce/orders', 'delete', '{}');
SELECT * FROM rootfi_validate('v3/ecommerce/customers', 'update', '{}');
SELECT * FROM rootfi_validate('ecommerce/orders', 'create', NULL);

DROP EXTENSION rootfi;
