# What CREATE EXTENSION makes, where, and where it refuses to.

use strict;
use warnings;

use Cwd ();
use File::Find ();
use IPC::Run;
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $pg_config = $ENV{PG_CONFIG} // 'pg_config';

# Runs make in a directory, quietly; gives its status and what it said.
sub make
{
	my ($directory, @arguments) = @_;
	my $said = '';

	IPC::Run::run([ 'make', '-s', '-j2', '-C', $directory, @arguments ], '>&', \$said);
	return ($? >> 8, $said);
}

# All files below a directory, sorted, by their names from there.
sub files
{
	my ($directory) = @_;
	my @files;

	File::Find::find(sub { push @files, $File::Find::name =~ s/^\Q$directory\E//r if -f }, $directory);
	# what tests leave is none of them
	@files = grep { !m{^/(tmp_check|results)/} } @files;
	return join("\n", sort @files);
}

# Copies sources, without what was built of them.
sub copy_sources
{
	my ($from, $to) = @_;

	foreach my $part (qw(Makefile rootfi.control sql src test))
	{
		system('cp', '-R', "$from/$part", $to) == 0 or die "could not copy $part";
	}
	unlink glob("$to/src/*.o $to/src/*/*.o"), glob("$to/sql/rootfi--*.sql");
	return;
}

# Built and installed from any directory, for any root, all is there, with no
# warning; among the sources nothing changes.
my $sources = Cwd::getcwd();
chomp(my $library = qx{$pg_config --pkglibdir});
chomp(my $share = qx{$pg_config --sharedir});
my $everything = join "\n", sort "$library/rootfi.so", map { "$share/extension/$_" } 'rootfi.control',
  map { (my $name = $_) =~ s{.*/}{}; $name } glob('sql/rootfi--*.sql'), glob('sql/upgrade/*.sql');
my $before = files($sources);
my %installed;
chomp(my $own = qx{$pg_config --cc});
foreach my $compiler ($own, grep { $_ ne $own && system("$_ --version > /dev/null 2>&1") == 0 } 'gcc', 'clang')
{
	my $elsewhere = PostgreSQL::Test::Utils::tempdir();
	my @make = ($elsewhere, '-f', "$sources/Makefile", 'COPT=-Werror', "CC=$compiler");
	# only the place of the Makefile counts
	push @make, "VPATH=$sources" if $compiler eq $own;
	my ($status, $said) = make(@make, 'all');

	is("$status$said", '0', "make in an empty directory, by $compiler");
	($status, $said) = make(@make, "DESTDIR=$elsewhere/root", 'install');
	is("$status$said", '0', "make install there, by $compiler");
	is(files("$elsewhere/root"), $everything, "everything is installed, by $compiler");
	$installed{$_} = slurp_file("$elsewhere/root$share/extension/$_") foreach 'rootfi.control', map { s{.*/}{}r } glob('sql/rootfi--*.sql');
}
is($installed{$_}, slurp_file((glob("$_ sql/$_"))[ /control/ ? 0 : 1 ]), "$_ is the one that is built here") foreach sort keys %installed;
is(files($sources), $before, 'nothing was built among the sources');

# Sources may lie in folders, and are rebuilt when a header there changes.
my $folders = PostgreSQL::Test::Utils::tempdir();
copy_sources($sources, $folders);
mkdir "$folders/src/odd" or die $!;
append_to_file("$folders/src/odd/odd_unit.h", "extern int rootfi_odd(void);\n");
append_to_file("$folders/src/odd/odd_unit.c", qq{#include "postgres.h"\n\n#include "odd/odd_unit.h"\n\nint\nrootfi_odd(void)\n{\n\treturn 1;\n}\n});
append_to_file("$folders/src/rootfi.c", qq{#include "odd/odd_unit.h"\n});
my $outside = PostgreSQL::Test::Utils::tempdir();
foreach my $place ([ 'in the tree', $folders ], [ 'outside of it', $outside, '-f', "$folders/Makefile" ])
{
	my ($where, @make) = @$place;
	my ($status, $said) = make(@make, 'COPT=-Werror', 'all');

	is("$status$said", '0', "sources in folders are built $where");
	ok(-f "$make[0]/src/odd/odd_unit.o", "their objects lie in such folders $where");
	is((make(@make, '-q'))[0], 0, "nothing is left to be done $where");
	utime(undef, undef, "$folders/src/odd/odd_unit.h");
	is((make(@make, '-q'))[0], 1, "after a change of a header in a folder there is $where");
	is((make(@make, 'clean'))[0] . join(' ', grep { /\.(o|so)$|rootfi--[\d.]+\.sql$/ } split /\n/, files($make[0])), '0', "make clean leaves nothing $where");
}
my ($status, $said) = make($folders, 'debug');
is("$status$said", '0', 'a build for a debugger has no warning');
like(qx{readelf --debug-dump=info $folders/rootfi.so | grep -m1 DW_AT_producer}, qr/ -O0/, 'it is not optimized');
like((make($outside, '-f', "$sources/Makefile", 'installcheck'))[1],
	qr/installcheck must be run in \Q$sources\E/, 'tests are run among the sources only');
like((make($sources, 'print-DATA'))[1], qr{^DATA = sql/upgrade/\S+\.sql( sql/upgrade/\S+\.sql)*$}, 'make print-NAME prints a variable');

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
	CREATE FUNCTION hostile.rootfi_get(text, text, text) RETURNS jsonb LANGUAGE sql RETURN '"hostile"'::jsonb;
	CREATE FUNCTION hostile.rootfi_create(text, bigint, jsonb, boolean, text) RETURNS jsonb LANGUAGE sql RETURN '"hostile"'::jsonb;
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
$node->safe_psql('taken', q{CREATE FUNCTION rootfi_get(resource text, id text, server text) RETURNS jsonb LANGUAGE sql RETURN '1'::jsonb});
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
	'rootfi.check_totals user, rootfi.max_concurrency user, rootfi.max_response_size user, rootfi.max_scan_requests user, rootfi.run_retention user, rootfi.server user', 'all settings can be set by users');

$node->safe_psql('postgres', 'DROP EXTENSION rootfi CASCADE');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_proc WHERE proname LIKE 'rootfi%'}), '0', 'nothing is left after DROP EXTENSION');

$sandbox->stop;
done_testing();
