# A record without a member leaves the user's own column of that name alone:
# its default when it is inserted, what it has when it is written over.  A null
# clears it, or puts it to its default where it cannot be NULL.

use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(server => { max_retries => 0 });
my $json = JSON::PP->new->canonical;
my $backend = backend($node);

sub order { return { rootfi_id => $_[0], rootfi_company_id => 1089, rootfi_updated_at => '2024-01-22T05:07:31.000Z', @_[ 1 .. $#_ ] } }

# Copies those orders; returns what was told.
sub copy
{
	my ($call, @orders) = @_;

	$sandbox->reset;
	$sandbox->fault({ path => '/v4/ecommerce/orders', status => 200, body => $json->encode({ data => \@orders }) });
	return (ask($backend, "CALL rootfi_sync('ecommerce/orders', 1089$call)"))[1];
}

sub rows { return (ask($backend, $_[0]))[0] }

foreach my $kind ('', 'without a hash', 'in partitions')
{
	my $all = 'SELECT rootfi_id, priority, note, rank, flag, level FROM own.orders ORDER BY 1';
	my $told;

	ask($backend, q{CREATE SCHEMA own;
		CREATE TABLE own.orders (LIKE rootfi_order, rootfi_content_hash bigint, PRIMARY KEY (rootfi_company_id, rootfi_id)) } .
		($kind eq 'in partitions' ? 'PARTITION BY HASH (rootfi_company_id); CREATE TABLE own.first PARTITION OF own.orders FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE own.second PARTITION OF own.orders FOR VALUES WITH (MODULUS 2, REMAINDER 1)' : '') .
		q{; CREATE TABLE own.order_line_items (LIKE rootfi_order_line_item, PRIMARY KEY (rootfi_company_id, order_rootfi_id, ordinal))});
	ask($backend, 'ALTER TABLE own.orders DROP rootfi_content_hash') if $kind eq 'without a hash';
	ask($backend, q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'own');
		CREATE DOMAIN own.level AS text NOT NULL DEFAULT 'low';
		ALTER TABLE own.orders ADD priority int NOT NULL DEFAULT 0, ADD note text DEFAULT 'none', ADD rank numeric(5,2), ADD flag boolean DEFAULT true, ADD level own.level DEFAULT 'low';
		ALTER TABLE own.order_line_items ADD priority int NOT NULL DEFAULT 7, ADD note text DEFAULT 'none'});
	$told = copy('',
		order(1, priority => 5, line_items => [ { name => 'a', priority => 1 }, { name => 'b' }, { name => 'c', note => undef }, { name => 'd', priority => undef, note => 'said' } ]),
		order(2), order(3, note => undef, rank => 1.5, flag => JSON::PP::false), order(4, priority => undef, level => 'high'), order(5, priority => 'no number', level => undef));
	unlike($told, qr/ERROR|WARNING/, "records with and without a member are copied $kind");
	is(rows($all), "1|5|none||t|low\n2|0|none||t|low\n3|0||1.50|f|low\n4|0|none||t|high\n5|0|none||t|low", 'a new row has what its record says, or the default');
	is(rows('SELECT name, priority, note FROM own.order_line_items ORDER BY ordinal'), "a|1|none\nb|7|none\nc|7|\nd|7|said", 'so do the children');
	is(rows('SELECT rootfi_id, extra FROM own.orders WHERE extra IS NOT NULL'), '5|{"priority": "no number"}', 'a value that does not fit is in extra');

	ask($backend, q{UPDATE own.orders SET priority = 40 + rootfi_id, note = 'mine', flag = NULL, level = 'mine'});
	$told = copy('',
		order(1, status => 'CLOSED'), order(2, priority => 3, status => 'CLOSED'), order(3, note => 'theirs', flag => JSON::PP::true, status => 'CLOSED'),
		order(4, note => undef, priority => undef, level => undef, status => 'CLOSED'), order(5, status => 'CLOSED', rank => 2), order(6, rank => undef));
	unlike($told, qr/ERROR|WARNING/, 'and written over');
	is(rows($all), "1|41|mine|||mine\n2|3|mine|||mine\n3|43|theirs|1.50|t|mine\n4|0||||low\n5|45|mine|2.00||mine\n6|0|none||t|low",
		'a row that is written over keeps what its record does not say, and null clears');
	is(rows(q{SELECT string_agg(DISTINCT status, ',') FROM own.orders WHERE rootfi_id < 6}), 'CLOSED', 'all of them are written');
	$told = copy(', full_refresh => true',
		order(1, status => 'CLOSED'), order(2, priority => 3, status => 'CLOSED'), order(3, note => 'theirs', flag => JSON::PP::true, status => 'CLOSED'),
		order(4, note => undef, level => undef, status => 'CLOSED'), order(5, status => 'CLOSED', rank => 2), order(6, rank => undef));
	like($told, qr/ 1 updated/, 'what has not changed is not written again');
	ask($backend, q{SELECT rootfi_remove_stream(max(stream_id)) FROM rootfi_stream; DROP SCHEMA own CASCADE});
}

# Many kinds of records in one page.
ask($backend, q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'own')});
ask($backend, 'ALTER TABLE own.orders ' . join ', ', map { "ADD o$_ int DEFAULT -$_" } 1 .. 8);
my @mixed = map { my $n = $_; order($n, map { $n & (1 << ($_ - 1)) ? ("o$_" => $n) : () } 1 .. 8) } 1 .. 255;
unlike(copy('', @mixed), qr/ERROR/, 'records of 255 kinds are copied');
my $sum = 0;
foreach my $n (1 .. 255) { $sum += $n & (1 << ($_ - 1)) ? $n : -$_ foreach 1 .. 8 }
is(rows('SELECT count(*), sum(o1 + o2 + o3 + o4 + o5 + o6 + o7 + o8) FROM own.orders'), "255|$sum", 'each by what it says');
$_->{status} = 'CLOSED' foreach @mixed;
like(copy('', reverse @mixed), qr/ 255 updated/, 'and written over');
is(rows('SELECT count(*), sum(o1 + o2 + o3 + o4 + o5 + o6 + o7 + o8) FROM own.orders'), "255|$sum", 'each by what it says');

# More kinds of records than statements are kept, page after page of one run
my @again = map { { %$_, status => 'AGAIN' } } @mixed;
$sandbox->reset;
$sandbox->fault({ path => '/v4/ecommerce/orders', status => 200, body => $json->encode($_) })
  foreach { data => [ @again[ 0 .. 99 ] ], next => 'b' }, { data => [ @again[ 100 .. 199 ] ], next => 'c' }, { data => [ @again[ 200 .. 254 ] ] };
like((ask($backend, q{CALL rootfi_sync('ecommerce/orders', 1089)}))[1], qr/255 rows in 3 pages: 0 inserted, 255 updated/, 'in three pages too');
is(rows(q{SELECT count(*) FILTER (WHERE status = 'AGAIN'), sum(o1 + o2 + o3 + o4 + o5 + o6 + o7 + o8) FROM own.orders}), "255|$sum", 'each by what it says');
leave($backend);

done_testing();
