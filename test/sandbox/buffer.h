/*
 * buffer.h -- growing text, and JSON written from templates
 */
#ifndef SANDBOX_BUFFER_H
#define SANDBOX_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Buffer
{
	char	   *data;			/* always ends with a NUL once not NULL */
	size_t		len;
	size_t		size;
} Buffer;

extern void *alloc_zeroed(size_t size);
extern void *alloc_resized(void *old, size_t size);
extern char *alloc_copy(const char *text, size_t len);
extern char *alloc_text(const char *text);

extern uint64_t hash_text(const char *text, size_t len);

extern void buffer_reserve(Buffer *out, size_t more);
extern void buffer_append(Buffer *out, const char *text, size_t len);
extern void buffer_text(Buffer *out, const char *text);
extern void buffer_byte(Buffer *out, char byte);
extern void buffer_quoted(Buffer *out, const char *text, size_t len);
extern void buffer_json(Buffer *out, const char *template,...);
extern char *buffer_detach(Buffer *out);
extern void buffer_free(Buffer *out);

#endif							/* SANDBOX_BUFFER_H */
