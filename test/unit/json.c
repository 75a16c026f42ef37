/*
 * json.c
 *		Which texts are JSON, and what is in them.
 *
 * Each text stands alone and inside of others: what is taken apart and what is
 * only gone past are read by different code.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "json/scan.h"
#include "json/tokens.h"
#include "unit.h"

static const char *const valid[] = {
	"null", "true", "false", "0", "-0", "1", "-1", "1.5", "0.5", "-0.5e-10",
	"1e5", "1E5", "1e+5", "1e-5", "123456789012345678901234567890",
	"1e999999", "\"\"", "\"a\"", "\" \"", "\"\\\"\"", "\"\\\\\"", "\"\\/\"",
	"\"/\"", "\"\\b\\f\\n\\r\\t\"", "\"\\u0041\"", "\"\\u00e4\"", "\"\\uABCD\"",
	"\"\\uabcd\"", "\"\\ud83d\\ude00\"", "\"\\uD800\\uDC00\"", "\"\\uDBFF\\uDFFF\"",
	"\"\\uD7FF\"", "\"\\uE000\"", "\"\\uFFFF\"",
	"\"\303\244\"", "\"\360\237\230\200\"", "\"\177\"", "\"\\u0001\"",
	"\"12345678\\\"\"", "\"1234567\\\\\"", "\"{[,:]}\"",
	"[]", "[ ]", "[1]", "[1,2]", "[ 1 , 2 ]", "[[]]", "[[],[[]]]", "[null]",
	"[\"a\",1,true,null,{},[]]", "{}", "{ }", "{\"a\":1}", "{ \"a\" : 1 }",
	"{\"a\":1,\"b\":2}", "{\"a\":1,\"a\":2}", "{\"\":1}", "{\"a\":{\"b\":{}}}",
	"{\"a\":[{\"b\":[1,{}]}]}", "{\"\\u0061\":1}", "{\"data\":[]}",
	"{\"data\":[{\"a\":1},{\"a\":2}],\"next\":null}",
	" 1 ", "\t\n\r 1\t\n\r ", "[\n\t1\r\n]",
};

static const char *const invalid[] = {
	/* words and numbers that are none */
	"nul", "nullx", "Null", "NULL", "tru", "True", "fals", "undefined", "NaN",
	"Infinity", "-Infinity", "-", "+1", "01", "-01", "00", "1.", ".5", "-.5",
	"1.e5", "1e", "1e+", "1e5.5", "1.2.3", "0x10", "1_000", "1a", "--1", "1-",
	/* strings that are none */
	"\"", "\"a", "a\"", "'a'", "\"\\\"", "\"\\a\"", "\"\\x41\"", "\"\\'\"",
	"\"\\u\"", "\"\\u004\"", "\"\\u004g\"", "\"\\U0041\"", "\"\\ud83d\"",
	"\"\\ud83da\"", "\"\\ud83d\\n\"", "\"\\ud83d\\u0041\"", "\"\\ude00\"",
	"\"\\ud83d\\ud83d\"", "\"\\ud83d\\ue000\"", "\"\\ud83d\\udbff\"",
	"\"\\udc00\\udc00\"", "\"\\udfff\"", "\"\\u0000\"", "\"a\nb\"", "\"a\tb\"", "\"\001\"",
	"\"\037\"", "\"1234567\n\"", "\"12345678\n\"", "\"a\" \"b\"", "\"a\"b",
	"\"\\", "\"\\u", "\"\\ud83d\\u",
	/* what does not match or is not separated */
	"[", "]", "{", "}", "[1", "1]", "{\"a\":1", "\"a\":1}", "[}", "{]", "[1}",
	"{\"a\":1]", "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "[\"a\":1]",
	"{,}", "{\"a\"}", "{\"a\":}", "{:1}", "{1:1}", "{null:1}", "{a:1}",
	"{'a':1}", "{\"a\" 1}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}",
	"{\"a\":1;\"b\":2}", "{\"a\"::1}", "{\"a\":1:2}", "{\"a\",1}", "[[]",
	"[]]", "{{}}", "{[]}", "{\"a\":{}", "{\"a\n\":1}", "{\"\\ud83d\":1}",
	/* what other parsers take */
	"[1] 2", "{} {}", "1 2", "//a\n1", "/*a*/1", "[1]/", "1;", "\0131", "\0141",
	"\302\2401", "\357\273\2771", "(1)", "<1>", "\\n", "[1]\\",
};

