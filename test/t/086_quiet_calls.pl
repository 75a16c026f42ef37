# A call of many streams tells of those in which something has changed, and
# sums the others up.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 3, companies => 25 }, server => { overlap => '0' });
sub query { return $node->safe_psql('postgres', @_) }

# What a call tells: notices of single streams, and all others without where
# they come from.
sub told
{
	my @lines = map { s/.*(?=(NOTICE|WARNING|ERROR|DETAIL): )//r } split /\n/, sync($node, @_);
	return (scalar(grep { /NOTICE.*stream \d+ / } @lines), join "\n", grep { /NOTICE|WARNING|ERROR/ && !/stream \d+ / } @lines);
}

query(q{SELECT rootfi_add_stream('ecommerce/orders', company) FROM generate_series(1089, 1108) AS company});
is_deeply([ told(q{'ecommerce/orders'}) ], [ 20, '' ], 'of 20 streams each is told');
is_deeply([ told(q{'ecommerce/orders'}) ], [ 20, '' ], 'also where nothing has changed');

query(q{SELECT rootfi_add_stream('ecommerce/orders', company) FROM generate_series(1109, 1113) AS company});
my ($n, $rest) = told(q{'ecommerce/orders'});
is($n, 5, 'of 25 those are told that have changed');
like($rest, qr/^NOTICE:  00000: 25 streams: \d+ rows in 25 pages: 15 inserted, 0 updated, \d+ unchanged$/, 'and the sums of all of them');
($n, $rest) = told(q{'ecommerce/orders'});
is($n, 0, 'none where nothing has changed');
like($rest, qr/^NOTICE:  00000: 25 streams: \d+ rows? in 25 pages: 0 inserted, 0 updated, \d+ unchanged$/, 'but the sums');
$sandbox->touch('ecommerce/orders', 1095, 2);
$sandbox->remove('ecommerce/orders', 1100, 1);
($n, $rest) = told(q{'ecommerce/orders', full_refresh => true});
is($n, 2, 'updated rows and lost ones are changes');
like($rest, qr/^NOTICE:  00000: 25 streams: 74 rows in 25 pages: 0 inserted, 2 updated, 72 unchanged, 1 marked as deleted$/, 'which are summed up too');
$sandbox->fault({ path => '/v4/ecommerce/orders', status => 500, times => 3 });
($n, $rest) = told(q{'ecommerce/orders'});
is($n, 0, 'a stream that fails is no notice');
like($rest, qr/^NOTICE:  00000: 22 streams: .* unchanged\nERROR:  \w+: could not sync 3 of 25 streams$/, 'the error names it, the sums are of the others');
is(query('SELECT count(*) FROM rootfi_run WHERE ended_at IS NULL'), 0, 'the log has all of them');

# streams that another session is at
query('CREATE TABLE gate (); CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN LOCK TABLE gate IN SHARE MODE; RETURN NEW; END $$;
	CREATE TRIGGER gate BEFORE UPDATE ON rootfi.orders FOR EACH ROW EXECUTE FUNCTION gate()');
$sandbox->touch('ecommerce/orders', 1089, 1);
my $gate = backend($node);
ask($gate, 'BEGIN; LOCK TABLE gate');
my $slow = session($node, 'slow', q{CALL rootfi_sync('ecommerce/orders', 1089);});
wait_until_waiting($node, 'slow', 'Lock');
($n, $rest) = told(q{'ecommerce/orders'});
like($rest, qr/^NOTICE:  00000: 1 stream is being synced by other sessions\nNOTICE:  00000: 24 streams: /, 'what is left to other sessions is counted');
ask($gate, 'COMMIT');
finish($slow);
leave($gate);

$sandbox->stop;
done_testing();
