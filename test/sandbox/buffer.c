/*
 * buffer.c -- growing text, and JSON written from templates
 *
 * Memory that cannot be had ends the program: a test server has nothing
 * better to do.  So no caller checks for NULL.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "instant.h"

/*
 * Pass on what an allocator gave, or end the program.
 */
static void *
alloc_checked(void *memory)
{
	if (memory == NULL)
	{
		fprintf(stderr, "rootfi-sandbox: out of memory\n");
		abort();
	}
	return memory;
}

/*
 * Zeroed memory, never NULL.
 */
void *
alloc_zeroed(size_t size)
{
	return alloc_checked(calloc(1, size ? size : 1));
}

/*
 * realloc() that never fails.
 */
void *
alloc_resized(void *old, size_t size)
{
	return alloc_checked(realloc(old, size ? size : 1));
}

/*
 * A copy of len bytes with a NUL behind them.
 */
char *
alloc_copy(const char *text, size_t len)
{
	char	   *copy = alloc_resized(NULL, len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

/*
 * A copy of a string.
 */
char *
alloc_text(const char *text)
{
	return alloc_copy(text, strlen(text));
}

/*
 * A number that is the same for the same text (FNV-1a).
 */
uint64_t
hash_text(const char *text, size_t len)
{
	uint64_t	hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char) text[i]) * UINT64_C(1099511628211);
	return hash;
}

/*
 * Make room for that many more bytes and the NUL behind them.
 */
void
buffer_reserve(Buffer *out, size_t more)
{
	size_t		need = out->len + more + 1;

	if (need <= out->size)
		return;
	if (need < out->size * 2)
		need = out->size * 2;
	out->data = alloc_resized(out->data, need);
	out->size = need;
}

void
buffer_append(Buffer *out, const char *text, size_t len)
{
	buffer_reserve(out, len);
	if (len > 0)
		memcpy(out->data + out->len, text, len);
	out->len += len;
	out->data[out->len] = '\0';
}

void
buffer_text(Buffer *out, const char *text)
{
	buffer_append(out, text, strlen(text));
}

void
buffer_byte(Buffer *out, char byte)
{
	buffer_reserve(out, 1);
	out->data[out->len++] = byte;
	out->data[out->len] = '\0';
}

/*
 * Append one character of a JSON string: what JSON wants escaped is, all
 * else (UTF-8 included) passes through.
 */
static void
buffer_escaped(Buffer *out, unsigned char c)
{
	char		code[8];

	switch (c)
	{
		case '"':
		case '\\':
			buffer_byte(out, '\\');
			buffer_byte(out, (char) c);
			break;
		case '\n':
			buffer_append(out, "\\n", 2);
			break;
		case '\r':
			buffer_append(out, "\\r", 2);
			break;
		case '\t':
			buffer_append(out, "\\t", 2);
			break;
		default:
			snprintf(code, sizeof(code), "\\u%04x", c);
			buffer_append(out, code, 6);
	}
}

/*
 * Append a JSON string.  The text must be UTF-8; NULs in it are fine.
 */
void
buffer_quoted(Buffer *out, const char *text, size_t len)
{
	size_t		start = 0;

	buffer_byte(out, '"');
	for (size_t i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char) text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buffer_append(out, text + start, i - start);
		buffer_escaped(out, c);
		start = i + 1;
	}
	buffer_append(out, text + start, len - start);
	buffer_byte(out, '"');
}

/*
 * Append an integer; with decimals, that many of its digits stand behind a
 * point.
 */
static void
buffer_number(Buffer *out, int64_t value, int decimals)
{
	char		digits[32];
	int			at = sizeof(digits);
	uint64_t	rest = value < 0 ? -(uint64_t) value : (uint64_t) value;

	for (int done = 0; rest > 0 || done <= decimals; done++)
	{
		if (decimals > 0 && done == decimals)
			digits[--at] = '.';
		digits[--at] = (char) ('0' + rest % 10);
		rest /= 10;
	}
	if (value < 0)
		digits[--at] = '-';
	buffer_append(out, digits + at, sizeof(digits) - at);
}

/*
 * Append the argument that a template's directive asks for.
 */
static void
buffer_argument(Buffer *out, char directive, va_list *args)
{
	const char *text;
	char		instant[INSTANT_SIZE];

	switch (directive)
	{
		case 'd':
			buffer_number(out, va_arg(*args, int64_t), 0);
			break;
		case 'm':
			buffer_number(out, va_arg(*args, int64_t), 2);
			break;
		case 't':
			instant_format(va_arg(*args, int64_t), instant);
			buffer_quoted(out, instant, strlen(instant));
			break;
		case 'r':
			buffer_text(out, va_arg(*args, const char *));
			break;
		default:				/* 's' */
			text = va_arg(*args, const char *);
			if (text == NULL)
				buffer_text(out, "null");
			else
				buffer_quoted(out, text, strlen(text));
	}
}

/*
 * Append JSON made from a template.  In it ' stands for ", and
 *
 *	%s	is a string with its quotes (const char *; NULL becomes null)
 *	%d	is an integer (int64_t)
 *	%m	is money with two decimals (int64_t, in cents)
 *	%t	is a time with its quotes (int64_t, microseconds since 1970)
 *	%r	is text that is JSON already (const char *)
 *
 * Arguments must have exactly these types.
 */
void
buffer_json(Buffer *out, const char *template,...)
{
	va_list		args;

	va_start(args, template);
	buffer_reserve(out, strlen(template));
	for (; *template != '\0'; template++)
	{
		if (*template != '%')
			out->data[out->len++] = *template == '\'' ? '"' : *template;
		else
		{
			template++;
			buffer_argument(out, *template, &args);
			buffer_reserve(out, strlen(template));
		}
	}
	out->data[out->len] = '\0';
	va_end(args);
}

/*
 * Hand the text over to the caller, trimmed to its length; the buffer is
 * empty afterwards.
 */
char *
buffer_detach(Buffer *out)
{
	char	   *text = alloc_resized(out->data, out->len + 1);

	text[out->len] = '\0';
	memset(out, 0, sizeof(*out));
	return text;
}

void
buffer_free(Buffer *out)
{
	free(out->data);
	memset(out, 0, sizeof(*out));
}
