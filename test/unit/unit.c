/*
 * unit.c
 *		Runs all tables, without a server.
 *
 * What the sources call of the server is in test/fuzz.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "unit.h"

static int	tests = 0;
static int	failures = 0;

/* Prints a line of TAP. */
void
ok(bool holds, const char *fmt,...)
{
	va_list		args;

	printf("%sok %d - ", holds ? "" : "not ", ++tests);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	failures += !holds;
}

/* Text on one line: what cannot be printed in hexadecimal. */
const char *
shown(const char *text)
{
	StringInfoData line;

	if (text == NULL)
		return "NULL";
	initStringInfo(&line);
	for (; *text != '\0'; text++)
		appendStringInfo(&line, *text < ' ' || *text == '#' ? "<%02x>" : "%c",
						 (unsigned char) *text);
	return line.data;
}

/* Are two texts, of which either may be NULL, the same?  Else says both. */
void
same(const char *ours, const char *theirs, const char *fmt,...)
{
	bool		holds = ours == NULL || theirs == NULL ? ours == theirs :
	strcmp(ours, theirs) == 0;
	char		what[512];
	va_list		args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	ok(holds, "%s", what);
	if (!holds)
		printf("# is \"%s\", should be \"%s\"\n", shown(ours), shown(theirs));
}

int
main(void)
{
	test_verdict();
	test_headers();
	test_scalars();
	test_json();
	test_query();
	test_url();
	printf("1..%d\n", tests);
	return failures > 0;
}
