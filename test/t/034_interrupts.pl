# Every wait of every kind of statement, against every way to end it: each
# ends as fast as a pg_sleep() does, with its own SQLSTATE, and leaves nothing
# behind.
#
# All waits of a round go on side by side, each in a session of its own, and
# with them a pg_sleep() as a yardstick: on a machine that is busy with other
# things both are late. A round in which something was too late is held again.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use List::Util qw(max uniq);
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Time::HiRes qw(sleep time);
use Test::More;

my $limit  = 100;    # ms more than the yardstick
my $rounds = 3;      # at most, to be in time
my $patience = $PostgreSQL::Test::Utils::timeout_default;

# A resolver that does not answer for one host, laid over the server's own:
# this changes nothing but the processes of this test.
my $resolver = build_resolver();
$ENV{LD_PRELOAD} = join ':', grep { defined && $_ ne '' } $resolver, $ENV{LD_PRELOAD}
  if $resolver;

my ($node, $sandbox) = start_pair(sandbox => { key => 'sandbox-key' }, server => { timeout => '60s', page_size => '10', connect_timeout => '60s' });
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
$node->restart;

# Ports whose connections the kernel accepts and nobody answers, and does not
# even accept, since too many wait already.
my $silent = listen_on(128);
my $crowded = listen_on(1);
my @waiting_first = fill($crowded);
my %url = (
	silent => 'https://127.0.0.1:' . $silent->sockport,
	crowded => 'http://127.0.0.1:' . $crowded->sockport,
	unresolved => 'https://unresolved.test',
	spent => $sandbox->url,
);
my $key = $sandbox->key;

$node->safe_psql('postgres', qq{
	CREATE SERVER $_ FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '$url{$_}', timeout '60s', connect_timeout '60s');
	CREATE USER MAPPING FOR CURRENT_USER SERVER $_ OPTIONS (api_key '$key')}) foreach sort keys %url;
$node->safe_psql('postgres', q{
	CREATE TABLE kept (round text);
	CREATE TABLE held ();
	CREATE FUNCTION order_or_not(id text) RETURNS jsonb LANGUAGE plpgsql AS $$
	BEGIN
		RETURN rootfi_get_order(id);
	EXCEPTION WHEN OTHERS THEN
		RETURN '"caught"';
	END $$});

# The waits. run: the statement, between before and after; reached: the path
# of which the server has been asked so often by then; stream: is copied into
# a schema of that wait's name; ends: SQLSTATEs that differ from those of the
# round.
my @waits = (
	{ name => 'resolve', before => 'SET rootfi.server = unresolved', run => q{SELECT rootfi_get_order('157')} },
	{ name => 'connect', before => 'SET rootfi.server = crowded', run => q{SELECT rootfi_get_order('157')} },
	{ name => 'tls', before => 'SET rootfi.server = silent', run => q{SELECT rootfi_get_order('157')} },
	{ name => 'answer', run => q{SELECT rootfi_get_order('201')}, reached => [ '/v4/ecommerce/orders/201', 1 ] },
	{ name => 'write', run => q{SELECT rootfi_delete_order('202')}, reached => [ '/v4/ecommerce/orders/202', 1 ] },
	{ name => 'body', run => q{SELECT rootfi_get_order('158')}, reached => [ '/v4/ecommerce/orders/158', 1 ] },
	# one that would outlast the statement is not begun
	{ name => 'backoff', run => q{SELECT rootfi_get_order('203')}, reached => [ '/v4/ecommerce/orders/203', 1 ],
		ends => { statement_timeout => '58000' } },
	{ name => 'allowance', before => q{SET rootfi.server = spent; SELECT rootfi_get_order('204')},
		run => q{SELECT rootfi_get_order('157')}, reached => [ '/v4/ecommerce/orders/204', 1 ] },
	{ name => 'page', run => 'SELECT count(*) FROM rootfi_list_inventories()', reached => [ '/v4/ecommerce/inventories', 2 ] },
	{ name => 'function', run => q{SELECT order_or_not('205')}, reached => [ '/v4/ecommerce/orders/205', 1 ] },
	{ name => 'procedure', stream => 'ecommerce/contacts', reached => [ '/v4/ecommerce/contacts', 1 ] },
	{ name => 'nextpage', stream => 'ecommerce/items', reached => [ '/v4/ecommerce/items', 2 ] },
	{ name => 'company', stream => 'ecommerce/fulfillments', company => 1090, remote => 1, reached => [ '/v3/core/companies/1090', 1 ] },
	{ name => 'remote', stream => 'ecommerce/fulfillments', remote => 1, reached => [ '/v3/core/syncs/', 1 ] },
	# a prepared transaction has the table
	{ name => 'lock', stream => 'payments/items', reached => [ '/v4/payments/items', 1 ] },
	{ name => 'cursor', before => 'BEGIN; DECLARE c CURSOR FOR SELECT * FROM rootfi_list_orders()', run => 'FETCH 5 FROM c',
		after => 'ROLLBACK', reached => [ '/v4/ecommerce/orders', 2 ] },
	{ name => 'savepoint', before => q{BEGIN; INSERT INTO kept VALUES (:'round'); SAVEPOINT s}, run => q{SELECT rootfi_get_order('206')},
		after => 'ROLLBACK TO s', last => 'COMMIT', reached => [ '/v4/ecommerce/orders/206', 1 ] },
);
my $yardstick = { name => 'yardstick', run => 'SELECT pg_sleep(60)' };
my $locker = { name => 'locker', before => 'BEGIN', run => 'LOCK TABLE held', after => 'ROLLBACK' };

