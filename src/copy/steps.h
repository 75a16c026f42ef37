/*
 * steps.h
 *		The steps of a run of a stream.
 */
#ifndef ROOTFI_STEPS_H
#define ROOTFI_STEPS_H

#include "copy/sync.h"

/* Something that may fail, done for a stream. */
typedef void (*TaskStep) (SyncSession *session, SyncTask *task);

extern void rootfi_step_begin(SyncSession *session, SyncTask *task);
extern void rootfi_step_begin_remote(SyncSession *session, SyncTask *task);
extern void rootfi_step_advance_remote(SyncSession *session, SyncTask *task);
extern void rootfi_step_begin_reading(SyncSession *session, SyncTask *task);
extern void rootfi_step_restart(SyncSession *session, SyncTask *task);
extern void rootfi_step_take(SyncSession *session, SyncTask *task);
extern void rootfi_step_write(SyncSession *session, SyncTask *task);
extern void rootfi_step_complete(SyncSession *session, SyncTask *task);
extern void rootfi_step_stop(SyncSession *session, SyncTask *task);
extern void rootfi_step_record(SyncSession *session, SyncTask *task);

#endif							/* ROOTFI_STEPS_H */
