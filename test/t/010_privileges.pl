# Who may call what, as a whole: a function that is not listed here is one that
# nobody has decided about. And who can see the key; 035_canary.pl searches for
# it everywhere.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $key = 'canary-key-7f3a';
my ($node, $sandbox) = start_pair(sandbox => { key => $key });

# Stranger has nothing; reader USAGE and a mapping; writer EXECUTE too, on two
# functions; owner is a reader with tables and a stream, member a member of
# that role; monitor reads all statistics.
my @roles = qw(stranger reader writer owner member monitor);
$node->safe_psql('postgres', join '', map { "CREATE ROLE $_ LOGIN;" } @roles);
$node->safe_psql('postgres', q{
	GRANT USAGE ON FOREIGN SERVER rootfi TO reader, writer, owner;
	GRANT EXECUTE ON FUNCTION rootfi_create(text, bigint, jsonb, boolean, text), rootfi_create_customer(bigint, jsonb, boolean) TO writer;
	GRANT CREATE ON DATABASE postgres TO owner;
	GRANT owner TO member;
	GRANT pg_read_all_stats TO monitor;
});
map_user($node, $key, $_) foreach 'reader', 'writer', 'owner', 'member';
$node->safe_psql('postgres', q{
	SET ROLE owner;
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'own');
	CALL rootfi_sync();
});

# Runs a statement as a role; gives output and error.
sub as_role
{
	my ($role, $statement) = @_;
	my ($status, $output, $error) =
	  $node->psql('postgres', "SET ROLE $role; $statement");
	return ($output, $error);
}

# The query for what the extension has of one catalog.
sub members
{
	my ($catalog) = @_;
	return "FROM $catalog AS o WHERE o.oid IN (SELECT objid FROM pg_depend
		WHERE classid = '$catalog'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'rootfi'))";
}

# Names in lines.
sub in_lines { return join "\n", sort split ' ', $_[0] }

