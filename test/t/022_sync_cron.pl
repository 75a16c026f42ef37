# rootfi_sync() as a job of pg_cron, which runs jobs in sessions of their own
# that it connects to, or in background workers.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

chomp(my $sharedir = `pg_config --sharedir`);
plan skip_all => 'pg_cron is not installed for the PostgreSQL under test'
  unless -e "$sharedir/extension/pg_cron.control";

my $key = 'canary-key-51c0';
my ($node, $sandbox) = start_pair(
	sandbox => { orders => 20, key => $key },
	server => { timeout => '120s' });

# Every role has a schema, streams and jobs of its own.  The keys are not to
# be seen in the log from here on.
foreach my $role ('sharer', 'failer', 'hasty', 'patient', 'minutely')
{
	$node->safe_psql('postgres', qq{
		CREATE ROLE $role LOGIN;
		GRANT USAGE ON FOREIGN SERVER rootfi TO $role;
		CREATE USER MAPPING FOR $role SERVER rootfi OPTIONS (api_key '$key');
		CREATE SCHEMA $role AUTHORIZATION $role});
}
$node->safe_psql('postgres', q{
	ALTER ROLE sharer SET rootfi.max_concurrency = 1;
	ALTER ROLE hasty SET statement_timeout = '2s'});
my $logged = -s $node->logfile;

# Adds streams as a role; its tables go into the schema of its name.
sub add_streams
{
	my ($role, $company_id, @resources) = @_;

	$node->safe_psql('postgres', "SET ROLE $role; SELECT rootfi_add_stream('$_', $company_id, '$role')")
	  foreach @resources;
	return;
}

my @shared = map { "ecommerce/$_" } qw(contacts fulfillments inventories items orders transactions);
add_streams('sharer', 1089, @shared);
add_streams('failer', 1090, 'payments/contacts', 'payments/items');
add_streams('hasty', 1089, 'payments/disputes');
add_streams('patient', 1089, 'payments/payouts');
add_streams('minutely', 1089, 'v3/ecommerce/orders');

# The server with pg_cron, whose jobs run in a way of the two.
sub restart_with
{
	my ($workers) = @_;

	$node->append_conf('postgresql.conf', "cron.use_background_workers = $workers");
	$node->restart;
	return;
}

my $directory = $node->host;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'pg_cron'
max_worker_processes = 24
cron.database_name = 'postgres'
cron.host = '$directory'
cron.max_running_jobs = 16
});
restart_with('off');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO PUBLIC');
note('pg_cron ' . $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'pg_cron'}));

# Jobs of "@reboot" are run when the server starts: that is the way to have
# one run at once that every version of pg_cron knows.
my %jobs = (
	'share-1' => [ 'sharer', 'CALL rootfi_sync()' ],
	'share-2' => [ 'sharer', 'CALL rootfi_sync()' ],
	'after another statement' => [ 'sharer', 'SELECT 1; CALL rootfi_sync()' ],
	'fail' => [ 'failer', 'CALL rootfi_sync(company_id => 1090)' ],
	'timeout' => [ 'hasty', 'CALL rootfi_sync()' ],
	'cancel' => [ 'patient', 'CALL rootfi_sync()' ],
	'clean' => [ 'sharer', q{DELETE FROM cron.job_run_details WHERE end_time < now() - interval '7 days'} ],
);

# Schedules a job as a role.
sub schedule
{
	my ($name, $schedule, $role, $command) = @_;

	$node->safe_psql('postgres', "SET ROLE $role; SELECT cron.schedule('$name', '$schedule', \$\$$command\$\$)");
	return;
}

schedule($_, '@reboot', @{ $jobs{$_} }) foreach sort keys %jobs;
is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job WHERE username <> current_user'), 7,
	'roles that are no superusers schedule jobs, which are run as them');

