/*
 * phrases.h
 *		Words that clients take for the loss of the database connection.
 */
#ifndef ROOTFI_PHRASES_H
#define ROOTFI_PHRASES_H

extern bool rootfi_phrases_in(const char *text);

#endif							/* ROOTFI_PHRASES_H */
