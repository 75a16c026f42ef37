-- Who may call: reading needs USAGE on the foreign server and a user mapping,
-- as everything does.  Writing needs EXECUTE too, which PUBLIC does not have.

REVOKE EXECUTE ON FUNCTION
	rootfi_create(text, bigint, jsonb, boolean),
	rootfi_update(text, text, jsonb),
	rootfi_delete(text, text),
	rootfi_request(text, text, jsonb, jsonb),
	rootfi_create_order(bigint, jsonb, boolean),
	rootfi_update_order(text, jsonb),
	rootfi_delete_order(text),
	rootfi_create_payment_order(bigint, jsonb),
	rootfi_update_payment_order(text, jsonb),
	rootfi_delete_payment_order(text),
	rootfi_create_customer(bigint, jsonb, boolean)
FROM PUBLIC;
