# What another session did may be in the way of a page, at a statement or at
# the commit: the page is written again, in another transaction, and not asked
# for again.  What stays in the way is an error of that stream alone.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Copy qw(latest_request);
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 30, companies => 2 },
	server => { page_size => 10, overlap => '0' });
sub query { return $node->safe_psql('postgres', @_) }
sub lists { return scalar grep { m{^/v4/ecommerce/orders\?} } asked($sandbox, $_[0]) }
sub wrong { return differences($node, 'rootfi.orders', 'rootfi_list_orders(NULL, include_deleted => true)', 'memo') }

query(q{SELECT rootfi_add_stream('ecommerce/orders', company) FROM unnest(ARRAY[1089, 1090]) AS company});
sync($node, '');
query(q{ALTER TABLE rootfi.orders ADD memo text;
	CREATE SEQUENCE attempt;
	CREATE TABLE trouble (attempts bigint, sqlstate text, company bigint);
	CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE t trouble;
	BEGIN
		SELECT * INTO t FROM trouble;
		IF NEW.rootfi_company_id = t.company AND nextval('attempt') <= t.attempts THEN
			RAISE EXCEPTION 'in the way' USING ERRCODE = t.sqlstate;
		END IF;
		RETURN NEW;
	END $$;
	CREATE TRIGGER trouble BEFORE UPDATE ON rootfi.orders FOR EACH ROW EXECUTE FUNCTION trouble();
	CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON rootfi.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trouble();
	ALTER TABLE rootfi.orders DISABLE TRIGGER late});

foreach my $level ('read committed', 'repeatable read', 'serializable')
{
	my %set = (set => { default_transaction_isolation => $level });

	# in triggers of the row and in deferred ones
	foreach my $trigger ('trouble', 'late')
	{
		query(q{ALTER TABLE rootfi.orders DISABLE TRIGGER } . ($trigger eq 'late' ? 'trouble' : 'late') . "; ALTER TABLE rootfi.orders ENABLE TRIGGER $trigger");
		foreach my $state (qw(40001 40P01 23505))
		{
			$sandbox->touch('ecommerce/orders', $_, 12) foreach 1089, 1090;
			query("TRUNCATE trouble; INSERT INTO trouble VALUES (3, '$state', 1089); ALTER SEQUENCE attempt RESTART");
			my $since = latest_request($sandbox);
			my $told = sync($node, q{'ecommerce/orders', full_refresh => true}, %set);

			unlike($told, qr/ERROR|WARNING/, "$level, $trigger: $state three times is no error");
			is(lists($since), 6, 'no page is asked for again');
			is(() = $told =~ /30 rows in 3 pages: 0 inserted, \d+ updated/g, 2, 'each run is told once');
			is(wrong(), 0, 'all rows are right');
		}
	}

	# what does not go away
	$sandbox->touch('ecommerce/orders', $_, 12) foreach 1089, 1090;
	query("TRUNCATE trouble; INSERT INTO trouble VALUES (1000, '40001', 1089); ALTER SEQUENCE attempt RESTART");
	my $told = sync($node, q{'ecommerce/orders', full_refresh => true}, %set);
	like($told, qr/could not sync 1 of 2 streams\n.*40001: in the way/, "$level: what stays in the way is an error of that stream");
	like($told, qr/company 1090\): 30 rows/, 'the other one goes on');
	is(query(q{SELECT nextval('attempt') - 1}), 4, 'after four attempts');
	is(query(q{SELECT string_agg(concat_ws(' ', state, error_sqlstate), ', ' ORDER BY state) FROM (SELECT * FROM rootfi_run ORDER BY run_id DESC LIMIT 2) AS r}), 'complete, failed 40001', 'the log says so');
	query('TRUNCATE trouble');
	sync($node, q{'ecommerce/orders'}, %set);
	is(wrong(), 0, 'and the next call puts it right');
}

# What is real: somebody updates the row that a page is about to write, and
# somebody whom no order of transactions could explain together with the page.
query(q{ALTER TABLE rootfi.orders DISABLE TRIGGER ALL;
	CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF current_setting('application_name') = 'page' THEN PERFORM pg_advisory_xact_lock_shared(nextval('attempt')); END IF;
		RETURN NULL;
	END $$;
	CREATE TRIGGER gate BEFORE UPDATE ON rootfi.orders EXECUTE FUNCTION gate()});
