/*
 * errors.h
 *		What did not work, in PostgreSQL's words.
 */
#ifndef ROOTFI_ERRORS_H
#define ROOTFI_ERRORS_H

#include "base/compat.h"
#include "http/http.h"

typedef struct ErrorReport ErrorReport;

extern ErrorReport *rootfi_report_response(const HttpResponse *response,
										   const char *action,
										   const char *server_name);
extern ErrorReport *rootfi_report_unreadable(const HttpResponse *response,
											 const char *action,
											 const char *problem);
extern ErrorReport *rootfi_report_another(const HttpResponse *response,
										  const char *action,
										  const char *found);
extern ErrorReport *rootfi_report_failure(const ErrorData *failure,
										  const char *action);
pg_noreturn extern void rootfi_raise(const ErrorReport *report);
extern void rootfi_check_response(const HttpResponse *response,
								  const char *action,
								  const char *server_name);

#endif							/* ROOTFI_ERRORS_H */
