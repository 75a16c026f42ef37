/*
 * fields.c -- what is done with lists of fields
 *
 * The lists are in fields_*.c.
 */
#include <string.h>
#include <strings.h>

#include "buffer.h"
#include "fields.h"

/*
 * The field of that name in a list, NULL if there is none.
 */
const Field *
field_find(const Field *fields, const char *name)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/*
 * Find a word, in any case, in a list with spaces between.  NULL is an empty
 * list, and the result when the word is not there.
 */
const char *
word_find(const char *list, const char *word, size_t len)
{
	size_t		next;

	for (; list != NULL && *list != '\0'; list += next + (list[next] == ' '))
	{
		next = strcspn(list, " ");
		if (next == len && strncasecmp(list, word, len) == 0)
			return list;
	}
	return NULL;
}

/*
 * The enum value that this text means, as the documents spell it; NULL if it
 * means none.
 */
char *
field_value(const Field *field, const char *text)
{
	size_t		len = strlen(text);
	const char *value = word_find(field->values, text, len);

	return value ? alloc_copy(value, len) : NULL;
}

/*
 * The enum value that follows this one; the first if it is the last or none.
 */
char *
field_next_value(const Field *field, const char *text, size_t len)
{
	const char *value = word_find(field->values, text, len);

	if (value != NULL)
		value += len + (value[len] == ' ');
	if (value == NULL || *value == '\0')
		value = field->values;
	return alloc_copy(value, strcspn(value, " "));
}
