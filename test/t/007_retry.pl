# Reads are tried again when that can help, as the server asks, and not longer
# than they may take.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Sandbox;
use Time::HiRes ();
use Test::More;

my ($node, $sandbox) = start_pair(server => { max_retries => 3, timeout => '5s' });
my $read = q{SELECT rootfi_get_order('157')};

# Result, number of requests and seconds of a statement under faults.
sub try_with
{
	my ($statement, @faults) = @_;

	$sandbox->reset;
	$sandbox->fault(@faults);
	my $began = Time::HiRes::time();
	my $code = sqlstate_of($node, $statement);
	return ($code, scalar(my @requests = $sandbox->requests), Time::HiRes::time() - $began);
}

foreach my $status (408, 429, 502, 503, 504)
{
	my ($code, $n) = try_with($read, { status => $status, body => '', times => 2 });
	is("$code $n", 'no error 3', "a read is tried again after status $status");
}
foreach my $status (400, 401, 403, 404, 409, 422, 500)
{
	my ($code, $n) = try_with($read, { status => $status, body => '', times => 2 });
	is($n, 1, "but not after status $status");
}

my ($code, $n) = try_with($read, { reset => 'before', times => 2 });
is($code, 'no error', 'a read is tried again when the connection breaks');
($code, $n) = try_with($read, { truncate => 10, times => 1 });
is("$code $n", 'no error 2', 'and when the answer is cut short');
($code, $n) = try_with($read, { status => 503, body => '', times => -1 });
is("$code $n", '58000 4', 'at most as often as max_retries says');
($code, $n) = try_with($read, { status => 429, body => '', times => -1, headers => { 'Retry-After' => '0' } });
is("$code $n", '53400 4', 'and a server that always turns away has its own SQLSTATE');

