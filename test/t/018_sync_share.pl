# Sessions share the streams, a session runs several side by side, and a
# stream that fails does not stop the others.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 120, companies => 4 },
	server => { page_size => 20 });
my $orders = '/v4/ecommerce/orders';

sub query
{
	my ($statements) = @_;

	return $node->safe_psql('postgres', $statements);
}

# The number of a company's stream.
sub stream
{
	my ($resource, $company_id) = @_;

	return query("SELECT stream_id FROM rootfi_stream WHERE resource = '$resource' AND company_id = $company_id");
}

# One value of rootfi_sync_status.
sub status
{
	my ($expression, $stream) = @_;

	return query("SELECT $expression FROM rootfi_sync_status WHERE stream_id = $stream");
}

# The runs of a stream, the oldest first.
sub runs
{
	my ($stream) = @_;

	return query(qq{
		SELECT string_agg(kind || ' ' || state, ', ' ORDER BY run_id) FROM rootfi_run WHERE stream_id = $stream});
}

# Three sessions, the last of them with one stream at a time, begin together.
my @names = ('a', 'b', 'c');
is(query(q{
	SELECT count(*) FROM rootfi_add_streams(1089);
	UPDATE rootfi_stream SET min_interval = '1 hour'}), '8', 'a company has eight e-commerce streams');
$sandbox->fault({ delay_ms => 100, times => -1 });
my @sessions = map { session($node, $_, qq{
	SET rootfi.max_concurrency = @{[ $_ eq 'c' ? 1 : 4 ]};
	SELECT pg_advisory_lock_shared(7);
	DO \$\$ BEGIN
		FOR i IN 1 .. 3000 LOOP
			EXIT WHEN (SELECT count(*) = 3 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7);
			PERFORM pg_sleep(0.01);
		END LOOP;
	END \$\$;
	CALL rootfi_sync()}) } @names;
finish($_) foreach @sessions;
my $told = join '', map { $_->{error} } @sessions;
unlike($told, qr/ERROR|WARNING/, 'three sessions share eight streams without an error');
like($told, qr/NOTICE:  stream \d+ is being synced by another session/, 'who finds a stream locked says so');
my %times;
$times{$_}++ foreach asked($sandbox);
is(join(' ', grep { $times{$_} > 1 } sort keys %times), '', 'no page was asked for twice');
is(scalar(grep { /^\Q$orders\E\?/ } keys %times), 6, 'and every page of the orders once');
is(query(q{
	SELECT count(*), count(*) FILTER (WHERE completed_at IS NOT NULL AND pass_kind IS NULL AND state = 'complete')
	FROM rootfi_stream JOIN rootfi_run USING (stream_id)}), '8|8', 'each stream is complete after exactly one run');
is(differences($node, 'rootfi.orders', 'rootfi_list_orders(1089, include_deleted => true)'), 0, 'what was shared out is all there');
$sandbox->clear_faults;

# A session holds one stream and has another one before it.
query(q{
	SELECT rootfi_add_stream('payments/items', company_id => c) FROM generate_series(1089, 1090) AS c});
my @pair = map { stream('payments/items', $_) } 1089, 1090;
$sandbox->fault({ path => '/v4/payments/items', delay_ms => 1000 });
my $slow = session($node, 'slow', q{
	SET rootfi.max_concurrency = 1;
	CALL rootfi_sync('payments/items')});
wait_until_waiting($node, 'slow');
my $before = @{ [ $sandbox->requests ] };
$told = sync($node, q{'payments/items', 1089});
like($told, qr/^psql:.*NOTICE:  00000: stream $pair[0] is being synced by another session$/m, 'a stream that is being synced is left out');
unlike($told, qr/ERROR/, 'which is no error');
is(scalar @{ [ $sandbox->requests ] }, $before, 'and nothing is asked for');
is(status('state', $pair[0]), 'running', 'other sessions see that it is running');
unlike(sync($node, q{'payments/items', 1090}), qr/ERROR/, 'the other one can be had meanwhile');
is(status('state', $pair[0]), 'running', 'while the first goes on');
finish($slow);
unlike($slow->{error}, qr/ERROR/, 'the slow session ends well');
is(runs($pair[0]), 'backfill complete', 'having run the stream that it held');
is(runs($pair[1]), 'backfill complete', 'and not again the one that was done since its call began');

# The same, but the other one fails meanwhile.
query("UPDATE rootfi_stream SET next_due = '-infinity' WHERE stream_id IN (@{[ join ', ', @pair ]})");
$sandbox->fault({ path => '/v4/payments/items', delay_ms => 1000 });
$slow = session($node, 'slow', 'SET rootfi.max_concurrency = 1; CALL rootfi_sync()');
wait_until_waiting($node, 'slow');
$sandbox->fault({ path => '/v4/payments/items', status => 500, body => '{}' });
like(sync($node, q{'payments/items', 1090}), qr/ERROR:  58000/, 'a stream fails that another session has before it');
finish($slow);
is(runs($pair[1]), 'backfill complete, incremental failed', 'which leaves it out, too');
query("UPDATE rootfi_stream SET min_interval = '1 hour'");