foreach my $wait (grep { $_->{stream} } @waits)
{
	my $remote = $wait->{remote} ? ', remote => true' : '';
	$wait->{company} //= 1089;
	$wait->{run} = "CALL rootfi_sync('$wait->{stream}', $wait->{company}$remote)";
}
unless ($resolver)
{
	@waits = grep { $_->{name} ne 'resolve' } @waits;
	note('no wait for a name: a resolver that does not answer needs a C compiler, LD_PRELOAD and libcurl 7.87');
}

# What makes them wait.
my @faults = map { { times => -1, %$_ } } (
	{ path => '/v4/ecommerce/orders/157' },
	{ path => '/v4/ecommerce/orders/158', drip_ms => 500 },
	{ path => '/v4/ecommerce/orders/203', status => 503, body => '', headers => { 'Retry-After' => '30' } },
	{ path => '/v4/ecommerce/orders/204', status => 200, body => {}, headers => { 'X-RateLimit-Remaining' => '0', 'X-RateLimit-Reset' => '50' } },
	(map { { path => "/v4/ecommerce/orders/20$_", delay_ms => 60000 } } 1, 2, 5, 6),
	{ path => '/v4/ecommerce/contacts', delay_ms => 60000 },
	(map { { path => "/v4/ecommerce/$_", delay_ms => 60000, skip => 1 } } qw(inventories items orders)),
	{ path => '/v3/core/companies/1090', delay_ms => 60000 },
	{ path => '/v3/core/syncs/', status => 200, body => { data => { status => 'RUNNING' } } },
);

# What ends them: the SQLSTATE, and to whom the signal is sent.
my @ends = (
	{ name => 'cancel', short => 'cancel', code => '57014', signal => 'INT' },
	{ name => 'statement_timeout', short => 'statement', code => '57014', setting => 1500 },
	{ name => 'lock_timeout', short => 'lock', code => '55P03', setting => 300 },
	{ name => 'pg_terminate_backend', short => 'terminate', code => '57P01', signal => 'TERM' },
	# waits for the sessions, which can still be cancelled
	{ name => 'smart shutdown', short => 'smart', code => '57014', stop => 'TERM', signal => 'INT' },
	{ name => 'fast shutdown', short => 'fast', code => '57P01', stop => 'INT' },
	{ name => 'immediate shutdown', short => 'immediate', code => '57P01', stop => 'QUIT' },
	{ name => 'postmaster kill', short => 'kill -9', code => '', stop => 'KILL' },
);
my %table;

foreach my $end (@ends)
{
	my @here = $end->{name} eq 'lock_timeout' ? grep { $_->{name} eq 'lock' } @waits : @waits;
	my $measure = $end->{name} eq 'lock_timeout' ? $locker : $yardstick;
	my (%best, %codes, %standard, @late);

	for my $round (1 .. $rounds)
	{
		my $results = hold_round($end, @here, $measure);
		my $standard = $results->{ $measure->{name} }{ms} // 0;

		foreach my $wait (@here)
		{
			my $name = $wait->{name};
			my $ms = $results->{$name}{ms} // 1e6;

			push @{ $codes{$name} }, $results->{$name}{code};
			next if $best{$name} && $best{$name} - $standard{$name} <= $ms - $standard;
			($best{$name}, $standard{$name}) = ($ms, $standard);
		}
		@late = grep { $best{ $_->{name} } - $standard{ $_->{name} } > $limit } @here;
		last unless @late;
		note("$end->{name}, round $round: late are " . join ', ', map { "$_->{name} ($best{$_->{name}} ms)" } @late);
	}
	foreach my $wait (@here)
	{
		my $name = $wait->{name};
		my $code = $wait->{ends}{ $end->{name} };
		my $expected = $code // $end->{code};

		is(join(' ', uniq(@{ $codes{$name} })), $expected,
			"$end->{name}, $name: " . ($expected eq '' ? 'the session ends' : "raises $expected"));
		if (defined $code)
		{
			delete $best{$name};    # ended by itself
			next;
		}
		cmp_ok($best{$name}, '<=', $standard{$name} + $limit, "$end->{name}, $name: at most $limit ms later than $measure->{name}");
	}
	$table{ $end->{name} } = { %best, yardstick => max(values %standard) };
}

