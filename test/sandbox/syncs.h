/*
 * syncs.h -- the syncs that writes leave behind, and their jobs
 */
#ifndef SANDBOX_SYNCS_H
#define SANDBOX_SYNCS_H

#include "answer.h"
#include "store.h"

#define RESOURCE_SYNCS	"/v3/core/syncs"
#define RESOURCE_JOBS	"/v3/core/syncs/{sync_id}/jobs"

/* The integration of all connections. */
#define SYNC_INTEGRATION	"ROOTFI_SANDBOX"

/* What became of one object of a write, or of one data model that is read. */
typedef struct Outcome
{
	const char *data_model;
	Record	   *record;			/* that was written */
	Failure		failure;		/* its code is NULL if there was none */
} Outcome;

/* What a sync does: it writes objects of one data model, or reads several. */
typedef struct Batch
{
	int64_t		company_id;
	const char *integration_type;
	const char *sync_type;		/* MANUAL or AUTO_SYNC */
	const char *config_mode;	/* CREATE or READ */
	const char *job_type;		/* PUSH or PULL */
	bool		full_sync;
	json_t	   *data_models;
	Outcome    *outcomes;
	size_t		count;
	bool		async;
	bool		unfinished;		/* its first job runs, and goes on to */
	int64_t		start_time;		/* 0: now */
	int64_t		end_time;		/* 0: the same */
} Batch;

extern Record *sync_add(const World *world, const Batch *batch);
extern Record *sync_start(const World *world, int64_t company_id,
						  const json_t *request);
extern Record *sync_remote(const World *world, const json_t *request,
						   Failure *failure);
extern void sync_polled(const World *world, Record *sync);

#endif							/* SANDBOX_SYNCS_H */
