# With whose key a foreign table is read: that of the user whose rights count.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 5 });
my $mine = $sandbox->key;

$node->safe_psql('postgres', q{
	CREATE ROLE owner LOGIN;
	CREATE ROLE reader LOGIN;
	CREATE SCHEMA live;
	GRANT USAGE ON SCHEMA live TO owner, reader;
	GRANT CREATE ON SCHEMA live TO owner;
	GRANT USAGE ON FOREIGN SERVER rootfi TO owner});
map_user($node, 'the-owners-key', 'owner');
map_user($node, 'the-readers-key', 'reader');
$node->safe_psql('postgres', q{
	SET ROLE owner;
	CREATE FOREIGN TABLE live.orders (rootfi_id bigint, rootfi_company_id bigint, status text) SERVER rootfi OPTIONS (resource 'ecommerce/orders');
	CREATE VIEW live.seen AS SELECT * FROM live.orders;
	CREATE VIEW live.own WITH (security_invoker) AS SELECT * FROM live.orders;
	CREATE TABLE live.parts (rootfi_id bigint, rootfi_company_id bigint, status text) PARTITION BY LIST (rootfi_company_id);
	CREATE FOREIGN TABLE live.part PARTITION OF live.parts FOR VALUES IN (1089) SERVER rootfi OPTIONS (resource 'ecommerce/orders', company_id '1089');
	CREATE VIEW live.parts_seen AS SELECT * FROM live.parts;
	CREATE FUNCTION live.counted() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM live.orders';
	CREATE FUNCTION live.single(id bigint) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS
		'BEGIN RETURN (SELECT status FROM live.orders WHERE rootfi_id = id); END';
	GRANT SELECT ON live.seen, live.own, live.parts_seen TO reader});

# The keys of the requests that a role's statement makes, and its SQLSTATE.
sub keys_of
{
	my ($role, $statement) = @_;

	$sandbox->forget;
	my ($status, $out, $error) = $node->psql('postgres', "SET ROLE $role;\n$statement", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	my %keys = map { $_->{headers}{api_key} => 1 } $sandbox->requests;
	return (join(' ', sort keys %keys), $error =~ /ERROR:  (\w{5})/ ? $1 : '', $error);
}

my $count = 'SELECT count(*) FROM live.';
foreach my $case (
	[ 'owner', "${count}orders", 'the-owners-key', 'a table is read with the key of who reads it' ],
	[ 'reader', "${count}seen", 'the-owners-key', 'a view with that of its owner' ],
	[ 'reader', "SELECT * FROM live.seen WHERE rootfi_id = 157", 'the-owners-key', 'a single read likewise' ],
	[ 'reader', "PREPARE p AS ${count}seen; EXECUTE p", 'the-owners-key', 'a prepared statement likewise' ],
	[ 'reader', "${count}parts_seen", 'the-owners-key', 'a partition likewise' ],
	[ 'reader', 'SELECT live.counted()', 'the-owners-key', 'a function of the definer likewise' ],
	[ 'reader', 'SELECT live.single(157)', 'the-owners-key', 'also in PL/pgSQL' ])
{
	my ($role, $statement, $key, $title) = @$case;
	my ($keys, $state) = keys_of($role, $statement);

	is($keys, $key, $title);
	is($state, '28000', 'which the server refuses here');
}

my ($keys, $state, $error) = keys_of('reader', "${count}own");
is("$keys $state", ' 42501', 'a view of the invoker asks for the invoker\'s rights');
$node->safe_psql('postgres', 'GRANT SELECT ON live.orders TO reader');
($keys) = keys_of('reader', "${count}own");
is($keys, 'the-readers-key', 'and is read with the invoker\'s key');
($keys) = keys_of('reader', "${count}orders");
is($keys, 'the-readers-key', 'who reads needs no USAGE on the server');
($keys, $state) = keys_of('reader', "CREATE FOREIGN TABLE live.mine (rootfi_id bigint) SERVER rootfi OPTIONS (resource 'ecommerce/orders')");
is($state, '42501', 'but makes no table without it');
$node->safe_psql('postgres', 'REVOKE SELECT ON live.orders FROM reader');
($keys, $state) = keys_of('reader', "${count}orders");
is("$keys $state", ' 42501', 'nothing is asked for who may not read');

# EXPLAIN needs no mapping; a mapping of PUBLIC is for all others
$node->safe_psql('postgres', 'DROP USER MAPPING FOR owner SERVER rootfi');
($keys, $state) = keys_of('owner', "EXPLAIN ${count}orders");
is("$keys $state", ' ', 'EXPLAIN needs no user mapping and asks for nothing');
($keys, $state, $error) = keys_of('reader', "${count}seen");
is("$keys $state", ' 42704', 'without a mapping nothing is asked for');
like($error, qr/user mapping not found for user "owner".*HINT:  Run "CREATE USER MAPPING FOR owner/s, 'and the error names the user who needs it');
map_user($node, $mine, 'PUBLIC');
($keys, $state) = keys_of('reader', "${count}seen");
is("$keys $state", "$mine ", 'a mapping of PUBLIC is for all who have none');
($keys, $state) = keys_of('reader', "BEGIN READ ONLY; ${count}seen; COMMIT");
is("$keys $state", "$mine ", 'a transaction that only reads may do that');
# a change of the mapping counts at the next request, in the same scan
$node->safe_psql('postgres', 'ALTER SERVER rootfi OPTIONS (ADD page_size \'1\')');
my $session = backend($node);
ask($session, 'BEGIN; DECLARE c CURSOR FOR SELECT rootfi_id FROM live.orders; FETCH 1 FROM c');
map_user($node, 'another-key-now', 'CURRENT_USER') if $node->safe_psql('postgres', 'SELECT count(*) FROM pg_user_mappings WHERE usename = current_user') == 0;
$node->safe_psql('postgres', q{SET log_statement = 'none'; ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key 'another-key-now')});
$sandbox->forget;
ask($session, 'FETCH 1 FROM c');
is(join(' ', map { $_->{headers}{api_key} } $sandbox->requests), 'another-key-now', 'a new key is used from the next page on');
leave($session);
is($node->psql('postgres', "INSERT INTO live.orders VALUES (1)"), 3, 'nothing is written');
is($node->psql('postgres', "UPDATE live.orders SET status = 'x'"), 3, 'or changed');
is($node->psql('postgres', "DELETE FROM live.orders"), 3, 'or deleted');

$sandbox->stop;
done_testing();
