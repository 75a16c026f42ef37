# A name that no document has, but one like it, is told by a warning, and sent
# as it is; one that is like none passes in silence.

use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 5 });
my $json = JSON::PP->new->canonical;
my $backend = backend($node);
my $line = { item_id => 'i', name => 'n', quantity => 1, unit_amount => 2 };

sub order { return { customer_id => 'c', currency_id => 'USD', line_items => [$line], @_ } }
sub quoted { return q{'} . ($json->encode($_[0]) =~ s/'/''/gr) . q{'} }
# What a statement says, and that it does not fail
sub told
{
	my ($statement, $name) = @_;
	my (undef, $told) = ask($backend, $statement);

	unlike($told, qr/ERROR/, "$name: it is no error");
	return $told;
}
sub create { return told('SELECT rootfi_create_order(1089, ' . quoted($_[0]) . ')', $_[1]) }
sub one { my ($told, $name) = @_; is(() = $told =~ /WARNING/g, 1, "$name: one warning"); return }

# Members of an order, on each level.
$sandbox->forget;
my $told = create(order(shiping_amount => 5, stauts => 'pending', status => 'pending'), 'two names');
one($told, 'two names');
like($told, qr/^WARNING:  2 names are not in the documents of the API, but are like ones that are$/m, 'it counts them');
like($told, qr/^(DETAIL:  )?data\[0\]\.shiping_amount: Perhaps you mean "shipping_amount"\.$/m, 'and names the place and the name that is meant');
like($told, qr/^(DETAIL:  )?data\[0\]\.stauts: Perhaps you mean "status"\.$/m, 'of each');
my ($sent) = grep { $_->{method} eq 'POST' } $sandbox->requests;
is_deeply($json->decode($sent->{body}), { company_id => 1089, data => [ order(shiping_amount => 5, stauts => 'pending', status => 'pending') ] }, 'they are sent as they are');
my ($id) = ask($backend, 'SELECT max(rootfi_id) FROM rootfi_list_orders(1089)');
$told = told("SELECT rootfi_update_order('$id', '{\"stauts\": \"completed\"}')", 'an update');
like($told, qr/WARNING:  1 name is not .*data\[0\]\.stauts: Perhaps you mean "status"\./s, 'an update warns too');
foreach my $case (
	[ { line_items => [ $line, { %$line, quantitty => 1, unit_amout => 2 } ] }, 'data[0].line_items[1].quantitty' => 'quantity', 'data[0].line_items[1].unit_amout' => 'unit_amount' ],
	[ { addresses => [ { citty => 'x' }, { postal_cod => 'y', 'Country' => 'z' } ] }, 'data[0].addresses[0].citty' => 'city', 'data[0].addresses[1].postal_cod' => 'postal_code', 'data[0].addresses[1].Country' => 'country' ],
	[ { shipping_address => { stret => 'x' }, billing_adress => {} }, 'data[0].shipping_address.stret' => 'street', 'data[0].billing_adress' => 'billing_address' ],
	[ { fulfillments => [ { line_items => [ { quantiy => 1 } ], weihgt => 2 } ] }, 'data[0].fulfillments[0].line_items[0].quantiy' => 'quantity', 'data[0].fulfillments[0].weihgt' => 'weight' ],
	[ { transactions => [ { aomunt => 1, ytpe => 'x' } ] }, 'data[0].transactions[0].aomunt' => 'amount', 'data[0].transactions[0].ytpe' => 'type' ],
	[ { orderNumber => 'x', 'total-amount' => 1, 'STATUS' => 'x', line_itmes => [], shiping_amunt => 1, FulfilmentStatus => 'x', totl_dicount => 1 }, 'data[0].shiping_amunt' => 'shipping_amount', 'data[0].FulfilmentStatus' => 'fulfillment_status', 'data[0].totl_dicount' => 'total_discount', 'data[0].orderNumber' => 'order_number', 'data[0].total-amount' => 'total_amount', 'data[0].STATUS' => 'status', 'data[0].line_itmes' => 'line_items' ])
{
	my ($members, %meant) = @$case;

	$told = told("SELECT * FROM rootfi_validate('ecommerce/orders', 'create', " . quoted(order(%$members)) . ')', join ' ', sort keys %meant);
	one($told, 'on each level');
	like($told, qr/^(?:DETAIL:  )?\Q$_: Perhaps you mean "$meant{$_}".\E$/m, "$_: $meant{$_}") foreach sort keys %meant;
	is(() = $told =~ /Perhaps/g, scalar keys %meant, 'and of no other');
}

# What is like none: nobody's business.
my @silent = (
	order(), order(note => 1, notes => 1, tags => [], metadata => { stauts => 1 }, priority => 1, state => 'x', customer => {}, due_date => 'x', memo => 'x', reference => 'x', channel => 'x', x => 1, a => 1, id => 5, gift => JSON::PP::true, company_id => 1089, rate => 1, date => 1, title => 1),
	order(status_2 => 1, shipping_amount2 => 1, addresses3 => []), order(contact_id => 'c', tax_amount => 1, order_status => 'x', raw_data => { stauts => 1 }, platform_id => 'x', rootfi_updated_at => 'y'),
	order(line_items => [ { %$line, note => 'x', custom => { quantitty => 1 } } ], shipping_address => { zip => 1, line1 => 'x', street2 => 'x', name => 'y' }),
	order(('stauts' x 20) => 1, "\x{e9}t\x{e9}" => 1, "\x{1f4a9}" => 2, '' => 3));
foreach my $i (0 .. $#silent)
{
	is(create($silent[$i], "order $i"), '', 'what is like no name passes in silence');
}

# Once in a statement, however many there are.
$told = told("SELECT rootfi_create_order(1089, jsonb_agg(" . quoted(order(stauts => 'x')) . "::jsonb), run_async => true) FROM generate_series(1, 1000)", 'a thousand orders');
one($told, 'a thousand orders');
like($told, qr/^WARNING:  1000 names are .*\nDETAIL:  data\[0\]\.stauts: Perhaps you mean "status"\. It is there 1000 times\.$/m, 'they are counted');
$told = told("SELECT count(rootfi_create_order(1089, " . quoted(order(stauts => 'x')) . "::jsonb || jsonb_build_object('n', n))) FROM generate_series(1, 50) AS n", 'fifty calls');
one($told, 'fifty calls');
like(told('SELECT rootfi_create_order(1089, ' . quoted(order(stauts => 'x')) . ')', 'the next statement'), qr/WARNING/, 'the next statement warns again');
my %many = map { ("statu$_" => 1) } grep { $_ ne 's' } 'a' .. 'z';
$told = create(order(%many), 'many names');
one($told, 'many names');
is(() = $told =~ /Perhaps/g, 10, 'ten are named');
like($told, qr/WARNING:  25 names.*There are more such names\./s, 'and the others counted');
like(told("SELECT length(rootfi_create_order(1089, jsonb_build_array(" . quoted(order(stauts => 1)) . "::jsonb || (SELECT jsonb_object_agg('member_' || n || md5(n::text), n) FROM generate_series(1, 20000) AS n)))::text)", 'twenty thousand names'),
	qr/\AWARNING.*data\[0\]\.stauts: Perhaps/s, 'among many names that are like none it is found');

# Names that lists are asked by.
foreach my $case (
	[ q{rootfi_list_orders(1089, filter => '{"stauts": "pending"}')}, 'filter.stauts', 'status' ],
	[ q{rootfi_list_orders(1089, filter => '{"totl_amount": {"gte": 5}}')}, 'filter.totl_amount', 'total_amount' ],
	[ q{rootfi_list_orders(1089, sort => ARRAY['rootfi_updated_ta DESC'])}, 'sort.rootfi_updated_ta', 'rootfi_updated_at' ],
	[ q{rootfi_list_orders(1089, select_fields => ARRAY['rootfi_id', 'raw_dat'])}, 'select_fields.raw_dat', 'raw_data' ],
	[ q{rootfi_list_orders(1089, expand => ARRAY['line_item'])}, 'expand.line_item', 'line_items' ],
	[ q{rootfi_list('payments/invoices', 1089, filter => '{"due_dat": "2024-01-01"}')}, 'filter.due_dat', 'due_date' ],
	[ q{rootfi_rows('payments/items', 1089, filter => '{"curency_id": "USD"}') AS (rootfi_id bigint)}, 'filter.curency_id', 'currency_id' ],
	[ q{rootfi_count('ecommerce/orders', 1089, filter => '{"stauts": "pending"}')}, 'filter.stauts', 'status' ])
{
	my ($call, $name, $meant) = @$case;

	(undef, $told) = ask($backend, "SELECT count(*) FROM $call");
	like($told, qr/WARNING:  1 name .*\nDETAIL:  \Q$name: Perhaps you mean "$meant".\E$/m, $call);
}
is(told(q{SELECT count(*) FROM rootfi_list_orders(1089, filter => '{"status": "pending", "contact_id": "c"}', sort => ARRAY['rootfi_id', 'order_number DESC'], select_fields => ARRAY['raw_data'], expand => '{}')}, 'known names'), '', 'names that are known, or like none, pass in silence');
$told = told(q{SELECT count(*) FROM generate_series(1, 20), LATERAL rootfi_list_orders(1089 + 0 * generate_series, filter => '{"stauts": "pending"}')}, 'twenty lists');
one($told, 'twenty lists');

# Any resource: each column of its rows, with a letter too few.
my ($types) = ask($backend, q{
	SELECT r.resource, string_agg(a.attname, ' ') FROM rootfi_resources() AS r JOIN pg_class AS c ON c.relname = r.row_type JOIN pg_attribute AS a ON a.attrelid = c.oid
	WHERE a.attnum > 0 AND a.attname <> 'extra' AND length(a.attname) > 3 AND 'update' = ANY (r.documented || r.implied) GROUP BY r.resource ORDER BY 1});
cmp_ok(() = $types =~ /\|/g, '>', 10, 'there are many resources');
foreach (split /\n/, $types)
{
	my ($resource, $columns) = split /\|/;
	my %left = map { (substr($_, 0, 2) . substr($_, 3) => $_) } split / /, $columns;
	my @missed = grep { (ask($backend, "SELECT * FROM rootfi_validate('$resource', 'update', '{\"$_\": null}')"))[1] !~ /Perhaps you mean "\w+"/ } sort keys %left;

	is("@missed", '', "$resource: all are found");
}
foreach my $call (
	q{rootfi_create('payments/contacts', 1089, '{"name": "n", "tax_numer": "x"}')}, q{rootfi_create_contact(1089, '{"name": "n", "phoen": "x"}')}, q{rootfi_create_payment_item(1089, '{"name": "n", "price": 1, "currency_id": "USD", "variants": [{"name": "v", "pirce": 1}]}')},
	q{rootfi_create_webhook('{"name": "n", "url": "https://x", "operation": []}')}, q{rootfi_create_product(1089, '{"name": "n", "anme": "x"}')})
{
	like(told("SELECT $call", $call), qr/WARNING:  1 name .*Perhaps you mean "/s, 'and warned of');
}
is(told(q{SELECT count(*) FROM rootfi_validate('v3/accounting/invoices', 'create', '{"stauts": 1, "anme": 2}')}, 'a resource that is not in the catalog'), '', 'nothing is known of, nothing is said');

# What is refused is refused as before, and a role needs no more than EXECUTE.
(undef, $told) = ask($backend, q{SELECT rootfi_create_order(1089, '{"custmer_id": "c", "stauts": "x"}')});
like($told, qr/ERROR:  cannot create order: the data has 3 problems/, 'what is refused is an error');
unlike($told, qr/WARNING/, 'and no warning');
$node->safe_psql('postgres', q{CREATE ROLE app LOGIN; GRANT USAGE ON FOREIGN SERVER rootfi TO app; GRANT EXECUTE ON FUNCTION rootfi_create_order TO app});
map_user($node, $sandbox->key, 'app');
$told = told('SET ROLE app; SELECT rootfi_create_order(1089, ' . quoted(order(stauts => 'x')) . '); RESET ROLE', 'another role');
like($told, qr/Perhaps you mean "status"\./, 'another role is warned');
leave($backend);

done_testing();
