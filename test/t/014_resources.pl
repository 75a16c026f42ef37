# Every verb of every resource sends what the documents of the API show. The
# table here is written from them, not from the catalog.

use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair();
my $json = JSON::PP->new->canonical->allow_nonref;

# What a create and an update are given.
my $line = { description => 'd', quantity => 1, unit_amount => 2 };
my $order = { customer_id => 'c', currency_id => 'USD', line_items => [$line] };
my $payment_order = { contact_id => '1', currency_id => 'USD', line_items => [$line] };
my $named = { name => 'N' };
my $status = { status => 'active' };

# name, plural, path, verbs, shape of bodies, data of a create and an update
my @resources = (
	[ 'order', 'orders', '/v4/ecommerce/orders', 'create get update delete list', 'data', $order, { status => 'pending' } ],
	[ 'item', 'items', '/v4/ecommerce/items', 'create get update delete list', 'data', $named, $status ],
	[ 'product', undef, '/v4/ecommerce/products', 'create', 'data', $named ],
	[ 'fulfillment', 'fulfillments', '/v4/ecommerce/fulfillments', 'create get update list', 'data',
		{ order_id => 'ord_123456', line_items => [ { line_item_id => '1', quantity => 1 } ] }, { status => 'delivered' } ],
	[ 'transaction', 'transactions', '/v4/ecommerce/transactions', 'create get list', 'data',
		{ type => 'PAYMENT', order_id => 'ord_123456', amount => 1, currency_id => 'USD', contact_id => 'c' } ],
	[ 'inventory', 'inventories', '/v4/ecommerce/inventories', 'create get update list', 'data', { item_id => '1', quantity => 1 }, { quantity => 2 } ],
	[ 'contact', 'contacts', '/v4/ecommerce/contacts', 'create get update delete list', 'data', $named, $status ],
	[ 'balance', 'balances', '/v4/ecommerce/balances', 'list' ],
	[ 'company_info', 'company_infos', '/v4/ecommerce/company_info', 'list' ],
	[ 'customer', 'customers', '/v3/ecommerce/customers', 'create list', 'data', $named ],
	[ 'v3_order', 'v3_orders', '/v3/ecommerce/orders', 'list' ],
	[ 'v3_product', 'v3_products', '/v3/ecommerce/products', 'create list', 'data', $named ],
	[ 'v3_transaction', 'v3_transactions', '/v3/ecommerce/transactions', 'list' ],
	[ 'v3_fulfillment', 'v3_fulfillments', '/v3/ecommerce/fulfillments', 'list' ],
	[ 'v3_inventory', 'v3_inventories', '/v3/ecommerce/inventories', 'list' ],
	[ 'v3_balance', 'v3_balances', '/v3/ecommerce/balances', 'list' ],
	[ 'v3_company_info', 'v3_company_infos', '/v3/ecommerce/company_info', 'list' ],
	[ 'payment_contact', 'payment_contacts', '/v4/payments/contacts', 'create get update delete list', 'bare', $named, { status => 'ACTIVE' } ],
	[ 'payment_order', 'payment_orders', '/v4/payments/orders', 'create get update delete list', 'bare', $payment_order, { status => 'PENDING' } ],
	[ 'invoice', 'invoices', '/v4/payments/invoices', 'create get update delete list', 'bare', { contact_id => '1', currency_id => 'USD' }, { memo => 'm' } ],
	[ 'payment_item', 'payment_items', '/v4/payments/items', 'create get update delete list', 'bare', { name => 'N', price => 1, currency_id => 'USD' }, { status => 'ACTIVE' } ],
	[ 'subscription', 'subscriptions', '/v4/payments/subscriptions', 'create get update delete list', 'bare',
		{ contact_id => '1', currency_id => 'USD', amount => 1, interval => 'MONTH' }, { status => 'PAUSED' } ],
	[ 'payment_transaction', 'payment_transactions', '/v4/payments/transactions', 'create get list', 'bare',
		{ contact_id => '1', currency_id => 'USD', amount => 1, type => 'PAYMENT' } ],
	[ 'dispute', 'disputes', '/v4/payments/disputes', 'list' ],
	[ 'payout', 'payouts', '/v4/payments/payouts', 'list' ],
	[ 'company', 'companies', '/v3/core/companies', 'get update list', 'plain', undef, $named ],
	[ 'invite_link', 'invite_links', '/v3/core/invite_links', 'create get update delete list', 'plain',
		{ integration_categories => ['ECOMMERCE'] }, { company_name => 'N', integration_categories => ['ECOMMERCE'] } ],
	[ 'sync', 'syncs', '/v3/core/syncs', 'get list' ],
	[ 'webhook', 'webhooks', '/v3/core/webhooks', 'create get update delete list', 'webhook',
		{ name => 'w', url => 'https://example.com', type => 'SYNC_COMPLETED' }, { name => 'x' } ],
);

