# A sync neither ends the server nor mixes rows, whatever the tables and the
# streams look like.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 60 },
	server => { page_size => 20, overlap => '0' });

sub query { return $node->safe_psql('postgres', $_[0]) }

sub add
{
	my ($schema, $company) = @_;

	return query("SELECT rootfi_add_stream('ecommerce/orders', company_id => $company, target_schema => '$schema')");
}

sub only { return query("UPDATE rootfi_stream SET enabled = target_schema = '$_[0]'") }

my $started = query('SELECT pg_postmaster_start_time()');
my $crashes = qr/terminated by signal/;

# Has no process of the server ended by a signal so far?
sub is_alive
{
	my ($name) = @_;

	return unlike(slurp_file($node->logfile), $crashes, $name);
}

# A table of children that cannot be filled, beside streams that can
add('lost', 1089);
query('UPDATE rootfi_stream SET min_interval = interval $$0$$');
query('ALTER TABLE lost.order_line_items DROP CONSTRAINT order_line_items_pkey');
add('more', $_) foreach 1089, 1090;
my $told = sync($node, '');
is_alive('a table of children without its key ends no process');
like($told, qr/42P10: table lost.order_line_items has no unique index/, 'but is an error of the stream');
is(query('SELECT count(*) FROM more.orders'), 120, 'and the other streams are copied');
query('DROP TABLE lost.order_line_items; CREATE TABLE lost.order_line_items (order_rootfi_id bigint, ordinal integer, rootfi_company_id bigint, PRIMARY KEY (rootfi_company_id, order_rootfi_id, ordinal)); ALTER TABLE lost.order_line_items ALTER ordinal TYPE bigint');
like(sync($node, q{'ecommerce/orders'}), qr/42804: column "ordinal" of table lost.order_line_items/, 'so is one whose key has another type');
is_alive('which ends no process either');

# Tables that are keyed without the company
sub by_id
{
	my ($schema, $type) = @_;

	query(qq{
		CREATE SCHEMA $schema;
		CREATE TABLE $schema.orders (LIKE rootfi_order, rootfi_content_hash bigint, PRIMARY KEY (rootfi_id));
		CREATE TABLE $schema.order_line_items (LIKE rootfi_order_line_item, PRIMARY KEY (order_rootfi_id, ordinal))});
	query("UPDATE rootfi_stream SET enabled = false");
	add($schema, $_) foreach 1089, 1090;
	return query("ALTER TABLE $schema.order_line_items ALTER rootfi_company_id TYPE $type");
}

foreach my $type ('text', 'timestamptz USING NULL', 'numeric')
{
	my ($name) = $type =~ /^(\w+)/;

	by_id("odd_$name", $type);
	like(sync($node, ''), qr/42804: column "rootfi_company_id" of table odd_$name.order_line_items/, "the company of children cannot be of type $name");
	is_alive('and ends no process');
}
by_id('shared', 'bigint');
sync($node, '');
is(query('SELECT count(*) > 60, count(*) FILTER (WHERE l.rootfi_company_id IS DISTINCT FROM o.rootfi_company_id)
	FROM shared.order_line_items AS l JOIN shared.orders AS o ON o.rootfi_id = l.order_rootfi_id'), 't|0', 'children have the company of their record');
like(sync($node, q{'ecommerce/orders', 1089, full_refresh => true}), qr/60 rows in 3 pages: 0 inserted, 0 updated, 60 unchanged$/m, 'a full refresh marks nothing');
is(query('SELECT count(*) FROM shared.orders WHERE rootfi_company_id = 1090 AND rootfi_deleted_at IS NOT NULL
	AND rootfi_id NOT IN (SELECT rootfi_id FROM more.orders WHERE rootfi_deleted_at IS NOT NULL)'), 0, 'of another company');
query('ALTER TABLE shared.orders DROP rootfi_company_id');
like(sync($node, q{'ecommerce/orders', 1089, full_refresh => true}), qr/55000: the full refresh has marked nothing as deleted.*company/s, 'and refuses to where it cannot tell the companies apart');

# A stream that is locked when its turn comes
my $blocker = $node->background_psql('postgres');
only('more');
$blocker->query_safe('BEGIN; LOCK TABLE rootfi_run');
$told = sync($node, '', set => { lock_timeout => '100ms' });
$blocker->query_safe('ROLLBACK; BEGIN');
is_alive('a table that is locked ends no process');
like($told, qr/55P03/, 'and is told');
query(q{UPDATE rootfi_stream SET next_due = '-infinity'});
my ($slow, $count) = ('', 0);
$sandbox->fault({ path => '/v4/ecommerce/orders', delay_ms => 1500 });
my $caller = $node->background_psql('postgres', on_error_stop => 0);
$caller->query_until(qr/begun/, "\\echo begun\nSET lock_timeout = '100ms';\nSET rootfi.max_concurrency = 1;\nCALL rootfi_sync();\n");
sleep 1;
$blocker->query_safe('LOCK TABLE rootfi_stream');
sleep 2;
$blocker->query_safe('ROLLBACK');
$blocker->quit;
$caller->quit;
is_alive('nor does one that is locked between two streams');

# Keys that are texts
query(q{
	CREATE SCHEMA texts;
	CREATE TABLE texts.orders (rootfi_id text PRIMARY KEY, order_number text)});
query(q{SELECT rootfi_add_stream('ecommerce/orders', target_schema => 'texts')});
only('texts');
sync($node, '');
$sandbox->fault({ path => '/v4/ecommerce/orders', body => { data => [ map { { rootfi_id => $_, order_number => "no. $_" } } '0900001', '900001', '900001.0', ' x', 'x' ], next => undef } });
like(sync($node, q{'ecommerce/orders'}), qr/5 rows in 1 page: 5 inserted/, 'texts that are one number are several keys');
is(query(q{SELECT count(*) FROM texts.orders WHERE order_number = 'no. ' || rootfi_id AND length(rootfi_id) < 9}) >= 5, 1, 'each with its own row');

# Rows whose time lies in the future
query('CREATE SCHEMA future; CREATE TABLE future.orders (rootfi_id bigint PRIMARY KEY, rootfi_updated_at timestamptz, order_number text)');
query(q{UPDATE rootfi_stream SET enabled = false; SELECT rootfi_add_stream('ecommerce/orders', target_schema => 'future')});
sub give
{
	my ($year, $number, $arguments) = @_;

	$sandbox->fault({ path => '/v4/ecommerce/orders', body => list_of({ rootfi_id => 8, rootfi_updated_at => "$year-01-01T00:00:00.000Z", order_number => $number }) });
	sync($node, "'ecommerce/orders'$arguments");
	return query('SELECT order_number FROM future.orders WHERE rootfi_id = 8');
}
is(give(2099, 'wrong', ''), 'wrong', 'a record of the future is copied');
is(give(2026, 'right', ''), 'right', 'and does not guard its row');
is(give(2025, 'older', ''), 'right', 'as one that is newer does');
is(give(2025, 'older', ', full_refresh => true'), 'older', 'unless it is a full refresh');

is(query('SELECT pg_postmaster_start_time()'), $started, 'the server ran all the time');
$sandbox->stop;
done_testing();
