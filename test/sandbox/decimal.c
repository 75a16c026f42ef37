/*
 * decimal.c -- exact decimal arithmetic on numerals
 *
 * Totals are worked out as an accountant would: 3 x 19.99 is 59.97, no cent
 * is lost to a double (C11).  What needs more than 38 digits is marked
 * invalid, and stays so in every later step.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"

#define MAX_SCALE	38

static const Decimal decimal_invalid = {.invalid = true};

/*
 * Put zeros behind the last digit until the scale is reached.
 */
static Decimal
decimal_rescale(Decimal value, int scale)
{
	while (value.scale < scale && !value.invalid)
	{
		value.invalid = scale > MAX_SCALE ||
			__builtin_mul_overflow(value.digits, 10, &value.digits);
		value.scale++;
	}
	return value;
}

/*
 * Take the digits of a JSON number, the point left out.
 */
static const char *
decimal_read_digits(const char *text, Decimal *value)
{
	bool		fraction = false;

	for (; isdigit((unsigned char) *text) || *text == '.'; text++)
	{
		if (*text == '.')
		{
			fraction = true;
			continue;
		}
		value->invalid |=
			__builtin_mul_overflow(value->digits, 10, &value->digits);
		value->invalid |=
			__builtin_add_overflow(value->digits, *text - '0',
								   &value->digits);
		value->scale += fraction;
	}
	return text;
}

/*
 * Read a JSON number; NULL and anything else is invalid.
 */
Decimal
decimal_read(const char *text)
{
	Decimal		value = {0};
	bool		negative;

	if (text == NULL || *text == '\0')
		return decimal_invalid;
	negative = *text == '-';
	text = decimal_read_digits(text + negative, &value);
	if (*text == 'e' || *text == 'E')
	{
		long		exponent = strtol(text + 1, (char **) &text, 10);

		if (labs(exponent) > MAX_SCALE)
			return decimal_invalid;
		value.scale -= (int) exponent;
	}
	if (*text != '\0' || value.scale > MAX_SCALE)
		return decimal_invalid;
	if (negative)
		value.digits = -value.digits;
	return decimal_rescale(value, 0);
}

Decimal
decimal_add(Decimal a, Decimal b)
{
	a = decimal_rescale(a, b.scale);
	b = decimal_rescale(b, a.scale);
	a.invalid |= b.invalid |
		__builtin_add_overflow(a.digits, b.digits, &a.digits);
	return a;
}

Decimal
decimal_subtract(Decimal a, Decimal b)
{
	b.digits = -b.digits;
	return decimal_add(a, b);
}

Decimal
decimal_multiply(Decimal a, Decimal b)
{
	a.scale += b.scale;
	a.invalid |= b.invalid | (a.scale > MAX_SCALE) |
		__builtin_mul_overflow(a.digits, b.digits, &a.digits);
	return a;
}

/*
 * Below, at or above zero as a is less than, equal to or greater than b.
 * Both must be valid; if they differ so much that no common scale fits, the
 * one with fewer decimals is the larger in size.
 */
int
decimal_compare(Decimal a, Decimal b)
{
	Decimal		difference = decimal_subtract(a, b);

	if (difference.invalid)
		difference.digits = a.scale < b.scale ? a.digits : -b.digits;
	return (difference.digits > 0) - (difference.digits < 0);
}

/*
 * Append the number with all its decimals, or null when it is invalid.
 */
void
decimal_write(Buffer *out, Decimal value)
{
	char		digits[64];
	size_t		at = sizeof(digits);
	unsigned __int128 rest = value.digits < 0 ?
		-(unsigned __int128) value.digits : (unsigned __int128) value.digits;

	if (value.invalid)
	{
		buffer_text(out, "null");
		return;
	}
	for (int done = 0; rest > 0 || done <= value.scale; done++)
	{
		if (done > 0 && done == value.scale)
			digits[--at] = '.';
		digits[--at] = (char) ('0' + (int) (rest % 10));
		rest /= 10;
	}
	if (value.digits < 0)
		digits[--at] = '-';
	buffer_append(out, digits + at, sizeof(digits) - at);
}
