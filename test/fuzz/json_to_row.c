/*
 * json_to_row.c
 *		Answers to rows: cleaned, taken apart, converted, with their children.
 *
 * The input is an answer.  The server's parser says what must come out: see
 * check_scan() for what is compared, rowtypes.c for what rows must hold.
 */
#include "postgres.h"

#include <time.h>

#include "mb/pg_wchar.h"

#include "api/answer.h"
#include "base/sqlstates.h"
#include "catalog/resource.h"
#include "json/scan.h"
#include "json/text.h"
#include "json/tokens.h"
#include "outline.h"
#include "rows/children.h"
#include "rows/columns.h"
#include "rows/convert.h"
#include "rowtypes.h"
#include "shim.h"

#define LONG_TEXT	(1024 * 1024)
#define MAX_LEVELS	(MAX_NESTING + 3)	/* with those that are looked into */

/* Rows on their way. */
typedef struct Session
{
	const Resource *resource;
	RowPlan    *order;
	RowPlan    *bare;
	RowPlan    *child;
	int			nchildren;		/* of the list that is being read */
	bool		valid;			/* the whole text is JSON */
} Session;

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Fails unless two texts, of which either may be NULL, are the same. */
static void
check_text(const char *what, const char *ours, const char *theirs)
{
	if ((ours == NULL) != (theirs == NULL) ||
		(ours != NULL && strcmp(ours, theirs) != 0))
		shim_fail("%s is \"%s\", should be \"%s\"", what,
				  ours ? ours : "(none)", theirs ? theirs : "(none)");
}

/* Fails unless two values are the same, in the same place. */
static void
check_value(const JsonValue *ours, const JsonValue *theirs)
{
	if (ours->type != theirs->type || ours->text != theirs->text ||
		ours->len != theirs->len)
		shim_fail("a value is \"%.*s\", should be \"%.*s\"", ours->len,
				  ours->text, theirs->len, theirs->text);
	check_text("token", ours->token, theirs->token);
}

/* Fails unless two objects have the same members in the same order. */
static void
check_members(const JsonObject *ours, const JsonObject *theirs)
{
	if (ours->nmembers != theirs->nmembers)
		shim_fail("there are %d members, should be %d", ours->nmembers,
				  theirs->nmembers);
	for (int i = 0; i < ours->nmembers; i++)
	{
		check_text("name", ours->members[i].name, theirs->members[i].name);
		check_value(&ours->members[i].value, &theirs->members[i].value);
	}
}

/* Fails unless a text was taken apart into the same parts. */
static void
check_document(const JsonDocument *ours, const JsonDocument *theirs)
{
	if (ours->is_array != theirs->is_array ||
		ours->nelements != theirs->nelements)
		shim_fail("there are %d elements, should be %d", ours->nelements,
				  theirs->nelements);
	check_value(&ours->whole.value, &theirs->whole.value);
	check_members(&ours->whole, &theirs->whole);
	for (int i = 0; i < ours->nelements; i++)
	{
		check_value(&ours->elements[i].value, &theirs->elements[i].value);
		check_members(&ours->elements[i], &theirs->elements[i]);
	}
}

/*
 * Fails unless an answer has the records that it should have: the elements of
 * the last "data", "data" itself, or all of it.
 */
static void
check_answer(const JsonAnswer *answer, const JsonDocument *document)
{
	const JsonObject *whole = &document->whole;
	const JsonValue *data = rootfi_json_member(whole, "data");
	bool		is_record = !document->is_array && data != NULL &&
		rootfi_json_member(whole, "rootfi_id") != NULL;
	bool		is_list = document->is_array ||
		(data != NULL && !is_record && data->type == JSON_TOKEN_ARRAY_START);
	int			expected = is_list ? document->nelements :
		!is_record && data != NULL && data->type == JSON_TOKEN_NULL ? 0 : 1;

	if (answer->is_list != is_list || answer->nrecords != expected)
		shim_fail("there are %d records, should be %d", answer->nrecords,
				  expected);
	for (int i = 0; i < expected; i++)
	{
		const JsonValue *record = is_list ? &document->elements[i].value :
			!is_record && data != NULL &&
			data->type == JSON_TOKEN_OBJECT_START ? data : &whole->value;

		check_value(&answer->records[i].value, record);
	}
}

