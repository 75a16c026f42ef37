/*
 * sums.h -- numbers that follow from others
 */
#ifndef SANDBOX_SUMS_H
#define SANDBOX_SUMS_H

#include <jansson.h>

#include "fields.h"

extern void sums_complete(const Field *fields, json_t *object);

#endif							/* SANDBOX_SUMS_H */
