# Whose streams are seen and run by whom, and as whom: by their owner, with
# its key and its privileges, whoever calls.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my $key = 'the-key-of-app';
my ($node, $sandbox) = start_pair(
	sandbox => { orders => 40, key => $key },
	server => { page_size => 20, overlap => '0' });
my $root = $node->safe_psql('postgres', q{
	ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key 'the-key-of-root');
	CREATE ROLE app LOGIN;
	CREATE ROLE boss LOGIN IN ROLE app;
	CREATE ROLE monitor LOGIN IN ROLE pg_read_all_stats;
	CREATE ROLE other LOGIN;
	CREATE ROLE bare LOGIN;
	CREATE ROLE gone LOGIN;
	GRANT USAGE ON FOREIGN SERVER rootfi TO app, other, bare, gone;
	CREATE SCHEMA app AUTHORIZATION app;
	CREATE SCHEMA bare AUTHORIZATION bare;
	CREATE SCHEMA gone AUTHORIZATION gone;
	CREATE SCHEMA root;
	SELECT current_user});
$node->safe_psql('postgres', "CREATE USER MAPPING FOR $_ SERVER rootfi OPTIONS (api_key '$key')") foreach 'app', 'bare', 'gone';

sub query
{
	my ($statements) = @_;

	return $node->safe_psql('postgres', $statements);
}

# What statements give that a role executes, and what it is told.
sub given { return (as_role($node, @_))[0] }
sub told  { return (as_role($node, @_))[1] }

# An ordinary role
my $stream = given('app', q{SELECT rootfi_add_stream('ecommerce/orders', company_id => 1089, target_schema => 'app')});
like($stream, qr/^\d+$/, 'a role with USAGE on the server and a mapping adds a stream');
is(query(q{SELECT string_agg(DISTINCT tableowner, ' ') || ' ' || count(*) FROM pg_tables WHERE schemaname = 'app'}), 'app 5', 'whose tables are its own');
like(sync($node, '', role => 'app'), qr/stream $stream .* 40 inserted/, 'and runs it');
query(q{SELECT rootfi_add_stream('ecommerce/items', company_id => 1089, target_schema => 'root')});
like(sync($node, q{'ecommerce/items'}), qr/ERROR:  28000/, 'the key of the superuser is not valid');

# What each role sees, and can do
my $counts = q{SELECT (SELECT count(*) FROM rootfi_stream), (SELECT count(*) FROM rootfi_run), (SELECT count(*) FROM rootfi_sync_status)};
is(given('app', $counts), '1|1|1', 'a role sees its own streams, with their runs and states');
is(given('boss', $counts), '1|1|1', 'and those of a role it belongs to');
is(given('monitor', $counts), '2|2|2', 'a member of pg_read_all_stats sees all');
is(given('other', $counts), '0|0|0', 'others see none');
is(query($counts), '2|2|2', 'a superuser sees all');
my $change = "SELECT rootfi_alter_stream($stream, enabled => false)";
is(told('boss', $change), '', 'a member of the owner changes them');
is(query("SELECT enabled, min_interval FROM rootfi_stream WHERE stream_id = $stream"), 'f|00:00:00', 'what it names, and nothing else');
is(told('app', "SELECT rootfi_alter_stream($stream, enabled => true)"), '', 'and so does the owner');
foreach my $role ('monitor', 'other')
{
	like(told($role, $change), qr/ERROR:  (42501: permission denied for|42704: there is no) stream $stream\b/, "$role changes none");
	like(told($role, "SELECT rootfi_reset_stream($stream)"), qr/ERROR:  (42501: permission denied for|42704: there is no) stream $stream\b/, "$role resets none");
	like(told($role, "SELECT rootfi_remove_stream($stream)"), qr/ERROR:  (42501: permission denied for|42704: there is no) stream $stream\b/, "$role removes none");
	like(sync($node, '', role => $role), qr/NOTICE:  42704: there is no stream/, "$role has none to run");
	like(sync($node, q{'ecommerce/orders'}, role => $role), qr/ERROR:  42704: there is no stream of 'ecommerce\/orders'/, "$role cannot run one by its name");
}
like(told('app', "SELECT rootfi_alter_stream($stream, owner => '$root')"), qr/ERROR:  42501/, 'nor can an owner give its own away');
is(query(q{SELECT string_agg(p, ' ') FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS p, unnest(ARRAY['rootfi_stream', 'rootfi_run', 'rootfi_seen']) AS t WHERE has_table_privilege('app', t, p)}),
	'', 'nobody but the owner of the extension writes its tables or has triggers on them');

