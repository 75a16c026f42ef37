/*
 * secrets.h
 *		Texts that no message may show.
 */
#ifndef ROOTFI_SECRETS_H
#define ROOTFI_SECRETS_H

#define SHORTEST_KEY	8		/* bytes; less may be a word of an answer */

extern void rootfi_secret_note(const char *secret, const char *in_json);
extern bool rootfi_secret_in(const char *text);
extern void rootfi_secret_hide(char *text);

#endif							/* ROOTFI_SECRETS_H */