# Four streams at a time take as long as one.
query(q{
	SELECT rootfi_add_stream('payments/payouts', company_id => c) FROM generate_series(1089, 1092) AS c});
$sandbox->fault({ path => '/v4/payments/payouts', delay_ms => 200, times => -1 });

# How long the latest runs took together, in ms.
sub duration
{
	my ($arguments, $concurrency) = @_;

	sync($node, "'payments/payouts', full_refresh => true$arguments",
		set => { 'rootfi.max_concurrency' => $concurrency });
	return query(qq{
		WITH latest AS (SELECT r.* FROM rootfi_stream AS s JOIN rootfi_run AS r USING (run_id)
			WHERE s.resource = 'payments/payouts' ORDER BY r.run_id DESC LIMIT @{[ $arguments ? 1 : 4 ]})
		SELECT round(extract(epoch FROM max(ended_at) - min(started_at)) * 1000) FROM latest
		HAVING bool_and(state = 'complete')});
}
my $one = duration(', company_id => 1089', 4);
my $four = duration('', 4);
my $each = duration('', 1);
$sandbox->clear_faults;
cmp_ok($one, '>=', 400, 'a stream of two pages waits for both');
cmp_ok($four, '<', 2 * $one, 'four of them at the same time take about as long');
cmp_ok($each, '>', 3 * $one, 'one after the other they take about four times as long');
note("one stream: $one ms, four together: $four ms, one by one: $each ms");

# One stream fails.
my $failing = stream('ecommerce/orders', 1089);
query("UPDATE rootfi_stream SET min_interval = '0', next_due = '-infinity'");
$sandbox->fault({ path => $orders, status => 500, times => -1, body => { error => { code => 'broken', message => 'out of order' } } });
$told = sync($node, '');
like($told, qr/ERROR:  58000: could not sync 1 of 14 streams$/m, 'the call ends with an error');
like($told, qr/^DETAIL:  Stream $failing \(ecommerce\/orders, company 1089\): 58000: .*out of order/m, 'that names the stream and says what was wrong');
is(query(q{
	SELECT string_agg(resource, ' ') FROM rootfi_sync_status WHERE next_due = '-infinity' OR state <> 'idle'}),
	'ecommerce/orders', 'all others were synced');
is(status(q{state || ' ' || failures || ' ' || error_sqlstate || ' ' || (error_message LIKE '%out of order%') || ' ' || (error_at > now() - interval '1 minute')}, $failing),
	'failing 1 58000 true true', 'the error is kept with the stream');
is(query("SELECT state, error_sqlstate FROM rootfi_run WHERE stream_id = $failing ORDER BY run_id DESC LIMIT 1"),
	'failed|58000', 'and with its run');

# It is tried again later and later.
my @minutes;
foreach my $failure (1 .. 8)
{
	sync($node, q{'ecommerce/orders'}) if $failure > 1;
	push @minutes, status('failures = ' . $failure . q{, round(extract(epoch FROM next_due - error_at) / 60)}, $failing);
}
is(join(' ', @minutes), 't|1 t|2 t|4 t|8 t|16 t|32 t|60 t|60', 'a stream that fails is due after 1, 2, 4 ... 60 minutes');
$sandbox->forget;
unlike(sync($node, ''), qr/ERROR/, 'until then a call for all leaves it out');
is(scalar(grep { /^\Q$orders\E\?/ } asked($sandbox)), 0, 'and does not ask for it');
like(sync($node, q{'ecommerce/orders'}), qr/ERROR:  58000/, 'a call by its name does not');
like(sync($node, 'company_id => 1089'), qr/ERROR:  58000: could not sync 1 of 10 streams/, 'nor one for its company');
$sandbox->clear_faults;
unlike(sync($node, q{'ecommerce/orders'}), qr/ERROR/, 'when the server has recovered the stream has too');
is(status(q{state, failures, error_sqlstate, error_message, error_at, next_due <= clock_timestamp()}, $failing), 'idle|0||||t', 'and nothing is left of its errors');

# Two streams fail in different ways.
$sandbox->fault(
	{ path => $orders, status => 403, body => { error => { code => 'operation-denied', message => 'no orders' } } },
	{ path => '/v4/ecommerce/items', status => 500, body => { error => { code => 'broken', message => 'no items' } } });
