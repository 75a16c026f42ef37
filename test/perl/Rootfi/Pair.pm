# A PostgreSQL server and a sandbox that it talks to.
#
#	use Rootfi::Pair;
#	my ($node, $sandbox) = start_pair();
#	is($node->safe_psql('postgres', q{SELECT rootfi_get_order('157')}), ...);
#
# start_pair(sandbox => {orders => 10}, server => {timeout => '1s'}) passes
# options on. Both stop when the test ends.

package Rootfi::Pair;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils ();
use Rootfi::Sandbox;
use Test::More;

our @EXPORT = qw(start_pair map_user server_options sqlstate_of session finish
  wait_until_waiting certificate expired_certificate backend ask leave
  in_this_time);

# Starts both, with extension, server and user mapping in database postgres.
sub start_pair
{
	my (%options) = @_;
	my $sandbox = Rootfi::Sandbox->new(%{ $options{sandbox} // {} });
	my $node = PostgreSQL::Test::Cluster->new('main');

	$node->init;
	$node->start;
	my $pairs = join ', ',
	  map { "$_ '$options{server}{$_}'" } sort keys %{ $options{server} };
	my $url = $sandbox->url;
	$pairs = ", $pairs" if $pairs ne '';
	$node->safe_psql('postgres', qq{
		CREATE EXTENSION rootfi;
		CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi
			OPTIONS (base_url '$url'$pairs);
		CREATE FUNCTION sqlstate_of(statement text) RETURNS text
		LANGUAGE plpgsql AS \$\$
		BEGIN
			EXECUTE statement;
			RETURN 'no error';
		EXCEPTION WHEN query_canceled OR OTHERS THEN
			RETURN SQLSTATE;
		END \$\$;
	});
	map_user($node, $sandbox->key);
	return ($node, $sandbox);
}

# Gives a role, by default the superuser, a mapping with that key.  The server
# logs every statement of a test but this one: logs are searched for the key.
sub map_user
{
	my ($node, $key, $role, $database) = @_;

	$role //= 'CURRENT_USER';
	$node->safe_psql($database // 'postgres', qq{
		SET log_statement = 'none';
		CREATE USER MAPPING FOR $role SERVER rootfi
			OPTIONS (api_key '$key')});
	return;
}

# Makes a certificate for a name like IP:127.0.0.1, signed by itself; returns
# the names of the files that hold it and its key.
sub certificate
{
	my ($name) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir();

	PostgreSQL::Test::Utils::system_or_bail(
		'openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2',
		'-subj', '/CN=sandbox', '-addext', "subjectAltName=$name",
		'-keyout', "$dir/key", '-out', "$dir/crt");
	return ("$dir/crt", "$dir/key");
}

# The same, but it was valid on a day that is long past.
sub expired_certificate
{
	my ($name) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir();

	PostgreSQL::Test::Utils::append_to_file("$dir/index", '');
	PostgreSQL::Test::Utils::append_to_file("$dir/ca.cnf", <<"END");
[ca]
default_ca = own
[own]
database = $dir/index
new_certs_dir = $dir
default_md = sha256
rand_serial = yes
policy = names
copy_extensions = copy
[names]
commonName = supplied
END
	PostgreSQL::Test::Utils::system_or_bail(
		'openssl', 'req', '-newkey', 'rsa:2048', '-nodes',
		'-subj', '/CN=sandbox', '-addext', "subjectAltName=$name",
		'-keyout', "$dir/key", '-out', "$dir/csr");
	PostgreSQL::Test::Utils::system_or_bail(
		'openssl', 'ca', '-batch', '-config', "$dir/ca.cnf",
		'-selfsign', '-startdate', '20200101000000Z', '-enddate',
		'20200102000000Z', '-keyfile', "$dir/key", '-in', "$dir/csr",
		'-out', "$dir/crt");
	return ("$dir/crt", "$dir/key");
}

# Sets options of the server.
sub server_options
{
	my ($node, %options) = @_;

	foreach my $name (sort keys %options)
	{
		$node->safe_psql('postgres', qq{
			DO \$\$ BEGIN
				ALTER SERVER rootfi OPTIONS (SET $name '$options{$name}');
			EXCEPTION WHEN undefined_object THEN
				ALTER SERVER rootfi OPTIONS (ADD $name '$options{$name}');
			END \$\$});
	}
	return;
}

# The SQLSTATE that a statement ends with, or 'no error'.
sub sqlstate_of
{
	my ($node, $statement) = @_;

	return $node->safe_psql('postgres',
		"SELECT sqlstate_of(\$statement\$$statement\$statement\$)");
}

# Starts a psql that works on a script in the background.
sub session
{
	my ($node, $name, $script) = @_;
	my %session = (output => '', error => '');
	my $file = PostgreSQL::Test::Utils::tempdir_short() . '/script.sql';

	PostgreSQL::Test::Utils::append_to_file($file, $script);
	$session{harness} = IPC::Run::start(
		[
			'psql', '-XAtq', '-f', $file, '-d',
			$node->connstr('postgres') . " application_name=$name"
		],
		'>', \$session{output}, '2>', \$session{error},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return \%session;
}

# Waits for the end of a session; returns its output.
sub finish
{
	my ($session) = @_;

	$session->{harness}->finish;
	chomp $session->{output};
	return $session->{output};
}

# Starts a psql that is given one statement after the other; leave() ends it.
sub backend
{
	my ($node) = @_;
	my %backend = (input => '', output => '', error => '');

	$backend{harness} = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $node->connstr('postgres') ],
		'<', \$backend{input}, '>', \$backend{output}, '2>', \$backend{error},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return \%backend;
}

# Gives a statement to such a psql; returns its output, and what it had to say
# of it: errors, warnings and notices.
sub ask
{
	my ($backend, $statement) = @_;
	my $end = '-- end --';

	$backend->{$_} = '' foreach qw(output error);
	$backend->{input} .= "$statement\n;\n\\echo '$end'\n\\warn '$end'\n";
	$backend->{harness}->pump
	  until $backend->{output} =~ /^$end\n/m && $backend->{error} =~ /^$end\n/m;
	return map { $backend->{$_} =~ s/\n?^$end\n//mr } qw(output error);
}

sub leave
{
	my ($backend) = @_;

	$backend->{input} .= "\\q\n";
	return finish($backend);
}

# Milliseconds in which a test can do what takes a moment: more of them where it
# is given more time than usual, since all is slower there.
sub in_this_time
{
	my ($ms) = @_;
	my $factor = $PostgreSQL::Test::Utils::timeout_default / 180;

	return $factor > 1 ? int($ms * $factor) : $ms;
}

# Waits until a session waits for the network, or for another event, and a
# condition holds; returns its process id.
sub wait_until_waiting
{
	my ($node, $name, $event, $what) = @_;
	my $session = "application_name = '$name' AND state = 'active'";
	my $condition = "$session AND '" . ($event // 'Extension') . q{' IN (wait_event_type, wait_event)
		AND } . ($what // 'true');

	$node->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE $condition")
	  or die "session $name never waited";
	# by now it may be between two waits
	return $node->safe_psql('postgres',
		"SELECT pid FROM pg_stat_activity WHERE $session");
}

1;
