# A database that was made with an older version and upgraded has what a new
# one has.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# What an older version's install script was made of. A release that changes
# one of these modules keeps them as they were for the older ones.
my %modules = ('0.1.0' => [qw(connection calls ecommerce payments core)]);

IPC::Run::run([ 'pg_config', '--sharedir' ], '>', \my $share) or die 'no pg_config';
chomp $share;
my $directory = "$share/extension";
plan skip_all => "needs to write to $directory" unless -w $directory;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# All objects of the extension with their definitions, comments and rights.
my $objects = q{
	WITH members AS (
		SELECT d.classid, d.objid FROM pg_depend AS d
		WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
			AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'rootfi'))
	SELECT pg_describe_object(m.classid, m.objid, 0) || ': ' || concat_ws(' | ',
		obj_description(m.objid, m.classid::regclass::name),
		CASE m.classid WHEN 'pg_proc'::regclass THEN (SELECT pg_get_functiondef(p.oid) || p.proacl::text FROM pg_proc AS p WHERE p.oid = m.objid AND p.prokind IN ('f', 'p')) END,
		CASE m.classid WHEN 'pg_class'::regclass THEN (SELECT concat_ws(' ', c.relkind, c.relacl, c.reloptions, c.relrowsecurity,
			CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END) FROM pg_class AS c WHERE c.oid = m.objid) END,
		(SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attstorage, a.attidentity,
				pg_get_expr(f.adbin, f.adrelid), col_description(a.attrelid, a.attnum)), ', ' ORDER BY a.attnum)
			FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
				LEFT JOIN pg_attrdef AS f ON (f.adrelid, f.adnum) = (a.attrelid, a.attnum)
			WHERE m.objid IN (CASE m.classid WHEN 'pg_type'::regclass THEN c.reltype END, CASE m.classid WHEN 'pg_class'::regclass THEN c.oid END)),
		(SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname) FROM pg_constraint AS k WHERE k.conrelid = m.objid),
		(SELECT string_agg(concat_ws(' ', p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid)), ', ' ORDER BY p.polname) FROM pg_policy AS p WHERE p.polrelid = m.objid))
	FROM members AS m
	UNION ALL
	SELECT 'dumped: ' || c.relname FROM pg_extension AS e, unnest(e.extconfig) AS o JOIN pg_class AS c ON c.oid = o
	WHERE e.extname = 'rootfi'
	ORDER BY 1};

$node->safe_psql('postgres', 'CREATE EXTENSION rootfi');
my $version = $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'rootfi'});
my $fresh = $node->safe_psql('postgres', $objects);

foreach my $old (sort keys %modules)
{
	my $script = "$directory/rootfi--$old.sql";
	(my $database = "from_$old") =~ s/\./_/g;

	IPC::Run::run([ 'awk', '-f', 'sql/expand.awk', map { "sql/install/$_.sql" } @{ $modules{$old} } ], '>', $script)
	  or die "could not write $script";
	# the functions of resources were SQL over the generic ones
	my $text = slurp_file($script);
	$text =~ s/^AS 'MODULE_PATHNAME', 'rootfi_(?:\w+__\w+|get_sync_config|passthrough)'\nLANGUAGE C VOLATILE (?:STRICT )?(.*);/LANGUAGE sql VOLATILE $1\nRETURN rootfi_get('ecommerce\/orders', '157');/mg
	  or die 'no functions of resources';
	unlink $script;
	append_to_file($script, $text);
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, "CREATE EXTENSION rootfi VERSION '$old'; ALTER EXTENSION rootfi UPDATE");
	unlink $script;
	is($node->safe_psql($database, q{SELECT extversion FROM pg_extension WHERE extname = 'rootfi'}),
		$version, "version $old can be upgraded to $version");
	is($node->safe_psql($database, $objects), $fresh, 'and has then what a new one has');
}

done_testing();
