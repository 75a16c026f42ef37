/*
 * match.c -- members of records, and conditions on them
 *
 * Any scalar member can be filtered and sorted by.  The documents write out
 * eq and gte; the other operators are what such an API usually has.
 */
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "exact.h"
#include "instant.h"
#include "match.h"

/* Members that need no look into the JSON: filters by them are fast. */
typedef struct Column
{
	const char *name;
	size_t		offset;			/* of an int64_t in Record */
	bool		instant;
} Column;

static const Column columns[] = {
	{"rootfi_id", offsetof(Record, rootfi_id), false},
	{"rootfi_company_id", offsetof(Record, company_id), false},
	{"rootfi_created_at", offsetof(Record, created_at), true},
	{"rootfi_updated_at", offsetof(Record, updated_at), true},
};

/* An operator of a condition, by what a comparison with it may give. */
typedef struct Operator
{
	const char *name;
	bool		less;
	bool		equal;
	bool		greater;
} Operator;

enum
{
	OP_LIKE,
	OP_IN
};

static const Operator operators[] = {
	[OP_LIKE] = {"like", false, false, false},
	[OP_IN] = {"in", false, true, false},
	{"eq", false, true, false},
	{"neq", true, false, true},
	{"gt", false, false, true},
	{"gte", false, true, true},
	{"lt", true, false, false},
	{"lte", true, true, false},
};

static int64_t
column_value(const Column *column, const Record *record)
{
	return *(const int64_t *) ((const char *) record + column->offset);
}

/*
 * The member of that name.
 */
Member
member_of(const char *name)
{
	Member		member = {alloc_text(name), NULL};

	for (size_t i = 0; i < COUNT_OF(columns); i++)
		if (strcmp(columns[i].name, name) == 0)
			member.column = &columns[i];
	return member;
}

/*
 * Decode a JSON string with escapes in it.
 */
static char *
slice_unescape(Slice slice)
{
	Buffer		text = {0};
	json_t	   *array;
	char	   *result;

	buffer_byte(&text, '[');
	buffer_append(&text, slice.text, slice.len);
	buffer_byte(&text, ']');
	array = exact_read(text.data, text.len, NULL);
	result = alloc_text(exact_text(json_array_get(array, 0)));
	json_decref(array);
	buffer_free(&text);
	return result;
}

/*
 * The value of a record's member: strings without quotes, others as they are
 * written; null for null, lists, objects and what is not there.  The caller
 * frees the text.
 */
void
member_value(const Member *member, const World *world, Record *record,
			 Value *value)
{
	Slice		slice;

	memset(value, 0, sizeof(*value));
	if (member->column != NULL)
		value->number = column_value(member->column, record);
	else if (!exact_member(record_text(world, record), member->name, &slice) ||
			 strchr("n[{", *slice.text) != NULL)
		value->null = true;
	else if (*slice.text != '"')
		value->text = alloc_copy(slice.text, slice.len);
	else if (memchr(slice.text, '\\', slice.len) == NULL)
		value->text = alloc_copy(slice.text + 1, slice.len - 2);
	else
		value->text = slice_unescape(slice);
}

/*
 * Read a text that is a JSON number, and nothing else is valid: 007 is a name.
 */
static Decimal
text_number(const char *text)
{
	size_t		len = exact_numeral_length(text);

	return decimal_read(text[len] == '\0' ? text : NULL);
}

/*
 * Compare two texts: as numbers or times if both are such.
 */
static int
text_compare(const char *a, const char *b)
{
	int64_t		a_instant;
	int64_t		b_instant;
	Decimal		a_number = text_number(a);
	Decimal		b_number = text_number(b);

	if (!a_number.invalid && !b_number.invalid)
		return decimal_compare(a_number, b_number);
	if (instant_parse(a, &a_instant) && instant_parse(b, &b_instant))
		return (a_instant > b_instant) - (a_instant < b_instant);
	return strcmp(a, b);
}

/*
 * Compare two values of a member; null comes first.
 */
int
member_compare(const Member *member, const Value *a, const Value *b)
{
	if (member->column != NULL)
		return (a->number > b->number) - (a->number < b->number);
	if (a->null || b->null)
		return b->null - a->null;
	return text_compare(a->text, b->text);
}

