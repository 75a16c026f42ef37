/*
 * names.c
 *		Warns of names that no document has, but one like it.
 *
 * What the documents do not name is sent as it is, since they are not
 * complete: "shiping_amount" is no error, but the server may ignore it.  Names
 * are known from the fields of writes, the columns of row types and the other
 * names that answers use, level by level: those of an order, of its line
 * items, of its addresses.  Where nothing is known nothing is said.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/varlena.h"

#include "api/names.h"
#include "base/rowtype.h"
#include "json/text.h"

#define LONGEST_NAME	64		/* bytes; longer ones are like no other */
#define MOST_DISTANCE	3
#define LETTERS_OF_ONE	7		/* for each that may differ besides the first */
#define MOST_TOLD		10		/* in one warning */
#define MOST_JUDGED		1000	/* names of a level */

/* What was found of a name that is not known. */
typedef struct NameVerdict
{
	char	   *name;
	const char *like;			/* NULL: like no other */
	char	   *place;			/* the first one */
	int			times;
} NameVerdict;

/* Objects that have the same names. */
typedef struct NameLevel
{
	const Field *fields;
	const ChildList *children;
	const char *row_type;
	List	   *known;			/* char * */
	List	   *verdicts;		/* NameVerdict */
} NameLevel;

/* A check in progress. */
typedef struct NameCheck
{
	FmgrInfo   *function;
	Oid			namespace;		/* of the extension */
	List	   *levels;			/* NameLevel; the first is the record's */
} NameCheck;

/* Adds the columns that a record may have on the server. */
static void
add_columns(NameCheck *check, NameLevel *level)
{
	TupleDesc	desc = rootfi_row_type(check->namespace,
									   level->row_type);

	for (int i = 0; desc != NULL && i < desc->natts; i++)
	{
		char	   *name = NameStr(TupleDescAttr(desc, i)->attname);

		/* ours, and what a child has of its parent */
		if (strcmp(name, "extra") != 0 && strcmp(name, "ordinal") != 0 &&
			strstr(name, "_rootfi_id") == NULL)
			level->known = lappend(level->known, pstrdup(name));
	}
	if (desc != NULL)
		ReleaseTupleDesc(desc);
}

/* Adds the members that hold what belongs into a list. */
static void
add_children(NameLevel *level)
{
	for (const ChildList *child = level->children; child && child->member;
		 child++)
	{
		level->known = lappend(level->known,
							   unconstify(char *, child->member));
		for (const StrayChild *stray = child->strays; stray && stray->member;
			 stray++)
			level->known = lappend(level->known,
								   unconstify(char *, stray->member));
	}
}

/* The level of such objects, made when it is first met. */
static NameLevel *
get_level(NameCheck *check, const Field *fields, const ChildList *children,
		  const char *row_type)
{
	NameLevel  *level;
	ListCell   *cell;

	foreach(cell, check->levels)
	{
		level = lfirst(cell);
		if (level->fields == fields && level->children == children &&
			level->row_type == row_type)
			return level;
	}
	level = palloc0(sizeof(NameLevel));
	level->fields = fields;
	level->children = children;
	level->row_type = row_type;
	for (const Field *field = fields; field && field->name; field++)
		level->known = lappend(level->known, unconstify(char *, field->name));
	add_columns(check, level);
	add_children(level);
	check->levels = lappend(check->levels, level);
	return level;
}

/* Begins a check of what a function was given for a resource. */
static NameLevel *
begin_check(NameCheck *check, FmgrInfo *function, const Resource *resource)
{
	NameLevel  *level;

	*check = (NameCheck)
	{
		.function = function,
			.namespace = get_func_namespace(function->fn_oid),
	};
	level = get_level(check, resource->fields, resource->children,
					  resource->row_type);
	for (const FieldAlias *alias = resource->aliases; alias && alias->column;
		 alias++)
		level->known = lappend(level->known,
							   unconstify(char *, alias->member));
	return level;
}

/* Is it one of the level's names? */
static bool
is_known(const NameLevel *level, const char *name)
{
	ListCell   *cell;

	foreach(cell, level->known)
		if (strcmp(lfirst(cell), name) == 0)
		return true;
	return false;
}

