/*
 * cursor.c -- cursors of lists: base64 of {"rootfi_id":N} (1.3)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

static const char alphabet[] =
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/*
 * Append the cursor of a record, encoded once more if it is to stand in a
 * URL.
 */
void
cursor_write(Buffer *out, int64_t rootfi_id, bool in_url)
{
	const char *pad = in_url ? "%3D" : "=";
	char		text[48] = "";
	int			len = snprintf(text, sizeof(text), "{\"rootfi_id\":%lld}",
							   (long long) rootfi_id);

	for (int i = 0; i < len; i += 3)
	{
		unsigned	bits = (unsigned char) text[i] << 16 |
			(unsigned char) text[i + 1] << 8 | (unsigned char) text[i + 2];

		buffer_byte(out, alphabet[bits >> 18]);
		buffer_byte(out, alphabet[bits >> 12 & 63]);
		if (i + 1 < len)
			buffer_byte(out, alphabet[bits >> 6 & 63]);
		else
			buffer_text(out, pad);
		if (i + 2 < len)
			buffer_byte(out, alphabet[bits & 63]);
		else
			buffer_text(out, pad);
	}
}

/*
 * Decode base64 into a string of at most size - 1 bytes.
 */
static bool
cursor_decode(const char *cursor, char *text, size_t size)
{
	size_t		len = 0;
	unsigned	bits = 0;
	int			held = 0;

	for (; *cursor != '\0' && *cursor != '='; cursor++)
	{
		const char *digit = strchr(alphabet, *cursor);

		if (digit == NULL || len + 1 >= size)
			return false;
		bits = bits << 6 | (unsigned) (digit - alphabet);
		held += 6;
		if (held >= 8)
		{
			held -= 8;
			text[len++] = (char) (bits >> held);
		}
	}
	text[len] = '\0';
	return strspn(cursor, "=") == strlen(cursor);
}

/*
 * Read a cursor; false when it is none of ours.
 */
bool
cursor_read(const char *cursor, int64_t *rootfi_id)
{
	char		text[64];
	long long	id;
	int			used = 0;

	if (!cursor_decode(cursor, text, sizeof(text)) ||
		sscanf(text, "{\"rootfi_id\":%lld}%n", &id, &used) != 1 ||
		used == 0 || text[used] != '\0')
		return false;
	*rootfi_id = id;
	return true;
}
