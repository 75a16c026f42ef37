/*
 * handler.c
 *		Handler of the foreign-data wrapper.
 */
#include "postgres.h"

#include "fmgr.h"
#include "foreign/fdwapi.h"

#include "fdw/execute.h"
#include "fdw/import.h"
#include "fdw/planned.h"

PG_FUNCTION_INFO_V1(rootfi_fdw_handler);

/*
 * rootfi_fdw_handler(): fdw_handler.  Scans are not parallel safe: a worker
 * would have connections and an allowance of its own.
 */
Datum
rootfi_fdw_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	routine->GetForeignRelSize = rootfi_plan_size;
	routine->GetForeignPaths = rootfi_plan_paths;
	routine->GetForeignPlan = rootfi_plan_scan;
	routine->BeginForeignScan = rootfi_scan_begin;
	routine->IterateForeignScan = rootfi_scan_next;
	routine->ReScanForeignScan = rootfi_scan_again;
	routine->EndForeignScan = rootfi_scan_end;
	routine->ExplainForeignScan = rootfi_scan_explain;
	routine->ImportForeignSchema = rootfi_import;
	PG_RETURN_POINTER(routine);
}
