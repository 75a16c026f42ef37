# Foreign tables: what is asked for, and that the rows are those of a copy.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;
use Time::HiRes;

my ($node, $sandbox) = start_pair(sandbox => { orders => 60, page_limit => 50 }, server => { page_size => 20, rows => 400 });
my $list = '/v4/ecommerce/orders?limit=20';
my $deleted = '&include_deleted_records=true';

sub sql { return $node->safe_psql('postgres', "SET timezone = 'UTC'; SET client_min_messages = warning; " . $_[0]) }

# What the statements ask for, as sent.
sub asks
{
	my ($statements, @expected) = @_;
	my $name = $statements =~ s/\s+/ /gr;

	$sandbox->forget;
	sql($statements);
	is_deeply([ map { "$_->{method} $_->{target}" =~ s/^GET //r } $sandbox->requests ], \@expected, substr($name, 0, 150));
	return;
}

# Odd records: of the other names of a column (C2), with values that a filter
# could take for something else; deleted ones.
my @ids = split /\n/, sql('SELECT rootfi_id FROM rootfi_list_orders(1089) ORDER BY 1 OFFSET 20 LIMIT 20');
sql(join ';', map { qq{SELECT rootfi_update_order('$_', '{"customer_id": null, "contact_id": "cus_3"}')} } @ids[ 0 .. 6 ]);
sql(join ';', map { qq{SELECT rootfi_update_order('$_', '{"customer_id": "cus_3", "contact_id": "cus_4"}')} } @ids[ 7 .. 12 ]);
sql(qq{SELECT rootfi_update_order('$ids[13]', '{"order_number": "null"}'); SELECT rootfi_update_order('$ids[14]', '{"order_number": "a,b"}');
	SELECT rootfi_update_order('$ids[15]', '{"order_number": "1.50", "currency_id": ""}'); SELECT rootfi_update_order('$ids[16]', '{"order_number": "x & y=z"}');
	SELECT rootfi_update_order('$ids[17]', '{"status": null, "order_status": "on_hold"}'); SELECT rootfi_update_order('$ids[18]', '{"fulfillment_status": null, "order_status": "RETURNED"}')});
sql(join ';', map { "SELECT rootfi_delete_order('$_')" } @ids[ 2, 9, 19 ]);
sql(q{CREATE SCHEMA live; IMPORT FOREIGN SCHEMA ecommerce FROM SERVER rootfi INTO live;
	CREATE SCHEMA v3; IMPORT FOREIGN SCHEMA "v3/ecommerce" FROM SERVER rootfi INTO v3;
	CREATE SCHEMA one; IMPORT FOREIGN SCHEMA ecommerce LIMIT TO (orders, order_line_items) FROM SERVER rootfi INTO one OPTIONS (company_id '1089');
	SELECT rootfi_add_streams(category => 'ecommerce'); CALL rootfi_sync()});

# --- what is pushed, and what is not
my $update = sql("SELECT rootfi_updated_at FROM rootfi.orders WHERE rootfi_id = $ids[5]");
(my $sent = $update) =~ s/^(\S+) ([\d:]+)(\.\d+)?\+00$/sprintf '%sT%s%sZ', $1, $2, substr(($3 \/\/ '.') . '000', 0, 4)/e;
$sent =~ s/:/%3A/g;
sql('ALTER SERVER rootfi OPTIONS (SET page_size \'50\')');
$list =~ s/20$/50/;
asks('SELECT order_number FROM live.orders WHERE rootfi_id = 157', '/v4/ecommerce/orders/157');
asks('SELECT order_number FROM live.orders WHERE 157::smallint = rootfi_id', '/v4/ecommerce/orders/157');
asks('SELECT order_number FROM live.orders WHERE rootfi_id = (SELECT 157)', '/v4/ecommerce/orders/157');
asks("SELECT order_number FROM live.orders WHERE rootfi_id = ('{\"a\": 157}'::jsonb ->> 'a')::int", '/v4/ecommerce/orders/157');
asks('PREPARE p AS SELECT order_number FROM live.orders WHERE rootfi_id = $1; SET plan_cache_mode = force_generic_plan; EXECUTE p(157); EXECUTE p(158); EXECUTE p(NULL)',
	'/v4/ecommerce/orders/157', '/v4/ecommerce/orders/158');
asks('SELECT FROM live.orders WHERE rootfi_id IN (158, 157, 158, NULL)', '/v4/ecommerce/orders/157', '/v4/ecommerce/orders/158');
asks("SELECT FROM live.orders WHERE rootfi_id = ANY ('{}')");
asks('SELECT FROM live.orders WHERE rootfi_id = NULL::bigint');
asks('SELECT FROM live.orders WHERE rootfi_id = 999999', '/v4/ecommerce/orders/999999', "$list$deleted&rootfi_id[eq]=999999");
asks("SELECT FROM live.orders WHERE rootfi_id = $ids[9]", "/v4/ecommerce/orders/$ids[9]", "$list$deleted&rootfi_id[eq]=$ids[9]");
asks('SELECT FROM live.order_line_items WHERE order_rootfi_id = 158', '/v4/ecommerce/orders/158');
asks('SELECT l.name FROM (VALUES (158), (159)) AS v (id) JOIN live.order_line_items AS l ON l.order_rootfi_id = v.id', map { "/v4/ecommerce/orders/$_" } 158, 159);
asks('SELECT o.status FROM (VALUES (158), (159)) AS v (id) LEFT JOIN live.orders AS o ON o.rootfi_id = v.id', map { "/v4/ecommerce/orders/$_" } 158, 159);
asks('SELECT (SELECT o.status FROM live.orders AS o WHERE o.rootfi_id = v.id) FROM (VALUES (158), (159)) AS v (id)', map { "/v4/ecommerce/orders/$_" } 158, 159);
asks('SELECT o.status FROM (VALUES (158), (159)) AS v (id), LATERAL (SELECT * FROM live.orders AS o WHERE o.rootfi_id = v.id + 1) AS o', map { "/v4/ecommerce/orders/$_" } 159, 160);
asks('SELECT FROM v3.v3_orders LIMIT 1', '/v3/ecommerce/orders?limit=1&include_deleted_records=true');
asks('SELECT FROM v3.customers WHERE rootfi_id = 157', '/v3/ecommerce/customers?limit=50&include_deleted_records=true&rootfi_id[eq]=157');
asks('SELECT FROM live.orders WHERE rootfi_company_id = 1090 AND rootfi_deleted_at IS NULL AND rootfi_id < 0', map { "$list&rootfi_company_id[eq]=1090" . $_ } '', next_of($list . '&rootfi_company_id[eq]=1090'));
asks('SELECT FROM one.orders WHERE rootfi_company_id = 1090');
asks("SELECT FROM one.orders WHERE platform_id = 'x'", "$list&rootfi_company_id[eq]=1089$deleted&platform_id[eq]=x");
asks("SELECT FROM live.orders WHERE order_number = 'SO-000158'", "$list$deleted&order_number[eq]=SO-000158");
asks("SELECT FROM live.orders WHERE order_number = 'SO-000158'::varchar AND currency_id = 'x'", "$list$deleted&order_number[eq]=SO-000158&currency_id[eq]=x");
asks("SELECT FROM live.orders WHERE customer_id = 'cus_3'", "$list$deleted&customer_id[eq]=cus_3", "$list$deleted&contact_id[eq]=cus_3");
asks("SELECT FROM live.orders WHERE order_number IN ('a', 'b', 'a')", "$list$deleted&order_number[eq]=a", "$list$deleted&order_number[eq]=b");
asks("SELECT FROM live.orders WHERE order_number = current_setting('rootfi.server')", "$list$deleted&order_number[eq]=rootfi");
asks("SELECT FROM live.orders WHERE rootfi_updated_at >= '$update'", "$list$deleted&rootfi_updated_at[gte]=$sent");
asks("SELECT FROM live.orders WHERE rootfi_updated_at > timestamp '2199-02-03 04:05:06.789999'", "$list$deleted&rootfi_updated_at[gte]=2199-02-03T04%3A05%3A06.789Z");
asks("SELECT FROM live.orders WHERE rootfi_created_at = date '2199-02-03'", "$list$deleted&rootfi_created_at[gte]=2199-02-03T00%3A00%3A00.000Z");
asks("SET timezone = 'Asia/Kolkata'; SELECT FROM live.orders WHERE rootfi_created_at BETWEEN date '2199-02-03' AND '2199-12-31'", "$list$deleted&rootfi_created_at[gte]=2199-02-02T18%3A30%3A00.000Z");
asks("SELECT FROM live.orders WHERE rootfi_updated_at > 'infinity'");
asks("SELECT FROM live.inventories WHERE item_id = 'x' AND rootfi_deleted_at IS NULL", '/v4/ecommerce/inventories?limit=50&item_id[eq]=x', '/v4/ecommerce/inventories?limit=50&product_id[eq]=x');
asks("SELECT FROM live.transactions WHERE type = 'REFUND' AND rootfi_deleted_at IS NULL", '/v4/ecommerce/transactions?limit=50&type=REFUND');

# The cursor of the second page of a list, as sent.
sub next_of
{
	my ($target) = @_;
	my ($next) = $sandbox->call('GET', $target)->{content} =~ /"next":"([^"]+)"/;

	return '&next=' . ($next =~ s/=/%3D/gr);
}

# Conditions that are for us alone: the list is read as it is.
my $has_icu = sql(q{SELECT count(*) FROM pg_collation WHERE collprovider = 'i'}) > 0;
sql(q{CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)}) if $has_icu;
my @pages = ("$list$deleted");
push @pages, "$list$deleted" . next_of($pages[-1]) for 1;
push @pages, "$list$deleted" . next_of($pages[-1]);
foreach my $condition ("status = 'pending'", "fulfillment_status = 'fulfilled'", 'total_amount = 1', 'total_amount > 1', 'total_tax = 1', "created_at > '2020-01-01'",
	"order_number LIKE 'SO%'", "order_number <> 'x'", "order_number > 'x'", "order_number = 'null'", "order_number = ''", "order_number = 'a,b'", "order_number = ' a'",
	"order_number = repeat('x', 1001)", "order_number = 'x' OR currency_id = 'y'", "NOT order_number = 'x'", 'order_number IS NULL', 'rootfi_deleted_at IS NOT NULL',
	"upper(order_number) = 'X'", "order_number = random()::text", 'order_number = currency_id', 'rootfi_id > 157', 'rootfi_id::text = \'157\'', 'rootfi_id = 157.0',
	"rootfi_updated_at < '2020-01-01'", "rootfi_updated_at <> '2020-01-01'", "rootfi_updated_at >= '-infinity'", "rootfi_updated_at >= '294276-01-01'", "rootfi_updated_at >= date '5874897-01-01'",
	'rootfi_company_id IN (1, 2)', 'rootfi_company_id > 1', "order_number COLLATE loose = 'x'", 'extra IS NULL', 'orders IS NOT NULL', "raw_data = '1'", "data_hash = 'x'",
	"order_number = ANY (ARRAY['1','2','3','4','5','6','7','8','9'])", "order_number <> ALL (ARRAY['a'])", "order_number = ANY (ARRAY['a', 'a,b'])")
{
	next if $condition =~ /loose/ && !$has_icu;
	asks("SELECT count(*) FROM live.orders WHERE $condition", @pages);
}
asks("SELECT FROM live.order_fulfillments WHERE status = 'x' AND rootfi_deleted_at IS NULL AND platform_id = 'y'", map { s/deleted_records=true/deleted_records=true&expand=fulfillments/r } @pages);

