# A clock that is ahead, the server's or ours, loses no change and silences no
# call.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 40, companies => 1 },
	server => { page_size => 50 });
my $orders = '/v4/ecommerce/orders';

$node->safe_psql('postgres', q{SELECT rootfi_add_stream('ecommerce/orders', 1089)});

# One answer of a node whose clock is ahead.
foreach my $date ('Tue, 01 Jan 2041 00:00:00 GMT', 'Thu, 31 Dec 2026 23:59:59 GMT')
{
	$sandbox->fault({ path => $orders, headers => { Date => $date } });
	my $told = sync($node, 'full_refresh => true');
	like($told, qr/WARNING:  \S+: stream \S+ .*: the server's clock is \d+ s ahead of ours/, "$date is told");
	is($node->safe_psql('postgres', 'SELECT synced_to <= now() FROM rootfi_stream'), 't', 'and the pass is as old as our clock says');
	$sandbox->touch('ecommerce/orders', 1089, 25);
	unlike($told = sync($node, ''), qr/WARNING/, 'clocks that agree are not told');
	like($told, qr/ 25 updated|1[0-9] updated/, 'what changed is copied');
	is($node->safe_psql('postgres', q{
		SELECT count(*) FROM rootfi_list_orders(1089) AS l
		WHERE NOT EXISTS (SELECT FROM rootfi.orders AS o WHERE o.rootfi_id = l.rootfi_id AND o.rootfi_updated_at = l.rootfi_updated_at)}),
		'0', 'and nothing is lost');
}

# What was noted while our clock was ahead.
foreach my $set (
	q{completed_at = now() + '1 day'},
	q{completed_at = now() + '10 years', next_due = now() + '10 years', synced_to = now() + '10 years'},
	q{error_at = now() + '1 day', next_due = now() + '1 day', failures = 1})
{
	foreach my $call ('', q{'ecommerce/orders'})
	{
		$node->safe_psql('postgres', "UPDATE rootfi_stream SET $set");
		$sandbox->forget;
		$sandbox->touch('ecommerce/orders', 1089, 5);
		like(sync($node, $call), qr/stream \d+ .*: \d+ rows? in/, "$set: rootfi_sync($call) reads");
		is($node->safe_psql('postgres', 'SELECT max(completed_at) <= now() AND max(synced_to) <= now() FROM rootfi_stream'), 't', 'and the moments are true again');
		$node->safe_psql('postgres', q{UPDATE rootfi_stream SET error_at = NULL});
	}
}

# A moment that the user chose is kept.
$node->safe_psql('postgres', q{UPDATE rootfi_stream SET next_due = now() + '1 hour'});
unlike(sync($node, ''), qr/rows? in/, 'a stream that is not due is left out');

$sandbox->stop;
done_testing();
