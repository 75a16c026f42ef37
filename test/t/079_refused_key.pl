# A key that the server refuses costs few requests, however many streams there
# are, and counts again as soon as it is right.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(
	sandbox => { orders => 20, companies => 40 },
	server => { max_retries => 0 });
my $key = $sandbox->key;

sub query { return $node->safe_psql('postgres', $_[0]) }

sub count_requests
{
	my $n = () = $sandbox->requests;

	$sandbox->forget;
	return $n;
}

query(q{SELECT rootfi_add_stream('ecommerce/orders', company) FROM generate_series(1089, 1128) AS company});
query(q{ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key 'a key that nobody knows')});
foreach my $call ('', q{'ecommerce/orders'}, '')
{
	count_requests();
	my $told = sync($node, $call);
	like($told, qr/could not sync 40 of 40 streams/, "all streams fail with a wrong key, by rootfi_sync($call)");
	cmp_ok(count_requests(), '<=', 4, 'but no more ask than run at the same time');
}
is(query(q{SELECT DISTINCT error_sqlstate, next_due <= now() FROM rootfi_stream}), '28000|t', 'each knows why, and is due again');
query(qq{SET log_statement = 'none'; ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key '$key')});
unlike(sync($node, ''), qr/ERROR/, 'with the right key the next call copies');
is(query('SELECT count(DISTINCT rootfi_company_id) FROM rootfi.orders'), 40, 'all of them');

# Another server's key is another matter, and so is another role's.
query(qq{
	CREATE SERVER other FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '@{[ $sandbox->url ]}', max_retries '0');
	CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (api_key 'a key that nobody knows either');
	SET rootfi.server = other;
	SELECT rootfi_add_stream('ecommerce/orders', company, 'other') FROM generate_series(1089, 1098) AS company});
count_requests();
my $told = sync($node, q{'ecommerce/orders'});
like($told, qr/could not sync 10 of 50 streams/, 'a key that is wrong for one server is right for the other');
cmp_ok(count_requests(), '>=', 40, 'whose streams all ask');

$sandbox->stop;
done_testing();