/*
 * Does the text match a pattern in which % is any text and _ any character?
 */
static bool
text_like(const char *text, const char *pattern)
{
	if (*pattern == '\0')
		return *text == '\0';
	if (*pattern == '%')
		return text_like(text, pattern + 1) ||
			(*text != '\0' && text_like(text + 1, pattern));
	return *text != '\0' && (*pattern == '_' || *pattern == *text) &&
		text_like(text + 1, pattern + 1);
}

/*
 * May a comparison of these numbers have its result?
 */
static bool
operator_holds(const Operator *op, int64_t a, int64_t b)
{
	return a < b ? op->less : a > b ? op->greater : op->equal;
}

/*
 * Does a value meet a condition?  Null is equal to null and different from
 * all else, but neither less nor greater.
 */
static bool
condition_holds_for(const Condition *condition, const Value *value)
{
	const Operator *op = &operators[condition->op];
	bool		holds = false;

	for (size_t i = 0; i < condition->count && !holds; i++)
	{
		const Value *operand = &condition->operands[i];
		int			order = member_compare(&condition->member, value, operand);

		if (condition->op == OP_LIKE)
			holds = value->text && text_like(value->text, operand->text);
		else if (order != 0 && op->less != op->greater &&
				 (value->null || operand->null))
			holds = false;
		else
			holds = operator_holds(op, order, 0);
	}
	return holds;
}

/*
 * Does a record meet a condition?  One on a column is most often the only
 * reason to look at a record at all, so it costs a comparison, no more.
 */
bool
condition_holds(const Condition *condition, const World *world,
				Record *record)
{
	Value		value;
	bool		holds;

	if (condition->member.column != NULL && condition->count == 1 &&
		condition->op != OP_LIKE)
		return operator_holds(&operators[condition->op],
							  column_value(condition->member.column, record),
							  condition->operands[0].number);
	member_value(&condition->member, world, record, &value);
	holds = condition_holds_for(condition, &value);
	free(value.text);
	return holds;
}

/*
 * Read one value to compare a member with.
 */
static bool
operand_read(Condition *condition, const char *text, size_t len)
{
	const Column *column = condition->member.column;
	Value	   *operand = &condition->operands[condition->count++];
	char	   *end;
	bool		valid = true;

	operand->text = alloc_copy(text, len);
	operand->null = column == NULL && strcmp(operand->text, "null") == 0;
	if (column != NULL && column->instant)
		valid = instant_parse(operand->text, &operand->number);
	else if (column != NULL)
	{
		operand->number = strtoll(operand->text, &end, 10);
		valid = len > 0 && *end == '\0';
	}
	return valid;
}

/*
 * Read the values that a condition compares with: several for "in".
 */
static bool
operands_read(Condition *condition, const char *text)
{
	size_t		count = 1;
	size_t		len;

	for (const char *c = text; *c != '\0'; c++)
		count += *c == ',';
	condition->operands = alloc_zeroed(count * sizeof(Value));
	if (condition->op != OP_IN)
		return operand_read(condition, text, strlen(text));
	for (;; text += len + 1)
	{
		len = strcspn(text, ",");
		if (!operand_read(condition, text, len))
			return false;
		if (text[len] == '\0')
			return true;
	}
}

/*
 * Read field[op]=value; condition_free() is due in any case.
 */
bool
condition_read(Condition *condition, const char *field, const char *op,
			   const char *value, Failure *failure)
{
	condition->member = member_of(field);
	while (condition->op < (int) COUNT_OF(operators) &&
		   strcmp(operators[condition->op].name, op) != 0)
		condition->op++;
	if (condition->op == (int) COUNT_OF(operators))
		return failure_set(failure, "invalid-params",
						   "invalid filter operator: %s", op);
	return operands_read(condition, value) ||
		failure_set(failure, "invalid-params",
					"invalid value for parameter: %s", field);
}

void
condition_free(Condition *condition)
{
	free(condition->member.name);
	for (size_t i = 0; i < condition->count; i++)
		free(condition->operands[i].text);
	free(condition->operands);
}
