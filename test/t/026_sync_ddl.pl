# Tables that are shared, of odd make, or changed while they are filled: no
# crash, no row of somebody else's, no children of nobody.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Copy qw(poll_until);
use Rootfi::Pair;
use Rootfi::RawServer;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 60 },
	server => { page_size => 20, overlap => '0' });
my $orders = '/v4/ecommerce/orders';

sub query
{
	my ($statements) = @_;

	return $node->safe_psql('postgres', $statements);
}

# Makes a schema with tables of orders and their lines, keyed without the
# company, and streams that fill them.
sub by_id
{
	my ($schema, @companies) = @_;

	query(qq{
		CREATE SCHEMA $schema;
		CREATE TABLE $schema.orders (LIKE rootfi_order, rootfi_content_hash bigint, PRIMARY KEY (rootfi_id));
		CREATE TABLE $schema.order_line_items (LIKE rootfi_order_line_item, PRIMARY KEY (order_rootfi_id, ordinal));
		UPDATE rootfi_stream SET enabled = false});
	query("SELECT rootfi_add_stream('ecommerce/orders', $_, '$schema')") foreach @companies;
	return;
}

# The server has not crashed since the last time that this was asked.
my $started = query('SELECT pg_postmaster_start_time()');
my $log = -s $node->logfile;
sub survived
{
	my ($name) = @_;

	unlike(slurp_file($node->logfile, $log), qr/was terminated by signal/, "$name: no process has crashed");
	$log = -s $node->logfile;
	return;
}

# One table, keyed by the number alone, for two companies
by_id('shared', 1089, 1090);
sync($node, '');
is(query('SELECT rootfi_company_id, count(*) FROM shared.orders GROUP BY 1 ORDER BY 1'), "1089|60\n1090|60", 'two companies are copied into one table');
is(query('SELECT count(*) FROM shared.order_line_items AS l JOIN shared.orders AS o ON o.rootfi_id = l.order_rootfi_id WHERE l.rootfi_company_id IS DISTINCT FROM o.rootfi_company_id'),
	0, 'their lines are of the company that the order is of');
is(query('SELECT count(*) > 0 FROM shared.order_line_items WHERE rootfi_company_id = 1090'), 't', 'of both');
my ($gone) = $sandbox->remove('ecommerce/orders', 1089, 1);
like(sync($node, q{'ecommerce/orders', 1089, full_refresh => true}), qr/59 unchanged, 1 marked as deleted/, 'a full refresh of one company marks what that has lost');
is(query('SELECT string_agg(rootfi_id::text, $$ $$) FROM shared.orders WHERE rootfi_deleted_at IS NOT NULL'), $gone, 'and nothing of the other');
unlike(sync($node, q{'ecommerce/orders', 1090, full_refresh => true}), qr/marked/, 'nor has the other anything to mark');

# The same without a column that tells the company
query(q{
	CREATE SCHEMA blind;
	CREATE TABLE blind.orders (rootfi_id bigint PRIMARY KEY, status text, rootfi_updated_at timestamptz, rootfi_deleted_at timestamptz, rootfi_content_hash bigint);
	UPDATE rootfi_stream SET enabled = false;
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'blind'), rootfi_add_stream('ecommerce/orders', 1090, 'blind')});
sync($node, '');
like(sync($node, q{'ecommerce/orders', 1090, full_refresh => true}), qr/ERROR:  55000.*has no number "rootfi_company_id" by which its rows could be told/s,
	'where it cannot be told whose a row is, a full refresh refuses to mark');
is(query('SELECT count(*) FROM blind.orders WHERE rootfi_deleted_at IS NOT NULL'), 0, 'and marks nothing');

