# Calls keep to the rules of the transaction that they are made in, and do not
# pretend that the server does.

use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { key => 'sandbox-key' }, server => { timeout => '10s', max_retries => 0 });
$node->append_conf('postgresql.conf', q{
	wal_level = replica
	max_wal_senders = 4
	max_prepared_transactions = 5
	autovacuum = off
});
$node->restart;

my $read = q{SELECT rootfi_get_order('157') ->> 'rootfi_id'};
my $order = q{{"contact_id": "c", "currency_id": "USD", "line_items": [{"description": "d", "quantity": 1, "unit_amount": 1}]}};
my $write = "SELECT rootfi_create_payment_order(1089, '$order') ->> 'rootfi_id' AS id";
my $parallel = $node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int") >= 160000 ?
  'debug_parallel_query' : 'force_parallel_mode';

$node->safe_psql('postgres', q{
	SELECT rootfi_add_stream('ecommerce/items', 1089);
	CALL rootfi_sync();
	CREATE TABLE kept (n bigint);
	CREATE TABLE big AS SELECT n FROM generate_series(1, 50000) AS n;
	ANALYZE big;
});

# Runs a script in a session of its own; gives its output and its errors.
sub run_script
{
	my ($script, $where) = @_;
	my ($status, $output, $error) = ($where // $node)->psql('postgres', $script, on_error_stop => 0);

	return wantarray ? ($output, $error) : $output;
}

# The SQLSTATEs of the errors of a script.
sub codes
{
	my ($script, $where) = @_;

	return join ' ', (run_script("\\set VERBOSITY sqlstate\n$script", $where))[1] =~ /^\S*\s*(?:ERROR|FATAL):\s+(\w{5})$/gm;
}

# How many requests a script makes, and over how many connections, and its
# errors.
sub requests_of
{
	my ($script) = @_;

	$sandbox->forget;
	my $errors = (run_script($script))[1];
	my @requests = $sandbox->requests;
	my %connections = map { $_->{connection} => 1 } @requests;
	return scalar(@requests) . ' over ' . scalar(keys %connections) . $errors;
}

#
# Where nothing can be written
#

my @reads = (
	$read,
	q{SELECT count(*) FROM rootfi_list_orders(1089, page_size => 50)},
	q{SELECT count(*) FROM rootfi_list('v3/accounting/invoices')},
	q{SELECT count(*) FROM rootfi_rows('ecommerce/items') AS t (rootfi_id bigint)},
	q{SELECT rootfi_count('ecommerce/orders')},
	q{SELECT rootfi_request('GET', '/v4/ecommerce/orders', '{"limit": 1}')},
	q{SELECT count(*) FROM rootfi_check()},
	q{SELECT count(*) FROM rootfi_validate('ecommerce/orders', 'create', '{}')},
	q{SELECT count(*) FROM rootfi_freshness()},
	q{SELECT count(*) FROM rootfi_sync_status},
);
my @writes = (
	$write,
	"SELECT rootfi_create('payments/orders', 1089, '$order')",
	q{SELECT rootfi_update('ecommerce/orders', '157', '{"status": "pending"}')},
	q{SELECT rootfi_update_order('157', '{"status": "pending"}')},
	q{SELECT rootfi_delete('ecommerce/orders', '157')},
	q{SELECT rootfi_delete_order('157')},
	q{SELECT rootfi_start_sync(1089, 'SHOPIFY', '{ECOMMERCE_ORDERS}')},
	q{SELECT rootfi_passthrough(1089, 'GET', '/orders')},
	(map { "SELECT rootfi_request('$_', '/v4/ecommerce/orders/157')" } qw(POST PUT PATCH DELETE post)),
	q{SELECT rootfi_add_stream('ecommerce/orders')},
	q{SELECT count(*) FROM rootfi_add_streams(1089)},
	q{SELECT rootfi_remove_stream(1)},
);
my $sync = 'CALL rootfi_sync()';
my $wrong_key = q{ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key 'wrong-key')};
my $right_key = q{ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key 'sandbox-key')};

