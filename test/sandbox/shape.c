/*
 * shape.c -- written objects, checked and completed
 *
 * An object that a client sends is checked against the fields of its
 * resource, gets what the API adds (ids, times, defaults, totals), and its
 * members are put in the order of the documents.  Members that no document
 * names are kept, behind the others.
 */
#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "instant.h"
#include "shape.h"
#include "sums.h"

static json_t *shape_embedded(const Shape *shape, const Field *fields,
							  const json_t *given);

/* Members that are the server's: what a client says of them is ignored. */
static const char *const owned[] = {
	"rootfi_id", "rootfi_created_at", "rootfi_updated_at",
	"rootfi_company_id", "rootfi_deleted_at", "platform_id",
	"platform_unique_id", "raw_data", "data_hash", "company_id", "run_async"
};

/*
 * Refuse a field's value (1.6).
 */
static json_t *
shape_invalid(const Shape *shape, const Field *field)
{
	failure_set(shape->failure, "invalid-params",
				"invalid value for field: %s", field->name);
	return NULL;
}

/*
 * The number for an embedded object that came without one.
 */
static json_t *
shape_child_id(const Shape *shape)
{
	return exact_integer(shape->collection->next_child_id++);
}

/*
 * The platform_id of an embedded object, made from its rootfi_id.
 */
static json_t *
shape_child_key(const Field *field, const json_t *object)
{
	return json_sprintf("%s%s", field->missing,
						exact_numeral(json_object_get(object, "rootfi_id")));
}

static json_t *
shape_now(const Shape *shape)
{
	char		text[INSTANT_SIZE];

	instant_format(shape->now, text);
	return json_string(text);
}

/*
 * What a missing member of an object becomes.
 */
static json_t *
shape_missing(const Shape *shape, const Field *field, const json_t *object)
{
	switch (field->kind)
	{
		case FIELD_STRINGS:
		case FIELD_LIST:
			return json_array();
		case FIELD_TIME:
			return shape_now(shape);
		case FIELD_CHILD_ID:
			return shape_child_id(shape);
		case FIELD_CHILD_KEY:
			return shape_child_key(field, object);
		case FIELD_COMPANY:
			return exact_integer(shape->company_id);
		case FIELD_NUMBER:
			return field->missing ?
				exact_number(field->missing, strlen(field->missing)) :
				json_null();
		default:
			return field->missing ? json_string(field->missing) : json_null();
	}
}

static json_t *
shape_enum(const Shape *shape, const Field *field, const json_t *value)
{
	char	   *spelt = exact_is_text(value) ?
		field_value(field, exact_text(value)) : NULL;
	json_t	   *result = spelt ?
		json_string(spelt) : shape_invalid(shape, field);

	free(spelt);
	return result;
}

static json_t *
shape_strings(const Shape *shape, const Field *field, json_t *value)
{
	size_t		index;
	json_t	   *element;

	if (!json_is_array(value))
		return shape_invalid(shape, field);
	json_array_foreach(value, index, element)
	{
		if (!exact_is_text(element))
			return shape_invalid(shape, field);
	}
	return json_incref(value);
}

/*
 * An array of objects; each is completed, also in an update, because it
 * replaces what was there.
 */
static json_t *
shape_list(const Shape *shape, const Field *field, const json_t *value)
{
	json_t	   *result;
	json_t	   *element;
	json_t	   *child;
	size_t		index;

	if (!json_is_array(value))
		return shape_invalid(shape, field);
	result = json_array();
	json_array_foreach(value, index, element)
	{
		child = json_is_object(element) ?
			shape_embedded(shape, field->children, element) :
			shape_invalid(shape, field);
		if (child == NULL)
		{
			json_decref(result);
			return NULL;
		}
		json_array_append_new(result, child);
	}
	return result;
}

/*
 * Check a value that was sent.  NULL when it is refused.
 */
static json_t *
shape_value(const Shape *shape, const Field *field, json_t *value)
{
	switch (field->kind)
	{
		case FIELD_NUMBER:
		case FIELD_CHILD_ID:
		case FIELD_COMPANY:
			return exact_numeral(value) ? json_incref(value) :
				shape_invalid(shape, field);
		case FIELD_BOOLEAN:
			return json_is_boolean(value) ? json_incref(value) :
				shape_invalid(shape, field);
		case FIELD_MAP:
			return json_is_object(value) ? json_incref(value) :
				shape_invalid(shape, field);
		case FIELD_ENUM:
			return shape_enum(shape, field, value);
		case FIELD_STRINGS:
			return shape_strings(shape, field, value);
		case FIELD_LIST:
			return shape_list(shape, field, value);
		case FIELD_OBJECT:
			return json_is_object(value) ?
				shape_embedded(shape, field->children, value) :
				shape_invalid(shape, field);
		default:
			return exact_is_text(value) ? json_incref(value) :
				shape_invalid(shape, field);
	}
}

