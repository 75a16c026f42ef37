-- One record: get, update, delete; and requests of all other kinds.
\getenv sandbox ROOTFI_SANDBOX_URL
\getenv key ROOTFI_SANDBOX_KEY
CREATE EXTENSION rootfi;
CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url :'sandbox');
CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key :'key');

-- what the server was sent
CREATE VIEW requests AS
SELECT r ->> 'method' AS method, r ->> 'target' AS target, r ->> 'body' AS body
FROM jsonb_array_elements(rootfi_request('GET', '/_sandbox/requests')) WITH ORDINALITY AS t (r, n)
ORDER BY n;

-- by rootfi_id or platform_id; the answer is bare and unchanged (C4)
SELECT jsonb_pretty(rootfi_get_order('157'));
SELECT rootfi_get_order('ord_123456') ->> 'rootfi_id' AS rootfi_id;
SELECT rootfi_get('v4/ecommerce/orders', '157') = rootfi_get_order('157') AS same;
SELECT rootfi_get_payment_order('157') ->> 'currency_id' IS NOT NULL AS found;

-- wrapped (C15) and bare updates; one object, also in an array (C16)
SELECT rootfi_update_order('158', '{"status": "completed", "total_tax": 0.10}') ->> 'total_tax' AS total_tax;
SELECT rootfi_update_order('158', '[{"status": "on_hold"}]') ->> 'status' AS status;
SELECT rootfi_update_payment_order('158', '{"status": "COMPLETED"}') ->> 'status' AS status;
SELECT rootfi_delete_order('158');
SELECT rootfi_delete_payment_order('158');
SELECT rootfi_get_order('158');

-- ids are one segment of the path, whatever is in them
SELECT rootfi_get_order('a/b?c#d e%2F;é');
SELECT rootfi_get_order('...');

SELECT * FROM requests;

-- an id that is none never becomes a request for the collection
SELECT rootfi_get_order('');
SELECT rootfi_delete_order('');
SELECT rootfi_delete_order('..');
SELECT rootfi_delete_order(NULL);
SELECT rootfi_update_order(NULL, '{}');
SELECT rootfi_update_order('159', NULL);
SELECT rootfi_get_order(NULL) IS NULL AS is_null;
SELECT rootfi_update_order('159', '{}');
SELECT rootfi_update_order('159', '[{"status": "pending"}, {"status": "pending"}]');
SELECT rootfi_update_payment_order('159', '{"status": 5}');
SELECT rootfi_get('v3/ecommerce/customers', '157');
SELECT count(*) FROM requests;

-- any other request
SELECT rootfi_request('get', '/v4/ecommerce/orders', '{"limit": 1, "rootfi_company_id[eq]": 1089, "status[in]": ["a b", "c&d"]}') -> 'data' AS data;
SELECT rootfi_request('POST', '/v4/ecommerce/orders', body => '{
  "company_id": 1089,
  "data": [
    {
      "customer_id": "cus_123456",
      "currency_id": "USD",
      "order_number": "ORD-2024-903",
      "order_date": "2024-01-22T05:07:31.465Z",
      "status": "pending",
      "line_items": [
        {
          "item_id": "prod_789",
          "description": "Wireless Headphones - Black",
          "quantity": 1,
          "unit_amount": 99.99
        }
      ]
    }
  ]
}') #>> '{data,0,contact_id}' AS contact_id;
SELECT method, target FROM requests OFFSET 13;
SELECT rootfi_request('FETCH', '/v4/ecommerce/orders');
SELECT rootfi_request('GET', 'v4/ecommerce/orders');
SELECT rootfi_request('GET', '//example.com/v4');
SELECT rootfi_request('GET', '/v4/../v3');
SELECT rootfi_request('GET', '/v4/orders?limit=1');
SELECT rootfi_request('GET', '/v4/orders 1');
SELECT rootfi_request('GET', '/v4/orders', '[1]');
SELECT rootfi_request('GET', '/v4/orders', '{"limit": null}');
SELECT rootfi_request('GET', '/v4/orders', body => '{}');
BEGIN TRANSACTION READ ONLY;
SELECT rootfi_get_order('157') ->> 'rootfi_id' AS rootfi_id;
SELECT rootfi_delete_order('157');
ROLLBACK;

SET client_min_messages = warning;
DROP EXTENSION rootfi CASCADE;
