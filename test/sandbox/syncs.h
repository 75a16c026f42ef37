/*
 * syncs.h -- the syncs that writes leave behind, and their jobs
 */
#ifndef SANDBOX_SYNCS_H
#define SANDBOX_SYNCS_H

#include "answer.h"
#include "store.h"

#define RESOURCE_SYNCS	"/v3/core/syncs"
#define RESOURCE_JOBS	"/v3/core/syncs/{sync_id}/jobs"

/* What became of one object of a write. */
typedef struct Outcome
{
	Record	   *record;			/* NULL: it failed */
	Failure		failure;
} Outcome;

/* A write of one or more objects of one resource. */
typedef struct Batch
{
	const Resource *resource;
	int64_t		company_id;
	Outcome    *outcomes;
	size_t		count;
	bool		async;
} Batch;

extern const char *sync_add(const World *world, const Batch *batch);
extern void sync_polled(const World *world, Record *sync);

#endif							/* SANDBOX_SYNCS_H */
