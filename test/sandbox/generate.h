/*
 * generate.h -- the records that a new world holds
 */
#ifndef SANDBOX_GENERATE_H
#define SANDBOX_GENERATE_H

#include "store.h"

/* The rootfi_id of the n-th object embedded in a record, n from 1 to 99. */
#define CHILD_ID(rootfi_id, n)	((int64_t) (rootfi_id) * 100 + (n))

extern void generate_plan(const World *world, Collection *collection,
						  Record *record);
extern bool generate_is_sample(const Record *record);

extern int64_t population_orders(const World *world);
extern int64_t population_some(const World *world);
extern int64_t population_customers(const World *world);
extern int64_t population_companies(const World *world);

extern void generate_record(Buffer *out, const World *world,
							const Record *record);
extern void generate_order(Buffer *out, const World *world,
						   const Record *record);
extern void generate_payment_order(Buffer *out, const World *world,
								   const Record *record);
extern void generate_customer(Buffer *out, const World *world,
							  const Record *record);
extern void generate_company(Buffer *out, const World *world,
							 const Record *record);

#endif							/* SANDBOX_GENERATE_H */
