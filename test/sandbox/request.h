/*
 * request.h -- one HTTP request, from its first byte to its last
 */
#ifndef SANDBOX_REQUEST_H
#define SANDBOX_REQUEST_H

#include "server.h"

extern void *request_begin(void *cls, const char *target,
						   struct MHD_Connection *connection);
extern enum MHD_Result request_handle(void *cls,
									  struct MHD_Connection *connection,
									  const char *url, const char *method,
									  const char *version,
									  const char *upload,
									  size_t *upload_len, void **con_cls);
extern void request_end(void *cls, struct MHD_Connection *connection,
						void **con_cls,
						enum MHD_RequestTerminationCode code);
extern int64_t request_wait(const Server *server);
extern void request_wake(Server *server, int64_t now);

#endif							/* SANDBOX_REQUEST_H */
