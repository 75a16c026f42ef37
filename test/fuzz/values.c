/*
 * values.c
 *		Values of the server's types, as simple as they can be.
 *
 * numeric is a sign, decimal digits and a power of ten: exact, with the
 * server's limits, but without NaN, infinity and other bases.  Times are
 * made by the C library's calendar.  An array is one of texts that are not
 * null.  Distances of texts are counted in bytes.
 */
#include "postgres.h"

#include <time.h>

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "shim.h"

#define MAX_WHOLE_DIGITS	131072
#define MAX_FRACTION_DIGITS 16383
#define SECS_BEFORE_2000	INT64CONST(946684800)	/* since 1970 */

/* A number; its digits neither begin nor end with a zero. */
typedef struct Decimal
{
	int32		vl_len_;
	int32		ndigits;		/* 0: it is zero */
	int32		exponent;		/* of the last digit */
	bool		negative;
	char		digits[FLEXIBLE_ARRAY_MEMBER];
} Decimal;

struct ArrayIteratorData
{
	ArrayType  *array;
	int			next;
};

const int	day_tab[2][13] = {
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
	{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}
};

/* Nothing is ever compressed, short or stored elsewhere. */
struct varlena *
pg_detoast_datum(struct varlena *datum)
{
	return datum;
}

struct varlena *
pg_detoast_datum_packed(struct varlena *datum)
{
	return datum;
}

text *
cstring_to_text_with_len(const char *s, int len)
{
	text	   *result = palloc(VARHDRSZ + len);

	SET_VARSIZE(result, VARHDRSZ + len);
	memcpy(VARDATA(result), s, len);
	return result;
}

text *
cstring_to_text(const char *s)
{
	return cstring_to_text_with_len(s, strlen(s));
}

char *
text_to_cstring(const text *t)
{
	return pnstrdup(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

/* A number from digits, of which the last one has that power of ten. */
static Decimal *
make_decimal(bool negative, const char *digits, int ndigits, int exponent)
{
	Decimal    *result;

	for (; ndigits > 0 && *digits == '0'; digits++)
		ndigits--;
	for (; ndigits > 0 && digits[ndigits - 1] == '0'; exponent++)
		ndigits--;
	if (ndigits == 0)
		exponent = 0;
	if (ndigits + exponent > MAX_WHOLE_DIGITS || -exponent > MAX_FRACTION_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value overflows numeric format")));
	result = palloc0(offsetof(Decimal, digits) + ndigits);
	SET_VARSIZE(result, offsetof(Decimal, digits) + ndigits);
	result->negative = negative && ndigits > 0;
	result->ndigits = ndigits;
	result->exponent = exponent;
	memcpy(result->digits, digits, ndigits);
	return result;
}

/* A number from its text, with or without blanks around. */
static Decimal *
read_decimal(const char *text)
{
	const char *c = text + strspn(text, " \t\n\r\v\f");
	char	   *digits = palloc(strlen(text) + 1);
	int			ndigits = 0;
	int			point = -1;		/* digits before it */
	long		exponent = 0;
	bool		negative = *c == '-';

	c += *c == '-' || *c == '+';
	for (; isdigit((unsigned char) *c) || (*c == '.' && point < 0); c++)
		if (*c == '.')
			point = ndigits;
		else
			digits[ndigits++] = *c;
	if (ndigits > 0 && (*c == 'e' || *c == 'E'))
		exponent = strtol(c + 1, (char **) &c, 10);
	c += strspn(c, " \t\n\r\v\f");
	if (ndigits == 0 || *c != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type numeric: \"%s\"", text)));
	exponent = Max(Min(exponent, 10000000), -10000000);
	return make_decimal(negative, digits, ndigits,
						exponent - (point < 0 ? 0 : ndigits - point));
}

/* The number rounded half up to so many digits after the point. */
static Decimal *
round_decimal(const Decimal *number, int scale)
{
	int			keep = number->ndigits + number->exponent + scale;
	char	   *digits = palloc(number->ndigits + 1);
	int			i;

	if (keep >= number->ndigits)
		return make_decimal(number->negative, number->digits,
							number->ndigits, number->exponent);
	if (keep < 0)
		return make_decimal(false, NULL, 0, 0);
	digits[0] = '0';
	memcpy(digits + 1, number->digits, keep);
	if (number->digits[keep] >= '5')
	{
		for (i = keep; digits[i] == '9'; i--)
			digits[i] = '0';
		digits[i]++;
	}
	return make_decimal(number->negative, digits, keep + 1, -scale);
}

Datum
numeric_in(PG_FUNCTION_ARGS)
{
	Decimal    *number = read_decimal(PG_GETARG_CSTRING(0));
	int32		typmod = PG_GETARG_INT32(2) - (int32) VARHDRSZ;
	int			precision = (typmod >> 16) & 0xffff;
	int			scale = typmod & 0x7ff;

	if (typmod >= 0)
	{
		number = round_decimal(number, scale);
		if (number->ndigits > 0 &&
			number->ndigits + number->exponent > precision - scale)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("numeric field overflow")));
	}
	PG_RETURN_POINTER(number);
}

