/*
 * lock.c
 *		Locks on streams.
 *
 * A stream's lock is one on an object: the table rootfi_stream and the
 * stream's number.  No statement takes such a one or gives it up, as they do
 * with advisory locks, so that no role can keep streams from being run, nor
 * free one that is.  It is held across commits, and an abort of the whole
 * transaction or the end of the session frees it.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/lock.h"

/*
 * The lock of a stream, given the extension's schema; rootfi_sync_status looks
 * for it in pg_locks.
 */
static LOCKTAG
stream_tag(Oid namespace, int64 id)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId,
					   get_relname_relid("rootfi_stream", namespace),
					   (uint32) id, (uint16) (id >> 32));
	return tag;
}

/*
 * Locks a stream against other sessions, for the session or the transaction;
 * false if one of them has it.
 */
bool
rootfi_stream_lock(Oid namespace, int64 id, bool for_session)
{
	LOCKTAG		tag = stream_tag(namespace, id);

	return LockAcquire(&tag, ExclusiveLock, for_session, true) !=
		LOCKACQUIRE_NOT_AVAIL;
}

/* Gives back a session's lock, if an abort has not done it.  No error. */
void
rootfi_stream_unlock(Oid namespace, int64 id)
{
	LOCKTAG		tag = stream_tag(namespace, id);

	if (rootfi_lock_held(&tag, ExclusiveLock))
		LockRelease(&tag, ExclusiveLock, true);
}
