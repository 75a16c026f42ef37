# A sync that is cut off at any moment is gone on with: nothing is lost, and
# no page is written twice.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Copy;
use Rootfi::Pair;
use Rootfi::Sandbox;
use Test::More;
use Time::HiRes ();

my $kills = 20;
my $orders = 6000;    # of each of three companies
my $page_size = 50;
my $resource = 'ecommerce/orders';
my $path = '/v4/ecommerce/orders';
my %data = (companies => 3, orders => $orders);

# Random moments: pages that are asked for, and seconds after the last of them.
my $seed = 15;
srand($seed);
my @moments = map { [ 1 + int(rand 24), rand 0.01 ] } 1 .. $kills + 3;
note("seed $seed: " . join(', ', map { sprintf '%d+%.4f', @$_ } @moments));

my ($node, $sandbox) = start_pair(
	sandbox => \%data,
	server => { page_size => $page_size, max_retries => 1 });
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->restart;

# Adds a stream of orders; returns its number.
sub add_stream
{
	my ($company, $schema) = @_;

	return $node->safe_psql('postgres',
		"SELECT rootfi_add_stream('$resource', $company, '$schema')");
}

# Lets a session sync until the next random moment; returns it, with its
# process id.
sub start_sync
{
	my ($statement) = @_;
	my ($pages, $seconds) = @{ shift @moments };
	my $since = latest_request($sandbox);
	my $session = session($node, 'victim', "SELECT pg_backend_pid();\n$statement;\n");

	$session->{harness}->pump until $session->{output} =~ /^(\d+)\n/;
	$session->{pid} = $1;
	wait_for_requests($sandbox, $since, $pages);
	Time::HiRes::sleep($seconds);
	return $session;
}

# Expressions over the runs of a stream.
sub log_of
{
	my ($stream, $columns) = @_;

	return $node->safe_psql('postgres',
		"SELECT $columns FROM rootfi_run WHERE stream_id = $stream");
}

# What rootfi_sync_status says of a stream.
sub status_of
{
	my ($stream, $columns) = @_;

	return $node->safe_psql('postgres',
		"SELECT $columns FROM rootfi_sync_status WHERE stream_id = $stream");
}

# Checks a copy that took several runs, of which some were cut off.
sub check_copy
{
	my ($stream, $company, $schema, $count, $interrupted) = @_;

	is(stream_row($node, $stream, 'pass_kind IS NULL, cursor IS NULL, completed_at IS NOT NULL'), 't|t|t', 'the pass is complete');
	is(log_of($stream, q{count(*) FILTER (WHERE state = 'interrupted'), count(*) FILTER (WHERE state = 'complete')}), "$interrupted|1", 'the log has a row for each run that was cut off');
	is(log_of($stream, 'sum(pages), sum(rows_seen)'), $count / $page_size . "|$count", 'all runs together have written each page once');
	is(log_of($stream, 'sum(inserted), sum(updated), sum(unchanged)'), "$count|0|0", 'and met each order once');
	is(differences($node, company => $company, schema => $schema), 0, 'the copy is what the server has');
	return;
}

# Checks what several runs have asked for, given their cursors.  One page is
# asked for ahead, so that a run that was cut off has asked for one or two
# that it has not written.
sub check_requests
{
	my ($count, @runs) = @_;
	my (%number, @bad_start, @bad_order);
	my ($requests, $last) = (0, 1);

	foreach my $run (@runs)
	{
		my @pages;

		foreach my $cursor (@$run)
		{
			$number{$cursor} = 1 + keys %number unless exists $number{$cursor};
			push @pages, $number{$cursor};
		}
		push @bad_start, "$pages[0] after $last" unless $pages[0] == $last || $pages[0] == $last - 1;
		push @bad_order, grep { $pages[$_] != $pages[0] + $_ } 0 .. $#pages;
		$requests += @pages;
		$last = $pages[-1];
	}
	is("@bad_start", '', 'each run has begun with one of the last two pages that were asked for');
	is("@bad_order", '', 'and has asked for each page once');
	is(scalar(keys %number), $count / $page_size, 'no page was left out');
	cmp_ok($requests, '<=', $count / $page_size + 2 * $#runs, 'an end costs two requests at most');
	note("$requests requests for " . $count / $page_size . ' pages');
	return;
}

# kill -9 of the session's process makes the server restart

my $stream = add_stream('NULL', 'killed');
my @runs;

# Between a page and its checkpoint there is little time to be killed in.
$node->safe_psql('postgres', q{
	CREATE FUNCTION dally() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.003); RETURN NULL; END';
	CREATE TRIGGER dally AFTER UPDATE ON rootfi_stream FOR EACH ROW EXECUTE FUNCTION dally();
});
foreach my $kill (1 .. $kills)
{
	my $since = latest_request($sandbox);
	my $session = start_sync('CALL rootfi_sync()');
	my @is_there = ('psql', '-XAt', '-d', $node->connstr('postgres'), '-c',
		"SELECT count(*) FROM pg_stat_activity WHERE pid = $session->{pid}");

	kill 'KILL', $session->{pid};
	finish($session);
	# what it left in shared memory goes when the server has restarted
	poll_until('the server is up again', sub { return (run_command(\@is_there))[0] eq '0' });
	push @runs, [ cursors($sandbox, $resource, $since) ];
}
$node->safe_psql('postgres', 'DROP TRIGGER dally ON rootfi_stream');
is(status_of($stream, 'state'), 'interrupted', "after $kills kills the sync is not complete");
note('killed after page ' . log_of($stream, q{string_agg(pages::text, ', ' ORDER BY run_id)}));
my $since = latest_request($sandbox);
is(sync_ends($node, 'CALL rootfi_sync()'), 'no error', 'but goes on to its end');
check_requests(3 * $orders, @runs, [ cursors($sandbox, $resource, $since) ]);
check_copy($stream, undef, 'killed', 3 * $orders, $kills);

