# Lists are read one page ahead, and never held as a whole.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 50000 });

# An error in the first page's rows comes after the second page was asked for.
$sandbox->fault({ status => 200, body => { data => [ { rootfi_id => 1 }, 'no record' ], next => 'eyJyb290ZmlfaWQiOjE2MH0=' } });
is(sqlstate_of($node, 'SELECT * FROM rootfi_list_orders(page_size => 10)'), 'RFP01', 'a row that cannot be made is an error');
my @requests = $sandbox->requests;
is(scalar @requests, 2, 'but the next page was asked for before');
like($requests[1]{target}, qr/&next=eyJyb290ZmlfaWQiOjE2MH0%3D$/, 'with the cursor of the first');

# With max_rows no page is asked for that is not needed.
$sandbox->reset;
is($node->safe_psql('postgres', 'SELECT count(*) FROM rootfi_list_orders(page_size => 10, max_rows => 20)'), '20', 'max_rows ends a list');
is(scalar(@requests = $sandbox->requests), 2, 'with as many requests as pages');

# 100,000 orders, 220 MB of JSON
$sandbox->reset;
my $memory = q{SELECT (regexp_match(pg_read_file('/proc/' || pg_backend_pid() || '/status'), 'VmHWM:\\s+(\\d+)'))[1];};
my ($before, $count, $after) = split /\n/, $node->safe_psql('postgres', qq{
	SET work_mem = '64kB';
	SELECT count(*) FROM rootfi_list_orders(max_rows => 500) \\g /dev/null
	$memory
	SELECT count(*) FROM rootfi_list_orders();
	$memory});
is($count, '100000', '100,000 orders are read');
is(scalar(@requests = $sandbox->requests), 201, 'in 200 pages');
cmp_ok($after - $before, '<', 20 * 1024, 'and take less than 20 MB beyond the tuplestore');
note('peak memory grew by ' . ($after - $before) . " kB from $before kB");

$sandbox->stop;
done_testing();
