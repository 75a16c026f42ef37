/*
 * rootfi.c
 *		Module magic and settings.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "base/compat.h"
#include "copy/sync.h"
#include "fdw/source.h"
#include "http/connection.h"
#include "http/http.h"

ROOTFI_MODULE_MAGIC;

void		_PG_init(void);

/* Defines the settings and registers for invalidations. */
void
_PG_init(void)
{
	DefineCustomStringVariable("rootfi.server",
							   "Foreign server that calls go to.",
							   NULL,
							   &rootfi_server,
							   "rootfi",
							   PGC_USERSET, 0,
							   NULL, NULL, NULL);
	DefineCustomIntVariable("rootfi.max_response_size",
							"Largest answer that is accepted, decoded.",
							"A larger one raises an error.",
							&rootfi_max_response_size,
							64 * 1024, 1, 512 * 1024,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomIntVariable("rootfi.max_concurrency",
							"Streams that one call of rootfi_sync() copies at the same time.",
							"Also the records that a scan of a foreign table looks up at the same time.",
							&rootfi_max_concurrency,
							4, 1, 32,
							PGC_USERSET, 0,
							NULL, NULL, NULL);
	DefineCustomIntVariable("rootfi.max_scan_requests",
							"Requests that one scan of a foreign table may make.",
							"One that would need more raises an error.",
							&rootfi_max_scan_requests,
							10000, 1, INT_MAX,
							PGC_USERSET, 0,
							NULL, NULL, NULL);
	DefineCustomBoolVariable("rootfi.check_totals",
							 "Whether rootfi_sync() takes a list that lacks records for a failure.",
							 "Otherwise it warns; for servers that count wrongly.",
							 &rootfi_check_totals,
							 true,
							 PGC_USERSET, 0,
							 NULL, NULL, NULL);
	DefineCustomIntVariable("rootfi.run_retention",
							"How long the log of runs is kept.",
							"The latest run of a stream always is; -1 keeps all.",
							&rootfi_run_retention,
							30 * SECS_PER_DAY, -1, INT_MAX,
							PGC_USERSET, GUC_UNIT_S,
							NULL, NULL, NULL);
	MarkGUCPrefixReserved("rootfi");
	rootfi_connection_init();
}