# the whole server

# Kills the postmaster, and starts another when its children have gone too.
sub crash_server
{
	my ($session) = @_;

	$node->kill9;
	finish($session);
	# a process that nobody waits for keeps its number, as if it were alive
	unlink $node->data_dir . '/postmaster.pid',
	  $node->host . '/.s.PGSQL.' . $node->port . '.lock';
	poll_until('the server starts', sub { $node->start(fail_ok => 1) });
	return;
}

# Stops the server without letting it finish anything.
sub stop_server
{
	my ($session) = @_;

	$node->stop('immediate');
	finish($session);
	$node->start;
	return;
}

$stream = add_stream(1089, 'crashed');
@runs = ();
foreach my $end (\&crash_server, \&stop_server, \&crash_server)
{
	my $since = latest_request($sandbox);
	my $session = start_sync("CALL rootfi_sync('$resource', 1089)");

	$end->($session);
	push @runs, [ cursors($sandbox, $resource, $since) ];
}
is(status_of($stream, 'state'), 'interrupted', 'after three crashes of the server the sync is not complete');
$since = latest_request($sandbox);
is(sync_ends($node, "CALL rootfi_sync('$resource', 1089)"), 'no error', 'but goes on to its end');
check_requests($orders, @runs, [ cursors($sandbox, $resource, $since) ]);
check_copy($stream, 1089, 'crashed', $orders, 3);

# RootFi itself, which has no state that a cursor would need

$stream = add_stream(1090, 'abandoned');
my $by_name = "CALL rootfi_sync('$resource', 1090)";
my $is_network = q{IN ('RF001', 'RF006')};

my $failed = 0;

# Checks that the stream has failed for want of an answer, and waits.
sub check_failing
{
	my ($what, $failures) = @_;
	my $said;

	is(status_of($stream, "state, failures, error_sqlstate $is_network, error_message LIKE 'could not %', next_due > error_at"), "failing|$failures|t|t|t", "$what: the error is kept with the stream, which is failing and will be due later");
	is(log_of($stream, "count(*) FILTER (WHERE state = 'failed' AND error_sqlstate $is_network)"), ++$failed, 'and in the log');
	is(sync_ends($node, 'CALL rootfi_sync()', \$said), 'no error', 'a sync of what is due');
	like($said, qr/NOTICE: .* no stream is due/, 'leaves the stream out');
	return;
}

# Syncs a part of the stream by name, and checks that it goes on.
sub check_going_on
{
	my ($statement) = @_;
	my $cursor = stream_row($node, $stream, 'cursor');
	my $since = latest_request($sandbox);

	isnt($cursor, '', 'the stream is in the middle of its list');
	is(sync_ends($node, $statement), 'no error', 'by name it is synced');
	is((cursors($sandbox, $resource, $since))[0], $cursor =~ s/=/%3D/gr, 'from the page that was not written');
	return;
}

# no stream but this is due
$node->safe_psql('postgres', "UPDATE rootfi_stream SET enabled = stream_id = $stream");

$sandbox->fault({ path => $path, skip => 20, times => -1, reset => 'before' });
like(sync_ends($node, $by_name), qr/^RF00[16]$/, 'an end of the connection ends a sync');
check_failing('no connection', 1);
$sandbox->clear_faults;
check_going_on("CALL rootfi_sync('$resource', 1090, max_pages => 10)");