Datum
numeric_out(PG_FUNCTION_ARGS)
{
	Decimal    *number = (Decimal *) PG_GETARG_POINTER(0);
	int			fraction = Max(0, -number->exponent);
	int			whole = Max(0, number->ndigits - fraction);
	int			missing = Max(0, fraction - number->ndigits);
	char	   *result = palloc(number->ndigits + Max(0, number->exponent) +
								missing + 4);
	char	   *c = result;

	if (number->negative)
		*c++ = '-';
	if (whole == 0)
		*c++ = '0';
	memcpy(c, number->digits, whole);
	c += whole;
	if (fraction > 0)
		*c++ = '.';
	memset(c, '0', missing + Max(0, number->exponent));
	c += missing + Max(0, number->exponent);
	memcpy(c, number->digits + whole, number->ndigits - whole);
	c[number->ndigits - whole] = '\0';
	PG_RETURN_CSTRING(result);
}

/* Less than, equal to or greater than zero, as one number is to another. */
static int
compare_decimals(const Decimal *a, const Decimal *b)
{
	int			sign = a->negative ? -1 : 1;
	int			place = a->ndigits + a->exponent -
		(b->ndigits + b->exponent);
	int			order;

	if (a->negative != b->negative)
		return sign;
	if (a->ndigits == 0 || b->ndigits == 0)
		return sign * (a->ndigits - b->ndigits);
	if (place != 0)
		return sign * place;
	order = memcmp(a->digits, b->digits, Min(a->ndigits, b->ndigits));
	return sign * (order != 0 ? order : a->ndigits - b->ndigits);
}

/* Compares a function's arguments. */
static int
compare_arguments(FunctionCallInfo fcinfo)
{
	return compare_decimals((Decimal *) PG_GETARG_POINTER(0),
							(Decimal *) PG_GETARG_POINTER(1));
}

Datum
numeric_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) == 0);
}

Datum
numeric_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) >= 0);
}

Datum
numeric_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) <= 0);
}

/* Only to whole numbers. */
Datum
numeric_trunc(PG_FUNCTION_ARGS)
{
	Decimal    *number = (Decimal *) PG_GETARG_POINTER(0);
	int			exponent = Max(0, number->exponent);
	int			dropped = Min(number->ndigits, exponent - number->exponent);

	PG_RETURN_POINTER(make_decimal(number->negative, number->digits,
								   number->ndigits - dropped, exponent));
}

/* Only of whole numbers. */
Datum
numeric_int8(PG_FUNCTION_ARGS)
{
	Decimal    *number = (Decimal *) PG_GETARG_POINTER(0);
	int64		result = 0;
	bool		fits = number->exponent >= 0;

	for (int i = 0; fits && i < number->ndigits + number->exponent; i++)
	{
		int			digit = i < number->ndigits ? number->digits[i] - '0' : 0;

		fits = !__builtin_mul_overflow(result, 10, &result) &&
			!__builtin_add_overflow(result, number->negative ? -digit : digit,
									&result);
	}
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("bigint out of range")));
	PG_RETURN_INT64(result);
}

Numeric
int64_to_numeric(int64 val)
{
	return (Numeric) read_decimal(psprintf(INT64_FORMAT, val));
}

Numeric
int64_div_fast_to_numeric(int64 val1, int log10val2)
{
	return (Numeric) read_decimal(psprintf(INT64_FORMAT "e-%d", val1,
										   log10val2));
}

int
tm2timestamp(struct pg_tm *tm, fsec_t fsec, int *tzp, Timestamp *result)
{
	struct tm	libc = {
		.tm_year = tm->tm_year - 1900,
		.tm_mon = tm->tm_mon - 1,
		.tm_mday = tm->tm_mday,
		.tm_hour = tm->tm_hour,
		.tm_min = tm->tm_min,
		.tm_sec = tm->tm_sec,
	};

	*result = ((int64) timegm(&libc) - SECS_BEFORE_2000) * USECS_PER_SEC + fsec;
	return IS_VALID_TIMESTAMP(*result) ? 0 : -1;
}

