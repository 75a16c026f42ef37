# Pages that nobody would send give what a model of the documents says, by all
# ways that a page can be read; and faults that are planted are found out.

use strict;
use warnings;

use Cwd            ();
use File::Basename ();
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $python = '/usr/bin/python3';
my $program =
  File::Basename::dirname(Cwd::abs_path(__FILE__)) . '/../fuzz/pages';

plan skip_all => 'Python or its module psycopg2 is not installed'
  unless -x $python
  && IPC::Run::run([ $python, '-c', 'import psycopg2' ], '2>', \my $missing);

plan skip_all => 'no time is given to fuzzing'
  if ($ENV{FUZZ_TIME} // '') eq '0' && !$ENV{FUZZ_PAGES};

my $node = PostgreSQL::Test::Cluster->new('main');

$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nlog_statement = none\nlog_min_error_statement = panic\nlog_min_messages = fatal");
$node->start;
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;

my $failed = PostgreSQL::Test::Utils::tempdir() . '/failed.json';

# Runs the program; returns whether it succeeded, and what it said.
sub fuzz
{
	my (@options) = @_;
	my $output = '';
	my $succeeded = IPC::Run::run([ $python, '-B', $program, '--save', $failed, @options ],
		'>', \$output, '2>&1', IPC::Run::timeout(10 * $PostgreSQL::Test::Utils::timeout_default));

	return ($succeeded, $output);
}

my ($succeeded, $output) = fuzz();

ok($succeeded, 'pages are refused or give the rows that they should') or diag($output);
like($output, qr/^fuzz pages: [1-9]\d+ pages, [1-9]\d* broken, 0 taken, 0 differences$/m, 'and none is left out');
note($output);

# What each fault that is planted must be told as.
my @faults = (
	[ 'row', qr/0 taken, [1-9]\d* differences\nsync: /, 'a row that a trigger changes' ],
	[ 'taken', qr/broken, [1-9]\d* taken, /, 'broken pages that are taken' ],
	[ 'time', qr/ [1-9]\d* differences\n/, 'statements that take too long' ]);
foreach (@faults)
{
	my ($fault, $told, $what) = @$_;

	local $ENV{FUZZ_PAGES} = 100;
	unlink $failed;
	($succeeded, $output) = fuzz('--short', '--plant', $fault, '--seed', 1);
	ok(!$succeeded, "found out: $what");
	like($output, $told, 'and told');
	ok(-s $failed, 'and the smallest page is kept');
}

$node->stop('immediate');
done_testing();
