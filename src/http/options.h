/*
 * options.h
 *		Options of the foreign server and of the user mapping: what they are
 *		called, what they accept, and where they are kept once read.
 */
#ifndef ROOTFI_OPTIONS_H
#define ROOTFI_OPTIONS_H

#include "nodes/pg_list.h"

#include "base/secrets.h"

/* How a foreign table reads the record of an id. */
typedef enum LookupMode
{
	LOOKUP_GET,					/* by a request of its own */
	LOOKUP_LIST,				/* by a list filtered by the id */
	LOOKUP_OFF,					/* as any other condition */
} LookupMode;

/* Are conditions on a column sent? */
typedef enum FilterMode
{
	FILTER_IF_PROVEN,
	FILTER_NEVER,
	FILTER_ALWAYS,				/* if its values are text */
} FilterMode;

/* Filter operators that a foreign table may send. */
#define OPERATOR_EQ		(1 << 0)
#define OPERATOR_GTE	(1 << 1)
#define OPERATOR_LT		(1 << 2)
#define OPERATOR_LTE	(1 << 3)

/* Values of all options, as the transport and the lists use them. */
typedef struct RootfiOptions
{
	char	   *base_url;		/* without a slash at the end */
	char	   *ca_file;		/* NULL: the system's certificates */
	char	   *ca;				/* what is in that file */
	size_t		ca_len;
	char	   *proxy;			/* NULL: none, whatever the environment says */
	char	   *overlap;		/* an interval; only syncs use it */
	double		connect_timeout;	/* seconds */
	double		timeout;		/* seconds, all attempts together */
	int			page_size;
	int			max_retries;
	char	   *api_key;
	char	   *api_key_file;
	char	   *proxy_user;		/* both or none */
	char	   *proxy_password;
	char	   *resource;		/* of a foreign table */
	char	   *list;			/* inside its records, or NULL */
	int64		company_id;		/* 0: of all companies */
	bool		include_deleted;
	LookupMode	lookup;
	int			operators;
	double		rows;			/* estimated */
	double		request_cost;
	char	   *member;			/* of a foreign table's column, or NULL */
	FilterMode	filter;
	bool		fetch;			/* asked for with "select" */
} RootfiOptions;

extern void rootfi_options_init(RootfiOptions *options);
extern void rootfi_options_read(RootfiOptions *options, Oid catalog,
								List *defs);
extern void rootfi_options_check_proxy(const RootfiOptions *options);
extern void rootfi_options_validate(RootfiOptions *options, Oid catalog,
									List *defs);
extern void rootfi_check_key(const char *key, const char *origin);

#endif							/* ROOTFI_OPTIONS_H */
