/*
 * http.h
 *		Transport: one request in, one response out.  Knows libcurl and how
 *		to wait; knows nothing of SQL or JSON.
 */
#ifndef ROOTFI_HTTP_H
#define ROOTFI_HTTP_H

#include "http/connection.h"
#include "http/request.h"
#include "http/response.h"

typedef struct HttpTransfer HttpTransfer;

extern HttpTransfer *rootfi_http_prepare(RootfiConnection *connection,
										 const HttpRequest *request);
extern void rootfi_http_send(HttpTransfer *transfer);
extern bool rootfi_http_wrote(const HttpTransfer *transfer);
extern HttpTransfer *rootfi_http_start(RootfiConnection *connection,
									   const HttpRequest *request);
extern void rootfi_http_wait(int64 until);
extern bool rootfi_http_done(const HttpTransfer *transfer);
extern HttpResponse *rootfi_http_finish(HttpTransfer *transfer);
extern void rootfi_http_close(HttpTransfer *transfer);

#endif							/* ROOTFI_HTTP_H */
