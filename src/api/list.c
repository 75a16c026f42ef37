/*
 * list.c
 *		Reads a list page by page, one page ahead.
 *
 * The cursor of page N + 1 stands in page N.  As soon as page N is there its
 * cursor is read and page N + 1 asked for; only then page N is handed out, so
 * that the server works while rows are made.  Two pages are in memory, never
 * the list.
 * Where a list ends is told by paging.c.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "api/answer.h"
#include "api/api.h"
#include "api/errors.h"
#include "api/list.h"
#include "api/paging.h"
#include "api/query.h"
#include "base/sqlstates.h"
#include "base/version.h"
#include "json/scalars.h"
#include "json/text.h"

#define SAFE_PAGE_SIZE	100		/* the documented default */
struct ListScan
{
	MemoryContext context;		/* of the scan */
	MemoryContext request_context;	/* of what a request is made of */
	MemoryContext page_context; /* of the page handed out */
	const ListRequest *request;
	char	   *server_name;
	char	   *action;			/* "list orders for company 42" */
	int			page_size;
	int			first_page_size;	/* 0: the same */
	bool		more;			/* there is a page beyond "ahead" */
	Paging		paging;			/* where it goes on */
	int64		rows;			/* so far, this page's too */
	HttpTransfer *current;		/* whose text the page points into */
	HttpTransfer *ahead;		/* NULL: there is no further page */
	JsonAnswer	answer;
	ListStats	stats;
};

/* Appends "expand" for every list that a record can have inside. */
static void
add_all_children(StringInfo target, const ChildList *children)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const ChildList *child = children; child && child->member; child++)
		appendStringInfo(&list, "%s%s", list.len > 0 ? "," : "",
						 child->member);
	if (list.len > 0)
		rootfi_query_add(target, "expand", list.data);
}

/* Appends the filters that may be left out. */
static void
add_optional(StringInfo target, const ListRequest *request)
{
	ListCell   *lc;

	foreach(lc, request->optional)
	{
		const ListFilter *filter = lfirst(lc);

		if (strcmp(filter->operator, "eq") == 0)
			rootfi_query_add_equal(target, filter->field, filter->value,
								   request->resource->plain_filters);
		else
			rootfi_query_add(target, psprintf("%s[%s]", filter->field,
											  filter->operator),
							 filter->value);
	}
}

/* Path and query of a list, without a cursor, into an empty string. */
static void
list_target(StringInfo target, const ListRequest *request, int page_size)
{
	const Resource *resource = request->resource;

	initStringInfo(target);
	rootfi_path_add(target, resource->path, request->parent_id);
	rootfi_query_add(target, "limit", psprintf("%d", page_size));
	if (request->has_company)
		rootfi_query_add_equal(target, "rootfi_company_id",
							   psprintf(INT64_FORMAT, request->company_id),
							   resource->plain_filters);
	if (request->has_since)
		rootfi_query_add(target, "rootfi_updated_at[gte]",
						 rootfi_write_timestamp(request->updated_since));
	if (request->filter != NULL)
		rootfi_query_add_filter(target, request->filter,
								resource->plain_filters);
	if (request->include_deleted)
		rootfi_query_add(target, "include_deleted_records", "true");
	rootfi_query_add_sort(target, request->sort);
	rootfi_query_add_list(target, "select", request->select);
	if (request->expand != NULL)
		rootfi_query_add_list(target, "expand", request->expand);
	else if (!resource->core)
		add_all_children(target, resource->children);
}

/* The same, to be shown. */
char *
rootfi_list_target(const ListRequest *request, int page_size)
{
	StringInfoData target;

	list_target(&target, request, page_size);
	add_optional(&target, request);
	return target.data;
}

/* The connection that the request goes over. */
static RootfiConnection *
get_connection(const ListRequest *request)
{
	return OidIsValid(request->serverid) ?
		rootfi_connection_of(request->serverid, request->userid) :
		rootfi_connection_get(request->server);
}