/* The greatest number of brackets that might be open at once. */
static int
greatest_depth(const char *text, int len)
{
	int			depth = 0;

	for (int i = 0; i < len; i++)
		depth += text[i] == '{' || text[i] == '[';
	return depth;
}

/*
 * Fails unless a text is taken apart as the server's parser does it.  What is
 * JSON must be taken, if it is not nested too deeply; what has a fault anywhere
 * must not.  Returns whether it is JSON.
 */
static bool
check_scan(const char *text, int len, const char *inside)
{
	JsonDocument ours;
	JsonDocument theirs;
	ScanEnd		end = rootfi_scan(&ours, text, len, inside);
	bool		valid = outline_read(&theirs, text, len, inside);
	bool		may_be_deep = greatest_depth(text, len) > MAX_NESTING;

	if (end == SCAN_TOO_DEEP && !may_be_deep)
		shim_fail("found too deep: %.*s", len, text);
	if (end == SCAN_INVALID && valid)
		shim_fail("found no JSON: %.*s", len, text);
	if (end == SCAN_DONE && !valid)
		shim_fail("found JSON: %.*s", len, text);
	if (end == SCAN_DONE)
		check_document(&ours, &theirs);
	return valid;
}

/*
 * Cleans a text.  Fails unless it is then UTF-8 that needs no cleaning, and
 * if what needed none was changed.  Before, it must be refused if a string
 * that is read has what cannot be stored.
 */
static void
clean(char **text, size_t *len)
{
	bool		was_utf8 = pg_encoding_verifymbstr(PG_UTF8, *text, *len) == *len;
	bool		was_good = was_utf8 && check_scan(*text, *len, NULL);
	int			replaced = rootfi_json_clean(text, len);

	if (was_good && replaced > 0)
		shim_fail("cleaned what was clean: %.*s", (int) *len, *text);
	if (pg_encoding_verifymbstr(PG_UTF8, *text, *len) != *len ||
		rootfi_json_clean(text, len) > 0)
		shim_fail("not clean: %.*s", (int) *len, *text);
}

/* Fills a plan in two phases, as a copy does that looks at keys between. */
static void
fill_in_phases(RowPlan *plan, const JsonObject *object)
{
	RowObject	read;
	const JsonValue **id;

	rootfi_row_read(plan, object, &read);
	id = rootfi_row_value(plan, &read, "rootfi_id");
	if (id == NULL || *id != rootfi_json_member(object, "rootfi_id"))
		shim_fail("rootfi_id is not found");
	rootfi_row_convert(plan, &read);
}

/*
 * Fills a plan from an object, in two phases or in one go, and checks the row.
 * Only what is no object or not JSON inside may raise an error, and only
 * RFP01.
 */
static void
fill(Session *session, RowPlan *plan, const JsonObject *object,
	 const char *type)
{
	size_t		mark = shim_mark();
	volatile bool failed = false;

	PG_TRY();
	{
		if (plan == session->order)
			fill_in_phases(plan, object);
		else
			rootfi_row_fill(plan, object);
		rowtypes_check(plan, object);
		if (type != NULL)
			rootfi_row_default(plan, "type", type);
	}
	PG_CATCH();
	{
		failed = true;
		if (shim_error() != ERRCODE_ROOTFI_BAD_ANSWER)
			shim_fail("an error of another kind");
	}
	PG_END_TRY();
	if (failed && session->valid && object->value.type == JSON_TOKEN_OBJECT_START)
		shim_fail("could not convert %.*s", object->value.len, object->value.text);
	if (shim_subtransactions() != 0)
		shim_fail("a subtransaction is open");
	shim_release(mark);
}

