/*
 * unit.h
 *		Tables of what the sources must make of what, as lines of TAP.
 *
 * Each test_...() walks the tables of one source.
 */
#ifndef UNIT_H
#define UNIT_H

extern void ok(bool holds, const char *fmt,...) pg_attribute_printf(2, 3);
extern void same(const char *ours, const char *theirs, const char *fmt,...) pg_attribute_printf(3, 4);
extern const char *shown(const char *text);

extern void test_headers(void);
extern void test_json(void);
extern void test_query(void);
extern void test_scalars(void);
extern void test_url(void);
extern void test_verdict(void);

#endif							/* UNIT_H */