/* The name in lower case, cut behind LONGEST_NAME. */
static char *
fold(const char *name)
{
	char	   *folded = pnstrdup(name, LONGEST_NAME + 1);

	for (char *c = folded; *c != '\0'; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	return folded;
}

/* The next letter that joins no words. */
static const char *
skip_joints(const char *name)
{
	return name + strspn(name, "_- ");
}

/* Are they the same but for how words are joined: "ordernumber"? */
static bool
has_same_words(const char *name, const char *other)
{
	do
	{
		name = skip_joints(name);
		other = skip_joints(other);
		if (*name != *other)
			return false;
		other++;
	} while (*name++ != '\0');
	return true;
}

/* Is it the other name with a number, as "phone_2"? */
static bool
is_numbered(const char *name, const char *other)
{
	size_t		len = strlen(other);

	return strncmp(name, other, len) == 0 &&
		name[len + strspn(name + len, "_0123456789")] == '\0' &&
		strpbrk(name + len, "0123456789") != NULL;
}

/* Have they the same letters, in whatever order? */
static bool
has_same_letters(const char *name, const char *other)
{
	int			balance[256] = {0};

	for (; *name != '\0'; name++)
		balance[(unsigned char) *name]++;
	for (; *other != '\0'; other++)
		balance[(unsigned char) *other]--;
	for (int i = 0; i < lengthof(balance); i++)
		if (balance[i] != 0)
			return false;
	return true;
}

/*
 * How far a folded name is from a known one, MOST_DISTANCE + 1 for one that is
 * not like it.  Other words are no misspelt ones: "state" is not "status", nor
 * "tax_amount" "total_amount"; so few letters may differ, but two may always
 * have changed places.
 */
static int
distance(const char *name, const char *known)
{
	int			len = Max(strlen(name), strlen(known));
	int			most = Min(1 + (len - 1) / LETTERS_OF_ONE, MOST_DISTANCE);
	int			found;

	if (len > LONGEST_NAME || is_numbered(name, known))
		return MOST_DISTANCE + 1;
	if (has_same_words(name, known))
		return 0;
	if (most < 2 && has_same_letters(name, known))
		most = 2;
	found = varstr_levenshtein_less_equal(name, strlen(name), known,
										  strlen(known), 1, 1, 1, most, true);
	return found <= most ? found : MOST_DISTANCE + 1;
}

/* The known name that is most like another, or NULL. */
static const char *
find_like(const NameLevel *level, const char *name)
{
	char	   *folded = fold(name);
	const char *best = NULL;
	int			best_distance = MOST_DISTANCE + 1;
	ListCell   *cell;

	foreach(cell, level->known)
	{
		int			found = distance(folded, lfirst(cell));

		if (found < best_distance)
		{
			best = lfirst(cell);
			best_distance = found;
		}
	}
	return best;
}

/* Notes a name that is not known, and where it stands. */
static void
note_unknown(NameLevel *level, const char *name, const char *path)
{
	NameVerdict *verdict;
	ListCell   *cell;

	foreach(cell, level->verdicts)
	{
		verdict = lfirst(cell);
		if (strcmp(verdict->name, name) == 0)
		{
			verdict->times++;
			return;
		}
	}
	if (list_length(level->verdicts) == MOST_JUDGED)
		return;
	verdict = palloc0(sizeof(NameVerdict));
	verdict->name = pstrdup(name);
	verdict->like = find_like(level, name);
	verdict->place = psprintf("%s%s", path, name);
	verdict->times = 1;
	level->verdicts = lappend(level->verdicts, verdict);
}

/* The level of what stands in a member; NULL if nothing is known of that. */
static NameLevel *
inner_level(NameCheck *check, const NameLevel *level, const char *name)
{
	const Field *fields = NULL;

	for (const Field *field = level->fields; field && field->name; field++)
		if (strcmp(field->name, name) == 0)
			fields = field->fields;
	for (const ChildList *child = level->children; child && child->member;
		 child++)
	{
		const StrayChild *stray = child->strays;

		if (strcmp(child->member, name) == 0)
			return get_level(check, fields, child->children, child->row_type);
		for (; stray && stray->member; stray++)
			if (strcmp(stray->member, name) == 0)
				return get_level(check, fields, child->children,
								 child->row_type);
	}
	return fields == NULL ? NULL : get_level(check, fields, NULL, NULL);
}

static void check_value(NameCheck *check, NameLevel *level, const char *path,
						JsonbContainer *value);

/* Checks the members of an object; path is what stands before their names. */
static void
check_object(NameCheck *check, NameLevel *level, const char *path,
			 JsonbContainer *object)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	value;
	char	   *name = NULL;

	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_KEY)
			name = pnstrdup(value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE && !is_known(level, name))
			note_unknown(level, name, path);
		else if (token == WJB_VALUE && value.type == jbvBinary)
			check_value(check, inner_level(check, level, name),
						psprintf("%s%s", path, name), value.val.binary.data);
	}
}

/* Checks the elements of an array that are objects. */
static void
check_elements(NameCheck *check, NameLevel *level, const char *path,
			   JsonbContainer *array)
{
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			i = 0;

	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token != WJB_ELEM)
			continue;
		if (value.type == jbvBinary &&
			JsonContainerIsObject(value.val.binary.data))
			check_object(check, level, psprintf("%s[%d].", path, i),
						 value.val.binary.data);
		i++;
	}
}