$sandbox->fault({ path => $path, skip => 20, delay_ms => 60000 });
my $session = session($node, 'abandoned', "\\set VERBOSITY sqlstate\n$by_name;");
wait_for_requests($sandbox, latest_request($sandbox), 21);
my $port = $sandbox->port;
$sandbox->stop;
finish($session);
like($session->{error}, qr/ERROR:  RF00[16]$/m, 'the end of the server ends a sync');
check_failing('no server', 1);
like(sync_ends($node, $by_name), qr/^RF00[16]$/, 'by name it is tried again');
check_failing('no server still', 2);
$sandbox = Rootfi::Sandbox->new(%data, port => $port);
check_going_on($by_name);
check_copy($stream, 1090, 'abandoned', $orders, 0);

# the session

$stream = add_stream(1091, 'ended');
$by_name = "CALL rootfi_sync('$resource', 1091)";
my $a_few = "CALL rootfi_sync('$resource', 1091, max_pages => 10)";
my $locks = q{SELECT count(*) FROM pg_locks WHERE classid = 'rootfi_stream'::regclass};
my $writers = qq{
	SELECT count(DISTINCT xmin::text) FROM (
		(SELECT xmin FROM ended.orders ORDER BY rootfi_id DESC LIMIT $page_size)
		UNION ALL (SELECT xmin FROM ended.order_line_items ORDER BY order_rootfi_id DESC LIMIT 1)
		UNION ALL SELECT xmin FROM rootfi_stream WHERE stream_id = $stream
		UNION ALL (SELECT xmin FROM rootfi_run WHERE stream_id = $stream ORDER BY run_id DESC LIMIT 1)) AS w};
$node->safe_psql('postgres', q{
	CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
	CREATE TRIGGER doze AFTER INSERT ON ended.orders FOR EACH STATEMENT EXECUTE FUNCTION doze();
	ALTER TABLE ended.orders DISABLE TRIGGER doze;
});

# What can hold up a session: waiting for an answer, or writing a page.  Each
# has the requests that are made before, the event that is waited for, the
# begin and the end.
my %hold = (
	'an answer' => [
		6, 'Extension',
		sub { $sandbox->fault({ path => $path, skip => 5, delay_ms => 60000 }) },
		sub { $sandbox->clear_faults } ],
	'a page' => [
		2, 'PgSleep',
		sub { $node->safe_psql('postgres', 'ALTER TABLE ended.orders ENABLE TRIGGER doze') },
		sub { $node->safe_psql('postgres', 'ALTER TABLE ended.orders DISABLE TRIGGER doze') } ],
);

# Checks what is left of a sync that was cut off.
sub check_interrupted
{
	my ($what) = @_;

	is($node->safe_psql('postgres', $locks), '0', "$what gives the stream back");
	is(status_of($stream, 'state, failures, pid'), 'interrupted|0|', 'which was interrupted, as all can see');
	return;
}

is(sync_ends($node, $a_few), 'no error', 'a few pages are synced');
foreach my $what (sort keys %hold)
{
	my ($requests, $event, $begin, $end) = @{ $hold{$what} };

	my $since = latest_request($sandbox);
	$begin->();
	$session = session($node, 'terminated', $by_name);
	wait_for_requests($sandbox, $since, $requests);
	my $pid = wait_until_waiting($node, 'terminated', $event);
	is($node->safe_psql('postgres', $locks), '1', "a session at work on $what has the stream for itself");
	is(status_of($stream, 'state, pid'), "running|$pid", 'as all can see');
	is($node->safe_psql('postgres', $writers), '1', 'the last page, its checkpoint and its part of the log were written in one transaction')
	  if $what eq 'an answer';
	is($node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)"), 't', 'it can be terminated');
	finish($session);
	check_interrupted('this');
	$end->();
	check_going_on($a_few);

	$since = latest_request($sandbox);
	$begin->();
	$session = session($node, 'canceled', "$by_name;\nSELECT 'ended', pg_sleep(60);\n$a_few;\n");
	wait_for_requests($sandbox, $since, $requests);
	$pid = wait_until_waiting($node, 'canceled', $event);
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	is(wait_until_waiting($node, 'canceled', 'PgSleep', q{query LIKE '%ended%'}), $pid, "a session at work on $what that is canceled lives on");
	check_interrupted('it');
	$end->();
	my $cursor = stream_row($node, $stream, 'cursor') =~ s/=/%3D/gr;
	$since = latest_request($sandbox);
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	finish($session);
	is(status_of($stream, 'state'), 'stopped', 'and can sync again');
	is((cursors($sandbox, $resource, $since))[0], $cursor, 'from the page that was not written');
}
check_going_on($by_name);
check_copy($stream, 1091, 'ended', $orders, 4);

$sandbox->stop;
done_testing();
