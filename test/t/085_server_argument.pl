# The argument "server" of the generic functions counts more than the setting
# "rootfi.server", which belongs to whoever called first: a wrapper asks, and
# writes to, the account that it names.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Sandbox;
use Test::More;

my ($node, $ours) = start_pair(sandbox => { orders => 5, key => 'key-of-ours' });
my $theirs = Rootfi::Sandbox->new(orders => 5, key => 'key-of-theirs');

$node->safe_psql('postgres', qq{
	CREATE SERVER theirs FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '${\$theirs->url}');
	CREATE USER MAPPING FOR CURRENT_USER SERVER theirs OPTIONS (api_key 'key-of-theirs');
	CREATE ROLE app;
	CREATE ROLE shop;
	CREATE USER MAPPING FOR shop SERVER rootfi OPTIONS (api_key 'key-of-ours');
	GRANT USAGE ON FOREIGN SERVER rootfi TO shop});

# The methods of the requests that a sandbox has got, and forgets them.
sub asked
{
	my ($sandbox) = @_;
	my @methods = map { $_->{method} } $sandbox->requests;
	$sandbox->forget;
	return "@methods";
}

my $data = q{'{"customer_id": "c", "currency_id": "USD", "line_items": [{"quantity": 1, "unit_amount": 1}]}'};
my $path = '/v4/ecommerce/orders';

