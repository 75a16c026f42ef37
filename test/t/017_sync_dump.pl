# A dump holds what a sync needs to go on: streams with their checkpoints, and
# what a full refresh has seen.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Copy;
use Rootfi::Pair;
use Test::More;

my $orders = 500;    # of each of two companies
my $page_size = 50;
my $resource = 'ecommerce/orders';
my $path = '/v4/ecommerce/orders';

my ($node, $sandbox) = start_pair(
	sandbox => { key => 'sandbox-key', orders => $orders },
	server => { page_size => $page_size });
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';

# Dumps the database and restores it into a new one.
sub dump_into
{
	my ($database) = @_;

	$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('postgres') ], "the database is dumped");
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr($database) ], "and restored as $database");
	return;
}

# Syncs in a database, and checks that the stream goes on and the copy is
# complete.
sub check_going_on
{
	my ($database, $stream, $company, $pages) = @_;
	my $cursor = stream_row($node, $stream, 'cursor', $database) =~ s/=/%3D/gr;
	my $since = latest_request($sandbox);

	isnt($cursor, '', "in $database the stream is in the middle of a pass");
	is(sync_ends($node, "CALL rootfi_sync('$resource', $company)", undef, database => $database), 'no error', 'it is synced');
	my @asked = cursors($sandbox, $resource, $since);
	is($asked[0], $cursor, 'from the page where it was');
	is(scalar(@asked), $pages, 'to the last');
	is(stream_row($node, $stream, 'pass_kind IS NULL AND completed_at IS NOT NULL', $database), 't', 'the pass is complete');
	return;
}

# The rows that are marked as deleted.
sub deleted
{
	my ($database) = @_;

	return $node->safe_psql($database, q{
		SELECT string_agg(rootfi_id::text, ' ' ORDER BY rootfi_id) FROM rootfi.orders
		WHERE rootfi_company_id = 1089 AND rootfi_deleted_at IS NOT NULL});
}

# in the middle of the first pass of two streams

my $stream = $node->safe_psql('postgres', "SELECT rootfi_add_stream('$resource', 1089)");
my $another = $node->safe_psql('postgres', "SELECT rootfi_add_stream('$resource', 1090, 'another')");
is(sync_ends($node, "CALL rootfi_sync('$resource', max_pages => 3)"), 'no error', 'two streams are synced a little');
dump_into('halfway');
check_going_on('halfway', $stream, 1089, 7);
is($node->safe_psql('halfway', 'SELECT count(*) FROM rootfi.orders'), $orders, 'the table has all orders');
is(differences($node, database => 'halfway', company => 1089), 0, 'the copy is what the server has');
is(sync_ends($node, "CALL rootfi_sync('$resource', 1089)", undef, database => 'halfway'), 'no error', 'it can be synced again');
is($node->safe_psql('halfway', "SELECT state, kind FROM rootfi_sync_status WHERE stream_id = $another"), 'stopped|', 'a run of it is not taken for one of the other stream, the log of which was not dumped');
$node->psql('halfway', "SELECT rootfi_add_stream('$resource', 1090, 'third')", stdout => \my $third, stderr => \my $said);
is($third, $another + 1, 'a stream that is added has a number of its own');
is(stream_row($node, $stream, 'pass_pages, pass_rows'), '3|' . 3 * $page_size, 'the original is where it was');

# The comparison is worth something only if it finds what differs.
$node->safe_psql('halfway', q{
	UPDATE rootfi.orders SET status = 'other' WHERE rootfi_id = 200;
	UPDATE rootfi.orders SET extra = '{"other": 1}' WHERE rootfi_id = 201;
	UPDATE rootfi.orders SET total_amount = NULL WHERE rootfi_id = 202;
	DELETE FROM rootfi.orders WHERE rootfi_id = 203;
	UPDATE rootfi.order_line_items SET quantity = -1 WHERE order_rootfi_id = 204 AND ordinal = 1;
	DELETE FROM rootfi.order_addresses WHERE order_rootfi_id = 205 AND ordinal = 1;
	UPDATE rootfi.order_fulfillments SET ordinal = 99 WHERE (order_rootfi_id, ordinal) = (SELECT order_rootfi_id, ordinal FROM rootfi.order_fulfillments LIMIT 1);
	UPDATE rootfi.order_transactions SET created_at = created_at + interval '1 ms' WHERE (order_rootfi_id, ordinal) = (SELECT order_rootfi_id, ordinal FROM rootfi.order_transactions LIMIT 1);
});
is(differences($node, database => 'halfway', company => 1089), 9, 'each difference is noticed');

# while a session is at work

$sandbox->fault({ path => $path, skip => 2, delay_ms => 60000 });
my $since = latest_request($sandbox);
my $session = session($node, 'at_work', "CALL rootfi_sync('$resource', 1089);");
wait_for_requests($sandbox, $since, 3);
my $pid = wait_until_waiting($node, 'at_work');
dump_into('running');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
finish($session);
$sandbox->clear_faults;
is($node->safe_psql('running', "SELECT state, pid FROM rootfi_sync_status WHERE stream_id = $stream"), 'stopped|', 'in the restored database nobody is at work');
check_going_on('running', $stream, 1089, 5);
is(differences($node, database => 'running', company => 1089), 0, 'the copy is what the server has');
check_going_on('postgres', $stream, 1089, 5);
is(differences($node, company => 1089), 0, 'so is that in the original');

# in the middle of a full refresh

my $gone = join ' ', sort { $a <=> $b } $sandbox->remove($resource, 1089, 7);
is(sync_ends($node, "CALL rootfi_sync('$resource', 1089, full_refresh => true, max_pages => 4)"), 'no error', 'a full refresh is begun');
dump_into('refresh');
check_going_on('refresh', $stream, 1089, 6);
is(deleted('refresh'), $gone, 'only what the server has lost is marked as deleted');
is($node->safe_psql('refresh', 'SELECT count(*) FROM rootfi_seen'), '0', 'and what was seen is forgotten');
check_going_on('postgres', $stream, 1089, 6);
is(deleted('postgres'), $gone, 'as in the original');

$sandbox->stop;
done_testing();
