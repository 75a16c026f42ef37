# A database that was made with an older version and upgraded has what a new
# one has.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Rootfi::Sandbox;
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
$node->safe_psql('postgres', 'CREATE ROLE app');
my $sandbox = Rootfi::Sandbox->new(orders => 5);

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
	# the generic ones had no argument "server"
	$text =~ s/,\n\tserver text DEFAULT NULL\)/)/g or die 'no argument "server"';
	$text =~ s/^\tserver text DEFAULT NULL,\n//mg;
	$text =~ s/('rootfi_(?:get|wait)'\nLANGUAGE C VOLATILE)/$1 STRICT/g;
	$text =~ s/(rootfi_(?:create|get|update|delete|wait|request|list|rows|count)\([^()']*), text\)( IS|,\n|\n)/$1)$2/g;
	$text =~ s/rootfi_check\(text\)/rootfi_check()/;
	# nor had the wrapper a handler
	$text =~ s/^HANDLER rootfi_fdw_handler\n//m or die 'the wrapper has no handler';
	$text =~ s/^CREATE FUNCTION rootfi_fdw_handler\(.*?;\n//ms && $text =~ s/^COMMENT ON FUNCTION rootfi_fdw_handler\(.*?;\n//ms or die 'no handler';
	unlink $script;
	append_to_file($script, $text);
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, qq{
		SET log_statement = 'none';
		CREATE EXTENSION rootfi VERSION '$old';
		CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi;
		CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (api_key '${\$sandbox->key}');
		ALTER SERVER rootfi OPTIONS (ADD base_url '${\$sandbox->url}');
		GRANT EXECUTE ON FUNCTION rootfi_create TO app});
	# the new library is there before the new functions, and views use the old
	my @views = (
		[ orders => q{SELECT count(*) FROM rootfi_list('ecommerce/orders', 1089)} ],
		[ one_order => q{SELECT rootfi_get('ecommerce/orders', '157') ->> 'rootfi_id' AS count} ],
		[ checks => q{SELECT check_name || status FROM rootfi_check() LIMIT 1} ]);
	$node->safe_psql($database, "CREATE VIEW $_->[0] AS $_->[1]") foreach @views;
	my @before = map { $node->safe_psql($database, "TABLE $_->[0]") } @views;
	$node->safe_psql($database, 'ALTER EXTENSION rootfi UPDATE');
	is_deeply([ map { $node->safe_psql($database, "TABLE $_->[0]") } @views ], \@before, 'views of generic functions stay as they are');
	is($node->safe_psql($database, q{
			SELECT has_function_privilege('app', 'rootfi_create(text, bigint, jsonb, boolean, text)', 'EXECUTE'),
				has_function_privilege('app', 'rootfi_update(text, text, jsonb, text)', 'EXECUTE')}),
		't|f', 'and so do rights on them');
	$node->command_ok([ 'pg_dump', '-d', $node->connstr($database), '-f', "$PostgreSQL::Test::Utils::tmp_check/$database.sql" ], 'it can be dumped');
	$node->safe_psql('postgres', "CREATE DATABASE again_$database");
	local $ENV{PGOPTIONS} = '-c log_statement=none';
	$node->command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("again_$database"), '-f', "$PostgreSQL::Test::Utils::tmp_check/$database.sql" ], 'and restored');
	is($node->safe_psql("again_$database", q{SELECT has_function_privilege('app', 'rootfi_create(text, bigint, jsonb, boolean, text)', 'EXECUTE')}),
		't', 'with the rights');
	$node->safe_psql($database, 'REVOKE EXECUTE ON FUNCTION rootfi_create FROM app');
	unlink $script;
	is($node->safe_psql($database, q{SELECT extversion FROM pg_extension WHERE extname = 'rootfi'}),
		$version, "version $old can be upgraded to $version");
	is($node->safe_psql($database, $objects), $fresh, 'and has then what a new one has');
}

done_testing();