# each generic function, as a call that lacks only the argument
my %calls = (
	rootfi_create => [ "SELECT rootfi_create('ecommerce/orders', 1089, $data", 'POST' ],
	rootfi_get => [ q{SELECT rootfi_get('ecommerce/orders', '157'}, 'GET' ],
	rootfi_update => [ q{SELECT rootfi_update('ecommerce/orders', '157', '{"status": "pending"}'}, 'PUT' ],
	rootfi_delete => [ q{SELECT rootfi_delete('ecommerce/orders', '158'}, 'DELETE' ],
	rootfi_request => [ "SELECT rootfi_request('GET', '$path'", 'GET' ],
	rootfi_list => [ q{SELECT * FROM rootfi_list('ecommerce/orders'}, 'GET' ],
	rootfi_count => [ q{SELECT rootfi_count('ecommerce/orders', 1089}, 'GET' ],
	rootfi_rows => [ q{SELECT * FROM rootfi_rows('ecommerce/orders', 1089}, 'GET', ' AS (rootfi_id bigint)' ],
	rootfi_check => [ 'SELECT * FROM rootfi_check(', 'GET' ],
	rootfi_wait => [ q{SELECT rootfi_wait('v3/core/syncs', '%s', '5 s'}, 'GET GET' ],);

# those that are not listed here are to be decided about
is($node->safe_psql('postgres', q{SELECT string_agg(proname, ' ' ORDER BY proname) FROM pg_proc WHERE 'server' = ANY (proargnames) AND coalesce(proargmodes[array_position(proargnames, 'server')], 'i') = 'i' AND proname NOT LIKE '%stream'}),
	join(' ', sort keys %calls), 'the generic functions have the argument');

foreach my $name (sort keys %calls)
{
	my ($call, $methods, $after) = @{ $calls{$name} };
	my $comma = $name eq 'rootfi_check' ? '' : ',';
	$after //= '';

	foreach my $row ([ 'rootfi', 'theirs', $ours, $theirs ], [ 'theirs', 'rootfi', $theirs, $ours ])
	{
		my ($argument, $setting, $meant, $other) = @$row;
		my $text = $call =~ s/%s/$meant->remote_sync(1089, { data_models => ['ECOMMERCE_ORDERS'], status => 'SUCCESS' })/er;

		asked($_) foreach $ours, $theirs;
		$node->safe_psql('postgres', "SET rootfi.server = '$setting'; $text$comma server => '$argument')$after");
		is(asked($meant), $methods, "$name asks the server of the argument");
		is(asked($other), '', 'and not that of the setting');
	}

	next if $name eq 'rootfi_wait';
	$node->safe_psql('postgres', "SET rootfi.server = 'theirs'; $call$comma server => NULL)$after") if $name ne 'rootfi_delete';
	is(asked($theirs), $name eq 'rootfi_delete' ? '' : $methods, "$name with null asks that of the setting");

	# unknown, or not ours to use
	next if $name eq 'rootfi_check';
	my ($status, $output, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\n$call, server => 'nowhere')$after");
	like($error, qr/ERROR:  42704: server "nowhere" does not exist/, "$name tells of a server that is not there");
	$node->safe_psql('postgres', 'GRANT EXECUTE ON FUNCTION rootfi_create, rootfi_update, rootfi_delete, rootfi_request TO app');
	($status, $output, $error) = $node->psql('postgres', "SET ROLE app;\n\\set VERBOSITY verbose\n$call, server => 'theirs')$after");
	like($error, qr/ERROR:  42501: permission denied for foreign server theirs/, 'and of one that the role may not use');
	asked($_) foreach $ours, $theirs;
}

is($node->safe_psql('postgres', q{SELECT check_name, status, detail FROM rootfi_check('nowhere')}), 'server|fail|server "nowhere" does not exist',
	'rootfi_check() tells of a server that is not there');
is($node->safe_psql('postgres', q{SELECT rootfi_get('ecommerce/orders', NULL, 'nowhere') IS NULL, rootfi_wait(NULL, '1', '1 s') IS NULL}), 't|t',
	'what is null is not asked for');

# Wrappers that run with the rights of their owner, called by a role that has
# neither server nor mapping and sets what it likes.
$node->safe_psql('postgres', qq{
	CREATE SCHEMA api AUTHORIZATION shop;
	GRANT EXECUTE ON FUNCTION rootfi_create, rootfi_create_order TO shop;
	SET ROLE shop;
	SELECT rootfi_data_model('ecommerce/orders'); -- knows the setting from then on
	CREATE FUNCTION api.by_argument() RETURNS jsonb LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
		AS \$\$ SELECT rootfi_create('ecommerce/orders', 1089, $data, server => 'rootfi') \$\$;
	CREATE FUNCTION api.by_setting() RETURNS jsonb LANGUAGE sql SECURITY DEFINER
		SET search_path = pg_catalog, public, pg_temp SET rootfi.server = 'rootfi'
		AS \$\$ SELECT rootfi_create_order(1089, $data) \$\$;
	CREATE FUNCTION api.neither() RETURNS jsonb LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
		AS \$\$ SELECT rootfi_create_order(1089, $data) \$\$;
	GRANT USAGE ON SCHEMA api TO app;
	RESET ROLE;
	GRANT USAGE ON FOREIGN SERVER theirs TO shop;
	CREATE USER MAPPING FOR shop SERVER theirs OPTIONS (api_key 'key-of-theirs')});
foreach my $row ([ by_argument => 'POST', '' ], [ by_setting => 'POST', '' ], [ neither => '', 'POST' ])
{
	my ($wrapper, $to_ours, $to_theirs) = @$row;

	$node->safe_psql('postgres', "SET ROLE app; SET rootfi.server = 'theirs'; SELECT api.$wrapper()");
	is(asked($ours), $to_ours, "a wrapper with its server $wrapper: what it writes to its own");
	is(asked($theirs), $to_theirs, 'and to that of the caller');
}
$node->safe_psql('postgres', q{ALTER FUNCTION api.neither() SET rootfi.server = 'rootfi'; SET ROLE app; SET rootfi.server = 'theirs'; SELECT api.neither()});
is(asked($ours) . asked($theirs), 'POST', 'ALTER FUNCTION mends it');

# in one transaction both can be asked
is($node->safe_psql('postgres', qq{
		CREATE TEMPORARY VIEW of_both AS
		SELECT rootfi_get('ecommerce/orders', '157', server => s) ->> 'rootfi_id' AS id FROM unnest(ARRAY['rootfi', 'theirs']) AS s;
		SELECT count(id) FROM of_both}), 2, 'a view can ask several servers');
is(asked($ours) . asked($theirs), 'GETGET', 'each once');

done_testing();
