/*
 * cursor.h -- cursors of lists: base64 of {"rootfi_id":N} (1.3)
 */
#ifndef SANDBOX_CURSOR_H
#define SANDBOX_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

extern void cursor_write(Buffer *out, int64_t rootfi_id, bool in_url);
extern bool cursor_read(const char *cursor, int64_t *rootfi_id);

#endif							/* SANDBOX_CURSOR_H */
