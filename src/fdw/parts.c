/*
 * parts.c
 *		What a scan reads, once the values of its conditions are known.
 *
 * A value that a server may take for another, or that lies beyond what can be
 * written, is not sent: what it is compared with is found out here.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "fdw/parts.h"
#include "json/scalars.h"

#define MAX_FILTER_BYTES	1000
#define MAX_TEXT_LISTS		8	/* for one array of texts */
#define SLACK				USECS_PER_SEC	/* times shown are cut */

/* What is being made. */
typedef struct Making
{
	const ForeignSource *foreign;
	ListRequest *request;
	List	   *filters;		/* of all parts */
	List	   *parts;			/* told apart already, NIL: one */
} Making;

/* A whole number of any size. */
static int64
integer_value(Datum value, Oid type)
{
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		default:
			return DatumGetInt64(value);
	}
}

/* A text of any type. */
static char *
text_value(Datum value, Oid type)
{
	return type == NAMEOID ? pstrdup(NameStr(*DatumGetName(value))) :
		TextDatumGetCString(value);
}

/*
 * Can a text be sent as the value of a filter?  Not what may stand for several
 * values, for none, or for what could not be stored here.
 */
static bool
can_send(const char *text)
{
	size_t		len = strlen(text);

	if (len == 0 || len > MAX_FILTER_BYTES || strpbrk(text, ",%*") != NULL ||
		strstr(text, "\xEF\xBF\xBD") != NULL ||
		pg_strcasecmp(text, "null") == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char) text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return text[0] != ' ' && text[len - 1] != ' ';
}

