# Syncs in the middle of everything that can happen to them at once: cancels,
# time limits, locks, DDL, hostile triggers, faults of the API, kill -9.  No
# server crashes of itself, what is copied is what the API has as soon as the
# trouble is over, and nobody has more rights than before.
#
# MIXED_ROUNDS is how many rounds there are (40), MIXED_SEED what they are
# chosen by.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Rootfi::Copy;
use Rootfi::Pair;
use Test::More;
use Time::HiRes qw(sleep time);

my $rounds = $ENV{MIXED_ROUNDS} || 40;
my $seed = $ENV{MIXED_SEED} || int(time);
srand $seed;
note("MIXED_SEED=$seed");

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 60, companies => 2, latency => 2 },
	server => { page_size => 10, max_retries => 1, timeout => '5s', overlap => '1 minute' });
$node->append_conf('postgresql.conf', "restart_after_crash = on\nlog_min_messages = warning\n");
$node->restart;
sub query { return $node->safe_psql('postgres', @_) }
sub one { return $_[ int rand @_ ] }

# A statement of somebody who takes no for an answer, and does not wait long.
sub try
{
	my ($statement, $role) = @_;
	$node->psql('postgres', "SET lock_timeout = '100ms'; SET statement_timeout = '2s';\n$statement",
		on_error_stop => 0, stderr => \my $ignored, extra_params => [ $role ? ('-U', $role) : () ]);
	return;
}

query(q{
	CREATE ROLE eve LOGIN;
	CREATE ROLE app LOGIN;
	GRANT USAGE ON FOREIGN SERVER rootfi TO eve, app;
	CREATE SCHEMA mix;
	CREATE SCHEMA evil AUTHORIZATION eve;
	CREATE SCHEMA app AUTHORIZATION app;
	SELECT rootfi_add_stream('ecommerce/orders', company, 'mix') FROM unnest(ARRAY[1089, 1090]) AS company;
	SELECT rootfi_add_stream('ecommerce/items', 1089, 'mix')});
foreach my $role ('eve', 'app')
{
	map_user($node, $sandbox->key, $role);
	query("SELECT rootfi_add_stream('ecommerce/orders', 1089, '" . ($role eq 'eve' ? 'evil' : 'app') . "')", extra_params => [ '-U', $role ]);
}
query('CALL rootfi_sync()');
query(q{SET ROLE eve;
	CREATE TABLE evil.deed (statement text);
	CREATE FUNCTION evil.do() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE statement text := (SELECT d.statement FROM evil.deed AS d LIMIT 1);
	BEGIN
		IF pg_trigger_depth() > 1 THEN RETURN coalesce(NEW, OLD); END IF;
		IF statement LIKE 'RAISE%' THEN
			RAISE EXCEPTION 'I say so' USING ERRCODE = substr(statement, 7);
		END IF;
		EXECUTE statement;
		RETURN coalesce(NEW, OLD);
	EXCEPTION WHEN OTHERS THEN
		IF statement LIKE 'RAISE%' THEN RAISE; END IF;
		RETURN coalesce(NEW, OLD);
	END $$});

# What eve's trigger does with every row of hers: most of it she may not.
my @deeds = (
	(map { "RAISE $_" } qw(57014 57P01 40001 40P01 23505 55P03 XX000 RF007 28000)),
	'ALTER ROLE eve SUPERUSER', 'GRANT pg_read_all_data TO eve', 'SET ROLE postgres', 'RESET ROLE',
	'SET SESSION AUTHORIZATION postgres', 'SELECT pg_advisory_unlock_all()', 'CALL rootfi_sync()',
	'SELECT rootfi_remove_stream(1)', 'SELECT rootfi_alter_stream(1, enabled => false)', 'UPDATE rootfi_stream SET owner = $o$eve$o$',
	'DELETE FROM mix.orders', 'TRUNCATE evil.orders', 'DELETE FROM evil.orders WHERE random() < 0.1', 'ALTER TABLE evil.orders ADD x int',
	'SELECT pg_cancel_backend(pg_backend_pid())', 'SELECT pg_terminate_backend(pg_backend_pid())', 'SELECT pg_sleep(0.01)',
	q{SELECT set_config('role', 'none', false)}, q{SELECT set_config('search_path', 'evil', false)}, q{SELECT set_config('rootfi.server', 'evil', false)},
	q{SELECT set_config('session_replication_role', 'replica', false)}, 'SET lock_timeout = 1', 'SET row_security = off', 'COMMIT', 'ROLLBACK',
	q{DO $o$ BEGIN RAISE WARNING '%', E'\x1b[2Jgone'; END $o$}, 'LOCK TABLE rootfi_stream', 'CREATE TABLE evil.more_' . int(rand 1e6) . ' ()');