# Whoever adds a function decides here for whom it is.
my %callable = (
	'for everybody' => q{
		rootfi_fdw_handler rootfi_fdw_validator rootfi_check rootfi_version rootfi_resources rootfi_validate rootfi_data_model rootfi_can_act_as rootfi_to_jsonb
		rootfi_get rootfi_list rootfi_rows rootfi_count rootfi_wait
		rootfi_page rootfi_add_stream rootfi_add_streams rootfi_alter_stream rootfi_reset_stream rootfi_remove_stream rootfi_sync rootfi_has_resource rootfi_sync_states rootfi_freshness rootfi_add_reports

		rootfi_get_company rootfi_get_contact rootfi_get_fulfillment rootfi_get_inventory rootfi_get_invite_link
		rootfi_get_invoice rootfi_get_item rootfi_get_order rootfi_get_payment_contact rootfi_get_payment_item
		rootfi_get_payment_order rootfi_get_payment_transaction rootfi_get_subscription rootfi_get_sync
		rootfi_get_sync_job rootfi_get_transaction rootfi_get_webhook rootfi_wait_sync

		rootfi_list_balances rootfi_list_companies rootfi_list_company_infos rootfi_list_contacts rootfi_list_customers
		rootfi_list_disputes rootfi_list_fulfillments rootfi_list_inventories rootfi_list_invite_links
		rootfi_list_invoices rootfi_list_items rootfi_list_orders rootfi_list_payment_contacts rootfi_list_payment_items
		rootfi_list_payment_orders rootfi_list_payment_transactions rootfi_list_payouts rootfi_list_subscriptions
		rootfi_list_sync_jobs rootfi_list_syncs rootfi_list_transactions rootfi_list_v3_balances
		rootfi_list_v3_company_infos rootfi_list_v3_fulfillments rootfi_list_v3_inventories rootfi_list_v3_orders
		rootfi_list_v3_products rootfi_list_v3_transactions rootfi_list_webhooks

		rootfi_company_activities rootfi_company_connections rootfi_contact_addresses rootfi_customer_addresses
		rootfi_fulfillment_addresses rootfi_fulfillment_line_items rootfi_inventory_addresses rootfi_invoice_line_items
		rootfi_invoice_orders rootfi_invoice_transactions rootfi_item_variants rootfi_order_addresses
		rootfi_order_fulfillments rootfi_order_line_items rootfi_order_transactions rootfi_payment_contact_addresses
		rootfi_payment_item_variants rootfi_payment_order_line_items rootfi_payment_order_transactions
		rootfi_subscription_items rootfi_v3_order_addresses rootfi_v3_order_line_items
		rootfi_v3_order_shipping_line_items
	},
	'for writer' => q{
		rootfi_create rootfi_create_customer
	},
	'for nobody' => q{
		rootfi_update rootfi_delete rootfi_request rootfi_passthrough rootfi_start_sync rootfi_get_sync_config

		rootfi_create_contact rootfi_create_fulfillment rootfi_create_inventory rootfi_create_invite_link
		rootfi_create_invoice rootfi_create_item rootfi_create_order rootfi_create_payment_contact
		rootfi_create_payment_item rootfi_create_payment_order rootfi_create_payment_transaction rootfi_create_product
		rootfi_create_subscription rootfi_create_transaction rootfi_create_v3_product rootfi_create_webhook

		rootfi_update_company rootfi_update_contact rootfi_update_fulfillment rootfi_update_inventory
		rootfi_update_invite_link rootfi_update_invoice rootfi_update_item rootfi_update_order
		rootfi_update_payment_contact rootfi_update_payment_item rootfi_update_payment_order rootfi_update_subscription
		rootfi_update_webhook

		rootfi_delete_contact rootfi_delete_invite_link rootfi_delete_invoice rootfi_delete_item rootfi_delete_order
		rootfi_delete_payment_contact rootfi_delete_payment_item rootfi_delete_payment_order rootfi_delete_subscription
		rootfi_delete_webhook
	},
);
my $by_role = q{
	SELECT DISTINCT o.proname, CASE ARRAY(SELECT r FROM unnest(string_to_array('ROLES', ' ')) AS r WHERE has_function_privilege(r, o.oid, 'EXECUTE'))
		WHEN string_to_array('ROLES', ' ') THEN 'for everybody' WHEN '{writer}' THEN 'for writer' WHEN '{}' THEN 'for nobody' ELSE 'for some' END
	} . members('pg_proc');
