# A member of another shape than its list keeps no record from being copied:
# its objects are rows, and the member stays with the record.

use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(server => { max_retries => 0 });
my $json = JSON::PP->new->canonical;
my $backend = backend($node);

sub order { return { rootfi_id => $_[0], rootfi_company_id => 1089, rootfi_updated_at => '2024-01-22T05:07:31.000Z', line_items => [ { name => "a$_[0]" }, { name => "b$_[0]" } ], @_[ 1 .. $#_ ] } }
my $address = { city => 'Austin' };
my @orders = (
	order(1), order(2, line_items => [5]), order(3, line_items => 'x'), order(4, line_items => 7.5), order(5, line_items => JSON::PP::true),
	order(6, line_items => [ { name => 'good' }, 'odd', undef, { name => 'too' } ]), order(7, line_items => {}), order(8, line_items => { name => 'single' }),
	order(9, line_items => [ [ { name => 'nested' } ] ]), order(10, line_items => undef), order(11, line_items => []), order(12),
	order(13, addresses => 'x', shipping_address => 'y', billing_address => $address), order(14, shipping_address => {}, billing_address => [ $address, $address ]),
	order(15, transactions => [JSON::PP::false], fulfillments => [ {} , '' ]));
sub answer { $sandbox->reset; return $sandbox->fault({ path => '/v4/ecommerce/orders', status => 200, body => $json->encode({ data => $_[0] }) }) }

ask($backend, q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy')});
answer(\@orders);
my (undef, $told) = ask($backend, q{CALL rootfi_sync('ecommerce/orders', 1089)});
unlike($told, qr/ERROR/, 'a sync does not fail');
my $warnings = () = $told =~ /WARNING/g;
is($warnings, 1, 'it warns once');
like($told, qr/^WARNING:  10 members of the records are not lists of objects$/m, 'and counts');
my $items = "1|a1,b1\n6|good,too\n8|single\n12|a12,b12\n13|a13,b13\n14|a14,b14\n15|a15,b15";
my $extras = join "\n", '2|{"line_items": [5]}', '3|{"line_items": "x"}', '4|{"line_items": 7.5}', '5|{"line_items": true}',
  '6|{"line_items": [{"name": "good"}, "odd", null, {"name": "too"}]}', '9|{"line_items": [[{"name": "nested"}]]}',
  '13|{"addresses": "x", "shipping_address": "y"}', '15|{"fulfillments": [{}, ""], "transactions": [false]}';
is((ask($backend, 'SELECT count(*) FROM copy.orders'))[0], 15, 'every record is there');
is((ask($backend, q{SELECT order_rootfi_id, string_agg(name, ',' ORDER BY ordinal) FROM copy.order_line_items GROUP BY 1 ORDER BY 1}))[0], $items, 'objects of a list are rows, others are not');
is((ask($backend, 'SELECT rootfi_id, extra FROM copy.orders WHERE extra IS NOT NULL ORDER BY 1'))[0], $extras, 'the members are in extra, as they came');
is((ask($backend, q{SELECT order_rootfi_id, string_agg(coalesce(type, '-') || city, ',' ORDER BY ordinal) FROM copy.order_addresses GROUP BY 1 ORDER BY 1}))[0],
	"13|billingAustin\n14|billingAustin,billingAustin", 'an object beside its list may be several, or none');

answer(\@orders);
(undef, $told) = ask($backend, q{CALL rootfi_sync('ecommerce/orders', 1089, full_refresh => true)});
unlike($told, qr/ERROR|WARNING/, 'what has not changed is not told again');
answer([ map { order($_) } 1 .. 15 ]);
ask($backend, q{CALL rootfi_sync('ecommerce/orders', 1089, full_refresh => true)});
is((ask($backend, 'SELECT count(*), (SELECT count(*) FROM copy.orders WHERE extra IS NOT NULL) FROM copy.order_line_items'))[0], '30|0', 'a list that has been put right is');

# The functions that flatten lists, and lists in columns.
answer(\@orders);
(my $rows, $told) = ask($backend, q{SELECT order_rootfi_id, string_agg(l.name, ',' ORDER BY l.ordinal) FROM rootfi_order_line_items((SELECT jsonb_agg(o) FROM rootfi_list_orders(1089) AS o)) AS l GROUP BY 1 ORDER BY 1});
is($rows, $items, 'lists are flattened the same way');
like($told, qr/\AWARNING:  6 members of the records are not lists of objects\nDETAIL:  [^\n]*\s*\z/, 'with a warning that counts');
answer(\@orders);
is((ask($backend, 'SELECT line_items, extra FROM rootfi_list_orders(1089) WHERE rootfi_id IN (2, 3, 6) ORDER BY rootfi_id'))[0],
	qq([5]|\n"x"|\n[{"name": "good"}, "odd", null, {"name": "too"}]|), 'a list that has a column is there as it came');
foreach my $list (qw(customer_addresses payment_order_line_items payment_order_transactions company_connections order_fulfillments fulfillment_line_items order_transactions))
{
	my ($member) = $list =~ /_(line_items|[a-z]+)$/;
	my $record = $json->encode([ map { { rootfi_id => 1, $member => $_, address => $_ } } 5, 'x', [ JSON::PP::true ], [ [ {} ] ], {} ]);
	is((ask($backend, "SELECT count(*) FROM rootfi_$list('$record')"))[0], 0, "none of $list is made of what is no object");
}

# A member that is called like a column of ours
answer([ order(20, rootfi_content_hash => 42), order(21, rootfi_content_hash => 'x', line_items => [ { rootfi_content_hash => 43 } ]) ]);
(undef, $told) = ask($backend, q{ALTER TABLE copy.order_line_items ADD rootfi_content_hash bigint; CALL rootfi_sync('ecommerce/orders', 1089)});
is((ask($backend, 'SELECT rootfi_id, extra, rootfi_content_hash NOT IN (42, 43) FROM copy.orders WHERE rootfi_id >= 20 ORDER BY 1'))[0],
	qq(20|{"rootfi_content_hash": 42}|t\n21|{"rootfi_content_hash": "x"}|t), 'a member named rootfi_content_hash is in extra');
is((ask($backend, 'SELECT extra, rootfi_content_hash FROM copy.order_line_items WHERE order_rootfi_id = 21'))[0], '{"rootfi_content_hash": 43}|', 'in a child too');

# A record that cannot be told from others says which it is.
foreach my $bad ({ platform_id => 'gid-7' }, { rootfi_id => undef, platform_id => "gid\e7" }, { rootfi_id => 'x' })
{
	answer([ order(30), { %{ order(31) }, rootfi_id => undef, %$bad }, order(32) ]);
	(undef, $told) = ask($backend, q{CALL rootfi_sync('ecommerce/orders', 1089)});
	like($told, qr/WARNING:  [^\n]*: a record has no "rootfi_id" that fits.*It is record 2 of page 1(, "platform_id" gid(-|\\u001b)7|\.)/s, 'a warning says where a record without its number stands');
}
leave($backend);

done_testing();