# What is done to tables between two pages, and how it is undone.
my @ddl = (
	[ 'ALTER TABLE mix.orders ADD memo text', 'ALTER TABLE mix.orders DROP IF EXISTS memo' ],
	[ 'ALTER TABLE mix.orders ADD priority int NOT NULL DEFAULT 0', 'ALTER TABLE mix.orders DROP IF EXISTS priority' ],
	[ 'ALTER TABLE mix.order_line_items ADD memo text DEFAULT now()::text', 'ALTER TABLE mix.order_line_items DROP IF EXISTS memo' ],
	[ 'ALTER TABLE mix.orders RENAME TO away', 'ALTER TABLE IF EXISTS mix.away RENAME TO orders' ],
	[ 'ALTER TABLE mix.order_addresses RENAME TO gone', 'ALTER TABLE IF EXISTS mix.gone RENAME TO order_addresses', 'lists' ],
	[ 'ALTER TABLE mix.orders RENAME status TO state', 'ALTER TABLE mix.orders RENAME state TO status', 'full' ],
	[ 'ALTER TABLE mix.orders DROP CONSTRAINT orders_pkey', 'ALTER TABLE mix.orders ADD PRIMARY KEY (rootfi_company_id, rootfi_id)' ],
	[ 'ALTER TABLE mix.order_line_items DROP CONSTRAINT order_line_items_pkey', 'ALTER TABLE mix.order_line_items ADD PRIMARY KEY (rootfi_company_id, order_rootfi_id, ordinal)' ],
	[ 'CREATE INDEX more ON mix.orders (status)', 'DROP INDEX IF EXISTS mix.more' ],
	[ 'REINDEX TABLE CONCURRENTLY mix.orders', '' ], [ 'REINDEX TABLE mix.order_line_items', '' ], [ 'VACUUM FULL mix.orders', '' ],
	[ 'CLUSTER mix.orders USING orders_pkey', '' ], [ 'ANALYZE', '' ], [ 'VACUUM FREEZE mix.order_transactions', '' ],
	[ 'ALTER TABLE mix.orders SET UNLOGGED; ALTER TABLE mix.orders SET LOGGED', '' ],
	[ 'TRUNCATE mix.orders, mix.order_line_items', '', 'full' ], [ 'TRUNCATE mix.order_fulfillments', '', 'full' ],
	[ 'DELETE FROM mix.orders WHERE rootfi_id % 3 = 0', '', 'full' ],
	[ 'CREATE POLICY p ON mix.orders USING (false); ALTER TABLE mix.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', 'DROP POLICY IF EXISTS p ON mix.orders; ALTER TABLE mix.orders DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY' ],
	[ 'ALTER TABLE mix.orders OWNER TO eve', 'ALTER TABLE mix.orders OWNER TO postgres' ],
	[ 'ALTER TABLE mix.orders ADD CONSTRAINT never CHECK (false) NOT VALID', 'ALTER TABLE mix.orders DROP CONSTRAINT IF EXISTS never' ],
	[ q{CREATE FUNCTION mix.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '57014'; END $$; CREATE TRIGGER no BEFORE INSERT OR UPDATE ON mix.orders FOR EACH ROW EXECUTE FUNCTION mix.no()}, 'DROP FUNCTION IF EXISTS mix.no() CASCADE' ],
	[ 'ALTER SERVER rootfi OPTIONS (SET page_size $$7$$)', 'ALTER SERVER rootfi OPTIONS (SET page_size $$10$$)' ],
	[ 'ALTER USER MAPPING FOR app SERVER rootfi OPTIONS (SET api_key $$of-another-account$$)', q{SET log_statement = 'none'; ALTER USER MAPPING FOR app SERVER rootfi OPTIONS (SET api_key $$} . $sandbox->key . '$$)' ],
	[ 'UPDATE rootfi_stream SET enabled = false', 'UPDATE rootfi_stream SET enabled = true' ],
	[ 'SELECT rootfi_reset_stream(1)', '' ], [ 'BEGIN; LOCK TABLE rootfi_stream; SELECT pg_sleep(0.05); COMMIT', '' ],
	[ 'BEGIN; LOCK TABLE mix.orders; SELECT pg_sleep(0.05); COMMIT', '' ], [ 'BEGIN; LOCK TABLE mix.order_transactions; SELECT pg_sleep(0.05); COMMIT', '' ]);

# Who may do what: of everything but the tables that eve makes for herself.
my $rights = q{
	SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
		SELECT concat_ws(' ', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls) FROM pg_roles
		UNION ALL SELECT concat_ws(' ', roleid::regrole, member::regrole, admin_option) FROM pg_auth_members
		UNION ALL SELECT concat_ws(' ', oid::regclass, relowner::regrole, relacl) FROM pg_class WHERE relpersistence <> 't' AND relnamespace NOT IN ('evil'::regnamespace, 'mix'::regnamespace, 'pg_toast'::regnamespace)
		UNION ALL SELECT concat_ws(' ', relname, relowner::regrole, relacl) FROM pg_class WHERE relnamespace = 'mix'::regnamespace AND relkind = 'r'
		UNION ALL SELECT concat_ws(' ', oid::regprocedure, proowner::regrole, proacl, prosecdef) FROM pg_proc
		UNION ALL SELECT concat_ws(' ', nspname, nspowner::regrole, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
		UNION ALL SELECT concat_ws(' ', datname, datdba::regrole, datacl) FROM pg_database
		UNION ALL SELECT concat_ws(' ', srvname, srvowner::regrole, srvacl) FROM pg_foreign_server
		UNION ALL SELECT concat_ws(' ', stream_id, owner, target_schema, target_table, enabled) FROM rootfi_stream) AS r (line)};
my $had = query($rights);

# The orders of a schema that are not as the API has them, and why.
sub wrong_orders
{
	my ($schema) = @_;

	return query(qq{
		SET timezone = 'UTC';
		SELECT count(*) || ' orders, such as ' || coalesce(min(concat_ws(' ', t.rootfi_company_id, t.rootfi_id, t.rootfi_updated_at, 'is', s.value ->> 'rootfi_updated_at')), 'none')
			|| '; ' || (SELECT string_agg(concat_ws(' ', stream_id, pass_kind, cursor IS NOT NULL, synced_to, completed_at, child_rows), ', ') FROM rootfi_stream WHERE target_schema = '$schema')
		FROM rootfi_list('ecommerce/orders', include_deleted => true) AS s (value)
		LEFT JOIN $schema.orders AS t ON t.rootfi_id = (s.value ->> 'rootfi_id')::bigint AND t.rootfi_company_id = (s.value ->> 'rootfi_company_id')::bigint
		WHERE jsonb_populate_record(t, s.value) IS DISTINCT FROM t});
}

# Begins a sync in a session of its own; returns it and its process id.
sub begin
{
	my ($statement) = @_;
	my $session = session($node, 'mixed', "SELECT pg_backend_pid();\n$statement;\n");

	$session->{harness}->pump until $session->{output} =~ /^(\d+)\n/ || !$session->{harness}->pumpable;
	return ($session, $1);
}

my @calls = (
	'CALL rootfi_sync()', 'CALL rootfi_sync()', q{CALL rootfi_sync('ecommerce/orders')}, q{CALL rootfi_sync('ecommerce/orders', full_refresh => true)},
	q{CALL rootfi_sync('ecommerce/orders', max_pages => 2)}, q{CALL rootfi_sync('ecommerce/orders', 1090, full_refresh => true)}, q{CALL rootfi_sync('ecommerce/items')});
my @settings = ('', '', '', "SET lock_timeout = '5ms'; ", "SET row_security = off; ", "SET default_transaction_isolation = 'serializable'; ", "SET rootfi.max_concurrency = 1; ", "SET search_path = mix, public; ", "SET work_mem = '64kB'; ");
my (%ends, @bad);
my $full = '';    # what is needed to put right what was done

# What happens to a session that syncs; each is given its process id.
my %trouble = (
	cancel => sub { foreach (1 .. 1 + rand 3) { kill INT => $_[0]; sleep rand 0.03 } },
	terminate => sub { kill TERM => $_[0] },
	'kill -9' => sub { kill KILL => $_[0] },
	ddl => sub { foreach (1 .. 1 + rand 2) { my $ddl = one(@ddl); try($ddl->[0]); $full ||= $ddl->[2] } },
	'another session' => sub { my ($other) = begin(one(@settings) . one(@calls)); finish($other) },
	'immediate shutdown' => sub { $node->stop('immediate'); $node->start },
	nothing => sub { });
my @often = (('ddl') x 8, ('cancel') x 4, ('another session') x 3, 'terminate', 'kill -9', 'nothing');

foreach my $round (1 .. $rounds)
{
	my @chosen = map { one(@often) } 1 .. 1 + rand 2;
	my @told;
	push @chosen, 'immediate shutdown' if $round % 40 == 0;

	# data that change, an API that fails, a hostile owner
	$sandbox->touch('ecommerce/orders', one(1089, 1090), 1 + int rand 15);
	$sandbox->fault(one({ status => 503, times => 2 }, { status => 429, times => 1 }, { body => '{"data": [{"rootfi_id": ', times => 1 }, { delay_ms => 30, times => 3 }, { status => 200, body => '{"data": 5}', times => 1 })) if rand() < 0.3;
	my $deed = one(@deeds);
	query("TRUNCATE evil.deed; INSERT INTO evil.deed VALUES (\$deed\$$deed\$deed\$); DROP TRIGGER IF EXISTS deed ON evil.orders; CREATE TRIGGER deed BEFORE INSERT OR UPDATE ON evil.orders FOR EACH ROW EXECUTE FUNCTION evil.do()", extra_params => [ '-U', 'eve' ]) if rand() < 0.5;

	my $settings = one(@settings) . (rand() < 0.15 ? 'SET statement_timeout = ' . (3 + int rand 120) . '; ' : '');
	my ($session, $pid) = begin($settings . one(@calls));
	foreach my $name (@chosen)
	{
		sleep rand 0.08;
		$trouble{$name}->($pid);
	}
	finish($session);
	$ends{$1}++ foreach $session->{error} =~ /^psql:.*? (ERROR|FATAL|server closed)/mg;
	# an error cannot be recorded while somebody holds the lock on the streams' table
	push @bad, "round $round (@chosen): $_" foreach grep { /could not record|internal error/i && !/lock timeout/ } split /\n/, $session->{error};

	# the trouble is over
	$sandbox->clear_faults;
	poll_until('the server is up', sub { return $node->psql('postgres', 'SELECT 1') == 0 });
	foreach my $undo (grep { $_ ne '' } map { $_->[1] } @ddl)
	{
		$node->psql('postgres', "SET client_min_messages = error; $undo", on_error_stop => 0, stderr => \my $ignored) if grep { $_ eq 'ddl' } @chosen;
	}
	query('DROP TRIGGER IF EXISTS deed ON evil.orders; ALTER TABLE evil.orders DROP COLUMN IF EXISTS x', extra_params => [ '-U', 'eve' ]);
	my $arguments = $full || grep({ $_ eq 'ddl' } @chosen) ? ', full_refresh => true' : '';
	my $backend = backend($node);
	# a pass that goes on reads nothing that changed after it began, nor looks at
	# lists again: what was left of one is done first
	my $healing = '';
	foreach ('', $arguments)
	{
		my (undef, $said) = ask($backend, "CALL rootfi_sync('ecommerce/orders'$_)");
		push @told, $said if $said =~ /ERROR/;
		$healing .= $said;
	}
	push @told, 'a lock was left' if (ask($backend, q{SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype NOT IN ('virtualxid', 'relation')}))[0] ne '0';
	leave($backend);
	$full = '';
	foreach my $copy ([ 'mix' ], [ 'app', company => 1089 ])
	{
		my ($schema, @company) = @$copy;
		my $n = differences($node, schema => $schema, @company);
		push @told, "$n rows of $schema differ: " . wrong_orders($schema) . "\n$healing" if $n;
	}
	push @told, 'somebody has other rights' if query($rights) ne $had;
	push @told, 'a stream is shown as running' if query(q{SELECT count(*) FROM rootfi_sync_status WHERE state = 'running'}) ne '0';
	push @bad, "round $round (@chosen; $settings; $deed): $_" foreach @told;
	last if @bad > 10;
}

is(join("\n", @bad), '', "$rounds rounds: tables, rights and locks are as they should be");
my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC|TRAP|terminated by signal (?!9\b)/, 'no process crashed of itself');
is(() = $log =~ /XX000/g, 0, 'no internal error') if $log =~ /XX000/ && $log !~ /I say so/;
note(join ', ', map { "$ends{$_} times $_" } sort keys %ends);

$sandbox->stop;
done_testing();
