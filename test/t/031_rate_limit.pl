# With a limit on its requests a backend uses all that it may, and no more: it
# waits for the next window instead of drawing a 429. Several backends do not
# know of each other and may draw some, but they finish.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $limit = 100;
my $window = 1;       # seconds
my $pages = 500;
my $page_size = 4;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => $pages * $page_size, companies => 1, rate_limit => $limit, rate_window => $window },
	server => { max_retries => 20, timeout => '60s' });

# Goes on at the start of a window, with nothing asked before.
sub fresh_window
{
	$sandbox->reset;
	select undef, undef, undef, $window + 0.1;
	return;
}

# How many requests each window had, but the last, by the times at which they
# came: a window is that of its first request.
sub full_windows
{
	my (@requests) = @_;
	my @counts;
	my $end = 0;

	foreach my $request (sort { $a->{at} <=> $b->{at} } @requests)
	{
		if ($request->{at} >= $end)
		{
			push @counts, 0;
			$end = $request->{at} + $window * 1000;
		}
		$counts[-1]++;
	}
	pop @counts;
	return @counts;
}

# Tells of the requests so far: all, the refused, the share of the allowance
# that the windows before the last used at least, and the seconds from the first
# to the last.
sub report
{
	my ($name) = @_;
	my @requests = $sandbox->requests;
	my $refused = grep { $_->{status} == 429 } @requests;
	my @counts = full_windows(@requests);
	my ($least) = sort { $a <=> $b } @counts;
	my $ms = (sort { $b <=> $a } map { $_->{at} } @requests)[0] - $requests[0]{at};

	note(sprintf '%s: %d requests in %.1f s, %d refused; windows of %s, %d allowed', $name, scalar @requests, $ms / 1000, $refused, join(' ', @counts), $limit);
	return (scalar @requests, $refused, 100 * ($least // 0) / $limit, $ms / 1000);
}

my $count = q{SELECT count(*) FROM rootfi_list_orders(page_size => 4)};

# A list of many pages.
fresh_window();
is($node->safe_psql('postgres', $count), $pages * $page_size, "a list of $pages pages is read under a limit of $limit requests a window");
my ($requests, $refused, $used, $seconds) = report('a list');
is($requests, $pages, 'with one request for each page');
is($refused, 0, 'none is refused');
cmp_ok($used, '>=', 95, 'and at least 95 % of the allowance is used');
cmp_ok($seconds, '<', 1.5 * $window * ($pages / $limit - 1), 'with no window left out');

# A sync.
$node->safe_psql('postgres', qq{
	ALTER SERVER rootfi OPTIONS (ADD page_size '$page_size');
	SELECT rootfi_add_stream('ecommerce/orders', 1089)});
fresh_window();
$node->safe_psql('postgres', 'CALL rootfi_sync()');
is($node->safe_psql('postgres', 'SELECT count(*) FROM rootfi.orders'), $pages * $page_size, 'a sync reads as many');
($requests, $refused, $used, $seconds) = report('a sync');
is($requests, $pages, 'with one request for each page');
is($refused, 0, 'none is refused');
cmp_ok($used, '>=', 95, 'and at least 95 % of the allowance is used');
cmp_ok($seconds, '<', 1.5 * $window * ($pages / $limit - 1), 'with no window left out');

# Two backends at once, which share one allowance.
fresh_window();
my @sessions = map { session($node, "list-$_", "$count;\n") } 1, 2;
is(finish($_), $pages * $page_size, 'of two backends at once each reads the list') foreach @sessions;
is($_->{error}, '', 'without an error') foreach @sessions;
($requests, $refused) = report('two backends');
is($requests - $refused, 2 * $pages, 'each page is answered once');

# Two backends that write: what is turned away is sent again, and done once.
my $orders = 100;
my $create = q{DO $$ BEGIN FOR i IN 1 .. 100 LOOP PERFORM rootfi_create_order(1089, jsonb_build_object('customer_id', 'c', 'currency_id', 'USD',
	'order_number', format('%s-%s', current_setting('application_name'), i), 'line_items', '[{"quantity": 1, "unit_amount": 1}]'::jsonb)); END LOOP; END $$;};
fresh_window();
@sessions = map { session($node, "writer-$_", $create) } 1, 2;
finish($_) foreach @sessions;
is($_->{error}, '', 'two backends write at once without an error') foreach @sessions;
report('two writers');
my @created = grep { $_->{method} eq 'POST' && $_->{status} == 200 } $sandbox->requests;
my %bodies = map { $_->{body} => 1 } @created;
is(scalar(@created) . ' ' . scalar(keys %bodies), 2 * $orders . ' ' . 2 * $orders, 'and each order is created once');

$sandbox->stop;
done_testing();
