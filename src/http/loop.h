/*
 * loop.h
 *		The backend's one libcurl multi handle and the way to wait for it.
 */
#ifndef ROOTFI_LOOP_H
#define ROOTFI_LOOP_H

#include <curl/curl.h>

extern CURLM *rootfi_loop_multi(void);
extern int64 rootfi_loop_now(void);
extern void rootfi_loop_add(CURL *easy);
extern void rootfi_loop_remove(CURL *easy);
extern void rootfi_loop_step(int64 until);

#endif							/* ROOTFI_LOOP_H */
