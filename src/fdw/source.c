/*
 * source.c
 *		Where the records of a scan come from: lists and single reads.
 *
 * A source has parts, read one after the other; single reads are on their way
 * several at a time.  What only spares rows may be refused by the server: it
 * is then left out, and not asked for again in this session.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/memutils.h"

#include "api/api.h"
#include "api/errors.h"
#include "api/query.h"
#include "base/sqlstates.h"
#include "fdw/source.h"
#include "json/scalars.h"
#include "json/scan.h"
#include "json/text.h"

int			rootfi_max_scan_requests = 10000;

/* A filter that a server has refused. */
typedef struct RefusedFilter
{
	Oid			serverid;
	char	   *resource;
	char	   *field;
} RefusedFilter;

static List *refused_filters = NIL; /* by this session */

struct RecordSource
{
	MemoryContext context;
	ListRequest request;		/* of every list, without its filters */
	List	   *parts;
	int			nparts;
	int			part;			/* that is read, from 0; -1: none yet */
	HttpTransfer **reads;		/* of the parts that are single reads */
	int			started;		/* parts whose reads were begun */
	MemoryContext part_context;
	ListScan   *list;			/* of the part, or NULL */
	JsonAnswer	single;			/* what a single read gave */
	const JsonAnswer *page;		/* that is handed out, or NULL */
	int			record;			/* of it, the next one */
	SourceStats stats;			/* but for those of "list" */
};

/* A filter, in the current context. */
ListFilter *
rootfi_source_filter(const char *field, const char *operator,
					 const char *value)
{
	ListFilter *filter = palloc(sizeof(ListFilter));

	filter->field = field;
	filter->operator = operator;
	filter->value = value;
	return filter;
}

/* Has this session seen the filter refused? */
static bool
is_refused(const RecordSource *source, const ListFilter *filter)
{
	ListCell   *lc;

	foreach(lc, refused_filters)
	{
		const RefusedFilter *refused = lfirst(lc);

		if (refused->serverid == source->request.serverid &&
			strcmp(refused->resource, source->request.resource->name) == 0 &&
			strcmp(refused->field, filter->field) == 0)
			return true;
	}
	return false;
}

/* Remembers that the server refuses these filters. */
static void
remember_refused(const RecordSource *source, List *filters)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	ListCell   *lc;

	foreach(lc, filters)
	{
		const ListFilter *filter = lfirst(lc);
		RefusedFilter *refused;

		if (is_refused(source, filter))
			continue;
		refused = palloc(sizeof(RefusedFilter));
		refused->serverid = source->request.serverid;
		refused->resource = pstrdup(source->request.resource->name);
		refused->field = pstrdup(filter->field);
		refused_filters = lappend(refused_filters, refused);
	}
	MemoryContextSwitchTo(old);
}

/* Those of the filters that were not refused yet. */
static List *
useful_filters(const RecordSource *source, List *filters)
{
	List	   *useful = NIL;
	ListCell   *lc;

	foreach(lc, filters)
		if (!is_refused(source, lfirst(lc)))
		useful = lappend(useful, lfirst(lc));
	return useful;
}

/*
 * Makes the first part all there is to read: where lists are not filtered,
 * each would be the whole one.
 */
static void
read_as_one(RecordSource *source)
{
	Part	   *part = linitial(source->parts);

	part->value = NULL;
	part->by_id = part->by_get = false;
	source->nparts = 1;
}

/* Are the parts lists that only filters tell apart? */
static bool
has_many_lists(const RecordSource *source)
{
	const Part *part = source->nparts > 1 ? linitial(source->parts) : NULL;

	return part != NULL && !part->by_get;
}

/*
 * Begins to read; nothing is asked for yet.  The request, with what it points
 * to, and the parts must live as long as the source, which ends with the
 * current context.
 */
RecordSource *
rootfi_source_begin(const ListRequest *request, List *parts)
{
	RecordSource *source = palloc0(sizeof(RecordSource));

	source->context = CurrentMemoryContext;
	source->request = *request;
	source->parts = parts;
	source->nparts = list_length(parts);
	source->part = -1;
	source->reads = palloc0(source->nparts * sizeof(HttpTransfer *) + 1);
	source->part_context = AllocSetContextCreate(CurrentMemoryContext,
												 "rootfi part",
												 ALLOCSET_DEFAULT_SIZES);
	if (has_many_lists(source))
	{
		Part	   *part = linitial(parts);

		if (list_length(useful_filters(source, part->filters)) <
			list_length(part->filters))
			read_as_one(source);
	}
	return source;
}