/*
 * A member that a client sent, under the field's name or its other one.
 */
static json_t *
shape_given(const Field *field, const json_t *given)
{
	json_t	   *value = json_object_get(given, field->name);

	if (value == NULL && field->alias != NULL)
		value = json_object_get(given, field->alias);
	return value;
}

/*
 * The list that an element joins: the one that was given, or the one that is
 * there, or an empty one.
 */
static json_t *
shape_element_list(const Shape *shape, const Field *field, json_t *result)
{
	json_t	   *list = json_object_get(result, field->list);

	if (json_is_array(list))
		return list;
	list = json_copy(json_object_get(shape->old, field->list));
	if (!json_is_array(list))
	{
		json_decref(list);
		list = json_array();
	}
	json_object_set_new(result, field->list, list);
	return list;
}

/*
 * Let an object join a list, in the place of the one of its type.  False when
 * it is refused.
 */
static bool
shape_element(const Shape *shape, const Field *field, json_t *given,
			  json_t *result)
{
	json_t	   *object;
	json_t	   *list;

	if (given == NULL || json_is_null(given))
		return true;
	if (!json_is_object(given))
		return shape_invalid(shape, field) != NULL;
	object = shape_embedded(shape, field->children, given);
	if (object == NULL)
		return false;
	json_object_set_new(object, "type", json_string(field->missing));
	list = shape_element_list(shape, field, result);
	for (size_t i = json_array_size(list); i-- > 0;)
		if (json_equal(json_object_get(json_array_get(list, i), "type"),
					   json_object_get(object, "type")))
			json_array_remove(list, i);
	return json_array_append_new(list, object) == 0;
}

/*
 * Put one field into the result.  False when the object is refused.
 */
static bool
shape_field(const Shape *shape, const Field *field, const json_t *given,
			json_t *result)
{
	json_t	   *value = shape_given(field, given);
	bool		missing = value == NULL || json_is_null(value);

	if (field->kind == FIELD_ELEMENT)
		return shape_element(shape, field, value, result);
	if (value == NULL && !shape->create)
		return true;
	if (missing && shape->create && field->required)
		return failure_set(shape->failure, "missing-params",
						   "missing required field: %s", field->name);
	if (!missing)
		value = shape_value(shape, field, value);
	else if (shape->create)
		value = shape_missing(shape, field, result);
	else
		value = json_null();
	return value != NULL &&
		json_object_set_new(result, field->name, value) == 0;
}

/*
 * Copy the members that are no fields.
 */
static void
shape_others(const Field *fields, const json_t *given, json_t *result)
{
	const char *name;
	json_t	   *value;

	json_object_foreach((json_t *) given, name, value)
	{
		bool		known = false;

		for (const Field *field = fields; field->name != NULL; field++)
			known |= strcmp(field->name, name) == 0 ||
				(field->alias != NULL && strcmp(field->alias, name) == 0);
		if (!known)
			json_object_set(result, name, value);
	}
}

/*
 * Put an object into shape.
 */
static json_t *
shape_object(const Shape *shape, const Field *fields, const json_t *given)
{
	json_t	   *result = json_object();

	for (const Field *field = fields; field->name != NULL; field++)
		if (!shape_field(shape, field, given, result))
		{
			json_decref(result);
			return NULL;
		}
	shape_others(fields, given, result);
	if (shape->create)
		sums_complete(fields, result);
	return result;
}

/*
 * Put an embedded object into shape, which is always a complete one.
 */
static json_t *
shape_embedded(const Shape *shape, const Field *fields, const json_t *given)
{
	Shape		complete = *shape;

	complete.create = true;
	return shape_object(&complete, fields, given);
}

/*
 * Put a record's object into shape: complete for a create, the given fields
 * alone for an update.  NULL when it is refused; the failure says why.
 */
json_t *
shape_record(const Shape *shape, const json_t *given)
{
	const Resource *resource = shape->collection->resource;
	json_t	   *copy = json_copy((json_t *) given);
	json_t	   *result;

	for (size_t i = 0; i < COUNT_OF(owned); i++)
		json_object_del(copy, owned[i]);
	if (resource->id_name != NULL)
		json_object_del(copy, resource->id_name);
	result = shape_object(shape, resource->fields, copy);
	json_decref(copy);
	return result;
}
