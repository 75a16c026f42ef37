# A write is never sent twice: when its outcome is not known, the error is
# RF007 and the server saw exactly one request.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(server => { max_retries => 5, timeout => '2s' });

my %writes = (
	POST => q{SELECT rootfi_create_payment_order(1089, '{"contact_id": "c", "currency_id": "USD", "line_items": [{"description": "d", "quantity": 1, "unit_amount": 1}]}')},
	PUT => q{SELECT rootfi_update_order('158', '{"status": "pending"}')},
	DELETE => q{SELECT rootfi_delete_order('158')},
);

# What happens after the request was sent, and whether the server did it.
my %faults = (
	'the connection is closed before the answer' => { reset => 'before' },
	'the connection is closed after the header' => { reset => 'headers' },
	'the answer is cut short' => { truncate => 10 },
	'the answer takes too long' => { delay_ms => 5000 },
	'the server gives up waiting with 408' => { status => 408, body => '' },
	'the server points elsewhere' => { status => 307, body => '', headers => { Location => '/elsewhere' } },
	'the server fails with 500' => { status => 500, body => '' },
	'the server fails with 502' => { status => 502, body => '' },
	'the server fails with 503' => { status => 503, body => '', headers => { 'Retry-After' => '0' } },
	'the server fails with 504' => { status => 504, body => '' },
);

foreach my $name (sort keys %faults)
{
	foreach my $method (sort keys %writes)
	{
		# once over a fresh connection, once over one that is kept alive, where
		# libcurl by itself would send the request again
		foreach my $warm (0, 1)
		{
			$sandbox->reset;
			$sandbox->fault({ %{ $faults{$name} }, effect => \1, method => $method, times => -1 });
			my $prelude = $warm ? "SELECT rootfi_get_order('157') IS NULL;" : '';
			my $code = $node->safe_psql('postgres',
				"$prelude SELECT sqlstate_of(\$s\$$writes{$method}\$s\$)") =~ s/.*\n//r;
			my @sent = grep { $_->{method} eq $method } $sandbox->requests;

			is($code, 'RF007', "$method, $name: the outcome is unknown" . ($warm ? ' (kept-alive connection)' : ''));
			is(scalar @sent, 1, 'it was sent once');
		}
	}
}

# What was turned away is sent again, and what was never sent.
$sandbox->reset;
$sandbox->fault({ status => 429, body => '', headers => { 'Retry-After' => '0' }, times => 2 });
is(sqlstate_of($node, $writes{PUT}), 'no error', 'a write that was turned away with 429 is sent again');
is(scalar(my @requests = $sandbox->requests), 3, 'as often as it takes');

$sandbox->stop;
done_testing();
