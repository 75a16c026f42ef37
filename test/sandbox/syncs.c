/*
 * syncs.c -- the syncs that writes leave behind, and their jobs (1.9, 3.13)
 *
 * A write gets a sync with one job for each of its objects.  The sync of a
 * synchronous write is done at once.  That of an asynchronous one is RUNNING
 * when it is first asked for, and done from the second time on; what it
 * writes is there from the start.
 */
#include <string.h>

#include "exact.h"
#include "instant.h"
#include "syncs.h"

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
		failed += batch->outcomes[i].record == NULL;
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

	buffer_json(out, "{'rootfi_id':%d,'rootfi_created_at':%t,"
				"'rootfi_updated_at':%t,'rootfi_company_id':%d,"
				"'sync_id':%s,'integration_type':'ROOTFI_SANDBOX',"
				"'full_sync':false,'sync_type':'MANUAL',"
				"'config_mode':'CREATE','sync_data_models':[%s],"
				"'start_time':%t,",
				sync->rootfi_id, sync->created_at, sync->updated_at,
				sync->company_id, sync->platform_id,
				batch->resource->data_model, sync->created_at);
	if (running)
		buffer_text(out, "\"end_time\":null,");
	else
		buffer_json(out, "'end_time':%t,", sync->updated_at);
	buffer_json(out, "'status':%s,'total_count':%d,'success_count':%d,"
				"'failed_count':%d,'running_count':%d,'pending_count':0}",
				running ? "RUNNING" :
				sync_status(batch->count, (size_t) failed), total,
				running ? 0 : total - failed, failed, running ? total : 0);
}

/*
 * Append the JSON of the job that wrote one object.
 */
static void
job_write(Buffer *out, const Record *job, const Record *sync,
		  const Batch *batch, const Outcome *outcome, bool running)
{
	bool		failed = !running && outcome->record == NULL;

	buffer_json(out, "{'rootfi_id':%d,'start_time':%t,",
				job->rootfi_id, job->created_at);
	if (running)
		buffer_text(out, "\"end_time\":null,");
	else
		buffer_json(out, "'end_time':%t,", job->updated_at);
	buffer_json(out, "'integration_type':'ROOTFI_SANDBOX','status':%s,"
				"'data_model':%s,'config_mode':'CREATE','sync_id':%s,"
				"'parent_job_id':null,'retry_count':0,'priority':1,"
				"'variables':{},'error':",
				running ? "RUNNING" : failed ? "FAILED" : "SUCCESS",
				batch->resource->data_model, sync->platform_id);
	if (failed)
		failure_json(out, &outcome->failure);
	else
		buffer_text(out, "null");
	buffer_text(out, ",\"config_id\":null,\"job_type\":\"PUSH\","
				"\"response_length\":1,\"response_size\":0,"
				"\"rate_limit_sleep_time\":0}");
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

	if (batch->async)
		job_write(&running, job, sync, batch, outcome, true);
	job_write(&done, job, sync, batch, outcome, false);
	set_texts(job, &running, &done);
}

/*
 * Note a write; gives its sync_id.
 */
const char *
sync_add(const World *world, const Batch *batch)
{
	Collection *syncs =
		world_collection(world, resource_by_path(RESOURCE_SYNCS));
	Collection *jobs =
		world_collection(world, resource_by_path(RESOURCE_JOBS));
	Record	   *sync = collection_add(syncs, batch->company_id,
									  instant_now());
	Buffer		running = {0};
	Buffer		done = {0};

	if (batch->async)
		sync_write(&running, sync, batch, true);
	sync_write(&done, sync, batch, false);
	set_texts(sync, &running, &done);
	for (size_t i = 0; i < batch->count; i++)
		job_add(jobs, sync, batch, &batch->outcomes[i]);
	return sync->platform_id;
}

/*
 * A sync was asked for: from now on it and its jobs are done.
 */
void
sync_polled(const World *world, Record *sync)
{
	Collection *jobs =
		world_collection(world, resource_by_path(RESOURCE_JOBS));
	Slice		sync_id;

	if (sync->later == NULL)
		return;
	record_settle(sync);
	for (size_t i = 0; i < jobs->count; i++)
		if (exact_member(jobs->records[i]->text, "sync_id", &sync_id) &&
			sync_id.len == strlen(sync->platform_id) + 2 &&
			memcmp(sync_id.text + 1, sync->platform_id, sync_id.len - 2) == 0)
			record_settle(jobs->records[i]);
}
