# What changed is copied, what did not is not written, and what is gone is
# marked: whatever happens while the list is read.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 300, companies => 1 },
	server => { page_size => 50, overlap => '0' });
my $orders = '/v4/ecommerce/orders';

# A larger list on a server of its own, in schema big.
my $large = Rootfi::Sandbox->new(orders => 3000, companies => 1);
my $stream = $node->safe_psql('postgres', qq{
	ALTER SYSTEM SET autovacuum = off;
	SELECT pg_reload_conf() \\g /dev/null
	CREATE SERVER large FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '@{[ $large->url ]}', overlap '100 years');
	SET log_statement = 'none';
	CREATE USER MAPPING FOR CURRENT_USER SERVER large OPTIONS (api_key '@{[ $large->key ]}');
	RESET log_statement;
	SELECT rootfi_add_stream('ecommerce/orders', company_id => 1089)});

sub query
{
	my ($statements) = @_;

	return $node->safe_psql('postgres', $statements);
}

my $user = query('SELECT user');

# One value of the stream.
sub stream_value
{
	my ($expression) = @_;

	return query("SELECT $expression FROM rootfi_stream WHERE stream_id = $stream");
}

# Values of the rows of some orders, by rootfi_id.
sub rows
{
	my ($expression, @ids) = @_;

	return join ' ', split /\n/, query("SELECT $expression FROM rootfi.orders WHERE rootfi_id IN (@{[ join ', ', @ids ]}) ORDER BY rootfi_id");
}

# How many rows, of orders and of their children, are not as the sandbox has
# them.
sub stale
{
	my ($schema, $where) = @_;
	my $list = 'rootfi_list_orders(1089, include_deleted => true)';
	my $stale = differences($node, "$schema.orders", $list);

	$stale += child_differences($node, "$schema.order_$_", "rootfi_order_$_", $list)
	  foreach 'line_items', 'addresses', 'fulfillments', 'transactions';
	return $stale;
}

# Records change while the list is read.
$sandbox->fault({ path => $orders, skip => 2, delay_ms => in_this_time(2000) });
my $session = session($node, 'slow', 'CALL rootfi_sync()');
wait_for($node, 'pass_pages = 2 FROM rootfi_stream');
my @touched = $sandbox->touch('ecommerce/orders', 1089, 30);
is(stream_value('pass_pages'), 2, 'records change when two pages of six were read');
finish($session);
like($session->{error}, qr/300 rows in 6 pages: 300 inserted/, 'the list is read to its end');
cmp_ok(stale('rootfi'), '>=', 10, 'without the changes on the pages that had been read');
like(sync($node, ''), qr/: 30 rows in 1 pages?: 0 inserted, 15 updated, 15 unchanged/, 'the next call finds all that changed since the first page');
is(stale('rootfi'), 0, 'and nothing is lost');

sync($node, q{full_refresh => true, max_pages => 2});
$sandbox->touch('ecommerce/orders', 1089, 15);
like(sync($node, ''), qr/: 200 rows in 4 pages/, 'a pass that was stopped goes on after changes');
sync($node, '');
is(stale('rootfi'), 0, 'and the call after that finds those before its cursor too');

# What did not change is not written. The large list is read anew each time,
# as its overlap goes back to before the first record.
my $counters = q{
	SELECT sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del), sum(n_dead_tup), count(*)
	FROM pg_stat_user_tables WHERE schemaname = 'big'};
query(q{
	SET rootfi.server = 'large';
	SELECT rootfi_add_stream('ecommerce/orders', company_id => 1089, target_schema => 'big')});
