/*
 * sums.c -- numbers that follow from others
 *
 * A field's .sum says what its number is when it is not given: terms with
 * spaces between, each of them
 *
 *	a		the member a
 *	a*b		the product of two members
 *	a.b		the member b of all objects in the list a
 *
 * A "-" in front subtracts the term.  With a "?" behind it members that are
 * null count as nothing; otherwise they leave the sum unknown, which is null.
 */
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "exact.h"
#include "sums.h"

static void sums_complete_one(const Field *fields, const Field *field,
							  json_t *object);

/*
 * A number among an object's members, worked out first if it is a sum.
 */
static Decimal
sums_member(const Field *fields, json_t *object, const char *name,
			bool optional)
{
	const Field *field = field_find(fields, name);
	const char *numeral;

	if (field != NULL)
		sums_complete_one(fields, field, object);
	numeral = exact_numeral(json_object_get(object, name));
	return decimal_read(numeral == NULL && optional ? "0" : numeral);
}

/*
 * The sum of a member over the objects of a list, which are complete.
 */
static Decimal
sums_list(const json_t *list, const char *name, bool optional)
{
	Decimal		sum = decimal_read("0");
	json_t	   *element;
	size_t		index;

	json_array_foreach(list, index, element)
	{
		sum = decimal_add(sum, sums_member(NULL, element, name, optional));
	}
	return sum;
}

/*
 * The value of one term, which is taken apart.
 */
static Decimal
sums_term(const Field *fields, json_t *object, char *term)
{
	size_t		len = strlen(term);
	bool		optional = term[len - 1] == '?';
	size_t		name = strcspn(term, ".*?");
	char		operation = term[name];
	const char *second = term + name + 1;

	if (optional)
		term[len - 1] = '\0';
	term[name] = '\0';
	if (operation == '.')
		return sums_list(json_object_get(object, term), second, optional);
	if (operation == '*')
		return decimal_multiply(sums_member(fields, object, term, optional),
								sums_member(fields, object, second,
											optional));
	return sums_member(fields, object, term, optional);
}

/*
 * Work out a field that is null so far; it stays null when it is not known.
 */
static void
sums_complete_one(const Field *fields, const Field *field, json_t *object)
{
	Decimal		sum = decimal_read("0");
	Buffer		text = {0};
	char	   *terms;
	char	   *rest;

	if (field->sum == NULL ||
		!json_is_null(json_object_get(object, field->name)))
		return;
	terms = alloc_text(field->sum);
	for (char *term = strtok_r(terms, " ", &rest); term != NULL;
		 term = strtok_r(NULL, " ", &rest))
		sum = *term == '-' ?
			decimal_subtract(sum, sums_term(fields, object, term + 1)) :
			decimal_add(sum, sums_term(fields, object, term));
	free(terms);
	if (sum.invalid)
		return;
	decimal_write(&text, sum);
	json_object_set_new(object, field->name,
						exact_number(text.data, text.len));
	buffer_free(&text);
}

/*
 * Work out the numbers of an object that are null so far.
 */
void
sums_complete(const Field *fields, json_t *object)
{
	for (const Field *field = fields; field->name != NULL; field++)
		sums_complete_one(fields, field, object);
}