/* Asks for the page that the cursor stands at. */
static HttpTransfer *
ask(ListScan *scan)
{
	MemoryContext old = MemoryContextSwitchTo(scan->request_context);
	HttpRequest request = {.method = "GET"};
	RootfiConnection *connection;
	StringInfoData target;
	HttpTransfer *transfer;

	list_target(&target, scan->request,
				scan->paging.cursor == NULL && scan->first_page_size > 0 ?
				scan->first_page_size : scan->page_size);
	if (!scan->stats.filter_refused)
		add_optional(&target, scan->request);
	if (scan->paging.cursor != NULL)
		rootfi_query_add(&target, "next", scan->paging.cursor);
	else if (scan->request->count)
		rootfi_query_add(&target, "return_count", "true");
	request.target = target.data;
	connection = get_connection(scan->request);
	MemoryContextSwitchTo(scan->context);
	transfer = rootfi_http_start(connection, &request);
	MemoryContextSwitchTo(old);
	MemoryContextReset(scan->request_context);
	return transfer;
}

/* Asks for the page after the latest, unless that is left to its use. */
static void
ask_ahead(ListScan *scan)
{
	if (!scan->more || scan->request->lazy)
		return;
	scan->more = false;
	scan->ahead = ask(scan);
}

/* Rows per request: never more than are wanted. */
static int
choose_page_size(const ListRequest *request,
				 const RootfiConnection *connection)
{
	int			page_size = request->has_page_size ? request->page_size :
	connection->options.page_size;

	if (request->max_rows > 0 && request->max_rows < page_size)
		page_size = (int) request->max_rows;
	return page_size;
}

/* What is done, for messages: "list orders for company 42". */
static char *
list_action(const char *verb, const ListRequest *request)
{
	if (!request->has_company)
		return psprintf("%s %s", verb, request->resource->plural);
	return psprintf("%s %s for company " INT64_FORMAT, verb,
					request->resource->plural, request->company_id);
}

/*
 * Begins to read a list; the first page is asked for at once, that of
 * request->cursor if there is one.  The request must live as long as the
 * scan, which ends with the current context.
 */
ListScan *
rootfi_list_begin(const ListRequest *request)
{
	ListScan   *scan = palloc0(sizeof(ListScan));
	RootfiConnection *connection;

	rootfi_version_warn();
	rootfi_check_verb(request->resource, VERB_LIST);
	scan->context = scan->paging.context = CurrentMemoryContext;
	scan->page_context = AllocSetContextCreate(CurrentMemoryContext,
											   "rootfi page",
											   ALLOCSET_DEFAULT_SIZES);
	scan->request_context = AllocSetContextCreate(CurrentMemoryContext,
												  "rootfi page request",
												  ALLOCSET_SMALL_SIZES);
	scan->request = request;
	connection = get_connection(request);
	scan->server_name = pstrdup(connection->server_name);
	scan->action = list_action("list", request);
	scan->page_size = choose_page_size(request, connection);
	scan->first_page_size = Min(request->first_page_size, scan->page_size);
	scan->stats.total = scan->stats.server_time = -1;
	if (request->cursor != NULL)
		scan->paging.cursor = pstrdup(request->cursor);
	scan->more = request->max_rows != 0;
	ask_ahead(scan);
	return scan;
}

/* Error context callback: says which page of the scan it was. */
void
rootfi_list_context(void *arg)
{
	ListScan   *scan = arg;

	errcontext("page %d of the list of %s", scan->paging.page,
			   scan->request->resource->plural);
}

/* Has the next page arrived, or has the list ended? */
bool
rootfi_list_ready(const ListScan *scan)
{
	return scan->ahead == NULL ? !scan->more : rootfi_http_done(scan->ahead);
}

/* What is known of the list so far; lives as long as the scan. */
const ListStats *
rootfi_list_stats(const ListScan *scan)
{
	return &scan->stats;
}

/* Asks for the current page again and waits for it. */
static HttpResponse *
ask_again(ListScan *scan)
{
	HttpResponse *response;

	rootfi_http_close(scan->current);
	scan->current = NULL;
	scan->current = ask(scan);
	response = rootfi_api_finish(scan->current, &scan->stats.replaced);
	scan->stats.requests += response->attempts;
	scan->stats.retries += response->attempts - 1;
	return response;
}

