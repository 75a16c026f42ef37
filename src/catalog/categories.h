/*
 * categories.h
 *		What the files of the catalog write their rows with.
 */
#ifndef ROOTFI_CATEGORIES_H
#define ROOTFI_CATEGORIES_H

#include "catalog/resource.h"

#define CREATE	VERB_BIT(VERB_CREATE)
#define GET		VERB_BIT(VERB_GET)
#define UPDATE	VERB_BIT(VERB_UPDATE)
#define DELETE	VERB_BIT(VERB_DELETE)
#define LIST	VERB_BIT(VERB_LIST)

/*
 * A row's names: in SQL, on the server, of one, of several, of the row type,
 * of a table of such rows.
 */
#define NAMES(name_, path_, singular_, plural_, row_type_, table_) \
	.name = name_, .path = path_, .singular = singular_, \
	.plural = plural_, .row_type = row_type_, .table = table_

/* Each ends with a NULL name. */
extern const Resource rootfi_ecommerce[];
extern const Resource rootfi_payments[];
extern const Resource rootfi_core[];

#endif							/* ROOTFI_CATEGORIES_H */
