/*
 * query.c
 *		What paths and query strings are written of what.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "../fuzz/shim.h"
#include "api/query.h"
#include "unit.h"

#define PLAIN_FILTERS	"type invoice_id"

typedef enum QueryCall
{
	ADD,						/* rootfi_query_add("key", text) */
	ADD_KEY,					/* rootfi_query_add(text, "value") */
	EQUAL,						/* rootfi_query_add_equal(text, "value") */
	LIST,						/* rootfi_query_add_list("expand", text) */
	SORT,						/* rootfi_query_add_sort(text) */
	FILTER,						/* rootfi_query_add_filter(text) */
	MEMBERS,					/* rootfi_query_add_members(text) */
	PATH_ID,					/* rootfi_path_add_id(text) */
	PATH_PARENT,				/* rootfi_path_add("/a/{id}/b", text) */
	PATH_PLAIN,					/* rootfi_path_add(text, NULL) */
	PATH_CHECK,					/* rootfi_path_check(text) */
} QueryCall;

/*
 * What is written behind nothing; NULL: error 22023.  Elements of a list are
 * separated by "|".
 */
static const struct
{
	QueryCall	call;
	const char *text;
	const char *written;
}			rows[] =

{
	{ADD, "", "?key="}, {ADD, "a", "?key=a"},
	{ADD, "aZ09-._~", "?key=aZ09-._~"},
	{ADD, " ", "?key=%20"}, {ADD, "a b+c", "?key=a%20b%2Bc"},
	{ADD, "&=?#/%", "?key=%26%3D%3F%23%2F%25"},
	{ADD, "[]{}|\\^`\"<>", "?key=%5B%5D%7B%7D%7C%5C%5E%60%22%3C%3E"},
	{ADD, "!$'()*,;:@", "?key=%21%24%27%28%29%2A%2C%3B%3A%40"},
	{ADD, "%20", "?key=%2520"}, {ADD, "\r\n\t\001\177", "?key=%0D%0A%09%01%7F"},
	{ADD, "\303\244\342\202\254", "?key=%C3%A4%E2%82%AC"},
	{ADD, "\360\237\230\200", "?key=%F0%9F%98%80"}, {ADD, "\377", "?key=%FF"},
	{ADD_KEY, "a", "?a=value"}, {ADD_KEY, "a[b][eq]", "?a[b][eq]=value"},
	{ADD_KEY, "a&b=c", "?a%26b%3Dc=value"}, {ADD_KEY, "", "?=value"},
	{EQUAL, "status", "?status[eq]=value"}, {EQUAL, "type", "?type=value"},
	{EQUAL, "invoice_id", "?invoice_id=value"}, {EQUAL, "typ", "?typ[eq]=value"},
	{EQUAL, "types", "?types[eq]=value"}, {EQUAL, "invoice", "?invoice[eq]=value"},
	{EQUAL, "", "?[eq]=value"}, {EQUAL, "type invoice_id", "?type%20invoice_id[eq]=value"},
	{LIST, "a", "?expand=a"}, {LIST, "a|b", "?expand=a%2Cb"},
	{LIST, "a b|c&d", "?expand=a%20b%2Cc%26d"}, {LIST, "", ""},
	{SORT, "a", "?sort[a]=ASC"}, {SORT, "a ASC", "?sort[a]=ASC"},
	{SORT, "a desc", "?sort[a]=DESC"}, {SORT, "a DESC|b", "?sort[a]=DESC&sort[b]=ASC"},
	{SORT, "a&b", "?sort[a%26b]=ASC"},
	{SORT, "a DOWN", NULL}, {SORT, "a ", NULL}, {SORT, " a", NULL},
	{SORT, "a DESC ", NULL}, {SORT, "a  DESC", NULL}, {SORT, "a|", NULL},
	{SORT, "a DESC, b", NULL},
	{FILTER, "{}", ""}, {FILTER, "{\"a\": \"b\"}", "?a[eq]=b"},
	{FILTER, "{\"a\": \"b\", \"c\": \"d\"}", "?a[eq]=b&c[eq]=d"},
	{FILTER, "{\"a\": 1.50}", "?a[eq]=1.5"}, {FILTER, "{\"a\": 100}", "?a[eq]=100"},
	{FILTER, "{\"a\": true}", "?a[eq]=true"}, {FILTER, "{\"a\": \"\"}", "?a[eq]="},
	{FILTER, "{\"a\": {\"gte\": 100}}", "?a[gte]=100"},
	{FILTER, "{\"a\": {\"gte\": 1, \"lt\": 2}}", "?a[gte]=1&a[lt]=2"},
	{FILTER, "{\"a\": {\"in\": [\"x\", \"y z\"]}}", "?a[in]=x%2Cy%20z"},
	{FILTER, "{\"a\": [1, \"b\", false]}", "?a[eq]=1%2Cb%2Cfalse"},
	{FILTER, "{\"a\": {\"x]=1&b[y\": 1}}", "?a[x]%3D1%26b[y]=1"},
	{FILTER, "{\"type\": \"a\"}", "?type=a"}, {FILTER, "{\"a\": {}}", ""},
	{FILTER, "{\"type\": {\"eq\": \"a\"}}", NULL}, {FILTER, "{\"a\": null}", NULL},
	{FILTER, "{\"a\": [null]}", NULL}, {FILTER, "{\"a\": [[1]]}", NULL},
	{FILTER, "{\"a\": [{}]}", NULL}, {FILTER, "{\"a\": {\"b\": {\"c\": 1}}}", NULL},
	{FILTER, "{\"a\": {\"b\": null}}", NULL}, {FILTER, "[]", NULL},
	{FILTER, "\"a\"", NULL}, {FILTER, "null", NULL},
	{MEMBERS, "{}", ""}, {MEMBERS, "{\"limit\": 5}", "?limit=5"},
	{MEMBERS, "{\"a[b]\": \"c d\"}", "?a[b]=c%20d"},
	{MEMBERS, "{\"type\": [1, 2]}", "?type=1%2C2"},
	{MEMBERS, "{\"a\": {\"b\": 1}}", NULL}, {MEMBERS, "{\"a\": null}", NULL},
	{MEMBERS, "[1]", NULL}, {MEMBERS, "1", NULL},
	{PATH_ID, "157", "/157"}, {PATH_ID, "a b", "/a%20b"}, {PATH_ID, "a/b", "/a%2Fb"},
	{PATH_ID, "../b", "/..%2Fb"}, {PATH_ID, "a?b#c", "/a%3Fb%23c"}, {PATH_ID, "...", "/..."},
	{PATH_ID, ".a", "/.a"}, {PATH_ID, "%2e%2e", "/%252e%252e"}, {PATH_ID, "[1]", "/%5B1%5D"},
	{PATH_ID, "", NULL}, {PATH_ID, ".", NULL}, {PATH_ID, "..", NULL},
	{PATH_PARENT, "1", "/a/1/b"}, {PATH_PARENT, "a/b", "/a/a%2Fb/b"},
	{PATH_PARENT, "{id}", "/a/%7Bid%7D/b"}, {PATH_PARENT, "", NULL}, {PATH_PARENT, "..", NULL},
	{PATH_PARENT, ".", NULL}, {PATH_PLAIN, "/v4/a/b", "/v4/a/b"}, {PATH_PLAIN, "/a/{id}", NULL},
	{PATH_CHECK, "/v4/a", ""}, {PATH_CHECK, "/", ""}, {PATH_CHECK, "/a/...", ""},
	{PATH_CHECK, "/a/.b", ""}, {PATH_CHECK, "/a/b..", ""}, {PATH_CHECK, "/a%20b", ""},
	{PATH_CHECK, "/a/%2e%2e%2e", ""}, {PATH_CHECK, "", NULL}, {PATH_CHECK, "v4/a", NULL},
	{PATH_CHECK, "//host/a", NULL}, {PATH_CHECK, "https://host/a", NULL},
	{PATH_CHECK, "/a?b", NULL}, {PATH_CHECK, "/a#b", NULL}, {PATH_CHECK, "/a b", NULL},
	{PATH_CHECK, "/a\n", NULL}, {PATH_CHECK, "/a\177", NULL}, {PATH_CHECK, "/\303\244", NULL},
	{PATH_CHECK, "/.", NULL}, {PATH_CHECK, "/..", NULL}, {PATH_CHECK, "/a/../b", NULL},
	{PATH_CHECK, "/a/./b", NULL}, {PATH_CHECK, "/a/..", NULL}, {PATH_CHECK, "/%2e/b", NULL},
	{PATH_CHECK, "/%2E%2e/b", NULL}, {PATH_CHECK, "/a/.%2e", NULL}, {PATH_CHECK, "/a/%2e.", NULL},
};