/* Was the request refused as it was? */
static bool
is_bad_request(const HttpResponse *response)
{
	return response->end == HTTP_ANSWERED && response->status == 400;
}

/*
 * Asks for the first page again with the documented page size, since there is
 * no documented maximum.  Says so if that was the reason for the refusal.
 */
static HttpResponse *
ask_for_less(ListScan *scan)
{
	int			refused = scan->page_size;
	HttpResponse *response;

	scan->page_size = SAFE_PAGE_SIZE;
	scan->first_page_size = Min(scan->first_page_size, SAFE_PAGE_SIZE);
	response = ask_again(scan);
	if (response->end == HTTP_ANSWERED && response->status == 200)
		ereport(NOTICE,
				(errmsg("the server refused a page of %d rows, but not one of %d",
						refused, SAFE_PAGE_SIZE),
				 errhint("Set the option \"page_size\" of server \"%s\".",
						 scan->server_name)));
	return response;
}

/* The fields of the optional filters, for messages. */
static char *
optional_fields(const ListRequest *request)
{
	StringInfoData fields;
	ListCell   *lc;

	initStringInfo(&fields);
	foreach(lc, request->optional)
		appendStringInfo(&fields, "%s\"%s\"", fields.len > 0 ? ", " : "",
						 ((ListFilter *) lfirst(lc))->field);
	return fields.data;
}

/*
 * Asks for the first page again without the filters that may be left out.  Says
 * so if they were the reason for the refusal.
 */
static HttpResponse *
ask_without(ListScan *scan)
{
	HttpResponse *response;

	scan->stats.filter_refused = true;
	response = ask_again(scan);
	if (is_bad_request(response))
		scan->stats.filter_refused = false;
	else if (response->end == HTTP_ANSWERED && response->status == 200)
		ereport(NOTICE,
				(errmsg("the server refused to filter %s by %s",
						scan->request->resource->plural,
						optional_fields(scan->request)),
				 errdetail("They are filtered here; this session does not ask for that again."),
				 errhint("Set the option \"filter\" of the column to false.")));
	return response;
}

/* Asks for a first page that was refused in other ways, one after the other. */
static HttpResponse *
ask_otherwise(ListScan *scan, HttpResponse *response)
{
	bool		has_optional = scan->request->optional != NIL;

	if (is_bad_request(response) && has_optional)
		response = ask_without(scan);
	if (is_bad_request(response) && scan->page_size > SAFE_PAGE_SIZE)
	{
		response = ask_for_less(scan);
		if (is_bad_request(response) && has_optional)
			response = ask_without(scan);
	}
	return response;
}

/* Is it a status that a server may give to a cursor it does not know? */
static bool
is_refusal(int status)
{
	return status == 400 || status == 404 || status == 410 || status == 422;
}

/* Waits for the current page. */
static HttpResponse *
wait_for_page(ListScan *scan)
{
	ListStats  *stats = &scan->stats;
	HttpResponse *response = rootfi_api_finish(scan->current,
											   &scan->stats.replaced);

	stats->requests += response->attempts;
	stats->retries += response->attempts - 1;
	if (scan->paging.page == 1)
		response = ask_otherwise(scan, response);
	else if (scan->paging.page == 2 && scan->first_page_size > 0 &&
			 scan->page_size > SAFE_PAGE_SIZE && is_bad_request(response))
		response = ask_for_less(scan);	/* the first page that is whole */
	stats->bytes += response->len;
	stats->server_time = response->server_time;
	stats->cursor_refused = scan->paging.cursor != NULL &&
		response->end == HTTP_ANSWERED && is_refusal(response->status);
	return response;
}

/* Raises the error for a list that would never end. */
static void
report_endless(ListScan *scan, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
			 errmsg("could not %s: the list does not end", scan->action),
			 errdetail("%s", problem)));
}