# Runs the jobs, in a way of the two, and checks what became of them.
sub run_jobs
{
	my ($workers, $backend_type, $changed) = @_;
	my $how = $workers eq 'on' ? 'in a background worker' : 'in a session';
	my ($last_job, $last_run) = split /\|/, $node->safe_psql('postgres', q{
		SELECT (SELECT coalesce(max(runid), 0) FROM cron.job_run_details), coalesce(max(run_id), 0) FROM rootfi_run});
	my $of_now = "FROM cron.job_run_details AS d JOIN cron.job AS j USING (jobid) WHERE d.runid > $last_job";
	$node->safe_psql('postgres', q{
		INSERT INTO cron.job_run_details (jobid, runid, username, command, status, start_time, end_time)
		SELECT jobid, -1, 'sharer', 'CALL rootfi_sync()', 'succeeded', now() - interval '8 days', now() - interval '8 days'
		FROM cron.job WHERE jobname = 'share-1'});

	$sandbox->forget;
	$sandbox->clear_faults;
	$sandbox->fault(
		{ path => '/v4/ecommerce', delay_ms => 1000, times => -1 },
		{ path => '/v4/payments/items', status => 400, times => -1, body => { error => { code => 'invalid-params', message => 'no items today' } } },
		{ path => '/v4/payments/disputes', delay_ms => 100000, times => -1 },
		{ path => '/v4/payments/payouts', delay_ms => 100000, times => -1 });
	restart_with($workers);

	# one that waits for the network
	my $waits = q{FROM pg_stat_activity WHERE usename = 'patient' AND wait_event_type = 'Extension'};
	$node->poll_query_until('postgres', "SELECT count(*) = 1 $waits") or die 'the job never waited for the network';
	is($node->safe_psql('postgres', "SELECT query, backend_type, backend_xmin IS NULL, state $waits"), "CALL rootfi_sync()|$backend_type|t|active",
		"a job $how that waits for the network has no snapshot");
	unlike($node->safe_psql('postgres', 'SELECT a FROM pg_stat_activity AS a'), qr/canary/, "pg_stat_activity shows no key $how");
	is($node->safe_psql('postgres', "SELECT state, pid = (SELECT pid $waits) FROM rootfi_sync_status WHERE owner = 'patient'"), 'running|t',
		"rootfi_sync_status shows which job $how is at work");
	my $cancelled = "$of_now AND j.jobname = 'cancel'";
	$node->poll_query_until('postgres', "SELECT d.status = 'running' AND d.job_pid = (SELECT pid $waits) $cancelled") or die 'the run details have no pid';
	is($node->safe_psql('postgres', "SELECT pg_cancel_backend(d.job_pid) $cancelled"), 't', "the job $how is cancelled by its job_pid");

	$node->poll_query_until('postgres', "SELECT count(*) = 7 $of_now AND d.status IN ('succeeded', 'failed')") or die 'the jobs did not end';
	my %outcome = map { split /\x1e/, $_, 2 } split /\x1d/,
	  $node->safe_psql('postgres', "SELECT string_agg(concat_ws(e'\\x1e', j.jobname, d.status || ': ' || d.return_message), e'\\x1d') $of_now");

	# those that share the streams of a role
	is($outcome{$_}, 'succeeded: CALL', "job $_ $how succeeds") foreach 'share-1', 'share-2';
	my $runs = "FROM rootfi_run AS r JOIN rootfi_stream AS s USING (stream_id) WHERE r.run_id > $last_run";
	is($node->safe_psql('postgres', "SELECT string_agg(resource, ' ' ORDER BY resource) $runs AND s.owner = 'sharer'"), "@shared",
		"of two jobs at the same time $how only one runs a stream");
	is($node->safe_psql('postgres', "SELECT count(DISTINCT r.pid), bool_and(r.state = 'complete') $runs AND s.owner = 'sharer'"), '2|t', 'but both run some');
	is($node->safe_psql('postgres', "SELECT count(*) > 0 $runs AND s.owner = 'sharer' AND EXISTS (SELECT FROM rootfi_run AS o WHERE o.run_id > $last_run AND o.pid <> r.pid AND (o.started_at, o.ended_at) OVERLAPS (r.started_at, r.ended_at))"),
		't', 'side by side');
	is($node->safe_psql('postgres', "SELECT string_agg(DISTINCT r.pid::text, ' ') = (SELECT string_agg(d.job_pid::text, ' ' ORDER BY d.job_pid::text) $of_now AND j.jobname LIKE 'share%') $runs AND s.owner = 'sharer'"),
		't', 'job_pid in the run details is pid in rootfi_run');
	is(join(' ', sort map { $_->{target} =~ m{^/v4/(ecommerce/\w+)\?} ? $1 : () } $sandbox->requests), "@shared", 'each list is asked for once');
	is($node->safe_psql('postgres', q{SELECT count(*), count(DISTINCT rootfi_id) FROM sharer.orders}), '20|20', 'the rows are there once');
	is($node->safe_psql('postgres', "SELECT sum(r.inserted + r.updated) $runs AND s.resource = 'ecommerce/orders'"), $changed, "rows that changed are written: $changed");

	# one stream of a job fails
	like($outcome{fail}, qr/^failed: ERROR: +could not sync 1 of 2 streams\nDETAIL: +Stream \d+ \(payments\/items, company 1090\): 22023: could not list payment items.*no items today.*\nHINT: +See rootfi_sync_status/s,
		"a stream that fails makes the job $how fail, and the run details tell which and why");
	is($node->safe_psql('postgres', "SELECT string_agg(resource || ' ' || r.state, ', ' ORDER BY resource) $runs AND s.owner = 'failer'"),
		'payments/contacts complete, payments/items failed', 'the other streams of the job are copied');

	# those that are cut off
	like($outcome{timeout}, qr/^failed: ERROR: +canceling statement due to statement timeout/, "statement_timeout of the role ends a job $how");
	like($outcome{cancel}, qr/^failed: ERROR: +canceling statement due to user request/, 'so does pg_cancel_backend()');
	is($node->safe_psql('postgres', q{SELECT string_agg(state || ' ' || failures, ', ') FROM rootfi_sync_status WHERE owner IN ('hasty', 'patient')}),
		'interrupted 0, interrupted 0', 'their streams are interrupted, and have not failed');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_locks WHERE classid = 'rootfi_stream'::regclass}), '0', 'no lock is left');

	# the command is one statement
	like($outcome{'after another statement'}, qr/^failed: ERROR: +rootfi_sync\(\) commits page by page and cannot run inside a transaction block/,
		"a command of two statements is one transaction $how, in which rootfi_sync() refuses to run");

	is($outcome{clean}, 'succeeded: DELETE 1', "a role cleans the details of its own jobs $how");
	return;
}