# Whatever was cut off is gone on with, and nothing is lost.
$sandbox->clear_faults;
$node->safe_psql('postgres', q{CALL rootfi_sync(remote => true)});
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT state, ' ') FROM rootfi_sync_status}), 'idle', 'in the end all streams are complete');
foreach my $wait (grep { $_->{stream} } @waits)
{
	my $table = $node->safe_psql('postgres', "SELECT target FROM rootfi_sync_status WHERE target LIKE '$wait->{name}.%'");

	is($node->safe_psql('postgres', "SELECT count(*) - rootfi_count('$wait->{stream}', $wait->{company}) FROM $table"), '0', "$table has all rows");
}

# the table: milliseconds from signal to end
note(join '', sprintf('%-10s', ''), map { sprintf '%11s', $_->{short} } @ends);
foreach my $name ('yardstick', map { $_->{name} } @waits)
{
	my @row = map { $table{ $_->{name} }{$name} } @ends;

	note(join '', sprintf('%-10s', $name), map { defined $_ ? sprintf '%11.1f', $_ : ' ' x 11 } @row);
}
$sandbox->stop;
done_testing();

# Holds a round: brings sessions to where they wait, ends them, looks after
# them. Returns for each {code, ms}.
sub hold_round
{
	my ($end, @these) = @_;
	my @streams = grep { $_->{stream} } @these;
	my (%session, %pid, %result);

	$sandbox->clear_faults;
	$sandbox->forget;
	$sandbox->fault(@faults);
	make_streams(@streams);
	$session{ $_->{name} } = session($node, $_->{name}, script($end, $_)) foreach @these;
	%pid = $end->{setting} ? () : wait_until_there(@these);

	my $came = $end->{setting} ? {} : end_them($end, \%pid);
	foreach my $wait (@these)
	{
		my $output = finish($session{ $wait->{name} });
		$result{ $wait->{name} } = look_at($end, $wait, $output, $session{ $wait->{name} }{error}, $came, $pid{ $wait->{name} });
	}
	if ($end->{stop})
	{
		$came->{gone_all} //= wait_until_gone(@{ $came->{server} });
		note(sprintf('%s: nothing of the server was left after %.0f ms', $end->{name}, 1000 * ($came->{gone_all} - $came->{stop})));
		# a checkpoint may take longer, and in a smart shutdown the sessions do
		my $seconds = $end->{stop} =~ /QUIT|KILL/ ? 1 : 30;
		cmp_ok($came->{gone_all} - $came->{stop}, '<', $seconds, "$end->{name}: nothing of the server is left after $seconds s");
		$node->kill9;    # is no more, which the node does not know
		$node->start;
		is($node->safe_psql('postgres', q{SELECT rootfi_get_order('157') ->> 'rootfi_id'}), '157', "$end->{name}: the server starts again and works");
	}
	look_after($end, @streams);
	return \%result;
}

# Adds the streams anew, and locks the table of one against writes.
sub make_streams
{
	my (@streams) = @_;

	$node->safe_psql('postgres', join ';',
		(map { "SELECT rootfi_add_stream('$_->{stream}', $_->{company}, '$_->{name}')" } @streams));
	$node->safe_psql('postgres', q{BEGIN; LOCK TABLE lock.payment_items, held IN SHARE MODE; PREPARE TRANSACTION 'holder'});
	return;
}

