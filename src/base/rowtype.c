/*
 * rowtype.c
 *		The extension's own row types.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "base/rowtype.h"

/*
 * The columns of one of the extension's row types, NULL for none.  Release
 * with ReleaseTupleDesc().
 */
TupleDesc
rootfi_row_type(Oid namespace, const char *row_type)
{
	Oid			type;

	if (row_type == NULL)
		return NULL;
	type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
						   CStringGetDatum(row_type),
						   ObjectIdGetDatum(namespace));
	if (!OidIsValid(type))
		elog(ERROR, "type \"%s\" does not exist", row_type);
	return lookup_rowtype_tupdesc(type, -1);
}
