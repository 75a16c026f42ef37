/*
 * version.h
 *		Do the library and the extension's SQL objects fit each other?
 */
#ifndef ROOTFI_VERSION_H
#define ROOTFI_VERSION_H

extern char *rootfi_version_of_objects(void);
extern void rootfi_version_warn(void);
extern void rootfi_version_require(void);

#endif							/* ROOTFI_VERSION_H */
