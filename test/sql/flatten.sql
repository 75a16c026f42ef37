-- Lists inside records as rows: every shape of answer, and typed rows.
CREATE EXTENSION rootfi;
\pset null '-'

-- an object, an array, an answer with "data" as array and as object (C17)
CREATE TEMP TABLE shapes (shape text, orders jsonb);
INSERT INTO shapes
SELECT 'object', o FROM (VALUES (jsonb '{"rootfi_id": 157, "rootfi_company_id": 1089, "line_items": [
	{"rootfi_id": 1, "item_id": "prod_789", "quantity": 2, "unit_amount": 99.90, "color": "black"},
	{"rootfi_id": 2, "name": "Zoë", "quantity": 0.5, "tax_amount": 0.10}]}')) AS v (o);
INSERT INTO shapes SELECT 'array', jsonb_build_array(orders) FROM shapes WHERE shape = 'object';
INSERT INTO shapes SELECT 'data array', jsonb_build_object('data', orders, 'sync_id', 'x') FROM shapes WHERE shape = 'array';
INSERT INTO shapes SELECT 'data object', jsonb_build_object('data', orders) FROM shapes WHERE shape = 'object';
SELECT shape, l.* FROM shapes, rootfi_order_line_items(orders) AS l ORDER BY shape COLLATE "C", ordinal;

-- nothing to flatten
SELECT * FROM rootfi_order_line_items('{"rootfi_id": 157}');
SELECT * FROM rootfi_order_line_items('{"rootfi_id": 157, "line_items": null}');
SELECT * FROM rootfi_order_line_items('{"data": []}');
SELECT * FROM rootfi_order_line_items('{"data": null, "sync_id": "x"}');
SELECT * FROM rootfi_order_line_items(NULL);

-- a record may have a member "data" of its own
SELECT order_rootfi_id, ordinal FROM rootfi_order_line_items('{"rootfi_id": 157, "data": [1, 2], "line_items": [{}]}');

-- several parents; null elements are skipped
SELECT order_rootfi_id, ordinal, item_id
FROM rootfi_order_line_items('[{"rootfi_id": 1, "line_items": [{"item_id": "a"}, null, {"item_id": "b"}]}, {"rootfi_id": 2, "line_items": [{"item_id": "c"}]}, {"line_items": [{"item_id": "d"}]}]');

-- addresses: the list, and the two objects that stand outside it (C3)
SELECT order_rootfi_id, ordinal, type, city
FROM rootfi_order_addresses('{"rootfi_id": 157, "billing_address": {"city": "Rome"}, "shipping_address": {"city": "Oslo", "type": "pickup"}, "addresses": [{"type": "warehouse", "city": "Bonn"}]}');

-- transactions and fulfillments are records inside records
SELECT order_rootfi_id, ordinal, rootfi_id, type, amount, status, created_at AT TIME ZONE 'UTC' AS created_at, extra
FROM rootfi_order_transactions('{"rootfi_id": 157, "rootfi_company_id": 1089, "transactions": [
	{"rootfi_id": 7, "rootfi_company_id": 1089, "type": "PAYMENT", "amount": 10.00, "status": "PAID", "created_at": "2024-01-22T05:07:31.465Z"},
	{"rootfi_id": 8, "rootfi_company_id": 1090, "type": "REFUND", "amount": "2.50"}]}');
SELECT f.order_rootfi_id, f.rootfi_id AS fulfillment, f.name, f.weight, f.tracking_info ->> 'number' AS tracking, l.ordinal, l.line_item_id, l.quantity, a.type
FROM rootfi_order_fulfillments('{"rootfi_id": 157, "rootfi_company_id": 1089, "fulfillments": [
	{"rootfi_id": 9, "name": "#1001.1", "weight": 2.5, "tracking_info": {"number": "1Z"}, "addresses": [{"type": "shipping"}],
	"line_items": [{"rootfi_id": 3, "line_item_id": "1", "quantity": 2}, {"rootfi_id": 4, "line_item_id": "2", "quantity": 1}]}]}') AS f,
	rootfi_fulfillment_line_items(f) AS l, rootfi_fulfillment_addresses(f) AS a ORDER BY l.ordinal;

-- without the parent's company the child's own counts
SELECT rootfi_company_id, order_rootfi_id, rootfi_id, extra FROM rootfi_order_transactions('[{"rootfi_id": 1, "transactions": [{"rootfi_id": 7, "rootfi_company_id": 1089}]}, {"rootfi_id": 2, "rootfi_company_id": 1090, "transactions": [{"rootfi_id": 8}]}]');

-- payments orders and customers, whose address is one object
SELECT payment_order_rootfi_id, ordinal, description, quantity, unit_amount
FROM rootfi_payment_order_line_items('{"rootfi_id": 157, "line_items": [{"description": "Setup", "quantity": 1, "unit_amount": 50.00}]}');
SELECT payment_order_rootfi_id, ordinal, rootfi_id, type, amount, gateway
FROM rootfi_payment_order_transactions('{"rootfi_id": 157, "transactions": [{"rootfi_id": 5, "type": "PAYMENT", "amount": 50.00, "gateway": "stripe"}]}');
SELECT * FROM rootfi_customer_addresses('{"data": [{"rootfi_id": 157, "rootfi_company_id": 1089, "address": {"rootfi_id": 278264, "city": "New York", "pincode": "123456"}}]}');

-- typed rows do as well as jsonb
WITH o AS (SELECT r.* FROM (VALUES (157, 1089, jsonb '[{"quantity": 3}]')) AS v (id, company, items),
	LATERAL (SELECT (jsonb_populate_record(NULL::rootfi_order, jsonb_build_object('rootfi_id', id, 'rootfi_company_id', company, 'line_items', items))).*) AS r)
SELECT l.rootfi_company_id, l.order_rootfi_id, l.quantity
FROM o, rootfi_order_line_items(ROW(o.*)::rootfi_order) AS l;
SELECT jsonb_pretty(l::jsonb) FROM rootfi_order_line_items('{"rootfi_id": 1, "line_items": [{"rootfi_id": 2, "name": "x", "quantity": 1.50, "color": "black", "tax_amount": "none"}]}') AS l;

-- what cannot be flattened
SELECT * FROM rootfi_order_line_items('5');
SELECT * FROM rootfi_order_line_items('[5]');
SELECT * FROM rootfi_order_line_items('{"rootfi_id": 1, "line_items": ["prod_789"]}');

SELECT * FROM rootfi_order_line_items(('{"rootfi_id": 1, "line_items": ' || repeat('[', 600) || repeat(']', 600) || '}')::jsonb);
SELECT * FROM rootfi_order_line_items(('{"rootfi_id": 1, "raw_data": ' || repeat('[', 600) || repeat(']', 600) || ', "line_items": [{}]}')::jsonb);

DROP EXTENSION rootfi;