foreach my $statement (@reads)
{
	is(codes("BEGIN READ ONLY; $statement; COMMIT"), '', "in a read-only transaction: $statement");
}
$sandbox->forget;
foreach my $statement (@writes)
{
	is(codes("BEGIN READ ONLY; $statement; COMMIT"), '25006', "not in a read-only transaction: $statement");
}
is(codes("SET default_transaction_read_only = on; $sync"), '25006', "not in a read-only transaction: $sync");
is(codes("BEGIN READ ONLY; $sync"), '2D000', 'nor in a transaction block of any kind');
is(scalar(my @none = $sandbox->requests), 0, 'nothing of that was sent');
is(codes("BEGIN; $read; SET TRANSACTION READ ONLY; $read; $write"), '25006', 'a transaction may become read-only');
is(codes("BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE; $read; $read; COMMIT"), '', 'or be serializable');

$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;

foreach my $statement (@reads)
{
	is(codes($statement, $standby), '', "on a standby: $statement");
}
$sandbox->forget;
foreach my $statement (@writes, $sync)
{
	is(codes($statement, $standby), '25006', "not on a standby: $statement");
}
is(scalar(@none = $sandbox->requests), 0, 'nothing of that was sent');

# A change on the primary counts in a session of the standby once it is there.
my $primary = 'psql -XAtq -d ' . quote($node->connstr('postgres'));
is(run_script(qq{
	\\set VERBOSITY sqlstate
	$read;
	\\! $primary -c "$wrong_key" < /dev/null
	DO \$\$ BEGIN
		FOR i IN 1 .. 1000 LOOP
			EXIT WHEN NOT EXISTS (SELECT FROM pg_user_mappings WHERE umoptions::text LIKE '%sandbox-key%');
			PERFORM pg_sleep(0.01);
		END LOOP;
	END \$\$;
	$read;
	\\echo :SQLSTATE
}, $standby), "157\n28000", 'a key that is changed on the primary is changed on the standby');
$node->safe_psql('postgres', $right_key);
$node->wait_for_catchup($standby);
is(run_script($read, $standby), '157', 'and changed back');
$standby->stop;

#
# Two-phase commit
#

my ($output, $error) = run_script(qq{
	BEGIN;
	INSERT INTO kept VALUES (1);
	$write \\gset
	DECLARE c CURSOR FOR SELECT rootfi_id FROM rootfi_list_orders(page_size => 10);
	FETCH 1 FROM c \\gset
	PREPARE TRANSACTION 'calls';
	$read;
	SELECT string_agg(relation::regclass::text, ' ') FROM pg_locks AS l WHERE l.pid IS NULL AND l.relation IS NOT NULL;
	SELECT count(*) FROM pg_locks WHERE pid IS NULL AND classid = 'rootfi_stream'::regclass;
});
is("$error$output", "157\nkept\n0", 'a transaction with calls can be prepared, and holds nothing of ours');
$node->restart;
is(run_script("COMMIT PREPARED 'calls'; SELECT n FROM kept; $read"), "1\n157", 'it is committed later, by another server process');
is(codes("BEGIN; $write; INSERT INTO kept VALUES (2); PREPARE TRANSACTION 'calls'; ROLLBACK PREPARED 'calls'"), '', 'or rolled back');
like((run_script(q{
	BEGIN;
	SELECT rootfi_remove_stream(1);
	PREPARE TRANSACTION 'removal';
	CALL rootfi_sync('ecommerce/items', 1089)}))[1], qr/NOTICE:  stream 1 is being synced by another session/, 'a stream whose removal is prepared is left alone');
is(codes(q{ROLLBACK PREPARED 'removal'; CALL rootfi_sync('ecommerce/items', 1089)}), '', 'until it is not removed after all');

#
# Parallel query
#

my $eager = qq{
	SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 2;
};