foreach my $case (
	[ 'repeatable read', 'the same row', 'written', 'concurrent update' ],
	[ 'serializable', 'the same row', 'written', 'concurrent update' ],
	[ 'serializable', 'rows that were read', 'unchanged', 'read/write dependencies' ])
{
	my ($level, $what, $which, $reason) = @$case;
	my ($written) = $sandbox->touch('ecommerce/orders', 1089, 1);
	my $unchanged = query("SELECT max(rootfi_id) FROM rootfi.orders WHERE rootfi_company_id = 1089 AND rootfi_id <> $written");
	my $id = $which eq 'written' ? $written : $unchanged;
	my $controller = backend($node);
	my $other = backend($node);

	query("UPDATE rootfi_stream SET synced_to = '2000-01-01'");    # so that it reads the unchanged as well
	query('ALTER SEQUENCE attempt RESTART');
	ask($controller, 'SELECT pg_advisory_lock(1), pg_advisory_lock(2)');
	my $since = latest_request($sandbox);
	my $session = session($node, 'page', "SET default_transaction_isolation = '$level'; CALL rootfi_sync('ecommerce/orders', 1089);\n");
	wait_until_waiting($node, 'page', 'Lock');
	ask($other, "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT sum(total_amount) FROM rootfi.orders; UPDATE rootfi.orders SET memo = 'other' WHERE rootfi_company_id = 1089 AND rootfi_id = $id; COMMIT");
	ask($controller, 'SELECT pg_advisory_unlock(1)');
	wait_for($node, q{EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 2 AND NOT granted)});
	like(sync($node, q{'ecommerce/orders', 1089}), qr/is being synced by another session/, 'the stream is still that session\'s');
	ask($controller, 'SELECT pg_advisory_unlock(2)');
	finish($session);
	unlike($session->{error}, qr/ERROR|WARNING/, "$level: $what is no error");
	like($session->{error}, qr/30 rows in 3 pages/, 'the run is whole');
	is(query(q{SELECT nextval('attempt') - 1}), 2, "though it was in the way: $reason");
	is(lists($since), 3, 'no page is asked for again');
	is(wrong(), 0, 'all rows are right');
	is(query("SELECT memo FROM rootfi.orders WHERE rootfi_company_id = 1089 AND rootfi_id = $id"), 'other', 'and what the other one wrote is there');
	leave($_) foreach $controller, $other;
	query("UPDATE rootfi.orders SET memo = NULL");
}

# At a commit the end of the transaction frees the locks on streams, too.
query(q{CREATE FUNCTION commit_fails() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE attempt bigint := nextval('attempt');
	BEGIN
		IF current_setting('application_name') <> 'page' THEN RETURN NULL; END IF;
		PERFORM pg_advisory_xact_lock_shared(attempt);
		IF attempt < 3 THEN RAISE EXCEPTION 'in the way' USING ERRCODE = '40001'; END IF;
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER commit_fails AFTER INSERT ON rootfi_run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commit_fails();
	ALTER SEQUENCE attempt RESTART});
my $controller = backend($node);
ask($controller, 'SELECT pg_advisory_lock(2)');
my $since = latest_request($sandbox);
my $session = session($node, 'page', q{CALL rootfi_sync('ecommerce/orders', 1089)});
wait_for($node, q{EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 2 AND NOT granted)});
like(sync($node, q{'ecommerce/orders', 1089}), qr/is being synced by another session/, 'a commit failed, the stream is still that session\'s');
ask($controller, 'SELECT pg_advisory_unlock(2)');
finish($session);
unlike($session->{error}, qr/ERROR|WARNING/, 'that is no error');
is(query(q{SELECT nextval('attempt') - 1}), 3, 'after the third attempt');
is(lists($since), 1, 'the page that was on its way is the one that is taken');
is(query(q{SELECT count(*) FROM rootfi_run WHERE ended_at IS NULL}), 0, 'the log has no run that did not end');
is(query(q{SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND database = (SELECT oid FROM pg_database WHERE datname = 'postgres')}), 0, 'no lock is left');
leave($controller);
query(q{ALTER SEQUENCE attempt RESTART; CREATE OR REPLACE FUNCTION commit_fails() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF (SELECT company_id = 1089 FROM rootfi_stream WHERE stream_id = NEW.stream_id) THEN RAISE EXCEPTION 'no commit' USING ERRCODE = '53100'; END IF;
		RETURN NULL;
	END $$});
my $told = sync($node, q{'ecommerce/orders'});
like($told, qr/could not sync 1 of 2 streams\n.*company 1089\): 53100: no commit/, 'an error of a commit is that of its stream');
like($told, qr/stream \d+ \(ecommerce\/orders, company 1090\): /, 'the other one goes on');

$sandbox->stop;
done_testing();
