/*
 * url.h
 *		Where calls may go: base URLs and proxies.
 */
#ifndef ROOTFI_URL_H
#define ROOTFI_URL_H

extern const char *rootfi_url_problem(const char *value, const char **hint,
									  bool *secret);
extern const char *rootfi_proxy_problem(const char *value, const char **hint,
										bool *secret);
extern bool rootfi_url_is_plain(const char *value);

#endif							/* ROOTFI_URL_H */