/* What is found in the query of a URL. */
static const struct
{
	const char *url;
	const char *value;
}			found[] =

{
	{"https://h/p?next=a", "a"}, {"?next=a&b=c", "a"}, {"?b=c&next=a", "a"},
	{"?next=a%20b", "a b"}, {"?next=%41%e2%82%ac", "A\342\202\254"}, {"?next=a+b", "a+b"},
	{"?next=a=b", "a=b"}, {"?next=a#b", "a"}, {"?next=a&next=b", "a"},
	{"?next=%", "%"}, {"?next=%4", "%4"}, {"?next=%zz", "%zz"}, {"?next=% 41", "% 41"},
	{"?next=%00", "%00"}, {"?next=%2541", "%41"}, {"?next=", NULL}, {"?next", NULL},
	{"?nextt=a", NULL}, {"?xnext=a", NULL}, {"?b=next=a", NULL}, {"next=a", NULL},
	{"/p&next=a", NULL}, {"", NULL}, {"?", NULL}, {"?NEXT=a", NULL},
};

/* A list of texts, separated by "|". */
static ArrayType *
list_of(const char *text)
{
	char	   *elements[8];
	int			n = 0;
	char	   *rest = pstrdup(text);

	while (rest != NULL)
		elements[n++] = strsep(&rest, "|");
	return shim_array(elements, n);
}