/* Checks what stands at a place: an object, or an array of such. */
static void
check_value(NameCheck *check, NameLevel *level, const char *path,
			JsonbContainer *value)
{
	if (level == NULL)
		return;
	if (JsonContainerIsObject(value))
		check_object(check, level, psprintf("%s.", path), value);
	else
		check_elements(check, level, path, value);
}

/* Was the name told in this statement?  Notes that it is. */
static bool
was_told(FmgrInfo *function, const char *name)
{
	MemoryContext old = MemoryContextSwitchTo(function->fn_mcxt);
	List	   *told = function->fn_extra;
	ListCell   *cell;
	bool		found = false;

	foreach(cell, told)
		found = found || strcmp(lfirst(cell), name) == 0;
	if (!found)
		function->fn_extra = lappend(told, pstrdup(name));
	MemoryContextSwitchTo(old);
	return found;
}

/* Appends a line for a name that is like another; returns how many it is. */
static int
add_line(NameCheck *check, StringInfo lines, int nlines,
		 const NameVerdict *verdict)
{
	if (verdict->like == NULL || was_told(check->function, verdict->name))
		return 0;
	if (nlines == MOST_TOLD)
		appendStringInfoString(lines, "\nThere are more such names.");
	if (nlines < MOST_TOLD)
		appendStringInfo(lines, "%s%s: Perhaps you mean \"%s\".",
						 nlines > 0 ? "\n" : "",
						 rootfi_json_show(verdict->place),
						 verdict->like);
	if (nlines < MOST_TOLD && verdict->times > 1)
		appendStringInfo(lines, " It is there %d times.", verdict->times);
	return verdict->times;
}

/* Warns of what was found, once for each name in a statement. */
static void
end_check(NameCheck *check)
{
	StringInfoData lines;
	int			n = 0;
	int			nlines = 0;
	ListCell   *outer;
	ListCell   *inner;

	initStringInfo(&lines);
	foreach(outer, check->levels)
		foreach(inner, ((NameLevel *) lfirst(outer))->verdicts)
	{
		int			times = add_line(check, &lines, nlines, lfirst(inner));

		n += times;
		nlines += times > 0;
	}
	if (n > 0)
		ereport(WARNING,
				(errmsg_plural("%d name is not in the documents of the API, but is like one that is",
							   "%d names are not in the documents of the API, but are like ones that are",
							   n, n),
				 errdetail_internal("%s", lines.data),
				 errhint("What is not documented is sent as it is.")));
}

/*
 * Warns of members of the data of a create or an update, which was found to be
 * fit to be sent; those that are like no known name pass in silence.  What was
 * told is kept with the function: each name is told once in a statement.
 */
void
rootfi_names_check_data(FmgrInfo *function, const Resource *resource,
						Jsonb *data)
{
	NameCheck	check;
	NameLevel  *level = begin_check(&check, function, resource);
	bool		bare = resource->body != BODY_WRAPPED;

	if (level->known == NIL || JB_ROOT_IS_SCALAR(data))
		return;
	if (JB_ROOT_IS_ARRAY(data))
		check_elements(&check, level, "data", &data->root);
	else
		check_object(&check, level, bare ? "" : "data[0].", &data->root);
	end_check(&check);
}

/* Checks the names that an array has, before a blank. */
static void
check_array(NameLevel *level, ArrayType *names, const char *path)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	if (names == NULL)
		return;
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		char	   *name = nulls[i] ? "" : TextDatumGetCString(elements[i]);

		if (!nulls[i] && strchr(name, ' ') != NULL)
			*strchr(name, ' ') = '\0';
		if (name[0] != '\0' && !is_known(level, name))
			note_unknown(level, name, path);
	}
}

/*
 * The same for what a list is asked for: its filter, sort, and what is to be
 * in the records.
 */
void
rootfi_names_check_list(FmgrInfo *function, const ListRequest *request)
{
	NameCheck	check;
	NameLevel  *level;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;

	if (request->filter == NULL && request->sort == NULL &&
		request->select == NULL && request->expand == NULL)
		return;
	level = begin_check(&check, function, request->resource);
	if (level->known == NIL)
		return;
	if (request->filter != NULL && JB_ROOT_IS_OBJECT(request->filter))
	{
		it = JsonbIteratorInit(&request->filter->root);
		while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
		{
			char	   *name;

			if (token != WJB_KEY)
				continue;
			name = pnstrdup(value.val.string.val, value.val.string.len);
			if (!is_known(level, name))
				note_unknown(level, name, "filter.");
		}
	}
	check_array(level, request->sort, "sort.");
	check_array(level, request->select, "select_fields.");
	check_array(level, request->expand, "expand.");
	end_check(&check);
}
