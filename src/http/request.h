/*
 * request.h
 *		What libcurl is told about one request.
 */
#ifndef ROOTFI_REQUEST_H
#define ROOTFI_REQUEST_H

#include <curl/curl.h>

#include "http/options.h"

/* What is asked.  The texts need to live only during the call. */
typedef struct HttpRequest
{
	const char *method;
	const char *target;			/* path and query, encoded, from the slash on */
	const char *body;			/* JSON text, or NULL */
	bool		once;			/* never tried again */
} HttpRequest;

/* Sets an option; fails only when memory is out. */
#define rootfi_request_setopt(easy, option, value) \
	do { \
		CURLcode	rc_ = curl_easy_setopt(easy, option, value); \
		if (rc_ != CURLE_OK) \
			elog(ERROR, "could not set libcurl option %s: %s", \
				 #option, curl_easy_strerror(rc_)); \
	} while (0)

extern void rootfi_request_prepare(CURL *easy, struct curl_slist **headers,
								   const RootfiOptions *options,
								   const HttpRequest *request);

#endif							/* ROOTFI_REQUEST_H */