# what a session counts is seen by others when it says so
my $flush = 'SELECT pg_stat_force_next_flush() \g /dev/null';
like((as_role($node, $user, "CALL rootfi_sync();\n$flush"))[1], qr/3000 rows in 6 pages: 3000 inserted, 0 updated, 0 unchanged/, 'three thousand orders are copied');
my $before = query($counters);
foreach my $kind ('incremental', 'full')
{
	my $call = 'CALL rootfi_sync(full_refresh => ' . ($kind eq 'full' ? 'true' : 'false') . ')';
	my (undef, $output, $told) = $node->psql('postgres', qq{
		CHECKPOINT;
		UPDATE rootfi_stream SET enabled = target_schema = 'big';
		$call;
		SELECT pg_current_wal_insert_lsn() AS lsn \\gset
		$call;
		SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), :'lsn');
		$flush
		SELECT pg_read_file('/proc/self/maps') ~ 'llvmjit'});
	($output, my $compiled) = split /\n/, $output;
	my @read = $told =~ /(3000 rows in 6 pages: 0 inserted, 0 updated, 3000 unchanged)/g;
	is(scalar @read, 2, "of the same records the $kind pass writes none");
	is(query($counters), $before, "after the $kind pass no table has another or a dead tuple");
	cmp_ok($output, '<', 6 * 10000, "the $kind pass makes less than 10 kB of WAL per page");
	is($compiled, 'f', "for the $kind pass no statement is compiled");
	note("WAL of the $kind pass: $output bytes for 6 pages");
}
like($before, qr/\|5$/, 'which holds for the five tables');

# 25 of 3,000 change. Which rows were written, by which transaction.
my $versions = q{
	SELECT 'orders', rootfi_id, 0 AS ordinal, ctid::text, xmin::text FROM big.orders
	UNION ALL SELECT 'items', order_rootfi_id, ordinal, ctid::text, xmin::text FROM big.order_line_items
	UNION ALL SELECT 'addresses', order_rootfi_id, ordinal, ctid::text, xmin::text FROM big.order_addresses
	UNION ALL SELECT 'fulfillments', order_rootfi_id, ordinal, ctid::text, xmin::text FROM big.order_fulfillments
	UNION ALL SELECT 'transactions', order_rootfi_id, ordinal, ctid::text, xmin::text FROM big.order_transactions};
query("CREATE TABLE versions (name, id, ordinal, place, writer) AS $versions");
@touched = $large->touch('ecommerce/orders', 1089, 25);
like(sync($node, ''), qr/: 3000 rows in 6 pages: 0 inserted, 25 updated, 2975 unchanged/, 'of three thousand orders the 25 that changed are updated');
my $changed = q{(SELECT rootfi_id FROM big.orders AS o JOIN versions AS v ON v.name = 'orders' AND v.id = o.rootfi_id WHERE v.place <> o.ctid::text)};
is(query("SELECT string_agg(rootfi_id::text, ' ' ORDER BY rootfi_id) FROM $changed AS c"), join(' ', @touched), 'the rows of just these were written');
is(query(qq{
	SELECT count(*) FROM (TABLE versions EXCEPT ($versions)) AS gone WHERE id NOT IN $changed}), 0, 'children of the others are where they were');
is(query(qq{
	SELECT (SELECT count(*) FROM ($versions) AS x WHERE rootfi_id IN $changed AND (x.*)::text IN (SELECT (v.*)::text FROM versions AS v)),
		(SELECT count(*) FROM ($versions) AS x) = (SELECT count(*) FROM versions)}), '0|t', 'those of the changed ones were replaced, as many as there were');
$large->stop;
query(q{UPDATE rootfi_stream SET enabled = target_schema <> 'big'});

# Since when an incremental pass reads: by the earlier of two clocks.
server_options($node, overlap => '5 minutes');
my $far = 'Wed, 01 Jan 2025 00:00:00 GMT';
$sandbox->fault(
	{ path => $orders, headers => { Date => $far } },
	{ path => $orders, times => 5, headers => { Date => 'Tue, 01 Jan 2030 00:00:00 GMT' } });
sync($node, 'full_refresh => true');
is(stream_value(q{synced_to AT TIME ZONE 'UTC'}), '2025-01-01 00:00:00', 'a pass is as old as the first of its answers, by the clock of the server');

