/*
 * scalars.c
 *		Numbers, ids and times as the API writes them.
 *
 * Each reader says by its result whether the text is a value of the type;
 * none raises an error, since a value that does not fit its column must not
 * fail a page, and none looks at the session's settings.
 */
#include "postgres.h"

#include <math.h>

#include "common/jsonapi.h"
#include "common/shortest_dec.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "json/scalars.h"

#define MAX_WHOLE_DIGITS	131072	/* what numeric holds before the point */
#define MAX_FRACTION_DIGITS 16383	/* and after it */
#define MAX_EXPONENT		1000000
#define MAX_NUMBER			200000	/* bytes of a number that is looked at */
#define MAX_DIGITS			18	/* of numbers that surely fit into int64 */
#define MAX_SHORT			15	/* bytes; a thousand times that fits into
								 * int64 */

/*
 * Is it a JSON number, and not of a length that no type can hold, which it
 * would take long to find out?
 */
static bool
is_number(const char *text)
{
	size_t		len = strlen(text);

	return len <= MAX_NUMBER && IsValidJsonNumber(text, len);
}

/* Can numeric hold the JSON number?  Counts digits as if it were written out. */
static bool
numeric_holds(const char *text)
{
	long		whole,
				fraction = 0,
				exponent = 0;

	text += *text == '-';
	whole = strspn(text, "0123456789");
	text += whole;
	if (*text == '.')
	{
		fraction = strspn(text + 1, "0123456789");
		text += fraction + 1;
	}
	if (*text == 'e' || *text == 'E')
		exponent = strtol(text + 1, NULL, 10);
	if (exponent > MAX_EXPONENT || exponent < -MAX_EXPONENT)
		return false;
	return whole + exponent <= MAX_WHOLE_DIGITS &&
		fraction - exponent <= MAX_FRACTION_DIGITS;
}

/*
 * Reads a number as most are written: an optional sign and a few digits with
 * a point among them.  False for anything else, JSON number or not.
 */
static bool
read_short(const char *text, Datum *result)
{
	bool		negative = *text == '-';
	const char *begin = text + negative;
	const char *point = NULL;
	const char *c = begin;
	int64		digits = 0;

	for (; c - begin < MAX_SHORT &&
		 ((*c >= '0' && *c <= '9') || (*c == '.' && point == NULL)); c++)
	{
		if (*c == '.')
			point = c;
		else
			digits = digits * 10 + (*c - '0');
	}
	/* a digit on either side of the point, no zero before the first */
	if (*c != '\0' || c == begin || point == begin || point == c - 1 ||
		(*begin == '0' && c - begin > 1 && point != begin + 1))
		return false;
	*result = NumericGetDatum(int64_div_fast_to_numeric(negative ? -digits : digits,
														point == NULL ? 0 : c - point - 1));
	return true;
}

/*
 * An exact number from what JSON writes as one, with or without quotes (C11).
 */
bool
rootfi_read_numeric(const char *text, Datum *result)
{
	if (read_short(text, result))
		return true;
	if (!is_number(text) || !numeric_holds(text))
		return false;
	*result = DirectFunctionCall3(numeric_in, CStringGetDatum(text),
								  ObjectIdGetDatum(InvalidOid),
								  Int32GetDatum(-1));
	return true;
}

/*
 * Has a JSON number neither digits below the scale nor more than the precision
 * of that typmod of numeric allows?  Zeros do not count.
 */
