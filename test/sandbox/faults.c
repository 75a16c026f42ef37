/*
 * faults.c -- failures on request
 *
 * A fault says which requests it is for and what becomes of their answers.
 * Faults are tried in the order in which they were asked for; the first one
 * that matches is used, and one that is used up goes.
 *
 * A fault with status, body, huge or reset stands in for the API: the request
 * is not performed, unless "effect" asks for that.  All others alter how the
 * API's own answer arrives.
 */
#include <stdio.h>
#include <string.h>

#include "exact.h"
#include "faults.h"

typedef enum FaultKind
{
	FAULT_INTEGER,
	FAULT_FLAG,
	FAULT_TEXT,
	FAULT_RESET,				/* "before" or "headers" */
	FAULT_HEADERS,				/* an object of strings */
	FAULT_ANY
} FaultKind;

/* The members of a fault, and the range of those that are integers. */
typedef struct FaultMember
{
	const char *name;
	FaultKind	kind;
	int64_t		min;
	int64_t		max;
	bool		stands_in;		/* for the API's answer */
} FaultMember;

#define RANGE(low, high) .kind = FAULT_INTEGER, .min = (low), .max = (high)
#define MAX_DELAY	86400000	/* a day */

static const FaultMember fault_members[] = {
	{.name = "times", RANGE(-1, INT32_MAX)},
	{.name = "skip", RANGE(0, INT32_MAX)},
	{.name = "method", .kind = FAULT_TEXT},
	{.name = "path", .kind = FAULT_TEXT},
	{.name = "status", RANGE(200, 599), .stands_in = true},
	{.name = "headers", .kind = FAULT_HEADERS},
	{.name = "body", .kind = FAULT_ANY, .stands_in = true},
	{.name = "delay_ms", RANGE(0, MAX_DELAY)},
	{.name = "truncate", RANGE(0, INT32_MAX)},
	{.name = "reset", .kind = FAULT_RESET, .stands_in = true},
	{.name = "drip_ms", RANGE(1, MAX_DELAY)},
	{.name = "malformed", .kind = FAULT_FLAG},
	{.name = "huge", RANGE(1, INT64_MAX), .stands_in = true},
	{.name = "repeat_cursor", .kind = FAULT_FLAG},
	{.name = "effect", .kind = FAULT_FLAG},
	{.name = NULL}
};

void
faults_start(Faults *faults)
{
	faults->list = json_array();
}

void
faults_forget(Faults *faults)
{
	json_array_clear(faults->list);
}

void
faults_free(Faults *faults)
{
	json_decref(faults->list);
}

static const FaultMember *
fault_member(const char *name)
{
	const FaultMember *member = fault_members;

	while (member->name != NULL && strcmp(member->name, name) != 0)
		member++;
	return member->name ? member : NULL;
}

/*
 * Is that a text which answers may have as a header's value?
 */
static bool
headers_valid(const json_t *headers)
{
	const char *name;
	json_t	   *value;
	bool		valid = json_is_object(headers);

	json_object_foreach((json_t *) headers, name, value)
		valid = valid && exact_is_text(value) && *name != '\0' &&
		strpbrk(exact_text(value), "\r\n") == NULL &&
		strpbrk(name, ": \t\r\n") == NULL;
	return valid;
}

/*
 * Is the value one that this member may have?
 */
static bool
fault_value_valid(const FaultMember *member, const json_t *value)
{
	int64_t		integer;
	const char *text = exact_text(value);

	switch (member->kind)
	{
		case FAULT_INTEGER:
			return exact_to_integer(value, &integer) &&
				integer >= member->min && integer <= member->max;
		case FAULT_FLAG:
			return json_is_boolean(value);
		case FAULT_TEXT:
			return text != NULL;
		case FAULT_RESET:
			return text != NULL && (strcmp(text, "before") == 0 ||
									strcmp(text, "headers") == 0);
		case FAULT_HEADERS:
			return headers_valid(value);
		default:
			return true;
	}
}

static bool
fault_valid(const json_t *fault, Failure *failure)
{
	const char *name;
	json_t	   *value;

	if (!json_is_object(fault))
		return failure_set(failure, "invalid-params",
						   "a fault must be an object");
	json_object_foreach((json_t *) fault, name, value)
	{
		const FaultMember *member = fault_member(name);

		if (member == NULL)
			return failure_set(failure, "invalid-params",
							   "a fault has no member: %s", name);
		if (!fault_value_valid(member, value))
			return failure_set(failure, "invalid-params",
							   "invalid value for member: %s", name);
	}
	return true;
}