$by_role =~ s/ROLES/@roles/g;
my %found = map { $_ => '' } keys %callable;
foreach my $line (split /\n/, $node->safe_psql('postgres', $by_role))
{
	my ($name, $whom) = split /\|/, $line;
	$found{$whom} .= " $name";
}
is(in_lines($found{$_}), in_lines($callable{$_} // ''), "the functions $_ are these") foreach sort keys %found;
is($node->safe_psql('postgres', 'SELECT count(*) ' . members('pg_proc') . ' AND (o.prosecdef OR o.proleakproof)'), '0',
	'none of them acts as its owner, and none is called before rows are hidden');

# Tables, views and sequences, as PUBLIC has them
is($node->safe_psql('postgres', q{
	SELECT o.relname, array_to_string(ARRAY(SELECT p FROM unnest(CASE o.relkind WHEN 'S' THEN '{USAGE,SELECT,UPDATE}' ELSE '{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}' END::text[]) AS p
		WHERE CASE o.relkind WHEN 'S' THEN has_sequence_privilege('stranger', o.oid, p) ELSE has_table_privilege('stranger', o.oid, p) END), ' '),
		o.relrowsecurity } . members('pg_class') . q{ AND o.relkind <> 'c' ORDER BY 1}), join("\n",
	'rootfi_run|SELECT|t',
	'rootfi_run_run_id_seq||f',
	'rootfi_seen|SELECT|t',
	'rootfi_stream|SELECT|t',
	'rootfi_stream_stream_id_seq|SELECT|f',
	'rootfi_sync_status|SELECT|f'), 'tables are guarded row by row, views show what the caller may see');
is($node->safe_psql('postgres', q{SELECT string_agg(o.relname, ' ') } . members('pg_class') . q{ AND o.relkind = 'v' AND (o.reloptions @> '{security_invoker=true}') IS NOT TRUE}),
	'', 'which is so for every view');

# What comes of it: the number of rows, or the SQLSTATE.
my @outcomes = (
	#                                                                                       stranger reader  writer  owner  member  monitor
	[ q{SELECT rootfi_get_order('157')},                                                    qw(42501 1       1       1       1       42501) ],
	[ q{SELECT * FROM rootfi_list_orders(max_rows => 1)},                                   qw(42501 1       1       1       1       42501) ],
	[ q{SELECT * FROM rootfi_rows('ecommerce/orders', max_rows => 1) AS (rootfi_id text)},  qw(42501 1       1       1       1       42501) ],
	[ q{SELECT rootfi_count('ecommerce/orders')},                                           qw(42501 1       1       1       1       42501) ],
	[ q{SELECT * FROM rootfi_check() WHERE check_name = 'server'},                          qw(1     1       1       1       1       1) ],
	[ q{SELECT * FROM rootfi_validate('ecommerce/orders', 'create', '{}') LIMIT 1},         qw(1     1       1       1       1       1) ],
	[ q{SELECT rootfi_create_customer(1089, '{"name": "A"}')},                              qw(42501 42501   1       42501   42501   42501) ],
	[ q{SELECT rootfi_create('ecommerce/items', 1089, '{"name": "A"}')},                    qw(42501 42501   1       42501   42501   42501) ],
	[ q{SELECT rootfi_create_item(1089, '{"name": "A"}')},                                  qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT rootfi_update('ecommerce/orders', '158', '{"status": "pending"}')},          qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT rootfi_delete_order('159')},                                                 qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT rootfi_request('GET', '/v4/ecommerce/orders')},                              qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT rootfi_start_sync(1089, 'SHOPIFY', '{ECOMMERCE_ORDERS}')},                   qw(42501 42501   42501   42501   42501   42501) ],
	[ q{ALTER SERVER rootfi OPTIONS (SET base_url 'http://127.0.0.1:1')},                   qw(42501 42501   42501   42501   42501   42501) ],
	[ q{ALTER USER MAPPING FOR postgres SERVER rootfi OPTIONS (SET api_key 'any-key-will-do')},           qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT FROM pg_user_mappings WHERE umoptions IS NOT NULL},                          qw(0     1       1       1       1       0) ],
	[ q{SELECT * FROM rootfi_stream},                                                       qw(0     0       0       1       1       1) ],
	[ q{SELECT * FROM rootfi_run LIMIT 1},                                                  qw(0     0       0       1       1       1) ],
	[ q{SELECT * FROM rootfi_sync_status},                                                  qw(0     0       0       1       1       1) ],
	[ q{SELECT * FROM rootfi_freshness()},                                                  qw(0     0       0       1       1       42501) ],
	[ q{SELECT * FROM own.orders LIMIT 1},                                                  qw(42501 42501   42501   1       1       42501) ],
	[ q{UPDATE rootfi_stream SET enabled = true}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{UPDATE rootfi_run SET state = 'failed' WHERE run_id = 1}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{DELETE FROM rootfi_run WHERE run_id = 1}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{DELETE FROM rootfi_stream}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{DELETE FROM rootfi_seen}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{INSERT INTO rootfi_stream (server, resource, target_schema, target_table) VALUES ('rootfi', 'ecommerce/items', 'own', 'items')}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{INSERT INTO rootfi_run (stream_id, kind) VALUES (1, 'full')}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{INSERT INTO rootfi_seen VALUES (1, 1, '{}', '{}')}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{LOCK TABLE rootfi_stream IN ROW SHARE MODE}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{LOCK TABLE rootfi_stream}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{LOCK TABLE rootfi_run}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT FROM rootfi_stream FOR UPDATE}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT FROM rootfi_stream FOR KEY SHARE}, qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT rootfi_alter_stream(1, enabled => false)}, qw(42704 42704   42704   1       1       42501) ],
	[ q{SELECT rootfi_alter_stream(1, min_interval => '1 hour', next_due => now(), backfill_from => now())}, qw(42704 42704   42704   1       1       42501) ],
	[ q{SELECT rootfi_alter_stream(1, owner => 'owner')}, qw(42704 42704   42704   1       1       42501) ],
	[ q{SELECT rootfi_reset_stream(1)}, qw(42704 42704   42704   1       1       42501) ],
	[ q{SELECT rootfi_alter_stream(1, server => 'nowhere')}, qw(42704 42704   42704   42704   42704   42501) ],
	[ q{SELECT rootfi_alter_stream(1, server => 'rootfi')}, qw(42704 42704   42704   1       1       42501) ],
	[ q{SELECT rootfi_alter_stream(1, owner => 'reader')}, qw(42704 42704   42704   42501   42501   42501) ],
	[ q{TRUNCATE rootfi_stream CASCADE},                                                    qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT nextval('rootfi_stream_stream_id_seq')},                                     qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT rootfi_add_stream('ecommerce/items', 1089, 'new')},                          qw(42501 42501   42501   1       1       42501) ],
	[ q{SELECT rootfi_add_stream('ecommerce/items', 1089, 'own')},                          qw(42501 42501   42501   1       1       42501) ],
	[ q{SELECT rootfi_add_stream('ecommerce/items', 1089, 'pg_catalog')},                   qw(42501 42501   42501   42501   42501   42501) ],
	[ q{SELECT rootfi_add_reports('own')},                                                  qw(42501 42501   42501   5       5       42501) ],
	[ q{SELECT rootfi_remove_stream(1)},                                                    qw(42704 42704   42704   1       1       42501) ],
	[ q{SELECT rootfi_remove_stream(1, true)},                                              qw(42704 42704   42704   1       1       42501) ],
	[ q{CALL rootfi_sync()},                                                                qw(0     0       0       0       0       0) ],
	[ q{CALL rootfi_sync('ecommerce/orders', 1089)},                                        qw(42704 42704   42704   0       0       42704) ],
	[ q{CALL rootfi_sync('ecommerce/orders', 1089, remote => true)},                        qw(42704 42704   42704   42501   42501   42704) ],
);
my %seen;
foreach my $role (@roles)
{
	my $script = "SET client_min_messages = error; SET ROLE $role;\n\\o /dev/null\n";
	foreach my $outcome (@outcomes)
	{
		my ($begin, $end) = $outcome->[0] =~ /^CALL/ ? ('', '') : ('BEGIN;', 'ROLLBACK;');
		$script .= "$begin\n$outcome->[0];\n\\echo :SQLSTATE :ROW_COUNT\n$end\n";
	}
	my ($status, $output) = $node->psql('postgres', $script, on_error_stop => 0);
	$seen{$role} = [ map { /^00000 (\d+)/ ? $1 : substr $_, 0, 5 } split /\n/, $output ];
}
foreach my $i (0 .. $#outcomes)
{
	my ($statement, @expected) = @{ $outcomes[$i] };
	is(join(' ', map { "$_ $seen{$_}[$i]" } @roles), join(' ', map { "$roles[$_] $expected[$_]" } 0 .. $#roles), $statement);
}

my $read = q{SELECT rootfi_get_order('157') ->> 'rootfi_id'};
like((as_role('reader', q{SELECT rootfi_create_customer(1089, '{}')}))[1], qr/permission denied for function rootfi_create_customer/, 'who may not write is told so');
like((as_role('stranger', $read))[1], qr/permission denied for foreign server rootfi/, 'and who has no USAGE');

# What a statement does on behalf of somebody else
$node->safe_psql('postgres', q{
	CREATE FUNCTION order_of(text) RETURNS jsonb LANGUAGE sql SECURITY DEFINER RETURN rootfi_get_order($1);
	ALTER FUNCTION order_of(text) OWNER TO reader});
is((as_role('stranger', q{SELECT order_of('157') ->> 'rootfi_id'}))[0], '157', 'a SECURITY DEFINER function uses the mapping of its owner');

# The key is nowhere to be seen but in the mapping.
is((as_role('reader', "SELECT count(*) FROM pg_user_mappings WHERE umoptions::text LIKE '%$key%'"))[0], '1', 'a role sees its own key');
is((as_role('stranger', "SELECT count(*) FROM pg_user_mappings WHERE umoptions::text LIKE '%$key%'"))[0], '0', 'others do not');
$sandbox->fault({ status => 401, body => { error => { code => 'unauthorized', message => 'no' } }, times => 1 });
my $shown = join '', map { (as_role('reader', "\\set VERBOSITY verbose\nSET client_min_messages = debug5; $_"))[1] }
  $read, q{SELECT rootfi_get_order('none')}, q{SELECT rootfi_get_order('')}, q{EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM rootfi_list_orders()};
unlike($shown, qr/$key/, 'no error, debug message or plan shows it');
my $from = -s $node->logfile;
$node->safe_psql('postgres', "SET log_min_messages = debug5; SET log_statement = 'all'; $read; SELECT query FROM pg_stat_activity");
unlike(substr(slurp_file($node->logfile), $from), qr/$key/, 'nor does the log');

# A key in a file, as root of the database may set it
my $dir = PostgreSQL::Test::Utils::tempdir();
append_to_file("$dir/key", "wrong-key\n");
$node->safe_psql('postgres', "ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (DROP api_key, ADD api_key_file '$dir/key')");
is(sqlstate_of($node, $read), '28000', 'the key is read from a file');
my $changed = $node->safe_psql('postgres', qq{
	SELECT sqlstate_of(\$\$$read\$\$);
	COPY (SELECT '$key') TO '$dir/key';
	$read});
is($changed, "28000\n157", 'and a changed file counts at once');
foreach my $weak ('sevenby', '********')
{
	is($node->safe_psql('postgres', qq{COPY (SELECT '$weak') TO '$dir/key'; SELECT sqlstate_of(\$\$$read\$\$)}), 'HV024', "a key in a file that could not be hidden is refused: $weak");
}
unlink "$dir/key";
append_to_file("$dir/key", "a\nb\n");
like(($node->psql('postgres', $read))[2], qr/could not read the API key from file .*: it has more than one line/, 'a file with more than a key is refused');
my $dump = $node->command_ok([ 'pg_dump', '-f', "$dir/dump", $node->connstr('postgres') ], 'the database can be dumped');
my $created = slurp_file("$dir/dump");
like($created, qr/CREATE EXTENSION.*rootfi/, 'with the extension');
unlike($created, qr/CREATE FUNCTION .*rootfi_get_order/, 'and not its functions');

# EXECUTE on a function of a resource is all that is needed for what it does,
# and good for nothing else. Whatever the API thinks of such arguments, they
# came as far as there.
$node->safe_psql('postgres', q{
	REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
	CREATE ROLE clerk LOGIN;
	GRANT USAGE ON FOREIGN SERVER rootfi TO clerk});
map_user($node, $key, 'clerk');
my @calls = map { [ split /\|/, $_, 2 ] } split /\n/, $node->safe_psql('postgres', q{
	SELECT o.oid::regprocedure, format('SELECT %I(%s)', o.proname, (SELECT string_agg(CASE t
			WHEN 'text'::regtype THEN '''157''' WHEN 'bigint'::regtype THEN '1089' WHEN 'jsonb'::regtype THEN '''{"name": "A"}'''
			WHEN 'text[]'::regtype THEN '''{name}''' WHEN 'interval'::regtype THEN '''0''' WHEN 'boolean'::regtype THEN 'true' END, ', ' ORDER BY n)
		FROM unnest(o.proargtypes::oid[]) WITH ORDINALITY AS a (t, n) WHERE n <= o.pronargs - o.pronargdefaults OR n = 1))
	} . members('pg_proc') . q{ AND (o.proname ~ '^rootfi_(create|get|update|delete|list|wait|start)_' OR o.proname = 'rootfi_passthrough') ORDER BY 1});
my @generic = (
	q{SELECT rootfi_create('v3/core/webhooks', NULL, '{"name": "A"}')}, q{SELECT rootfi_get('ecommerce/orders', '157')},
	q{SELECT rootfi_update('ecommerce/orders', '157', '{"name": "A"}')}, q{SELECT rootfi_delete('ecommerce/orders', '157')},
	q{SELECT rootfi_list('ecommerce/orders')}, q{SELECT rootfi_count('ecommerce/orders')}, q{SELECT rootfi_request('GET', '/v4/ecommerce/orders')},
	q{SELECT rootfi_wait('v3/core/syncs', '157', '0')}, q{SELECT * FROM rootfi_rows('ecommerce/orders') AS (rootfi_id text)});

# The statements among these that the role may run.
sub allowed
{
	my @statements = @_;
	my ($status, $output) = $node->psql('postgres', join('', "SET client_min_messages = error; SET ROLE clerk;\n\\o /dev/null\n",
		map { "$_;\n\\echo :SQLSTATE\n" } @statements), on_error_stop => 0);
	my @states = split /\n/, $output;
	return join "\n", map { $states[$_] eq '42501' ? () : $statements[$_] } 0 .. $#statements;
}

is(allowed(@generic, map { $_->[1] } @calls), '', 'without EXECUTE nothing can be called');
cmp_ok(scalar @calls, '>=', 90, 'there are functions of resources');
foreach my $call (@calls)
{
	my ($function, $statement) = @$call;

	$node->safe_psql('postgres', "GRANT EXECUTE ON FUNCTION $function TO clerk");
	is(allowed(@generic, map { $_->[1] } @calls), $statement, "EXECUTE on $function allows that alone");
	$node->safe_psql('postgres', "REVOKE EXECUTE ON FUNCTION $function FROM clerk");
}

# And with arguments that the API wants
foreach my $case (
	[ 'rootfi_create_order', q{1089, '{"customer_id": "c", "currency_id": "USD", "line_items": [{"description": "d", "quantity": 1, "unit_amount": 2}]}'} ],
	[ 'rootfi_create_payment_item', q{1089, '{"name": "N", "price": 1, "currency_id": "USD"}'} ],
	[ 'rootfi_create_webhook', q{'{"name": "w", "url": "https://example.com", "type": "SYNC_COMPLETED"}'} ],
	[ 'rootfi_get_contact', q{'158'} ],
	[ 'rootfi_get_company', '1089' ],
	[ 'rootfi_update_item', q{'158', '{"status": "active"}'} ],
	[ 'rootfi_update_company', q{1089, '{"name": "N"}'} ],
	[ 'rootfi_delete_invoice', q{'158'} ],
	[ 'rootfi_delete_subscription', q{'158', true} ],
	[ 'rootfi_list_orders', 'max_rows => 1' ],
	[ 'rootfi_start_sync', q{1089, 'SHOPIFY', '{ECOMMERCE_ORDERS}'} ],
	[ 'rootfi_get_sync_config', q{'ECOMMERCE'} ],
	[ 'rootfi_passthrough', q{1089, 'GET', '/orders.json'} ])
{
	my ($function, $arguments) = @$case;

	$node->safe_psql('postgres', "GRANT EXECUTE ON FUNCTION $function TO clerk");
	is((as_role('clerk', "SELECT count(*) FROM $function($arguments)"))[0], '1', "and that is $function");
	$node->safe_psql('postgres', "REVOKE EXECUTE ON FUNCTION $function FROM clerk");
}

$sandbox->stop;
done_testing();