# --- options
sql(q{CREATE FOREIGN TABLE chosen (rootfi_id bigint, number varchar OPTIONS (member 'order_number'), status text OPTIONS (filter 'true'), customer_id text OPTIONS (filter 'false'),
		contact_id text, raw_data jsonb OPTIONS (fetch 'true'), rootfi_deleted_at timestamptz, rootfi_updated_at timestamptz, line_items jsonb)
	SERVER rootfi OPTIONS (resource 'v4/ecommerce/orders', include_deleted 'false', lookup 'list', operators 'eq gte lte')});
asks("SELECT FROM chosen WHERE number = 'x'", "$list&order_number[eq]=x");
asks("SELECT FROM chosen WHERE status = 'x'", "$list&status[eq]=x");
asks("SELECT FROM chosen WHERE contact_id = 'x'", "$list&contact_id[eq]=x");
asks('SELECT FROM chosen WHERE rootfi_id = 157', "$list&rootfi_id[eq]=157");
asks('SELECT line_items FROM chosen WHERE rootfi_id = 157', "$list&expand=line_items&rootfi_id[eq]=157");
asks("SELECT FROM chosen WHERE rootfi_updated_at < '2000-01-01'", "$list&rootfi_updated_at[lte]=2000-01-01T00%3A00%3A01.000Z");
asks('SELECT raw_data FROM chosen LIMIT 2', '/v4/ecommerce/orders?limit=2&select=raw_data');
is(sql('SELECT count(*) FROM chosen'), 117, 'include_deleted false hides deleted records');
is(sql("SELECT count(*) FROM chosen WHERE rootfi_id IN ($ids[9], $ids[10])"), 1, 'also from look-ups');
is(sql("SELECT raw_data IS NOT NULL FROM chosen LIMIT 1"), 't', 'what is fetched is there');
is(sql("SELECT customer_id IS NULL, contact_id FROM chosen WHERE rootfi_id = $ids[0]"), 't|cus_3', 'a member with a column of its own fills no other');
is(sql("SELECT customer_id IS NULL FROM chosen WHERE rootfi_id = $ids[0]"), 't', 'whether that is read or not');
sql("ALTER FOREIGN TABLE chosen OPTIONS (SET lookup 'off'); ALTER FOREIGN TABLE chosen ALTER COLUMN raw_data OPTIONS (DROP fetch)");
is(scalar(() = asked('SELECT FROM chosen WHERE rootfi_id = 157')), 3, 'lookup off reads the list');
sql("ALTER FOREIGN TABLE chosen OPTIONS (SET lookup 'get', SET operators 'gte')");
is(scalar(() = asked("SELECT FROM chosen WHERE number = 'x'")), 3, 'without eq nothing is filtered');

