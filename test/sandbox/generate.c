/*
 * generate.c -- what is known of generated records before they are made
 *
 * Their JSON is made when it is first asked for, see generate_*.c.
 */
#include "generate.h"
#include "instant.h"
#include "random.h"

/* 2024-01-22T05:07:31.465Z: the first record of all (S0 to S4) */
#define FIRST_INSTANT	INT64_C(1705900051465000)
#define RECORD_INTERVAL (61 * INSTANT_SECOND)

int64_t
population_orders(const World *world)
{
	return world->orders;
}

int64_t
population_some(const World *world)
{
	return world->orders < 40 ? world->orders : 40;
}

int64_t
population_customers(const World *world)
{
	return world->orders < 4 ? 1 : world->orders / 4;
}

int64_t
population_companies(const World *world)
{
	(void) world;
	return 1;					/* of each company there is one */
}

/*
 * Is this the order that the documents show?
 */
bool
generate_is_sample(const Record *record)
{
	return record->resource->generate == generate_order &&
		record->rootfi_id == record->resource->first_id;
}

/*
 * Set what is known of a generated record before its JSON is made.  Some
 * records were changed after they were made.  rootfi_updated_at is cut to
 * seconds, as in the documents, so it may come before rootfi_created_at (C34).
 *
 * The sample order gets no key: S0 makes an order of the same number in the
 * same company, and must be able to.
 */
void
generate_plan(const World *world, Collection *collection, Record *record)
{
	Random		random = random_for(world, record);
	int64_t		later = 0;
	char		key[32];

	if (random_below(&random, 4) == 0)
		later = random_below(&random, 86400) * INSTANT_SECOND;
	if (generate_is_sample(record))
		later = 0;
	record->created_at = FIRST_INSTANT + record->ordinal * RECORD_INTERVAL;
	record->updated_at = record->created_at + later;
	record->updated_at -= record->updated_at % INSTANT_SECOND;
	if (record->resource->key == NULL ||
		generate_is_sample(record))
		return;
	record_make_key(record->resource, record->rootfi_id, key, sizeof(key));
	record_set_key(collection, record, key);
}
