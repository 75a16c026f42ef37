/*
 * sockets.h
 *		Sockets: made, counted, and fit to be used again?
 */
#ifndef ROOTFI_SOCKETS_H
#define ROOTFI_SOCKETS_H

#include <curl/curl.h>

extern curl_socket_t rootfi_socket_open(void *arg, curlsocktype purpose,
										struct curl_sockaddr *address);
extern int	rootfi_socket_close(void *arg, curl_socket_t fd);
extern bool rootfi_socket_has_input(int local_port);

#endif							/* ROOTFI_SOCKETS_H */