/* A value of type jsonb. */
static Jsonb *
jsonb_of(const char *text)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

/* Does what a row says. */
static void
make_call(StringInfo target, QueryCall call, const char *text)
{
	switch (call)
	{
		case ADD:
			rootfi_query_add(target, "key", text);
			break;
		case ADD_KEY:
			rootfi_query_add(target, text, "value");
			break;
		case EQUAL:
			rootfi_query_add_equal(target, text, "value", PLAIN_FILTERS);
			break;
		case LIST:
			rootfi_query_add_list(target, "expand", list_of(text));
			break;
		case SORT:
			rootfi_query_add_sort(target, list_of(text));
			break;
		case FILTER:
			rootfi_query_add_filter(target, jsonb_of(text), PLAIN_FILTERS);
			break;
		case MEMBERS:
			rootfi_query_add_members(target, jsonb_of(text), "query");
			break;
		case PATH_ID:
			rootfi_path_add_id(target, text);
			break;
		case PATH_PARENT:
			rootfi_path_add(target, "/a/{id}/b", text);
			break;
		case PATH_PLAIN:
			rootfi_path_add(target, text, NULL);
			break;
		case PATH_CHECK:
			rootfi_path_check(text);
			break;
	}
}

/* What a row writes, NULL for error 22023. */
static const char *
written(QueryCall call, const char *text)
{
	StringInfoData target;
	volatile int code = 0;

	initStringInfo(&target);
	PG_TRY();
	{
		make_call(&target, call, text);
	}
	PG_CATCH();
	{
		code = shim_error();
	}
	PG_END_TRY();
	if (code == 0)
		return target.data;
	return code == ERRCODE_INVALID_PARAMETER_VALUE ? NULL : "another error";
}

/* All tables of paths and queries. */
void
test_query(void)
{
	StringInfoData target;

	for (int i = 0; i < lengthof(rows); i++)
		same(written(rows[i].call, rows[i].text), rows[i].written,
			 "query: call %d with %s", rows[i].call, shown(rows[i].text));
	for (int i = 0; i < lengthof(found); i++)
		same(rootfi_query_find(found[i].url, "next"), found[i].value,
			 "query: next in %s", shown(found[i].url));
	initStringInfo(&target);
	appendStringInfoString(&target, "/p?a=b");
	rootfi_query_add(&target, "c", "d?");
	rootfi_query_add_list(&target, "expand", NULL);
	rootfi_query_add_sort(&target, NULL);
	same(target.data, "/p?a=b&c=d%3F", "query: a further parameter is added");
}
