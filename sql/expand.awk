# Joins the SQL modules and writes out what follows from a row type.
#
# A line "--@ record NAME | NAMES | RESOURCE | VERBS | NOUN | NOUNS" before a
# CREATE TYPE rootfi_NAME makes the type's comment and cast and a function for
# each verb; "create-async" is a create that takes run_async, "create-plain"
# one of what belongs to no company, "list-nested" the list of one record.
#
# A line "--@ list NAME | NAMES | ARGUMENT | NOUN | NOUNS" before the type of a
# list inside a record makes the type's comment and cast and the function
# rootfi_NAMES that flattens it.
#
# A line "--@ calls ..." is like "record" without a type, and without a list.
#
# Inside a type, "--@ columns record" stands for the columns of every record,
# "--@ columns child KEY" for those that a child has of its parent,
# "--@ columns record-child KEY" for both, and "--@ columns address" for those
# of an address of version 4.

function trim(text) {
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

# "an order", "a contact"
function with_article(noun) {
	return (noun ~ /^[aeiou]/ ? "an " : "a ") noun
}

function comment(object, text) {
	printf "\nCOMMENT ON %s IS\n'%s';\n", object, text
}

function record_columns(with_company) {
	print "\trootfi_id bigint,"
	print "\trootfi_created_at timestamptz,"
	print "\trootfi_updated_at timestamptz,"
	if (with_company)
		print "\trootfi_company_id bigint,"
	print "\tplatform_id text,"
	print "\tplatform_unique_id text,"
	print "\trootfi_deleted_at timestamptz,"
	print "\traw_data jsonb,"
	print "\tdata_hash text,"
}

function child_columns(key) {
	print "\trootfi_company_id bigint,"
	printf "\t%s bigint,\n", key
	print "\tordinal integer,"
}

function address_columns() {
	print "\trootfi_id bigint,"
	print "\tplatform_id text,"
	print "\ttype text,"
	print "\tstreet text,"
	print "\tcity text,"
	print "\tstate text,"
	print "\tpostal_code text,"
	print "\tcountry text,"
}

# The way back from a row to its object.
function make_cast(type,    text) {
	text = "The JSON object that the row was made from, \"extra\" included"
	printf "\nCREATE FUNCTION rootfi_to_jsonb(record %s)\n", type
	print "RETURNS jsonb"
	print "AS 'MODULE_PATHNAME', 'rootfi_row_to_jsonb'"
	print "LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;"
	comment("FUNCTION rootfi_to_jsonb(" type ")", text)
	printf "\nCREATE CAST (%s AS jsonb)\n", type
	printf "WITH FUNCTION rootfi_to_jsonb(%s) AS IMPLICIT;\n", type
	comment("CAST (" type " AS jsonb)", text)
}

# A function that does one thing with one resource.  What it does is in its
# symbol (src/functions/resources.c); one that only reads gives NULL for NULL.
function make_call(name, arguments, types, verb, text,    writes) {
	writes = verb != "get"
	printf "\nCREATE FUNCTION %s(%s)\n", name, arguments
	print "RETURNS jsonb"
	printf "AS 'MODULE_PATHNAME', '%s'\n", symbol(verb, field[3])
	printf "LANGUAGE C VOLATILE %s COST 10000;\n", writes ? "PARALLEL UNSAFE" : "STRICT PARALLEL RESTRICTED"
	comment("FUNCTION " name "(" types ")", text)
	if (writes)
		printf "\nREVOKE EXECUTE ON FUNCTION %s(%s) FROM PUBLIC;\n", name, types
}

# "rootfi_create__ecommerce__orders"
function symbol(verb, resource) {
	gsub("/", "__", resource)
	return "rootfi_" verb "__" resource
}

function make_list(name, type, nouns) {
	printf "\nCREATE FUNCTION %s(\n", name
	print "\tcompany_id bigint DEFAULT NULL,"
	print "\tupdated_since timestamptz DEFAULT NULL,"
	print "\tfilter jsonb DEFAULT NULL,"
	print "\tinclude_deleted boolean DEFAULT false,"
	print "\tmax_rows bigint DEFAULT NULL,"
	print "\texpand text[] DEFAULT NULL,"
	print "\tselect_fields text[] DEFAULT NULL,"
	print "\tpage_size integer DEFAULT NULL,"
	print "\tsort text[] DEFAULT NULL)"
	printf "RETURNS SETOF %s\n", type
	print "AS 'MODULE_PATHNAME', 'rootfi_list_rows'"
	print "LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000;"
	comment("FUNCTION " name "(bigint, timestamptz, jsonb, boolean, bigint, text[], text[], integer, text[])",
		"Returns all " nouns " as rows, page by page")
}

# The list of one record, which its id picks.
function make_nested_list(name, type, nouns) {
	printf "\nCREATE FUNCTION %s(id text)\n", name
	printf "RETURNS SETOF %s\n", type
	print "AS 'MODULE_PATHNAME', 'rootfi_list_nested_rows'"
	print "LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000 ROWS 100;"
	comment("FUNCTION " name "(text)", "Returns the " nouns " as rows")
}

# The functions of a resource, one for each verb.
function make_verbs(    n, verbs, i, noun, company) {
	noun = field[5]
	company = "company_id bigint, data jsonb"
	n = split(field[4], verbs, " ")
	for (i = 1; i <= n; i++) {
		if (verbs[i] == "create")
			make_call("rootfi_create_" field[1], company, "bigint, jsonb", "create",
				"Creates " with_article(noun))
		else if (verbs[i] == "create-async")
			make_call("rootfi_create_" field[1], company ", run_async boolean DEFAULT NULL",
				"bigint, jsonb, boolean", "create",
				"Creates " with_article(noun) ", or several with run_async")
		else if (verbs[i] == "create-plain")
			make_call("rootfi_create_" field[1], "data jsonb", "jsonb", "create",
				"Creates " with_article(noun))
		else if (verbs[i] == "get")
			make_call("rootfi_get_" field[1], "id text", "text", "get",
				"Returns the " noun " with that " (field[3] ~ /core/ ? "id" : "rootfi_id or platform_id"))
		else if (verbs[i] == "update")
			make_call("rootfi_update_" field[1], "id text, data jsonb", "text, jsonb", "update",
				"Changes the given members of " with_article(noun))
		else if (verbs[i] == "delete")
			make_call("rootfi_delete_" field[1], "id text", "text", "delete",
				"Deletes " with_article(noun))
		else if (verbs[i] == "list")
			make_list("rootfi_list_" field[2], "rootfi_" field[1], field[6])
		else if (verbs[i] == "list-nested")
			make_nested_list("rootfi_list_" field[2], "rootfi_" field[1], field[6])
		else
			fail("no such verb: " verbs[i])
	}
}

# The function that flattens a list inside records.
function make_flatten() {
	printf "\nCREATE FUNCTION rootfi_%s(%s jsonb)\n", field[2], field[3]
	printf "RETURNS SETOF rootfi_%s\n", field[1]
	print "AS 'MODULE_PATHNAME', 'rootfi_flatten'"
	print "LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;"
	comment("FUNCTION rootfi_" field[2] "(jsonb)", "Returns the " field[5] " as rows")
}

# What follows from the type that has just ended.
function end_type(    type, noun) {
	type = "rootfi_" field[1]
	noun = field[directive == "record" ? 5 : 4]
	comment("TYPE " type, toupper(substr(with_article(noun), 1, 1)) substr(with_article(noun), 2))
	make_cast(type)
	if (directive == "record")
		make_verbs()
	else
		make_flatten()
	directive = ""
}

function fail(problem) {
	printf "%s:%d: %s\n", FILENAME, FNR, problem > "/dev/stderr"
	failed = 1
	exit 1
}

/^--@ (record|list|calls) / {
	directive = $2
	n = split(substr($0, length("--@ " directive) + 1), field, "|")
	for (i = 1; i <= n; i++)
		field[i] = trim(field[i])
	if (n != (directive == "record" ? 6 : 5))
		fail("wrong number of parts")
	if (directive == "calls") {
		# NAME | RESOURCE | VERBS | NOUN | NOUNS
		field[6] = field[5]; field[5] = field[4]; field[4] = field[3]; field[3] = field[2]
		make_verbs()
		directive = ""
	}
	next
}

/^\t--@ columns / {
	if ($3 ~ /child/)
		child_columns($4)
	if ($3 ~ /record/)
		record_columns($3 == "record")
	if ($3 == "address")
		address_columns()
	next
}

/^--@|^\t--@/ { fail("no such directive") }

{ print }

/^);/ && directive != "" { end_type() }

END {
	if (!failed && directive != "") {
		print FILENAME ": a directive without its type" > "/dev/stderr"
		exit 1
	}
}