# Whether a plan has a Gather, and whether there are calls below it.
sub gathers
{
	my ($statement, $setting) = @_;
	my $plan = run_script("$eager SET $parallel = $setting; EXPLAIN (VERBOSE, COSTS OFF) $statement");
	my ($gather, $below) = (0, 0);
	my $depth;

	foreach my $line (split /\n/, $plan)
	{
		my ($indent) = $line =~ /^(\s*)/;
		undef $depth if defined $depth && length $indent <= $depth && $line =~ /->/;
		$below ||= $line =~ /rootfi_(?:get|list|count|request|create|rows)/ if defined $depth && length $indent > $depth + 2;
		next unless $line =~ /^(\s*)(?:->\s+)?Gather/;
		$depth = length $1;
		$gather = 1;
	}
	return ($gather ? 'Gather' : 'no Gather') . ($below ? ', calls below' : '');
}

my %parallel = (
	# statement => Gather with "off" and "regress", requests
	q{SELECT n, rootfi_get_order('157') FROM (SELECT n FROM big WHERE n % 20000 = 0 OFFSET 0) AS s} => [ 'Gather', '2 over 1' ],
	q{SELECT n, rootfi_get_order('157') FROM big WHERE n % 20000 = 0} => [ 'Gather', '2 over 1' ],
	q{SELECT n FROM big WHERE n % 20000 = 0 AND rootfi_get_order('157') IS NOT NULL} => [ 'no Gather', '2 over 1' ],
	q{SELECT count(*) FROM big WHERE n < (SELECT count(*) FROM rootfi_list_orders(max_rows => 5))} => [ 'Gather', '1 over 1' ],
	q{SELECT count(*) FROM big JOIN rootfi_list_orders(max_rows => 5) AS o ON o.rootfi_id = n} => [ 'Gather', '1 over 1' ],
	q{SELECT rootfi_count('ecommerce/orders'), count(*) FROM big} => [ 'Gather', '1 over 1' ],
	q{SELECT n FROM big WHERE n = 3 AND rootfi_delete_order('160') IS NULL} => [ 'no Gather', '1 over 1' ],
);
foreach my $statement (sort keys %parallel)
{
	my ($gather, $requests) = @{ $parallel{$statement} };

	is(gathers($statement, 'off'), $gather, "not in a worker: $statement");
	unlike(gathers($statement, 'regress'), qr/calls below/, "nor with $parallel");
	is(requests_of("$eager SET $parallel = regress; $statement"), $requests, 'one session makes the requests');
}
is(requests_of("SET $parallel = regress; SELECT rootfi_get_order('157'); SELECT count(*) FROM rootfi_list_orders(page_size => 50); SELECT rootfi_count('ecommerce/orders')"),
	'6 over 1', 'also where a worker would be used for anything');
is(run_script(qq{
	$eager SET $parallel = on;
	SELECT count(*), min(l.rootfi_company_id) FROM big, rootfi_order_line_items('{"rootfi_company_id": 7, "rootfi_id": 1, "line_items": [{}, {}]}') AS l}),
	'100000|7', 'what makes no call may run in a worker');

#
# Prepared statements
#

my $url = $sandbox->url;
my $nowhere = 'http://127.0.0.1:' . PostgreSQL::Test::Cluster::get_free_port();
my $wrong_url = "ALTER SERVER rootfi OPTIONS (SET base_url '$nowhere')";
my $right_url = "ALTER SERVER rootfi OPTIONS (SET base_url '$url')";

# Executes a prepared statement after each of some changes, made by this or by
# another session, in a transaction or not; gives the SQLSTATEs.
sub executions
{
	my ($is_other, $begin, @changes) = @_;
	my $script = qq{
		\\set VERBOSITY sqlstate
		SET plan_cache_mode = force_generic_plan;
		PREPARE p(text) AS SELECT rootfi_get_order(\$1) IS NULL AS x;
		EXECUTE p('157') \\gset
		$begin;
	};

	foreach my $change (@changes)
	{
		$script .= $is_other ? "\n\\! $primary -c \"$change\" < /dev/null\n" : "$change;\n";
		$script .= "SAVEPOINT s;\n" if $begin;
		$script .= "EXECUTE p('157') \\gset\n\\echo :SQLSTATE\n";
		$script .= "ROLLBACK TO s;\n" if $begin;
	}
	return run_script($script) =~ s/\n/ /gr;
}

