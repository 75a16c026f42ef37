/*
 * headers.h
 *		What the transport reads from the header of an answer.
 */
#ifndef ROOTFI_HEADERS_H
#define ROOTFI_HEADERS_H

typedef struct HttpHeaders
{
	size_t		size;			/* bytes of all lines so far */
	char		date[64];
	char		retry_after[64];
	char		budget_limit[32];	/* X-RateLimit-Limit */
	char		budget_remaining[32];	/* X-RateLimit-Remaining */
	char		budget_reset[32];	/* X-RateLimit-Reset */
	char		request_id[128];
	char		location[256];
} HttpHeaders;

extern void rootfi_headers_take(HttpHeaders *headers, const char *line,
								size_t len);
extern int64 rootfi_headers_time(const HttpHeaders *headers);
extern int64 rootfi_headers_retry_after(const HttpHeaders *headers);
extern bool rootfi_headers_budget_spent(const HttpHeaders *headers);
extern int64 rootfi_headers_budget_reset(const HttpHeaders *headers);

#endif							/* ROOTFI_HEADERS_H */
