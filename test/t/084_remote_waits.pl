# A stream that waits for RootFi's own sync holds up no other: not while an
# answer is under way, not between two polls, and not where streams are copied
# one after the other.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 60, companies => 20 },
	server => { page_size => 20, max_retries => 0, timeout => '100s' });

sub query { return $node->safe_psql('postgres', $_[0]) }
sub state { return query("SELECT state FROM rootfi_sync_status WHERE company_id = $_[0]") }
# for each request of interest: what it was, and of which company where it says so
sub steps
{
	return map {
		$_->{target} =~ m{companies/(\d+)} ? "find $1" : $_->{method} eq 'POST' ? 'start' : $_->{target} =~ /syncs/ ? 'poll' :
		  $_->{target} =~ /company_id%?[^=]*=(\d+)/ ? "list $1" : 'core' } $sandbox->requests;
}
sub anew
{
	my (@companies) = @_;

	$sandbox->reset;
	$sandbox->forget;
	query('SELECT rootfi_remove_stream(stream_id, drop_tables => true) FROM rootfi_stream');
	query("SELECT rootfi_add_stream('ecommerce/orders', $_)") foreach @companies;
	return;
}

# Whatever is waited for, the other stream is copied to its end meanwhile.
my $slow = { delay_ms => 90000 };
foreach my $wait (
	[ 'company', { %$slow, path => '/v3/core/companies/1089' } ],
	[ 'start', { %$slow, method => 'POST', path => '/v3/core/syncs' } ],
	[ 'poll', { %$slow, method => 'GET', path => '/v3/core/syncs/' } ],
	[ 'second', { %$slow, method => 'GET', path => '/v3/core/syncs/', skip => 2 } ])
{
	my ($name, $fault) = @$wait;

	anew(1089, 1090);
	$sandbox->fault($fault);
	my $session = session($node, $name, "\\set VERBOSITY sqlstate\nCALL rootfi_sync(remote => true);\nSELECT 'goes on'");
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM rootfi_run WHERE state = 'complete' AND rows_seen = 60}), "$name: the other is copied to its end");
	my $waiting = query(q{SELECT stream_id FROM rootfi_sync_status WHERE state = 'running'});
	like($waiting, qr/^\d+$/, 'while this one waits');
	my $pid = wait_until_waiting($node, $name);
	is(query("SELECT count(*) FROM pg_locks WHERE pid = $pid AND locktype <> 'object' AND locktype <> 'virtualxid'"), 0, 'and holds no lock but on its number');
	is(query("SELECT backend_xmin IS NULL AND backend_xid IS NULL FROM pg_stat_activity WHERE pid = $pid"), 't', 'nor a snapshot');
	query("SELECT pg_cancel_backend($pid)");
	is(finish($session), 'goes on', 'a cancel ends it');
	like($session->{error}, qr/ERROR:  57014$/, 'as PostgreSQL says it');
	is(query("SELECT state, failures FROM rootfi_sync_status WHERE stream_id = $waiting"), 'interrupted|0', 'it has not failed');
	is(query('SELECT count(*) FROM pg_locks WHERE locktype = $$object$$'), 0, 'and is free');
	$sandbox->clear_faults;
	unlike(sync($node, ''), qr/ERROR/, 'the next call copies it');
	is(query('SELECT count(*) FROM rootfi.orders'), 120, 'all are there');
}

# One that fails, or whose outcome is not known, fails alone.
foreach my $case (
	[ { method => 'GET', path => '/v3/core/syncs/', status => 503, body => '' }, '58000' ],
	[ { method => 'GET', path => '/v3/core/syncs/', status => 200, body => { data => { sync_id => 'x', status => 'FAILED' } } }, '58000' ],
	[ { method => 'POST', path => '/v3/core/syncs', reset => 'before' }, 'RF007' ],
	[ { method => 'POST', path => '/v3/core/syncs', status => 500, body => '' }, 'RF007' ],
	[ { path => '/v3/core/companies/', status => 404, body => '' }, 'P0002' ])
{
	my ($fault, $sqlstate) = @$case;

	anew(1089, 1090, 1091);
	$sandbox->fault({ %$fault, times => 1 });
	like(sync($node, 'remote => true'), qr/ERROR:  $sqlstate: could not sync 1 of 3 streams/, "$sqlstate is the error of one stream");
	is(query('SELECT count(*), (SELECT count(*) FROM rootfi_run WHERE state = $$complete$$) FROM rootfi.orders'), '120|2', 'the others are copied');
	is(scalar(grep { $_ eq 'start' } steps()), $sqlstate eq 'P0002' ? 2 : 3, 'and no sync is started twice');
}

# Copied one after the other, those go first that need not wait.
my %one = (set => { 'rootfi.max_concurrency' => 1 });
my $running = { method => 'GET', path => '/v3/core/syncs/', status => 200, body => { data => { status => 'RUNNING' } } };
anew(1089);
query(q{SELECT rootfi_add_stream('v3/core/companies')});
$sandbox->fault({ %$running, times => 2 });
unlike(sync($node, 'remote => true', %one), qr/ERROR/, 'one place for two streams');
like(join(' ', steps()), qr/^(?:find 1089 |start |poll )*core (?:core |find 1089 |start |poll )*list 1089/, 'the one that need not wait has it first');

# A key that is refused is tried by no more streams than may read.
anew(1089 .. 1098);
$sandbox->fault({ path => '/v3/core/companies/', status => 401, body => '', times => -1 });
like(sync($node, 'remote => true', set => { 'rootfi.max_concurrency' => 2 }), qr/ERROR:  28000: could not sync 10 of 10 streams/, 'a key that is refused');
is(join(' ', map { s/ .*//r } steps()), 'find find', 'is not tried by those that would stand aside');

# Those that have waited read one after the other, as many as may.
anew(1089 .. 1092);
unlike(sync($node, 'remote => true', %one), qr/ERROR/, 'one place for four streams');
my $lists = join ' ', map { /^list (\d+)/ ? $1 : () } steps();
like($lists, qr/^(\d+)(?: \1)* (?!\1)(\d+)(?: \2)* (?!\1|\2)(\d+)(?: \3)* (?!\1|\2|\3)(\d+)(?: \4)*$/, 'each list is read to its end');
like(join(' ', map { s/ .*//r } steps()), qr/^(?:find |start |poll )+list/, 'when all have been started');
is(query('SELECT count(*) FROM rootfi.orders'), 240, 'all are copied');

# No more than so many wait at the same time.
anew(1089 .. 1108);
$sandbox->fault({ %$running, times => -1 });
my $session = session($node, 'many', "\\set VERBOSITY sqlstate\nSET rootfi.max_concurrency = 2;\nCALL rootfi_sync(remote => true);");
my $pid = wait_until_waiting($node, 'many');
my $polls = 0;
while ($polls < 60)
{
	$polls = grep { $_ eq 'poll' } steps();
	select undef, undef, undef, 0.05;
}
is(scalar(grep { $_ eq 'start' } steps()), 18, 'two and sixteen streams have begun to wait');
query("SELECT pg_cancel_backend($pid)");
finish($session);
like($session->{error}, qr/ERROR:  57014$/, 'until they are cancelled');

done_testing();
