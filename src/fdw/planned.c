/*
 * planned.c
 *		What a plan keeps of a scan, for its executions.
 */
#include "postgres.h"

#include "fdw/planned.h"

/* Writes it into a list that a plan can keep. */
List *
rootfi_planned_write(const PlannedScan *planned)
{
	List	   *numbers = list_make4_int(planned->lazy, planned->by_key,
										 planned->with_deleted,
										 planned->first_page_size);

	numbers = lappend_int(numbers, planned->list_requests);
	numbers = lappend_int(numbers, planned->requests);
	return list_make5(numbers, planned->needed, planned->kinds,
					  planned->columns, planned->arrays);
}

/* Reads it; the lists are the plan's own. */
void
rootfi_planned_read(PlannedScan *planned, List *written)
{
	List	   *numbers = linitial(written);

	planned->lazy = linitial_int(numbers);
	planned->by_key = lsecond_int(numbers);
	planned->with_deleted = lthird_int(numbers);
	planned->first_page_size = lfourth_int(numbers);
	planned->list_requests = list_nth_int(numbers, 4);
	planned->requests = list_nth_int(numbers, 5);
	planned->needed = lsecond(written);
	planned->kinds = lthird(written);
	planned->columns = lfourth(written);
	planned->arrays = list_nth(written, 4);
}
