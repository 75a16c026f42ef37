# The benchmark runs to its end, every contestant's tables are the same, and a
# contestant that loses something is found out. How fast they are is not tested.

use strict;
use warnings;

use Cwd            ();
use File::Basename ();
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Rootfi::Sandbox;
use Test::More;

my $python = '/usr/bin/python3';
my $directory =
  File::Basename::dirname(Cwd::abs_path(__FILE__)) . '/../bench';

plan skip_all => 'Python or its modules psycopg2 and requests are not installed'
  unless -x $python
  && IPC::Run::run([ $python, '-c', 'import psycopg2, requests' ],
	'2>', \my $missing);

my $node = PostgreSQL::Test::Cluster->new('main');

$node->init;
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;

# Runs the benchmark of a directory in small; returns whether it succeeded, and
# what it said.
sub bench
{
	my ($from, @options) = @_;
	my $output = '';
	my $succeeded = IPC::Run::run(
		[ $python, '-B', "$from/bench.py", '--orders', 300, '--runs', 1, @options ],
		'>', \$output, '2>&1',
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));

	return ($succeeded, $output);
}

my ($succeeded, $output) = bench(
	$directory,
	'--page-size' => 100,
	'--late-page-size' => 100,
	'--latency' => 10,
	'--calls' => 50,
	'--scale-orders' => '100,300',
	'--companies' => '1,3',
	'--concurrency' => '1,2',
	'--company-orders' => 40,
	'--company-page-size' => 20);

ok($succeeded, 'the benchmark runs, and all tables are the same') or diag($output);
note($output);

# the lines of a section begin with these
my %lines = (
	load => [
		'COPY', 'rootfi', 'rootfi, 1 % changed', 'rootfi, unchanged, all read',
		'rootfi, 1 % changed, all read', 'set-based SQL',
		'set-based SQL, unchanged', 'Python, VALUES', 'Python, COPY'
	],
	late => [ 'COPY', 'rootfi', 'libcurl, nothing written', 'Python, COPY' ],
	call => [ 'libcurl', 'rootfi' ],
	scale => [ 100, 300 ],
	sessions => [ 'one after the other', 'two at once' ],
	companies => [ 1, 3 ],
);
my %sections = map { /^(\w+): / ? ($1 => $_) : () } split /^(?=\w+: )/m, $output;

foreach my $section (sort keys %lines)
{
	my @missing =
	  grep { ($sections{$section} // '') !~ /^\Q$_\E {2,}\S/m } @{ $lines{$section} };

	is("@missing", '', "section $section has all its lines");
}
like($sections{load} // '', qr/^rootfi, unchanged, all read .* 3 +0$/m, 'what has not changed is read and not written');
is(scalar(grep { length > 100 } split /\n/, $output), 0, 'no line is longer than 100 columns');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_database WHERE datname ~ 'bench'}),
	0, 'no database is left behind');

# A contestant that loses the last element of each list, and one that rounds.
my @faults = (
	[ 'peer_python.py', q{order.get(member) or ()}, q{(order.get(member) or ())[:-1]}, 'a row' ],
	[ 'set_based.sql', q{(e ->> 'unit_amount')::numeric}, q{round((e ->> 'unit_amount')::numeric, 1)}, 'a cent' ],
);
foreach my $fault (@faults)
{
	my ($file, $right, $wrong, $what) = @$fault;
	my $copy = PostgreSQL::Test::Utils::tempdir();

	foreach my $original (glob "$directory/*.*")
	{
		my $text = slurp_file($original);
		$text =~ s/\Q$right\E/$wrong/ if $original =~ /\/\Q$file\E$/;
		append_to_file($copy . '/' . File::Basename::basename($original), $text);
	}
	local $ENV{ROOTFI_SANDBOX} = Rootfi::Sandbox::program();
	($succeeded, $output) = bench($copy, '--sections' => 'load');
	ok(!$succeeded, "a contestant that loses $what fails");
	like($output, qr/^bench: load: .*: bench\.order_line_items has /m, 'and the table is named');
}

done_testing();
