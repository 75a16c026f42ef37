# Behind PgBouncer: a sync, errors and cancels leave the shared connection fit
# for the next client, and what doc/clients.md advises for "rootfi.server"
# reaches that client or does not, as it says.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($program) = grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin';
plan skip_all => 'needs pgbouncer' unless $program;

my ($node, $sandbox) = start_pair(sandbox => { orders => 5 });
$node->safe_psql('postgres', q{
	CREATE ROLE app LOGIN;
	GRANT USAGE ON FOREIGN SERVER rootfi TO app;
	SELECT rootfi_add_stream('ecommerce/orders', 1089)});
my ($user) = $node->safe_psql('postgres', 'SELECT current_user');

# Starts a pool of one connection per role and gives it with its port.
sub pool
{
	my ($mode) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir();
	my $port = PostgreSQL::Test::Cluster::get_free_port();

	append_to_file("$dir/users", qq{"$user" ""\n"app" ""\n});
	append_to_file("$dir/ini", <<"END");
[databases]
postgres = host=${\$node->host} port=${\$node->port} pool_size=1
[pgbouncer]
pool_mode = $mode
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = trust
auth_file = $dir/users
END
	my ($input, $log) = ('', '');
	my $pool = IPC::Run::start([ $program, "$dir/ini" ], '<', \$input, '>', \$log, '2>', \$log, IPC::Run::timeout(120));
	$pool->pump until $log =~ /process up/;
	return ($pool, $port);
}

# What a client gets that says this to the pool; the SQLSTATE of an error.
sub client
{
	my ($port, $statements, $role) = @_;
	my ($output, $error) = ('', '');

	IPC::Run::run([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-h', '127.0.0.1', '-p', $port, '-U', $role // $user, '-d', 'postgres' ],
		'<', \$statements, '>', \$output, '2>', \$error, IPC::Run::timeout(60));
	return $error =~ /ERROR:  (\w{5})/ ? $1 : $output =~ s/\n\z//r;
}

my $order = q{SELECT rootfi_create_order(1089, '{"customer_id": "c", "currency_id": "USD", "line_items": [{"quantity": 1, "unit_amount": 1}]}')};
my $server = q{SELECT coalesce(nullif(current_setting('rootfi.server', true), ''), 'rootfi');};

foreach my $mode (qw(session transaction))
{
	my ($pool, $port) = pool($mode);
	my $pid = client($port, 'SELECT pg_backend_pid()');

	$sandbox->reset;
	is(client($port, "SET client_min_messages = warning; CALL rootfi_sync();"), '', "$mode: a sync runs");
	is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM rootfi.orders'), 't', "$mode: and copies");
	is(client($port, "BEGIN;\nCALL rootfi_sync();\nROLLBACK;"), '2D000', "$mode: not in a transaction block");

	$sandbox->fault({ method => 'POST', reset => 'before', effect => \1 });
	is(client($port, $order), 'RF007', "$mode: an order whose answer is lost is told as such");
	is(scalar(grep { $_->{method} eq 'POST' } $sandbox->requests), 1, "$mode: and was sent once");

	# a cancel goes through the pool, to the client's own statement
	$sandbox->clear_faults;
	$sandbox->fault({ method => 'GET', delay_ms => 20_000, times => 1 });
	my $output = '';
	my $psql = IPC::Run::start([ 'psql', '-X', '-v', 'VERBOSITY=verbose', '-h', '127.0.0.1', '-p', $port, '-U', $user, '-d', 'postgres', '-c', q{SELECT rootfi_get_order('157')} ],
		'<', \undef, '>', \$output, '2>', \$output, IPC::Run::timeout(60));
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%rootfi_get_order%' AND pid <> pg_backend_pid()}) or die "no client called\n";
	$psql->signal('INT');
	$psql->finish;
	like($output, qr/57014/, "$mode: a call is cancelled");

	is(client($port, 'SELECT pg_backend_pid()'), $pid, "$mode: all that left the connection for the next client");
	is(client($port, "$order;") =~ /"data"/, 1, "$mode: which can make an order");

	# whose setting is it?
	client($port, "BEGIN;\nSET LOCAL rootfi.server = 'other';\nCOMMIT;");
	is(client($port, $server), 'rootfi', "$mode: SET LOCAL ends with the transaction");
	client($port, "SET rootfi.server = 'other';");
	is(client($port, $server), $mode eq 'session' ? 'rootfi' : 'other', "$mode: SET " . ($mode eq 'session' ? 'ends with the session' : 'reaches the next client'));

	client($port, "SET rootfi.server = 'other';");
	is(client($port, q{SELECT rootfi_get('ecommerce/orders', '157', server => 'rootfi') ->> 'rootfi_id'}), 157, "$mode: a server that is named is asked");
	is(client($port, "BEGIN;\nSET LOCAL rootfi.server = 'rootfi';\nSELECT rootfi_get_order('157') ->> 'rootfi_id';\nCOMMIT;"), 157, "$mode: so is that of SET LOCAL");

	$node->safe_psql('postgres', "ALTER ROLE app SET rootfi.server = 'apps'");
	is(client($port, $server, 'app'), 'apps', "$mode: what belongs to a role holds for all its clients");
	is(client($port, "BEGIN;\nSET LOCAL rootfi.server = 'other';\nCOMMIT;\n$server", 'app'), 'apps', "$mode: and comes back");

	$pool->signal('TERM');
	$pool->finish;
}

$sandbox->stop;
done_testing();
