/*
 * fields_accounting.c -- the members of accounting objects, version 3 (2.8)
 *
 * The documents show little of these; what they show is here, and what such
 * records usually have.
 */
#include "fields.h"

#define CONTACTS	"/v3/accounting/contacts"

static const Field line_fields[] = {
	{.name = "rootfi_id", .kind = FIELD_CHILD_ID},
	{.name = "item_id", .sample = "item_{few}", .nullable = true},
	{.name = "account_id", .sample = "acc_{few}"},
	{.name = "description", .sample = "{product}"},
	{.name = "quantity", .kind = FIELD_NUMBER, .sample = "{few}"},
	{.name = "unit_amount", .kind = FIELD_NUMBER, .sample = "{money}"},
	{.name = "tax_amount", .kind = FIELD_NUMBER, .sample = "{small}"},
	{.name = "total_discount", .kind = FIELD_NUMBER, .sample = "0.00",
	.nullable = true},
	{.name = "sub_total", .kind = FIELD_NUMBER,
	.sum = "quantity*unit_amount"},
	{.name = "total_amount", .kind = FIELD_NUMBER,
	.sum = "sub_total -total_discount? tax_amount?"},
	{.name = NULL}
};

const Field accounting_invoice_fields[] = {
	{.name = "document_number", .sample = "INV-{id}"},
	{.name = "contact_id", .refers = CONTACTS},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "posted_date", .sample = "{+0}"},
	{.name = "due_date", .sample = "{+30}", .nullable = true},
	{.name = "status", .missing = "DRAFT", .values = "DRAFT SUBMITTED PAID"},
	{.name = "memo", .sample = "For {person}", .nullable = true},
	{.name = "sub_total", .kind = FIELD_NUMBER,
	.sum = "line_items.sub_total"},
	{.name = "tax_amount", .kind = FIELD_NUMBER,
	.sum = "line_items.tax_amount?"},
	{.name = "total_discount", .kind = FIELD_NUMBER,
	.sum = "line_items.total_discount?"},
	{.name = "total_amount", .kind = FIELD_NUMBER,
	.sum = "sub_total -total_discount? tax_amount?"},
	{.name = "amount_due", .kind = FIELD_NUMBER, .sum = "total_amount"},
	FIELD_TIMES,
	{.name = "line_items", .kind = FIELD_LIST, .count = 2,
	.children = line_fields},
	{.name = NULL}
};

const Field accounting_contact_fields[] = {
	{.name = "contact_name", .required = true, .sample = "{person}"},
	{.name = "contact_type", .missing = "CUSTOMER",
	.values = "CUSTOMER VENDOR"},
	{.name = "email", .sample = "contact{id}@example.com", .nullable = true},
	{.name = "registration_number", .sample = "HRB {digits}",
	.nullable = true},
	{.name = "tax_number", .sample = "DE{digits}", .nullable = true},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "status", .missing = "ACTIVE", .values = "ACTIVE ARCHIVED"},
	FIELD_TIMES,
	{.name = "addresses", .kind = FIELD_LIST,
	.children = v3_address_fields},
	{.name = NULL}
};

const Field bank_transaction_fields[] = {
	{.name = "account_id", .sample = "acc_{few}"},
	{.name = "contact_id", .refers = CONTACTS, .nullable = true},
	{.name = "currency_id", .sample = "{currency}"},
	{.name = "type", .missing = "SPEND", .values = "SPEND RECEIVE"},
	{.name = "transaction_date", .sample = "{+0}"},
	{.name = "amount", .kind = FIELD_NUMBER, .sample = "{money}"},
	{.name = "reference", .sample = "REF-{id}", .nullable = true},
	{.name = "memo", .sample = "For {product}", .nullable = true},
	{.name = "status", .missing = "UNRECONCILED",
	.values = "UNRECONCILED RECONCILED"},
	FIELD_TIMES,
	{.name = NULL}
};
