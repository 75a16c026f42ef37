# A list ends where its server says so, and a copy of a list that ended too
# early is not called complete.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::RawServer;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 3 }, server => { max_retries => 0 });

# Pages of orders: what the script gives for the number of the page, from 0.
my $server;

sub pages
{
	my ($script) = @_;

	$server->stop if $server;
	$server = Rootfi::RawServer->new(sub {
		my ($client, $request) = @_;
		my ($page) = $request->{target} =~ /next=c(\d+)/;
		my ($ids, $rest) = $script->($page // 0);
		my $data = join ', ', map { qq({"rootfi_id": $_, "rootfi_company_id": 1089, "rootfi_updated_at": "2026-01-01T00:00:00Z"}) } @$ids;
		$client->answer(qq({"data": [$data]$rest}));
	});
	$node->safe_psql('postgres', qq{
		ALTER SERVER rootfi OPTIONS (SET base_url '@{[ $server->url ]}');
		SELECT rootfi_remove_stream(stream_id, drop_tables => true) FROM rootfi_stream;
		SELECT rootfi_add_stream('ecommerce/orders', 1089)});
	return;
}

sub listed { return [ $node->psql('postgres', 'SELECT count(*) FROM rootfi_list_orders(1089)', on_error_stop => 0) ] }
sub told { return join '|', map { $_ // '' } @{ listed() }[ 1, 2 ] }
sub status { return $node->safe_psql('postgres', q{SELECT concat_ws(' ', state, error_sqlstate, synced_to IS NULL) FROM rootfi_sync_status}) }

# What is no cursor.
foreach my $next ('7', '0', 'true', 'false', '{}', '[]', '["c1"]', '{"cursor": "c1"}', '"https://api.rootfi.dev/v4/ecommerce/orders"', '"http://x/?limit=5"')
{
	pages(sub { ([ 1, 2 ], qq(, "next": $next, "total_count": 500)) });
	like(told(), qr/^\|.*ERROR:  could not list orders.*"next"/s, "next is $next: no list");
	like(sync($node, ''), qr/RFP01/, "next is $next: no copy");
	is(status(), 'failing RFP01 t', 'and the pass is not complete');
}

# Where a list ends.
foreach my $rest ('', ', "next": null', ', "next": ""', ', "next": "https://api.rootfi.dev/orders?next=&limit=2"')
{
	pages(sub { ([ 1, 2 ], $rest) });
	is(told(), '2|', "a page with '$rest' is the last");
	like(sync($node, ''), qr/2 inserted/, "and so it is for a copy");
	is(status(), 'idle f', 'which is complete');
}

# A list that ends too early.
foreach my $second ([ [], '' ], [ [], ', "next": null' ], [ [ 3, 4 ], ', "nxt": "c2"' ])
{
	pages(sub { $_[0] == 0 ? ([ 1, 2 ], ', "next": "c1", "total_count": 6') : @$second });
	my $n = 2 + @{ $second->[0] };
	like(told(), qr/^$n\|.*WARNING:  the list of orders ended after $n of 6 records/, "$n of 6 records: a list warns");
	foreach my $call (1, 2)
	{
		like(sync($node, q{'ecommerce/orders'}), qr/RFP01: the list of stream .* ended after $n of 6 records/, "$n of 6 records: no complete copy");
		is(status(), 'failing RFP01 t', 'and it is begun anew');
	}
	is($node->safe_psql('postgres', 'SELECT count(*) FROM rootfi.orders'), $n, 'what came is kept');
	like(sync($node, q{'ecommerce/orders'}, set => { 'rootfi.check_totals' => 'off' }), qr/WARNING:  RFP01: the list of stream/, 'the user may believe the list');
	is(status(), 'idle f', 'and then it is complete');
}
pages(sub { ([ 1 .. 198 ], ', "total_count": 200') });
like(sync($node, ''), qr/198 inserted/, 'two of two hundred may have been removed meanwhile');
pages(sub { ([ 1 .. 197 ], ', "total_count": 200') });
like(sync($node, ''), qr/ended after 197 of 200/, 'three may not');
pages(sub { ([ 1 .. 9 ], ', "total_count": 2') });
is(told(), '9|', 'more than announced are all right');
like(sync($node, ''), qr/9 inserted/, 'for a copy too');
is($node->safe_psql('postgres', 'SELECT count(*) FROM rootfi_list_orders(1089, max_rows => 1)'), '1', 'max_rows is no early end');
unlike(($node->psql('postgres', 'SELECT count(*) FROM rootfi_list_orders(1089, max_rows => 1)'))[2] // '', qr/WARNING/, 'and not told');

# The same records for ever, each page with another cursor.
my %endless = (
	'with a count' => sub { ([ 1, 2 ], ', "total_count": 2, "next": "c' . ($_[0] + 1) . '"') },
	'without a count' => sub { ([ 1, 2 ], ', "next": "c' . ($_[0] + 1) . '"') },
	'in another order' => sub { ([ $_[0] % 2 ? (1, 2, 3) : (3, 1, 2) ], ', "next": "c' . ($_[0] + 1) . '"') },
	'in a circle of three pages' => sub { ([ $_[0] % 3, 10 + $_[0] % 3 ], ', "next": "c' . ($_[0] + 1) . '"') });
foreach my $name (sort keys %endless)
{
	pages(sub { $_[0] < 400 ? $endless{$name}->($_[0]) : ([ 1 ], '') });
	like(told(), qr/the list does not end.*same records again and again/s, "the same records $name: a list is stopped");
	like(sync($node, ''), qr/RFP01.*the list does not end/s, "the same records $name: a copy is stopped");
	cmp_ok(scalar(my @requests = $server->requests), '<', 40, 'well before the end of patience');
}

# Records that come again in a list that does end.
pages(sub { ([ 1, 2 + $_[0] ], $_[0] < 30 ? ', "next": "c' . ($_[0] + 1) . '"' : '') });
is(told(), '62|', 'a page with one new record is new');
pages(sub { ([ 1 ], $_[0] < 9 ? ', "next": "c' . ($_[0] + 1) . '"' : '') });
is(told(), '10|', 'a record that changes all the while may come again');

$server->stop;
$sandbox->stop;
done_testing();
