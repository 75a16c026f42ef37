/*
 * instant.h -- points in time: microseconds since 1970, UTC
 */
#ifndef SANDBOX_INSTANT_H
#define SANDBOX_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#define INSTANT_SECOND	INT64_C(1000000)
#define INSTANT_MS		INT64_C(1000)
#define INSTANT_SIZE	40		/* room for an instant as text */

extern int64_t instant_now(void);
extern int64_t instant_elapsed(void);
extern void instant_format(int64_t instant, char *text);
extern bool instant_parse(const char *text, int64_t *instant);

#endif							/* SANDBOX_INSTANT_H */
