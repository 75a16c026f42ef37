/*
 * version.c
 *		Do the library and the extension's SQL objects fit each other?
 *
 * A package replaces the library for new sessions at once; the SQL objects of
 * each database stay until somebody updates them there, and sessions that had
 * loaded the library keep the old one.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "base/version.h"

/* The version of the SQL objects that are in this database, NULL for none. */
char *
rootfi_version_of_objects(void)
{
	Relation	extensions = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *version = NULL;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber,
				F_NAMEEQ, CStringGetDatum("rootfi"));
	scan = systable_beginscan(extensions, ExtensionNameIndexId, true, NULL, 1,
							  &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_pg_extension_extversion,
										 RelationGetDescr(extensions), &isnull);

		version = isnull ? NULL : TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(extensions, AccessShareLock);
	return version;
}

/* Says so, with that severity, unless they fit or there are no objects. */
static void
compare(int elevel)
{
	char	   *version = rootfi_version_of_objects();

	if (version != NULL && strcmp(version, ROOTFI_VERSION) != 0)
		ereport(elevel,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the library of rootfi is of version %s, its SQL objects in this database are of version %s",
						ROOTFI_VERSION, version),
				 errhint("Run \"ALTER EXTENSION rootfi UPDATE\"; where that was done, begin a new session.")));
}

/* Warns when they do not fit, at the first call of a session. */
void
rootfi_version_warn(void)
{
	static bool is_done = false;

	if (!is_done)
		compare(WARNING);
	is_done = true;
}

/* Raises 55000 when they do not fit: for what works on the extension's tables. */
void
rootfi_version_require(void)
{
	compare(ERROR);
}
