/*
 * options.c
 *		Options of the foreign-data wrapper: of servers, user mappings, foreign
 *		tables and their columns.
 *
 * One table names every option, where it belongs, how it is read and what it
 * is when not given.  Most of a foreign table's may be given for the server too.  Checking an option is reading it and throwing the value
 * away, so that what the validator accepts is what a connection can use.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "http/options.h"
#include "http/url.h"
#include "json/scalars.h"

typedef struct OptionRule OptionRule;

/* Reads "value" into "target", or raises an error that says what is wrong. */
typedef void (*OptionReader) (const OptionRule *rule, const char *value,
							  void *target);

struct OptionRule
{
	const char *name;
	Oid			catalog;		/* where it may be given */
	OptionReader read;
	size_t		offset;			/* in RootfiOptions */
	const char *fallback;		/* value when not given, NULL for none */
	double		min;			/* bounds of numbers */
	double		max;
};

static void read_url(const OptionRule *rule, const char *value, void *target);
static void read_proxy(const OptionRule *rule, const char *value,
					   void *target);
static void read_text(const OptionRule *rule, const char *value, void *target);
static void read_seconds(const OptionRule *rule, const char *value,
						 void *target);
static void read_integer(const OptionRule *rule, const char *value,
						 void *target);
static void read_interval(const OptionRule *rule, const char *value,
						  void *target);
static void read_key(const OptionRule *rule, const char *value, void *target);
static void read_file_name(const OptionRule *rule, const char *value,
						   void *target);
static void read_company(const OptionRule *rule, const char *value,
						 void *target);
static void read_bool(const OptionRule *rule, const char *value,
					  void *target);
static void read_filter(const OptionRule *rule, const char *value,
						void *target);
static void read_real(const OptionRule *rule, const char *value,
					  void *target);
static void read_lookup(const OptionRule *rule, const char *value,
						void *target);
static void read_operators(const OptionRule *rule, const char *value,
						   void *target);
static void read_member(const OptionRule *rule, const char *value,
						void *target);

#define SERVER	ForeignServerRelationId
#define MAPPING UserMappingRelationId
#define TABLE	ForeignTableRelationId
#define COLUMN	AttributeRelationId
#define FIELD(field) offsetof(RootfiOptions, field)

static const OptionRule rules[] = {
	{"base_url", SERVER, read_url, FIELD(base_url), "https://api.rootfi.dev"},
	{"ca_file", SERVER, read_file_name, FIELD(ca_file)},
	{"connect_timeout", SERVER, read_seconds, FIELD(connect_timeout),
	"10", 0.001, 3600},
	{"timeout", SERVER, read_seconds, FIELD(timeout), "60", 0.001, 86400},
	{"page_size", SERVER, read_integer, FIELD(page_size), "500", 1, 10000},
	{"max_retries", SERVER, read_integer, FIELD(max_retries), "4", 0, 100},
	{"overlap", SERVER, read_interval, FIELD(overlap), "5 minutes"},
	{"proxy", SERVER, read_proxy, FIELD(proxy)},
	{"api_key", MAPPING, read_key, FIELD(api_key)},
	{"api_key_file", MAPPING, read_file_name, FIELD(api_key_file)},
	{"proxy_user", MAPPING, read_text, FIELD(proxy_user)},
	{"proxy_password", MAPPING, read_text, FIELD(proxy_password)},
	{"resource", TABLE, read_text, FIELD(resource)},
	{"list", TABLE, read_text, FIELD(list)},
	{"company_id", TABLE, read_company, FIELD(company_id)},
	{"include_deleted", SERVER, read_bool, FIELD(include_deleted), "true"},
	{"include_deleted", TABLE, read_bool, FIELD(include_deleted)},
	{"lookup", SERVER, read_lookup, FIELD(lookup), "get"},
	{"lookup", TABLE, read_lookup, FIELD(lookup)},
	{"operators", SERVER, read_operators, FIELD(operators), "eq gte"},
	{"operators", TABLE, read_operators, FIELD(operators)},
	{"request_cost", SERVER, read_real, FIELD(request_cost), "1000", 0, 1e9},
	{"request_cost", TABLE, read_real, FIELD(request_cost), NULL, 0, 1e9},
	{"rows", SERVER, read_real, FIELD(rows), "10000", 1, 1e12},
	{"rows", TABLE, read_real, FIELD(rows), NULL, 1, 1e12},
	{"fetch", COLUMN, read_bool, FIELD(fetch)},
	{"filter", COLUMN, read_filter, FIELD(filter)},
	{"member", COLUMN, read_member, FIELD(member)},
	{NULL}
};

