# make lint: the sources keep the house's rules, and each rule tells of what
# breaks it by file and line. Faults are planted in a copy of the sources.

use strict;
use warnings;

use Cwd ();
use File::Basename ();
use File::Path ();
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $copy = Cwd::abs_path(PostgreSQL::Test::Utils::tempdir());
my @parts = grep { !/^(?:tmp_check|results|log)$|^regression\./ } map { File::Basename::basename($_) } glob(Cwd::getcwd() . '/{*,.ci}');
system('cp', '-Rp', @parts, $copy) == 0 or BAIL_OUT('could not copy the sources');
# what a rule has built serves it again
$ENV{LINT_BUILD} = Cwd::abs_path(PostgreSQL::Test::Utils::tempdir());

my %left_out;

# Runs rules on the copy, all by default; gives the status and the findings.
sub lint
{
	my (@rules) = @_;
	my $said = '';

	IPC::Run::run([ "$copy/test/bin/lint", @rules ], '>&', \$said);
	return ($? >> 8, $said);
}

# Where a source is, from the top or from src.
sub source
{
	my ($name) = @_;
	my ($path) = grep { -e } glob("$copy/src/{,*/}$name") or die "there is no source $name\n";

	return substr($path, length($copy) + 1);
}

sub header
{
	return source($_[0]) =~ s{^src/}{}r;
}

# Is a rule left out here, since a program is not there?
sub left_out
{
	my ($rule) = @_;

	return $left_out{$rule} //= (lint($rule))[1] =~ /^lint: \S+ is left out, there is no (.*)$/m ? $1 : '';
}

