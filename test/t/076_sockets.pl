# Sockets and threads of libcurl's: they are counted among the descriptors of a
# backend, and no signal of the server's reaches them.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Sandbox;
use Test::More;

# A resolver that does not answer for one host, laid over the server's own:
# this changes nothing but the processes of this test.
my $dir = PostgreSQL::Test::Utils::tempdir();
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
	if (host != NULL && strcmp(host, "moves.test") == 0)
	{
		static int	asked = 0;

		/* each address is asked for by itself, or both are at once */
		host = asked++ == 0 ? "127.0.0.2" : "127.0.0.1";
	}
	return ((Resolver) dlsym(RTLD_NEXT, "getaddrinfo")) (host, service, hints,
														 result);
}
END
my $slow = -d '/proc/self/task' && system("cc -shared -fPIC -o '$dir/resolver.so' '$dir/resolver.c' -ldl") == 0;
$ENV{LD_PRELOAD} = join ':', grep { defined && $_ ne '' } "$dir/resolver.so", $ENV{LD_PRELOAD} if $slow;

my ($node, $sandbox) = start_pair(sandbox => { orders => 5 }, server => { max_retries => 0, timeout => '30s' });
my $key = $sandbox->key;

SKIP:
{
	skip 'there is no /proc or no C compiler', 5 if !$slow;
	$node->safe_psql('postgres', qq{
		SET log_statement = 'none';
		CREATE SERVER unresolved FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'https://unresolved.test');
		CREATE USER MAPPING FOR CURRENT_USER SERVER unresolved OPTIONS (api_key '$key')});
	my $session = session($node, 'resolving', q{SET rootfi.server = unresolved; SELECT rootfi_get_order('157')});
	my $pid = wait_until_waiting($node, 'resolving');
	my %blocked;
	foreach my $task (glob "/proc/$pid/task/*/status")
	{
		next if $task =~ m{/task/$pid/};
		my ($mask) = slurp_file($task) =~ /^SigBlk:\s*([0-9a-f]+)/m;
		$blocked{$_}++ foreach grep { hex(substr $mask, -8) >> ($_ - 1) & 1 } 1 .. 31;
	}
	my %wanted = (HUP => 1, INT => 2, QUIT => 3, USR1 => 10, USR2 => 12, ALRM => 14, TERM => 15, CHLD => 17, URG => 23);
	is(join(' ', grep { !$blocked{ $wanted{$_} } } sort keys %wanted), '', 'signals of the server do not reach the thread that resolves names');
	is(join(' ', grep { $blocked{$_} } 4, 6, 7, 8, 11), '', 'but for those of a fault in itself');
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 5000)");
	finish($session);

	# a name that leads elsewhere after nothing answered there
	my ($certificate, $certificate_key) = certificate('DNS:moves.test');
	my $moved = Rootfi::Sandbox->new(tls_cert => $certificate, tls_key => $certificate_key, key => $key);
	my ($port) = $moved->url =~ /:(\d+)/;
	$node->safe_psql('postgres', qq{
		SET log_statement = 'none';
		CREATE SERVER moves FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'https://moves.test:$port', ca_file '$certificate', max_retries '0');
		CREATE USER MAPPING FOR CURRENT_USER SERVER moves OPTIONS (api_key '$key')});
	my $read = q{SELECT rootfi_get_order('157') ->> 'rootfi_id'};
	my $backend = backend($node);
	like((ask($backend, "SET rootfi.server = moves; $read"))[1], qr/nothing answers there/, 'nothing answers at an address');
	is((ask($backend, $read))[0], '157', 'the next call looks up the name anew');
	leave($backend);
	$node->safe_psql('postgres', q{ALTER SERVER moves OPTIONS (SET max_retries '1')});
	is($node->safe_psql('postgres', "SET rootfi.server = moves; $read"), '157', 'and so does another attempt');
	$moved->stop;
}

# A backend with few descriptors makes many connections, one after the other.
$node->append_conf('postgresql.conf', 'max_files_per_process = 100');
$node->restart;
$sandbox->fault({ status => 200, body => '{}', headers => { Connection => 'close' }, times => 150 });
is($node->safe_psql('postgres', q{SELECT count(rootfi_get_order('157')) FROM generate_series(1, 150)}), 150, 'descriptors of connections that ended are given back');
$sandbox->fault({ reset => 'before', times => 60 });
is($node->safe_psql('postgres', q{SELECT count(*) FROM generate_series(1, 60), sqlstate_of('SELECT rootfi_get_order(''157'')') AS s(code) WHERE code = 'RF006'}), 60, 'which are lost');
$sandbox->clear_faults;
is($node->safe_psql('postgres', q{SELECT count(*) FROM generate_series(1, 60), sqlstate_of('SELECT rootfi_get_order(''none'')') AS s(code) WHERE code = 'P0002'}), 60, 'and of those that go on');

# And more at once than it may have.
$node->safe_psql('postgres', q{
	CREATE SCHEMA s;
	SELECT rootfi_add_stream(r, c, 's') FROM unnest('{ecommerce/orders,ecommerce/items,ecommerce/fulfillments,payments/orders}'::text[]) AS r, generate_series(1, 8) AS c});
$sandbox->fault({ delay_ms => 1500, times => 100 });
my ($status, $output, $error) = $node->psql('postgres', 'SET rootfi.max_concurrency = 32; CALL rootfi_sync()');
$sandbox->clear_faults;
is($node->safe_psql('postgres', q{SELECT count(*) > 0 FROM rootfi_sync_status WHERE error_message LIKE '%no descriptor left%'}), 't', 'beyond what a backend may have a stream is told that there is no descriptor');
is($node->safe_psql('postgres', q{SELECT count(*) > 10 FROM rootfi_sync_status WHERE failures = 0}), 't', 'and the others go on');

$sandbox->stop;
done_testing();
