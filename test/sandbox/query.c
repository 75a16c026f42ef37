/*
 * query.c -- what a list is asked for (1.2)
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cursor.h"
#include "query.h"

/*
 * Is the record one that the query asks for?
 */
bool
query_matches(const Query *query, const World *world, Record *record)
{
	bool		matches = record->deleted ?
		query->deleted && !record->lost : true;

	for (size_t i = 0; i < query->condition_count && matches; i++)
		matches = condition_holds(&query->conditions[i], world, record);
	return matches;
}

/*
 * Refuse a parameter.
 */
static bool
param_invalid(Failure *failure, const char *name)
{
	return failure_set(failure, "invalid-params",
					   "invalid value for parameter: %s", name);
}

/*
 * Add field[op]=value to a query.
 */
bool
query_add_condition(Query *query, const char *field, const char *op,
					const char *value, Failure *failure)
{
	if (query->condition_count == QUERY_CONDITIONS)
		return failure_set(failure, "invalid-params", "too many filters");
	return condition_read(&query->conditions[query->condition_count++],
						  field, op, value, failure);
}

/*
 * Add sort[field]=ASC or DESC to a query.
 */
static bool
query_add_sort(Query *query, const char *field, const char *value,
			   Failure *failure)
{
	bool		descending = strcasecmp(value, "DESC") == 0;
	Sort	   *sort;

	if (query->sort_count == QUERY_SORTS ||
		(!descending && strcasecmp(value, "ASC") != 0))
		return param_invalid(failure, "sort");
	sort = &query->sorts[query->sort_count++];
	sort->member = member_of(field);
	sort->descending = descending;
	return true;
}

/*
 * Read name[word]=value: a sort or a filter.
 */
static bool
query_bracketed(Query *query, const Param *param, Failure *failure)
{
	size_t		len = strcspn(param->name, "[");
	char	   *name = alloc_copy(param->name, len);
	char	   *word = alloc_text(param->name + len + 1);
	size_t		word_len = strcspn(word, "]");
	bool		valid;

	if (len == 0 || word_len == 0 || strcmp(word + word_len, "]") != 0)
		valid = failure_set(failure, "invalid-params",
							"invalid parameter name: %s", param->name);
	else
	{
		word[word_len] = '\0';
		valid = strcmp(name, "sort") == 0 ?
			query_add_sort(query, word, param->value, failure) :
			query_add_condition(query, name, word, param->value, failure);
	}
	free(name);
	free(word);
	return valid;
}

/*
 * Read true or false, which query strings have as text (C23); NULL leaves the
 * flag alone.
 */
bool
flag_read(const char *name, const char *text, bool *flag, Failure *failure)
{
	if (text == NULL)
		return true;
	*flag = strcmp(text, "true") == 0;
	return *flag || strcmp(text, "false") == 0 ||
		param_invalid(failure, name);
}

/*
 * Read the members that are shown only when they are asked for.
 */
static bool
query_select(Query *query, const char *names, Failure *failure)
{
	size_t		len;

	for (; names != NULL && *names; names += len + (names[len] == ','))
	{
		len = strcspn(names, ",");
		if (len == 8 && memcmp(names, "raw_data", len) == 0)
			query->raw_data = true;
		else if (len == 9 && memcmp(names, "data_hash", len) == 0)
			query->data_hash = true;
		else
			return param_invalid(failure, "select");
	}
	return true;
}

/*
 * Read where the page begins.  An empty cursor is none.
 */
static bool
query_cursor(Query *query, const Params *params, Failure *failure)
{
	const char *next = params_get(params, "next");
	const char *prev = params_get(params, "prev");

	query->next = next && *next ? next : NULL;
	query->prev = prev && *prev ? prev : NULL;
	if (query->next && (query->prev ||
						!cursor_read(query->next, &query->cursor)))
		return param_invalid(failure, "next");
	if (query->prev && !cursor_read(query->prev, &query->cursor))
		return param_invalid(failure, "prev");
	return true;
}

static bool
query_limit(Query *query, const char *text, int64_t max, Failure *failure)
{
	char	   *end;

	query->limit = max < DEFAULT_LIMIT ? max : DEFAULT_LIMIT;
	if (text == NULL)
		return true;
	query->limit = strtoll(text, &end, 10);
	return (*text != '\0' && *end == '\0' &&
			query->limit >= 1 && query->limit <= max) ||
		param_invalid(failure, "limit");
}

/*
 * Read one parameter if it is a filter or a sort.
 */
static bool
query_param(Query *query, const Resource *resource, const Param *param,
			Failure *failure)
{
	if (strchr(param->name, '[') != NULL)
		return query_bracketed(query, param, failure);
	if (word_find(resource->filters, param->name, strlen(param->name)))
		return query_add_condition(query, param->name, "eq", param->value,
								   failure);
	return true;
}

/*
 * Read the parameters of a list.  Those without brackets that no document
 * names are ignored.  False when the list is refused; query_free() is due in
 * any case.  The parameters must outlive the query.
 */
bool
query_read(Query *query, const Resource *resource, const Params *params,
		   int64_t max_limit, Failure *failure)
{
	for (size_t i = 0; i < params->count; i++)
		if (!query_param(query, resource, &params->list[i], failure))
			return false;
	return query_limit(query, params_get(params, "limit"), max_limit,
					   failure) &&
		query_cursor(query, params, failure) &&
		query_select(query, params_get(params, "select"), failure) &&
		flag_read("include_deleted_records",
				  params_get(params, "include_deleted_records"),
				  &query->deleted, failure) &&
		flag_read("return_count", params_get(params, "return_count"),
				  &query->count, failure);
}

void
query_free(Query *query)
{
	for (size_t i = 0; i < query->condition_count; i++)
		condition_free(&query->conditions[i]);
	for (size_t i = 0; i < query->sort_count; i++)
		free(query->sorts[i].member.name);
}
