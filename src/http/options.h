/*
 * options.h
 *		Options of the foreign server and of the user mapping: what they are
 *		called, what they accept, and where they are kept once read.
 */
#ifndef ROOTFI_OPTIONS_H
#define ROOTFI_OPTIONS_H

#include "nodes/pg_list.h"

#include "base/secrets.h"

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
} RootfiOptions;

extern void rootfi_options_init(RootfiOptions *options);
extern void rootfi_options_read(RootfiOptions *options, Oid catalog,
								List *defs);
extern void rootfi_options_check_proxy(const RootfiOptions *options);
extern void rootfi_check_key(const char *key, const char *origin);

#endif							/* ROOTFI_OPTIONS_H */
