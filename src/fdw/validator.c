/*
 * validator.c
 *		Validator of the foreign-data wrapper.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_table.h"
#include "fmgr.h"
#include "foreign/foreign.h"
#include "utils/lsyscache.h"

#include "fdw/foreign.h"
#include "http/options.h"
#include "rows/recordtype.h"

PG_FUNCTION_INFO_V1(rootfi_fdw_validator);

/* Refuses a company for records that belong to none. */
static void
check_company(const RootfiOptions *options, const Resource *resource,
			  Oid namespace)
{
	if (options->company_id != 0 &&
		!rootfi_recordtype_has_company(resource, namespace))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("option \"company_id\" cannot be used with %s",
						resource->plural),
				 errdetail("They do not belong to a company.")));
}

/*
 * Validator of FOREIGN DATA WRAPPER rootfi: called with all options that an
 * object is going to have whenever they are set, and for the wrapper itself
 * when the extension is created.
 */
Datum
rootfi_fdw_validator(PG_FUNCTION_ARGS)
{
	List	   *defs = untransformRelOptions(PG_GETARG_DATUM(0));
	Oid			catalog = PG_GETARG_OID(1);
	RootfiOptions options;
	const Resource *resource;

	rootfi_options_validate(&options, catalog, defs);
	if (catalog == ForeignTableRelationId)
	{
		rootfi_foreign_check(&options, &resource);
		check_company(&options, resource,
					  get_func_namespace(fcinfo->flinfo->fn_oid));
	}
	PG_RETURN_VOID();
}
