/*
 * rowtypes.h
 *		Row types to fill, and what a filled row must hold.
 */
#ifndef FUZZ_ROWTYPES_H
#define FUZZ_ROWTYPES_H

#include "rows/convert.h"

extern TupleDesc rowtypes_order(void);
extern TupleDesc rowtypes_line_item(void);
extern TupleDesc rowtypes_bare(void);
extern void rowtypes_check(const RowPlan *plan, const JsonObject *object);

#endif							/* FUZZ_ROWTYPES_H */
