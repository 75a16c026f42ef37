# A stream is run by one session at a time, and no statement of anybody's
# changes that.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 20 }, server => { overlap => '0', page_size => 10 });
sub query { return $node->safe_psql('postgres', @_) }

query(q{
	CREATE ROLE eve LOGIN;
	SELECT rootfi_add_stream('ecommerce/orders', 1089);
	CREATE FUNCTION free() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM pg_advisory_unlock_all();
		RETURN NULL;
	END $$;
	CREATE TRIGGER free AFTER INSERT OR UPDATE ON rootfi.orders EXECUTE FUNCTION free()});

# A trigger gives up all locks that it can; the second page is waited for.
$sandbox->fault({ path => '/v4/ecommerce/orders' }, { path => '/v4/ecommerce/orders', delay_ms => 3000 });
my $call = session($node, 'syncing', 'CALL rootfi_sync()');
wait_for($node, q{(SELECT count(*) FROM rootfi.orders) = 10});
my $pid = wait_until_waiting($node, 'syncing');
is(query('SELECT state, pid FROM rootfi_sync_status'), "running|$pid", 'the status knows who runs a stream');
like(sync($node, ''), qr/stream 1 is being synced by another session/, 'which no second session does');
like((as_role($node, query('SELECT user'), 'SELECT rootfi_remove_stream(1)'))[1], qr/ERROR:  55006: stream 1 .* is being synced/, 'nor is it removed');
finish($call);
unlike($call->{error}, qr/ERROR|WARNING/, 'the run ends well');
is(query('SELECT state, pid FROM rootfi_sync_status'), 'idle|', 'and then nobody runs it');

# Other roles take all advisory locks that could be meant.
my $eve = backend($node);
ask($eve, 'SET SESSION AUTHORIZATION eve');
ask($eve, "SELECT pg_advisory_lock($_)") foreach '1919316785, 1', '1', '(1919316785::bigint << 32) + 1', q{'public.rootfi_stream'::regclass::oid::bigint << 32 | 1}, q{'public.rootfi_stream'::regclass::oid::int, 1};
$sandbox->touch('ecommerce/orders', 1089, 1);
like(sync($node, ''), qr/ 1 updated/, 'advisory locks of others keep no stream from being run');
is(query('SELECT state, pid FROM rootfi_sync_status'), 'idle|', 'nor does their owner look as if it ran one');
leave($eve);

# However a call ends, nothing stays locked.
foreach my $end ('pg_cancel_backend', 'pg_terminate_backend')
{
	$sandbox->fault({ path => '/v4/ecommerce/orders', delay_ms => 30000 });
	my $ended = session($node, 'ending', 'CALL rootfi_sync()');
	wait_until_waiting($node, 'ending');
	query("SELECT $end(pid) FROM pg_stat_activity WHERE application_name = 'ending'");
	finish($ended);
	wait_for($node, q{(SELECT count(*) FROM pg_locks WHERE classid = 'rootfi_stream'::regclass) = 0});
	$sandbox->clear_faults;
	unlike(sync($node, ''), qr/ERROR|another session/, "after $end the stream can be run");
}

# Also when the commit of a page fails: a constraint that waits until then
query(q{
	CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		SET CONSTRAINTS ALL DEFERRED;
		INSERT INTO later VALUES (1);
		RETURN NULL;
	END $$;
	CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'at the commit' USING ERRCODE = '40001'; END $$;
	CREATE TABLE later (n integer);
	CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail();
	CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON rootfi.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()});
$sandbox->touch('ecommerce/orders', 1089, 1);
my $failed = sync($node, '');
like($failed, qr/at the commit/, 'a commit fails');
unlike($failed, qr/WARNING/, 'and its locks are given up once');
query('DROP TABLE later; DROP TRIGGER late ON rootfi.orders');
like(sync($node, q{'ecommerce/orders'}), qr/ 1 updated/, 'after which the stream can be run');

$sandbox->stop;
done_testing();
