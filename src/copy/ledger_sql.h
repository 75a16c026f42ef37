/*
 * ledger_sql.h
 *		The statements of the ledger.
 */
#ifndef ROOTFI_LEDGER_SQL_H
#define ROOTFI_LEDGER_SQL_H

#include "copy/stream.h"

#define LEDGER_MAX_ARGS	12

/* A statement, and the types of its arguments. */
typedef struct LedgerText
{
	const char *text;			/* %1$s is the schema of the extension */
	Oid			types[LEDGER_MAX_ARGS];
} LedgerText;

extern const LedgerText rootfi_ledger_texts[];

#endif							/* ROOTFI_LEDGER_SQL_H */