$told = sync($node, '');
like($told, qr/ERROR:  HV000: could not sync 2 of 14 streams$/m, 'two failures of different SQLSTATEs have one for both');
like($told, qr/Stream $failing .*: 42501: .*no orders/, 'the first of which is shown');
like($told, qr/Stream \d+ \(ecommerce\/items, company 1089\): 58000: .*no items/, 'and the second');

# max_pages
my $invoices = query(q{SELECT rootfi_add_stream('payments/invoices', company_id => 1089)});
query(q{SELECT rootfi_add_stream('payments/orders', company_id => 1089)});
my $long = stream('payments/orders', 1089);
$sandbox->forget;
unlike(sync($node, q{'payments/orders', max_pages => 2}), qr/ERROR/, 'a call may read so many pages');
is(scalar @{ [ $sandbox->requests ] }, 2, 'and asks for no more');
is(status('state, pages, rows, total', $long), 'stopped|2|40|120', 'then the stream stops');
like(sync($node, '', set => { 'rootfi.max_concurrency' => 1 }), qr/stream $long \(payments\/orders, company 1089\): 80 rows in 4 pages: 80 inserted/, 'and the next call, for which it is due, goes on from there');
is(runs($long), 'backfill stopped, backfill complete', 'both runs are of one pass');
is(status('state, pages, rows', $long), 'idle|6|120', 'which counts through');
is(differences($node, 'rootfi.payment_orders', 'rootfi_list_payment_orders(1089, include_deleted => true)'), 0, 'and is complete');
like(sync($node, 'max_pages => 0'), qr/ERROR:  22023: argument "max_pages" must be positive/, 'no page at all cannot be asked for');

# min_interval and enabled
query("UPDATE rootfi_stream SET min_interval = '2 hours'");
sync($node, '');
is(status('round(extract(epoch FROM next_due - completed_at) / 60)', $invoices), '120', 'a stream is due min_interval after it was complete');
query("UPDATE rootfi_stream SET next_due = now() + min_interval");
$sandbox->forget;
like(sync($node, ''), qr/NOTICE:  00000: no stream is due/, 'when none is due a call says so');
is(scalar @{ [ $sandbox->requests ] }, 0, 'and asks for nothing');
like(sync($node, q{'payments/invoices'}), qr/stream $invoices .*: 0 rows in 1 pages?/, 'by name a stream is synced before it is due');
query("UPDATE rootfi_stream SET enabled = false WHERE stream_id = $invoices");
$sandbox->forget;
like(sync($node, q{'payments/invoices'}), qr/NOTICE:  00000: no stream of 'payments\/invoices' is enabled/, 'one that is not enabled is not even synced by name');
is(scalar @{ [ $sandbox->requests ] }, 0, 'nor is it asked for');
is(status('state', $invoices), 'disabled', 'and shown as disabled');
like(sync($node, q{'payments/disputes'}), qr/ERROR:  42704: there is no stream of 'payments\/disputes'/, 'a stream that is not there is an error by name');

# run_retention
sync($node, q{'payments/orders'}, set => { 'rootfi.run_retention' => -1 }) foreach 1 .. 2;
is(runs($long) =~ tr/,//, 4, 'with -1 the runs of a stream are kept');
query("UPDATE rootfi_run SET started_at = started_at - interval '31 days' WHERE stream_id = $long AND kind = 'backfill'");
sync($node, q{'payments/orders'});
unlike(runs($long), qr/backfill/, 'by default for thirty days');
my $others = query("SELECT count(*) FROM rootfi_run WHERE stream_id <> $long");
sync($node, q{'payments/orders'}, set => { 'rootfi.run_retention' => 0 });
is(runs($long), 'incremental complete', 'with 0 only the latest run of the stream is');
is(query("SELECT count(*) FROM rootfi_run WHERE stream_id <> $long"), $others, 'and the others keep theirs');
is(status('kind', $long), 'incremental', 'which the status shows');

# A record of another company in a stream's list: its lists are its own, too.
query(q{
	DELETE FROM rootfi_stream;
	CREATE SCHEMA strange;
	SELECT rootfi_add_stream('ecommerce/orders', 1090, 'strange');
	INSERT INTO strange.order_line_items (rootfi_company_id, order_rootfi_id, ordinal) VALUES (1089, 170, 99)});
$sandbox->fault({ path => $orders, body => list_of(record($sandbox, "$orders/170")) });
like(sync($node, q{'ecommerce/orders', 1090}), qr/ 1 inserted/, 'a record of another company is taken');
is(query('SELECT string_agg(DISTINCT (rootfi_company_id, order_rootfi_id)::text, $$ $$), bool_or(ordinal = 99) FROM strange.order_line_items'), '(1089,170)|f',
	'and what its lists had before is gone');

$sandbox->stop;
done_testing();
