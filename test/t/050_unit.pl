# What sources that need no server make of what: tables in C (test/unit), built
# with the sources that they are about and with what stands in for the server
# (test/fuzz). The program prints what it finds.

use strict;
use warnings;

use File::Basename ();
use PostgreSQL::Test::Utils;
use Test::More;

my $root = File::Basename::dirname(__FILE__) . '/../..';
# What is tested, and what that calls: what is fuzzed, and some more.
my %lists = slurp_file("$root/test/fuzz/Makefile") =~ s/\\\n//gr =~ /^(ENGINE|SHIM) = (.*)$/mg;
my @sources = (qw(http/headers http/phrases http/url http/verdict), split ' ', $lists{ENGINE});
my @server = split ' ', $lists{SHIM};
my $program = PostgreSQL::Test::Utils::tempdir() . '/unit';

# What pg_config says.
sub config
{
	my ($option) = @_;

	chomp(my $value = qx{"${\($ENV{PG_CONFIG} // 'pg_config')}" $option});
	return $value;
}

my ($libraries) = grep { -e "$_/libpgcommon.a" } config('--libdir'), config('--pkglibdir');
plan skip_all => 'PostgreSQL has no static libraries here' if !defined $libraries;
my @files = ((map { "$root/src/$_.c" } @sources), (map { "$root/test/fuzz/$_.c" } @server), glob "$root/test/unit/*.c");
my $compiler = config('--cc') || 'cc';
chomp(my $curl = `pkg-config --cflags --libs libcurl`);

my $built = system "$compiler -std=gnu11 -D_GNU_SOURCE -Wall -Werror -Wno-ignored-attributes -fno-strict-aliasing -fwrapv -g"
  . " -I $root/src -I $root/test/fuzz -I " . config('--includedir-server') . " -o $program @files"
  . " -L $libraries -lpgcommon -lpgport $curl -lm";
ok($built == 0, 'the tables are built') or BAIL_OUT('without them nothing is known');
my @lines = split /\n/, qx{$program};
my $status = $?;
foreach my $line (@lines)
{
	ok(!$1, $2) if $line =~ /^(not )?ok \d+ - (.*)/;
	diag($1) if $line =~ /^# (.*)/;
}
ok($status == 0 || $status == 256, 'the program does not crash');
is($lines[-1], '1..' . grep({ /^(?:not )?ok / } @lines), 'it comes to its end');
done_testing();
