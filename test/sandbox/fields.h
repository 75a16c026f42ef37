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
	FIELD_ENUM,					/* one of .values, in any case (C5) */
	FIELD_STRINGS,				/* an array of strings */
	FIELD_LIST,					/* an array of objects made of .children */
	FIELD_OBJECT,				/* an object made of .children */
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
	const char *values;			/* what an enum may be, spaces between */
	const char *missing;		/* what a missing string or enum becomes */
	const char *alias;			/* another name that writes may use (C14) */
	const char *list;
	const struct Field *children;
} Field;

extern const Field order_fields[];
extern const Field payment_order_fields[];
extern const Field customer_fields[];

extern const Field *field_find(const Field *fields, const char *name);
extern char *field_value(const Field *field, const char *text);
extern char *field_next_value(const Field *field, const char *text,
							  size_t len);
extern const char *word_find(const char *list, const char *word, size_t len);

#endif							/* SANDBOX_FIELDS_H */