foreach my $is_other (0, 1)
{
	my $who = $is_other ? 'another session' : 'the session';

	is(executions($is_other, '', $wrong_key, $right_key, $wrong_url, $right_url), '28000 00000 RF001 00000',
		"what $who changes in mapping and server counts from the next execution on");
	is(executions($is_other, 'BEGIN', $wrong_key, $right_key, $wrong_url, $right_url), '28000 00000 RF001 00000',
		'also in a transaction');
}
run_script("$right_key; $right_url");
is(codes("BEGIN; $wrong_key; $read"), '28000', 'a change that is not committed counts for its own session');
is(run_script($read), '157', 'and no longer, when it is undone');
is(run_script("BEGIN; SAVEPOINT s; $wrong_key; ROLLBACK TO s; $read; COMMIT"), '157', 'also with a savepoint');

#
# Subtransactions
#

is(run_script(q{
	CREATE FUNCTION try(id text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO kept VALUES (3);
		BEGIN
			INSERT INTO kept VALUES (4);
			RETURN rootfi_get_order(id) ->> 'rootfi_id';
		EXCEPTION WHEN no_data_found THEN
			RETURN coalesce(rootfi_get_order('158') ->> 'rootfi_id', 'nothing');
		END;
	END $$;
	TRUNCATE kept;
	SELECT try('157'), try('none'), try('157');
	SELECT string_agg(n::text, ' ' ORDER BY n) FROM kept;
}), "157|158|157\n3 3 3 4 4", 'an exception block undoes what is ours, and calls go on');

$sandbox->reset;
is(run_script(qq{
	\\set VERBOSITY sqlstate
	TRUNCATE kept;
	BEGIN;
	SAVEPOINT a;
	INSERT INTO kept VALUES (1);
	$write \\gset first_
	SAVEPOINT b;
	INSERT INTO kept VALUES (2);
	$write \\gset second_
	SELECT rootfi_get_order('none');
	ROLLBACK TO b;
	$read;
	SAVEPOINT b;
	SELECT rootfi_get_order('none');
	ROLLBACK TO a;
	$read;
	INSERT INTO kept VALUES (3);
	RELEASE a;
	COMMIT;
	SELECT string_agg(n::text, ' ') FROM kept;
	SELECT rootfi_get_payment_order(:'first_id') IS NOT NULL, rootfi_get_payment_order(:'second_id') IS NOT NULL;
}), "157\n157\n3\nt|t", 'savepoints undo what is ours, and no write');

$sandbox->reset;
is(run_script(q{
	TRUNCATE kept;
	DO $$
	DECLARE
		caught integer := 0;
	BEGIN
		FOR i IN 1 .. 1000 LOOP
			BEGIN
				INSERT INTO kept VALUES (i);
				PERFORM rootfi_get_order(CASE WHEN i % 10 = 0 THEN 'none' ELSE '157' END);
				IF i % 10 = 1 THEN
					RAISE division_by_zero;
				END IF;
			EXCEPTION WHEN no_data_found OR division_by_zero THEN
				caught := caught + 1;
			END;
		END LOOP;
		PERFORM set_config('test.caught', caught::text, false);
	END $$;
	SELECT current_setting('test.caught'), count(*) FROM kept;
	SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'rootfi transfer%' OR name LIKE 'rootfi page%';
}), "200|800\n0", 'a thousand subtransactions leave nothing');
my @thousand = $sandbox->requests;
is(scalar(@thousand), 1000, 'each makes its request');
is($sandbox->connections, 1, 'over one connection');

#
# Where a call may stand, and when it is made
#

$node->safe_psql('postgres', q{
	CREATE TABLE triggered (id text, o jsonb);
	CREATE FUNCTION take_order() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		NEW.o := rootfi_get_order(NEW.id);
		RETURN NEW;
	END $$;
	CREATE TABLE checked (id text);
	CREATE TABLE defaulted (id text);
});
my %places = (
	# what is made; what makes a request for each row, of which there are two
	trigger => [ 'CREATE TRIGGER take_order BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION take_order()',
		q{INSERT INTO triggered VALUES ('157'), ('158')} ],
	default => [ q{ALTER TABLE defaulted ADD o jsonb DEFAULT rootfi_get_order('157')}, q{INSERT INTO defaulted VALUES ('a'), ('b')} ],
	view => [ 'CREATE VIEW seen AS SELECT id, rootfi_get_order(id) AS o FROM (VALUES (157::text), (158::text)) AS v (id)', 'SELECT * FROM seen' ],
	check => [ 'ALTER TABLE checked ADD CHECK (rootfi_get_order(id) IS NOT NULL)', q{INSERT INTO checked VALUES ('157'), ('158')} ],
	rule => [ 'CREATE RULE also AS ON DELETE TO big DO ALSO SELECT rootfi_get_order(157::text)', 'DELETE FROM big WHERE n IN (1, 2)' ],
	'materialized view' => [ q{CREATE MATERIALIZED VIEW stored AS SELECT rootfi_id FROM rootfi_list_orders(max_rows => 100, page_size => 50) WITH NO DATA},
		'REFRESH MATERIALIZED VIEW stored' ],
);
foreach my $place (sort keys %places)
{
	my ($make, $use) = @{ $places{$place} };

	is(requests_of($make), '0 over 0', "a call in a $place is not made when that is made");
	is(requests_of("EXPLAIN $use; PREPARE p AS $use; EXPLAIN EXECUTE p"), '0 over 0', 'nor when a statement is planned')
	  unless $use =~ /^REFRESH/;
	is(requests_of($use), '2 over 1', 'but for each row, when it is executed');
}
is(requests_of(q{EXPLAIN SELECT * FROM rootfi_list_orders() WHERE rootfi_id = 157; EXPLAIN SELECT rootfi_get_order('157'), rootfi_count('ecommerce/orders')}),
	'0 over 0', 'planning makes no call');
is(requests_of(q{SELECT rootfi_get_order('157') FROM big LIMIT 0; SELECT rootfi_get_order('157') WHERE false; SELECT CASE WHEN n > 0 THEN 1 ELSE rootfi_count('ecommerce/orders') END FROM big LIMIT 2}),
	'0 over 0', 'nor does what is not executed');
foreach my $statement (
	q{CREATE TABLE generated (id text, o jsonb GENERATED ALWAYS AS (rootfi_get_order(id)) STORED)},
	q{CREATE INDEX ON checked (rootfi_get_order(id))},
	q{CREATE INDEX ON checked (id) WHERE rootfi_get_order(id) IS NOT NULL})
{
	is(codes($statement), '42P17', "an immutable function is required: $statement");
}

#
# Roles and settings
#

$node->safe_psql('postgres', qq{
	CREATE ROLE one;
	CREATE ROLE two;
	CREATE SERVER another FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '$url', max_retries '0');
	CREATE USER MAPPING FOR CURRENT_USER SERVER another OPTIONS (api_key 'key-another');
	GRANT USAGE ON FOREIGN SERVER rootfi TO one, two;
	CREATE USER MAPPING FOR one SERVER rootfi OPTIONS (api_key 'key-one-own');
	CREATE USER MAPPING FOR two SERVER rootfi OPTIONS (api_key 'key-two-own');
	CREATE FUNCTION as_one() RETURNS jsonb LANGUAGE sql SECURITY DEFINER RETURN rootfi_get_order('157');
	ALTER FUNCTION as_one() OWNER TO one;
});