# Adds lines to files of the copy, new ones perhaps: "LINE" in a finding stands
# for the first of them. Gives a sub that takes them away again.
sub plant
{
	my (%lines) = @_;
	my (%before, %line);

	foreach my $name (keys %lines)
	{
		my $path = "$copy/$name";

		$before{$path} = -e $path ? slurp_file($path) : undef;
		File::Path::make_path(File::Basename::dirname($path));
		append_to_file($path, $lines{$name});
		$line{$name} = 1 + (($before{$path} // '') =~ tr/\n//);
	}
	my $undo = sub {
		foreach my $path (keys %before)
		{
			unlink $path;
			append_to_file($path, $before{$path}) if defined $before{$path};
			# goes if it is empty
			rmdir File::Basename::dirname($path);
		}
	};
	return ($undo, %line);
}

# Does a rule find a fault, and nothing but that? Given the lines to plant and
# what it must say, where FILE:+N is that many lines below the first planted one.
sub finds
{
	my ($rule, $fault, $lines, @expected) = @_;

	SKIP:
	{
		skip 'there is no ' . left_out($rule), 1 if left_out($rule);
		my ($undo, %line) = plant(%$lines);
		my ($status, $said) = lint($rule);
		$undo->();
		my $wanted = join '', map { s/^(\S+?):\+(\d+)/"$1:" . ($line{$1} + $2)/er . "\n" } @expected;
		is($status . "\n" . join('', sort $said =~ /^.*\n/mg), "1\n" . join('', sort $wanted =~ /^.*\n/mg), "$rule: $fault is found");
	}
	return;
}

# An untouched tree has nothing to tell.
my @rules = map { m{([^/]+)\.\w+$} } glob("$copy/test/lint/*.{awk,pl,sh}");
my @usable = grep { !left_out($_) } @rules;
my ($status, $said) = lint(@usable);
is("$status$said", '0', "nothing breaks a rule of @usable");
is((lint('odd'))[0], 2, 'a rule that does not exist is an error');

my $lock = source('lock.c');
my ($keeper) = map { substr($_, length($copy) + 1) } split /\n/, qx{grep -l SPI_keepplan $copy/src/*.c $copy/src/*/*.c 2> /dev/null};

finds('names', 'a source with the name of another',
	{ 'src/odd/lock.c' => "/* lock.c */\n" },
	"src/odd/lock.c:1: has the name of $lock");
finds('expected', 'an orphaned expected file', { 'expected/odd.out' => "1\n" },
	'expected/odd.out:1: belongs to no test in test/sql or test/specs');
finds('expected', 'a test without an expected file', { 'test/sql/odd.sql' => "SELECT 1;\n" },
	'test/sql/odd.sql:1: has no expected/odd.out');
finds('expected', 'two tests with the same expected file', { 'test/specs/sync.spec' => "session s\n" },
	'test/sql/sync.sql:1: has the expected output of test/specs/sync.spec');

finds('indent', 'an odd layout', { $lock => "\nstatic int odd(void) {\n    return 1;\n}\n" },
	"$lock:+1: is not laid out: run test/bin/indent");
finds('shell', 'a warning of a script', { 'test/bin/odd' => "#!/usr/bin/env bash\ncd /tmp\n" },
	q{test/bin/odd:+1:1: warning: Use 'cd ... || exit' or 'cd ... || return' in case cd fails. [SC2164]});
finds('perl', 'a mistake of a test', { 'test/t/999_odd.pl' => "use strict;\nmy \$odd = ;\n" },
	'test/t/999_odd.pl:+1: syntax error, near "= ;"');
finds('perl', 'a warning of a module', { 'test/perl/Rootfi/Odd.pm' => "use strict;\nmy \$odd;\nmy \$odd;\n1;\n" },
	'test/perl/Rootfi/Odd.pm:+2: "my" variable $odd masks earlier declaration in same scope.');
# not to be found here
my $misspelled = 'recie' . 've';
finds('spelling', 'a misspelled word', { 'README.md' => "\nTo $misspelled.\n" },
	"README.md:+1: $misspelled ==> receive");
finds('spelling', 'one in a script without an ending', { 'test/bin/stop' => "# to $misspelled\n" },
	"test/bin/stop:+0: $misspelled ==> receive");

finds('exports', 'a function that anybody may have', { $lock => "\nextern int http_request(void);\n\nint\nhttp_request(void)\n{\n\treturn 1;\n}\n" },
	"$lock:+4: exports http_request, which does not begin with rootfi_");
finds('exports', 'a source that does not compile', { $lock => "#error odd\n" },
	"$lock:+0: error: #error odd", 'Makefile:1: make fails');
finds('plans', 'a plan that is prepared elsewhere', { $lock => "/* SPI_prepare(a) */\nodd = SPI_prepare_cursor(a, 0, NULL, 0);\n" },
	"$lock:+1: prepares a plan; only $keeper may");
finds('plans', 'a plan that is kept elsewhere', { 'src/webhook/odd_plan.c' => "SPI_keepplan(odd);\n" },
	"src/webhook/odd_plan.c:+0: keeps plans, as $keeper does");
finds('resources', 'the name of a resource',
	{ $lock => qq{/* "orders" */\na("orders/*"); b("ecommerce/orders"); c("orders"); d("order");\ne("rootfi_order_line_item");\n} },
	qq{$lock:+1: names the resource "ecommerce/orders"},
	qq{$lock:+1: names the resource "orders"},
	qq{$lock:+2: names the resource "rootfi_order_line_item"});
finds('resources', 'one that the catalog has a word for', { 'src/webhook/odd.h' => qq{#define ODD "v3/core/syncs"\n} },
	'src/webhook/odd.h:+0: names the resource "v3/core/syncs"');

finds('typedefs', 'a type that is not in the list', { $lock => "\ntypedef struct OddType\n{\n\tint\t\t\ta;\n} OddType;\ntypedef void (*OddCall) (int a,\n\t\t\t\t\t\t int b);\n" },
	"$lock:+4: OddType is not in src/typedefs.list",
	"$lock:+6: OddCall is not in src/typedefs.list");
finds('typedefs', 'a type that is in the wrong place, and not used', { 'src/typedefs.list' => "OddType\n" },
	'src/typedefs.list:+0: "OddType" is not in its place',
	'src/typedefs.list:+0: no source uses OddType');

my %folders = (
	'src/api/odd_call.h' => qq{#include "rows/odd_row.h"\n#include "json/odd_text.h"\n},
	'src/rows/odd_row.h' => qq{#include "catalog/odd_table.h"\n},
	'src/json/odd_text.h' => qq{#include "postgres.h"\n#include "compat.h"\n},
	'src/catalog/odd_table.h' => qq{#include "shared/odd_memory.h"\n},
	'src/shared/odd_memory.h' => "",
	'src/copy/odd_copy.c' => qq{#include "api/odd_call.h"\n},
	'src/copy/odd_copy.h' => "",
	'src/webhook/odd_hook.c' => qq{#include "copy/odd_copy.h"\n},
	'src/webhook/odd_hook.h' => "");
{
	my ($undo) = plant(%folders);
	my ($status, $said) = lint('includes');
	$undo->();
	is("$status$said", '0', 'includes: those that go downwards are none');
}
finds('includes', 'an include from below',
	{ %folders, 'src/rows/odd_up.c' => qq{#include "catalog/odd_table.h"\n/* #include "api/odd_call.h" */\n#include "api/odd_call.h"\n} },
	'src/rows/odd_up.c:+2: includes "api/odd_call.h", but api is not below rows');
finds('includes', 'an include of what stands beside',
	{ %folders, 'src/copy/odd_side.c' => qq{#include "webhook/odd_hook.h"\n} },
	'src/copy/odd_side.c:+0: includes "webhook/odd_hook.h", but webhook is not below copy');
finds('includes', 'an include that is not written from src',
	{ %folders, 'src/json/odd_more.c' => qq{#include "postgres.h"\n\n#include "odd_text.h"\n#include "../shared/odd_memory.h"\n} },
	'src/json/odd_more.c:+2: is to be written "json/odd_text.h"',
	'src/json/odd_more.c:+3: is to be written "shared/odd_memory.h"');
finds('includes', 'a folder of no place', { 'src/odd/odd.h' => "\n" },
	'src/odd/odd.h:+0: the folder odd has no place in the order of test/lint/includes.pl');

# The same in sources that are there.
my %h = map { $_ => source("$_.h") } qw(file lock role);
finds('includes', 'a circle of headers',
	{ map { my ($from, $to) = @$_; ($h{$from} => qq{#include "${\header("$to.h")}"\n}) } [ 'file', 'lock' ], [ 'lock', 'role' ], [ 'role', 'file' ] },
	map { my ($from, $to) = @$_; ("$h{$from}:+0: $h{$from} includes $h{$to}, which leads back: $h{file} $h{lock} $h{role}",
		"$h{$from}:+0: $from includes $to, which leads back: file lock role") }
	  [ 'file', 'lock' ], [ 'lock', 'role' ], [ 'role', 'file' ]);
my $role = source('role.c');
finds('includes', 'a circle of units',
	{ $lock => qq{#include "${\header('role.h')}"\n}, $role => qq{#include "${\header('lock.h')}"\n} },
	"$lock:+0: lock includes role, which leads back: lock role",
	"$role:+0: role includes lock, which leads back: lock role");

done_testing();
