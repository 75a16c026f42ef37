/*
 * fields.h -- the members of the resources' objects
 */
#ifndef SANDBOX_FIELDS_H
#define SANDBOX_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

/* How a member of a written object is read, and what it is when missing. */
typedef enum FieldKind
{
	FIELD_STRING,
	FIELD_NUMBER,
	FIELD_BOOLEAN,
	FIELD_ENUM,					/* one of .values, in any case (C5) */
	FIELD_STRINGS,				/* an array of strings */
	FIELD_LIST,					/* an array of objects made of .children */
	FIELD_OBJECT,				/* an object made of .children */
	FIELD_MAP,					/* an object of any members */
	FIELD_ELEMENT,				/* an object that joins .list, as the only one
								 * of the type .missing there (C3) */
	FIELD_TIME,					/* a string; missing: the time of the write */
	FIELD_CHILD_ID,				/* a number; missing: the next free one */
	FIELD_CHILD_KEY,			/* a string; missing: made from that number */
	FIELD_COMPANY				/* a number; missing: the record's company */
} FieldKind;

typedef struct Field
{
	const char *name;
	FieldKind	kind;
	bool		required;		/* on create */
	const char *values;			/* what an enum may be, or what strings are
								 * generated as; spaces between */
	const char *missing;		/* what a missing string or enum becomes */
	const char *alias;			/* another name that writes may use (C14) */
	const char *list;
	const struct Field *children;
	const char *sum;			/* what a missing number is worked out from,
								 * see sums.c */

	/* How generate_record() makes it. */
	const char *sample;			/* a template, see generate_record.c */
	const char *refers;			/* path of the resource that it refers to */
	const char *odd_name;		/* its name in odd records */
	bool		quoted;			/* a string in odd records */
	bool		nullable;		/* sometimes null */
	int			count;			/* elements of a list; 0: as it comes */
} Field;

/* When the platform made a record, and changed it. */
#define FIELD_TIMES \
	{.name = "created_at", .kind = FIELD_TIME}, \
	{.name = "updated_at", .kind = FIELD_TIME}

/* Parts of the lists below. */
extern const Field address_fields[];
extern const Field v3_address_fields[];
extern const Field sync_config_fields[];

extern const Field order_fields[];
extern const Field item_fields[];
extern const Field product_fields[];
extern const Field fulfillment_fields[];
extern const Field transaction_fields[];
extern const Field inventory_fields[];
extern const Field contact_fields[];
extern const Field balance_fields[];
extern const Field company_info_fields[];

extern const Field customer_fields[];
extern const Field v3_order_fields[];
extern const Field v3_product_fields[];
extern const Field v3_transaction_fields[];
extern const Field v3_fulfillment_fields[];
extern const Field v3_inventory_fields[];

extern const Field payment_contact_fields[];
extern const Field payment_order_fields[];
extern const Field invoice_fields[];
extern const Field payment_item_fields[];
extern const Field subscription_fields[];
extern const Field payment_transaction_fields[];
extern const Field dispute_fields[];
extern const Field payout_fields[];

extern const Field company_fields[];
extern const Field invite_link_fields[];
extern const Field sync_fields[];
extern const Field webhook_fields[];

extern const Field accounting_invoice_fields[];
extern const Field accounting_contact_fields[];
extern const Field bank_transaction_fields[];

extern const Field *field_find(const Field *fields, const char *name);
extern char *field_value(const Field *field, const char *text);
extern char *field_next_value(const Field *field, const char *text,
							  size_t len);
extern const char *word_find(const char *list, const char *word, size_t len);

#endif							/* SANDBOX_FIELDS_H */