# Since when the next call asks for changes of a resource.
sub asked_since
{
	my ($resource) = @_;

	$sandbox->forget;
	sync($node, "'$resource'");
	my ($since) = (asked($sandbox))[0] =~ /rootfi_updated_at\[gte\]=([^&]*)/;
	return ($since // '') =~ s/%3A/:/gr;
}
$sandbox->fault({ path => $orders, status => 500, body => '{}', headers => { Date => $far } });
like(asked_since('ecommerce/orders'), qr/^2024-12-31T23:55:00(\.0+)?Z$/, 'the next one asks for what changed since, less the overlap');
$sandbox->fault({ path => $orders, headers => { Date => 'Sat, 01 Feb 2025 12:00:00 GMT' } });
like(asked_since('ecommerce/orders'), qr/^2024-12-31T23:55:00(\.0+)?Z$/, 'and so does the one after a failure');
server_options($node, overlap => '1 hour');
like(asked_since('ecommerce/orders'), qr/^2025-02-01T11:00:00(\.0+)?Z$/, 'a complete one moves on');
like((asked($sandbox))[0], qr/&include_deleted_records=true&/, 'deleted records are asked for');
server_options($node, overlap => '0');
sync($node, '');

# A cursor is refused.
foreach my $status (400, 410)
{
	$sandbox->forget;
	$sandbox->fault({ path => $orders, skip => 2, status => $status, body => { error => { code => 'invalid-params', message => 'old cursor' } } });
	my $told = sync($node, 'full_refresh => true');
	like($told, qr/NOTICE:  00000: stream $stream .*: the server refused the cursor, so the pass begins again/, "status $status: a cursor may be refused");
	like($told, qr/^DETAIL:  .*old cursor/m, "status $status: why is told");
	unlike($told, qr/ERROR/, "status $status: the pass completes");
	is(scalar @{ [ grep { !/next=/ } asked($sandbox) ] }, 2, "status $status: after its first page was asked for again");
	is(stream_value('pass_pages || $$ $$ || pass_rows'), '6 300', "status $status: and it counts from there");
}
$sandbox->fault(
	map { { path => $orders, skip => $_, status => 410, body => { error => { code => 'gone', message => 'no such cursor' } } } } 1, 2, 2, 3);
foreach my $failure (1, 2)
{
	$sandbox->forget;
	my $told = sync($node, q{'ecommerce/orders'} . ($failure == 1 ? ', full_refresh => true' : ''));
	like($told, qr/ERROR:  \w{5}: could not sync 1 of 1 streams?$/m, "call $failure of a stream whose cursors are always refused fails");
	is(scalar @{ [ asked($sandbox) ] }, $failure == 1 ? 4 : 3, 'after a single new beginning');
	is(stream_value('failures'), $failure, 'which is counted');
}
unlike(sync($node, q{'ecommerce/orders'}), qr/ERROR/, 'when cursors are taken again the stream goes on');
is(stale('rootfi'), 0, 'and is complete');

# A full refresh believes the server, whatever is newer.
my @ids = split /\n/, query('SELECT rootfi_id FROM rootfi.orders ORDER BY rootfi_id OFFSET 10 LIMIT 20');
my $local = q{UPDATE rootfi.orders SET order_number = 'local', rootfi_content_hash = NULL};
query(qq{
	$local, rootfi_updated_at = rootfi_updated_at + interval '10 seconds' WHERE rootfi_id = $ids[0];
	$local, rootfi_updated_at = rootfi_updated_at + interval '500 milliseconds' WHERE rootfi_id = $ids[1];
	$local WHERE rootfi_id = $ids[2]});
like(sync($node, 'full_refresh => true'), qr/: 0 inserted, 3 updated, 297 unchanged/, 'a full refresh writes what differs');
is(rows(q{order_number = 'local'}, @ids[0 .. 2]), 'f f f', 'over a row that is newer too');
is(stale('rootfi'), 0, 'so that all is as the server has it');

# Pages that the sandbox would not give
sub sync_page
{
	$sandbox->fault({ path => $orders, body => list_of(@_) });
	return sync($node, '');
}
my $record = record($sandbox, "$orders/$ids[3]");
my $time = $record->{rootfi_updated_at};
like(sync_page({ %$record, order_number => 'equal' }), qr/: 1 rows? in 1 pages?: 0 inserted, 1 updated, 0 unchanged/, 'other content of the same time is written');
is(rows('order_number', $ids[3]), 'equal', 'as it is');
my $newer = $time =~ s/^\d+/2025/r;
like(sync_page({ %$record, order_number => 'first' }, { %$record, order_number => 'second' }), qr/: 2 rows in 1 pages?: 0 inserted, 1 updated, 1 unchanged/, 'of a record that comes twice in a page one is written');
is(rows('order_number', $ids[3]), 'second', 'the last');
like(sync_page({ %$record, order_number => 'newer', rootfi_updated_at => $newer }, { %$record, order_number => 'older' }), qr/ 1 updated, 1 unchanged/, 'or, of different times,');
is(rows('order_number', $ids[3]), 'newer', 'the newest');
my @line_items = map { { %{ $record->{line_items}[0] }, name => "item $_" } } 1 .. 3;
sync_page({ %$record, rootfi_updated_at => $newer, line_items => [ @line_items[ 0, 1 ] ] }, { %$record, rootfi_updated_at => $newer, line_items => \@line_items });
is(query("SELECT string_agg(ordinal || ' ' || name, ', ' ORDER BY ordinal) FROM rootfi.order_line_items WHERE order_rootfi_id = $ids[3]"),
	'1 item 1, 2 item 2, 3 item 3', 'it has its own children');
sync_page({ %$record, rootfi_updated_at => $newer, line_items => [ $line_items[2] ] });
is(query("SELECT string_agg(ordinal || ' ' || name, ', ' ORDER BY ordinal) FROM rootfi.order_line_items WHERE order_rootfi_id = $ids[3]"),
	'1 item 3', 'and no more when it has fewer');

# Deleted records
is($sandbox->call('DELETE', "$orders/$ids[5]")->{status}, 200, 'an order is deleted');
sync($node, '');
is(rows(q{rootfi_deleted_at > '2026-01-01'}, $ids[5]), 't', 'the next call marks it');
is(query("SELECT count(*) > 0 FROM rootfi.order_line_items WHERE order_rootfi_id = $ids[5]"), 't', 'and leaves it its children');

my @lost = $sandbox->remove('ecommerce/orders', 1089, [ @ids[ 7 .. 9 ] ]);
like(sync($node, ''), qr/, 0 updated/, 'an incremental pass does not find records that are gone without a trace');
is(rows('rootfi_deleted_at IS NULL', @lost), 't t t', 'and does not mark them');
like(sync($node, 'full_refresh => true'), qr/ 297 rows in 6 pages: 0 inserted, 1 updated, 296 unchanged, 3 marked as deleted/, 'a full refresh does, and puts the row right that a page gave a later time');
is(rows(qq{rootfi_deleted_at = (SELECT synced_to FROM rootfi_stream WHERE stream_id = $stream)}, @lost), 't t t', 'as of its start');
is(query('SELECT count(*) FROM rootfi.orders'), 300, 'and their rows stay');
is(query("SELECT count(*) FROM rootfi.orders WHERE rootfi_deleted_at IS NOT NULL"), 4, 'no other is marked');
is(query('SELECT count(*) FROM rootfi_seen'), 0, 'what it has seen is forgotten');
is(stream_value('(SELECT r.marked_deleted FROM rootfi_run AS r WHERE r.run_id = rootfi_stream.run_id)'), 3, 'what it marked is in the log');
unlike(sync($node, 'full_refresh => true'), qr/marked/, 'the next one has none to mark');

# A list that is cut short is not a great deletion.
sub suspicious
{
	my ($name, $fault, $detail) = @_;
	my $marks = q{SELECT rootfi_id, rootfi_deleted_at FROM rootfi.orders WHERE rootfi_deleted_at IS NOT NULL ORDER BY 1};
	my $marked = query($marks);

	$sandbox->fault({ path => $orders, %$fault });
	my $told = sync($node, q{'ecommerce/orders', full_refresh => true});
	$sandbox->clear_faults;
	like($told, qr/ERROR:  55000: could not sync 1 of 1 streams?$/m, "$name: a full refresh fails");
	like($told, qr/^DETAIL:  Stream $stream .*: 55000: the full refresh has marked nothing as deleted: \Q$detail\E$/m, "$name: it says why");
	is(query($marks), $marked, "$name: no row is marked");
	is(stream_value('pass_kind IS NULL AND cursor IS NULL AND NOT EXISTS (SELECT FROM rootfi_seen)'), 't', "$name: the pass is given up");
	$sandbox->forget;
	unlike(sync($node, q{'ecommerce/orders'}), qr/ERROR/, "$name: the next ordinary call works");
	like((asked($sandbox))[0], qr/rootfi_updated_at\[gte\]=/, "$name: it is incremental");
}
my @whole = @{ record($sandbox, "$orders?limit=300&include_deleted_records=true")->{data} };
suspicious('the second page is empty', { skip => 1, body => list_of() }, 'The list ended after 50 of 297 records.');
suspicious('one record, of an unknown number', { body => list_of($whole[0]) }, 'The list lacks 295 of 296 rows of table rootfi.orders, more than half.');
suspicious('one record is missing in the list, but counted', { body => { %{ list_of(@whole[ 1 .. 296 ]) }, total_count => 297 } }, 'The list ended after 296 of 297 records.');

# The very half may go.
query(q{SELECT rootfi_add_stream('ecommerce/items', company_id => 1089)});
my $items = q{'ecommerce/items', full_refresh => true};
sync($node, $items);
$sandbox->remove('ecommerce/items', 1089, 20);
like(sync($node, $items), qr/: 20 rows in 1 pages?: 0 inserted, 0 updated, 20 unchanged, 20 marked as deleted/, 'half of forty records may be gone');
$sandbox->remove('ecommerce/items', 1089, 11);
like(sync($node, $items), qr/ERROR:  55000/, 'but not eleven of the other twenty');
is(query('SELECT count(*) FROM rootfi.items WHERE rootfi_deleted_at IS NOT NULL'), 20, 'where those that are marked already do not count');

# Lost records come back.
$sandbox->reset;
like(sync($node, $items), qr/: 40 rows in 1 pages?: 0 inserted, 20 updated, 20 unchanged\n/, 'records that come back are written');
is(query('SELECT count(*) FROM rootfi.items WHERE rootfi_deleted_at IS NOT NULL'), 0, 'and no longer marked');
is(differences($node, 'rootfi.items', 'rootfi_list_items(1089)'), 0, 'all is as it was');

# backfill_from
my @times = split /\n/, query(q{
	SET timezone = 'UTC';
	SET datestyle = 'ISO';
	SELECT to_char(rootfi_updated_at, 'YYYY-MM-DD"T"HH24:MI:SS') FROM rootfi_list_payment_orders(1089) ORDER BY rootfi_updated_at});
my $limited = query(qq{
	SELECT rootfi_add_stream('payments/orders', company_id => 1089, backfill_from => '$times[100]Z')});
is(asked_since('payments/orders') =~ s/\.?0*Z$//r, $times[100], 'the first pass asks for what changed since backfill_from');
is(query(q{SELECT count(*) FROM rootfi.payment_orders}), 200, 'and gets that');
like(sync($node, q{'payments/orders', full_refresh => true}), qr/: 200 rows in 4 pages: 0 inserted, 0 updated, 200 unchanged\n/, 'as a full refresh does');
my ($old, $new) = split /\n/, query(qq{
	UPDATE rootfi_stream SET backfill_from = '$times[200]Z' WHERE stream_id = $limited;
	SELECT rootfi_id FROM rootfi.payment_orders WHERE rootfi_updated_at IN ('$times[150]Z', '$times[250]Z') ORDER BY rootfi_updated_at});
$sandbox->remove('payments/orders', 1089, [ $old, $new ]);
like(sync($node, q{'payments/orders', full_refresh => true}), qr/: 99 rows in 2 pages: 0 inserted, 0 updated, 99 unchanged, 1 marked/, 'one that begins later marks no older rows');
is(query('SELECT string_agg(rootfi_id::text, $$ $$) FROM rootfi.payment_orders WHERE rootfi_deleted_at IS NOT NULL'), $new, 'but that which is gone since');

$sandbox->stop;
done_testing();
