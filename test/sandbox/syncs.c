/*
 * syncs.c -- syncs and their jobs (1.9, 3.13)
 *
 * A write leaves a sync with one job for each of its objects.  The sync of a
 * synchronous write is done at once.  That of an asynchronous one is RUNNING
 * when it is first asked for, and done from the second time on; what it
 * writes is there from the start.  A sync that is asked for reads: it has one
 * job for each data model, and runs as an asynchronous one does.  One that
 * RootFi began itself reads, too, and stays as it was added.
 */
#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "instant.h"
#include "syncs.h"

/* How a sync that RootFi began itself comes to its status. */
typedef struct Ending
{
	const char *status;
	size_t		least;			/* data models that it takes */
	bool		first_failed;	/* the job of the first data model */
	bool		others_failed;
	bool		unfinished;
} Ending;

static const Ending endings[] = {
	{.status = "SUCCESS"},
	{.status = "PARTIAL_SUCCESS", .least = 2, .first_failed = true},
	{.status = "FAILED", .first_failed = true, .others_failed = true},
	{.status = "RUNNING", .unfinished = true},
};

/*
 * The status of a batch that is done.
 */
static const char *
sync_status(size_t total, size_t failed)
{
	if (failed == 0)
		return "SUCCESS";
	return failed == total ? "FAILED" : "PARTIAL_SUCCESS";
}

static size_t
sync_failed(const Batch *batch)
{
	size_t		failed = 0;

	for (size_t i = 0; i < batch->count; i++)
		failed += batch->outcomes[i].failure.code != NULL;
	return failed;
}

/*
 * Append a sync's JSON, as it is while it runs or when it is done.
 */
static void
sync_write(Buffer *out, const Record *sync, const Batch *batch, bool running)
{
	int64_t		total = (int64_t) batch->count;
	int64_t		failed = running ? 0 : (int64_t) sync_failed(batch);
	int64_t		run = running ? (batch->unfinished ? 1 : total) : 0;
	int64_t		done = running ? 0 : total;

	buffer_json(out, "{'rootfi_id':%d,'rootfi_created_at':%t,"
				"'rootfi_updated_at':%t,'rootfi_company_id':%d,"
				"'sync_id':%s,'integration_type':%s,"
				"'full_sync':%r,'sync_type':%s,'config_mode':%s,"
				"'sync_data_models':",
				sync->rootfi_id, sync->created_at, sync->updated_at,
				sync->company_id, sync->platform_id, batch->integration_type,
				batch->full_sync ? "true" : "false", batch->sync_type,
				batch->config_mode);
	exact_render(out, batch->data_models);
	buffer_json(out, ",'start_time':%t,", sync->created_at);
	if (running)
		buffer_text(out, "\"end_time\":null,");
	else
		buffer_json(out, "'end_time':%t,", sync->updated_at);
	buffer_json(out, "'status':%s,'total_count':%d,'success_count':%d,"
				"'failed_count':%d,'running_count':%d,'pending_count':%d}",
				running ? "RUNNING" :
				sync_status(batch->count, (size_t) failed), total,
				done - failed, failed, run, total - done - run);
}

/*
 * The status of the job of an outcome.
 */
static const char *
job_status(const Batch *batch, const Outcome *outcome, bool running)
{
	if (!running)
		return outcome->failure.code ? "FAILED" : "SUCCESS";
	return batch->unfinished && outcome > batch->outcomes ?
		"PENDING" : "RUNNING";
}

/*
 * Append the JSON of the job that saw to one object or data model.
 */
