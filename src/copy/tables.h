/*
 * tables.h
 *		Makes the tables that streams fill.
 */
#ifndef ROOTFI_TABLES_H
#define ROOTFI_TABLES_H

#include "catalog/resource.h"

extern char *rootfi_tables_default_name(const Resource *resource);
extern void rootfi_tables_make(const Resource *resource, Oid namespace,
							   const char *schema, const char *table);
extern void rootfi_tables_drop(const Resource *resource, const char *schema,
							   const char *table);

#endif							/* ROOTFI_TABLES_H */