# The keys that the requests of a script have.
sub keys_of
{
	my ($script) = @_;

	$sandbox->forget;
	run_script($script);
	return join ' ', map { $_->{headers}{api_key} =~ s/^(sandbox|key)-|-own$//gr } $sandbox->requests;
}

is(keys_of("$read; SET ROLE one; $read; SET ROLE two; $read; RESET ROLE; $read"), 'key one two key', 'SET ROLE and RESET ROLE choose the mapping');
is(keys_of("BEGIN; SET LOCAL ROLE one; SAVEPOINT s; $read; ROLLBACK TO s; SET LOCAL ROLE two; SAVEPOINT t; $read; ROLLBACK; $read"), 'one two key', 'until the transaction ends');
is(keys_of("SET SESSION AUTHORIZATION two; $read; SELECT as_one(); $read; RESET SESSION AUTHORIZATION; $read"), 'two one two key', 'so do authorization and SECURITY DEFINER');
is(keys_of("SET rootfi.server = another; $read; DISCARD ALL; $read; SET ROLE one; $read; DISCARD ALL; $read"), 'another key one key', 'DISCARD ALL goes back to the beginning');
is(keys_of("PREPARE p AS $read; EXECUTE p; SET ROLE two; EXECUTE p; RESET ROLE; EXECUTE p"), 'key two key', 'a plan is not bound to a role');
is(keys_of("BEGIN; DECLARE c CURSOR FOR SELECT rootfi_get_order('157') FROM generate_series(1, 2); FETCH c; SET ROLE one; SAVEPOINT s; FETCH c"), 'key one', 'nor is a cursor');

#
# Cursors
#

$sandbox->reset;
is(run_script(q{
	BEGIN;
	DECLARE list CURSOR WITH HOLD FOR SELECT rootfi_id FROM rootfi_list_orders(1089, page_size => 10, max_rows => 25);
	DECLARE single NO SCROLL CURSOR WITH HOLD FOR SELECT rootfi_get_order(n::text) ->> 'rootfi_id' FROM generate_series(157, 161) AS n;
	FETCH 1 FROM list;
	MOVE 22 FROM list;
	FETCH 2 FROM single;
	COMMIT;
	FETCH ALL FROM single;
	FETCH ALL FROM list;
}), join("\n", 157, 157 .. 161, 180, 181), 'a cursor WITH HOLD goes on after the commit');
my @held = $sandbox->requests;
is(scalar(@held), 8, 'with what was read up to then');
is(codes(q{
	BEGIN;
	INSERT INTO kept VALUES (5000);
	DECLARE c CURSOR WITH HOLD FOR SELECT rootfi_get_order(id) FROM (VALUES ('157'), ('none')) AS v (id);
	COMMIT;
	SELECT 1 / count(*) FROM kept WHERE n = 5000}), 'P0002 22012', 'a call that fails while the cursor is filled fails the commit');

#
# Notifications
#

$sandbox->fault({ delay_ms => 2000 });
my $listener = session($node, 'listener', qq{LISTEN news; $read; SELECT 'done'; $read});
wait_until_waiting($node, 'listener');
$node->safe_psql('postgres', q{NOTIFY news, 'while it waited'});
like(finish($listener), qr/^157\n.*notification "news" with payload "while it waited"/s, 'a notification that comes while a call waits is not lost');
like(run_script("LISTEN news; BEGIN; NOTIFY news, 'own'; $read; COMMIT"), qr/^157\n.*payload "own"/s, 'nor one of the same transaction');

#
# What a transaction does not do
#

$sandbox->reset;
my ($id) = run_script("BEGIN; $write; ROLLBACK");
is($sandbox->call('GET', "/v4/payments/orders/$id")->{status}, 200, 'a rollback does not undo a write');
($id) = run_script(qq{
	CREATE TABLE late (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED);
	BEGIN; INSERT INTO late VALUES (1), (1); $write; COMMIT});
is($sandbox->call('GET', "/v4/payments/orders/$id")->{status}, 200, 'nor does a commit that fails');
like(slurp_file('README.md'), qr/the API does not roll back/, 'the documentation says so');

$sandbox->stop;
done_testing();

# A word for the shell.
sub quote
{
	my ($word) = @_;

	return "'" . $word =~ s/'/'\\''/gr . "'";
}
