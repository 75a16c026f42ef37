/*
 * answer.c
 *		Answers of the API taken apart, whatever their shape.
 */
#include "postgres.h"

#include "api/answer.h"
#include "json/scan.h"

/* The answer has one record: an object, or what should be one. */
static void
answer_single(JsonAnswer *answer, const JsonObject *record)
{
	answer->records = palloc(sizeof(JsonObject));
	answer->records[0] = *record;
	answer->nrecords = 1;
}

/* Reads the envelope of an answer that is an object. */
static char *
open_envelope(JsonAnswer *answer, const JsonDocument *document)
{
	const JsonObject *whole = &document->whole;
	const JsonValue *next = rootfi_json_member(whole, "next");
	const JsonValue *total = rootfi_json_member(whole, "total_count");
	const JsonValue *data = rootfi_json_member(whole, "data");
	JsonObject	object;
	char	   *problem;

	if (next != NULL && next->type == JSON_TOKEN_STRING)
		answer->next = next->token[0] != '\0' ? next->token : NULL;
	else
		answer->bad_next = next != NULL && next->type != JSON_TOKEN_NULL;
	if (total != NULL)
		answer->total_count = total->token;
	if (rootfi_json_member(whole, "rootfi_id") != NULL || data == NULL)
		answer_single(answer, whole);
	else if (data->type == JSON_TOKEN_ARRAY_START)
	{
		answer->is_list = true;
		answer->records = document->elements;
		answer->nrecords = document->nelements;
	}
	else if (data->type == JSON_TOKEN_OBJECT_START)
	{
		problem = rootfi_json_object(&object, data->text, data->len);
		if (problem != NULL)
			return problem;
		answer_single(answer, &object);
	}
	else if (data->type != JSON_TOKEN_NULL)
		answer_single(answer, whole);
	return NULL;
}

/*
 * Takes an answer apart, whatever its shape (C7, C17): {"data": [...]},
 * {"data": {...}}, [...] or a bare object.  An object with a rootfi_id is a
 * record itself, whatever members it has.  Returns NULL, or what is wrong.
 */
char *
rootfi_answer_open(JsonAnswer *answer, const char *text, int len)
{
	JsonDocument document;
	char	   *problem;

	memset(answer, 0, sizeof(*answer));
	problem = rootfi_json_document(&document, text, len, "data");
	if (problem != NULL)
		return problem;
	if (document.whole.value.type == JSON_TOKEN_OBJECT_START)
		return open_envelope(answer, &document);
	if (!document.is_array)
		return pstrdup("It is neither an object nor an array.");
	answer->is_list = true;
	answer->records = document.elements;
	answer->nrecords = document.nelements;
	return NULL;
}