/* What surrounds a value, without an object or array "inside". */
static const char *const frames[] = {
	"%s", "[%s]", "[1,%s]", "[%s,{}]", "[[%s]]", "[{\"a\":%s}]",
	"[{\"a\":[%s,1]}]", "{\"a\":%s}", "{\"a\":1,\"b\":%s}", "{\"a\":[%s]}",
	"{\"a\":{\"b\":%s}}", "{\"data\":[%s]}", "{\"data\":[1,{\"a\":%s}]}",
	"{\"data\":[],\"a\":%s}", " %s ",
};

/* Strings and what they say; scalars, that they are their own token. */
static const struct
{
	const char *text;
	const char *token;
}			tokens[] =

{
	{"\"\"", ""}, {"\"abc\"", "abc"}, {"\"a\\\"b\"", "a\"b"},
	{"\"\\\\\\/\\b\\f\\n\\r\\t\"", "\\/\b\f\n\r\t"}, {"\"\\u0041\"", "A"},
	{"\"\\u00e4\\u00E4\"", "\303\244\303\244"}, {"\"\\u20ac\"", "\342\202\254"},
	{"\"\\ud83d\\ude00!\"", "\360\237\230\200!"},
	{"\"1234567\\n1234567890123\\t\"", "1234567\n1234567890123\t"},
	{"\"\303\244\"", "\303\244"}, {"1.50", "1.50"}, {"-1e2", "-1e2"},
	{"true", "true"}, {"false", "false"}, {"null", "null"},
	{"[]", NULL}, {"{}", NULL},
};

/* What a text is taken apart into: names and values, "/" before each element. */
static const struct
{
	const char *text;
	const char *parts;
}			documents[] =

{
	{"{}", ""}, {"[]", ""}, {"[1,2]", "/1/2"}, {"{\"a\":1}", "a=1 "},
	{"{\"a\":1,\"b\":[2]}", "a=1 b=[2] "},
	{"{\"a\":1,\"a\":2}", "a=1 a=2 "},
	{"[{\"a\":1},{\"a\":2}]", "/{\"a\":1} a=1 /{\"a\":2} a=2 "},
	{"[{\"a\":1,\"b\":2},{\"b\":3,\"a\":4}]", "/{\"a\":1,\"b\":2} a=1 b=2 /{\"b\":3,\"a\":4} b=3 a=4 "},
	{"[{\"a\":1},{\"ab\":2},{\"a\":3}]", "/{\"a\":1} a=1 /{\"ab\":2} ab=2 /{\"a\":3} a=3 "},
	{"[{\"\\u0061\":1},{\"a\":2}]", "/{\"\\u0061\":1} a=1 /{\"a\":2} a=2 "},
	{"[{},{\"a\":1},null]", "/{}/{\"a\":1} a=1 /null"},
	{"{\"data\":[{\"a\":1}],\"n\":2}", "data=[{\"a\":1}] n=2 /{\"a\":1} a=1 "},
	{"{\"data\":[1],\"data\":[2,3]}", "data=[1] data=[2,3] /2/3"},
	{"{\"data\":[1],\"data\":4}", "data=[1] data=4 /1"},
	{"{\"data\":{\"a\":1}}", "data={\"a\":1} "},
	{"{\"datum\":[1]}", "datum=[1] "},
	{" { \"a\" : [ 1 , 2 ] } ", "a=[ 1 , 2 ] "},
};

/* How a walk over a text ends. */
static ScanEnd
scan(const char *text)
{
	JsonDocument document;

	return rootfi_scan(&document, text, strlen(text), "data");
}

/* A text inside of another. */
static char *
frame(const char *frame, const char *text)
{
	StringInfoData framed;
	const char *place = strstr(frame, "%s");

	initStringInfo(&framed);
	appendBinaryStringInfo(&framed, frame, place - frame);
	appendStringInfoString(&framed, text);
	appendStringInfoString(&framed, place + 2);
	return framed.data;
}

/* Does a text end a walk so, alone and inside of all others? */
static void
check_framed(const char *text, ScanEnd expected)
{
	const char *wrong = NULL;

	for (int i = 0; i < lengthof(frames) && wrong == NULL; i++)
	{
		char	   *framed = frame(frames[i], text);

		if (scan(framed) != expected)
			wrong = framed;
	}
	ok(wrong == NULL, "json: %s is %s", shown(text),
	   expected == SCAN_DONE ? "valid" : "invalid");
	if (wrong != NULL)
		printf("# not as in %s\n", shown(wrong));
}

