/*
 * failure.h
 *		What is kept of the error of a stream.
 */
#ifndef ROOTFI_FAILURE_H
#define ROOTFI_FAILURE_H

extern void rootfi_failure_clean(ErrorData *error);
extern char *rootfi_failure_text(const ErrorData *error);

#endif							/* ROOTFI_FAILURE_H */
