# What came in time counts, also when the backend could not look: it was
# stopped, or its machine was.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::RawServer;
use Test::More;

my ($node, $sandbox) = start_pair(server => { max_retries => 0, timeout => '2s' });
my $large = '{"rootfi_id": 158, "note": "' . 'x' x 2_000_000 . '"}';
my $server = Rootfi::RawServer->new(sub {
	my ($client, $request) = @_;

	$client->hang if $request->{target} =~ /never/;
	$client->pause(1);
	$client->answer($request->{target} =~ /large/ ? $large : '{"rootfi_id": 158}');
});
server_options($node, base_url => $server->url);

# Stops the backend of a statement while it waits, beyond its time limit.
sub stopped
{
	my ($statement) = @_;
	my $session = session($node, 'stopped', "SELECT sqlstate_of(\$s\$$statement\$s\$);\n");
	my $pid = wait_until_waiting($node, 'stopped');

	kill STOP => $pid;
	sleep 3;
	kill CONT => $pid;
	return finish($session);
}

is(stopped(q{SELECT rootfi_request('POST', '/v4/x', body => '{}')}), 'no error', 'the answer to a write that came in time counts');
is(stopped(q{SELECT rootfi_request('GET', '/v4/x')}), 'no error', 'that to a read, too');
is(stopped(q{SELECT rootfi_request('GET', '/v4/large')}), 'no error', 'and one that is too long for a single look');
is(stopped(q{SELECT rootfi_request('POST', '/v4/never', body => '{}')}), 'RF007', 'what never comes is given up all the same');
is(scalar(grep { $_->{method} eq 'POST' } $server->requests), 2, 'each write was sent once');

$server->stop;
$sandbox->stop;
done_testing();
