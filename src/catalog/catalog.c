/*
 * catalog.c
 *		The resources of the API, by category.
 *
 * A new resource is a row in the file of its category, a composite type in
 * sql/install/, a line for each of its verbs in functions/resources.c and a test; no
 * other C file names a resource.  Where the facts come from (S0 to S4, C1 to
 * C38) stands beside what they are the reason for; a verb is documented if a
 * page of the API shows it and implied if only an overview does.
 */
#include "postgres.h"

#include "catalog/categories.h"

const Resource *const rootfi_catalog[] = {
	rootfi_ecommerce,
	rootfi_payments,
	rootfi_core,
	NULL
};
