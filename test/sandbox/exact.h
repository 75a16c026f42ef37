/*
 * exact.h -- JSON whose numbers stay as they were written
 */
#ifndef SANDBOX_EXACT_H
#define SANDBOX_EXACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

/* A piece of JSON text: one value. */
typedef struct Slice
{
	const char *text;
	size_t		len;
} Slice;

extern json_t *exact_read(const char *text, size_t len, Buffer *error);
extern json_t *exact_number(const char *text, size_t len);
extern json_t *exact_integer(int64_t value);
extern const char *exact_numeral(const json_t *value);
extern bool exact_is_text(const json_t *value);
extern const char *exact_text(const json_t *value);
extern bool exact_to_integer(const json_t *value, int64_t *integer);
extern void exact_render(Buffer *out, const json_t *value);
extern bool exact_member(const char *object, const char *name, Slice *value);
extern size_t exact_numeral_length(const char *text);

#endif							/* SANDBOX_EXACT_H */
