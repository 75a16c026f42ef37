# Scans of foreign tables as PostgreSQL runs them: cancelled, rolled back,
# begun again, in parallel queries, dumped; and what they take of memory.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $orders = 20000;
my ($node, $sandbox) = start_pair(sandbox => { key => 'sandbox-key', orders => $orders });
my $schema = q{CREATE SCHEMA live; IMPORT FOREIGN SCHEMA ecommerce FROM SERVER rootfi INTO live};
$node->safe_psql('postgres', $schema);

# --- memory: that of pages, however long the list
my $memory = q{SELECT (regexp_match(pg_read_file('/proc/' || pg_backend_pid() || '/status'), 'VmHWM:\\s+(\\d+)'))[1];};
my $read = q{
	SELECT count(*) FROM live.orders;
	SELECT sum(total_amount) > 0 FROM live.orders;
	SELECT count(*) > 20000 FROM live.order_line_items;
	SELECT count(o.status) FROM generate_series(158, 2157) AS i, LATERAL (SELECT * FROM live.orders WHERE rootfi_id = i) AS o;};
my @output = split /\n/, $node->safe_psql('postgres', "SET enable_memoize = off; $memory $read $memory $read $read $memory");
my ($before, $once, $thrice) = @output[ 0, 5, 14 ];
is("@output[1 .. 4]", "40000 t t 2000", 'long lists are read, with their values and the lists inside, and many records');
cmp_ok($once - $before, '<', 30 * 1024, 'in little memory');
cmp_ok($thrice - $once, '<', 3 * 1024, 'of which nothing is left behind');
note("peak memory: $before, $once, $thrice kB");

# --- a cancel ends every wait, and the session goes on
$node->safe_psql('postgres', 'CREATE TABLE ends (name text, code text, at timestamptz)');
foreach my $wait ([ 'first', { delay_ms => 30000 }, 'SELECT count(*) FROM live.orders' ],
	[ 'later', { delay_ms => 30000, skip => 3 }, 'SELECT count(*) FROM live.orders' ],
	[ 'single', { delay_ms => 30000 }, 'SELECT status FROM live.orders WHERE rootfi_id = 158' ],
	[ 'several', { delay_ms => 30000, times => -1, skip => 5 }, 'SELECT status FROM live.orders WHERE rootfi_id IN (158, 159, 160, 161, 162, 163, 164, 165, 166)' ],
	[ 'backoff', { status => 429, body => '', headers => { 'Retry-After' => '30' } }, 'SELECT count(*) FROM live.order_line_items' ])
{
	my ($name, $fault, $statement) = @$wait;

	$sandbox->fault($fault);
	my $victim = session($node, $name, qq{
		DO \$\$
		DECLARE
			code text := 'no error';
		BEGIN
			BEGIN
				EXECUTE '$statement';
			EXCEPTION WHEN query_canceled OR OTHERS THEN
				code := SQLSTATE;
			END;
			INSERT INTO ends VALUES ('$name', code, clock_timestamp());
		END \$\$;
		SELECT status IS NOT NULL FROM live.orders WHERE rootfi_id = 159;});
	my $pid = wait_until_waiting($node, $name);
	my $at = $node->safe_psql('postgres', "SELECT clock_timestamp() FROM pg_cancel_backend($pid)");
	$sandbox->clear_faults if $name eq 'several';
	is(finish($victim), 't', "$name: the session goes on");
	is($node->safe_psql('postgres', "SELECT code, extract(epoch FROM at - '$at') < 2 FROM ends WHERE name = '$name'"), '57014|t', 'after a cancel, which ends it at once');
	$sandbox->clear_faults;
}

# --- transactions and cursors
my $session = backend($node);
is((ask($session, q{
	BEGIN; DECLARE c CURSOR FOR SELECT rootfi_id FROM live.orders ORDER BY 1; SAVEPOINT s;
	DECLARE d CURSOR FOR SELECT rootfi_id FROM live.orders; FETCH 1 FROM d; ROLLBACK TO s; FETCH 2 FROM c; COMMIT}))[0], "157\n157\n158", 'ROLLBACK TO closes the scans that it takes back');
