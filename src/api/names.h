/*
 * names.h
 *		Names that no document has, but one like it.
 */
#ifndef ROOTFI_NAMES_H
#define ROOTFI_NAMES_H

#include "api/list.h"
#include "catalog/resource.h"
#include "fmgr.h"
#include "utils/jsonb.h"

extern void rootfi_names_check_data(FmgrInfo *function,
									const Resource *resource, Jsonb *data);
extern void rootfi_names_check_list(FmgrInfo *function,
									const ListRequest *request);

#endif							/* ROOTFI_NAMES_H */