# What one session does: the statement, then a good call.
sub script
{
	my ($end, $wait) = @_;
	my $setting = $end->{setting} ? "SET $end->{name} = $end->{setting};" : '';
	my $before = $wait->{before} ? "$wait->{before};" : '';
	my $after = $wait->{after} ? "$wait->{after};" : '';
	my $last = $wait->{last} ? "$wait->{last};" : '';

	# nothing but a wait for a lock is under lock_timeout
	$setting ||= "SET lock_timeout = '50ms';" unless $wait->{name} =~ /^lock/;
	return qq{
		\\set VERBOSITY verbose
		\\set round '$end->{name}'
		$before
		$setting
		SELECT extract(epoch FROM clock_timestamp()) AS began \\gset
		$wait->{run};
		\\set code :SQLSTATE
		$after
		SELECT 'end', :'code', extract(epoch FROM clock_timestamp()) - :began, extract(epoch FROM clock_timestamp());
		RESET ALL;
		SELECT 'good', rootfi_get_order('157') ->> 'rootfi_id', pg_backend_pid();
		$last
	};
}

# Waits until all sessions wait for what they are to wait for; returns their
# process ids by name.
sub wait_until_there
{
	my (@these) = @_;
	my $names = join ', ', map { "'$_->{name}'" } @these;
	my $give_up = time + $patience;
	my %pid;

	while (time < $give_up)
	{
		my %asked;
		$asked{ $_->{target} =~ s/\?.*//r =~ s{^(/v3/core/syncs/).*}{$1}r }++ foreach $sandbox->requests;
		%pid = map { split /\|/ } split /\n/, $node->safe_psql('postgres', qq{
			SELECT application_name, pid FROM pg_stat_activity
			WHERE application_name IN ($names) AND state = 'active' AND wait_event_type IN ('Extension', 'Lock', 'Timeout')});
		last if !grep { !$pid{ $_->{name} } || ($_->{reached} && ($asked{ $_->{reached}[0] } // 0) < $_->{reached}[1]) } @these;
	}
	die 'not all sessions came to their waits, but only ' . join(', ', sort keys %pid) if keys %pid < @these;
	sleep 0.3;
	return %pid;
}

# Sends the signals of a round and watches the sessions end: when the signal
# was sent to each, and when each was gone.
sub end_them
{
	my ($end, $pid) = @_;
	my %came;

	if ($end->{stop})
	{
		my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
		$came{server} = [ $postmaster, children_of($postmaster) ];
		$came{stop} = time;
		kill $end->{stop}, $postmaster;
	}
	if ($end->{stop} && $end->{signal})
	{
		# the postmaster takes its time to notice
		my $until = time + $patience;
		my $refusal = '';
		until ($refusal =~ /the database system is shutting down/ || time > $until)
		{
			$refusal = ($node->psql('postgres', 'SELECT 1'))[2];
			sleep 0.05;
		}
		like($refusal, qr/the database system is shutting down/, "$end->{name}: there are no new ones");
		is(scalar(grep { is_running($_) } values %$pid), scalar(keys %$pid), "$end->{name}: sessions go on");
	}

	# pg_cancel_backend() and pg_terminate_backend() send the same signals; the
	# pauses keep the sessions from hindering each other
	my @queue = $end->{signal} ? values %$pid : ();
	my %left = map { $_ => 1 } values %$pid;
	my $next = time;
	my $give_up = $next + 10;

	while (%left && time < $give_up)
	{
		if (@queue && time >= $next)
		{
			my $victim = shift @queue;
			$came{sent}{$victim} = time;
			kill $end->{signal}, $victim;
			$next = time + 0.03;
		}
		foreach my $one (keys %left)
		{
			next if is_running($one);
			$came{gone}{$one} = time;
			delete $left{$one};
		}
		sleep 0.001;
	}
	$came{gone_all} = wait_until_gone(@{ $came{server} }) if $end->{stop} && !$end->{signal};
	return \%came;
}

# Judges what became of a session: {code, ms}. Those that go on must make a
# good call.
sub look_at
{
	my ($end, $wait, $output, $error, $came, $pid) = @_;
	my ($code, $took, $at) = $output =~ /^end\|(\w*)\|([\d.]+)\|([\d.]+)$/m;

	if (defined $code)
	{
		like($output, qr/^good\|157\|\d+$/m, "$end->{name}, $wait->{name}: the session goes on");
		return { code => $code, ms => 1000 * $took - $end->{setting} } if $end->{setting};
		return { code => $code, ms => 1000 * ($at - $came->{sent}{$pid}) };
	}
	($code) = $error =~ /.*(?:FATAL|WARNING):  (\w{5}):/s;
	like($error, qr/server closed the connection|connection to server was lost/, "$end->{name}, $wait->{name}: the client is told");
	my $from = $came->{sent}{ $pid // 0 } // $came->{stop};
	my $gone = $came->{gone}{ $pid // 0 };
	return { code => $code // '', ms => defined $gone ? 1000 * ($gone - $from) : undef };
}

# Nothing of a round is left in the server; takes away what the round made.
sub look_after
{
	my ($end, @streams) = @_;
	my $goes_on = $end->{signal} && $end->{signal} eq 'INT' || $end->{name} eq 'statement_timeout';

	is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_locks WHERE classid = 'rootfi_stream'::regclass}), '0', "$end->{name}: no stream is locked");
	is($node->safe_psql('postgres', q{SELECT count(*) FROM lock.payment_items}), '0', "$end->{name}: what waited for a lock wrote nothing");
	is($node->safe_psql('postgres', q{SELECT state FROM rootfi_sync_status WHERE target LIKE 'lock.%'}),
		$end->{name} eq 'lock_timeout' ? 'failing' : 'interrupted', "$end->{name}: the stream tells so");
	if (@streams > 1)
	{
		is($node->safe_psql('postgres', q{
			SELECT pass_pages, pass_rows, (SELECT count(*) FROM nextpage.items), cursor IS NOT NULL FROM rootfi_stream WHERE target_schema = 'nextpage'}),
			'1|10|10|t', "$end->{name}: the page before is kept, and its cursor");
		is($node->safe_psql('postgres', 'SELECT count(*) FROM kept'), $goes_on ? '1' : '0', "$end->{name}: a transaction goes on behind its savepoint, or is undone");
	}
	$node->safe_psql('postgres', q{ROLLBACK PREPARED 'holder'});
	$node->safe_psql('postgres', q{TRUNCATE kept; SELECT rootfi_remove_stream(stream_id, true) FROM rootfi_stream})
	  unless $end->{name} eq $ends[-1]{name};
	return;
}

# A socket that listens.
sub listen_on
{
	my ($backlog) = @_;

	return IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => $backlog, Proto => 'tcp')
	  // die "could not listen: $!";
}

# Connects to a port until no connection is made any more; the connections
# last as long as what is returned.
sub fill
{
	my ($listening) = @_;
	my @connections;

	for (1 .. 10)
	{
		my $one = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $listening->sockport, Blocking => 0)
		  // die "could not connect: $!";
		push @connections, $one;
		return @connections if !IO::Select->new($one)->can_write(0.3);
	}
	die 'the port takes any number of connections';
}

# Is there such a process, more than in name?
sub is_running
{
	my ($pid) = @_;

	return kill(0, $pid) unless -d "/proc/$$";
	open my $file, '<', "/proc/$pid/stat" or return 0;
	return (<$file> // '') =~ /\) [^ZX] /;
}

# The children of a process.
sub children_of
{
	my ($pid) = @_;

	return map { /^\s*(\d+)\s+$pid\s*$/ ? $1 : () } split /\n/, `ps -A -o pid= -o ppid=`;
}

# Waits until all these processes have gone, and the system has forgotten them;
# returns when they had gone. Those that stay are ended the hard way.
sub wait_until_gone
{
	my (@pids) = @_;
	my $give_up = time + 30;

	sleep 0.005 while time < $give_up && grep { is_running($_) } @pids;
	my $gone = time;
	kill 'KILL', grep { is_running($_) } @pids;
	sleep 0.005 while grep { kill 0, $_ } @pids;
	return $gone;
}

# A library that never finds one host; undef if it cannot be made, or if
# libcurl would wait for it whatever happens.
sub build_resolver
{
	my $dir = PostgreSQL::Test::Utils::tempdir();
	my $version = `pkg-config --modversion libcurl` || '0';

	return unless $version =~ /^(\d+)\.(\d+)/ && $1 * 100 + $2 >= 787;
	append_to_file("$dir/resolver.c", <<'END');
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int (*Resolver) (const char *, const char *, const struct addrinfo *,
						 struct addrinfo **);

int
getaddrinfo(const char *host, const char *service,
			const struct addrinfo *hints, struct addrinfo **result)
{
	if (host != NULL && strcmp(host, "unresolved.test") == 0)
		for (int i = 0; i < 20; i++)
			sleep(1);
	return ((Resolver) dlsym(RTLD_NEXT, "getaddrinfo")) (host, service, hints,
														 result);
}
END
	return if system("cc -shared -fPIC -o '$dir/resolver.so' '$dir/resolver.c' -ldl") != 0;
	return "$dir/resolver.so";
}