/* Is the type one of whole numbers? */
static bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/* A value as it is written. */
static char *
written(Datum value, Oid type)
{
	return is_integer(type) ?
		psprintf(INT64_FORMAT, integer_value(value, type)) :
		text_value(value, type);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The values of an array, as they are written; NULLs are left out. */
static char **
array_texts(const BoundCondition *bound, int *n)
{
	ArrayType  *array = DatumGetArrayTypeP(bound->value);
	Oid			type = ARR_ELEMTYPE(array);
	Datum	   *elements;
	bool	   *nulls;
	char	  **texts;
	int			nelements;
	int16		len;
	bool		by_value;
	char		align;

	get_typlenbyvalalign(type, &len, &by_value, &align);
	deconstruct_array(array, type, len, by_value, align, &elements, &nulls,
					  &nelements);
	texts = palloc(nelements * sizeof(char *) + 1);
	*n = 0;
	for (int i = 0; i < nelements; i++)
		if (!nulls[i])
			texts[(*n)++] = written(elements[i], type);
	return texts;
}

/* The values of a condition, each once. */
static char **
distinct_texts(const BoundCondition *bound, int *n)
{
	char	  **texts;
	int			nall = 1;

	if (bound->is_array)
		texts = array_texts(bound, &nall);
	else
	{
		texts = palloc(sizeof(char *));
		texts[0] = written(bound->value, bound->type);
	}
	qsort(texts, nall, sizeof(char *), compare_texts);
	*n = 0;
	for (int i = 0; i < nall; i++)
		if (*n == 0 || strcmp(texts[i], texts[*n - 1]) != 0)
			texts[(*n)++] = texts[i];
	return texts;
}

/* A new part. */
static Part *
add_part(Making *making, const char *field, const char *value)
{
	Part	   *part = palloc0(sizeof(Part));

	part->filters = list_make1(rootfi_source_filter(field, "eq", value));
	making->parts = lappend(making->parts, part);
	return part;
}

/* Restricts the lists to a company; false if no row can be of it. */
static bool
bind_company(Making *making, const BoundCondition *bound)
{
	int64		company = integer_value(bound->value, bound->type);
	int64		own = making->foreign->options.company_id;

	if (own != 0 && own != company)
		return false;
	making->request->has_company = true;
	making->request->company_id = company;
	return true;
}

/* Is the text a number just as an id would be written? */
static bool
is_id(const char *text)
{
	size_t		len = strlen(text);

	return len > 0 && len <= 18 && text[0] != '0' &&
		strspn(text, "0123456789") == len;
}

/*
 * Restricts what is read to the records of some ids, unless the list is
 * expected to take fewer requests; false if there are none.
 */
static bool
bind_key(Making *making, const BoundCondition *bound, double list_requests)
{
	const ForeignSource *foreign = making->foreign;
	int			n;
	char	  **ids = distinct_texts(bound, &n);

	if (n == 0)
		return false;
	if (n > 1 && n > list_requests)
		return true;
	if (!is_integer(bound->type))
		for (int i = 0; i < n; i++)
			if (!is_id(ids[i]))
				return true;
	for (int i = 0; i < n; i++)
	{
		Part	   *part = add_part(making, "rootfi_id", ids[i]);

		part->by_id = true;
		(void) rootfi_read_int64(ids[i], &part->id);
		/* a single read does not show what has to be asked for */
		part->by_get = foreign->lookup == LOOKUP_GET &&
			making->request->select == NULL;
	}
	return true;
}

/*
 * Restricts the lists to values of a member, if they can be sent; false if
 * there are none.  A column of two names makes two lists of each value.
 */
static bool
bind_text(Making *making, const BoundCondition *bound, double list_requests)
{
	const ForeignColumn *column =
	&making->foreign->columns[bound->column - 1];
	const FieldAlias *alias = column->filter == FILTER_ALWAYS ? NULL :
	rootfi_foreign_alias(making->foreign, column->member);
	int			n;
	char	  **values = distinct_texts(bound, &n);
	int			nlists = alias == NULL ? n : 2 * n;

	if (n == 0)
		return false;
	if (nlists > 1 && (n > MAX_TEXT_LISTS || nlists > list_requests))
		return true;
	for (int i = 0; i < n; i++)
		if (!can_send(values[i]))
			return true;
	if (nlists == 1)
		making->filters = lappend(making->filters,
								  rootfi_source_filter(column->member, "eq",
													   values[0]));
	for (int i = 0; nlists > 1 && i < nlists; i++)
	{
		bool		is_other = i >= n;
		Part	   *part = add_part(making, is_other ? alias->member :
									column->member, values[i % n]);

		part->own = column->member;
		part->instead = is_other ? alias->member : NULL;
		part->value = values[i % n];
	}
	return true;
}

/*
 * A moment in the session's time zone; false for one that timestamptz does
 * not have.
 */
static bool
moment(const BoundCondition *bound, TimestampTz *result)
{
	int			overflow = 0;

	if (bound->type == DATEOID)
		*result = date2timestamptz_opt_overflow(DatumGetDateADT(bound->value),
												&overflow);
	else if (bound->type == TIMESTAMPOID)
		*result = timestamp2timestamptz_opt_overflow(DatumGetTimestamp(bound->value),
													 &overflow);
	else
		*result = DatumGetTimestampTz(bound->value);
	return overflow == 0;
}

/* Can it be written with a year of four digits? */
static bool
has_usual_year(TimestampTz time)
{
	struct pg_tm tm;
	fsec_t		fsec;

	return timestamp2tm(time, NULL, &tm, &fsec, NULL, NULL) == 0 &&
		tm.tm_year >= 1 && tm.tm_year <= 9999;
}

/* Restricts the lists by a time; false if no time can be so. */
static bool
bind_time(Making *making, const BoundCondition *bound)
{
	bool		is_since = bound->kind == CONDITION_SINCE;
	const char *operator = is_since ? "gte" :
	making->foreign->options.operators & OPERATOR_LTE ? "lte" : "lt";
	TimestampTz time;

	if (!moment(bound, &time))
		return true;
	if (TIMESTAMP_NOT_FINITE(time))
		return TIMESTAMP_IS_NOBEGIN(time) == is_since;
	if (is_since)
		time -= ((time % 1000) + 1000) % 1000;	/* cut to milliseconds */
	else
		time += SLACK;
	if (!has_usual_year(time))
		return true;
	making->filters =
		lappend(making->filters,
				rootfi_source_filter(making->foreign->columns[bound->column - 1].member,
									 operator, rootfi_write_timestamp(time)));
	return true;
}

/* Uses one condition; false if no row can meet it. */
static bool
bind(Making *making, const BoundCondition *bound, double list_requests)
{
	if (bound->isnull)
		return false;
	switch (bound->kind)
	{
		case CONDITION_COMPANY:
			return bind_company(making, bound);
		case CONDITION_KEY:
			return bind_key(making, bound, list_requests);
		case CONDITION_TEXT:
			return bind_text(making, bound, list_requests);
		case CONDITION_SINCE:
		case CONDITION_UNTIL:
			return bind_time(making, bound);
		case CONDITION_DELETED:
			break;				/* has no value */
	}
	return true;
}

/*
 * Makes the parts of a scan of conditions with their values, in the current
 * context, and completes the request of its lists.  "list_requests" is how
 * many the whole list is expected to take.  Returns false if no row can meet
 * the conditions: there is nothing to ask for.
 */
bool
rootfi_parts_make(const ForeignSource *foreign, List *bound,
				  double list_requests, ListRequest *request, List **parts)
{
	Making		making = {.foreign = foreign,.request = request};
	ListCell   *lc;

	foreach(lc, bound)
		if (!bind(&making, lfirst(lc), list_requests))
		return false;
	if (making.parts == NIL)
		making.parts = list_make1(palloc0(sizeof(Part)));
	foreach(lc, making.parts)
	{
		Part	   *part = lfirst(lc);

		part->filters = list_concat(part->filters, making.filters);
	}
	*parts = making.parts;
	return true;
}
