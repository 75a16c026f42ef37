/*
 * params.h -- the parts of a request's target
 */
#ifndef SANDBOX_PARAMS_H
#define SANDBOX_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Param
{
	char	   *name;
	char	   *value;
} Param;

typedef struct Params
{
	Param	   *list;
	size_t		count;
} Params;

extern char *params_decode(const char *text, size_t len, bool form);
extern bool params_read(Params *params, const char *query);
extern const char *params_get(const Params *params, const char *name);
extern void params_free(Params *params);

#endif							/* SANDBOX_PARAMS_H */