/* Adds what the source has read so far. */
void
rootfi_source_add_stats(const RecordSource *source, SourceStats *stats)
{
	stats->requests += source->stats.requests;
	stats->pages += source->stats.pages;
	stats->records += source->stats.records;
	stats->bytes += source->stats.bytes;
	stats->retries += source->stats.retries;
	stats->waited += source->stats.waited;
	if (source->list != NULL)
	{
		const ListStats *list = rootfi_list_stats(source->list);

		stats->requests += list->requests;
		stats->pages += list->pages;
		stats->records += list->records;
		stats->bytes += list->bytes;
		stats->retries += list->retries;
	}
}

/* Raises 54000 if the source may not ask for more. */
static void
check_requests(const RecordSource *source)
{
	SourceStats stats = {0};

	rootfi_source_add_stats(source, &stats);
	if (stats.requests >= rootfi_max_scan_requests)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a scan of %s would need more than %d requests",
						source->request.resource->plural,
						rootfi_max_scan_requests),
				 errhint("Add conditions that can be sent (see EXPLAIN), copy the data with rootfi_sync(), or raise \"rootfi.max_scan_requests\".")));
}

/* Adds the time since a moment to what was waited. */
static void
add_waited(RecordSource *source, instr_time since)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, since);
	source->stats.waited += INSTR_TIME_GET_MICROSEC(now);
}

/* Begins the list of a part. */
static void
begin_list(RecordSource *source, const Part *part)
{
	ListRequest *request = palloc(sizeof(ListRequest));

	*request = source->request;
	request->optional = useful_filters(source, part->filters);
	if (source->nparts > 1)
		request->first_page_size = 0;
	source->list = rootfi_list_begin(request);
}

/* Ends what is read of the current part. */
static void
end_part(RecordSource *source)
{
	SourceStats stats = {0};

	rootfi_source_add_stats(source, &stats);
	source->stats = stats;
	source->list = NULL;
	source->page = NULL;
	MemoryContextReset(source->part_context);
}

/*
 * The list has given its first page without the filters: what it was to be
 * told apart by is not there.
 */
static void
note_refusal(RecordSource *source, const Part *part)
{
	remember_refused(source, part->filters);
	if (source->part == 0 && has_many_lists(source))
		read_as_one(source);
}

/* Goes on to the next page of the part's list; false if there is none. */
static bool
next_page(RecordSource *source)
{
	const ListStats *stats;
	instr_time	begun;

	if (source->list == NULL)
		return false;
	stats = rootfi_list_stats(source->list);
	if (stats->pages == 0 || stats->cursor != NULL)
		check_requests(source);
	INSTR_TIME_SET_CURRENT(begun);
	source->page = rootfi_list_next(source->list);
	add_waited(source, begun);
	source->record = 0;
	if (source->page != NULL && stats->pages == 1 && stats->filter_refused)
		note_refusal(source, list_nth(source->parts, source->part));
	return source->page != NULL;
}

/* Asks for a record, in the current context. */
static HttpTransfer *
start_read(const RecordSource *source, const Part *part)
{
	HttpRequest request = {.method = "GET"};
	StringInfoData target;

	initStringInfo(&target);
	appendStringInfoString(&target, source->request.resource->path);
	rootfi_path_add_id(&target, psprintf(INT64_FORMAT, part->id));
	request.target = target.data;
	return rootfi_http_start(rootfi_connection_of(source->request.serverid,
												  source->request.userid),
							 &request);
}

/* Asks for the records of the next parts, up to how many may be under way. */
static void
start_reads(RecordSource *source)
{
	int			ahead = source->request.lazy ? 1 : rootfi_max_concurrency;
	MemoryContext old = MemoryContextSwitchTo(source->context);

	source->started = Max(source->started, source->part);
	while (source->started < source->nparts &&
		   source->started < source->part + ahead)
	{
		const Part *part = list_nth(source->parts, source->started);

		if (part->by_get)
		{
			check_requests(source);
			source->reads[source->started] = start_read(source, part);
		}
		source->started++;
	}
	MemoryContextSwitchTo(old);
}

/* The number that a member of a record is; false if it is none. */
static bool
read_number(const JsonObject *record, const char *member, int64 *number)
{
	const JsonValue *value = rootfi_json_member(record, member);

	return value != NULL && value->token != NULL &&
		rootfi_read_int64(value->token, number);
}

/*
 * Is it the record that was asked for?  An id may be one of the platform's, of
 * another record.
 */
static bool
is_asked_for(const RecordSource *source, const Part *part,
			 const JsonObject *record)
{
	int64		id;

	return read_number(record, "rootfi_id", &id) && id == part->id &&
		(!source->request.has_company ||
		 rootfi_json_member(record, "rootfi_company_id") != NULL);
}