/* True for a byte that has no place in a header, a URL or a file name. */
static bool
is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/* Refuses control characters; "origin" says where the text came from. */
static void
check_no_control(const char *value, const char *origin)
{
	for (const char *c = value; *c != '\0'; c++)
		if (is_control((unsigned char) *c))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("%s must not contain control characters", origin),
					 errdetail("Character %d is one.",
							   (int) (c - value) + 1)));
}

/* Refuses what could not be the value of a header: empty, or control chars. */
static void
check_text(const char *value, const char *origin)
{
	if (*value == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("%s must not be empty", origin)));
	check_no_control(value, origin);
}

/*
 * Refuses a key that could not be a header's value, or that could not be
 * hidden in a message: shorter than a word may be, or one character again and
 * again.  The key itself is never shown.
 */
void
rootfi_check_key(const char *key, const char *origin)
{
	size_t		len = strlen(key);

	check_text(key, origin);
	if (len < SHORTEST_KEY)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("%s is too short", origin),
				 errdetail("An API key has %d bytes or more.",
						   SHORTEST_KEY)));
	if (memcmp(key, key + 1, len - 1) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("%s must not be one character again and again",
						origin)));
}

/* What a message calls the option. */
static char *
option_origin(const OptionRule *rule)
{
	return psprintf("option \"%s\"", rule->name);
}

/*
 * Raises the error for a value that is no URL of its kind, unless "problem" is
 * NULL.  A value that may hold a password is not shown.
 */
static void
check_url(const OptionRule *rule, const char *value, const char *problem,
		  const char *hint, bool secret)
{
	if (problem == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 secret ? errmsg("invalid value for option \"%s\"", rule->name) :
			 errmsg("invalid value for option \"%s\": \"%s\"",
					rule->name, value),
			 errdetail("%s", problem),
			 errhint("%s", hint)));
}

/* A base URL, without a slash at its end. */
static void
read_url(const OptionRule *rule, const char *value, void *target)
{
	const char *hint;
	bool		secret;
	const char *problem;
	char	   *result = pstrdup(value);
	size_t		len = strlen(result);

	check_no_control(value, option_origin(rule));
	problem = rootfi_url_problem(value, &hint, &secret);
	check_url(rule, value, problem, hint, secret);
	while (len > 0 && result[len - 1] == '/')
		result[--len] = '\0';
	*(char **) target = result;
}

/* The URL of a proxy. */
static void
read_proxy(const OptionRule *rule, const char *value, void *target)
{
	const char *hint;
	bool		secret;
	const char *problem;

	check_text(value, option_origin(rule));
	problem = rootfi_proxy_problem(value, &hint, &secret);
	check_url(rule, value, problem, hint, secret);
	*(char **) target = pstrdup(value);
}

/* Any text without control characters, not empty. */
static void
read_text(const OptionRule *rule, const char *value, void *target)
{
	check_text(value, option_origin(rule));
	*(char **) target = pstrdup(value);
}

/* A number, with a unit of time where the rule is one of seconds. */
static double
read_number(const OptionRule *rule, const char *value, int flags)
{
	double		result;
	const char *hint = NULL;

	if (!parse_real(value, &result, flags, &hint))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("invalid value for option \"%s\": \"%s\"",
						rule->name, value),
				 hint ? errhint("%s", hint) : 0));
	if (!(result >= rule->min && result <= rule->max))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("invalid value for option \"%s\": \"%s\"",
						rule->name, value),
				 errdetail("The value must be between %g and %g%s.",
						   rule->min, rule->max,
						   flags ? " seconds" : "")));
	return result;
}

/* A length of time: seconds, or a number with ms, s, min or h. */
static void
read_seconds(const OptionRule *rule, const char *value, void *target)
{
	*(double *) target = read_number(rule, value, GUC_UNIT_S);
}