int
timestamp2tm(Timestamp dt, int *tzp, struct pg_tm *tm, fsec_t *fsec,
			 const char **tzn, pg_tz *attimezone)
{
	int64		micros = dt % USECS_PER_SEC;
	time_t		seconds;
	struct tm	libc;

	micros += micros < 0 ? USECS_PER_SEC : 0;
	seconds = (dt - micros) / USECS_PER_SEC + SECS_BEFORE_2000;
	gmtime_r(&seconds, &libc);
	*fsec = micros;
	tm->tm_year = libc.tm_year + 1900;
	tm->tm_mon = libc.tm_mon + 1;
	tm->tm_mday = libc.tm_mday;
	tm->tm_hour = libc.tm_hour;
	tm->tm_min = libc.tm_min;
	tm->tm_sec = libc.tm_sec;
	return 0;
}

/* Half away from zero, as the server rounds. */
Datum
timestamp_scale(PG_FUNCTION_ARGS)
{
	Timestamp	time = PG_GETARG_TIMESTAMP(0);
	int64		unit = 1;

	for (int i = PG_GETARG_INT32(1); i < MAX_TIMESTAMP_PRECISION; i++)
		unit *= 10;
	PG_RETURN_TIMESTAMP((time + (time < 0 ? -unit / 2 : unit / 2)) / unit * unit);
}

Datum
timestamp_date(PG_FUNCTION_ARGS)
{
	Timestamp	time = PG_GETARG_TIMESTAMP(0);

	PG_RETURN_DATEADT((time - (time < 0 ? USECS_PER_DAY - 1 : 0)) / USECS_PER_DAY);
}

/* Describes rows of those columns. */
TupleDesc
shim_row_type(const ShimColumn *columns, int n)
{
#if PG_VERSION_NUM >= 180000
	size_t		head = offsetof(struct TupleDescData, compact_attrs) +
		n * sizeof(CompactAttribute);
#else
	size_t		head = offsetof(struct TupleDescData, attrs);
#endif
	TupleDesc	result = palloc0(head + n * sizeof(FormData_pg_attribute));

	result->natts = n;
	for (int i = 0; i < n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(result, i);

		att->attnum = i + 1;
		att->attisdropped = columns[i].name == NULL;
		att->atttypid = columns[i].type;
		att->atttypmod = columns[i].typmod;
		if (columns[i].name != NULL)
			strlcpy(NameStr(att->attname), columns[i].name, NAMEDATALEN);
	}
	return result;
}

/* An array of texts; only what stands here can read it. */
ArrayType *
shim_array(char *const *texts, int n)
{
	ArrayType  *result = palloc0(sizeof(ArrayType) + n * sizeof(Datum));
	Datum	   *elements = (Datum *) (result + 1);

	result->ndim = n;
	for (int i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(texts[i]);
	return result;
}

ArrayIterator
array_create_iterator(ArrayType *arr, int slice_ndim, ArrayMetaState *mstate)
{
	ArrayIterator result = palloc(sizeof(*result));

	result->array = arr;
	result->next = 0;
	return result;
}

bool
array_iterate(ArrayIterator iterator, Datum *value, bool *isnull)
{
	if (iterator->next == iterator->array->ndim)
		return false;
	*value = ((Datum *) (iterator->array + 1))[iterator->next++];
	*isnull = false;
	return true;
}

void
array_free_iterator(ArrayIterator iterator)
{
	pfree(iterator);
}

void
deconstruct_array(ArrayType *array, Oid elmtype, int elmlen, bool elmbyval,
				  char elmalign, Datum **elemsp, bool **nullsp, int *nelemsp)
{
	*nelemsp = array->ndim;
	*elemsp = palloc(array->ndim * sizeof(Datum));
	memcpy(*elemsp, array + 1, array->ndim * sizeof(Datum));
	*nullsp = palloc0(array->ndim * sizeof(bool));
}

int
varstr_levenshtein_less_equal(const char *source, int slen,
							  const char *target, int tlen, int ins_c,
							  int del_c, int sub_c, int max_d, bool trusted)
{
	int		   *row = palloc((tlen + 1) * sizeof(int));

	for (int j = 0; j <= tlen; j++)
		row[j] = j * ins_c;
	for (int i = 1; i <= slen; i++)
	{
		int			diagonal = row[0];

		row[0] = i * del_c;
		for (int j = 1; j <= tlen; j++)
		{
			int			above = row[j];

			row[j] = Min(Min(above + del_c, row[j - 1] + ins_c),
						 diagonal + (source[i - 1] == target[j - 1] ? 0 : sub_c));
			diagonal = above;
		}
	}
	return row[tlen];
}