sub asked
{
	my ($statements) = @_;

	$sandbox->forget;
	sql($statements);
	return map { $_->{target} } $sandbox->requests;
}

sql(q{CREATE FOREIGN TABLE odd (rootfi_id text, total_amount text, created_at text, platform_id text, rootfi_deleted_at timestamptz(0), "order" text OPTIONS (member 'status'))
	SERVER rootfi OPTIONS (resource 'ecommerce/orders')});
asks("SELECT FROM odd WHERE rootfi_id = '157'", '/v4/ecommerce/orders/157');
foreach my $condition ("rootfi_id = '0157'", "rootfi_id = '157.0'", "total_amount = '97.19'", "created_at = '2024-01-22T05:07:31.465Z'", "\"order\" = 'pending'", 'rootfi_deleted_at IS NULL')
{
	asks("SELECT FROM odd WHERE $condition", @pages);
}
is(sql('SELECT count(*) FROM odd WHERE rootfi_deleted_at IS NULL'), 120, 'what a column cannot hold is NULL, and not undeleted');

# --- pages: as many as are wanted
asks('SELECT FROM live.orders LIMIT 10', "/v4/ecommerce/orders?limit=10$deleted");
asks('SELECT FROM live.orders LIMIT 10 OFFSET 5', "/v4/ecommerce/orders?limit=15$deleted");
asks('SELECT EXISTS (SELECT FROM live.orders)', $pages[0]);
asks('BEGIN; DECLARE c CURSOR FOR SELECT FROM live.orders; FETCH 50 FROM c; COMMIT', $pages[0]);
asks('BEGIN; DECLARE c CURSOR FOR SELECT FROM live.orders; FETCH 51 FROM c; COMMIT', @pages[ 0, 1 ]);
asks('PREPARE p AS SELECT FROM live.orders LIMIT $1; SET plan_cache_mode = force_generic_plan; EXECUTE p(3)', $pages[0]);
is(sql('SELECT count(*) FROM (SELECT FROM live.orders LIMIT 70) AS s'), 70, 'a LIMIT beyond a page goes on');
is(sql("SELECT count(*) FROM (SELECT FROM live.orders WHERE total_amount > 0 LIMIT 30) AS s"), 30, 'and one with a condition that is not sent');
is(sql('SELECT count(*) FROM (SELECT FROM live.orders WHERE rootfi_id > 190 LIMIT 10) AS s'), 10, 'also when no row of the first page meets it');
is(scalar(() = asked('SELECT FROM live.orders WHERE rootfi_id > 190 LIMIT 10')), 2, 'whose size is only a guess');
is(sql('SELECT count(*) FROM (SELECT FROM live.orders AS o JOIN live.order_transactions AS t ON t.order_rootfi_id = o.rootfi_id AND o.rootfi_id > 190 LIMIT 20) AS s'), 20, 'a join under a LIMIT goes on, too');

