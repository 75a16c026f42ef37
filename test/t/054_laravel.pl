# Laravel runs a statement again when the words of its error are those of a
# lost database connection, and a transaction also when they are of a deadlock.
# An order whose answer is lost on the way back from the API must not look like
# that: it is sent once, whatever is lost.

use strict;
use warnings;

use IPC::Run;
use Rootfi::Pair;
use Test::More;

my $layer = '/usr/share/php/Illuminate/Database/autoload.php';
plan skip_all => 'needs php, its pgsql module and Laravel\'s database layer (Debian: php-cli php-pgsql php-illuminate-database)'
  unless -e $layer && IPC::Run::run([ 'php', '-r', 'exit(extension_loaded("pdo_pgsql") ? 0 : 1);' ], '>', \my $none, '2>', \my $error);

my ($node, $sandbox) = start_pair(sandbox => { orders => 5 });
my ($user) = $node->safe_psql('postgres', 'SELECT current_user');

# A retry on purpose would be seen: the words count, not the SQLSTATE.
foreach my $fault (
	[ 'the connection is reset after the effect', { reset => 'before', effect => \1 }, 'RF007' ],
	[ 'the connection is reset before the effect', { reset => 'before' }, 'RF007' ],
	[ 'the answer is cut short', { truncate => 10, effect => \1 }, 'RF007' ],
	[ 'the API says that its own database is gone',
		{ status => 500, body => { error => { message => 'server closed the connection unexpectedly: SSL connection has been closed unexpectedly' } } }, 'RF007' ],
	[ 'the API says that its own database has a deadlock',
		{ status => 500, body => { error => { message => 'SQLSTATE 40P01: deadlock detected' } } }, 'RF007' ],
	[ 'the API says that its own database is locked',
		{ status => 503, body => { error => { message => 'database is locked' } } }, 'RF007' ],
	[ 'the API refuses in such words',
		{ status => 400, body => { error => { code => 'unknown-error', message => 'MySQL server has gone away', platform_error => 'Lost connection' } } }, '22023' ])
{
	my ($name, $what, $code) = @$fault;

	$sandbox->reset;
	$sandbox->fault({ method => 'POST', times => -1, %$what });
	my ($output, $said) = ('', '');
	IPC::Run::run([ 'php', 'test/clients/laravel.php', $node->host, $node->port, $user ], '>', \$output, '2>', \$said,
		IPC::Run::timeout(120));
	is($output, "select 1 $code\ntransaction 1 $code\n", "$name: one exception each") or diag($said);
	is(scalar(grep { $_->{method} eq 'POST' } $sandbox->requests), 2, "$name: two orders were sent once each");
}

$sandbox->stop;
done_testing();
