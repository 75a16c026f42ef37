# The function of doc/clients.md settles an order whose answer was lost.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 5 });
my ($function) = slurp_file('doc/clients.md') =~ /^(CREATE FUNCTION create_order_settled.*?\nEND \$\$;)$/ms;
$node->safe_psql('postgres', $function);

# How a call for an order of that number ends, and what it gives.
sub create
{
	my ($number, $fault, $other) = @_;

	$sandbox->clear_faults;
	$sandbox->fault({ method => 'POST', %$fault }) if $fault;
	$sandbox->fault($other) if $other;
	my (undef, $output, $error) = $node->psql('postgres', qq{\\set VERBOSITY verbose
		SELECT create_order_settled(1089, '{"customer_id": "c", "currency_id": "USD", "order_number": "$number", "line_items": [{"quantity": 1, "unit_amount": 1}]}') ->> 'order_number'});
	return $error =~ /ERROR:  (\w{5})/ ? $1 : $output;
}

is(create('N-1'), 'N-1', 'an order is made');
is(create('N-2', { reset => 'before', effect => \1 }), 'N-2', 'one whose answer was lost is found by its number');
is(create('N-3', { reset => 'before' }), 'RF007', 'of one that is not found the outcome stays unknown');
is(create('N-4', { reset => 'before', effect => \1 }, { method => 'GET', status => 400, body => '{}', times => -1 }), 'RF007', 'nor does another error take its place when the look-up fails');
is(scalar(grep { $_->{method} eq 'POST' } $sandbox->requests), 4, 'each was sent once');

$sandbox->stop;
done_testing();