is((ask($session, q{
	BEGIN; DECLARE h CURSOR WITH HOLD FOR SELECT rootfi_id FROM live.orders WHERE rootfi_id IN (158, 159); FETCH 1 FROM h; COMMIT; FETCH 1 FROM h; CLOSE h}))[0], "158\n159", 'a cursor outlives its transaction WITH HOLD');
is((ask($session, q{
	BEGIN; DECLARE s SCROLL CURSOR FOR SELECT rootfi_id FROM live.orders WHERE rootfi_id IN (158, 159); FETCH 2 FROM s; FETCH PRIOR FROM s; MOVE ABSOLUTE 0 IN s; FETCH 1 FROM s; COMMIT}))[0], "158\n159\n158\n158", 'and may scroll');
is((ask($session, q{
	SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off;
	SELECT count(*) FROM generate_series(1, 3) AS i LEFT JOIN (SELECT rootfi_id FROM live.orders WHERE rootfi_id IN (158, 159, 160)) AS o ON o.rootfi_id >= 158 + i - 1;
	RESET ALL}))[0], '6', 'a scan is begun again');
leave($session);

# --- parallel queries: the local part goes parallel
$node->safe_psql('postgres', q{
	CREATE TABLE local AS SELECT i AS id, i % 100 AS n FROM generate_series(1, 100000) AS i;
	CREATE FOREIGN TABLE typed (rootfi_id bigint, order_number varchar(40), currency_id char(3), status varchar) SERVER rootfi OPTIONS (resource 'ecommerce/orders');
	ANALYZE local});
is($node->safe_psql('postgres', q{
	SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SELECT count(*), count(t.order_number), count(t.currency_id) FROM typed AS t JOIN local AS l ON l.id = t.rootfi_id WHERE t.rootfi_id IN (158, 159, 160)}),
	'3|3|3', 'a parallel query has such a table beside it, whatever its columns');
my $plan = $node->safe_psql('postgres', q{
	SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	EXPLAIN (COSTS OFF) SELECT count(*) FROM typed AS t, (SELECT n, count(*) FROM local GROUP BY n) AS l WHERE t.rootfi_id = 158});
like($plan, qr/Gather.*Parallel Seq Scan on local/s, 'the local table is read by workers');

# --- dump and restore
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->safe_psql('postgres', "ALTER FOREIGN TABLE typed ALTER COLUMN status OPTIONS (filter 'true', member 'payment_status'); ALTER FOREIGN TABLE typed OPTIONS (ADD lookup 'list')");
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('postgres') ], 'the database is dumped, and no request made');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ], 'and restored');
my $tables = q{SELECT string_agg(concat_ws(' ', c.oid::regclass, (SELECT array_agg(o ORDER BY o) FROM unnest(ftoptions) AS o), attname, atttypid::regtype, attnotnull, (SELECT array_agg(o ORDER BY o) FROM unnest(attfdwoptions) AS o)), E'\n' ORDER BY c.oid::regclass::text COLLATE "C", attnum)
	FROM pg_class AS c JOIN pg_foreign_table ON ftrelid = c.oid JOIN pg_attribute ON attrelid = c.oid AND attnum > 0};
is($node->safe_psql('restored', $tables), $node->safe_psql('postgres', $tables), 'with the same foreign tables');
is($node->safe_psql('restored', q{SELECT status IS NOT NULL FROM typed WHERE rootfi_id = 158}), 't', 'which can be read');

# --- what changes is used at once
is($node->safe_psql('postgres', q{
	PREPARE p AS SELECT count(*) FROM live.contacts WHERE rootfi_company_id = 1090; SET plan_cache_mode = force_generic_plan;
	EXECUTE p \g /dev/null
	ALTER FOREIGN TABLE live.contacts OPTIONS (ADD company_id '1089');
	EXECUTE p; EXPLAIN (COSTS OFF) EXECUTE p}) =~ /\A0\n.*company_id\[eq\]=1089/s ? 'yes' : 'no', 'yes', 'a kept plan follows the options');

$sandbox->stop;
done_testing();
