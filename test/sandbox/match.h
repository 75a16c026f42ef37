/*
 * match.h -- members of records, and conditions on them
 */
#ifndef SANDBOX_MATCH_H
#define SANDBOX_MATCH_H

#include "answer.h"
#include "store.h"

/* A member of a record: one that Record has as a number, or any other. */
typedef struct Member
{
	char	   *name;
	const struct Column *column;	/* NULL: look into the JSON */
} Member;

/* A member's value, or one that it is compared with. */
typedef struct Value
{
	bool		null;
	int64_t		number;			/* of members that have a column */
	char	   *text;			/* of the others */
} Value;

typedef struct Condition
{
	Member		member;
	int			op;
	Value	   *operands;		/* more than one for "in" */
	size_t		count;
} Condition;

extern Member member_of(const char *name);
extern void member_value(const Member *member, const World *world,
						 Record *record, Value *value);
extern int	member_compare(const Member *member, const Value *a,
						   const Value *b);
extern bool condition_read(Condition *condition, const char *field,
						   const char *op, const char *value,
						   Failure *failure);
extern bool condition_holds(const Condition *condition, const World *world,
							Record *record);
extern void condition_free(Condition *condition);

#endif							/* SANDBOX_MATCH_H */