# Retry-After, in seconds and as a date
my $seconds;
($code, $n, $seconds) = try_with($read, { status => 429, body => '', headers => { 'Retry-After' => '1' } });
is("$code $n", 'no error 2', 'Retry-After in seconds is honoured');
cmp_ok($seconds, '>=', 1, 'by waiting that long');
cmp_ok($seconds, '<', 2, 'and no longer');
my @at = gmtime(time + 2);
my $date = sprintf('%s, %02d %s %d %02d:%02d:%02d GMT', (qw(Sun Mon Tue Wed Thu Fri Sat))[ $at[6] ], $at[3],
	(qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[ $at[4] ], $at[5] + 1900, @at[ 2, 1, 0 ]);
($code, $n, $seconds) = try_with($read, { status => 503, body => '', headers => { 'Retry-After' => $date } });
is("$code $n", 'no error 2', 'Retry-After as a date is honoured');
cmp_ok($seconds, '>=', 0.9, 'by waiting until then');

# limits of time
($code, $n, $seconds) = try_with($read, { status => 503, body => '', headers => { 'Retry-After' => '60' } });
is("$code $n", '58000 1', 'what would take longer than the option timeout is not waited for');
cmp_ok($seconds, '<', 1, 'not even begun');
($code, $n, $seconds) = try_with($read, { status => 429, body => '', headers => { 'Retry-After' => '400' } });
is("$code $n", '53400 1', 'nor is an allowance that is far off');
cmp_ok($seconds, '<', 1, 'not for a moment');
($code, $n, $seconds) = try_with("SET LOCAL statement_timeout = '1s'; $read", { status => 429, body => '', times => -1 });
cmp_ok($seconds, '<', 1.5, 'nor what would take longer than the statement may');
server_options($node, timeout => '700ms');
($code, $n, $seconds) = try_with($read, { delay_ms => 3000 });
is($code, 'RF006', 'an answer that takes longer than the option timeout is given up');
cmp_ok($seconds, '<', 1.5, 'when that time is over');
server_options($node, timeout => '5s');

# With nothing left of the allowance the next request waits for the reset.
($code, $n, $seconds) = try_with(
	'DO $$ BEGIN PERFORM rootfi_get_order(\'157\'); PERFORM rootfi_get_order(\'157\'); END $$',
	{ status => 200, body => '{}', headers => { 'X-RateLimit-Remaining' => '0', 'X-RateLimit-Reset' => '1' } });
is("$code $n", 'no error 2', 'a used-up allowance draws no 429');
cmp_ok($seconds, '>=', 0.9, 'the next request waits for the reset');
cmp_ok($seconds, '<', 2, 'and no longer');
my $reset = time + 2;
($code, $n, $seconds) = try_with(
	'DO $$ BEGIN PERFORM rootfi_get_order(\'157\'); PERFORM rootfi_get_order(\'157\'); END $$',
	{ status => 200, body => '{}', headers => { 'X-RateLimit-Remaining' => '0', 'X-RateLimit-Reset' => "$reset" } });
cmp_ok($seconds, '>=', 0.9, 'also when the reset is a point in time');


# The wait is no part of the time that a request may take.
my ($status, $output, $told);
server_options($node, timeout => '1s');
foreach my $case ([ 'a used-up allowance', { status => 200, body => '{}', headers => { 'X-RateLimit-Remaining' => '0', 'X-RateLimit-Reset' => '3' } }, 2 ],
	[ 'a 429', { status => 429, body => '', headers => { 'Retry-After' => '3' } }, 2 ])
{
	my ($name, $fault, $requests) = @$case;
	$sandbox->reset;
	$sandbox->fault($fault);
	my $began = Time::HiRes::time();
	($status, $output, $told) = $node->psql('postgres', "DO \$\$ BEGIN PERFORM rootfi_get_order('157'); PERFORM rootfi_get_order('158'); END \$\$");
	$seconds = Time::HiRes::time() - $began;
	is($status, 0, "$name that comes back later than the option timeout is waited for");
	cmp_ok($seconds, '>=', 2.9, 'until then');
	like($told, qr/NOTICE:  waiting 3 seconds until server "rootfi" allows another request/, 'which is told');
	is(scalar(() = $told =~ /NOTICE/g), 1, 'once');
	$sandbox->fault($fault);
	($status, $output, $told) = $node->psql('postgres',
		"\\set VERBOSITY sqlstate\nSET statement_timeout = '1s'; DO \$\$ BEGIN PERFORM rootfi_get_order('157'); PERFORM rootfi_get_order('158'); END \$\$");
	like($told, qr/ERROR:  (?:53400|57014)$/m, 'but not beyond the time that the statement has');
}

# It is the allowance of a host and a key.
my $other = Rootfi::Sandbox->new(key => $sandbox->key);
my $backend = backend($node);
my $spent = { status => 200, body => '{}', headers => { 'X-RateLimit-Remaining' => '0', 'X-RateLimit-Reset' => '30' } };
my $key = $sandbox->key;
ask($backend, "SET log_statement = 'none'");
foreach my $case ([ 'host', "ALTER SERVER rootfi OPTIONS (SET base_url '" . $other->url . "')" ],
	[ 'key', "ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key 'another-key')" ])
{
	my ($name, $change) = @$case;
	$_->reset, $_->fault($spent) foreach $sandbox, $other;
	ask($backend, $read);
	ask($backend, $change);
	my $began = Time::HiRes::time();
	ask($backend, "SET statement_timeout = '10s'; $read");
	cmp_ok(Time::HiRes::time() - $began, '<', 5, "with another $name there is no wait for that of the one before");
}
leave($backend);
$node->safe_psql('postgres', "SET log_statement = 'none'; ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key '$key')");
server_options($node, timeout => '5s', base_url => $sandbox->url);
$other->stop;

# a refused connection
my $nowhere = PostgreSQL::Test::Cluster::get_free_port();
server_options($node, base_url => "http://127.0.0.1:$nowhere", max_retries => 1);
is(sqlstate_of($node, $read), 'RF001', 'a refused connection is RF001');
is(sqlstate_of($node, q{SELECT rootfi_delete_order('157')}), 'RF001', 'also for a write, which was not sent');

$sandbox->stop;
done_testing();
