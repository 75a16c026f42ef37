# Drivers, pools and frameworks whose order is made and whose answer is lost:
# the order is sent once, there is one exception, whose SQLSTATE is RF007, and
# the connection to the database is as good as before.
#
# What is not installed is skipped. NODE_PATH names where node finds pg.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Phrases;
use Test::More;

my $jars = join ':', map { "/usr/share/java/$_.jar" } qw(postgresql HikariCP slf4j-api slf4j-nop);
my ($user, $node, $sandbox);

# How a program ends: whether it succeeds, what it prints and complains.
sub execute
{
	my (@command) = @_;
	my ($output, $said) = ('', '');
	my $succeeds = eval { IPC::Run::run(\@command, '>', \$output, '2>', \$said, IPC::Run::timeout(120)) };

	return ($succeeds, $output, $said . $@);
}

# Its name, how to see whether it is there, how to run it, and what the ways
# of making an order print.
my @clients = (
	(
		map { [ $_, [ '/usr/bin/python3', '-c', "import $_" . ($_ =~ /sqlalchemy|django/ ? ', psycopg2' : '') ], [ '/usr/bin/python3', 'test/clients/lost.py', $_ ], "1 RF007 same\n" ] }
		  qw(psycopg2 psycopg sqlalchemy django asyncpg)
	),
	# its pool closes a connection after an error of any kind
	[ 'node-postgres', [ 'node', '-e', 'require("pg")' ], [ 'node', 'test/clients/lost.js' ], "client 1 RF007 same\npool 1 RF007 another\n" ],
	[ 'pgjdbc and HikariCP', [ 'sh', '-c', "command -v javac && ls $jars" =~ tr/:/ /r ], [ 'java', '-cp', $jars, 'test/clients/Lost.java' ],
		"pgjdbc 1 RF007 same\ntransaction 1 RF007 same\nhikaricp 1 RF007 same\nclosed 0A000\n" ]);

($node, $sandbox) = start_pair(sandbox => { orders => 5 });
# Java has no sockets but those of TCP
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$node->restart;
($user) = $node->safe_psql('postgres', 'SELECT current_user');
$node->safe_psql('postgres', q{
	CREATE FUNCTION raise(code text) RETURNS void LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION USING ERRCODE = code; END $$});

# All SQLSTATEs of the page, and one on which HikariCP closes a connection.
my @codes = slurp_file('doc/clients.md') =~ /^\| (\w{5}(?:, \w{5})*) \|/mg;
@codes = ('0A000', map { split /, / } @codes);

foreach my $client (@clients)
{
	my ($name, $probe, $command, $expected) = @$client;

  SKIP:
	{
		skip "$name is not installed", 4 unless (execute(@$probe))[0];
		foreach my $fault (
			[ 'the answer is lost', { reset => 'before', effect => \1 } ],
			[ 'the API says that its own database is gone',
				{ status => 500, body => { error => { message => 'server closed the connection unexpectedly' } } } ])
		{
			my ($what, $options) = @$fault;

			$sandbox->reset;
			$sandbox->fault({ method => 'POST', times => -1, %$options });
			my (undef, $output, $said) = execute(@$command, '127.0.0.1', $node->port, $user, $name =~ /Hikari/ ? @codes : ());
			my $ways = () = $expected =~ /RF007/g;

			is($output, $expected, "$name: $what: one exception, and the connection stays") or diag($said);
			is(scalar(grep { $_->{method} eq 'POST' } $sandbox->requests), $ways, "$name: $what: each order was sent once");
		}
	}
}

# What the frameworks that are installed look for is in our list.
my $laravel = '/usr/share/php/Illuminate/Database';
foreach my $list (
	# newer ones keep each list in a class of its own
	(map { my ($new, $old) = map { "$laravel/$_.php" } @$_; [ 'Laravel', -e $new ? $new : $old, qr/\A/, qr/^\s+'(.+)',$/m ] }
		[ 'LostConnectionDetector', 'DetectsLostConnections' ], [ 'ConcurrencyErrorDetector', 'DetectsConcurrencyErrors' ]),
	[ 'SQLAlchemy', '/usr/lib/python3/dist-packages/sqlalchemy/dialects/postgresql/psycopg2.py', qr/\A.*def _?is_disconnect/s, qr/^\s+"(.+)",$/m ])
{
	my ($name, $file, $before, $phrase) = @$list;

  SKIP:
	{
		skip "$name is not installed", 2 unless -e $file;
		my $source = slurp_file($file) =~ s/$before//r;
		my @looked_for = $source =~ /$phrase/g;

		ok(@looked_for > 5, "$name looks for phrases");
		is(join("\n", grep { !phrases_in($_) } @looked_for), '', "$name: none is missing from ours");
	}
}

$sandbox->stop;
done_testing();
