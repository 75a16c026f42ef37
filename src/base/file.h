/*
 * file.h
 *		Files on the server that options name.
 */
#ifndef ROOTFI_FILE_H
#define ROOTFI_FILE_H

extern char *rootfi_file_read(const char *path, size_t limit, size_t *len,
							  const char **problem);

#endif							/* ROOTFI_FILE_H */
