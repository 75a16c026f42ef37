/*
 * idle.h
 *		Connections that are kept alive: is one fit to be used again?
 */
#ifndef ROOTFI_IDLE_H
#define ROOTFI_IDLE_H

#include <curl/curl.h>

extern int	rootfi_idle_note(void *arg, curl_socket_t fd, curlsocktype purpose);
extern bool rootfi_idle_has_input(int local_port);

#endif							/* ROOTFI_IDLE_H */
