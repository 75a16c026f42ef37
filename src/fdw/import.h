/*
 * import.h
 *		IMPORT FOREIGN SCHEMA: the categories of the API.
 */
#ifndef ROOTFI_IMPORT_H
#define ROOTFI_IMPORT_H

#include "nodes/parsenodes.h"

extern List *rootfi_import(ImportForeignSchemaStmt *statement, Oid serverid);

#endif							/* ROOTFI_IMPORT_H */