/* A whole number. */
static void
read_integer(const OptionRule *rule, const char *value, void *target)
{
	double		number = read_number(rule, value, 0);

	if (number != (int) number)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("invalid value for option \"%s\": \"%s\"",
						rule->name, value),
				 errdetail("The value must be a whole number.")));
	*(int *) target = (int) number;
}

/* An interval that does not look into the future. */
static void
read_interval(const OptionRule *rule, const char *value, void *target)
{
	Interval   *span;

	span = DatumGetIntervalP(DirectFunctionCall3(interval_in,
												 CStringGetDatum(value),
												 ObjectIdGetDatum(InvalidOid),
												 Int32GetDatum(-1)));
	if (span->time < 0 || span->day < 0 || span->month < 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("invalid value for option \"%s\": \"%s\"",
						rule->name, value),
				 errdetail("The interval must not be negative.")));
	*(char **) target = pstrdup(value);
}

/* The key itself. */
static void
read_key(const OptionRule *rule, const char *value, void *target)
{
	rootfi_check_key(value, option_origin(rule));
	*(char **) target = pstrdup(value);
}

/*
 * The name of a file on the server.  The file is read with the server's own
 * rights, so who sets the option must be allowed to do that: see
 * check_may_read_files().  Reading is not restricted: it serves whoever the
 * server or the mapping is for.
 */
static void
read_file_name(const OptionRule *rule, const char *value, void *target)
{
	check_text(value, option_origin(rule));
	if (!is_absolute_path(value))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"%s\" must be an absolute path",
						rule->name)));
	*(char **) target = pstrdup(value);
}

/* Raises the error for a value that is none of the option's. */
static void
report_value(const OptionRule *rule, const char *value, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("invalid value for option \"%s\": \"%s\"",
					rule->name, value),
			 errhint("%s", hint)));
}

/* The id of a company: digits. */
static void
read_company(const OptionRule *rule, const char *value, void *target)
{
	if (value[0] == '\0' || value[strspn(value, "0123456789")] != '\0' ||
		!rootfi_read_int64(value, target) || *(int64 *) target == 0)
		report_value(rule, value, "Give the rootfi_company_id, a whole number.");
}

/* True or false, as PostgreSQL writes them. */
static void
read_bool(const OptionRule *rule, const char *value, void *target)
{
	if (!parse_bool(value, target))
		report_value(rule, value, "Valid values are true and false.");
}

/* Whether conditions on a column are sent. */
static void
read_filter(const OptionRule *rule, const char *value, void *target)
{
	bool		is_sent;

	read_bool(rule, value, &is_sent);
	*(FilterMode *) target = is_sent ? FILTER_ALWAYS : FILTER_NEVER;
}

/* A number. */
static void
read_real(const OptionRule *rule, const char *value, void *target)
{
	*(double *) target = read_number(rule, value, 0);
}

/* How an id is looked up. */
static void
read_lookup(const OptionRule *rule, const char *value, void *target)
{
	LookupMode *mode = target;

	if (strcmp(value, "get") == 0)
		*mode = LOOKUP_GET;
	else if (strcmp(value, "list") == 0)
		*mode = LOOKUP_LIST;
	else if (strcmp(value, "off") == 0)
		*mode = LOOKUP_OFF;
	else
		report_value(rule, value, "Valid values are get, list and off.");
}

/* Operators, with blanks between. */
static void
read_operators(const OptionRule *rule, const char *value, void *target)
{
	static const char *const names[] = {"eq", "gte", "lt", "lte"};
	int			operators = 0;

	for (const char *c = value + strspn(value, " "); *c != '\0';
		 c += strspn(c, " "))
	{
		size_t		len = strcspn(c, " ");
		int			i = 0;

		while (i < lengthof(names) && (strlen(names[i]) != len ||
									   strncmp(names[i], c, len) != 0))
			i++;
		if (i == lengthof(names))
			report_value(rule, value,
						 "Valid operators are eq, gte, lt and lte, with blanks between.");
		operators |= 1 << i;
		c += len;
	}
	*(int *) target = operators;
}

/* The name of a member, which stands where a column's does. */
static void
read_member(const OptionRule *rule, const char *value, void *target)
{
	check_text(value, option_origin(rule));
	if (strlen(value) >= NAMEDATALEN || strcmp(value, "extra") == 0)
		report_value(rule, value,
					 "It must be shorter than 64 bytes and not \"extra\".");
	*(char **) target = pstrdup(value);
}

