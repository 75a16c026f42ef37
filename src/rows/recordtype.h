/*
 * recordtype.h
 *		What the extension's row types have, where tables are made of them.
 */
#ifndef ROOTFI_RECORDTYPE_H
#define ROOTFI_RECORDTYPE_H

#include "access/tupdesc.h"

#include "catalog/resource.h"

/* The column that tells whether a copied record has changed. */
#define HASH_COLUMN		"rootfi_content_hash"

extern bool rootfi_recordtype_has(TupleDesc desc, const char *column);
extern bool rootfi_recordtype_has_company(const Resource *resource,
										  Oid namespace);

#endif							/* ROOTFI_RECORDTYPE_H */