/* Takes the current page apart; status 204 is an empty list. */
static void
open_page(ListScan *scan, const HttpResponse *response)
{
	bool		nothing = response->status == 204 && response->len == 0;
	char	   *problem = rootfi_answer_open(&scan->answer,
											 nothing ? "[]" : response->body,
											 nothing ? 2 : (int) response->len);

	if (problem == NULL && !scan->answer.is_list)
		problem = "The member \"data\" must be an array.";
	if (problem == NULL && scan->answer.bad_next)
		problem = "The member \"next\" must be text or null.";
	if (problem == NULL)
		problem = rootfi_paging_read(&scan->answer);
	if (problem != NULL)
		rootfi_raise(rootfi_report_unreadable(response, scan->action,
											  problem));
	problem = rootfi_paging_move(&scan->paging, &scan->answer,
								 scan->request->select == NULL);
	if (problem != NULL)
		report_endless(scan, problem);
}

/* Cuts the page to what is wanted; returns whether more pages are. */
static bool
count_rows(ListScan *scan)
{
	int64		max_rows = scan->request->max_rows;

	if (scan->answer.nrecords > max_rows - scan->rows)
		scan->answer.nrecords = (int) (max_rows - scan->rows);
	scan->rows += scan->answer.nrecords;
	return scan->rows < max_rows;
}

/*
 * Warns of a list that ended with fewer records than its server had announced;
 * a sync, which asks for the number, makes more of it.
 */
static void
warn_short(const ListScan *scan)
{
	if (scan->request->count || scan->request->cursor != NULL ||
		scan->paging.cursor != NULL || scan->rows >= scan->request->max_rows ||
		scan->rows >= scan->stats.total)
		return;
	ereport(WARNING,
			(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
			 errmsg("the list of %s ended after " INT64_FORMAT " of " INT64_FORMAT " records",
					scan->request->resource->plural, scan->rows,
					scan->stats.total),
			 errdetail("The server had announced that many.")));
}

/*
 * The next page, or NULL after the last.  It lives until the next call; the
 * request for the page after it is on its way.  Raises the errors of
 * rootfi_check_response, and RFP01 for what is no list.
 */
const JsonAnswer *
rootfi_list_next(ListScan *scan)
{
	MemoryContext old;
	HttpResponse *response;
	ErrorContextCallback context = {
		.previous = error_context_stack,
		.callback = rootfi_list_context,
		.arg = scan,
	};

	if (scan->current != NULL)
		rootfi_http_close(scan->current);
	scan->current = scan->ahead != NULL || !scan->more ? scan->ahead :
		ask(scan);
	scan->ahead = NULL;
	scan->more = false;
	MemoryContextReset(scan->page_context);
	if (scan->current == NULL)
	{
		rootfi_json_warn(scan->stats.replaced);
		warn_short(scan);
		return NULL;
	}

	error_context_stack = &context;
	scan->paging.page++;
	old = MemoryContextSwitchTo(scan->page_context);
	response = wait_for_page(scan);
	rootfi_check_response(response, scan->action, scan->server_name);
	open_page(scan, response);
	if (scan->answer.total_count != NULL &&
		!rootfi_read_int64(scan->answer.total_count, &scan->stats.total))
		scan->stats.total = -1;
	scan->stats.cursor = scan->paging.cursor;
	scan->stats.pages++;
	scan->stats.records += scan->answer.nrecords;
	scan->more = count_rows(scan) && scan->paging.cursor != NULL &&
		scan->paging.page != scan->request->max_pages;
	ask_ahead(scan);
	MemoryContextSwitchTo(old);
	error_context_stack = context.previous;
	return &scan->answer;
}

/*
 * How many records the list has, without reading them; false if the server
 * does not say (C22).
 */
bool
rootfi_list_count(const ListRequest *request, int64 *count)
{
	ApiCall		call = {.request = {.method = "GET"},.server = request->server};
	StringInfoData target;
	Jsonb	   *answer;
	char	   *total;

	rootfi_check_verb(request->resource, VERB_LIST);
	list_target(&target, request, 1);
	rootfi_query_add(&target, "return_count", "true");
	call.request.target = target.data;
	call.action = list_action("count", request);
	answer = rootfi_api_call(&call);
	total = answer == NULL ? NULL : rootfi_api_scalar(answer, "total_count");
	return total != NULL && rootfi_read_int64(total, count) && *count >= 0;
}
