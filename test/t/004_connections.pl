# A backend keeps its connection from statement to statement.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair();

my $before = $sandbox->connections;
$node->safe_psql('postgres', join '',
	map { $_ % 4 ? "SELECT rootfi_get_order('157');" : "SELECT rootfi_update_order('158', '{\"status\": \"pending\"}');" } 1 .. 200);
is($sandbox->connections - $before, 1, 'a backend that makes 200 calls opens one connection');

# errors of the API do not cost the connection, nor do errors of ours
$before = $sandbox->connections;
$node->psql('postgres', "SELECT rootfi_get_order('none'); SELECT rootfi_get_order('157'); SELECT rootfi_get_order(''); SELECT count(*) FROM rootfi_list_orders(page_size => 10); SELECT rootfi_get_order('157')",
	on_error_stop => 0);
is($sandbox->connections - $before, 1, 'errors do not cost the connection');

# a list that is read ahead needs no second one
my %connections = map { $_->{connection} => 1 } $sandbox->requests;
is(scalar keys %connections, 2, 'each of the two backends used one connection for all');

# a connection that the server closed while it was idle is made anew
$sandbox->forget;
my $first = $sandbox->connections;
$sandbox->fault({ status => 200, body => '{}', headers => { Connection => 'close' } });
is($node->safe_psql('postgres', "SELECT rootfi_get_order('157'); SELECT rootfi_delete_order('160')"),
	"{}\n{\"status\": \"success\"}", 'calls go on after the server closed the connection');
is($sandbox->connections - $first, 2, 'over a new one');

$sandbox->stop;
done_testing();