/* Fills a row from a child. */
static void
put_child(void *arg, const JsonObject *object, const char *type, int ordinal)
{
	Session    *session = arg;

	if (ordinal != ++session->nchildren || object->value.type == JSON_TOKEN_NULL)
		shim_fail("child %d is not one", ordinal);
	rootfi_row_set(session->child, "ordinal", ordinal, false);
	fill(session, session->child, object, type);
}

/* Fills rows from the lists inside a record. */
static void
put_children(Session *session, const JsonObject *record)
{
	const ChildList *child = session->resource->children;
	const JsonValue *company = rootfi_json_member(record, "rootfi_company_id");

	for (; child->member != NULL; child++)
	{
		const JsonValue *strays[MAX_STRAYS];
		char	   *problem;

		rootfi_row_set(session->child, "rootfi_company_id", 1089, company == NULL);
		rootfi_row_set(session->child, child->parent_key, 157, false);
		for (int i = 0; child->strays && child->strays[i].member; i++)
			strays[i] = rootfi_json_member(record, child->strays[i].member);
		session->nchildren = 0;
		problem = rootfi_children_visit(child,
										rootfi_json_member(record, child->member),
										strays, put_child, session);
		if (problem != NULL && session->valid)
			shim_fail("could not read children: %s", problem);
	}
}

/* Makes plans as a copy of orders does. */
static void
plan_rows(Session *session)
{
	const ChildList *child;

	session->resource = rootfi_resource_by_name("ecommerce/orders");
	session->order = rootfi_row_plan(rowtypes_order(), session->resource->aliases);
	session->bare = rootfi_row_plan(rowtypes_bare(), session->resource->aliases);
	session->child = rootfi_row_plan(rowtypes_line_item(), NULL);
	for (child = session->resource->children; child->member != NULL; child++)
	{
		rootfi_row_claim(session->order, child->member);
		for (int i = 0; child->strays && child->strays[i].member; i++)
			rootfi_row_claim(session->order, child->strays[i].member);
	}
}

/* Opens an answer and fills rows from all that is in it. */
static void
convert(char *text, int len, bool valid)
{
	Session		session = {.valid = valid};
	JsonDocument document;
	JsonAnswer	answer;
	char	   *problem = rootfi_answer_open(&answer, text, len);

	if (problem != NULL)
	{
		if (valid && strcmp(problem, "It is neither an object nor an array.") != 0 &&
			strcmp(problem, "It is nested too deeply.") != 0)
			shim_fail("could not open %.*s: %s", len, text, problem);
		return;
	}
	if (valid && outline_read(&document, text, len, "data"))
		check_answer(&answer, &document);
	plan_rows(&session);
	for (int i = 0; i < answer.nrecords; i++)
	{
		const JsonObject *record = &answer.records[i];
		size_t		mark = shim_mark();

		fill(&session, session.order, record, NULL);
		fill(&session, session.bare, record, NULL);
		put_children(&session, record);
		shim_release(mark);
	}
}

/*
 * Fails if a long text made of the input again and again takes more time than
 * its length is worth.
 */
static void
check_time(const uint8 *data, size_t size)
{
	size_t		len = 0;
	char	   *text = palloc(LONG_TEXT + size);
	JsonDocument document;
	clock_t		begin = clock();

	for (; size > 0 && len < LONG_TEXT; len += size)
		memcpy(text + len, data, size);
	rootfi_json_clean(&text, &len);
	rootfi_scan(&document, text, (int) len, "data");
	if (clock() - begin > CLOCKS_PER_SEC / 2 + 2.0 * len / LONG_TEXT * CLOCKS_PER_SEC)
		shim_fail("%zu bytes took too long", len);
	shim_release(0);
}

/* Called by libFuzzer with each input. */
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	static int	nruns = 0;
	char	   *text;
	bool		valid;

	if (nruns++ % 512 == 0)
		check_time(data, size);
	text = memcpy(palloc(size), data, size);
	clean(&text, &size);
	check_scan(text, size, NULL);
	valid = check_scan(text, size, "data");
	/* the parser of programs beside the server does not look at its stack */
	if (greatest_depth(text, size) < MAX_LEVELS)
		convert(text, size, valid);
	shim_release(0);
	return 0;
}
