# A server that ends an HTTP/2 connection: a read goes over a new one, a write
# is not sent twice.

use strict;
use warnings;

use File::Basename ();
use IPC::Run       ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

plan skip_all => 'there is no python3' if system('python3 -c "import ssl" >/dev/null 2>&1') != 0;
plan skip_all => 'libcurl has no HTTP/2' if `curl-config --features 2>/dev/null` !~ /HTTP2/;

my ($node, $sandbox) = start_pair(server => { max_retries => 2, timeout => '10s' });
my ($certificate, $key) = certificate('IP:127.0.0.1');
my $program = File::Basename::dirname(__FILE__) . '/../perl/Rootfi/http2.py';
my $read = q{SELECT rootfi_get_order('157')};
my $write = q{SELECT rootfi_request('POST', '/v4/x', body => '{}')};
server_options($node, ca_file => $certificate);

foreach my $mode (qw(after during stream))
{
	foreach my $statement ($read, $write)
	{
		my $log = PostgreSQL::Test::Utils::tempdir() . '/log';
		my ($input, $output) = ('', '');
		my $server = IPC::Run::start([ 'python3', $program, $certificate, $key, $log, $mode ],
			'<', \$input, '>', \$output, IPC::Run::timeout(60));
		$server->pump until $output =~ /^(\d+)\n/;
		server_options($node, base_url => "https://127.0.0.1:$1");
		my $codes = $node->safe_psql('postgres', join ';', map { "SELECT sqlstate_of(\$s\$$_\$s\$)" } $read, $statement);
		my $posts = () = slurp_file($log) =~ /POST/g;
		my @codes = split /\n/, $codes;

		note("$mode: $codes; " . slurp_file($log) =~ s/\n/, /gr);
		is($codes[0], 'no error', "$mode: the first call works");
		if ($statement eq $read)
		{
			is($codes[1], 'no error', "$mode: a read is asked for over a new connection");
		}
		else
		{
			like($codes[1], qr/^(?:no error|RF007)$/, "$mode: a write is done or unknown");
			cmp_ok($posts, '<=', 1, "$mode: and not sent twice");
		}
		$server->kill_kill;
	}
}
$sandbox->stop;
done_testing();