/* The rule of an option, or NULL. */
static const OptionRule *
find_rule(const char *name, Oid catalog)
{
	for (const OptionRule *rule = rules; rule->name != NULL; rule++)
		if (rule->catalog == catalog && strcmp(rule->name, name) == 0)
			return rule;
	return NULL;
}

/* Raises the error for an option that does not exist here. */
static void
report_invalid_option(const char *name, Oid catalog)
{
	StringInfoData valid;

	initStringInfo(&valid);
	for (const OptionRule *rule = rules; rule->name != NULL; rule++)
		if (rule->catalog == catalog)
			appendStringInfo(&valid, "%s%s", valid.len > 0 ? ", " : "",
							 rule->name);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("invalid option \"%s\"", name),
			 valid.len > 0 ?
			 errhint("Valid options in this context are: %s.", valid.data) :
			 errhint("There are no valid options in this context.")));
}

/*
 * Only who may read the server's files may name one in an option; nothing if
 * "path" is NULL.  "instead" is what others can do.
 */
static void
check_may_read_files(const char *option, const char *path,
					 const char *instead)
{
	if (path != NULL &&
		!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to set the option \"%s\"", option),
				 errdetail("Only superusers and members of pg_read_server_files may set it, or change what has it."),
				 errhint("%s", instead)));
}

/* Refuses options that do not go together. */
static void
check_together(const RootfiOptions *options)
{
	if (options->api_key != NULL && options->api_key_file != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("options \"api_key\" and \"api_key_file\" exclude each other"),
				 errhint("Use ALTER USER MAPPING ... OPTIONS (DROP api_key, ADD api_key_file '...').")));
	if ((options->proxy_user == NULL) != (options->proxy_password == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("options \"proxy_user\" and \"proxy_password\" need each other"),
				 errhint("Set both, or none of them.")));
	rootfi_options_check_proxy(options);
}

/* JSON is UTF-8; in another encoding half of it could not be stored. */
static void
check_encoding(void)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rootfi needs a database with encoding UTF8"),
				 errdetail("The encoding of this database is %s.",
						   GetDatabaseEncodingName()),
				 errhint("Run \"CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0\".")));
}

/* Fills in what every option is when it is not given. */
void
rootfi_options_init(RootfiOptions *options)
{
	memset(options, 0, sizeof(*options));
	for (const OptionRule *rule = rules; rule->name != NULL; rule++)
		if (rule->fallback != NULL)
			rule->read(rule, rule->fallback, (char *) options + rule->offset);
}

/*
 * Reads a list of options of a server or a mapping into "options"; texts are
 * allocated in the current context.  Options of another catalog's or of no
 * name raise an error.
 */
void
rootfi_options_read(RootfiOptions *options, Oid catalog, List *defs)
{
	ListCell   *lc;

	foreach(lc, defs)
	{
		DefElem    *def = lfirst_node(DefElem, lc);
		const OptionRule *rule = find_rule(def->defname, catalog);

		if (rule == NULL)
			report_invalid_option(def->defname, catalog);
		rule->read(rule, defGetString(def),
				   (char *) options + rule->offset);
	}
}

/*
 * Refuses a proxy for a base URL without TLS: the key would go through it in
 * clear.  Checked when either is set, and before it is used.
 */
void
rootfi_options_check_proxy(const RootfiOptions *options)
{
	if (options->proxy != NULL && options->base_url != NULL &&
		rootfi_url_is_plain(options->base_url))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("option \"proxy\" cannot be used with a \"base_url\" of plain http"),
				 errdetail("It would send the API key to the proxy without encryption."),
				 errhint("Use https, or ALTER SERVER ... OPTIONS (DROP proxy).")));
}

/*
 * Reads the options that an object of the catalog is going to have, and
 * refuses what does not go together, or is not for the current user to set.
 */
void
rootfi_options_validate(RootfiOptions *options, Oid catalog, List *defs)
{
	check_encoding();
	memset(options, 0, sizeof(*options));
	rootfi_options_read(options, catalog, defs);
	check_together(options);
	check_may_read_files("api_key_file", options->api_key_file,
						 "Use the option \"api_key\" instead.");
	check_may_read_files("ca_file", options->ca_file,
						 "Ask one of them to set it, or use the certificates of the system.");
}
