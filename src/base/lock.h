/*
 * lock.h
 *		Locks on streams.
 */
#ifndef ROOTFI_LOCK_H
#define ROOTFI_LOCK_H

extern bool rootfi_stream_lock(Oid namespace, int64 id, bool for_session);
extern void rootfi_stream_unlock(Oid namespace, int64 id);

#endif							/* ROOTFI_LOCK_H */