# Children whose columns are not what is put into them
foreach my $odd (
	[ 'rootfi_company_id', 'text' ], [ 'rootfi_company_id', 'jsonb' ],
	[ 'rootfi_company_id', 'integer' ], [ 'rootfi_company_id', 'numeric' ])
{
	my ($column, $type) = @$odd;
	my $schema = "odd_$type";

	query(qq{
		CREATE SCHEMA $schema;
		CREATE TABLE $schema.orders (LIKE rootfi_order, rootfi_content_hash bigint, PRIMARY KEY (rootfi_id));
		CREATE TABLE $schema.order_line_items (LIKE rootfi_order_line_item, PRIMARY KEY (order_rootfi_id, ordinal));
		UPDATE rootfi_stream SET enabled = false;
		SELECT rootfi_add_stream('ecommerce/orders', 1089, '$schema');
		ALTER TABLE $schema.order_line_items DROP $column, ADD $column $type});
	like(sync($node, ''), qr/42804: column "$column" of table $schema\.order_line_items has not the type that a sync needs/, "a column $column of type $type is refused by its name");
	survived("a column $column of type $type");
}

# A table that loses its key between two calls
query(q{
	UPDATE rootfi_stream SET enabled = false;
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'keyless'), rootfi_add_stream('ecommerce/items', 1089, 'keyless')});
sync($node, '');
foreach my $table (qw(order_transactions order_line_items))
{
	query(qq{
		ALTER TABLE keyless.$table DROP CONSTRAINT ${table}_pkey;
		UPDATE rootfi_stream SET next_due = '-infinity'});
	like(sync($node, '') . sync($node, ''), qr/42P10: table keyless\.$table has no unique index/, "a table $table without its key is an error of its stream");
	survived("a table $table without its key");
	is(query(q{SELECT state FROM rootfi_sync_status WHERE resource = 'ecommerce/items' AND target LIKE 'keyless%'}), 'idle', 'the other stream goes on');
}

# Streams that cannot even be read
{
	my $session = session($node, 'locker', q{BEGIN; LOCK TABLE rootfi_stream IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600);});
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'locker' AND wait_event = 'PgSleep'});
	my ($ret, undef, $told) = $node->psql('postgres', q{SET lock_timeout = '300ms'; CALL rootfi_sync()});
	like($told, qr/canceling statement due to lock timeout/, 'a locked table of streams ends a call');
	survived('a locked table of streams');
	query(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'locker'});
	$session->{harness}->finish;
}

# Runs what changes a table while a sync waits for the second of three pages;
# returns what the sync has told.
sub between_pages
{
	my ($schema, $statements, $after) = @_;

	query(qq{
		UPDATE rootfi_stream SET enabled = false;
		SELECT rootfi_add_stream('ecommerce/orders', 1089, '$schema')});
	$sandbox->fault({ path => $orders, skip => 1, delay_ms => in_this_time(2500) });
	my $session = session($node, 'copy', q{\set VERBOSITY verbose
		CALL rootfi_sync();});
	poll_until('a page', sub { query("SELECT max(pass_pages) FROM rootfi_stream WHERE target_schema = '$schema'") eq '1' });
	query($statements);
	finish($session);
	$sandbox->clear_faults;
	survived($statements);
	return $session->{error};
}

like(between_pages('triggered', q{
		CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
		CREATE TRIGGER skip BEFORE INSERT ON triggered.orders FOR EACH ROW EXECUTE FUNCTION skip()}),
	qr/59 rows in 3 pages: 20 inserted/, 'a trigger that is made between two pages has its say');
is(query('SELECT count(*) FROM triggered.order_line_items AS l LEFT JOIN triggered.orders AS o ON o.rootfi_id = l.order_rootfi_id WHERE o IS NULL'), 0, 'and leaves no lines of no order');

unlike(between_pages('reindexed', 'REINDEX TABLE CONCURRENTLY reindexed.orders; REINDEX TABLE CONCURRENTLY reindexed.order_line_items'),
	qr/ERROR/, 'indexes may be made anew between two pages');
is(query('SELECT count(*) FROM reindexed.orders'), 59, 'and all is copied');

unlike(between_pages('added', 'ALTER TABLE added.orders ADD own text; CREATE INDEX ON added.orders (own); ANALYZE added.orders'),
	qr/ERROR/, 'columns and indexes may be added between two pages');
is(query('SELECT count(*) FROM added.orders'), 59, 'and all is copied');

like(between_pages('dropped', 'ALTER TABLE dropped.orders DROP status'),
	qr/ERROR:  42703: could not sync/, 'a column that is dropped between two pages is an error of the stream');
