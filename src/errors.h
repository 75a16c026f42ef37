/*
 * errors.h
 *		What did not work, in PostgreSQL's words.
 */
#ifndef ROOTFI_ERRORS_H
#define ROOTFI_ERRORS_H

#include "compat.h"
#include "http.h"

extern void rootfi_check_response(const HttpResponse *response,
								  const char *action,
								  const char *server_name);
pg_noreturn extern void rootfi_report_unreadable(const HttpResponse *response,
												 const char *action,
												 const char *problem);
pg_noreturn extern void rootfi_report_another(const HttpResponse *response,
											  const char *action,
											  const char *found);

#endif							/* ROOTFI_ERRORS_H */
