/*
 * generate_record.c -- the JSON of generated records of any resource
 *
 * A record is made from the fields of its resource.  A string or a number
 * comes from the field's .sample, where words in braces stand for something:
 * see words[] below; {+N} and {-N} are the time so many days after or before
 * the record was made.  A string that has .values is one of them, one that
 * .refers to a resource is the id of a record of the same company.  What has
 * none of these is null.
 *
 * Every seventh record is odd: it has what contradicts the documents' schema
 * and yet is in their samples.
 */
#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "generate.h"
#include "instant.h"
#include "random.h"
#include "sums.h"

#define ODD_INTERVAL	7

/* A record in the making. */
typedef struct Maker
{
	const World *world;
	const Record *record;
	Random		random;
	const char *currency;
	int64_t		children;		/* embedded objects so far */
	bool		odd;

	/* of the object in the making */
	const char *person;
	const char *product;
	Address		address;
} Maker;

/* What a word in braces stands for. */
typedef struct Word
{
	const char *name;
	size_t		text;			/* a string at this place in Maker, */
	size_t		number;			/* or a number there, */
	int64_t		low;			/* or a random number from here */
	int64_t		high;			/* to here */
	bool		cents;
} Word;

static const Word words[] = {
	{"person", .text = offsetof(Maker, person)},
	{"product", .text = offsetof(Maker, product)},
	{"currency", .text = offsetof(Maker, currency)},
	{"street", .text = offsetof(Maker, address.street)},
	{"city", .text = offsetof(Maker, address.city)},
	{"state", .text = offsetof(Maker, address.state)},
	{"country", .text = offsetof(Maker, address.country)},
	{"house", .number = offsetof(Maker, address.number)},
	{"code", .number = offsetof(Maker, address.code)},
	{"few", .low = 1, .high = 9},
	{"stock", .low = 10, .high = 500},
	{"pin", .low = 1000, .high = 9999},
	{"digits", .low = 1000000, .high = 9999999},
	{"small", .low = 0, .high = 999, .cents = true},
	{"money", .low = 1000, .high = 29999, .cents = true},
	{.name = NULL}
};

static json_t *make_object(Maker *maker, const Field *fields);

static const Word *
word_named(const char *name, size_t len)
{
	for (const Word *word = words; word->name != NULL; word++)
		if (strlen(word->name) == len && memcmp(word->name, name, len) == 0)
			return word;
	return NULL;
}

static void
append_word(Buffer *out, Maker *maker, const Word *word)
{
	const char *base = (const char *) maker;

	if (word->text > 0)
		buffer_text(out, *(const char *const *) (base + word->text));
	else if (word->number > 0)
		buffer_json(out, "%d", *(const int64_t *) (base + word->number));
	else
		buffer_json(out, word->cents ? "%m" : "%d", word->low +
					random_below(&maker->random, word->high - word->low + 1));
}

static void
append_days(Buffer *out, const Maker *maker, int64_t days)
{
	char		text[INSTANT_SIZE];

	instant_format(maker->record->created_at +
				   days * 86400 * INSTANT_SECOND, text);
	buffer_text(out, text);
}

/*
 * Append what the braces around this stand for; false if it is nothing.
 */
static bool
append_braces(Buffer *out, Maker *maker, const char *name, size_t len)
{
	const Word *word = word_named(name, len);

	if (word != NULL)
		append_word(out, maker, word);
	else if (len == 2 && memcmp(name, "id", len) == 0)
		buffer_json(out, "%d", maker->record->rootfi_id);
	else if (len == 7 && memcmp(name, "company", len) == 0)
		buffer_json(out, "%d", maker->record->company_id);
	else if (*name == '+' || *name == '-')
		append_days(out, maker, atoll(name));
	else
		return false;
	return true;
}

/*
 * Append a sample, with what its words stand for.
 */
static void
append_sample(Buffer *out, Maker *maker, const char *sample)
{
	for (; *sample != '\0'; sample++)
	{
		size_t		len = strcspn(sample, "}");

		if (*sample == '{' && sample[len] == '}' &&
			append_braces(out, maker, sample + 1, len - 1))
			sample += len;
		else
			buffer_byte(out, *sample);
	}
}

/*
 * The id of some record of the same company: in payments a rootfi_id,
 * elsewhere a platform_id (C38).  NULL if there is none.
 */
static json_t *
make_reference(Maker *maker, const char *path)
{
	const Resource *target = resource_by_path(path);
	int64_t		each = target->population(maker->world);
	char		id[64];
	int64_t		n;

	if (each == 0)
		return json_null();
	n = (maker->record->company_id - FIRST_COMPANY) * each +
		random_below(&maker->random, each);
	if (target->body == BODY_BARE)
		return json_sprintf("%lld", (long long) (target->first_id + n));
	record_make_platform_id(target, n, id, sizeof(id));
	return json_string(id);
}

/*
 * One of the words that a field's value may be.
 */
static json_t *
make_choice(Maker *maker, const Field *field)
{
	int64_t		count = 1;
	const char *value = field->values;

	for (const char *at = value; *at != '\0'; at++)
		count += *at == ' ';
	for (int64_t n = random_below(&maker->random, count); n > 0; n--)
		value += strcspn(value, " ") + 1;
	return json_stringn(value, strcspn(value, " "));
}

static json_t *
make_text(Maker *maker, const Field *field)
{
	Buffer		text = {0};
	json_t	   *value;

	if (field->refers != NULL)
		return make_reference(maker, field->refers);
	if (field->values != NULL)
		return make_choice(maker, field);
	if (field->sample == NULL)
		return json_null();
	append_sample(&text, maker, field->sample);
	value = json_stringn(text.data, text.len);
	buffer_free(&text);
	return value;
}

