/*
 * catalog.c
 *		The table of resources.
 *
 * A new resource is a row here, a composite type in sql/install/types.sql
 * and a test; no other C file names a resource.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "catalog.h"

/* S2. C9: quantities are numbers, whole or not; C11: money is a number. */
static const Field order_line_item_fields[] = {
	{"item_id", FIELD_STRING},
	{"variant_id", FIELD_STRING},
	{"name", FIELD_STRING},
	{"description", FIELD_STRING},
	{"quantity", FIELD_NUMBER},
	{"unit_amount", FIELD_NUMBER},
	{"tax_amount", FIELD_NUMBER},
	{"discount_amount", FIELD_NUMBER},
	{"total_amount", FIELD_NUMBER},
	{NULL}
};

/* S0 for what a create needs, S2 for the rest. */
static const Field order_fields[] = {
	{"customer_id", FIELD_STRING, true},
	{"currency_id", FIELD_STRING, true},
	{"line_items", FIELD_OBJECTS, true, order_line_item_fields},
	{"order_number", FIELD_STRING},
	{"order_date", FIELD_STRING},
	{"status", FIELD_STRING},
	{"payment_status", FIELD_STRING},
	{"fulfillment_status", FIELD_STRING},
	{"total_amount", FIELD_NUMBER},
	{"total_discount", FIELD_NUMBER},
	{"total_tax", FIELD_NUMBER},
	{"shipping_amount", FIELD_NUMBER},
	{"created_at", FIELD_STRING},
	{"updated_at", FIELD_STRING},
	{"shipping_address", FIELD_OBJECT},
	{"billing_address", FIELD_OBJECT},
	{"addresses", FIELD_OBJECTS},
	{"fulfillments", FIELD_OBJECTS},
	{"transactions", FIELD_OBJECTS},
	{NULL}
};

/* C2, C4: names of the create answer and of the v3-like sample in S3. */
static const FieldAlias order_aliases[] = {
	{"customer_id", "contact_id"},
	{"total_tax", "tax_amount"},
	{"status", "order_status",
	"pending processing completed canceled cancelled on_hold unknown"},
	{"fulfillment_status", "order_status",
	"unfulfilled partially_fulfilled fulfilled returned"},
	{NULL}
};

static const StrayChild order_stray_addresses[] = {
	{"shipping_address", "shipping"},
	{"billing_address", "billing"},
	{NULL}
};

static const ChildList fulfillment_children[] = {
	{"line_items", "rootfi_fulfillment_line_item", "fulfillment_rootfi_id"},
	{"addresses", "rootfi_fulfillment_address", "fulfillment_rootfi_id"},
	{NULL}
};

static const ChildList order_children[] = {
	{"line_items", "rootfi_order_line_item", "order_rootfi_id"},
	{"addresses", "rootfi_order_address", "order_rootfi_id",
	order_stray_addresses},
	{"fulfillments", "rootfi_order_fulfillment", "order_rootfi_id", NULL,
	fulfillment_children},
	{"transactions", "rootfi_order_transaction", "order_rootfi_id"},
	{NULL}
};

/* S1 */
static const Field payment_order_line_item_fields[] = {
	{"description", FIELD_STRING, true},
	{"quantity", FIELD_NUMBER, true},
	{"unit_amount", FIELD_NUMBER, true},
	{"item_id", FIELD_STRING},
	{"tax_amount", FIELD_NUMBER},
	{"discount_amount", FIELD_NUMBER},
	{"total_amount", FIELD_NUMBER},
	{NULL}
};

static const Field payment_order_fields[] = {
	{"contact_id", FIELD_STRING, true},
	{"currency_id", FIELD_STRING, true},
	{"line_items", FIELD_OBJECTS, true, payment_order_line_item_fields},
	{"status", FIELD_STRING},
	{NULL}
};

static const FieldAlias payment_order_aliases[] = {
	{"contact_id", "customer_id"},
	{NULL}
};

static const ChildList payment_order_children[] = {
	{"line_items", "rootfi_payment_order_line_item",
	"payment_order_rootfi_id"},
	{"transactions", "rootfi_payment_order_transaction",
	"payment_order_rootfi_id"},
	{NULL}
};

/* S4, which marks nothing as required. */
static const Field customer_fields[] = {
	{"name", FIELD_STRING},
	{"email", FIELD_STRING},
	{"phone", FIELD_STRING},
	{"currency_id", FIELD_STRING},
	{"status", FIELD_STRING},
	{"created_at", FIELD_STRING},
	{"updated_at", FIELD_STRING},
	{"address", FIELD_OBJECT},
	{NULL}
};

/* C29: one object where others have a list. */
static const ChildList customer_children[] = {
	{"address", "rootfi_customer_address", "customer_rootfi_id"},
	{NULL}
};

