/*
 * params.c -- the parts of a request's target
 *
 * Targets are taken apart before they are decoded, so that %2F in an id is no
 * path separator and %26 in a value no end of it.
 */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "params.h"

static int
hex_digit(char c)
{
	return isdigit((unsigned char) c) ? c - '0' :
		tolower((unsigned char) c) - 'a' + 10;
}

/*
 * Is the text well-formed UTF-8?
 */
static bool
is_utf8(const char *text)
{
	json_t	   *value = json_string(text);

	json_decref(value);
	return value != NULL;
}

/*
 * Undo percent-encoding, and + for a space where a form has it.  NULL when
 * the text is malformed or what comes out is no UTF-8 or holds a NUL.
 */
char *
params_decode(const char *text, size_t len, bool form)
{
	Buffer		out = {0};
	bool		valid = true;

	buffer_reserve(&out, len);
	buffer_append(&out, "", 0);
	for (size_t i = 0; i < len && valid; i++)
	{
		if (text[i] != '%')
		{
			buffer_byte(&out, form && text[i] == '+' ? ' ' : text[i]);
			continue;
		}
		valid = i + 2 < len && isxdigit((unsigned char) text[i + 1]) &&
			isxdigit((unsigned char) text[i + 2]);
		if (valid)
			buffer_byte(&out, (char) (hex_digit(text[i + 1]) * 16 +
									  hex_digit(text[i + 2])));
		i += 2;
	}
	if (valid && strlen(out.data) == out.len && is_utf8(out.data))
		return buffer_detach(&out);
	buffer_free(&out);
	return NULL;
}

/*
 * Read one name=value of a query string.
 */
static bool
params_read_one(Params *params, const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	size_t		name_len = equals ? (size_t) (equals - text) : len;
	size_t		value_at = equals ? name_len + 1 : len;
	Param	   *param;

	params->list = alloc_resized(params->list,
								 (params->count + 1) * sizeof(Param));
	param = &params->list[params->count++];
	param->name = params_decode(text, name_len, true);
	param->value = params_decode(text + value_at, len - value_at, true);
	return param->name != NULL && param->value != NULL;
}

/*
 * Read a query string, NULL being an empty one.  False when a part of it does
 * not decode; params_free() is due in any case.
 */
bool
params_read(Params *params, const char *query)
{
	bool		valid = true;
	size_t		len;

	for (; query != NULL && *query != '\0'; query += len + (query[len] == '&'))
	{
		len = strcspn(query, "&");
		if (len > 0)
			valid &= params_read_one(params, query, len);
	}
	return valid;
}

/*
 * The value of a parameter, NULL if it was not given.
 */
const char *
params_get(const Params *params, const char *name)
{
	for (size_t i = 0; i < params->count; i++)
		if (strcmp(params->list[i].name, name) == 0)
			return params->list[i].value;
	return NULL;
}

void
params_free(Params *params)
{
	for (size_t i = 0; i < params->count; i++)
	{
		free(params->list[i].name);
		free(params->list[i].value);
	}
	free(params->list);
	params->list = NULL;
	params->count = 0;
}
