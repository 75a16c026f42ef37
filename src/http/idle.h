/*
 * idle.h
 *		Sockets: made, counted, and fit to be used again?
 */
#ifndef ROOTFI_IDLE_H
#define ROOTFI_IDLE_H

#include <curl/curl.h>

extern curl_socket_t rootfi_idle_open(void *arg, curlsocktype purpose,
									  struct curl_sockaddr *address);
extern int	rootfi_idle_close(void *arg, curl_socket_t fd);
extern bool rootfi_idle_has_input(int local_port);

#endif							/* ROOTFI_IDLE_H */
