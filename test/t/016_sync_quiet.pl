# A sync that waits disturbs nobody: it has no snapshot and no lock on a table
# or row, so that vacuum works, and it can be ended within 100 ms.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Copy;
use Rootfi::Pair;
use Test::More;

my $limit = 100;    # ms
my $orders = 480;
my $page_size = 50;
my $resource = 'ecommerce/orders';
my $path = '/v4/ecommerce/orders';
my $by_name = "CALL rootfi_sync('$resource', 1089)";
my %long = (delay_ms => 60000);

my ($node, $sandbox) = start_pair(
	sandbox => { companies => 1, orders => $orders },
	server => { page_size => $page_size, timeout => '60s' });
# which has snapshots of its own
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->restart;
$node->safe_psql('postgres', q{
	CREATE TABLE ends (code text, at timestamptz);
	CREATE TABLE litter (n integer);
	SELECT rootfi_add_streams(1089);
});

# What a session has of what could disturb others: a snapshot, a number of its
# transaction, locks; then the number of streams that it has for itself.
sub holdings
{
	my ($pid) = @_;

	return $node->safe_psql('postgres', qq{
		SELECT a.backend_xmin, a.backend_xid,
			string_agg(concat_ws(' ', l.mode, l.locktype, l.relation::regclass), ', ') FILTER (WHERE l.locktype <> 'virtualxid' AND l.classid IS DISTINCT FROM 'rootfi_stream'::regclass),
			count(*) FILTER (WHERE l.classid = 'rootfi_stream'::regclass)
		FROM pg_stat_activity AS a JOIN pg_locks AS l USING (pid)
		WHERE a.pid = $pid
		GROUP BY a.pid, a.backend_xmin, a.backend_xid});
}

# What vacuum says of rows that were deleted just now.
sub vacuumed
{
	my $said;

	$node->psql('postgres', q{
		INSERT INTO litter SELECT generate_series(1, 100);
		DELETE FROM litter;
		VACUUM (VERBOSE) litter;
	}, stderr => \$said);
	return $said =~ /(tuples: .*removable)/ ? $1 : $said;
}

# Holds up a sync with faults, looks at it when it has made some requests and
# waits, and cancels it.
sub check_wait
{
	my ($what, $statement, $requests, $streams, @faults) = @_;
	my $since = latest_request($sandbox);

	$sandbox->fault(@faults);
	my $session = session($node, 'quiet', "$statement;\nINSERT INTO ends VALUES (:'LAST_ERROR_SQLSTATE', clock_timestamp());\n");
	wait_for_requests($sandbox, $since, $requests);
	my $pid = wait_until_waiting($node, 'quiet');
	is(holdings($pid), "|||$streams", "a sync that waits for $what has nothing but its streams");
	like(vacuumed(), qr/^tuples: [1-9]\d* removed, 0 remain, 0 are dead/, 'vacuum removes rows that were deleted meanwhile');
	my $signal = $node->safe_psql('postgres',
		"WITH t AS MATERIALIZED (SELECT clock_timestamp() AS at) SELECT at FROM t, pg_cancel_backend($pid)");
	finish($session);
	my ($code, $ms) = split /\|/, $node->safe_psql('postgres',
		"DELETE FROM ends RETURNING code, round(extract(epoch FROM at - '$signal') * 1000)");
	is($code, '57014', 'a cancel ends it');
	cmp_ok($ms, '<', $limit, "within $limit ms");
	note("$what: canceled after $ms ms");
	$sandbox->clear_faults;
	return;
}

# Each wait goes on where the one before has ended.
check_wait('the first page', $by_name, 1, 1, { path => $path, %long });
check_wait('a later page', $by_name, 4, 1, { path => $path, skip => 3, %long });
check_wait('the last page', $by_name, 7, 1, { path => $path, skip => 6, %long });
check_wait('another attempt', $by_name, 1, 1, { path => $path, status => 503, headers => { 'Retry-After' => '30' } });
server_options($node, page_size => 200);
check_wait('a page of fewer rows', $by_name, 2, 1, { path => $path, status => 400, body => '{}' }, { path => $path, %long });
server_options($node, page_size => $page_size);
check_wait('pages of four streams', 'CALL rootfi_sync()', 4, 4, { path => '/v4/ecommerce', times => -1, %long });

my $remote = "CALL rootfi_sync('$resource', 1089, remote => true)";
my $syncs = '/v3/core/syncs';
check_wait('the company', $remote, 1, 1, { path => '/v3/core/companies', %long });
check_wait("the start of RootFi's own sync", $remote, 2, 1, { method => 'POST', path => $syncs, %long });
check_wait("the state of RootFi's own sync", $remote, 3, 1, { method => 'GET', path => $syncs, %long });
check_wait("the end of RootFi's own sync", $remote, 4, 1, { method => 'GET', path => $syncs, times => -1, status => 200, body => { data => { status => 'RUNNING' } } });

is(sync_ends($node, 'CALL rootfi_sync()'), 'no error', 'after all that the streams are synced');
is(differences($node), 0, 'and the copy is what the server has');

# Adds a stream in a schema of its own, the only one that is enabled.
sub add_stream
{
	my ($schema) = @_;

	return $node->safe_psql('postgres', qq{
		UPDATE rootfi_stream SET enabled = false;
		SELECT rootfi_add_stream('$resource', 1089, '$schema')});
}

# A session at work is not idle, be it in a transaction or not.
add_stream('busy');
$sandbox->fault({ path => $path, times => 2, delay_ms => 600 });
my ($output, $error) = run_command(
	[
		'psql', '-XAt', '-d', $node->connstr('postgres')
		  . q{ options='-c idle_session_timeout=200ms -c idle_in_transaction_session_timeout=200ms'},
		'-c', $by_name
	]);
unlike($error, qr/ERROR|FATAL/, 'time-outs of idle sessions do not end a sync that waits');
is(differences($node, schema => 'busy'), 0, 'nor hinder it');

# statement_timeout is of the whole call.
my $stream = add_stream('timed');
$sandbox->fault({ path => $path, skip => 3, %long });
is(sync_ends($node, "SET statement_timeout = '500ms'; $by_name"), '57014', 'statement_timeout ends a sync');
is(stream_row($node, $stream, 'pass_pages, (SELECT count(*) FROM timed.orders)'), '3|' . 3 * $page_size, 'what was committed stays');
is(sync_ends($node, $by_name), 'no error', 'it is gone on with');
is(differences($node, schema => 'timed'), 0, 'to its end');

# The page ahead has no say in how long a page is being written.
$stream = add_stream('slow');
server_options($node, timeout => '1s', max_retries => 0);
$node->safe_psql('postgres', q{
	CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END';
	CREATE TRIGGER doze AFTER INSERT ON slow.orders FOR EACH ROW WHEN (NEW.rootfi_id IN (220, 320)) EXECUTE FUNCTION doze();
});
$sandbox->fault({ path => $path, skip => 2, delay_ms => 1900 }, { path => $path, skip => 3, delay_ms => 9000 });
my $since = latest_request($sandbox);
is(sync_ends($node, $by_name), 'RF006', 'an answer that takes too long ends a sync');
is(stream_row($node, $stream, 'pass_pages'), '4', 'one that takes long while rows are written does not');
is(sync_ends($node, $by_name), 'no error', 'it is gone on with');
is(scalar(my @asked = cursors($sandbox, $resource, $since)), 11, 'only the page that did not come was asked for again');
is(differences($node, schema => 'slow'), 0, 'the copy is what the server has');

$sandbox->stop;
done_testing();
