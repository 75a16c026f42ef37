/*
 * random.c -- what generated records are made of
 *
 * All follows from the world's seed, the resource and the rootfi_id, so a
 * record is the same whenever it is made.  No clock is read here.
 */
#include <string.h>

#include "generate.h"
#include "random.h"

static const char *const currencies[] = {"USD", "EUR", "GBP", "AED", "INR"};
static const char *const people[] = {
	"John Doe", "Jane Roe", "Zoë Müller", "José Ñandú", "Søren Åkesson",
	"李小龙", "Γιώργος Νικολάου", "Renée \"Ren\" O'Neill", "Priya Sharma",
	"محمد علي", "Ana María López", "Max Mustermann 🎧"
};
static const char *const products[] = {
	"Wireless Headphones", "Café Mug", "Desk Lamp", "Notebook A5",
	"USB-C Cable 2 m", "Größe M T-Shirt", "Running Shoes", "Water Bottle",
	"Backpack 20\"", "Phone Case", "Yoga Mat", "Board Game"
};
static const char *const streets[] = {
	"Main Street", "Mill Road", "Rue de l'Église", "Hauptstraße", "5th Avenue"
};

/* City, state and country. */
static const char *const places[][3] = {
	{"New York", "NY", "US"}, {"Austin", "TX", "US"}, {"Köln", "NW", "DE"},
	{"Lyon", "ARA", "FR"}, {"Dubai", "DU", "AE"}, {"Pune", "MH", "IN"}
};

/*
 * The next random number below a limit.
 */
int64_t
random_below(Random *random, int64_t limit)
{
	uint64_t	z = random->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return (int64_t) ((z ^ (z >> 31)) % (uint64_t) limit);
}

/*
 * The random numbers of one record.
 */
Random
random_for(const World *world, const Record *record)
{
	const char *path = record->resource->path;
	Random		random = {hash_text(path, strlen(path))};

	random.state ^= (uint64_t) random_below(&random, INT64_MAX) +
		(uint64_t) world->seed;
	random.state ^= (uint64_t) random_below(&random, INT64_MAX) +
		(uint64_t) record->rootfi_id;
	return random;
}

const char *
random_currency(Random *random)
{
	return RANDOM_OF(random, currencies);
}

const char *
random_person(Random *random)
{
	return RANDOM_OF(random, people);
}

const char *
random_product(Random *random)
{
	return RANDOM_OF(random, products);
}

Address
random_address(Random *random)
{
	const char *const *place = RANDOM_OF(random, places);
	Address		address = {
		.city = place[0],
		.state = place[1],
		.country = place[2]
	};

	address.number = 1 + random_below(random, 400);
	address.street = RANDOM_OF(random, streets);
	address.code = 10000 + random_below(random, 80000);
	return address;
}

/*
 * The platform's name for a customer of the record's company, to be found
 * among the customers by platform_unique_id (C38).
 */
int64_t
random_customer(Random *random, const World *world, const Record *record)
{
	int64_t		each = population_customers(world);

	return (record->company_id - FIRST_COMPANY) * each +
		random_below(random, each);
}

/*
 * Draw the lines of an order, and add them up: total = lines - discount +
 * tax + shipping, exactly.
 */
Totals
random_lines(Random *random, Line *lines, bool shipping)
{
	Totals		totals = {0};

	for (int i = 0; i < LINES; i++)
	{
		Line	   *line = &lines[i];

		line->product = random_below(random, COUNT_OF(products));
		line->name = products[line->product];
		line->quantity = 1 + random_below(random, 4);
		line->unit_amount = random_below(random, 5) == 0 ?
			1000 * (1 + random_below(random, 9)) :
			199 + random_below(random, 19800);
		line->total_amount = line->quantity * line->unit_amount;
		line->tax_amount = line->total_amount * 8 / 100;
		line->discount_amount = random_below(random, 3) == 0 ?
			line->total_amount / 10 : 0;
		totals.tax += line->tax_amount;
		totals.discount += line->discount_amount;
		totals.total += line->total_amount;
	}
	if (shipping)
		totals.shipping = 500 * random_below(random, 3) + 99;
	totals.total += totals.tax + totals.shipping - totals.discount;
	return totals;
}