/*
 * Ask for one fault, or for several in an array.  None is taken when one of
 * them is refused.
 */
bool
faults_add(Faults *faults, const json_t *body, Failure *failure)
{
	size_t		index;
	json_t	   *fault;

	if (!json_is_array(body))
		return fault_valid(body, failure) &&
			json_array_append(faults->list, (json_t *) body) == 0;
	json_array_foreach(body, index, fault)
	{
		if (!fault_valid(fault, failure))
			return false;
	}
	return json_array_extend(faults->list, (json_t *) body) == 0;
}

/*
 * An integer of a fault, or what it is when it was not given.
 */
static int64_t
fault_integer(const json_t *fault, const char *name, int64_t missing)
{
	int64_t		value = missing;

	exact_to_integer(json_object_get(fault, name), &value);
	return value;
}

static bool
fault_flag(const json_t *fault, const char *name)
{
	return json_is_true(json_object_get(fault, name));
}

static bool
fault_matches(const json_t *fault, const Target *target)
{
	const char *method = exact_text(json_object_get(fault, "method"));
	const char *path = exact_text(json_object_get(fault, "path"));

	return (method == NULL || strcmp(method, target->method) == 0) &&
		(path == NULL || strncmp(path, target->path, strlen(path)) == 0) &&
		(target->has_cursor || !fault_repeats_cursor(fault)) &&
		fault_integer(fault, "times", 1) != 0;
}

/*
 * The fault for a request, or NULL.  The caller owns a reference.
 */
json_t *
faults_take(Faults *faults, const Target *target)
{
	size_t		index;
	json_t	   *fault;

	json_array_foreach(faults->list, index, fault)
	{
		int64_t		times = fault_integer(fault, "times", 1);
		int64_t		skip = fault_integer(fault, "skip", 0);

		if (!fault_matches(fault, target))
			continue;
		if (skip > 0)
		{
			json_object_set_new(fault, "skip", exact_integer(skip - 1));
			continue;
		}
		json_incref(fault);
		if (times > 0)
			json_object_set_new(fault, "times", exact_integer(times - 1));
		if (times == 1)
			json_array_remove(faults->list, index);
		return fault;
	}
	return NULL;
}

/*
 * Is the request performed in spite of the fault?
 */
bool
fault_performs(const json_t *fault)
{
	for (const FaultMember *member = fault_members; member->name; member++)
		if (member->stands_in && json_object_get(fault, member->name))
			return fault_flag(fault, "effect");
	return true;
}

/*
 * Are lists to answer the cursor that they were asked with?
 */
bool
fault_repeats_cursor(const json_t *fault)
{
	return fault_flag(fault, "repeat_cursor");
}

/*
 * Put the fault's own answer in place of the API's.
 */
static void
fault_replace(const json_t *fault, Answer *answer)
{
	const json_t *body = json_object_get(fault, "body");
	unsigned	status = (unsigned) fault_integer(fault, "status", 200);
	const char *text = exact_text(body);

	answer_error(answer, status, "unknown-error",
				 "a fault that was asked for");
	if (body == NULL && status >= 400)
		return;
	answer->body.len = 0;
	if (body == NULL)
		buffer_text(&answer->body, "{}");
	else if (text != NULL)
		buffer_text(&answer->body, text);
	else
		exact_render(&answer->body, body);
}

/*
 * Do to an answer what the fault asks for.
 */
void
fault_alter(const json_t *fault, Answer *answer, Delivery *delivery)
{
	const char *reset = exact_text(json_object_get(fault, "reset"));
	const char *name;
	json_t	   *value;

	if (json_object_get(fault, "status") || json_object_get(fault, "body") ||
		answer->status == 0)
		fault_replace(fault, answer);
	json_object_foreach(json_object_get(fault, "headers"), name, value)
		answer_header(answer, name, exact_text(value));
	if (fault_flag(fault, "malformed"))
		answer->body.len /= 2;
	delivery->delay_ms += fault_integer(fault, "delay_ms", 0);
	delivery->truncate = fault_integer(fault, "truncate", -1);
	delivery->drip_ms = fault_integer(fault, "drip_ms", 0);
	delivery->huge = fault_integer(fault, "huge", 0);
	delivery->reset = reset != NULL;
	delivery->no_answer = reset != NULL && strcmp(reset, "before") == 0;
	if (reset != NULL)
		delivery->truncate = 0;
}