# Who runs a stream of somebody else runs it as its owner.
$sandbox->forget;
$sandbox->touch('ecommerce/orders', 1089, 3);
like(sync($node, '', role => 'boss'), qr/stream $stream .* 3 updated/, 'a member of the owner runs a stream');
is(join(' ', map { $_->{headers}{api_key} } $sandbox->requests), $key, 'with the key of the owner');
$sandbox->forget;
like(sync($node, q{'ecommerce/orders'}), qr/stream $stream .* 0 updated/, 'so does a superuser');
is(join(' ', map { $_->{headers}{api_key} } $sandbox->requests), $key, 'not with its own');
is(query(q{SELECT string_agg(DISTINCT tableowner, ' ') || ' ' || count(*) FROM pg_tables WHERE schemaname = 'app'}), 'app 5', 'the tables stay the owner\'s');

# Triggers of the owner, who would like to be more than that. Each attempt is
# noted with its end.
my @attempts = (
	'ALTER ROLE app SUPERUSER', "SET ROLE $root", 'SET ROLE NONE', 'RESET ROLE', 'SET SESSION AUTHORIZATION DEFAULT', 'RESET SESSION AUTHORIZATION',
	"SET SESSION AUTHORIZATION $root", q{SELECT set_config('role', 'none', false)}, 'CREATE FUNCTION pg_catalog.mine() RETURNS integer LANGUAGE sql RETURN 1',
	'CREATE TEMP TABLE mine ()', 'DECLARE mine CURSOR WITH HOLD FOR SELECT 1', 'LISTEN mine', 'PREPARE mine AS SELECT 1');
