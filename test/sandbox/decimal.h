/*
 * decimal.h -- exact decimal arithmetic on numerals
 */
#ifndef SANDBOX_DECIMAL_H
#define SANDBOX_DECIMAL_H

#include <stdbool.h>

#include "buffer.h"

typedef struct Decimal
{
	__int128	digits;
	int			scale;			/* how many of them stand behind the point */
	bool		invalid;		/* no number, or too many digits */
} Decimal;

extern Decimal decimal_read(const char *text);
extern Decimal decimal_add(Decimal a, Decimal b);
extern Decimal decimal_subtract(Decimal a, Decimal b);
extern Decimal decimal_multiply(Decimal a, Decimal b);
extern int	decimal_compare(Decimal a, Decimal b);
extern void decimal_write(Buffer *out, Decimal value);

#endif							/* SANDBOX_DECIMAL_H */