static void
job_write(Buffer *out, const Record *job, const Record *sync,
		  const Batch *batch, const Outcome *outcome, bool running)
{
	const char *status = job_status(batch, outcome, running);

	buffer_json(out, "{'rootfi_id':%d,'start_time':", job->rootfi_id);
	if (strcmp(status, "PENDING") == 0)
		buffer_text(out, "null,");
	else
		buffer_json(out, "%t,", job->created_at);
	if (running)
		buffer_text(out, "\"end_time\":null,");
	else
		buffer_json(out, "'end_time':%t,", job->updated_at);
	buffer_json(out, "'integration_type':%s,'status':%s,"
				"'data_model':%s,'config_mode':%s,'sync_id':%s,"
				"'parent_job_id':null,'retry_count':0,'priority':1,"
				"'variables':{},'error':", batch->integration_type,
				status, outcome->data_model, batch->config_mode,
				sync->platform_id);
	if (!running && outcome->failure.code != NULL)
		failure_json(out, &outcome->failure);
	else
		buffer_text(out, "null");
	buffer_json(out, ",'config_id':null,'job_type':%s,'response_length':1,"
				"'response_size':0,'rate_limit_sleep_time':0}",
				batch->job_type);
}

/*
 * Give a record its texts: now the running one if there is one, later the
 * done one.
 */
static void
set_texts(Record *record, Buffer *running, Buffer *done)
{
	if (running->len > 0)
	{
		record_set_text(record, running);
		record->later = buffer_detach(done);
	}
	else
		record_set_text(record, done);
}

static void
job_add(Collection *jobs, const Record *sync, const Batch *batch,
		const Outcome *outcome)
{
	Record	   *job = collection_add(jobs, batch->company_id,
									 sync->created_at);
	Buffer		running = {0};
	Buffer		done = {0};

	job->updated_at = sync->updated_at;
	if (batch->async)
		job_write(&running, job, sync, batch, outcome, true);
	job_write(&done, job, sync, batch, outcome, batch->unfinished);
	set_texts(job, &running, &done);
}

/*
 * Add a sync and its jobs.
 */
Record *
sync_add(const World *world, const Batch *batch)
{
	Collection *syncs =
		world_collection(world, resource_by_path(RESOURCE_SYNCS));
	Collection *jobs =
		world_collection(world, resource_by_path(RESOURCE_JOBS));
	Record	   *sync = collection_add(syncs, batch->company_id,
									  batch->start_time ?
									  batch->start_time : instant_now());
	Buffer		running = {0};
	Buffer		done = {0};

	if (batch->end_time)
		sync->updated_at = batch->end_time;
	if (batch->async)
		sync_write(&running, sync, batch, true);
	sync_write(&done, sync, batch, batch->unfinished);
	set_texts(sync, &running, &done);
	for (size_t i = 0; i < batch->count; i++)
		job_add(jobs, sync, batch, &batch->outcomes[i]);
	return sync;
}

/*
 * Add a sync that reads, which has one job for each data model.  NULL is an
 * ending without failures.
 */
static Record *
sync_read(const World *world, Batch *batch, const Ending *ending)
{
	Record	   *sync;

	batch->outcomes = alloc_zeroed(batch->count * sizeof(Outcome));
	for (size_t i = 0; i < batch->count; i++)
	{
		batch->outcomes[i].data_model =
			exact_text(json_array_get(batch->data_models, i));
		if (ending != NULL &&
			(i == 0 ? ending->first_failed : ending->others_failed))
			failure_set(&batch->outcomes[i].failure, "platform-denied",
						"the platform refused to be read");
	}
	sync = sync_add(world, batch);
	free(batch->outcomes);
	return sync;
}

/*
 * Start the sync that a request asks for, which was checked.
 */
Record *
sync_start(const World *world, int64_t company_id, const json_t *request)
{
	json_t	   *models = json_object_get(request, "data_models_to_sync");
	Batch		batch = {
		.company_id = company_id,
		.integration_type =
			exact_text(json_object_get(request, "integration_type")),
		.sync_type = "MANUAL",
		.config_mode = "READ",
		.job_type = "PULL",
		.full_sync = json_is_true(json_object_get(request, "full_sync")),
		.data_models = models,
		.count = json_array_size(models),
		.async = true
	};

	return sync_read(world, &batch, NULL);
}

/*
 * Read a time of a request; one that is missing or null is the other one.
 */