/*
 * Takes the answer of a single read; false if it has to be looked for in the
 * list: an answer that is another record, or none where there may be a deleted
 * one, which a single read need not find.
 */
static bool
take_single(RecordSource *source, const Part *part,
			const HttpResponse *response, const char *action)
{
	JsonAnswer *answer = &source->single;
	char	   *problem;

	if (response->end == HTTP_ANSWERED && response->status == 404)
		return !source->request.include_deleted;
	rootfi_check_response(response, action,
						  rootfi_connection_of(source->request.serverid,
											   source->request.userid)->server_name);
	if (response->status == 204)
		return !source->request.include_deleted;
	problem = rootfi_answer_open(answer, response->body, (int) response->len);
	if (problem == NULL && answer->nrecords == 1 &&
		rootfi_json_member(&answer->records[0], "rootfi_id") == NULL &&
		rootfi_json_member(&answer->records[0], "error") != NULL)
		problem = "It is an error in spite of that status.";
	if (problem != NULL)
		rootfi_raise(rootfi_report_unreadable(response, action, problem));
	if (answer->nrecords != 1 ||
		!is_asked_for(source, part, &answer->records[0]))
		return false;
	source->page = answer;
	source->record = 0;
	source->stats.records++;
	return true;
}

/* Waits for the record of a part; looks for it in the list if need be. */
static void
read_single(RecordSource *source, const Part *part)
{
	char	   *action = psprintf("get %s " INT64_FORMAT,
								  source->request.resource->singular,
								  part->id);
	HttpResponse *response;
	instr_time	begun;
	int			replaced = 0;
	Part		by_list = *part;

	INSTR_TIME_SET_CURRENT(begun);
	response = rootfi_api_finish(source->reads[source->part], &replaced);
	add_waited(source, begun);
	source->stats.requests += response->attempts;
	source->stats.retries += response->attempts - 1;
	source->stats.pages++;
	source->stats.bytes += response->len;
	rootfi_json_warn(replaced);
	if (take_single(source, part, response, action))
		return;
	by_list.filters = source->request.resource->core ? NIL :
		list_make1(rootfi_source_filter("rootfi_id", "eq",
										psprintf(INT64_FORMAT, part->id)));
	begin_list(source, &by_list);
}

/* Goes on to the next part; false after the last. */
static bool
next_part(RecordSource *source)
{
	const Part *part;
	MemoryContext old;

	end_part(source);
	if (source->part >= 0 && source->part < source->nparts &&
		source->reads[source->part] != NULL)
	{
		rootfi_http_close(source->reads[source->part]);
		source->reads[source->part] = NULL;
	}
	if (source->part + 1 >= source->nparts)
		return false;
	part = list_nth(source->parts, ++source->part);
	if (part->by_get)
		start_reads(source);
	old = MemoryContextSwitchTo(source->part_context);
	if (part->by_get)
		read_single(source, part);
	else
		begin_list(source, part);
	MemoryContextSwitchTo(old);
	return true;
}

/* The text of a member that is a scalar, or NULL. */
static const char *
scalar_of(const JsonObject *record, const char *member)
{
	const JsonValue *value = rootfi_json_member(record, member);

	return value == NULL || value->type == JSON_TOKEN_NULL ? NULL :
		value->token;
}

/* Is the record of this part? */
static bool
is_of_part(const Part *part, const JsonObject *record)
{
	int64		id;
	const char *text;

	if (record->value.type != JSON_TOKEN_OBJECT_START)
		return true;			/* which is an error, elsewhere */
	if (part->by_id)
		return read_number(record, "rootfi_id", &id) && id == part->id;
	if (part->value == NULL)
		return true;
	text = scalar_of(record, part->own);
	if (part->instead != NULL)
		text = text != NULL ? NULL : scalar_of(record, part->instead);
	return text != NULL && strcmp(text, part->value) == 0;
}

/*
 * The next record, or NULL after the last.  It lives until the next call.
 * Raises the errors of rootfi_list_next and of a single read, and 54000 when
 * more requests would be needed than may be made.
 */
const JsonObject *
rootfi_source_next(RecordSource *source)
{
	for (;;)
	{
		const Part *part = source->part < 0 ? NULL :
		list_nth(source->parts, source->part);

		while (source->page != NULL && source->record < source->page->nrecords)
		{
			const JsonObject *record = &source->page->records[source->record++];

			if (is_of_part(part, record))
				return record;
		}
		CHECK_FOR_INTERRUPTS();
		if (!next_page(source) && !next_part(source))
			return NULL;
	}
}