/* Writes down what is in an object. */
static void
tell_members(StringInfo parts, const JsonObject *object)
{
	for (int i = 0; i < object->nmembers; i++)
		appendStringInfo(parts, "%s%s=%.*s ", i == 0 && parts->len > 0 ? " " : "",
						 object->members[i].name, object->members[i].value.len,
						 object->members[i].value.text);
}

/* What is in a text, as in the table above. */
static char *
take_apart(const char *text)
{
	JsonDocument document;
	StringInfoData parts;

	initStringInfo(&parts);
	if (rootfi_scan(&document, text, strlen(text), "data") != SCAN_DONE)
		return NULL;
	tell_members(&parts, &document.whole);
	for (int i = 0; i < document.nelements; i++)
	{
		appendStringInfo(&parts, "/%.*s", document.elements[i].value.len,
						 document.elements[i].value.text);
		tell_members(&parts, &document.elements[i]);
	}
	return parts.data;
}

/* A text again and again. */
static char *
repeat(const char *text, int n)
{
	StringInfoData result;

	initStringInfo(&result);
	while (n-- > 0)
		appendStringInfoString(&result, text);
	return result.data;
}

/* What is too much of something is told from what is no JSON. */
static void
check_limits(void)
{
	ok(scan(psprintf("%s%s", repeat("[", MAX_NESTING), repeat("]", MAX_NESTING))) == SCAN_DONE,
	   "json: %d levels are taken", MAX_NESTING);
	ok(scan(repeat("[", MAX_NESTING + 3)) == SCAN_TOO_DEEP,
	   "json: more levels are too deep");
	ok(scan(repeat("[{\"a\":", MAX_NESTING)) == SCAN_TOO_DEEP,
	   "json: so are objects and arrays by turns");
	ok(scan(psprintf("{%s\"a\":1}", repeat("\"a\":1,", MAX_OWN_MEMBERS - 1))) == SCAN_DONE,
	   "json: %d members of an object are taken", MAX_OWN_MEMBERS);
	ok(scan(psprintf("{%s\"a\":1}", repeat("\"a\":1,", MAX_OWN_MEMBERS))) == SCAN_TOO_MANY,
	   "json: more members are too many");
	ok(scan(psprintf("[%s1]", repeat("1,", MAX_ELEMENTS))) == SCAN_TOO_MANY,
	   "json: so are more than %d elements", MAX_ELEMENTS);
}

/* A NUL ends a text no more than any other byte does. */
static void
check_nul(void)
{
	static const char text[] = "[1]\0[\"a\0\"]\0";
	JsonDocument document;
	int			taken = 0;

	taken += rootfi_scan(&document, text, 4, NULL) == SCAN_DONE;
	taken += rootfi_scan(&document, text, 5, NULL) == SCAN_DONE;
	taken += rootfi_scan(&document, text + 4, 6, NULL) == SCAN_DONE;
	taken += rootfi_scan(&document, text + 3, 1, NULL) == SCAN_DONE;
	ok(taken == 0 && rootfi_scan(&document, text, 3, NULL) == SCAN_DONE,
	   "json: NULs are no white space, and not in strings");
}

/* No prefix of a text is one, but for numbers and white space. */
static void
check_prefixes(void)
{
	const char *text = "{\"data\": [{\"a\": \"\\ud83d\\ude00\", \"b\": [1.5e2, {\"c\": null}]}], \"n\": true}";
	int			taken = 0;

	for (size_t len = 0; len < strlen(text); len++)
		taken += scan(pnstrdup(text, len)) == SCAN_DONE;
	ok(taken == 0 && scan(text) == SCAN_DONE, "json: no text that is cut off is taken");
}

/* All tables of JSON. */
void
test_json(void)
{
	for (int i = 0; i < lengthof(valid); i++)
		check_framed(valid[i], SCAN_DONE);
	for (int i = 0; i < lengthof(invalid); i++)
		check_framed(invalid[i], SCAN_INVALID);
	ok(scan("") == SCAN_INVALID && scan(" ") == SCAN_INVALID, "json: nothing is no value");
	for (int i = 0; i < lengthof(tokens); i++)
	{
		JsonDocument document;

		rootfi_scan(&document, tokens[i].text, strlen(tokens[i].text), NULL);
		same(document.whole.value.token, tokens[i].token, "json: token of %s",
			 shown(tokens[i].text));
	}
	for (int i = 0; i < lengthof(documents); i++)
		same(take_apart(documents[i].text), documents[i].parts, "json: parts of %s",
			 documents[i].text);
	check_limits();
	check_nul();
	check_prefixes();
}
