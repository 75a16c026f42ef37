# The log of runs is small: what found nothing costs few bytes, and is kept for
# a day; what changed something or failed is kept for rootfi.run_retention.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $streams = 20;
my $passes = 60;
my ($node, $sandbox) = start_pair(sandbox => { orders => 10 }, server => { overlap => '0' });
sub query { return $node->safe_psql('postgres', @_) }

# A session that runs streams several times.
sub sync
{
	my ($times, $set) = @_;

	query(join "\n", 'SET client_min_messages = warning;', $set // '', ('CALL rootfi_sync();') x $times);
	return;
}

query(qq{
	SELECT rootfi_add_stream('ecommerce/orders', c, 'copy_' || c) FROM generate_series(2001, 2000 + $streams) AS c;
	ALTER TABLE rootfi_run SET (autovacuum_enabled = off)});
sync(1);
query('DELETE FROM rootfi_run; VACUUM rootfi_run');

# Bytes of table, indexes and write-ahead log for each run.
my $wal = query('SELECT pg_current_wal_lsn()');
sync($passes);
my $runs = $streams * $passes;
is(query(q{SELECT count(*) FROM rootfi_run WHERE state = 'complete' AND kind = 'incremental' AND inserted + updated = 0}), $runs, 'runs that found nothing');
my ($heap, $indexes, $written) = split /\|/, query(qq{
	SELECT pg_relation_size('rootfi_run') / $runs, pg_indexes_size('rootfi_run') / $runs, ((pg_current_wal_lsn() - '$wal') / $runs)::bigint});
note("a run has $heap bytes of table, $indexes of indexes, and wrote $written to the log");
cmp_ok($heap + $indexes, '<', 550, 'have few bytes each');

# How long they are kept.
my $one = query('SELECT min(stream_id) FROM rootfi_stream');
my $count = qq{SELECT count(*) FROM rootfi_run WHERE stream_id = $one};
sub age { return query("UPDATE rootfi_run SET started_at = started_at - interval '$_[0]' WHERE stream_id = $one"); }
age('23 hours');
sync(1);
is(query($count), $passes + 1, 'they are kept for a day');
query(qq{
	INSERT INTO rootfi_run (stream_id, kind, state, inserted, updated, marked_deleted, skipped, error_message, started_at)
	VALUES ($one, 'incremental', 'complete', 1, 0, 0, 0, NULL, now()),
		($one, 'incremental', 'complete', 0, 1, 0, 0, NULL, now()),
		($one, 'full', 'complete', 0, 0, 1, 0, NULL, now()),
		($one, 'full', 'complete', 0, 0, 0, 0, NULL, now()),
		($one, 'backfill', 'complete', 0, 0, 0, 0, NULL, now()),
		($one, 'incremental', 'complete', 0, 0, 0, 1, 'record 3', now()),
		($one, 'incremental', 'stopped', 0, 0, 0, 0, NULL, now()),
		($one, 'incremental', 'interrupted', 0, 0, 0, 0, NULL, now()),
		($one, 'incremental', 'failed', 0, 0, 0, 0, 'no', now())});
age('25 hours');
my $all = query($count);
sync(1, 'SET rootfi.run_retention = -1;');
is(query($count), $all + 1, 'for ever where that is asked for');
sync(1);
is(query("$count AND started_at < now() - interval '1 day'"), 9, 'else no longer, but what is of interest is');
is(query("$count AND started_at >= now() - interval '1 day'"), 2, '... and what is young');
is(query(qq{SELECT count(*) FROM rootfi_sync_status WHERE kind = 'incremental' AND state = 'idle' AND ended_at IS NOT NULL}), $streams,
	'the status shows the latest run of each stream');
age('30 days');
sync(1);
is(query("$count AND started_at < now() - interval '1 day'"), 0, 'what is of interest is kept for rootfi.run_retention');

done_testing();
