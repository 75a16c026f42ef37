# What every end of a request means, as a table in C that needs no server: it
# is built from the sources that decide, and prints what it finds.

use strict;
use warnings;

use File::Basename ();
use PostgreSQL::Test::Utils;
use Test::More;

my $root = File::Basename::dirname(__FILE__) . '/../..';
my $program = PostgreSQL::Test::Utils::tempdir() . '/verdict';
my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
chomp(my $server = `$pg_config --includedir-server`);
chomp(my $compiler = `$pg_config --cc` || 'cc');
chomp(my $curl = `pkg-config --cflags --libs libcurl`);

my $built = system "$compiler -I $root/src -I $server -o $program $root/test/unit/verdict.c $root/src/http/verdict.c $root/src/http/phrases.c $curl";
ok($built == 0, 'the table is built') or BAIL_OUT('without it nothing is known');
foreach my $line (split /\n/, qx{$program})
{
	ok(!$1, $2) if $line =~ /^(not )?ok \d+ - (.*)/;
}
done_testing();
