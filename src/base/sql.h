/*
 * sql.h
 *		Statements by way of SPI: arguments in, values out.
 */
#ifndef ROOTFI_SQL_H
#define ROOTFI_SQL_H

#include "executor/spi.h"
#include "utils/timestamp.h"

#define SQL_MAX_ARGS	12

/* Arguments of a statement, added one after the other. */
typedef struct SqlArgs
{
	int			n;
	Datum		values[SQL_MAX_ARGS];
	char		nulls[SQL_MAX_ARGS];	/* SPI's: 'n' or ' ' */
} SqlArgs;

extern void rootfi_sql_datum(SqlArgs *args, Datum value);
extern void rootfi_sql_null(SqlArgs *args);
extern void rootfi_sql_int8(SqlArgs *args, int64 value);
extern void rootfi_sql_float8(SqlArgs *args, double value);
extern void rootfi_sql_bool(SqlArgs *args, bool value);
extern void rootfi_sql_count(SqlArgs *args, int64 value);
extern void rootfi_sql_text(SqlArgs *args, const char *value);
extern void rootfi_sql_time(SqlArgs *args, TimestampTz value);

/*
 * A statement that is planned again whenever what it was made for changes.  It
 * belongs to the memory context in which it was prepared.
 */
typedef struct SqlPlan SqlPlan;

extern SqlPlan *rootfi_sql_prepare(MemoryContext context,
								   const char *statement, int nargs,
								   const Oid *types);
extern void rootfi_sql_free(SqlPlan **plan);
extern void rootfi_sql_execute(const SqlPlan *plan, SqlArgs *args);
extern void rootfi_sql_utility(const char *statement);
extern int	rootfi_sql_without(const char *const *methods);
extern uint64 rootfi_sql_once(const char *statement, const Oid *types,
							  SqlArgs *args);

extern bool rootfi_sql_is_null(uint64 row, int column);
extern int64 rootfi_sql_get_int8(uint64 row, int column, int64 otherwise);
extern int32 rootfi_sql_get_int4(uint64 row, int column);
extern bool rootfi_sql_get_bool(uint64 row, int column);
extern char *rootfi_sql_get_text(uint64 row, int column);
extern TimestampTz rootfi_sql_get_time(uint64 row, int column);

#endif							/* ROOTFI_SQL_H */