# --- what the server refuses
$sandbox->fault({ path => '/v4/ecommerce/orders', status => 400, body => { error => { code => 'invalid-params', message => 'no' } } });
$sandbox->forget;
my ($status, $out, $err) = $node->psql('postgres', "SELECT count(*) FROM live.orders WHERE customer_id = 'cus_3'; SELECT count(*) FROM live.orders WHERE customer_id = 'cus_3'");
is($out, "13\n13", 'a filter that is refused is left out');
like($err, qr/NOTICE:  the server refused to filter orders by "customer_id"\n/, 'with a notice');
unlike($err, qr/NOTICE.*NOTICE/s, 'once in a session');
is_deeply([ map { $_->{target} } $sandbox->requests ], [ "$list$deleted&customer_id[eq]=cus_3", @pages, @pages ], 'which then reads one whole list, and does not ask again');
$sandbox->clear_faults;
asks("SET rootfi.max_scan_requests = 3; SELECT count(*) FROM live.orders", @pages);
is(sqlstate_of($node, "SELECT set_config('rootfi.max_scan_requests', '2', false), count(*) FROM live.orders"), 'no error', 'a statement sets it');
($status, $out, $err) = $node->psql('postgres', '\set VERBOSITY verbose' . "\nSET rootfi.max_scan_requests = 2; SELECT count(*) FROM live.orders");
like($err, qr/ERROR:  54000: a scan of orders would need more than 2 requests.*HINT.*CONTEXT:  scan of foreign table "orders"/s, 'a scan may be limited in requests');
$sandbox->fault({ path => '/v4/ecommerce/orders', skip => 1, times => -1, status => 403, body => {} });
($status, $out, $err) = $node->psql('postgres', 'SELECT count(*) FROM live.orders');
like($err, qr/ERROR.*CONTEXT:  page 2 of the list of orders\nscan of foreign table "orders"/s, 'an error in the middle is one, not the end');
is($out, '', 'and gives no part of the rows');
$sandbox->clear_faults;
$sandbox->fault({ path => '/v4/ecommerce/orders/157', status => 200, body => { rootfi_id => 9157, platform_id => '157', rootfi_company_id => 1089 } });
asks('SELECT FROM live.orders WHERE rootfi_id = 157', '/v4/ecommerce/orders/157', "$list$deleted&rootfi_id[eq]=157");
$sandbox->clear_faults;

