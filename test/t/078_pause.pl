# The time limit of a request is not longer for what was done before it was
# sent, while another is under way.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Time::HiRes ();
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 10 }, server => { max_retries => 0, timeout => '3s' });

# Two streams at a time: the orders are written for 6 s while the items are
# waited for; then the fulfillments are asked for, in vain like the items.
$node->safe_psql('postgres', q{
	SELECT rootfi_add_stream('ecommerce/orders', 1089);
	SELECT rootfi_add_stream('ecommerce/items', 1089);
	SELECT rootfi_add_stream('ecommerce/fulfillments', 1089);
	CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(6); RETURN NULL; END $$;
	CREATE TRIGGER pause AFTER INSERT ON rootfi.orders FOR EACH STATEMENT EXECUTE FUNCTION pause()});
$sandbox->fault(map { { path => "/v4/ecommerce/$_", delay_ms => 60000 } } qw(items fulfillments));
my $began = Time::HiRes::time();
my ($status, $output, $error) = $node->psql('postgres', 'SET rootfi.max_concurrency = 2; CALL rootfi_sync()');
my $seconds = Time::HiRes::time() - $began;
like($error, qr/could not sync 2 of 3 streams/, 'two of three streams are not answered');
cmp_ok($seconds, '>=', 8.5, 'the time for which the third is written does not count for the second');
cmp_ok($seconds, '<', 13, 'nor does it lengthen that of one that is asked for after it');

$sandbox->stop;
done_testing();