run_jobs('on', 'pg_cron', 20);
my @touched = $sandbox->touch('ecommerce/orders', 1089, 5);
run_jobs('off', 'client backend', scalar @touched);

# One that is run when the next minute begins.  It is not there before as a
# server that stops just then is not sure to: pg_cron 1.4 waits for a background
# worker that is not started any more.
schedule('each minute', '* * * * *', 'minutely', 'CALL rootfi_sync()');
my $minute = q{FROM cron.job_run_details AS d JOIN cron.job AS j USING (jobid) WHERE j.jobname = 'each minute' AND d.status = 'succeeded'};
$node->poll_query_until('postgres', "SELECT count(*) > 0 $minute") or die 'no minute has begun';
is($node->safe_psql('postgres', qq{
	SELECT DISTINCT d.return_message, r.state, r.rows_seen > 0 $minute AND r.pid = d.job_pid}
	=~ s/ WHERE / , rootfi_run AS r WHERE /r), 'CALL|complete|t', 'a job of each minute is run when a minute begins');

# Nobody who reads about jobs reads a key.
unlike($node->safe_psql('postgres', 'SELECT j FROM cron.job AS j; SELECT d FROM cron.job_run_details AS d; SELECT r FROM rootfi_run AS r'),
	qr/canary/, 'jobs, run details and log of runs hold no key');
my $log = substr slurp_file($node->logfile), $logged;
like($log, qr/cron job \d+ starting: CALL rootfi_sync/, 'the server log tells of jobs');
unlike($log, qr/canary/, 'without a key');
unlike($log, qr/WARNING:|PANIC:|TRAP:/, 'and without warnings');

$sandbox->stop;
done_testing();
