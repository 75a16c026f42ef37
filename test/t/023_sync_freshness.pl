# There are two clocks: when we copied last what RootFi has, and when RootFi
# read last what the platform has.  rootfi_freshness() reads both, and
# rootfi_sync(remote => true) winds both.

use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $orders = 'ECOMMERCE_ORDERS';
my $customers = 'ECOMMERCE_CUSTOMERS';
my ($node, $sandbox) = start_pair(
	sandbox => { orders => 20 }, server => { max_retries => 0 });

# Runs a script; gives what it printed, and what it said with SQLSTATEs.
sub run_sql
{
	my ($script) = @_;
	my ($status, $output, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\n$script");
	return ($output, $error);
}

sub query { return $node->safe_psql('postgres', $_[0]) }

# The health of the only stream, or of that of a resource
sub health
{
	my ($resource) = @_;

	return query('SELECT health FROM rootfi_freshness()' . ($resource ? " WHERE resource = '$resource'" : ''));
}

# Brings the sandbox back to its start, where RootFi has never read anything,
# and then has it read as it is told: status and data models.
sub remote
{
	my (@syncs) = @_;

	$sandbox->reset;
	$sandbox->connection($_, { last_synced => undef }) foreach 1089, 1090;
	remote_sync($_) foreach @syncs;
	return;
}

sub remote_sync
{
	my ($sync) = @_;

	return $sandbox->remote_sync($sync->{company_id} // 1089, { data_models => [ $orders, $customers ], %$sync });
}

# A time of ours, so many days ago, as RootFi writes it
sub days_ago
{
	my ($days) = @_;
	my @time = gmtime(time - 86400 * $days);

	return sprintf '%04d-%02d-%02dT%02d:%02d:%02d.000Z', $time[5] + 1900, $time[4] + 1, @time[3, 2, 1, 0];
}

# How many requests a statement takes
sub requests_of
{
	my ($statement) = @_;

	$sandbox->forget;
	query($statement);
	return map { $_->{target} =~ s/\?.*//r } $sandbox->requests;
}

#
# What there is to say of one stream
#
is_deeply([ requests_of('SELECT count(*) FROM rootfi_freshness()') ], [], 'without streams nothing is asked');
query(q{SELECT rootfi_add_stream('ecommerce/orders', 1089)});
remote({ status => 'SUCCESS' });
is(health(), 'never copied', 'a new stream is never copied');
query('CALL rootfi_sync()');
is(health(), 'healthy', 'it is healthy when it was copied and RootFi has read');

$sandbox->fault({ path => '/v4/ecommerce/orders', status => 403, body => '{}' });
like((run_sql(q{CALL rootfi_sync('ecommerce/orders')}))[1], qr/ERROR: +42501/, 'a run fails');
is(health(), 'failing', 'the stream is failing');
query(q{CALL rootfi_sync('ecommerce/orders')});
is(health(), 'healthy', 'and healthy after a run that went well');

query('UPDATE rootfi_stream SET enabled = false');
is(health(), 'disabled', 'a stream that is not run is disabled');
query('UPDATE rootfi_stream SET enabled = true');

remote();
is(health(), 'remote unknown', 'of a company that RootFi has never read nothing is known');
$sandbox->connection(1089, { last_synced => days_ago(0.5) });
is(query(q{SELECT health, remote_lag BETWEEN '11:59' AND '12:01', remote_status IS NULL FROM rootfi_freshness()}), 'healthy|t|t',
	'without syncs the clock of the connection counts');
is(query(q{SELECT health FROM rootfi_freshness(max_lag => '11 hours')}), 'remote late', 'and may be late');
remote_sync({ data_models => [$customers], status => 'SUCCESS' });
is(query(q{SELECT health, remote_lag > '11:59' FROM rootfi_freshness()}), 'healthy|t', 'a sync of another data model is not one of the stream');

my $ended = days_ago(2);
remote({ status => 'SUCCESS', start_time => days_ago(3), end_time => $ended });
is(query(qq{SELECT health, remote_synced_at = '$ended', remote_status, connection_status FROM rootfi_freshness()}), 'remote late|t|SUCCESS|HEALTHY',
	'RootFi is late when its last sync ended long ago');
is(query(q{SELECT health, copy_lag < '1 minute', remote_lag BETWEEN '2 days' AND '2 days 1 minute' FROM rootfi_freshness(max_lag => '3 days')}), 'healthy|t|t',
	'how long ago that may be is an argument');
is(query(q{SELECT f.copied_at = s.completed_at, f.stream_id = s.stream_id, f.resource, f.company_id FROM rootfi_freshness() AS f, rootfi_stream AS s}), 't|t|ecommerce/orders|1089',
	'the other clock is that of the last complete run');
remote({ status => 'SUCCESS' });
sleep 2;
is(query(q{SELECT health FROM rootfi_freshness(max_lag => '1 second')}), 'late', 'we are late when our last run is that long ago');
is(query(q{SELECT count(*) FROM rootfi_freshness(1090)}), '0', 'other companies can be left out');
is(query(q{SELECT count(*) FROM rootfi_freshness(1089)}), '1', 'or one can be asked for');
is(query(q{SET rootfi.server = 'another'; SELECT count(*) FROM rootfi_freshness()}), '0', 'streams of another server are not shown');

#
# Connections
#
foreach my $status ('DISCONNECTED', 'EXPIRED', undef)
{
	remote({ status => 'SUCCESS' });
	$sandbox->connection(1089, { connection_status => $status });
	is(health(), 'not connected', 'a connection that is ' . ($status // 'null') . ' is not healthy');
}

# A company with connections of several categories
sub company
{
	my (@connections) = @_;
	my $times = @connections && ref $connections[0] ? 1 : shift @connections;

	$sandbox->fault({ path => '/v3/core/companies/1089', status => 200, times => $times // 1, body => { data => { rootfi_id => 1089, connections => \@connections } } });
	return;
}

sub connected
{
	my ($category, $type, $status, $last_synced) = @_;

	return { category => $category, integration_type => $type, connection_status => $status, last_synced => $last_synced };
}

remote({ status => 'SUCCESS' });
company(connected('ACCOUNTING', 'XERO', 'EXPIRED'), connected('ECOMMERCE', 'SHOPIFY', 'HEALTHY'));
is(health(), 'healthy', 'the connection of the category of the stream counts');
company(connected('ACCOUNTING', 'XERO', 'HEALTHY'), connected('ECOMMERCE', 'SHOPIFY', 'EXPIRED'));
is(health(), 'not connected', 'and no other');
company(connected('ECOMMERCE', 'SHOPIFY', 'HEALTHY'), connected('ECOMMERCE', 'WOO_COMMERCE', 'EXPIRED'));
is(health(), 'not connected', 'each of the category has to be healthy');
company(connected('ECOMMERCE', 'SHOPIFY', 'HEALTHY'), connected('ECOMMERCE', 'WOO_COMMERCE', undef));
is(health(), 'not connected', 'and known to be');
company(connected('ACCOUNTING', 'XERO', 'HEALTHY'));
is(health(), 'healthy', 'where there is none of the category, others count');
company(1);
is(health(), 'not connected', 'a company without connections is not connected');
remote();
company(connected('ACCOUNTING', 'XERO', 'HEALTHY', days_ago(0)), connected('ECOMMERCE', 'SHOPIFY', 'HEALTHY', days_ago(3)));
is(health(), 'remote late', 'the clock is that of the connection of the category, too');

#
# How RootFi's syncs ended
#
remote({ status => 'FAILED' });
$sandbox->connection(1089, { last_synced => days_ago(0) });
is(query('SELECT health, remote_status, remote_synced_at IS NULL FROM rootfi_freshness()'), 'remote failed|FAILED|t', 'a failed sync is no clock');
remote({ status => 'SUCCESS', end_time => days_ago(0.2) }, { status => 'FAILED' });
is(query(q{SELECT health, remote_status, remote_lag > '4 hours' FROM rootfi_freshness()}), 'remote failed|FAILED|t', 'after a sync that failed RootFi has what the last good one read');
remote({ status => 'SUCCESS', end_time => days_ago(0.2) }, { status => 'PARTIAL_SUCCESS' });
is(query(q{SELECT health, remote_status, remote_lag > '4 hours' FROM rootfi_freshness()}), 'remote partial|PARTIAL_SUCCESS|t', 'so it is after one that went well in part');
foreach my $status ('FAILED', 'PARTIAL_SUCCESS')
{
	remote({ status => $status, end_time => days_ago(0.3) }, { status => 'SUCCESS', end_time => days_ago(0.2) });
	is(health(), 'healthy', "a later success mends $status");
	remote({ status => 'SUCCESS', end_time => days_ago(0.2) }, { status => $status, end_time => days_ago(0.3) });
	is(health(), 'healthy', "whatever the order of the list: $status was before");
	remote({ status => 'SUCCESS', end_time => days_ago(0.3) }, { status => $status, end_time => days_ago(0.2) }, { status => 'RUNNING' });
	is(query('SELECT remote_status FROM rootfi_freshness()'), $status, "a sync that runs does not hide $status");
	isnt(health(), 'healthy', 'which is not healthy');
}
remote({ status => 'SUCCESS', end_time => days_ago(0.2) }, { status => 'RUNNING' });
is(query('SELECT health, remote_status FROM rootfi_freshness()'), 'healthy|SUCCESS', 'nor a success');
remote({ status => 'RUNNING' });
is(health(), 'remote unknown', 'the outcome of the first one is not known while it runs');
remote({ status => 'SUCCESS', end_time => days_ago(0.2) }, { status => 'FAILED', data_models => [$customers] });
is(health(), 'healthy', 'the failure of another data model is not that of the stream');

# Only some statuses are documented, so counts have a say; a sync is an object
# of its last good answer but for some members.
sub listed
{
	my (@syncs) = @_;
	my %sync = (
		rootfi_company_id => 1089, config_mode => 'READ', sync_data_models => [$orders], status => 'SUCCESS',
		start_time => days_ago(0.2), end_time => days_ago(0.2), total_count => 2, success_count => 2, failed_count => 0, running_count => 0, pending_count => 0);

	$sandbox->fault({ path => '/v3/core/syncs', status => 200, body => { data => [ map { { %sync, %$_ } } @syncs ], next => undef } });
	return;
}

remote();
listed({});
is(health(), 'healthy', 'a sync without a failed job went well');
listed({ success_count => 1, failed_count => 1 });
is(health(), 'remote partial', 'one with a failed job did not, whatever its status');
listed({}, { status => 'RUNNING', start_time => days_ago(0), end_time => days_ago(0) });
is(health(), 'healthy', 'one that runs has not ended, whatever its end');
listed({ start_time => days_ago(0.3), end_time => days_ago(0.3) }, { status => 'FAILED', end_time => undef });
is(health(), 'remote failed', 'one that failed has, even without one');
listed({}, { status => 'FAILED', start_time => undef, end_time => days_ago(0.3) });
is(health(), 'healthy', 'one without a start began before it ended');
listed({ status => 'CANCELLED' });
is(health(), 'remote failed', 'a status that nobody knows is no success');
listed({ status => undef });
is(health(), 'remote unknown', 'nor is none');

# Writes are in the list of syncs, too.
my %order = (customer_id => 'c', currency_id => 'USD', line_items => [ { quantity => 1, unit_amount => 1 } ]);
my $json = JSON::PP->new->canonical;

sub write_orders
{
	my ($async, @orders) = @_;

	return $sandbox->call('POST', '/v4/ecommerce/orders', $json->encode({ company_id => 1089, data => \@orders, run_async => $async ? JSON::PP::true : JSON::PP::false }))->{status};
}

remote();
is(write_orders(1, \%order), 200, 'an order is written');
query(q{SELECT rootfi_get_sync(sync_id) FROM rootfi_list_syncs(1089), generate_series(1, 2)});
is(query(q{SELECT status, sync_data_models, end_time IS NOT NULL FROM rootfi_list_syncs(1089)}), qq(SUCCESS|["$orders"]|t), 'that is a sync of the data model that ended well');
is(health(), 'remote unknown', 'but not one that reads');
remote({ status => 'SUCCESS', end_time => days_ago(0.2) });
write_orders(1, {}, {});
query(q{SELECT rootfi_get_sync(sync_id) FROM rootfi_list_syncs(1089), generate_series(1, 2)});
is(query(q{SELECT count(*) FROM rootfi_list_syncs(1089) WHERE status = 'FAILED'}), '1', 'orders cannot be written');
is(health(), 'healthy', 'that is not a sync that failed to read');

# So many writes that the last sync that read is not in the list any more
remote({ status => 'FAILED', end_time => days_ago(0.2) });
$sandbox->connection(1089, { last_synced => days_ago(0) });
write_orders(0, \%order) for 1 .. 510;
is_deeply([ requests_of('SELECT count(*) FROM rootfi_freshness()') ], [ '/v3/core/companies/1089', '/v3/core/syncs' ], 'two requests tell of a company, however many syncs it has');
is(health(), 'remote unknown', 'what cannot be seen among them is not known');

#
# Several streams and companies
#
remote({ status => 'SUCCESS' });
query(q{SELECT rootfi_add_streams(1089); SELECT rootfi_add_stream('v3/core/companies')});
is_deeply([ requests_of('SELECT count(*) FROM rootfi_freshness()') ], [ '/v3/core/companies/1089', '/v3/core/syncs' ], 'all streams of a company take two requests');
query(q{DELETE FROM rootfi_stream WHERE resource <> 'v3/core/companies'; CALL rootfi_sync()});
is(query('SELECT health, remote_synced_at IS NULL FROM rootfi_freshness()'), 'healthy|t', 'the core has but one clock');
is_deeply([ requests_of('SELECT count(*) FROM rootfi_freshness()') ], [], 'that is ours');
query(q{DELETE FROM rootfi_stream; SELECT rootfi_add_stream('ecommerce/orders'); CALL rootfi_sync()});

remote({ status => 'SUCCESS', end_time => days_ago(0.1) }, { company_id => 1090, status => 'SUCCESS', end_time => days_ago(0.2) });
is(query(q{SELECT health, company_id IS NULL, remote_lag BETWEEN '4:47' AND '4:49' FROM rootfi_freshness()}), 'healthy|t|t', 'a stream of all companies is as stale as its stalest company');
is_deeply([ requests_of('SELECT count(*) FROM rootfi_freshness()') ], [ '/v3/core/companies', '/v3/core/syncs', '/v3/core/syncs' ], 'and takes one request for each of them, and one for the list');
query(q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'one')});
is(scalar(my @r = requests_of('SELECT count(*) FROM rootfi_freshness()')), 3, 'with streams of single companies there are not more');
query(q{DELETE FROM rootfi_stream WHERE company_id IS NULL; SELECT rootfi_add_stream('ecommerce/orders', 4242, 'unknown')});
is(query(q{SELECT string_agg(company_id || ' ' || health, ', ' ORDER BY company_id) FROM rootfi_freshness()}), '1089 never copied, 4242 never copied',
	'a company that RootFi does not know does not hide the others');
query('UPDATE rootfi_stream SET completed_at = now()');
is(query(q{SELECT string_agg(company_id || ' ' || health, ', ' ORDER BY company_id) FROM rootfi_freshness()}), '1089 healthy, 4242 not connected', 'it is not connected');
is_deeply([ requests_of('SELECT count(*) FROM rootfi_freshness()') ], [ '/v3/core/companies', '/v3/core/syncs' ], 'several companies are looked for by one request');
query(q{DELETE FROM rootfi_stream; SELECT rootfi_add_stream('ecommerce/orders'); CALL rootfi_sync()});
foreach my $bad (
	[ 'remote failed', sub { remote_sync({ company_id => 1090, status => 'FAILED' }) } ],
	[ 'remote partial', sub { remote_sync({ company_id => 1090, status => 'PARTIAL_SUCCESS' }) } ],
	[ 'not connected', sub { $sandbox->connection(1090, { connection_status => 'DISCONNECTED' }) } ],
	[ 'not connected', sub { $sandbox->connection(1090, { connection_status => undef }) } ],
	[ 'not connected', sub { $sandbox->fault({ path => '/v3/core/companies', status => 200, body => { data => [] } }) } ])
{
	my ($health, $break) = @$bad;

	remote({ status => 'SUCCESS' }, { company_id => 1090, status => 'SUCCESS' });
	is(health(), 'healthy', 'a stream of all companies is healthy');
	$break->();
	is(health(), $health, "it is $health when one of them is");
}
remote({ status => 'SUCCESS' });
is(health(), 'remote unknown', 'nor is it healthy when nothing is known of one');
remote({ status => 'SUCCESS' }, { company_id => 1090, status => 'SUCCESS', end_time => days_ago(2) });
is(health(), 'remote late', 'or when that one is late');

# Whose streams they are
query(q{
	CREATE ROLE reader LOGIN;
	GRANT USAGE ON FOREIGN SERVER rootfi TO reader;
	CREATE SCHEMA reader AUTHORIZATION reader});
map_user($node, $sandbox->key, 'reader');
is(query('SET ROLE reader; SELECT count(*) FROM rootfi_freshness()'), '0', 'a role does not get the streams of others');
query(q{SET ROLE reader; SELECT rootfi_add_stream('ecommerce/orders', 1089, 'reader')});
is(query(q{SET ROLE reader; SELECT string_agg(health, ', ') FROM rootfi_freshness()}), 'never copied', 'but its own');
query('GRANT pg_read_all_stats TO reader');
is(query('SET ROLE reader; SELECT count(*) FROM rootfi_freshness()'), '2', 'who may read all statistics gets all');
query('REVOKE pg_read_all_stats FROM reader');

#
# rootfi_sync(remote => true)
#
query(q{DELETE FROM rootfi_stream; SELECT rootfi_add_stream('ecommerce/orders', 1089)});
my $sync = q{CALL rootfi_sync('ecommerce/orders', 1089, remote => true)};

# What a statement asks for: method and path, without the id of a sync
sub steps
{
	my ($statement) = @_;
	my ($output, $error) = do { $sandbox->forget; run_sql($statement) };

	return ($error, map { "$_->{method} " . ($_->{target} =~ s/\?.*//r =~ s{/syncs/\w+}{/syncs/ID}r) } $sandbox->requests);
}

my @before = ('GET /v3/core/companies/1089', 'POST /v3/core/syncs');
my @poll = ('GET /v3/core/syncs/ID');
my @list = ('GET /v4/ecommerce/orders');

remote();
my ($error, @steps) = steps($sync);
is_deeply(\@steps, [ @before, @poll, @poll, @list ], 'a sync of RootFi is started once, polled until it is over, and only then the list is read');
my ($started) = grep { $_->{method} eq 'POST' } $sandbox->requests;
is_deeply($json->decode($started->{body}), { company_id => 1089, integration_type => 'ROOTFI_SANDBOX', full_sync => JSON::PP::false, data_models_to_sync => [$orders] },
	'it is asked for as the documents say');
is(query('SELECT health, remote_status FROM rootfi_freshness()'), 'healthy|SUCCESS', 'after that both clocks are well');
is(query('SELECT sync_type, full_sync, status FROM rootfi_list_syncs(1089)'), 'MANUAL|f|SUCCESS', 'RootFi has it among its syncs');
run_sql(q{CALL rootfi_sync(full_refresh => true, remote => true)});
is(query('SELECT string_agg(full_sync::text, $$ $$ ORDER BY rootfi_id) FROM rootfi_list_syncs(1089)'), 'false true', 'a full refresh lets RootFi read all');

# The connection that fits
query(q{SELECT rootfi_add_stream('payments/items', 1089)});
my @connections = map { connected(@$_, 'HEALTHY') } [ 'ACCOUNTING', 'XERO' ], [ 'ECOMMERCE', 'SHOPIFY' ], [ 'PAYMENTS', 'STRIPE' ];
foreach my $order ([ 0, 1, 2 ], [ 2, 1, 0 ])
{
	foreach my $case ([ 'ecommerce/orders', 'SHOPIFY', $orders ], [ 'payments/items', 'STRIPE', 'PAYMENT_ITEMS' ])
	{
		my ($resource, $type, $model) = @$case;

		company(@connections[@$order]);
		steps("CALL rootfi_sync('$resource', remote => true)");
		my ($post) = map { $json->decode($_->{body}) } grep { $_->{method} eq 'POST' } $sandbox->requests;
		is("$post->{integration_type} @{ $post->{data_models_to_sync} }", "$type $model", "$resource are read by the connection of their category");
	}
}
company($connections[0]);
steps($sync);
like((map { $_->{body} } grep { $_->{method} eq 'POST' } $sandbox->requests)[0], qr/"XERO"/, 'where there is none of the category, by another');
company(1);
($error, @steps) = steps($sync);
like($error, qr/ERROR: +55000: could not sync 1 of 1 stream.*company 1089 has no connection to a platform/s, 'without a connection there is nothing to read');
is_deeply(\@steps, [ $before[0] ], 'and nothing is started');
query(q{DELETE FROM rootfi_stream WHERE resource = 'payments/items'});

# How it can end
sub outcome
{
	my (%sync) = @_;

	$sandbox->fault({ method => 'GET', path => '/v3/core/syncs/', status => 200, body => { data => { sync_id => 'x', %sync } } });
	return steps($sync);
}

foreach my $case (
	[ { status => 'FAILED' }, 'FAILED' ],
	[ { status => 'SUCCESS', total_count => 1, failed_count => 1 }, 'SUCCESS.*1 of 1 jobs failed' ],
	[ { total_count => 2, failed_count => 2 }, '2 of 2 jobs failed' ])
{
	my ($state, $shown) = @$case;

	my $name = join ', ', map { "$_ $state->{$_}" } sort keys %$state;
	($error, @steps) = outcome(%$state);
	like($error, qr/ERROR: +58000: could not sync 1 of 1 stream.*sync "\w+" of company 1089 ended with .*$shown/s, "a sync that failed is the error of the stream: $name");
	is_deeply(\@steps, [ @before, @poll ], 'and nothing is read');
	is(query('SELECT state, error_sqlstate FROM rootfi_sync_status'), 'failing|58000', 'it is kept with the stream');
}
foreach my $state ({ status => 'PARTIAL_SUCCESS' }, { status => 'SUCCESS', total_count => 2, failed_count => 1 }, { total_count => 2, failed_count => 1 })
{
	my $name = join ', ', map { "$_ $state->{$_}" } sort keys %$state;
	($error, @steps) = outcome(%$state);
	like($error, qr/WARNING: +58000: sync "\w+" of company 1089 ended with /, "one that went well in part is a warning: $name");
	unlike($error, qr/ERROR/, 'and no error');
	is_deeply(\@steps, [ @before, @poll, @list ], 'what there is is read');
}
$sandbox->fault({ method => 'GET', path => '/v3/core/syncs/', status => 503, body => '' });
($error, @steps) = steps($sync);
like($error, qr/ERROR: +58000.*could not get sync "/s, 'a poll that fails is the error of the stream');
is_deeply(\@steps, [ @before, @poll ], 'nothing is read then');

# It is started once.
$sandbox->fault({ method => 'POST', path => '/v3/core/syncs', reset => 'before', effect => JSON::PP::true });
($error, @steps) = steps($sync);
like($error, qr/ERROR: +RF007.*could not confirm the request to start a sync of company 1089/s, 'when the answer is lost nobody knows whether it was started');
is_deeply(\@steps, \@before, 'so it is not started again');
$sandbox->fault({ method => 'POST', path => '/v3/core/syncs', status => 200, body => { data => {} } });
like((steps($sync))[0], qr/ERROR: +RFP01.*the answer has no "sync_id"/s, 'an answer without a sync_id is an error');

# Which streams it is for
query(q{SELECT rootfi_add_stream('ecommerce/orders', target_schema => 'all_of_them'); SELECT rootfi_add_stream('v3/core/companies')});
($error, @steps) = steps(q{CALL rootfi_sync('ecommerce/orders', remote => true)});
like($error, qr/ERROR: +22023: could not sync 1 of 2 streams.*cannot start a sync of all companies/s, 'it cannot be started for a stream of all companies');
is_deeply(\@steps, [ @before, @poll, @poll, @list ], 'but is for the other');
($error, @steps) = steps(q{CALL rootfi_sync('v3/core/companies', remote => true)});
is_deeply(\@steps, ['GET /v3/core/companies'], 'the core needs none');
query('DELETE FROM rootfi_stream WHERE company_id IS NULL');
query(q{SET ROLE reader; SELECT rootfi_add_stream('ecommerce/orders', 1089, 'reader')});
($error, @steps) = steps("SET ROLE reader; $sync");
like($error, qr/ERROR: +42501.*permission denied for function rootfi_start_sync/s, 'who may not start a sync cannot do it this way');
is_deeply(\@steps, [], 'nothing is sent');
query('GRANT EXECUTE ON FUNCTION rootfi_start_sync TO reader');
($error, @steps) = steps("SET ROLE reader; $sync");
is_deeply(\@steps, [ @before, @poll, @poll, @list ], 'with EXECUTE it can');
query(q{DELETE FROM rootfi_stream WHERE owner = 'reader'});

# Streams wait side by side.
query(q{SELECT rootfi_add_stream('ecommerce/items', 1089)});
my $running = { method => 'GET', path => '/v3/core/syncs/', status => 200, body => { data => { status => 'RUNNING' } } };
$sandbox->fault({ %$running, times => 4 });
$sandbox->forget;
run_sql(q{CALL rootfi_sync(company_id => 1089, remote => true)});
my @requests = map { $_->{method} eq 'POST' ? 'start' : $_->{target} =~ /syncs/ ? 'poll' : $_->{target} =~ /v4/ ? 'list' : () } $sandbox->requests;
like(join(' ', @requests), qr/^start start (?:poll ){6,8}list (?:poll ){0,2}list$/, 'two streams wait at the same time');
is(scalar(grep { $_ eq 'poll' } @requests), 8, 'each until its sync is over');
query(q{DELETE FROM rootfi_stream WHERE resource = 'ecommerce/items'});

# While it is waited for, nothing is held, and a cancel is felt at once.
my $waits = { delay_ms => 30000 };
foreach my $wait (
	[ 'company', { %$waits, path => '/v3/core/companies' } ],
	[ 'start', { %$waits, method => 'POST', path => '/v3/core/syncs' } ],
	[ 'poll', { %$waits, method => 'GET', path => '/v3/core/syncs/' } ],
	[ 'pause', { %$running, times => -1 } ])
{
	my ($name, $fault) = @$wait;

	remote();
	$sandbox->fault($fault);
	my $session = session($node, $name, "\\set VERBOSITY sqlstate\n$sync;\nSELECT 'goes on';");
	my $pid = wait_until_waiting($node, $name);
	$node->poll_query_until('postgres', q{SELECT state = 'running' FROM rootfi_sync_status}) or die 'the stream never ran';
	is(query("SELECT backend_xid IS NULL, backend_xmin IS NULL FROM pg_stat_activity WHERE pid = $pid"), 't|t', "no transaction and no snapshot is held while waiting for the $name");
	is((run_sql(q{SET lock_timeout = '1s'; UPDATE rootfi_stream SET min_interval = min_interval}))[1], '', 'nor is the row of the stream locked');
	is(query(q{SELECT r.state FROM rootfi_stream JOIN rootfi_run AS r USING (run_id)}), 'running', 'the log shows the run');
	my $at = query("WITH t AS MATERIALIZED (SELECT clock_timestamp() AS at) SELECT at FROM t, pg_cancel_backend($pid)");
	is(finish($session), 'goes on', "after a cancel while waiting for the $name the session goes on");
	like($session->{error}, qr/57014/, 'its statement was cancelled');
	my $ms = query("SELECT round(extract(epoch FROM clock_timestamp() - '$at') * 1000)");
	cmp_ok($ms, '<', 1000, 'at once');
	note("$name: ended after $ms ms at most");
	is(query('SELECT state, failures FROM rootfi_sync_status'), 'interrupted|0', 'the stream is interrupted, and has not failed');
	is(scalar(grep { $_->{target} =~ /v4/ } $sandbox->requests), 0, 'nothing was read');
}

#
# What resources are called in RootFi's syncs
#
is(query(qq{SELECT rootfi_data_model('$_->[0]')}), $_->[1], "$_->[0] are $_->[1]") foreach
  [ 'ecommerce/orders', 'ECOMMERCE_ORDERS' ],
  [ 'v3/ecommerce/orders', 'ECOMMERCE_ORDERS' ],
  [ 'v3/ecommerce/customers', 'ECOMMERCE_CUSTOMERS' ],
  [ 'v3/ecommerce/products', 'ECOMMERCE_PRODUCTS' ],
  [ 'ecommerce/company_info', 'ECOMMERCE_COMPANY_INFO' ],
  [ 'payments/invoices', 'PAYMENT_INVOICES' ],
  [ 'payments/payouts', 'PAYMENT_PAYOUTS' ];
is((run_sql(q{SELECT rootfi_data_model('nothing')}))[1] =~ /ERROR: +42704/, 1, 'what does not exist has no name');

$sandbox->stop;
done_testing();
