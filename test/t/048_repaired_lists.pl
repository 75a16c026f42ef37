# A full refresh puts lists right whose rows somebody deleted or added, though
# their records are unchanged; and costs no tuple where nothing is wrong.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 60, companies => 2 },
	server => { page_size => 20, overlap => '0' });

sub query { return $node->safe_psql('postgres', $_[0]) }

my @lists = qw(order_line_items order_addresses order_transactions order_fulfillments);
sub shape { my ($schema) = @_; return query(join ' UNION ALL ', map { "SELECT '$_', count(*), md5(string_agg(c::text, '|' ORDER BY c::text)) FROM $schema.$_ AS c" } @lists) }
sub known { return query("SELECT child_rows = (SELECT sum(n) FROM (" . join(' UNION ALL ', map { "SELECT count(*) AS n FROM $_[0].$_ WHERE rootfi_company_id = s.company_id" } @lists) . ") AS c) FROM rootfi_stream AS s WHERE target_schema = '$_[0]' ORDER BY 1") }

query(q{SELECT rootfi_add_stream('ecommerce/orders', company, 'lists') FROM unnest(ARRAY[1089, 1090]) AS company});
sync($node, '');
my $whole = shape('lists');
is(known('lists'), "t\nt", 'the streams know how many rows the lists have');

foreach my $harm (
	[ 'TRUNCATE lists.order_line_items', 'a truncated table', 'SELECT count(DISTINCT (rootfi_company_id, order_rootfi_id)) FROM lists.order_line_items' ],
	[ 'TRUNCATE ' . join(', ', map { "lists.$_" } @lists), 'all of them truncated', 'SELECT count(*) FROM (' . join(' UNION ', map { "SELECT rootfi_company_id, order_rootfi_id FROM lists.$_" } @lists) . ') AS o' ],
	[ 'DELETE FROM lists.order_line_items WHERE ordinal = 1 AND order_rootfi_id % 2 = 0', 'some rows deleted', undef ],
	[ q{INSERT INTO lists.order_addresses (rootfi_company_id, order_rootfi_id, ordinal, city) SELECT rootfi_company_id, rootfi_id, 99, 'Nowhere' FROM lists.orders WHERE rootfi_id IN (SELECT min(rootfi_id) FROM lists.orders GROUP BY rootfi_company_id)}, 'a row too much', 'SELECT count(DISTINCT rootfi_company_id) FROM lists.orders' ],
	[ 'DELETE FROM lists.order_line_items WHERE ordinal = 1; DELETE FROM lists.orders WHERE rootfi_id % 7 = 0', 'orders deleted too', undef ])
{
	my ($statement, $name, $harmed) = @$harm;
	my $updated = defined $harmed ? query($harmed) : undef;
	my $told;

	query($statement);
	isnt(shape('lists'), $whole, "$name: something is wrong");
	sync($node, q{'ecommerce/orders'});
	isnt(shape('lists'), $whole, 'a run that reads what changed finds nothing');
	# in several runs, each of which has to go on looking
	$told = '';
	foreach my $company (1089, 1090)
	{
		foreach (1 .. 3) { $told .= sync($node, "'ecommerce/orders', $company, full_refresh => true, max_pages => 1") }
	}
	is(shape('lists'), $whole, 'a full refresh puts the lists right');
	is(() = $told =~ /ERROR|WARNING/g, 0, 'without a word');
	is(query(q{SELECT sum(updated) FROM (SELECT updated FROM rootfi_run WHERE kind = 'full' ORDER BY run_id DESC LIMIT 6) AS r}), $updated, 'and counts the records as updated') if defined $updated;
	is(known('lists'), "t\nt", 'the number is known again');
	$told = sync($node, q{'ecommerce/orders', full_refresh => true});
	like($told, qr/ 0 updated|unchanged/, 'and nothing is left to do');
}

# What somebody does to lists that a refresh under way has looked at already is
# found by the next one, as long as it is told from what that has written.
foreach my $first ('DELETE FROM lists.order_line_items WHERE ordinal = 1', '')
{
	query($first) if $first;
	sync($node, q{'ecommerce/orders', 1089, full_refresh => true, max_pages => 2});
	query('DELETE FROM lists.order_addresses WHERE rootfi_company_id = 1089');
	isnt(shape('lists'), $whole, 'something is wrong with lists that were looked at');
	sync($node, q{'ecommerce/orders', 1089, full_refresh => true});    # goes on
	sync($node, q{'ecommerce/orders'});
	sync($node, q{'ecommerce/orders', 1089, full_refresh => true});
	sync($node, q{'ecommerce/orders', 1090, full_refresh => true});
	is(shape('lists'), $whole, 'the next full refresh puts them right');
	is(query('SELECT bool_or(checks_lists) FROM rootfi_stream'), 'f', 'after which nothing is in doubt');
}

# Where nothing is wrong nothing is written.
my $before = query('SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE schemaname = $$lists$$');
sync($node, q{'ecommerce/orders', full_refresh => true});
$node->poll_query_until('postgres', "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) >= $before FROM pg_stat_user_tables WHERE schemaname = 'lists'");
is(query('SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE schemaname = $$lists$$'), $before, 'a full refresh of what is right writes no row');

# Streams of all companies, tables keyed without one, and partitions
query('UPDATE rootfi_stream SET enabled = false');
query(q{CREATE SCHEMA by_id;
	CREATE TABLE by_id.orders (LIKE rootfi_order, rootfi_content_hash bigint, PRIMARY KEY (rootfi_id));
	CREATE TABLE by_id.order_line_items (LIKE rootfi_order_line_item, PRIMARY KEY (order_rootfi_id, ordinal));
	CREATE SCHEMA parts;
	CREATE TABLE parts.orders (LIKE rootfi_order, rootfi_content_hash bigint, PRIMARY KEY (rootfi_company_id, rootfi_id)) PARTITION BY HASH (rootfi_company_id);
	CREATE TABLE parts.order_line_items (LIKE rootfi_order_line_item, PRIMARY KEY (rootfi_company_id, order_rootfi_id, ordinal)) PARTITION BY HASH (rootfi_company_id)} .
	join '', map { my $t = $_; map { "; CREATE TABLE parts.${t}_$_ PARTITION OF parts.$t FOR VALUES WITH (MODULUS 3, REMAINDER $_)" } 0 .. 2 } qw(orders order_line_items));
query(qq{SELECT rootfi_add_stream('ecommerce/orders', NULL, '$_')}) foreach qw(by_id parts all_of);
sync($node, '');
foreach my $schema (qw(by_id parts all_of))
{
	my $items = "SELECT count(*), md5(string_agg(c::text, '|' ORDER BY c::text)) FROM $schema.order_line_items AS c";
	my $right = query($items);

	like($right, qr/^[1-9]/, "$schema has lists");
	query("DELETE FROM $schema.order_line_items WHERE order_rootfi_id % 3 = 1");
	isnt(query($items), $right, 'something is wrong');
	sync($node, q{'ecommerce/orders', full_refresh => true});
	is(query($items), $right, 'a full refresh puts it right');
}

$sandbox->stop;
done_testing();
