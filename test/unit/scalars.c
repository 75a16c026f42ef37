/*
 * scalars.c
 *		Which texts are values of which type, and which values.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "json/scalars.h"
#include "unit.h"

#define TYPMOD(precision, scale)	((((precision) << 16) | (scale)) + (int32) VARHDRSZ)
#define CLOCK(h, m, s, us)	((((h) * INT64CONST(60) + (m)) * 60 + (s)) * 1000000 + (us))

/* Numbers; NULL for what is none. */
static const struct
{
	const char *text;
	const char *number;
}			numerics[] =

{
	{"0", "0"}, {"-0", "0"}, {"1", "1"}, {"-1", "-1"}, {"0.1", "0.1"},
	{"-0.5", "-0.5"}, {"1.50", "1.5"}, {"157.0", "157"}, {"1e2", "100"},
	{"1E+2", "100"}, {"1.57e2", "157"}, {"15e-1", "1.5"}, {"0e5", "0"},
	{"0.000000000000001", "0.000000000000001"},
	{"99999999999999", "99999999999999"},
	{"999999999999999", "999999999999999"},
	{"9999999999999999", "9999999999999999"},
	{"1234567890.1234", "1234567890.1234"},
	{"123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789"},
	{"", NULL}, {"-", NULL}, {".", NULL}, {"+1", NULL}, {".5", NULL},
	{"5.", NULL}, {"-.5", NULL}, {"--1", NULL}, {"1.2.3", NULL},
	{"1,5", NULL}, {"00", NULL}, {"007", NULL}, {"-01", NULL}, {"1e", NULL},
	{"1e+", NULL}, {"e1", NULL}, {"1e1.5", NULL}, {"NaN", NULL},
	{"Infinity", NULL}, {"-Infinity", NULL}, {"inf", NULL}, {"0x1", NULL},
	{"1_000", NULL}, {" 1", NULL}, {"1 ", NULL}, {"1 2", NULL}, {"$1", NULL},
	{"true", NULL}, {"null", NULL},
	/* beyond what the type holds */
	{"1e131072", NULL}, {"-1e131072", NULL}, {"1e-16384", NULL},
	{"1e1000000", NULL}, {"1e99999999999999999999", NULL},
	{"1e-99999999999999999999", NULL}, {"0e99999999999999999999", NULL},
};

/* Numbers for numeric(precision, scale). */
static const struct
{
	const char *text;
	int			precision;
	int			scale;
	const char *number;
}			decimals[] =

{
	{"1.23", 10, 2, "1.23"}, {"1.230", 10, 2, "1.23"}, {"1.234", 10, 2, NULL},
	{"1.2300000001", 10, 2, NULL}, {"-0.01", 10, 2, "-0.01"},
	{"0.001", 10, 2, NULL}, {"0.0010e1", 10, 2, "0.01"},
	{"1e2", 10, 2, "100"}, {"123e-2", 10, 2, "1.23"},
	{"1234e-3", 10, 2, NULL}, {"99999999.99", 10, 2, "99999999.99"},
	{"100000000", 10, 2, NULL}, {"1e8", 10, 2, NULL}, {"0e8", 10, 2, "0"},
	{"9.999", 3, 2, NULL}, {"5", 1, 0, "5"}, {"10", 1, 0, NULL},
	{"5.0", 1, 0, "5"}, {"0.5", 1, 1, "0.5"}, {"1", 1, 1, NULL},
	{"0.012", 2, 3, "0.012"}, {"0.123", 2, 3, NULL}, {"x", 10, 2, NULL},
	{"", 10, 2, NULL}, {"NaN", 10, 2, NULL},
};

/* Whole numbers. */
static const struct
{
	const char *text;
	bool		valid;
	int64		value;
}			integers[] =

{
	{"0", true, 0}, {"157", true, 157}, {"-157", true, -157},
	{"157.0", true, 157}, {"157.000", true, 157}, {"1.57e2", true, 157},
	{"1570e-1", true, 157}, {"-0", true, 0}, {"0.0", true, 0},
	{"999999999999999999", true, INT64CONST(999999999999999999)},
	{"1000000000000000000", true, INT64CONST(1000000000000000000)},
	{"9223372036854775807", true, PG_INT64_MAX},
	{"9223372036854775807.0", true, PG_INT64_MAX},
	{"-9223372036854775808", true, PG_INT64_MIN},
	{"9223372036854775808"}, {"-9223372036854775809"}, {"1e19"}, {"1e1000"},
	{"1.5"}, {"157.5"}, {"1e-1"}, {"9223372036854775807.5"}, {""}, {"-"},
	{" 1"}, {"1 "}, {"+1"}, {"1-"}, {"0x10"}, {"1,000"}, {"one"}, {"NaN"},
	{"true"}, {"1e"},
};

/* Numbers that double precision, and single, keep as they are. */
static const struct
{
	const char *text;
	bool		is_double;
	bool		is_single;
}			floats[] =