static const Resource resources[] = {
	{
		.name = "ecommerce/orders",
		.path = "/v4/ecommerce/orders",
		.singular = "order",
		.plural = "orders",
		.row_type = "rootfi_order",
		.verbs = VERBS_ALL,
		.body = BODY_WRAPPED,
		.fields = order_fields,
		.aliases = order_aliases,
		.children = order_children,
	},
	{
		.name = "payments/orders",
		.path = "/v4/payments/orders",
		.singular = "payment order",
		.plural = "payment orders",
		.row_type = "rootfi_payment_order",
		.verbs = VERBS_ALL,
		.body = BODY_BARE,
		.fields = payment_order_fields,
		.aliases = payment_order_aliases,
		.children = payment_order_children,
	},
	{
		.name = "v3/ecommerce/customers",
		.path = "/v3/ecommerce/customers",
		.singular = "customer",
		.plural = "customers",
		.row_type = "rootfi_customer",
		.verbs = VERB_BIT(VERB_CREATE) | VERB_BIT(VERB_LIST),
		.body = BODY_WRAPPED,
		.fields = customer_fields,
		.children = customer_children,
	},
	{NULL}
};

static const char *const verb_names[] = {
	[VERB_CREATE] = "create",
	[VERB_GET] = "get",
	[VERB_UPDATE] = "update",
	[VERB_DELETE] = "delete",
	[VERB_LIST] = "list",
};

/* The names of the verbs whose bits are set, for hints. */
static char *
verb_list(int verbs)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int verb = 0; verb < lengthof(verb_names); verb++)
		if (verbs & VERB_BIT(verb))
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
							 verb_names[verb]);
	return list.data;
}

/* Raises the error for a name that stands for nothing. */
static void
report_no_resource(const char *name)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const Resource *resource = resources; resource->name; resource++)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
						 resource->name);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("resource \"%s\" does not exist", name),
			 errhint("Available resources are: %s. Others can be named with their version, like \"v3/accounting/invoices\".",
					 list.data)));
}

/* Is this a name like "v3/accounting/invoices", safe to be put in a path? */
static bool
is_versioned_name(const char *name)
{
	int			segments = 0;

	if (name[0] != 'v' || !isdigit((unsigned char) name[1]) || name[2] != '/')
		return false;
	for (name += 2; *name == '/'; segments++)
	{
		size_t		len = strspn(++name, "abcdefghijklmnopqrstuvwxyz"
								 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

		if (len == 0)
			return false;
		name += len;
	}
	return *name == '\0' && segments >= 2;
}

/*
 * A resource that the catalog has no row for.  What is known of it is its
 * path; bodies are wrapped, as most are.
 */
static const Resource *
make_resource(const char *name)
{
	Resource   *resource = palloc0(sizeof(Resource));

	resource->name = pstrdup(name);
	resource->path = psprintf("/%s", name);
	resource->singular = psprintf("%s record", name);
	resource->plural = psprintf("%s records", name);
	resource->verbs = VERBS_ALL;
	resource->body = BODY_WRAPPED;
	return resource;
}

/*
 * The resource of that name, or of that path without its slash: version 4 is
 * the default, "v4/ecommerce/orders" and "ecommerce/orders" are the same.  A
 * name with a version that the catalog does not have is taken at its word,
 * any other raises 42704.
 */
const Resource *
rootfi_resource_by_name(const char *name)
{
	for (const Resource *resource = resources; resource->name; resource++)
		if (strcmp(resource->name, name) == 0 ||
			strcmp(resource->path + 1, name) == 0)
			return resource;
	if (!is_versioned_name(name))
		report_no_resource(name);
	return make_resource(name);
}

/* The resource whose rows have that type, or NULL. */
const Resource *
rootfi_resource_by_row_type(const char *row_type)
{
	for (const Resource *resource = resources; resource->name; resource++)
		if (strcmp(resource->row_type, row_type) == 0)
			return resource;
	return NULL;
}

/* Looks for a child list by its row type, also among children's children. */
static const ChildList *
find_child(const ChildList *children, const char *row_type)
{
	for (const ChildList *child = children; child && child->member; child++)
	{
		const ChildList *found = strcmp(child->row_type, row_type) == 0 ?
		child : find_child(child->children, row_type);

		if (found != NULL)
			return found;
	}
	return NULL;
}

/* The child list whose rows have that type, or NULL. */
const ChildList *
rootfi_child_by_row_type(const char *row_type)
{
	const ChildList *found = NULL;

	for (const Resource *resource = resources;
		 resource->name && found == NULL; resource++)
		found = find_child(resource->children, row_type);
	return found;
}

/* Raises 0A000 unless the resource has the verb. */
void
rootfi_check_verb(const Resource *resource, Verb verb)
{
	if (!(resource->verbs & VERB_BIT(verb)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot %s %s: the API has no such request",
						verb_names[verb],
						verb == VERB_LIST ? resource->plural : resource->singular),
				 errhint("What can be done with \"%s\": %s.", resource->name,
						 verb_list(resource->verbs))));
}

/* The verb of that name; 22023 if there is none. */
Verb
rootfi_verb_by_name(const char *name)
{
	for (int verb = 0; verb < lengthof(verb_names); verb++)
		if (strcmp(verb_names[verb], name) == 0)
			return verb;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("verb \"%s\" does not exist", name),
			 errhint("Available verbs are: %s.", verb_list(VERBS_ALL))));
}
