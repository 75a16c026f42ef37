/*
 * text.h
 *		Texts of the world: made fit to be stored, and to be shown.
 */
#ifndef ROOTFI_TEXT_H
#define ROOTFI_TEXT_H


/*
 * Bytes of a text that is given to the server's own parser, which cannot be
 * interrupted, to hear what is wrong with it.
 */
#define LONGEST_EXPLAINED 1000000

extern char *rootfi_json_check(const char *text, int len);
extern int	rootfi_json_clean(char **text, size_t *len);
extern void rootfi_json_warn(int replaced);
extern char *rootfi_json_show(const char *text);

#endif							/* ROOTFI_TEXT_H */
