/*
 * random.h -- what generated records are made of
 */
#ifndef SANDBOX_RANDOM_H
#define SANDBOX_RANDOM_H

#include "store.h"

/* A stream of random numbers. */
typedef struct Random
{
	uint64_t	state;
} Random;

/* A place that does not exist. */
typedef struct Address
{
	int64_t		number;			/* of the house */
	const char *street;
	const char *city;
	const char *state;
	int64_t		code;
	const char *country;
} Address;

#define LINES	3				/* of each order */

/* One line of an order; amounts are in cents. */
typedef struct Line
{
	int64_t		product;
	const char *name;
	int64_t		quantity;
	int64_t		unit_amount;
	int64_t		tax_amount;
	int64_t		discount_amount;
	int64_t		total_amount;	/* before tax and discount */
} Line;

typedef struct Totals
{
	int64_t		discount;
	int64_t		tax;
	int64_t		shipping;
	int64_t		total;
} Totals;

#define RANDOM_OF(random, array) \
	((array)[random_below(random, COUNT_OF(array))])

extern Random random_for(const World *world, const Record *record);
extern int64_t random_below(Random *random, int64_t limit);
extern const char *random_currency(Random *random);
extern const char *random_person(Random *random);
extern const char *random_product(Random *random);
extern int64_t random_customer(Random *random, const World *world,
							   const Record *record);
extern Address random_address(Random *random);
extern Totals random_lines(Random *random, Line *lines, bool shipping);

#endif							/* SANDBOX_RANDOM_H */
