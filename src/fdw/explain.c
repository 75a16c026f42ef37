/*
 * explain.c
 *		What EXPLAIN says of scans of foreign tables.
 *
 * Nothing is sent and nothing worked out: what depends on values is shown as
 * the expression it is.
 */
#include "postgres.h"

#include "foreign/foreign.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "base/compat.h"
#include "fdw/condition.h"
#include "fdw/execute.h"

/* The name of the operator that a condition is sent with. */
static const char *
operator_name(const ForeignSource *foreign, ConditionKind kind, bool is_array)
{
	switch (kind)
	{
		case CONDITION_SINCE:
			return ">=";
		case CONDITION_UNTIL:
			return "<=";
		default:
			return is_array ? "= ANY" : "=";
	}
}

/* The conditions that are sent, as they are written in SQL. */
static char *
remote_filter(const ForeignScanRun *run, List *texts)
{
	StringInfoData filter;
	ListCell   *lc;

	initStringInfo(&filter);
	foreach(lc, texts)
	{
		int			i = foreach_current_index(lc);
		ConditionKind kind = list_nth_int(run->planned.kinds, i);
		bool		is_array = list_nth_int(run->planned.arrays, i);
		const char *member =
		run->foreign->columns[list_nth_int(run->planned.columns, i) - 1].member;

		appendStringInfo(&filter, is_array ? "%s(%s %s (%s))" : "%s(%s %s %s)",
						 filter.len > 0 ? " AND " : "",
						 quote_identifier(member),
						 operator_name(run->foreign, kind, is_array),
						 (char *) lfirst(lc));
	}
	return filter.data;
}

/* The text of the value of the first condition of a kind, or NULL. */
static const char *
value_of(const ForeignScanRun *run, List *texts, ConditionKind kind)
{
	ListCell   *lc;

	foreach(lc, run->planned.kinds)
		if (lfirst_int(lc) == (int) kind)
		return list_nth(texts, foreach_current_index(lc));
	return NULL;
}

/* The ids that are looked up: one, or each of an array; NULL for none. */
static const char *
key_of(const ForeignScanRun *run, List *texts)
{
	const char *key = value_of(run, texts, CONDITION_KEY);

	/* there is one condition of that kind, before all others */
	return key == NULL || !linitial_int(run->planned.arrays) ? key :
		psprintf("ANY (%s)", key);
}

/* Method, path and query of the requests. */
static char *
remote_request(ForeignScanRun *run, List *texts)
{
	ListRequest request = run->request;
	const char *key = key_of(run, texts);
	const char *company = value_of(run, texts, CONDITION_COMPANY);
	int			page_size = request.first_page_size > 0 ?
	request.first_page_size : run->foreign->options.page_size;
	StringInfoData text;

	initStringInfo(&text);
	if (key != NULL && run->foreign->lookup == LOOKUP_GET &&
		request.select == NULL)
	{
		appendStringInfo(&text, "GET %s/%s", run->foreign->resource->path, key);
		return text.data;
	}
	appendStringInfo(&text, "GET %s", rootfi_list_target(&request, page_size));
	if (company != NULL && !request.has_company)
		appendStringInfo(&text, "&rootfi_company_id%s=%s",
						 rootfi_in_words("rootfi_company_id",
										 run->foreign->resource->plain_filters) ?
						 "" : "[eq]", company);
	if (key != NULL)
		appendStringInfo(&text, "&rootfi_id[eq]=%s", key);
	return text.data;
}

/* The values of the conditions as they are written in SQL. */
static List *
value_texts(ForeignScanState *state, List *ancestors, struct ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) state->ss.ps.plan;
	List	   *context = set_deparse_context_plan(es->deparse_cxt,
												   (Plan *) plan, ancestors);
	bool		use_prefix = list_length(es->rtable) > 1 || es->verbose;
	List	   *texts = NIL;
	ListCell   *lc;

	foreach(lc, plan->fdw_exprs)
		texts = lappend(texts, deparse_expression(lfirst(lc), context,
												  use_prefix, false));
	return texts;
}

/* Shows what was read. */
static void
explain_stats(const ForeignScanRun *run, struct ExplainState *es)
{
	SourceStats stats = run->stats;

	if (run->source != NULL)
		rootfi_source_add_stats(run->source, &stats);
	ExplainPropertyInteger("Requests", NULL, stats.requests, es);
	ExplainPropertyInteger("Pages", NULL, stats.pages, es);
	ExplainPropertyInteger("Records", NULL, stats.records, es);
	ExplainPropertyInteger("Bytes", NULL, stats.bytes, es);
	ExplainPropertyInteger("Retries", NULL, stats.retries, es);
	if (es->timing)
		ExplainPropertyFloat("Wait Time", "ms", stats.waited / 1000.0, 3, es);
}

/* Callback: shows a scan. */
void
rootfi_scan_explain(ForeignScanState *state, struct ExplainState *es)
{
	ForeignScanRun *run = state->fdw_state;
	List	   *texts = value_texts(state, NIL, es);

	ExplainPropertyText("Remote Request", remote_request(run, texts), es);
	if (texts != NIL)
		ExplainPropertyText("Remote Filter", remote_filter(run, texts), es);
	if (es->costs)
		ExplainPropertyInteger("Estimated Requests", NULL,
							   run->planned.requests, es);
	if (es->verbose)
		ExplainPropertyText("Server",
							GetForeignServer(run->foreign->serverid)->servername,
							es);
	if (es->analyze)
		explain_stats(run, es);
}