{
	{"0", true, true}, {"1", true, true}, {"-1.5", true, true},
	{"0.1", true, true}, {"0.30", true, true}, {"1e2", true, true},
	{"1e38", true, true}, {"1e39", true, false}, {"1e308", true, false},
	{"1e309", false, false}, {"-1e309", false, false},
	{"16777216", true, true}, {"16777217", true, false},
	{"0.1234567", true, true}, {"0.123456789", true, false},
	{"9007199254740992", true, false}, {"9007199254740993", false, false},
	{"0.1000000000000000055", false, false},
	{"123456789012345678", false, false}, {"1e-400", false, false},
	{"", false, false}, {"NaN", false, false}, {"Infinity", false, false},
	{"0x1p3", false, false}, {" 1", false, false}, {"1.", false, false},
	{"1f", false, false},
};

/* Points in time, as they are written again. */
static const struct
{
	const char *text;
	const char *utc;
	const char *local;
}			times[] =

{
	{"2024-01-22T05:07:31.465Z", "2024-01-22T05:07:31.465Z", "2024-01-22T05:07:31.465Z"},
	{"2024-01-22", "2024-01-22T00:00:00.000Z", "2024-01-22T00:00:00.000Z"},
	{"2024-01-22T05:07", "2024-01-22T05:07:00.000Z", "2024-01-22T05:07:00.000Z"},
	{"2024-01-22 05:07:31", "2024-01-22T05:07:31.000Z", "2024-01-22T05:07:31.000Z"},
	{"2024-01-22t05:07:31z", "2024-01-22T05:07:31.000Z", "2024-01-22T05:07:31.000Z"},
	{"2024-01-22T05:07:31,5Z", "2024-01-22T05:07:31.500Z", "2024-01-22T05:07:31.500Z"},
	{"2024-01-22T05:07:31.000001Z", "2024-01-22T05:07:31.000001Z", "2024-01-22T05:07:31.000001Z"},
	{"2024-01-22T05:07:31.1234564Z", "2024-01-22T05:07:31.123456Z", "2024-01-22T05:07:31.123456Z"},
	{"2024-01-22T05:07:31.1234565Z", "2024-01-22T05:07:31.123457Z", "2024-01-22T05:07:31.123457Z"},
	{"2024-12-31T23:59:59.9999999Z", "2025-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z"},
	{"2024-01-22T05:07:60Z", "2024-01-22T05:08:00.000Z", "2024-01-22T05:08:00.000Z"},
	{"2024-01-22T05:07:31+05:30", "2024-01-21T23:37:31.000Z", "2024-01-22T05:07:31.000Z"},
	{"2024-01-22T05:07:31-0800", "2024-01-22T13:07:31.000Z", "2024-01-22T05:07:31.000Z"},
	{"2024-01-22T05:07:31+05", "2024-01-22T00:07:31.000Z", "2024-01-22T05:07:31.000Z"},
	{"2024-01-22T05:07:31-00:00", "2024-01-22T05:07:31.000Z", "2024-01-22T05:07:31.000Z"},
	{"2024-01-22T05:07:31+15:59", "2024-01-21T13:08:31.000Z", "2024-01-22T05:07:31.000Z"},
	{"2024-02-29", "2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z"},
	{"2000-02-29", "2000-02-29T00:00:00.000Z", "2000-02-29T00:00:00.000Z"},
	{"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59.500Z"},
	{"0001-01-01", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z"},
	{"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
	/* days that do not exist */
	{"2023-02-29"}, {"1900-02-29"}, {"2024-04-31"}, {"2024-13-01"},
	{"2024-00-10"}, {"2024-01-00"}, {"2024-01-32"}, {"0000-01-01"},
	/* times that do not */
	{"2024-01-22T24:00:00Z"}, {"2024-01-22T05:60:00Z"},
	{"2024-01-22T05:07:61Z"}, {"2024-01-22T05:07:31+16:00"},
	{"2024-01-22T05:07:31+05:60"},
	/* other notations */
	{""}, {"now"}, {"infinity"}, {"2024"}, {"2024-01"}, {"24-01-22"},
	{"2024-1-22"}, {"2024-01-2"}, {"2024/01/22"}, {"22.01.2024"},
	{"01/02/2024"}, {"20240122"}, {"1705900051"}, {"1705900051000"},
	{" 2024-01-22"}, {"2024-01-22 "}, {"2024-01-22T"}, {"2024-01-22T05"},
	{"2024-01-22T5:07:31Z"}, {"2024-01-22T05:7:31Z"},
	{"2024-01-22T05:07:3Z"}, {"2024-01-22T05:07:31."},
	{"2024-01-22T05:07:31.Z"}, {"2024-01-22T05:07:31 Z"},
	{"2024-01-22T05:07:31ZZ"}, {"2024-01-22T05:07:31Z+01"},
	{"2024-01-22T05:07:31+5"}, {"2024-01-22T05:07:31+050"},
	{"2024-01-22T05:07:31 UTC"}, {"2024-01-22T05:07:31CET"},
	{"2024-01-22X05:07:31"}, {"-2024-01-22"}, {"12024-01-22"},
};

/* Times of day in microseconds; -1: none. */
static const struct
{
	const char *text;
	int64		value;
}			clocks[] =

{
	{"00:00", 0}, {"05:07", CLOCK(5, 7, 0, 0)}, {"05:07:31", CLOCK(5, 7, 31, 0)},
	{"05:07:31.5", CLOCK(5, 7, 31, 500000)}, {"05:07:31Z", CLOCK(5, 7, 31, 0)},
	{"05:07:31+02:00", CLOCK(5, 7, 31, 0)}, {"23:59:59.999999", CLOCK(23, 59, 59, 999999)},
	{"23:59:60", CLOCK(24, 0, 0, 0)}, {"2024-01-22T05:07:31Z", CLOCK(5, 7, 31, 0)},
	{"2024-01-22 05:07", CLOCK(5, 7, 0, 0)},
	{"", -1}, {"5:07", -1}, {"05", -1}, {"05:7", -1}, {"24:00", -1}, {"23:59:60.5", -1},
	{"05:60", -1}, {"noon", -1}, {"05:07 pm", -1}, {"2024-01-22", -1},
	{"2024-02-30T05:07:31Z", -1}, {"05:07:31x", -1},
};

static const struct
{
	const char *text;
	int			value;			/* -1: none */
}			booleans[] =

{
	{"true", true}, {"false", false}, {"", -1}, {"True", -1}, {"FALSE", -1},
	{"t", -1}, {"yes", -1}, {"1", -1}, {"0", -1}, {"true ", -1}, {"null", -1},
};

/* The text of a number that was read, NULL if none was. */
static char *
number_text(bool valid, Datum number)
{
	return valid ? DatumGetCString(DirectFunctionCall1(numeric_out, number)) :
		NULL;
}

/* Tables of numbers. */
static void
check_numbers(void)
{
	Datum		number = 0;

	for (int i = 0; i < lengthof(numerics); i++)
	{
		bool		valid = rootfi_read_numeric(numerics[i].text, &number);

		same(number_text(valid, number), numerics[i].number,
			 "scalars: numeric \"%s\"", numerics[i].text);
		valid = rootfi_read_decimal(numerics[i].text, -1, &number);
		same(number_text(valid, number), numerics[i].number,
			 "scalars: numeric \"%s\" of no precision", numerics[i].text);
	}
	for (int i = 0; i < lengthof(decimals); i++)
	{
		int32		typmod = TYPMOD(decimals[i].precision, decimals[i].scale);
		bool		valid = rootfi_read_decimal(decimals[i].text, typmod, &number);

		same(number_text(valid, number), decimals[i].number,
			 "scalars: numeric(%d,%d) \"%s\"", decimals[i].precision,
			 decimals[i].scale, decimals[i].text);
	}
	for (int i = 0; i < lengthof(integers); i++)
	{
		int64		value = 0;
		bool		valid = rootfi_read_int64(integers[i].text, &value);

		ok(valid == integers[i].valid &&
		   (!valid || value == integers[i].value),
		   "scalars: bigint \"%s\"", integers[i].text);
	}
	for (int i = 0; i < lengthof(floats); i++)
	{
		double		d = 0;
		float		f = 0;

		ok(rootfi_read_float8(floats[i].text, &d) == floats[i].is_double &&
		   (!floats[i].is_double || d == strtod(floats[i].text, NULL)),
		   "scalars: double precision \"%s\"", floats[i].text);
		ok(rootfi_read_float4(floats[i].text, &f) == floats[i].is_single &&
		   (!floats[i].is_single || f == strtof(floats[i].text, NULL)),
		   "scalars: real \"%s\"", floats[i].text);
	}
}

/* Tables of times. */
static void
check_times(void)
{
	for (int i = 0; i < lengthof(times); i++)
	{
		Timestamp	time = 0;
		bool		valid = rootfi_read_timestamp(times[i].text, &time);

		same(valid ? rootfi_write_timestamp(time) : NULL, times[i].utc,
			 "scalars: time \"%s\"", times[i].text);
		valid = rootfi_read_local(times[i].text, &time);
		same(valid ? rootfi_write_timestamp(time) : NULL, times[i].local,
			 "scalars: time \"%s\" as written", times[i].text);
	}
	for (int i = 0; i < lengthof(clocks); i++)
	{
		int64		value = 0;
		bool		valid = rootfi_read_clock(clocks[i].text, &value);

		ok((valid ? value : -1) == clocks[i].value,
		   "scalars: time of day \"%s\"", clocks[i].text);
	}
	same(rootfi_write_timestamp(DT_NOBEGIN), "-infinity", "scalars: no begin");
	same(rootfi_write_timestamp(DT_NOEND), "infinity", "scalars: no end");
}

/* All tables of scalars. */
void
test_scalars(void)
{
	check_numbers();
	check_times();
	for (int i = 0; i < lengthof(booleans); i++)
	{
		bool		value = false;
		bool		valid = rootfi_read_bool(booleans[i].text, &value);

		ok((valid ? value : -1) == booleans[i].value,
		   "scalars: boolean \"%s\"", booleans[i].text);
	}
}
