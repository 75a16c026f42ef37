/*
 * connection.h -- TCP connections
 */
#ifndef SANDBOX_CONNECTION_H
#define SANDBOX_CONNECTION_H

#include <microhttpd.h>

#include "sandbox.h"

extern void connection_notify(void *cls, struct MHD_Connection *connection,
							  void **socket_context,
							  enum MHD_ConnectionNotificationCode code);
extern int64_t connection_number(Sandbox *sandbox,
								 struct MHD_Connection *connection);
extern void connection_acknowledge(struct MHD_Connection *connection);
extern void connection_reset(struct MHD_Connection *connection);

#endif							/* SANDBOX_CONNECTION_H */
