/*
 * refresh.h
 *		Finds the rows that a full refresh has not seen.
 */
#ifndef ROOTFI_REFRESH_H
#define ROOTFI_REFRESH_H

#include "copy/apply.h"

extern void rootfi_refresh_see(Ledger *ledger, const SyncPage *page);
extern int64 rootfi_refresh_mark(Ledger *ledger, const Stream *stream,
								 const Target *target);

#endif							/* ROOTFI_REFRESH_H */
