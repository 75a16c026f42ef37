# Who may call what, and who can see the key.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $key = 'canary-key-7f3a';
my ($node, $sandbox) = start_pair(sandbox => { key => $key });
$node->safe_psql('postgres', q{
	CREATE ROLE reader LOGIN;
	CREATE ROLE writer LOGIN;
	CREATE ROLE stranger LOGIN;
	GRANT USAGE ON FOREIGN SERVER rootfi TO reader, writer;
	GRANT EXECUTE ON FUNCTION rootfi_create(text, bigint, jsonb, boolean), rootfi_create_customer(bigint, jsonb, boolean) TO writer;
});
$node->safe_psql('postgres', "CREATE USER MAPPING FOR $_ SERVER rootfi OPTIONS (api_key '$key')")
  foreach 'reader', 'writer';

# Runs a statement as a role; gives output and error.
sub as_role
{
	my ($role, $statement) = @_;
	my ($status, $output, $error) =
	  $node->psql('postgres', "SET ROLE $role; $statement");
	return ($output, $error);
}

# The functions that PUBLIC may execute are those that read.
is($node->safe_psql('postgres', q{
	SELECT string_agg(p.oid::regprocedure::text, ', ')
	FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
	WHERE has_function_privilege('stranger', p.oid, 'EXECUTE')
		IS DISTINCT FROM (p.proname !~ '^rootfi_(create|update|delete|start|request|passthrough|get_sync_config)')}),
	'', 'PUBLIC may execute what reads, and not what writes');

my $read = q{SELECT rootfi_get_order('157') ->> 'rootfi_id'};
my $write = q{SELECT rootfi_create_customer(1089, '{"name": "A"}') -> 'data' IS NOT NULL};
is((as_role('reader', $read))[0], '157', 'a role with USAGE and a mapping reads');
like((as_role('reader', $write))[1], qr/permission denied for function rootfi_create_customer/, 'but does not write');
is((as_role('writer', $write))[0], 't', 'a role that was granted EXECUTE writes');
like((as_role('stranger', $read))[1], qr/permission denied for foreign server rootfi/, 'a role without USAGE does nothing');

# What a statement does on behalf of somebody else
$node->safe_psql('postgres', q{
	CREATE FUNCTION order_of(text) RETURNS jsonb LANGUAGE sql SECURITY DEFINER RETURN rootfi_get_order($1);
	ALTER FUNCTION order_of(text) OWNER TO reader});
is((as_role('stranger', q{SELECT order_of('157') ->> 'rootfi_id'}))[0], '157', 'a SECURITY DEFINER function uses the mapping of its owner');

# The key is nowhere to be seen but in the mapping.
is((as_role('reader', "SELECT count(*) FROM pg_user_mappings WHERE umoptions::text LIKE '%$key%'"))[0], '1', 'a role sees its own key');
is((as_role('stranger', "SELECT count(*) FROM pg_user_mappings WHERE umoptions::text LIKE '%$key%'"))[0], '0', 'others do not');
$sandbox->fault({ status => 401, body => { error => { code => 'unauthorized', message => 'no' } }, times => 1 });
my $shown = join '', map { (as_role('reader', "\\set VERBOSITY verbose\nSET client_min_messages = debug5; $_"))[1] }
  $read, q{SELECT rootfi_get_order('none')}, q{SELECT rootfi_get_order('')}, q{EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM rootfi_list_orders()};
unlike($shown, qr/$key/, 'no error, debug message or plan shows it');
my $from = -s $node->logfile;
$node->safe_psql('postgres', "SET log_min_messages = debug5; SET log_statement = 'all'; $read; SELECT query FROM pg_stat_activity");
unlike(substr(slurp_file($node->logfile), $from), qr/$key/, 'nor does the log');

# A key in a file, as root of the database may set it
my $dir = PostgreSQL::Test::Utils::tempdir();
append_to_file("$dir/key", "wrong\n");
$node->safe_psql('postgres', "ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (DROP api_key, ADD api_key_file '$dir/key')");
is(sqlstate_of($node, $read), '28000', 'the key is read from a file');
my $changed = $node->safe_psql('postgres', qq{
	SELECT sqlstate_of(\$\$$read\$\$);
	COPY (SELECT '$key') TO '$dir/key';
	$read});
is($changed, "28000\n157", 'and a changed file counts at once');
unlink "$dir/key";
append_to_file("$dir/key", "a\nb\n");
like(($node->psql('postgres', $read))[2], qr/could not read the API key from file .*: it has more than one line/, 'a file with more than a key is refused');
my $dump = $node->command_ok([ 'pg_dump', '-f', "$dir/dump", $node->connstr('postgres') ], 'the database can be dumped');
my $created = slurp_file("$dir/dump");
like($created, qr/CREATE EXTENSION.*rootfi/, 'with the extension');
unlike($created, qr/CREATE FUNCTION .*rootfi_get_order/, 'and not its functions');

$sandbox->stop;
done_testing();