my %methods = (create => 'POST', get => 'GET', update => 'PUT', delete => 'DELETE', list => 'GET');

# The body that the documents show around the data.
sub body
{
	my ($shape, $verb, $data) = @_;

	return undef if !$data;
	return $verb eq 'create' ? { company_id => 1089, data => [$data] } : { data => [$data] } if $shape eq 'data';
	return $verb eq 'create' ? { company_id => 1089, %$data } : $data if $shape eq 'bare';
	return { webhook => $data } if $shape eq 'webhook' && $verb eq 'create';
	return $data;
}

# A literal for SQL.
sub literal
{
	my ($data) = @_;
	return "'" . ($json->encode($data) =~ s/'/''/gr) . "'";
}

# Calls a function; gives its output, and the only request that it made.
sub call
{
	my ($statement) = @_;

	$sandbox->forget;
	my ($status, $output, $error) = $node->psql('postgres', "SELECT $statement");
	is($error, '', "$statement succeeds");
	my @requests = $sandbox->requests;
	is(scalar @requests, 1, 'with one request');
	return ($output, $requests[0]);
}

foreach my $resource (@resources)
{
	my ($name, $names, $path, $verbs, $shape, $create, $update) = @$resource;
	my %has = map { $_ => 1 } split ' ', $verbs;
	my $id;

	# the id of a record to get, change and delete
	if ($has{create})
	{
		my $company = $shape eq 'data' || $shape eq 'bare' ? '1089, ' : '';
		my ($output, $request) = call("rootfi_create_$name($company" . literal($create) . ')');
		is("$request->{method} $request->{target}", "POST $path", "$name: a create is a POST to the collection");
		is_deeply($json->decode($request->{body}), body($shape, 'create', $create), 'with the body that is documented');
		my $answer = $json->decode($output);
		$answer = $answer->{data} // $answer;
		$answer = $answer->[0] if ref $answer eq 'ARRAY';
		$id = $answer->{rootfi_id} // $answer->{id};
		ok(defined $id, 'and the answer has the id');
	}
	if ($has{list})
	{
		my ($output, $request) = call("count(*) FROM rootfi_list_$names(max_rows => 2)");
		like("$request->{method} $request->{target}", qr/^GET \Q$path\E\?limit=2(&expand=[a-z_%2C]+)?$/, "$name: a list is a GET of the collection");
		cmp_ok($output, '<=', 2, 'that gives rows');
		my $column = $name eq 'webhook' ? 'id' : $name eq 'sync' ? 'sync_id' : 'rootfi_id';
		$id //= $node->safe_psql('postgres', "SELECT $column FROM rootfi_list_$names(max_rows => 1)");
	}
	foreach my $verb (grep { $has{$_} } qw(get update delete))
	{
		my $key = $name eq 'company' ? $id : "'$id'";
		my $data = $verb eq 'update' ? ', ' . literal($update) : '';
		my ($output, $request) = call("rootfi_${verb}_$name($key$data)");
		is("$request->{method} $request->{target}", "$methods{$verb} $path/$id", "$name: a $verb names the record");
		is_deeply($request->{body} ? $json->decode($request->{body}) : undef,
			$verb eq 'update' ? body($shape, 'update', $update) : undef, 'with the body that is documented');
	}
	foreach my $verb (grep { !$has{$_} } qw(create get update delete))
	{
		is($node->safe_psql('postgres', "SELECT count(*) FROM pg_proc WHERE proname = 'rootfi_${verb}_$name'"),
			0, "$name: there is no $verb, which no document shows");
	}
}

# The catalog says the same.
my %catalog = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q{
	SELECT path, (SELECT string_agg(v, ' ' ORDER BY v) FROM unnest(documented || implied) AS v) FROM rootfi_resources()});
my %facts = map { $_->[2] => join(' ', sort split ' ', $_->[3]) } @resources;
# these have functions of other names
$facts{'/v3/core/syncs'} = 'create get list';
$facts{'/v3/core/syncs/{id}/jobs'} = 'list';
$facts{'/v3/core/syncs/jobs'} = 'get';
is_deeply(\%catalog, \%facts, 'the catalog has the resources and verbs of the documents');

# What the core has besides
my ($output, $request) = call(q{rootfi_start_sync(1089, 'SHOPIFY', '{ECOMMERCE_ORDERS,ECOMMERCE_CUSTOMERS}', true)});
is("$request->{method} $request->{target}", 'POST /v3/core/syncs', 'a sync is started by a POST');
is_deeply($json->decode($request->{body}),
	{ company_id => 1089, integration_type => 'SHOPIFY', full_sync => JSON::PP::true, data_models_to_sync => [ 'ECOMMERCE_ORDERS', 'ECOMMERCE_CUSTOMERS' ] },
	'with the models to read');