# --- 2,000 queries, each of the tables and of their copies
my @columns = grep { !/content_hash/ } split /\n/, sql("SELECT attname FROM pg_attribute WHERE attrelid = 'rootfi.orders'::regclass AND attnum > 0");
my %values = map { $_ => [ split /\n/, sql("SELECT quote_nullable($_) FROM rootfi.orders ORDER BY md5($_\::text) LIMIT 40") ] } grep { !/extra|raw_data/ } @columns;
push @{ $values{$_} }, "''", "'null'", "'1.5'", "'a,b'" for qw(order_number customer_id status platform_id);
push @{ $values{customer_id} }, ("'cus_3'", "'cus_4'") x 12;
srand(20261125);

sub pick { return $_[ int(rand(@_)) ] }

sub condition
{
	my ($t) = @_;
	my $column = pick(keys %values);
	my @list = @{ $values{$column} };
	my $kind = int(rand(10));

	return "$t.$column IS " . pick('NULL', 'NOT NULL') if $kind == 0;
	return "$t.$column IN (" . join(', ', map { pick(@list) } 1 .. pick(1, 2, 3, 10)) . ')' if $kind <= 2;
	return '(' . condition($t) . pick(' AND ', ' OR ') . condition($t) . ')' if $kind == 3;
	return 'NOT (' . condition($t) . ')' if $kind == 4;
	return "$t.$column BETWEEN " . pick(@list) . ' AND ' . pick(@list) if $kind == 5;
	return "$t.rootfi_deleted_at IS NULL" if $kind == 6;
	return "$t.$column " . pick('=', '=', '=', '=', '>=', '>', '<', '<=', '<>') . ' ' . pick(@list);
}