my $attempts = join ', ', map { s/'/''/gr =~ s/(.*)/'$1'/r } @attempts;
is(told('app', qq{
	CREATE TABLE app.attempts (operation text, attempt text, code text, who name, session name);
	CREATE FUNCTION app.attack() RETURNS trigger LANGUAGE plpgsql AS \$\$
	DECLARE
		attempt text;
		code text;
	BEGIN
		IF TG_OP = 'INSERT' THEN
			SET work_mem = '77MB';
			PERFORM set_config('rootfi.server', 'nowhere', false);
		END IF;
		FOREACH attempt IN ARRAY ARRAY[$attempts] LOOP
			code := 'done';
			BEGIN
				EXECUTE attempt;
			EXCEPTION WHEN OTHERS THEN
				code := SQLSTATE;
			END;
			INSERT INTO app.attempts VALUES (TG_TABLE_NAME || ' ' || TG_OP, attempt, code, current_user, session_user);
		END LOOP;
		RETURN NULL;
	END \$\$;
	ALTER TABLE app.orders ADD who name DEFAULT current_user;
	CREATE TRIGGER attack AFTER INSERT OR UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.attack();
	CREATE TRIGGER attack AFTER INSERT OR DELETE ON app.order_line_items EXECUTE FUNCTION app.attack();
	DELETE FROM app.orders WHERE rootfi_id > 175}), '', 'the owner has triggers on its tables');
$sandbox->remove('ecommerce/orders', 1089, [ 160, 161 ]);
like(sync($node, q{'ecommerce/orders', full_refresh => true}), qr/ inserted, .* 2 marked/, 'a superuser runs the stream');
is(query(q{SELECT string_agg(DISTINCT operation, ', ' ORDER BY operation) FROM app.attempts}),
	'order_line_items DELETE, order_line_items INSERT, orders INSERT, orders UPDATE', 'the triggers have fired, for marked rows too');
is(query(q{SELECT DISTINCT who, session FROM app.attempts}), "app|$root", 'as the owner of the stream');
is(query(q{SELECT string_agg(DISTINCT attempt || ' ' || code, ', ') FROM app.attempts WHERE code <> '42501'}), '', 'whatever they attempted was not permitted');
is(query(q{SELECT count(DISTINCT attempt) FROM app.attempts}), scalar @attempts, 'which was a lot');
is(query(q{SELECT string_agg(DISTINCT who, ' ') FROM app.orders WHERE rootfi_id > 175 AND rootfi_deleted_at IS NULL}), 'app', 'defaults are of the owner as well');
is(query(q{SELECT rolname FROM pg_roles WHERE rolname IN ('app', 'boss', 'other') AND (rolsuper OR rolcreaterole)}), '', 'nobody is more than before');
given('app', 'DELETE FROM app.orders WHERE rootfi_id > 190');
is(query(q{
	SET rootfi.server = 'rootfi';
	CALL rootfi_sync('ecommerce/orders', full_refresh => true);
	SELECT current_user, session_user, current_setting('work_mem') <> '77MB', current_setting('rootfi.server')}), "$root|$root|t|rootfi", 'and what a trigger sets ends with it');

# Deferred triggers would fire when we are ourselves again.
is(told('app', q{
	DROP TRIGGER attack ON app.orders;
	DROP TRIGGER attack ON app.order_line_items;
	CREATE FUNCTION app.late() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO app.attempts (operation, who) VALUES ('late', current_user);
		RETURN NULL;
	END $$;
	CREATE FUNCTION app.later() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		SET CONSTRAINTS ALL DEFERRED;
		INSERT INTO app.attempts (operation, who) VALUES ('later', current_user);
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER late AFTER INSERT ON app.attempts DEFERRABLE FOR EACH ROW WHEN (NEW.operation = 'later') EXECUTE FUNCTION app.late();
	CREATE CONSTRAINT TRIGGER later AFTER INSERT OR UPDATE ON app.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.later()}), '', 'the owner defers triggers');
$sandbox->touch('ecommerce/orders', 1089, 3);
like(sync($node, q{'ecommerce/orders'}, role => 'app'), qr/ 3 updated/, 'the owner itself runs the stream with them');
is(query(q{SELECT count(*), min(who), max(who) FROM app.attempts WHERE operation LIKE 'late%'}), '6|app|app', 'and they fire');
told('app', q{
	DROP TRIGGER later ON app.orders;
	CREATE FUNCTION app.plain() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO app.attempts (operation, who) VALUES ('plain', current_user);
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER plain AFTER INSERT OR UPDATE ON app.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.plain()});
$sandbox->touch('ecommerce/orders', 1089, 3);
like(sync($node, q{'ecommerce/orders'}), qr/ 3 updated/, 'a superuser runs the stream with a deferred trigger');
is(query(q{SELECT count(*), min(who), max(who) FROM app.attempts WHERE operation = 'plain'}), '3|app|app', 'which fires at once, as the owner');
told('app', q{
	DROP TRIGGER plain ON app.orders;
	CREATE CONSTRAINT TRIGGER later AFTER INSERT OR UPDATE ON app.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.later()});
$sandbox->touch('ecommerce/orders', 1089, 3);
like(sync($node, q{'ecommerce/orders'}), qr/ERROR:  42501.*\n.*Stream $stream .*: 42501: cannot fire deferred trigger within security-restricted operation/, 'but not with one that defers others');
told('app', q{
	DROP TRIGGER later ON app.orders;
	CREATE TRIGGER later AFTER INSERT OR UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.later()});
like(sync($node, q{'ecommerce/orders'}), qr/ERROR:  42501.*\n.*Stream $stream .*: 42501: cannot fire deferred trigger within security-restricted operation/, 'nor with a trigger that is not deferred itself');
is(query(q{SELECT count(*) FROM app.attempts WHERE operation LIKE 'late%' AND who <> 'app'}), 0, 'none has fired as the superuser');
told('app', 'DROP TRIGGER later ON app.orders');
like(sync($node, q{'ecommerce/orders'}), qr/ 3 updated/, 'without them the stream goes on');

# What a superuser removes is what the owner could drop.
query('CREATE TABLE public.precious (rootfi_id bigint PRIMARY KEY)');
query(q{
	INSERT INTO rootfi_stream (owner, stream_id, server, resource, company_id, target_schema, target_table)
	VALUES ('app', 4711, 'rootfi', 'ecommerce/orders', 1089, 'public', 'precious')});
like(($node->psql('postgres', 'SELECT rootfi_remove_stream(4711, drop_tables => true)'))[2], qr/must be owner of table precious/, 'but a superuser does not drop it for the role');
query('SELECT rootfi_remove_stream(4711)');
is(query('SELECT count(*) FROM public.precious'), 0, 'and can remove the stream');

# RootFi's own syncs
$sandbox->forget;
my $remote = q{'ecommerce/orders', remote => true};
like(sync($node, $remote, role => 'app'), qr/ERROR:  42501.*\n.*Stream $stream .*: 42501: permission denied for function rootfi_start_sync/, 'a sync of RootFi\'s own takes EXECUTE on rootfi_start_sync');
like(sync($node, $remote), qr/ERROR:  42501/, 'of the owner of the stream, not of the caller');
is(scalar(grep { $_->{method} eq 'POST' } $sandbox->requests), 0, 'and is not begun without');
query('GRANT EXECUTE ON FUNCTION rootfi_start_sync TO app');
unlike(sync($node, $remote, role => 'app'), qr/ERROR/, 'who has it begins one');
is(join(' ', map { "$_->{method} $_->{headers}{api_key}" } grep { $_->{method} eq 'POST' } $sandbox->requests), "POST $key", 'once');

# Owners that lack something
my $bare = given('bare', q{SELECT rootfi_add_stream('ecommerce/items', company_id => 1089, target_schema => 'bare')});
my $gone = given('gone', q{SELECT rootfi_add_stream('ecommerce/contacts', company_id => 1089, target_schema => 'gone')});
query(qq{
	DROP USER MAPPING FOR bare SERVER rootfi;
	REASSIGN OWNED BY gone TO $root;
	DROP OWNED BY gone;
	DROP ROLE gone;
	DELETE FROM rootfi_stream WHERE owner = '$root'});
my $all = sync($node, '');
like($all, qr/ERROR:  42704: could not sync 2 of 3 streams$/m, 'two owners lack something');
like($all, qr/Stream $bare .*: 42704: user mapping not found for user "bare", server "rootfi"/, 'one its mapping');
like($all, qr/Stream $gone .*: 42704: role "gone", the owner of stream $gone .*, does not exist/, 'the other itself');
like($all, qr/stream $stream .* 0 updated/, 'a third stream goes on');
is(query(qq{SELECT count(*), min(failures), min(error_sqlstate), bool_and(error_message ~ 'bare|gone') FROM rootfi_stream WHERE stream_id IN ($bare, $gone)}),
	'2|1|42704|t', 'both errors are kept with the streams');
is(given('app', 'SELECT count(*) FROM rootfi_stream'), 1, 'nobody else sees them');
query("UPDATE rootfi_stream SET owner = 'app' WHERE stream_id = $gone; GRANT USAGE ON SCHEMA gone TO app; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA gone TO app");
like(sync($node, q{'ecommerce/contacts'}), qr/stream $gone .* 10 inserted/, 'with another owner a stream works again');
is(query(qq{SELECT failures FROM rootfi_stream WHERE stream_id = $gone}), 0, 'as if nothing had been');
query("REVOKE USAGE ON SCHEMA gone FROM app");
like(sync($node, q{'ecommerce/contacts'}), qr/Stream $gone .*: 42501: permission denied for schema gone/, 'without its privileges it does not');
query("DELETE FROM rootfi_stream WHERE stream_id IN ($bare, $gone)");

# A schema ahead of pg_catalog, with things of the same names
my @types = ('bigint', 'integer', 'pg_catalog.text', 'name', 'numeric', 'timestamptz', 'interval', 'jsonb', 'boolean', '"char"', 'oid', 'date');
query(join '', q{
	CREATE SCHEMA hostile;
	GRANT USAGE ON SCHEMA hostile TO PUBLIC;
	CREATE FUNCTION hostile.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile function'; END $$;
	CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile function'; END $$;
	CREATE FUNCTION hostile.power(double precision, double precision) RETURNS double precision LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile function'; END $$;
	CREATE FUNCTION hostile.unnest(bigint[]) RETURNS SETOF bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile function'; END $$;
	CREATE FUNCTION hostile.pg_has_role(name, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile function'; END $$;
	CREATE FUNCTION hostile.make_interval(years integer DEFAULT 0, months integer DEFAULT 0, weeks integer DEFAULT 0, days integer DEFAULT 0, hours integer DEFAULT 0, mins integer DEFAULT 0, secs double precision DEFAULT 0)
		RETURNS interval LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile function'; END $$;
	CREATE DOMAIN hostile.text AS pg_catalog.text CHECK (VALUE <> 'hostile');
	CREATE DOMAIN hostile.jsonb AS pg_catalog.jsonb;
	CREATE DOMAIN hostile.timestamptz AS pg_catalog.timestamptz;
	CREATE TABLE hostile.orders ();
	CREATE TABLE hostile.rootfi_stream ();
	CREATE SCHEMA plain AUTHORIZATION app;
	CREATE TABLE plain.orders (LIKE rootfi_order, PRIMARY KEY (rootfi_company_id, rootfi_id));
	ALTER TABLE plain.orders OWNER TO app;
},
	map {
		my $type = $_;
		map { qq{
			CREATE FUNCTION hostile.op$_->[0](pg_catalog.$type, pg_catalog.$type) RETURNS boolean LANGUAGE plpgsql AS \$\$ BEGIN RAISE 'hostile operator'; END \$\$;
			CREATE OPERATOR hostile.$_->[1] (LEFTARG = pg_catalog.$type, RIGHTARG = pg_catalog.$type, FUNCTION = hostile.op$_->[0])} =~ s/pg_catalog\.(bigint|integer|boolean|pg_catalog)/$1/gr . ';' }
		  [ 'eq', '=' ], [ 'ne', '<>' ], [ 'lt', '<' ], [ 'le', '<=' ], [ 'gt', '>' ], [ 'ge', '>=' ]
	} @types);
like(told('app', q{SET search_path = hostile, pg_catalog; SELECT 1 = 1}), qr/hostile operator/, 'there are operators that are better not used');
my $ahead = 'SET search_path = hostile, pg_catalog;';
is(told('app', "$ahead SELECT public.rootfi_add_stream('ecommerce/orders', company_id => 1090, target_schema => 'plain')"), '', 'a stream is added without them');
is(told('app', "$ahead SELECT public.rootfi_add_stream('v3/accounting/invoices', target_schema => 'plain')"), '', 'also one for which a table is made');
is(query(q{SELECT string_agg(DISTINCT atttypid::regtype::text, ', ') FROM pg_attribute WHERE attrelid = 'plain.accounting_invoices'::regclass AND atttypid IN (SELECT oid FROM pg_type WHERE typnamespace = 'hostile'::regnamespace)}),
	'', 'with the types of the catalog');
foreach my $role ('app', $root)
{
	my $call = "$ahead CALL public.rootfi_sync(";
	unlike(told($role, "$call)"), qr/hostile|ERROR/, "$role: streams are synced without them");
	foreach my $company_id (1089, 1090)
	{
		$sandbox->touch('ecommerce/orders', $company_id, 2);
		$sandbox->remove('ecommerce/orders', $company_id, [ query(qq{
			SELECT max(rootfi_id) FROM @{[ $company_id == 1089 ? 'app' : 'plain' ]}.orders
			WHERE rootfi_updated_at < '2025-01-01' AND rootfi_deleted_at IS NULL}) ]);
	}
	my $told = told($role, "$call full_refresh => true, max_pages => 1); CALL public.rootfi_sync()");
	unlike($told, qr/hostile|ERROR/, "$role: and in more than one run");
	like($told, qr/company 1090\)[^\n]* [12] updated.*company 1090\)[^\n]*, 1 marked/s, "$role: changed and marked");
	$sandbox->fault({ path => '/v4/ecommerce/orders', times => 2, status => 500, body => '{}' });
	$told = told($role, "$call)");
	like($told, qr/ERROR:  58000/, "$role: errors are kept");
	unlike($told, qr/hostile/, "$role: without them too");
	unlike(told($role, "$ahead SELECT * FROM public.rootfi_sync_status"), qr/hostile/, "$role: and shown");
	query(q{UPDATE rootfi_stream SET next_due = '-infinity'});
}

