# Whatever a call waits for, a cancel, a time-out or a termination ends it
# within 100 ms, and the session goes on.

use strict;
use warnings;

use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $limit = 100;    # ms

my ($node, $sandbox) = start_pair(server => { timeout => '60s' });

# A port whose connections are accepted by the kernel and never answered: a
# TLS handshake waits there.
my $silent = IO::Socket::INET->new(
	LocalAddr => '127.0.0.1', Listen => 5, Proto => 'tcp')
  or die "could not listen: $!";
my $silent_url = 'https://127.0.0.1:' . $silent->sockport;
my ($ca_file) = certificate('IP:127.0.0.1');

$node->safe_psql('postgres', qq{
	CREATE SERVER silent FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '$silent_url', ca_file '$ca_file', connect_timeout '60s', timeout '60s');
	CREATE USER MAPPING FOR CURRENT_USER SERVER silent OPTIONS (api_key 'any-key-will-do');
	CREATE TABLE ends (name text, code text, at timestamptz);
});

# Runs a statement and notes with what and when it ended, then makes a call
# on the same backend.
sub victim
{
	my ($name, $setting, $statement) = @_;

	return session($node, $name, qq{
		SELECT rootfi_get_order('157') ->> 'rootfi_id';
		$setting
		DO \$\$
		DECLARE
			code text := 'no error';
		BEGIN
			BEGIN
				PERFORM $statement;
			EXCEPTION WHEN query_canceled OR OTHERS THEN
				code := SQLSTATE;
			END;
			INSERT INTO ends VALUES ('$name', code, clock_timestamp());
		END \$\$;
		SET statement_timeout = 0;
		SET rootfi.server = 'rootfi';
		SELECT rootfi_get_order('157') ->> 'rootfi_id';
		SELECT pg_backend_pid();
	});
}

# What each wait is for: name, faults, setting, statement
my @waits = (
	[ 'answer', { delay_ms => 30000 }, '', "rootfi_get_order('158')" ],
	[ 'write', { delay_ms => 30000 }, '', "rootfi_delete_order('nothing')" ],
	[ 'body', { drip_ms => 500 }, '', "rootfi_get_order('158')" ],
	[ 'backoff', { status => 429, body => '', headers => { 'Retry-After' => '30' } }, '', "rootfi_get_order('158')" ],
	[ 'page', { delay_ms => 30000, skip => 1 }, '', "count(*) FROM rootfi_list_orders(page_size => 10)" ],
	[ 'sync', { status => 200, times => -1, skip => -1, path => '/v3/core/syncs', body => { data => { status => 'RUNNING' } } },
		'', "rootfi_wait_sync('slow')" ],
	[ 'tls', undef, "SET rootfi.server = 'silent';", "rootfi_get_order('158')" ],
);

foreach my $wait (@waits)
{
	my ($name, $fault, $setting, $statement) = @$wait;

	# a cancel
	$sandbox->clear_faults;
	$sandbox->fault({ %$fault, skip => ($fault->{skip} // 0) + 1 }) if $fault;
	my $session = victim($name, $setting, $statement);
	my $pid = wait_until_waiting($node, $name);
	sleep 1 if $name eq 'backoff' || $name eq 'page';
	my $signal = $node->safe_psql('postgres',
		"WITH t AS MATERIALIZED (SELECT clock_timestamp() AS at) SELECT at FROM t, pg_cancel_backend($pid)");
	is(finish($session), "157\n157\n$pid", "after a cancel while waiting for the $name the session goes on");
	my ($code, $ms) = split /\|/, $node->safe_psql('postgres',
		"SELECT code, round(extract(epoch FROM at - '$signal') * 1000) FROM ends WHERE name = '$name'");
	is($code, '57014', "a cancel while waiting for the $name raises 57014");
	cmp_ok($ms, '<', $limit, "it does so within $limit ms");
	note("$name: cancelled after $ms ms");

	# a time-out
	$sandbox->clear_faults;
	$sandbox->fault({ %$fault, skip => ($fault->{skip} // 0) + 1 }) if $fault;
	$session = victim("$name-timeout", "$setting SET statement_timeout = '500ms';", $statement);
	my $output = finish($session);
	like($output, qr/^157\n157\n\d+$/, "after a statement_timeout while waiting for the $name the session goes on");
	($code) = $node->safe_psql('postgres', "SELECT code FROM ends WHERE name = '$name-timeout'");
	# a back-off that would outlast the statement is not begun
	is($code, $name eq 'backoff' ? '53400' : '57014', "a statement_timeout while waiting for the $name has its SQLSTATE");
}

# statement_timeout, to the millisecond
$sandbox->clear_faults;
$sandbox->fault({ delay_ms => 30000, skip => 1 });
my $ms = $node->safe_psql('postgres', q{
	SELECT rootfi_get_order('157') IS NULL;
	SET statement_timeout = '300ms';
	DO $$
	DECLARE
		began timestamptz := clock_timestamp();
	BEGIN
		PERFORM rootfi_get_order('157');
	EXCEPTION WHEN query_canceled THEN
		PERFORM set_config('test.ms', round(extract(epoch FROM clock_timestamp() - began) * 1000)::text, false);
	END $$;
	SET statement_timeout = 0;
	SELECT current_setting('test.ms')}) =~ s/.*\n//r;
cmp_ok($ms, '>=', 290, 'statement_timeout does not come early');
cmp_ok($ms, '<', 300 + $limit, "nor more than $limit ms late");
note("statement_timeout of 300 ms came after $ms ms");

# a termination
$sandbox->clear_faults;
$sandbox->fault({ delay_ms => 30000, skip => 1 });
my $session = victim('terminated', '', "rootfi_get_order('158')");
my $pid = wait_until_waiting($node, 'terminated');
$ms = $node->safe_psql('postgres', qq{
	SELECT set_config('test.began', clock_timestamp()::text, false) IS NULL, pg_terminate_backend($pid, 5000);
	SELECT round(extract(epoch FROM clock_timestamp() - current_setting('test.began')::timestamptz) * 1000)}) =~ s/.*\n//r;
finish($session);
like($session->{error}, qr/terminating connection due to administrator command/, 'a termination ends the session');
cmp_ok($ms, '<', 2 * $limit, 'at once');
note("terminated after $ms ms");

$sandbox->stop;
done_testing();