sub conditions { return join ' AND ', map { condition($_[0]) } 1 .. pick(1, 1, 2, 3) }

sub query
{
	my $some = join ', ', map { "o.$_" } map { pick(@columns) } 1 .. 4;
	my $kind = int(rand(9));
	my $where = conditions('o');
	my $limit = pick(1, 3, 10, 60) . pick('', ' OFFSET 2', ' OFFSET 30');

	return "SELECT $some FROM S.orders AS o WHERE $where ORDER BY o.rootfi_id" if $kind <= 2;
	return "SELECT * FROM S.orders AS o WHERE $where ORDER BY o.rootfi_id LIMIT $limit" if $kind == 3;
	return "SELECT count(*), sum(total_amount) FROM S.orders AS o WHERE $where" if $kind == 4;
	return "SELECT $some, l.* FROM S.orders AS o " . pick('', 'LEFT ') . "JOIN S.order_line_items AS l ON l.order_rootfi_id = o.rootfi_id WHERE $where ORDER BY o.rootfi_id, l.ordinal" if $kind == 5;
	return "SELECT o FROM (SELECT rootfi_id, customer_id, order_number, rootfi_deleted_at FROM S.orders AS o WHERE $where) AS o WHERE o.rootfi_id IN (SELECT order_rootfi_id FROM S.order_line_items WHERE quantity > 1) ORDER BY o.rootfi_id" if $kind == 6;
	return "SELECT $some, c.name, (SELECT count(*) FROM S.order_transactions AS x WHERE x.order_rootfi_id = o.rootfi_id) FROM S.orders AS o LEFT JOIN S.contacts AS c ON c.platform_id = o.customer_id AND c.rootfi_company_id = o.rootfi_company_id WHERE o.rootfi_id IN (SELECT rootfi_id FROM S.orders AS o WHERE $where ORDER BY 1 LIMIT 5) ORDER BY o.rootfi_id, c.rootfi_id" if $kind == 7;
	return "SELECT i.rootfi_id, i.item_id, i.extra, i.quantity FROM S.inventories AS i WHERE i.item_id " . pick("= 'prod_789'", "IN ('prod_790', 'prod_791')", "= 'prod_79" . int(rand(10)) . "'") . ' ORDER BY i.rootfi_id';
}

my (@queries, %script);
foreach my $n (1 .. 2000)
{
	my $query = query();
	my $way = int(rand(4));

	push @queries, $query;
	foreach my $schema ('live', 'rootfi')
	{
		(my $text = $query) =~ s/\bS\./$schema./g;
		$text =~ s/SELECT \*/"SELECT " . join ', ', @columns/e;
		$script{$schema} .= "\\echo === $n\n";
		if ($way == 0 && $text =~ s/ = ('[^']*')/ = \$1/)
		{
			my $value = $1;
			$script{$schema} .= "SET plan_cache_mode = " . pick('force_generic_plan', 'auto') . ";\nPREPARE q$n AS $text;\nEXECUTE q$n($value);\n";
		}
		elsif ($way == 1)
		{
			$script{$schema} .= "BEGIN;\nDECLARE c CURSOR FOR $text;\nFETCH 2 FROM c;\nFETCH ALL FROM c;\nCOMMIT;\n";
		}
		else
		{
			$script{$schema} .= "$text;\n";
		}
	}
}
my %answers = map { $_ => [ split /^=== \d+\n/m, $node->safe_psql('postgres', "SET timezone = 'UTC'; SET client_min_messages = warning; SET jit = off;\n$script{$_}") ] } keys %script;
my @differ = grep { $answers{live}[$_] ne $answers{rootfi}[$_] } 1 .. 2000;
is(scalar(@differ), 0, '2,000 queries give the rows that copies give') or diag("$queries[$differ[0] - 1]\nlive: $answers{live}[$differ[0]]\ncopy: $answers{rootfi}[$differ[0]]");
cmp_ok(scalar(grep { length } @{ $answers{rootfi} }), '>', 1000, 'most of them some');

# --- memory is that of pages, whatever the list
$sandbox->stop;
done_testing();