unlike(sync($node, q{'ecommerce/orders'}), qr/ERROR/, 'from which the next call goes on');
is(query('SELECT count(*) FROM dropped.orders'), 59, 'to the end');

# Row security that begins between two pages
query(q{CREATE ROLE copier; GRANT CREATE ON DATABASE postgres TO copier; GRANT USAGE ON FOREIGN SERVER rootfi TO copier});
map_user($node, $sandbox->key, 'copier');
query(q{
	UPDATE rootfi_stream SET enabled = false;
	SET ROLE copier;
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'guarded')});
$sandbox->fault({ path => $orders, skip => 1, delay_ms => in_this_time(2500) });
my $session = session($node, 'copy', q{SET ROLE copier; CALL rootfi_sync();});
poll_until('a page', sub { query(q{SELECT max(pass_pages) FROM rootfi_stream WHERE target_schema = 'guarded'}) eq '1' });
query(q{
	ALTER TABLE guarded.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
	CREATE POLICY few ON guarded.orders USING (true) WITH CHECK (rootfi_id < 0)});
finish($session);
$sandbox->clear_faults;
like($session->{error}, qr/new row violates row-level security policy/, 'a policy that is made between two pages is kept');
is(query('SELECT count(*) FROM guarded.orders'), 20, 'no row that it forbids has been written');

# Lists are content, with a hash of the record or without
query(q{
	CREATE SCHEMA hashless;
	CREATE TABLE hashless.orders (LIKE rootfi_order, PRIMARY KEY (rootfi_company_id, rootfi_id));
	CREATE TABLE hashless.order_line_items (LIKE rootfi_order_line_item, PRIMARY KEY (rootfi_company_id, order_rootfi_id, ordinal));
	CREATE TABLE hashless.order_transactions (LIKE rootfi_order_transaction, PRIMARY KEY (rootfi_company_id, order_rootfi_id, ordinal));
	ALTER TABLE hashless.orders DROP line_items, DROP transactions;
	UPDATE rootfi_stream SET enabled = false;
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'hashless')});
sync($node, '');
my $record = record($sandbox, "$orders/158");
$sandbox->fault({ path => $orders, body => list_of({
	%$record, line_items => [ { %{ $record->{line_items}[0] }, name => 'other' } ], transactions => [] }) });
like(sync($node, ''), qr/1 row in 1 page: 0 inserted, 0 updated, 1 unchanged/, 'a record without a hash looks unchanged when only its lists are other ones');
is(query('SELECT string_agg(name, $$ $$) FROM hashless.order_line_items WHERE order_rootfi_id = 158'), 'other', 'its lines are copied all the same');
is(query('SELECT count(*) FROM hashless.order_transactions WHERE order_rootfi_id = 158'), 0, 'and those that are gone are gone');
is(query('SELECT count(DISTINCT order_rootfi_id) FROM hashless.order_line_items'), 59, 'other orders keep theirs');

# Keys that are no numbers are told apart as the column's type does
my $server = Rootfi::RawServer->new(sub {
	my ($client, $request) = @_;
	$client->answer('{"data": [{"id": "012", "name": "a"}, {"id": "12", "name": "b"}, {"id": "12.0", "name": "c"}, {"id": "1.2e1", "name": "d"}]}')});
query(qq{
	UPDATE rootfi_stream SET enabled = false;
	CREATE SERVER hooks FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '@{[ $server->url ]}');
	CREATE USER MAPPING FOR CURRENT_USER SERVER hooks OPTIONS (api_key 'key-of-hooks');
	SET rootfi.server = 'hooks';
	SELECT rootfi_add_stream('v3/core/webhooks')});
like(sync($node, ''), qr/4 rows in 1 page: 4 inserted, 0 updated, 0 unchanged/, 'four texts that are one number are four keys');
is(query('SELECT string_agg(id || $$ $$ || name, $$, $$ ORDER BY name) FROM rootfi.webhooks'), '012 a, 12 b, 12.0 c, 1.2e1 d', 'of four records');
like(sync($node, q{'v3/core/webhooks'}), qr/0 inserted, 0 updated, 4 unchanged/, 'and are found again');
$server->stop;

is(query('SELECT pg_postmaster_start_time()'), $started, 'the server has been there all the time');
$sandbox->stop;
done_testing();
