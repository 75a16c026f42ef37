# The library and the SQL objects of a database say so when they are of
# different versions: a package brings the one, ALTER EXTENSION the other.

use strict;
use warnings;

use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 5 });

# What a new session says to statements, on all channels.
sub says
{
	my ($output, $errors) = ('', '');
	$node->psql('postgres', "\\set VERBOSITY verbose\n$_[0]", stdout => \$output, stderr => \$errors);
	return "$output\n$errors";
}

my $version = $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'rootfi'});
is($node->safe_psql('postgres', 'SELECT library, objects FROM rootfi_version()'), "$version|$version", 'both are of one version');
is($node->safe_psql('postgres', 'CREATE ROLE reader LOGIN') . $node->safe_psql('postgres', 'SELECT count(*) FROM rootfi_version()', extra_params => [ '-U', 'reader' ]), 1, 'any role may ask');
is(says(q{SELECT count(*) FROM rootfi_list('ecommerce/orders', 1089)}), "5\n", 'a call has nothing to say');

$node->safe_psql('postgres', q{SELECT rootfi_add_stream('ecommerce/orders', 1089); UPDATE pg_extension SET extversion = '0.2.0' WHERE extname = 'rootfi'});
is($node->safe_psql('postgres', 'SELECT library, objects FROM rootfi_version()'), "$version|0.2.0", 'the versions are told apart');
foreach my $call (
	q{SELECT count(*) FROM rootfi_list('ecommerce/orders', 1089)},
	q{SELECT count(*) FROM rootfi_list_orders(1089)},
	q{SELECT rootfi_get('ecommerce/orders', '157') IS NOT NULL},
	q{SELECT rootfi_update_order('157', '{"status": "completed"}') IS NOT NULL})
{
	my $said = says("$call;\n$call;");

	like($said, qr/WARNING:  55000: the library of rootfi is of version \Q$version\E, its SQL objects in this database are of version 0\.2\.0/, "$call: warns");
	is(() = $said =~ /WARNING/g, 1, 'once a session');
	like($said, qr/ALTER EXTENSION rootfi UPDATE/, 'says what to do');
	unlike($said, qr/ERROR/, 'and goes on');
}
foreach my $work (q{CALL rootfi_sync()}, q{SELECT rootfi_add_stream('ecommerce/items', 1089)}, q{SELECT rootfi_remove_stream(1)}, q{SELECT rootfi_reset_stream(1)}, q{SELECT rootfi_alter_stream(1, enabled => false)})
{
	like(says($work), qr/ERROR:  55000: the library of rootfi is of version.*HINT:  Run "ALTER EXTENSION rootfi UPDATE"/s, "$work: does nothing on tables of another version");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM rootfi_stream WHERE enabled AND completed_at IS NULL'), 1, 'nothing has changed');
$node->safe_psql('postgres', "UPDATE pg_extension SET extversion = '$version' WHERE extname = 'rootfi'");
like(says('CALL rootfi_sync()'), qr/5 inserted/, 'once they fit it goes on');

$sandbox->stop;
done_testing();