/*
 * A number, as exact as its sample; a sum is null for now.
 */
static json_t *
make_number(Maker *maker, const Field *field)
{
	Buffer		text = {0};
	json_t	   *value;

	if (field->sample == NULL)
		return json_null();
	append_sample(&text, maker, field->sample);
	value = exact_number(text.data, text.len);
	buffer_free(&text);
	return value;
}

/*
 * An object of any members; in its sample ' stands for ".
 */
static json_t *
make_map(Maker *maker, const Field *field)
{
	Buffer		text = {0};
	json_t	   *value;

	append_sample(&text, maker, field->sample);
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\'')
			text.data[i] = '"';
	value = exact_read(text.data, text.len, NULL);
	buffer_free(&text);
	return value;
}

static json_t *
make_time(const Maker *maker, const Field *field)
{
	bool		updated = strstr(field->name, "updated_at") != NULL;
	char		text[INSTANT_SIZE];

	instant_format(updated ? maker->record->updated_at :
				   maker->record->created_at, text);
	return json_string(text);
}

/*
 * How many elements a list has: as many as the field wants, or up to three; a
 * list that every create needs is never empty.
 */
static int64_t
make_count(Maker *maker, const Field *field)
{
	return field->count ? field->count :
		random_below(&maker->random, 3) + field->required;
}

static json_t *
make_list(Maker *maker, const Field *field)
{
	json_t	   *list = json_array();

	for (int64_t n = make_count(maker, field); n > 0; n--)
		json_array_append_new(list, make_object(maker, field->children));
	return list;
}

/*
 * An array of strings: all that the field may be, or references.
 */
static json_t *
make_strings(Maker *maker, const Field *field)
{
	json_t	   *list = json_array();
	const char *value = field->values ? field->values : "";
	size_t		len;

	for (; *value != '\0'; value += len + (value[len] == ' '))
	{
		len = strcspn(value, " ");
		json_array_append_new(list, json_stringn(value, len));
	}
	if (field->refers != NULL)
		for (int64_t n = make_count(maker, field); n > 0; n--)
			json_array_append_new(list,
								  make_reference(maker, field->refers));
	return list;
}

static json_t *
make_child_key(const Maker *maker, const Field *field)
{
	return json_sprintf("%s%lld", field->missing, (long long)
						CHILD_ID(maker->record->rootfi_id, maker->children));
}

static json_t *
make_value(Maker *maker, const Field *field)
{
	if (field->nullable && random_below(&maker->random, 5) == 0)
		return json_null();
	switch (field->kind)
	{
		case FIELD_NUMBER:
			return make_number(maker, field);
		case FIELD_BOOLEAN:
			return json_boolean(random_below(&maker->random, 4) > 0);
		case FIELD_STRINGS:
			return make_strings(maker, field);
		case FIELD_LIST:
			return make_list(maker, field);
		case FIELD_OBJECT:
			return make_object(maker, field->children);
		case FIELD_MAP:
			return make_map(maker, field);
		case FIELD_TIME:
			return make_time(maker, field);
		case FIELD_CHILD_ID:
			return exact_integer(CHILD_ID(maker->record->rootfi_id,
										  ++maker->children));
		case FIELD_CHILD_KEY:
			return make_child_key(maker, field);
		case FIELD_COMPANY:
			return exact_integer(maker->record->company_id);
		default:
			return make_text(maker, field);
	}
}

/*
 * Make the numbers of an object strings that are so in odd records.
 */
static void
make_quoted(const Field *fields, json_t *object)
{
	for (const Field *field = fields; field->name != NULL; field++)
	{
		const char *numeral = field->quoted ?
			exact_numeral(json_object_get(object, field->name)) : NULL;

		if (numeral != NULL)
			json_object_set_new(object, field->name, json_string(numeral));
	}
}

/*
 * Make strings of all numbers that are so in odd records, once all sums are
 * known.
 */
static void
make_all_quoted(const Field *fields, json_t *object)
{
	json_t	   *element;
	size_t		index;

	make_quoted(fields, object);
	for (const Field *field = fields; field->name != NULL; field++)
	{
		if (field->kind != FIELD_LIST)
			continue;
		json_array_foreach(json_object_get(object, field->name), index,
						   element)
		{
			make_all_quoted(field->children, element);
		}
	}
}

/*
 * An object with a place, a person and a product of its own.
 */
static json_t *
make_object(Maker *maker, const Field *fields)
{
	json_t	   *object = json_object();

	maker->person = random_person(&maker->random);
	maker->product = random_product(&maker->random);
	maker->address = random_address(&maker->random);
	for (const Field *field = fields; field->name != NULL; field++)
	{
		const char *name = maker->odd && field->odd_name ?
			field->odd_name : field->name;

		if (field->kind != FIELD_ELEMENT)
			json_object_set_new(object, name, make_value(maker, field));
	}
	sums_complete(fields, object);
	return object;
}

/*
 * A record of any resource, made from its fields.
 */
void
generate_record(Buffer *out, const World *world, const Record *record)
{
	const Field *fields = record->resource->fields;
	Maker		maker = {
		.world = world,
		.record = record,
		.random = random_for(world, record),
		.odd = record->ordinal % ODD_INTERVAL == ODD_INTERVAL - 1
	};
	json_t	   *object;

	maker.currency = random_currency(&maker.random);
	object = make_object(&maker, fields);
	if (maker.odd)
		make_all_quoted(fields, object);
	record_begin(out, record);
	record_join(out, object);
	json_decref(object);
}
