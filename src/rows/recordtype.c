/*
 * recordtype.c
 *		What the extension's row types have, where tables are made of them.
 */
#include "postgres.h"

#include "base/rowtype.h"
#include "rows/recordtype.h"

/* Does a row type have a column of that name? */
bool
rootfi_recordtype_has(TupleDesc desc, const char *column)
{
	for (int i = 0; i < desc->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), column) == 0)
			return true;
	return false;
}

/* Does the resource's list have its records by company? */
bool
rootfi_recordtype_has_company(const Resource *resource, Oid namespace)
{
	TupleDesc	desc = rootfi_row_type(namespace, resource->row_type);
	bool		result = true;

	if (desc != NULL)
	{
		result = rootfi_recordtype_has(desc, "rootfi_company_id");
		ReleaseTupleDesc(desc);
	}
	return result;
}
