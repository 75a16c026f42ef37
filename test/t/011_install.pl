# What CREATE EXTENSION makes, where, and where it refuses to.

use strict;
use warnings;

use Cwd ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

# Nothing is built, or installed, where there are no sources.
my $sources = Cwd::getcwd();
my $elsewhere = PostgreSQL::Test::Utils::tempdir();
foreach my $goal ('all', 'install')
{
	command_fails_like([ 'make', '-C', $elsewhere, '-f', "$sources/Makefile", "VPATH=$sources", "DESTDIR=$elsewhere/root", $goal ],
		qr/there are no sources here/, "make $goal with VPATH is refused");
}

my ($node, $sandbox) = start_pair();

# Objects of the extension, by catalog
my $members = q{FROM pg_depend AS d WHERE d.refclassid = 'pg_extension'::regclass
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'rootfi') AND d.deptype = 'e'};
is($node->safe_psql('postgres', qq{
	SELECT string_agg(pg_describe_object(d.classid, d.objid, 0), ', ') $members
		AND obj_description(d.objid, d.classid::regclass::name) IS NULL
		AND (d.classid <> 'pg_type'::regclass OR d.objid IN (SELECT reltype FROM pg_class WHERE relkind = 'c'))}),
	'', 'every object has a comment');
is($node->safe_psql('postgres', qq{
	SELECT count(*) $members AND pg_describe_object(d.classid, d.objid, 0) !~ 'rootfi'}),
	'0', 'every name begins with rootfi');
is($node->safe_psql('postgres', q{
	SELECT string_agg(p.proname, ' ') FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.prorettype
	WHERE p.proname LIKE 'rootfi%' AND p.proretset AND p.prorows = 0}),
	'', 'every function that returns rows says how many');
is($node->safe_psql('postgres', q{
	SELECT string_agg(c.relname, ' ') FROM pg_class AS c
	WHERE c.relkind = 'c' AND c.relname IN (SELECT row_type FROM rootfi_resources()
		UNION ALL SELECT l.value FROM rootfi_resources() AS r, jsonb_each_text(r.lists) AS l) AND (
		SELECT attname || ' ' || format_type(atttypid, NULL) FROM pg_attribute
		WHERE attrelid = c.oid ORDER BY attnum DESC LIMIT 1) <> 'extra jsonb'}),
	'', 'the last column of every row type is extra jsonb');

# In a schema of its own, for a caller who has it nowhere in the search_path
$node->safe_psql('postgres', q{
	CREATE DATABASE elsewhere;});
$node->safe_psql('elsewhere', q{
	CREATE SCHEMA api;
	CREATE EXTENSION rootfi SCHEMA api;
	CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '} . $sandbox->url . q{');
	CREATE SCHEMA hostile;
	CREATE FUNCTION hostile.rootfi_get(text, text) RETURNS jsonb LANGUAGE sql RETURN '"hostile"'::jsonb;
	CREATE FUNCTION hostile.rootfi_create(text, bigint, jsonb, boolean) RETURNS jsonb LANGUAGE sql RETURN '"hostile"'::jsonb;
	CREATE TYPE hostile.rootfi_order AS (hostile text)});
map_user($node, $sandbox->key, 'CURRENT_USER', 'elsewhere');
is($node->safe_psql('elsewhere', q{
	SET search_path = hostile, pg_catalog;
	SELECT api.rootfi_get_order('157') ->> 'rootfi_id', (SELECT count(*) FROM api.rootfi_list_orders(1089) AS o, api.rootfi_order_line_items(o)) > 0,
		jsonb_typeof(api.rootfi_create_order(1089, '{"customer_id": "c", "currency_id": "USD", "line_items": [{"quantity": 1, "unit_amount": 1}]}'))}),
	'157|t|object', 'functions mean their own objects whatever the search_path');
is($node->safe_psql('elsewhere', q{
	ALTER EXTENSION rootfi SET SCHEMA public;
	SELECT rootfi_get_order('157') ->> 'rootfi_id', (SELECT count(*) FROM rootfi_list_orders(1089, max_rows => 2))}),
	'157|2', 'the extension can be moved to another schema');

# An object that is there already is not taken over.
$node->safe_psql('postgres', 'CREATE DATABASE taken');
$node->safe_psql('taken', q{CREATE FUNCTION rootfi_get(resource text, id text) RETURNS jsonb LANGUAGE sql RETURN '1'::jsonb});
like(($node->psql('taken', 'CREATE EXTENSION rootfi'))[2], qr/already exists/, 'an object of the same name stops the installation');

# Other encodings
$node->safe_psql('postgres', q{CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0});
like(($node->psql('latin', 'CREATE EXTENSION rootfi'))[2],
	qr/rootfi needs a database with encoding UTF8\nDETAIL:  The encoding of this database is LATIN1\.\nHINT: /,
	'a database with another encoding is refused');

# Preloading is not needed but harmless, and no superuser setting is.
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'rootfi'");
$node->restart;
is($node->safe_psql('postgres', q{SELECT rootfi_get_order('157') ->> 'rootfi_id'}), '157', 'the library can be preloaded');
is($node->safe_psql('postgres', q{SELECT string_agg(name || ' ' || context, ', ' ORDER BY name) FROM pg_settings WHERE name LIKE 'rootfi.%'}),
	'rootfi.check_totals user, rootfi.max_concurrency user, rootfi.max_response_size user, rootfi.run_retention user, rootfi.server user', 'all settings can be set by users');

$node->safe_psql('postgres', 'DROP EXTENSION rootfi CASCADE');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_proc WHERE proname LIKE 'rootfi%'}), '0', 'nothing is left after DROP EXTENSION');

$sandbox->stop;
done_testing();