# A stream gets another owner while it waits for its turn.
my ($moved) = query(q{
	GRANT pg_read_all_stats TO boss;
	SELECT stream_id FROM rootfi_stream WHERE company_id = 1090});
$sandbox->fault({ path => '/v4/ecommerce/orders', delay_ms => 1000 });
my $slow = session($node, 'slow', q{
	SET SESSION AUTHORIZATION boss;
	SET rootfi.max_concurrency = 1;
	CALL rootfi_sync('ecommerce/orders')});
wait_until_waiting($node, 'slow');
query("UPDATE rootfi_stream SET owner = 'other' WHERE stream_id = $moved");
finish($slow);
like($slow->{error}, qr/Stream $moved .*: 42501: permission denied for stream $moved/, 'a stream that gets another owner meanwhile is no longer run');

# Removal
is(told('app', "$ahead SELECT public.rootfi_remove_stream($stream, drop_tables => true)"), '', 'and the stream is removed with its tables');
is(query(q{SELECT count(*) FROM pg_tables WHERE schemaname = 'app' AND tablename ~ 'order'}), 0, 'with all of them');
is(query('SELECT count(*) FROM pg_tables WHERE schemaname = $$hostile$$'), 2, 'but not with those of others');

# Two servers into one table: neither by a new stream nor by an altered one.
$node->safe_psql('postgres', qq{
	CREATE SERVER second FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '@{[ $sandbox->url ]}');
	SET log_statement = 'none';
	CREATE USER MAPPING FOR CURRENT_USER SERVER second OPTIONS (api_key '@{[ $sandbox->key ]}');
	SELECT rootfi_add_stream('ecommerce/orders', company, 'mixed') FROM unnest(ARRAY[1089, 1090]) AS company});
my $one = $node->safe_psql('postgres', q{SELECT min(stream_id) FROM rootfi_stream WHERE target_schema = 'mixed'});
my $other = $node->safe_psql('postgres', q{SELECT max(stream_id) FROM rootfi_stream WHERE target_schema = 'mixed'});
my (undef, undef, $refusal) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT rootfi_alter_stream($one, server => 'second')");
like($refusal, qr/42710: a stream of server "rootfi" fills table mixed\.orders already/, 'a stream is not altered to fill the table of another server');
$node->safe_psql('postgres', 'ALTER SERVER rootfi RENAME TO renamed');
is($node->safe_psql('postgres', "SELECT rootfi_alter_stream(id, server => 'renamed') FROM unnest(ARRAY[$one, $other]) AS id; SELECT count(*) FROM rootfi_stream WHERE target_schema = 'mixed' AND server = 'renamed'"),
	"\n\n2", 'but streams of a server that was renamed follow it one after the other');

$sandbox->stop;
done_testing();