static bool
fits_typmod(const char *text, int32 typmod)
{
	int			precision = ((typmod - VARHDRSZ) >> 16) & 0xffff;
	int			scale = (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
	const char *mantissa = text + (*text == '-');
	const char *exponent = strpbrk(mantissa, "eE");
	long		place = strspn(mantissa, "0123456789") - 1;

	if (exponent != NULL)
		place += strtol(exponent + 1, NULL, 10);
	for (const char *c = mantissa; *c != '\0' && c != exponent; c++)
	{
		if (*c == '.')
			continue;
		if (*c != '0' && (place >= precision - scale || place < -scale))
			return false;
		place--;
	}
	return true;
}

/*
 * An exact number for a column of numeric with that typmod; false for one
 * that would be rounded or does not fit.
 */
bool
rootfi_read_decimal(const char *text, int32 typmod, Datum *result)
{
	if (typmod < 0)
		return rootfi_read_numeric(text, result);
	if (!is_number(text) || !numeric_holds(text) ||
		!fits_typmod(text, typmod))
		return false;
	*result = DirectFunctionCall3(numeric_in, CStringGetDatum(text),
								  ObjectIdGetDatum(InvalidOid),
								  Int32GetDatum(typmod));
	return true;
}

/* Are two texts the same number? */
static bool
is_same_number(const char *text, const char *other)
{
	Datum		left;
	Datum		right;

	return rootfi_read_numeric(text, &left) &&
		rootfi_read_numeric(other, &right) &&
		DatumGetBool(DirectFunctionCall2(numeric_eq, left, right));
}

/* A number that is still the same when it is written out again. */
bool
rootfi_read_float8(const char *text, double *result)
{
	char		again[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (!is_number(text))
		return false;
	*result = strtod(text, NULL);
	if (!isfinite(*result))
		return false;
	double_to_shortest_decimal_buf(*result, again);
	return is_same_number(text, again);
}

/* The same in single precision. */
bool
rootfi_read_float4(const char *text, float *result)
{
	char		again[FLOAT_SHORTEST_DECIMAL_LEN];

	if (!is_number(text))
		return false;
	*result = strtof(text, NULL);
	if (!isfinite(*result))
		return false;
	float_to_shortest_decimal_buf(*result, again);
	return is_same_number(text, again);
}

/* Reads plain digits, the usual case; false for anything else. */
static bool
read_digits(const char *text, int64 *result)
{
	int64		value = 0;
	const char *c = text;

	for (; *c >= '0' && *c <= '9' && c - text < MAX_DIGITS; c++)
		value = value * 10 + (*c - '0');
	*result = value;
	return *c == '\0' && c > text;
}

/*
 * A whole number, whether written 157, 157.0 or 1.57e2, with or without
 * quotes (C10); a fraction is none.
 */
bool
rootfi_read_int64(const char *text, int64 *result)
{
	Datum		number;
	Datum		bounds[2];

	if (read_digits(text, result))
		return true;
	if (!rootfi_read_numeric(text, &number))
		return false;
	bounds[0] = NumericGetDatum(int64_to_numeric(PG_INT64_MIN));
	bounds[1] = NumericGetDatum(int64_to_numeric(PG_INT64_MAX));
	if (!DatumGetBool(DirectFunctionCall2(numeric_ge, number, bounds[0])) ||
		!DatumGetBool(DirectFunctionCall2(numeric_le, number, bounds[1])) ||
		!DatumGetBool(DirectFunctionCall2(numeric_eq, number,
										  DirectFunctionCall2(numeric_trunc, number,
															  Int32GetDatum(0)))))
		return false;
	*result = DatumGetInt64(DirectFunctionCall1(numeric_int8, number));
	return true;
}

/* true and false, with or without quotes. */
bool
rootfi_read_bool(const char *text, bool *result)
{
	*result = strcmp(text, "true") == 0;
	return *result || strcmp(text, "false") == 0;
}

/* Reads exactly n digits at *text and steps over them. */
static bool
take_digits(const char **text, int n, int *result)
{
	*result = 0;
	while (n-- > 0)
	{
		if (**text < '0' || **text > '9')
			return false;
		*result = *result * 10 + *(*text)++ - '0';
	}
	return true;
}

/* YYYY-MM-DD, a day that exists. */
static bool
take_date(const char **text, struct pg_tm *tm)
{
	return take_digits(text, 4, &tm->tm_year) && *(*text)++ == '-' &&
		take_digits(text, 2, &tm->tm_mon) && *(*text)++ == '-' &&
		take_digits(text, 2, &tm->tm_mday) &&
		tm->tm_year >= 1 && tm->tm_mon >= 1 && tm->tm_mon <= 12 &&
		tm->tm_mday >= 1 &&
		tm->tm_mday <= day_tab[isleap(tm->tm_year)][tm->tm_mon - 1];
}

/* A fraction of a second in microseconds; further digits round. */
static bool
take_fraction(const char **text, fsec_t *fsec)
{
	int			digits = strspn(*text, "0123456789");
	int			micros = 0;

	for (int i = 0; i < 6; i++)
		micros = micros * 10 + (i < digits ? (*text)[i] - '0' : 0);
	if (digits > 6 && (*text)[6] >= '5')
		micros++;
	*text += digits;
	*fsec = micros;
	return digits > 0;
}

/* HH:MM[:SS[.fraction]] */
static bool
take_time(const char **text, struct pg_tm *tm, fsec_t *fsec)
{
	if (!take_digits(text, 2, &tm->tm_hour) || *(*text)++ != ':' ||
		!take_digits(text, 2, &tm->tm_min))
		return false;
	if (**text == ':')
	{
		(*text)++;
		if (!take_digits(text, 2, &tm->tm_sec))
			return false;
		if (**text == '.' || **text == ',')
		{
			(*text)++;
			if (!take_fraction(text, fsec))
				return false;
		}
	}
	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

/* Z, +HH, +HHMM, +HH:MM or nothing, which means UTC; seconds east of it. */
static bool
take_zone(const char **text, int *offset)
{
	int			sign = **text == '-' ? -1 : 1;
	int			hours,
				minutes = 0;

	*offset = 0;
	if (**text == '\0')
		return true;
	if (**text == 'Z' || **text == 'z')
		return *++*text == '\0';
	if (**text != '+' && **text != '-')
		return false;
	(*text)++;
	if (!take_digits(text, 2, &hours))
		return false;
	if (**text == ':')
		(*text)++;
	if (**text != '\0' && !take_digits(text, 2, &minutes))
		return false;
	*offset = sign * (hours * 60 + minutes) * SECS_PER_MINUTE;
	return **text == '\0' && hours < 16 && minutes < 60;
}

/* Date and time as written, and how many seconds east of UTC that is meant. */
static bool
read_parts(const char *text, Timestamp *result, int *offset)
{
	struct pg_tm tm = {0};
	fsec_t		fsec = 0;

	*offset = 0;
	if (!take_date(&text, &tm))
		return false;
	if (*text == 'T' || *text == 't' || *text == ' ')
	{
		text++;
		if (!take_time(&text, &tm, &fsec) || !take_zone(&text, offset))
			return false;
	}
	return *text == '\0' && tm2timestamp(&tm, fsec, NULL, result) == 0;
}

/*
 * A point in time from ISO 8601, as UTC.  A date alone is its midnight, a
 * time without zone is UTC whatever the session's settings say; other
 * notations, which could be read in two ways, are not taken.
 */
bool
rootfi_read_timestamp(const char *text, Timestamp *result)
{
	int			offset;

	if (!read_parts(text, result, &offset))
		return false;
	*result -= offset * USECS_PER_SEC;
	return IS_VALID_TIMESTAMP(*result);
}

/* The same as written, for types without a zone: a zone in it is dropped. */
bool
rootfi_read_local(const char *text, Timestamp *result)
{
	int			offset;

	return read_parts(text, result, &offset);
}

/*
 * The time of day as written, in microseconds, from a time or from a date and
 * time; a zone in it is dropped.
 */
bool
rootfi_read_clock(const char *text, int64 *result)
{
	struct pg_tm tm = {0};
	fsec_t		fsec = 0;
	int			offset;

	if (strlen(text) > 10 && rootfi_read_local(text, result))
		text += 11;
	if (!take_time(&text, &tm, &fsec) || !take_zone(&text, &offset))
		return false;
	*result = ((tm.tm_hour * MINS_PER_HOUR + tm.tm_min) * SECS_PER_MINUTE +
			   tm.tm_sec) * USECS_PER_SEC + fsec;
	return *result <= USECS_PER_DAY;
}

/*
 * A point in time as the API writes it: 2024-01-22T05:07:31.465Z, with
 * microseconds only where there are any.  Infinity as PostgreSQL writes it.
 */
char *
rootfi_write_timestamp(Timestamp utc)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (TIMESTAMP_NOT_FINITE(utc) ||
		timestamp2tm(utc, NULL, &tm, &fsec, NULL, NULL) != 0)
		return pstrdup(TIMESTAMP_IS_NOBEGIN(utc) ? "-infinity" : "infinity");
	return psprintf(fsec % 1000 == 0 ?
					"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" :
					"%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
					tm.tm_year, tm.tm_mon, tm.tm_mday,
					tm.tm_hour, tm.tm_min, tm.tm_sec,
					fsec % 1000 == 0 ? (int) fsec / 1000 : (int) fsec);
}
