/*
 * resource.h
 *		The resources of the API: everything that differs between them.
 */
#ifndef ROOTFI_RESOURCE_H
#define ROOTFI_RESOURCE_H

/* What can be done with a resource. */
typedef enum Verb
{
	VERB_CREATE,
	VERB_GET,
	VERB_UPDATE,
	VERB_DELETE,
	VERB_LIST,
} Verb;

#define VERB_COUNT		(VERB_LIST + 1)

#define VERB_BIT(verb)	(1 << (verb))
#define VERBS_ALL		(VERB_BIT(VERB_CREATE) | VERB_BIT(VERB_GET) | \
						 VERB_BIT(VERB_UPDATE) | VERB_BIT(VERB_DELETE) | \
						 VERB_BIT(VERB_LIST))

/* How the objects of a write stand in its body (C7, C15). */
typedef enum BodyShape
{
	BODY_WRAPPED,				/* {"company_id": 1, "data": [{...}]} */
	BODY_BARE,					/* {"company_id": 1, ...} */
	BODY_PLAIN,					/* {...}, of no company */
} BodyShape;

/* JSON type that a member of a body must have. */
typedef enum FieldType
{
	FIELD_STRING,
	FIELD_NUMBER,
	FIELD_BOOLEAN,
	FIELD_OBJECT,
	FIELD_ARRAY,				/* of anything */
	FIELD_OBJECTS,				/* array of objects */
} FieldType;

/* A member that the documents name; others are sent as they are. */
typedef struct Field
{
	const char *name;
	FieldType	type;
	bool		required;		/* on create */
	const struct Field *fields; /* of the object or of each element */
} Field;

/*
 * A column that may be found under another name, tried in this order when
 * the answer has no member of the column's own name.
 */
typedef struct FieldAlias
{
	const char *column;
	const char *member;
	const char *values;			/* only these, separated by blanks; any case */
} FieldAlias;

#define MAX_STRAYS	4			/* of one list */

/* Objects that stand outside the list they belong into (C3). */
typedef struct StrayChild
{
	const char *member;			/* of the parent */
	const char *type;			/* what its member "type" is then, or NULL */
} StrayChild;

/* A list inside a record, with its own row type. */
typedef struct ChildList
{
	const char *member;
	const char *row_type;
	const char *table;			/* name of a table of such rows */
	const char *parent_key;		/* column that holds the parent's rootfi_id */
	const StrayChild *strays;
	const struct ChildList *children;
} ChildList;

/* Those by which RootFi is told to fetch, and asked whether it has. */
#define SYNCS_RESOURCE		"v3/core/syncs"
#define COMPANIES_RESOURCE	"v3/core/companies"

typedef struct Resource
{
	const char *name;			/* as in SQL: "payments/orders" */
	const char *path;			/* on the server: "/v4/payments/orders" */
	const char *singular;		/* in messages: "payment order" */
	const char *plural;
	const char *row_type;		/* NULL when there is none */
	const char *table;			/* name of a table of such rows, or NULL */
	int			documented;		/* bits of verbs that a page shows */
	int			implied;		/* and of those that follow from others */
	BodyShape	body;
	const char *create_member;	/* BODY_PLAIN: a create is wrapped in this */
	const char *plain_filters;	/* fields filtered without an operator */
	bool		core;			/* lists of the core know no "expand" */
	const Field *fields;
	const FieldAlias *aliases;
	const ChildList *children;
} Resource;

/* Resources by category; each ends with a NULL name, all with NULL. */
extern const Resource *const rootfi_catalog[];

/* Goes through all resources; a "break" would only leave a category. */
#define foreach_resource(resource) \
	for (const Resource *const *category_ = rootfi_catalog; \
		 *category_ != NULL; category_++) \
		for (const Resource *resource = *category_; resource->name != NULL; \
			 resource++)

/* What a category is, for those who named another. */
#define ROOTFI_CATEGORIES_HINT \
	"A category is what resources begin with: ecommerce, payments," \
	" v3/ecommerce or v3/core."

extern bool rootfi_in_category(const Resource *resource,
							   const char *category);
extern bool rootfi_in_words(const char *text, const char *words);
extern int	rootfi_verbs(const Resource *resource);
extern const char *rootfi_verb_name(Verb verb);
extern const Resource *rootfi_resource_find(const char *name);
extern const Resource *rootfi_resource_by_name(const char *name);
extern const Resource *rootfi_resource_by_row_type(const char *row_type);
extern const ChildList *rootfi_child_by_member(const Resource *resource,
											   const char *member);
extern const ChildList *rootfi_child_by_row_type(const char *row_type);
extern char *rootfi_data_model(const Resource *resource);
extern void rootfi_check_verb(const Resource *resource, Verb verb);
extern Verb rootfi_verb_by_name(const char *name);

#endif							/* ROOTFI_RESOURCE_H */