my $sync_id = $json->decode($output)->{data}{sync_id};
my $ended = $json->decode($node->safe_psql('postgres', "SELECT rootfi_wait_sync('$sync_id')"));
is($ended->{state}{status}, 'SUCCESS', 'rootfi_wait_sync waits until it is over');
is(scalar @{ $ended->{jobs} }, 2, 'and tells what became of each model');
my $job = $node->safe_psql('postgres', "SELECT min(rootfi_id) FROM rootfi_list_sync_jobs('$sync_id')");
is($node->safe_psql('postgres', "SELECT rootfi_get_sync_job('$job') #>> '{data,sync_id}'"), $sync_id, 'jobs are listed and read');
(undef, $request) = call(q{rootfi_get_sync_config('ECOMMERCE') -> 'sync_config' IS NOT NULL});
is($request->{target}, '/v3/core/syncs/config?category=ECOMMERCE', 'the sync configuration is read by category');
(undef, $request) = call(q{rootfi_passthrough(1089, 'GET', '/orders.json', params => '{"limit": 5}') -> 'data' IS NOT NULL});
is_deeply([ $request->{target}, $json->decode($request->{body}) ],
	[ '/v3/core/passthrough', { company_id => 1089, data => { method => 'GET', path => '/orders.json', params => { limit => 5 } } } ],
	'a passthrough wraps a request for the platform');
is($node->safe_psql('postgres', 'SELECT count(*) > 0, count(DISTINCT sync_id) = count(*) FROM rootfi_list_syncs(page_size => 1)'), 't|t',
	'cursors that are URLs are followed on the same server (C21)');

# An asynchronous write, and what became of each object
my $async = $json->decode($node->safe_psql('postgres', q{
	SELECT rootfi_wait_sync(rootfi_create_customer(1089, '[{"name": "A"}, {"name": "B"}]', run_async => true) ->> 'sync_id')}));
is("$async->{state}{success_count} $async->{state}{failed_count}", '2 0', 'an asynchronous write can be waited for');
my $many = $node->safe_psql('postgres', q{
	SELECT w #>> '{state,success_count}', jsonb_array_length(w -> 'jobs')
	FROM rootfi_wait_sync(rootfi_create_customer(1089, (SELECT jsonb_agg(jsonb_build_object('name', 'N' || n)) FROM generate_series(1, 1200) AS n), true) ->> 'sync_id') AS w});
is($many, '1200|1200', 'of however many objects');
is(sqlstate_of($node, q{SELECT rootfi_wait_sync('none')}), 'P0002', 'a sync that does not exist is an error');
$sandbox->fault(
	{ status => 200, times => -1, path => '/v3/core/syncs/slow/jobs', body => { data => [] } },
	{ status => 200, times => -1, path => '/v3/core/syncs/slow', body => { data => { sync_id => 'slow', status => 'RUNNING', running_count => 1 } } });
(undef, my $state, my $warning) = $node->psql('postgres', q{SELECT rootfi_wait_sync('slow', '700ms') #>> '{state,status}'});
is($state, 'RUNNING', 'after the time-out its last state is returned');
like($warning, qr/WARNING:  sync "slow" is not over yet/, 'with a warning');
$sandbox->clear_faults;
$sandbox->fault(
	{ status => 200, path => '/v3/core/syncs/odd/jobs', body => { data => [] } },
	{ status => 200, path => '/v3/core/syncs/odd', body => { data => { sync_id => 'odd', status => 'SUCCESS', running_count => 1e30, pending_count => 0.5 } } });
is($node->safe_psql('postgres', q{SELECT rootfi_wait_sync('odd', '700ms') #>> '{state,status}'}), 'SUCCESS', 'what is no count does not matter');

# Options, plain filters and several operators
(undef, $request) = call(q{rootfi_delete_subscription('157', cancel_at_period_end => false, prorate => true)});
is($request->{target}, '/v4/payments/subscriptions/157?prorate=true&cancel_at_period_end=false', 'a subscription is cancelled with options');
(undef, $request) = call(q{count(*) FROM rootfi_list_payment_transactions(filter => '{"type": "PAYMENT", "invoice_id": "5", "amount": {"gte": 1}}', max_rows => 1)});
is($request->{target}, '/v4/payments/transactions?limit=1&type=PAYMENT&amount[gte]=1&invoice_id=5', 'some filters take no operator');
is(sqlstate_of($node, q{SELECT * FROM rootfi_list_transactions(filter => '{"type": {"eq": "PAYMENT"}}')}), '22023', 'and are an error with one');
is(sqlstate_of($node, q{SELECT rootfi_create('v3/core/webhooks', 1089, '{}')}), '22023', 'a webhook belongs to no company');

# What has no catalog row works by its path.
is($node->safe_psql('postgres', q{SELECT count(*) > 0 FROM rootfi_rows('v3/accounting/invoices', 1089) AS (rootfi_id bigint, extra jsonb)}), 't',
	'accounting is read with columns of the caller');

$sandbox->stop;
done_testing();
