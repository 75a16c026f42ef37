# What fails on this side once a write has left leaves its outcome unknown: no
# memory, no descriptors, an answer that cannot be kept.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Phrases;
use Rootfi::RawServer;
use Test::More;

my ($node, $sandbox) = start_pair(server => { max_retries => 0, timeout => '20s' });
my $elements = '[' . join(',', map { qq({"a$_": [$_, {"b": "$_"}]}) } 1 .. 400_000) . ']';
my $server = Rootfi::RawServer->new(sub {
	my ($client, $request) = @_;

	$client->answer($request->{target} =~ /large/ ? qq({"rootfi_id": 1, "note": $elements}) : '{"rootfi_id": 1}');
});
server_options($node, base_url => $server->url);
plan skip_all => 'there is no prlimit' if system('prlimit --version >/dev/null 2>&1') != 0;

# Error of a statement in a backend whose limit is set once it is connected.
sub limited
{
	my ($warm, $limit, $statement) = @_;
	my $backend = backend($node);
	my ($pid) = ask($backend, 'SELECT pg_backend_pid()');

	ask($backend, $warm) if $warm;
	my ($kb) = slurp_file("/proc/$pid/status") =~ /VmSize:\s+(\d+)/;
	system_or_bail('prlimit', "--pid=$pid", $limit->($kb, $pid));
	my ($output, $error) = ask($backend, "\\set VERBOSITY verbose\n$statement");
	leave($backend);
	return $error;
}

my $warm = q{SELECT rootfi_request('GET', '/v4/x')};
foreach my $spare (2, 8, 16, 32, 48, 64)
{
	$server->forget;
	my $error = limited($warm, sub { '--as=' . ($_[0] + $spare * 1024) * 1024 },
		q{SELECT length(rootfi_request('POST', '/v4/large', body => '{}')::text)});
	my $sent = grep { $_->{method} eq 'POST' } $server->requests;
	my ($code) = $error =~ /^ERROR:  (\w{5}):/m;

	# what fails before it is sent is told as it is
	ok($sent == 0 || !$error || $code eq 'RF007', "with $spare MB a write that was sent is done or unknown") or diag $error;
	is(join(', ', phrases_in($error =~ s/^LOCATION:.*//mr)), '', 'and its error passes for nothing else');
	note("$spare MB, sent $sent: " . ($error =~ /(^ERROR.*\nDETAIL.*)/m ? $1 : $error));
}

# With each number of descriptors that are left.
foreach my $spare (0 .. 3)
{
	foreach my $first ('', $warm)
	{
		$server->forget;
		my $error = limited($first, sub { my %open = map { m{(\d+)$} => 1 } glob "/proc/$_[1]/fd/*"; '--nofile=' . (grep { !$open{$_} } 0 .. 1000)[$spare] },
			q{SELECT rootfi_request('POST', '/v4/x', body => '{}')});
		my $sent = grep { $_->{method} eq 'POST' } $server->requests;
		my ($code) = $error =~ /^ERROR:  (\w{5}):/m;

		ok($sent == 0 || !$error || $code eq 'RF007', "with $spare descriptors left a write that was sent is done or unknown") or diag $error;
		note("$spare descriptors, sent $sent: " . ($error =~ /(^ERROR.*)/m ? $1 : $error));
	}
}

$server->stop;
$sandbox->stop;
done_testing();