static bool
remote_time(const json_t *request, const char *name, int64_t missing,
			int64_t *instant, Failure *failure)
{
	const json_t *given = json_object_get(request, name);
	const char *text = exact_text(given);

	*instant = missing;
	return given == NULL || json_is_null(given) ||
		(text != NULL && instant_parse(text, instant)) ||
		failure_set(failure, "invalid-params",
					"invalid value for field: %s", name);
}

/*
 * Read when a sync began and ended.  One that still runs has no end.
 */
static bool
remote_times(const json_t *request, Batch *batch, Failure *failure)
{
	if (!remote_time(request, "end_time", instant_now(), &batch->end_time,
					 failure) ||
		!remote_time(request, "start_time", batch->end_time,
					 &batch->start_time, failure))
		return false;
	if (batch->start_time > batch->end_time)
		return failure_set(failure, "invalid-params",
						   "invalid value for field: start_time");
	if (batch->unfinished &&
		exact_text(json_object_get(request, "end_time")) != NULL)
		return failure_set(failure, "invalid-params",
						   "invalid value for field: end_time");
	return true;
}

/*
 * Read the data models of a sync, at least one.
 */
static bool
remote_models(const json_t *request, Batch *batch, Failure *failure)
{
	bool		valid;

	batch->data_models = json_object_get(request, "data_models");
	batch->count = json_array_size(batch->data_models);
	valid = batch->count > 0;
	for (size_t i = 0; i < batch->count; i++)
		valid = valid &&
			exact_text(json_array_get(batch->data_models, i)) != NULL;
	return valid || failure_set(failure, "invalid-params",
								"invalid value for field: data_models");
}

/*
 * Read the status of a sync; NULL when it is refused.  A part of one data
 * model is none.
 */
static const Ending *
remote_ending(const json_t *request, const Batch *batch, Failure *failure)
{
	const json_t *given = json_object_get(request, "status");
	const char *status = given ? exact_text(given) : "SUCCESS";

	for (size_t i = 0; i < COUNT_OF(endings) && status != NULL; i++)
		if (strcmp(endings[i].status, status) == 0 &&
			batch->count >= endings[i].least)
			return &endings[i];
	failure_set(failure, "invalid-params",
				"invalid value for field: status");
	return NULL;
}

/*
 * Add a sync that RootFi began itself, which ended, or still runs, as the
 * request says; NULL when it is refused.
 */
Record *
sync_remote(const World *world, const json_t *request, Failure *failure)
{
	Batch		batch = {
		.integration_type = SYNC_INTEGRATION,
		.sync_type = "AUTO_SYNC",
		.config_mode = "READ",
		.job_type = "PULL"
	};
	const Ending *ending;

	if (!exact_to_integer(json_object_get(request, "company_id"),
						  &batch.company_id) || batch.company_id <= 0)
	{
		failure_set(failure, "invalid-params",
					"invalid value for field: company_id");
		return NULL;
	}
	if (!remote_models(request, &batch, failure))
		return NULL;
	ending = remote_ending(request, &batch, failure);
	if (ending == NULL)
		return NULL;
	batch.unfinished = ending->unfinished;
	if (!remote_times(request, &batch, failure))
		return NULL;
	return sync_read(world, &batch, ending);
}

/*
 * A record was read.  If it is a sync, from now on it and its jobs are done.
 */
void
sync_polled(const World *world, Record *sync)
{
	Collection *jobs =
		world_collection(world, resource_by_path(RESOURCE_JOBS));
	Slice		sync_id;

	if (sync->later == NULL ||
		sync->resource != resource_by_path(RESOURCE_SYNCS))
		return;
	record_settle(sync);
	for (size_t i = 0; i < jobs->count; i++)
		if (exact_member(jobs->records[i]->text, "sync_id", &sync_id) &&
			sync_id.len == strlen(sync->platform_id) + 2 &&
			memcmp(sync_id.text + 1, sync->platform_id, sync_id.len - 2) == 0)
			record_settle(jobs->records[i]);
}
