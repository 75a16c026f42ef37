/*
 * body.h
 *		Bodies of writes.
 */
#ifndef ROOTFI_BODY_H
#define ROOTFI_BODY_H

#include "catalog/resource.h"
#include "utils/jsonb.h"

extern char *rootfi_body_create(const Resource *resource, int64 company_id,
								Jsonb *data, bool run_async);
extern char *rootfi_body_update(const Resource *resource, Jsonb *data);

#endif							/* ROOTFI_BODY_H */
