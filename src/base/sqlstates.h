/*
 * sqlstates.h
 *		The SQLSTATEs of a class of our own.
 *
 * Pools, drivers and retry layers take class 08 for the loss of the database
 * connection: they close it, or run the statement again, a write too.  What
 * happens on the way to the API must never look like that.
 */
#ifndef ROOTFI_SQLSTATES_H
#define ROOTFI_SQLSTATES_H

/* no connection was made: nothing was sent */
#define ERRCODE_ROOTFI_NOT_CONNECTED	MAKE_SQLSTATE('R', 'F', '0', '0', '1')
/* a read lost its connection or took too long */
#define ERRCODE_ROOTFI_LOST				MAKE_SQLSTATE('R', 'F', '0', '0', '6')
/* a write was sent and its outcome is not known */
#define ERRCODE_ROOTFI_UNKNOWN_OUTCOME	MAKE_SQLSTATE('R', 'F', '0', '0', '7')
/* the answer is not what HTTP, JSON or the documents allow */
#define ERRCODE_ROOTFI_BAD_ANSWER		MAKE_SQLSTATE('R', 'F', 'P', '0', '1')

#endif							/* ROOTFI_SQLSTATES_H */
