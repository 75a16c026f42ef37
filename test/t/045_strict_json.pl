# What is no JSON is refused as a whole, wherever in it the fault is: records
# of a text whose brackets happen to match are not those that were meant.

use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::RawServer;
use Test::More;
use Time::HiRes 'time';

my ($node, $sandbox) = start_pair(server => { max_retries => 0 });
my $json = JSON::PP->new->canonical->latin1;

sub answers { return $sandbox->fault(map { { path => '/v4/ecommerce/orders', status => 200, body => $_ } } @_) }

# Three orders, with inch signs in what is nested.
my @orders = map {
	{
		rootfi_id => $_, rootfi_company_id => 1089, rootfi_updated_at => '2024-01-22T05:07:31.000Z', total_amount => 100 * $_,
		address => { line1 => qq(Unit $_, 15" rack), city => 'Austin' },
		line_items => [ { name => qq(Monitor 27" no. $_), quantity => 1, tags => [ 1, -2.5e3, \1, undef, "\\\n\x{e9}" ] } ]
	}
} 1 .. 3;
my $page = $json->encode({ data => \@orders });

$node->safe_psql('postgres', q{
	CREATE VIEW lists AS SELECT * FROM (VALUES
		('rows of a type', 'SELECT rootfi_id FROM rootfi_list_orders()'),
		('rows of a definition', 'SELECT * FROM rootfi_rows(''ecommerce/orders'') AS (rootfi_id bigint)'),
		('jsonb', 'SELECT rootfi_list(''ecommerce/orders'')')) AS v (name, call)});
$node->safe_psql('postgres', q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy')});

# What became of a page in a list of each kind and in a sync.
sub fates
{
	my ($body) = @_;
	$sandbox->reset;
	answers(($body) x 4);
	my $fates = $node->safe_psql('postgres', 'SELECT string_agg(sqlstate_of(call), $$ $$) FROM lists');
	my ($status, undef, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\nCALL rootfi_sync('ecommerce/orders', 1089)", on_error_stop => 1);
	my ($state) = $error =~ /ERROR:  (\w{5}):/;
	return join ' ', $fates, $status == 0 ? 'synced' : $state // $error,
	  $node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM copy.orders) + (SELECT count(*) FROM copy.order_line_items)');
}

# A page in which something was replaced.
sub mutated
{
	my ($from, $to, $name) = @_;
	my $body = $page;
	$body =~ s/$from/$to/ or die "there is no $from\n";
	return [ $name // "$from made $to", $body ];
}

my $two_quotes = $page;
$two_quotes =~ s/Unit 1, 15\\"/Unit 1, 15"/;
$two_quotes =~ s/Monitor 27\\" no. 2/Monitor 27" no. 2/;
my @broken = (
	[ 'two inch signs without their backslashes, in different orders', $two_quotes ],
	mutated(qr/15\\"/, '15"', 'an inch sign without its backslash'),
	mutated(qr/"tags":\[(.*?)\]/, '"tags":[$1}', 'a list that ends like an object'),
	mutated(qr/("city":"Austin",[^}]*)\}/, '"city":"Austin"]', 'an object that ends like a list'),
	mutated(qr/true,/, 'true', 'no comma'), mutated(qr/null/, 'null,,', 'two commas'), mutated(qr/true/, 'TRUE'),
	mutated(qr/null/, 'None'), mutated(qr/null/, 'NaN'), mutated(qr/-2500/, '+2500'), mutated(qr/-2500/, '-02500'),
	mutated(qr/-2500/, '2500.'), mutated(qr/-2500/, '0x10'), mutated(qr/"city":/, 'city:'),
	mutated(qr/"city":/, '"city"', 'no colon'), mutated(qr/"city":/, '"city"::'), mutated(qr/"Austin"/, q{'Austin'}),
	mutated(qr/"Austin"/, '"Aus\\tin\\x"', 'an escape that is none'), mutated(qr/"Austin"/, '"\\u00e"', 'an escape cut short'),
	mutated(qr/"Austin"/, qq("Aus\ntin"), 'a line feed in a string'), mutated(qr/"Austin"/, qq("Aus\ttin"), 'a tab in a string'),
	mutated(qr/"Austin"/, '"Austin",', 'a comma before the end of an object'), mutated(qr/"Austin"/, ''),
	mutated(qr/"Austin"/, '"Austin" "Dallas"', 'two strings'), mutated(qr/"Austin"/, '"Austin" // there', 'a comment'),
	mutated(qr/"address"/, '"address": [{], "address"', 'a fault in a member that a later one overrides'),
	mutated(qr/"address"/, '"nobody": {"reads": [{"this": tru}]}, "address"', 'a fault in a member that nobody reads'),
	mutated(qr/^\{/, '{"data": [{"x": [01]}], ', 'a fault in a list that a later one overrides'),
	mutated(qr/^\{/, '{"meta": {"a": [1 2]}, ', 'a fault beside the list'), mutated(qr/\z/, '}', 'a further bracket'));
is(fates($_->[1]), 'RFP01 RFP01 RFP01 RFP01 0', "refused: $_->[0]") foreach @broken;

# The same texts are no answer to a get either.
foreach (grep { $_->[0] =~ /fault|escape|inch/ } @broken)
{
	$sandbox->fault({ path => '/v4/ecommerce/orders/1', status => 200, body => $_->[1] });
	is($node->safe_psql('postgres', q{SELECT sqlstate_of('SELECT rootfi_get_order($$1$$)')}), 'RFP01', "refused by a get: $_->[0]");
}

is(fates($page), 'no error no error no error synced 6', 'the page itself is taken');

# A byte order mark before it is no part of it.
is(fates("\x{FEFF}$page"), 'no error no error no error synced 6', 'a page after a byte order mark is taken');

# Long answers take time and memory by their length.
my %long = (
	latin1 => '{"data": [{"rootfi_id": 1, "status": "' . "\xff" x 8_000_000 . '"}]}',
	numbers => '{"data": [' . '1,' x 20_000_000 . '1]}');
my $server = Rootfi::RawServer->new(sub { $_[0]->answer($long{ ($_[1]{target} =~ /(latin1|numbers)/)[0] }) });
my $url = $server->url;
$node->safe_psql('postgres', qq{ALTER SERVER rootfi OPTIONS (SET max_retries '0', ADD timeout '60s', SET base_url '$url')});
my $backend = backend($node);
my $begin = time;
my ($length, $warning) = ask($backend, q{SELECT length(status) FROM rootfi_rows('v3/x/latin1') AS (status text)});
my $seconds = time - $begin;
is($length, 8_000_000, 'eight million bytes that are not UTF-8 are replaced');
like($warning, qr/^WARNING:  8000000 characters/, 'and counted');
cmp_ok($seconds, '<', 4, "in $seconds seconds");
(undef, my $error) = ask($backend, q{SELECT rootfi_list('v3/x/numbers')});
like($error, qr/^ERROR:  could not list.* cannot be read\nDETAIL: .* It has too many elements or members\./, 'twenty million numbers are not taken');
my ($peak) = ask($backend, q{SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+)'))[1]});
cmp_ok($peak, '<', 600_000, "nor kept ($peak kB)");
leave($backend);

done_testing();
