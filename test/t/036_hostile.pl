# What others made must not be called, and what others say must stay data:
# objects ahead in the search_path, names and texts in answers, headers,
# options, ids, paths and filters.

use strict;
use warnings;

use Encode ();
use IPC::Run;
use JSON::PP ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::RawServer;
use Test::More;

my ($node, $sandbox) = start_pair(server => { max_retries => 0 });
my $json = JSON::PP->new->canonical->allow_nonref;

# All that psql shows of a script, in bytes.
sub shown
{
	my ($script, $database) = @_;
	my $output = '';
	IPC::Run::run([ 'psql', '-XAtq', '-d', $node->connstr($database // 'postgres') ], '<', \$script, '>&', \$output);
	return $output;
}

# A text as an SQL literal.
sub literal { return q{E'} . $_[0] =~ s/([\\'])/\\$1/gr =~ s/([\x00-\x1f\x7f])/sprintf '\\x%02x', ord $1/ger . q{'} }

# Control characters but line feeds, and such that turn the direction of
# writing: what could do something to a terminal.
my $control = qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]/;

#
# Objects ahead in the search_path
#
# Schema "hostile" has a function for every one of pg_catalog's and of ours, an
# operator for every one of pg_catalog's and some that fit even better, types,
# tables and views. All of them leave a mark that no rollback takes back.
#
$node->safe_psql('postgres', 'CREATE DATABASE traps');
$node->safe_psql('traps', q{
	CREATE SCHEMA api;
	CREATE EXTENSION rootfi SCHEMA api;
	CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '} . $sandbox->url . q{', max_retries '0');
	CREATE SCHEMA hostile;
	CREATE SEQUENCE hostile.called;
	CREATE FUNCTION hostile.mark(what pg_catalog.text) RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog AS $$
		BEGIN PERFORM nextval('hostile.called'); RAISE WARNING 'TRAP %', what; RETURN true; END $$;
	SET client_min_messages = error;
	DO $$
	DECLARE f record;
	BEGIN
		FOR f IN SELECT p.oid::regprocedure AS name, p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result
			FROM pg_proc AS p WHERE p.prokind = 'f' AND p.pronamespace IN ('pg_catalog'::regnamespace, 'api'::regnamespace)
				AND p.proname NOT IN ('nextval')
		LOOP
			BEGIN
				EXECUTE format('CREATE FUNCTION hostile.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', f.proname,
					f.arguments, f.result,
					format('BEGIN PERFORM hostile.mark(%L); RETURN%s; END', f.name, CASE WHEN f.result ~ '^(SETOF|TABLE)' OR f.arguments ~ 'OUT ' THEN '' ELSE ' NULL' END));
			EXCEPTION WHEN OTHERS THEN NULL;
			END;
		END LOOP;
		FOR f IN SELECT o.oprname, p.proname, o.oprleft::regtype AS l, o.oprright::regtype AS r
			FROM pg_operator AS o JOIN pg_proc AS p ON p.oid = o.oprcode WHERE o.oprleft <> 0
		LOOP
			BEGIN
				EXECUTE format('CREATE OPERATOR hostile.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile.%I)', f.oprname, f.l, f.r, f.proname);
			EXCEPTION WHEN OTHERS THEN NULL;
			END;
		END LOOP;
	END $$;
	CREATE FUNCTION hostile.same(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM hostile.mark('varchar = varchar'); RETURN true; END $$;
	CREATE OPERATOR hostile.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = hostile.same);
	CREATE FUNCTION hostile.same(name, varchar) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM hostile.mark('name = varchar'); RETURN true; END $$;
	CREATE OPERATOR hostile.= (LEFTARG = name, RIGHTARG = varchar, FUNCTION = hostile.same);
	DO $$
	DECLARE t text;
	BEGIN
		FOR t IN SELECT typname FROM pg_type WHERE typtype IN ('b', 'r', 'm') AND typname !~ '^_' AND typnamespace = 'pg_catalog'::regnamespace
			UNION ALL SELECT relname FROM pg_class WHERE relkind = 'c' AND relnamespace = 'api'::regnamespace
		LOOP
			EXECUTE format('CREATE TYPE hostile.%I AS (trap pg_catalog.int4)', t);
		END LOOP;
	END $$;
});
$node->safe_psql('traps', q{
	CREATE TABLE hostile.rootfi_stream (LIKE api.rootfi_stream);
	CREATE TABLE hostile.rootfi_run (LIKE api.rootfi_run);
	CREATE TABLE hostile.rootfi_seen (LIKE api.rootfi_seen);
	CREATE TABLE hostile.orders (trap int);
	CREATE VIEW hostile.rootfi_sync_status AS SELECT hostile.mark('rootfi_sync_status');
	CREATE VIEW hostile.pg_locks AS SELECT hostile.mark('pg_locks');
	CREATE VIEW hostile.pg_class AS SELECT hostile.mark('pg_class');
	CREATE FUNCTION hostile.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM hostile.mark(TG_TABLE_NAME); RETURN NULL; END $$;
	CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON hostile.rootfi_stream FOR EACH STATEMENT EXECUTE FUNCTION hostile.trap();
	CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON hostile.rootfi_run FOR EACH STATEMENT EXECUTE FUNCTION hostile.trap();
	CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON hostile.orders FOR EACH STATEMENT EXECUTE FUNCTION hostile.trap()});
map_user($node, $sandbox->key, 'CURRENT_USER', 'traps');
my ($nfunctions, $noperators, $ntypes) = split /\|/, $node->safe_psql('traps', q{
	SELECT (SELECT count(*) FROM pg_proc WHERE pronamespace = 'hostile'::regnamespace), (SELECT count(*) FROM pg_operator WHERE oprnamespace = 'hostile'::regnamespace),
		(SELECT count(*) FROM pg_class WHERE relkind = 'c' AND relnamespace = 'hostile'::regnamespace)});
cmp_ok($nfunctions, '>', 2000, 'there are hostile functions');
cmp_ok($noperators, '>', 700, 'hostile operators');
cmp_ok($ntypes, '>', 100, 'and hostile types');
note("$nfunctions functions, $noperators operators and $ntypes types");

# Whether anything hostile was called since the last time.
sub traps
{
	return $node->safe_psql('traps', q{SELECT is_called FROM hostile.called; ALTER SEQUENCE hostile.called RESTART});
}

# Ours are called by their full names; no operator or function is the test's.
my @calls = (
	q{SELECT api.rootfi_get_order('157')},
	q{SELECT api.rootfi_get('ecommerce/orders', '157')},
	q{SELECT api.rootfi_create_customer(1089, '{"name": "A"}')},
	q{SELECT api.rootfi_update_order('158', '{"status": "pending"}')},
	q{SELECT api.rootfi_delete_order('159')},
	q{SELECT api.rootfi_request('GET', '/v4/ecommerce/orders')},
	q{SELECT api.rootfi_passthrough(1089, 'GET', '/x', '{}', '{}', '{}')},
	q{SELECT api.rootfi_wait_sync('sync_123456')},
	q{SELECT api.rootfi_get_sync_config('ECOMMERCE')},
	q{SELECT * FROM api.rootfi_validate('ecommerce/orders', 'create', '{}')},
	q{SELECT * FROM api.rootfi_check()},
	q{SELECT * FROM api.rootfi_resources()},
	q{SELECT * FROM api.rootfi_list_orders(1089, '2020-01-01', '{"status": {"neq": "x"}}', true, 3, sort => '{rootfi_id}')},
	q{SELECT * FROM api.rootfi_list('ecommerce/orders', max_rows => 3)},
	q{SELECT * FROM api.rootfi_rows('ecommerce/orders', max_rows => 3) AS (rootfi_id bigint, status varchar(3), created_at pg_catalog.date, extra pg_catalog.jsonb)},
	q{SELECT CAST(o AS pg_catalog.jsonb), l, CAST(l AS pg_catalog.jsonb) FROM api.rootfi_list_orders(max_rows => 3) AS o, api.rootfi_order_line_items(o) AS l},
	q{SELECT * FROM api.rootfi_list_companies() AS c, api.rootfi_company_connections(c)},
	q{SELECT api.rootfi_count('ecommerce/orders')},
	q{SELECT api.rootfi_data_model('ecommerce/orders'), api.rootfi_can_act_as('postgres')},
	q{SELECT api.rootfi_add_stream('ecommerce/orders', 1089, 'copy')},
	q{SELECT api.rootfi_add_stream('v3/accounting/contacts', 1089, 'copy')},
	q{SELECT * FROM api.rootfi_add_streams(1089, 'payments', 'copy')},
	q{CALL api.rootfi_sync()},
	q{CALL api.rootfi_sync('ecommerce/orders', 1089, full_refresh => true)},
	q{CALL api.rootfi_sync('ecommerce/orders', 1089, remote => true)},
	# a column whose type has an operator of its own in no schema but the hostile one
	q{ALTER TABLE copy.orders DROP rootfi_content_hash, ALTER status TYPE pg_catalog.varchar, ALTER rootfi_updated_at TYPE pg_catalog.timestamptz, ADD tags pg_catalog.text[], ADD shape pg_catalog.point},
	q{CALL api.rootfi_sync('ecommerce/orders', 1089, full_refresh => true)},
	q{SELECT * FROM api.rootfi_freshness(1089, '1 hour')},
	q{SELECT * FROM api.rootfi_sync_status},
	q{TABLE api.rootfi_stream},
	q{TABLE api.rootfi_run},
	q{SELECT api.rootfi_add_reports('copy')},
	(map { "TABLE copy.report_$_" } qw(revenue_by_day top_items unpaid_orders refunds order_differences)),
	q{DELETE FROM api.rootfi_run},
	q{UPDATE api.rootfi_stream SET enabled = true},
	(map { "DROP VIEW copy.report_$_" } qw(revenue_by_day top_items unpaid_orders refunds order_differences)),
	q{SELECT api.rootfi_remove_stream(1)},
	q{SELECT api.rootfi_remove_stream(3, true)},
);
foreach my $path ('hostile, pg_catalog, public', 'hostile, public', 'pg_temp, hostile, pg_catalog')
{
	$sandbox->reset;
	my $setup = "SET client_min_messages = warning; CREATE TEMP TABLE rootfi_stream (trap int); CREATE TEMP TABLE orders (trap int); SET search_path = $path; SET bytea_output = escape;";
	my $output = shown(join(";\n", $setup, @calls, ''), 'traps');
	my @errors = $output =~ /^(.*(?:ERROR|DETAIL|TRAP).*)/mg;
	is(join("\n", @errors), '', "nothing fails with search_path = $path");
	is(traps(), 'f', 'nothing hostile is called');
	is($node->safe_psql('traps', q{
		SELECT a.attrelid::regclass, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_type AS t ON t.oid = a.atttypid
		WHERE c.relnamespace = 'copy'::regnamespace AND t.typnamespace <> 'pg_catalog'::regnamespace}), '', 'and no table has a hostile type');
	is($node->safe_psql('traps', q{SELECT count(*) > 10, (SELECT count(*) FROM copy.orders) FROM pg_class WHERE relnamespace = 'copy'::regnamespace AND relkind = 'r'}), 't|100', 'while tables are made and filled');
	$node->safe_psql('traps', q{SET client_min_messages = warning; DROP SCHEMA copy CASCADE; TRUNCATE api.rootfi_stream RESTART IDENTITY CASCADE});
}
shown(q{SET search_path = hostile, pg_catalog; SELECT 1::pg_catalog.int8 = 1::pg_catalog.int8}, 'traps');
is(traps(), 't', 'as it is by an operator that is not qualified');

#
# Answers
#
$node->safe_psql('postgres', q{
	CREATE TABLE victim (a int);
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy');
	CREATE FUNCTION relations() RETURNS text LANGUAGE sql RETURN (SELECT md5(string_agg(c.oid || relname || relnatts, ' ' ORDER BY c.oid)) FROM pg_class AS c)});
my $evil = q{'; DROP TABLE victim; --};
my %strange = (
	q{"; DROP TABLE victim; --} => 1, $evil => $evil, q{$$); DROP TABLE victim; --} => q{$$); DROP TABLE victim; --},
	"two\nlines" => "\e[31mred\x07", "tab\tand\rreturn" => '\\', "\x{202e}" => "\x{9b}31m", 'n' x 10000 => 'v' x 10000,
	'' => 'no name', ctid => '(0,1)', xmin => 1, tableoid => 1, cmax => 1, extra => { extra => 1 }, ordinal => 7, rootfi_content_hash => 42,
	rootfi_page_1 => 1, excluded => 1, k => 1, t => 1, p => 1, n => 1, seen => 1, current_user => 'x', 'order_rootfi_id' => 9, 'rootfi_id ' => 3, 'ROOTFI_ID' => 4);
my %order = (rootfi_id => 500, rootfi_company_id => 1089, rootfi_updated_at => '2024-01-22T05:07:31.000Z', status => $evil, currency_id => "\e]0;title\x07",
	customer_id => '%s%n$1{}', line_items => [ { name => $evil, ordinal => 99, order_rootfi_id => 1, rootfi_company_id => 1, %strange }, { name => 'b', ordinal => 99 } ], %strange);
my $text = JSON::PP->new->ascii->canonical->encode({ data => [ \%order ] });
# a member twice: the last one counts
my $twice = '{"data": [{"rootfi_id": 1, "rootfi_company_id": 1089, "rootfi_id": 500, "status": "a", "status": "b", "x": 1, "x": 2}]}';
my $relations = $node->safe_psql('postgres', 'SELECT relations()');
sub answers { return $sandbox->fault(map { { path => '/v4/ecommerce/orders', status => 200, body => $_ } } @_) }
# what JSON text stands for, to compare it
sub meaning { return $json->encode($json->decode(Encode::decode('UTF-8', $_[0]))) }

answers($text, $text, $text, $twice, $twice);
is(meaning(shown('SELECT rootfi_list(\'ecommerce/orders\')')), $json->encode(\%order), 'a list returns what a hostile server says as it is');
is(meaning(shown('SELECT o::jsonb FROM rootfi_list_orders() AS o')), $json->encode(\%order), 'rows hold all of it');
is(shown(q{SELECT l.ordinal, l.order_rootfi_id, l.rootfi_company_id, l.name = E'\'; DROP TABLE victim; --' FROM rootfi_list_orders() AS o, rootfi_order_line_items(o) AS l ORDER BY 1}),
	"1|500|1089|t\n2|500|1089|f\n", 'keys of children are those of their parents');
is(shown('SELECT rootfi_list(\'ecommerce/orders\')'), qq({"x": 2, "status": "b", "rootfi_id": 500, "rootfi_company_id": 1089}\n), 'of a member twice the last one counts');
is(shown('SELECT rootfi_id, status, extra FROM rootfi_list_orders()'), qq(500|b|{"x": 2}\n), 'in rows as well');
$sandbox->clear_faults;

answers($text, $text, $twice);
my $output = shown("CALL rootfi_sync();\n" x 3);
unlike($output, qr/ERROR|WARNING/, 'it is copied');
is(shown(q{SELECT rootfi_id, status, extra, rootfi_content_hash NOT IN (1, 42) FROM copy.orders}), qq(500|b|{"x": 2}|t\n), 'by the last one too');
is(shown(q{SELECT ordinal, order_rootfi_id, rootfi_company_id FROM copy.order_line_items ORDER BY 1}), '', 'with the lists that it has');
$sandbox->clear_faults;
$node->safe_psql('postgres', 'TRUNCATE copy.orders, copy.order_line_items; UPDATE rootfi_stream SET synced_to = NULL');
answers($text);
shown("CALL rootfi_sync();\n");
is(shown(q{SELECT ordinal, order_rootfi_id, rootfi_company_id, name = E'\'; DROP TABLE victim; --' FROM copy.order_line_items ORDER BY 1}),
	"1|500|1089|t\n2|500|1089|f\n", 'children in tables have their parents\' keys');
my %kept = %{ $json->decode(Encode::decode('UTF-8', shown('SELECT extra FROM copy.orders'))) };
my @lost = grep { !exists $kept{$_} && !/^(?:rootfi_content_hash)$/ } keys %strange;
is("@lost", '', 'and what has no column is in "extra"');
is($node->safe_psql('postgres', 'SELECT relations()'), $relations, 'names in answers make no tables or columns, and SQL in them is not run');

# cursors
$sandbox->clear_faults;
$sandbox->forget;
my $cursor = "x&limit=1#\r\nEvil: 1 \x{e9}%0d%0a";
answers({ data => [ { rootfi_id => 1, rootfi_company_id => 1089 } ], next => $cursor }, { data => [], next => 'http://169.254.169.254/latest?a=b&next=' . 'y%26%0d%0az&c=d' }, { data => [] });
shown('SELECT rootfi_list(\'ecommerce/orders\')');
my @targets = map { $_->{target} } $sandbox->requests;
is_deeply([ map { /&next=([^&]*)$/ ? $1 : () } @targets ], [ 'x%26limit%3D1%23%0D%0AEvil%3A%201%20%C3%A9%250d%250a', 'y%26%0D%0Az' ], 'a cursor is one encoded parameter');
is(scalar(grep { m{^/v4/ecommerce/orders\?} } @targets), 3, 'whatever host it names');

# errors
my $terminal = "\e[2J\e]0;owned\x07 \r\n\x{9b}31m \x{202e}desrever\x{2028}\x7f \x08";
my $long = 'long ' x 20000;
my $from = -s $node->logfile;
foreach my $body ({ error => { code => $terminal, message => $terminal, platform_error => $terminal } }, { error => { platform_error => { $terminal => $terminal } } },
	{ error => $terminal }, { message => $terminal }, $terminal, "[$terminal", "{\"data\": [{\"rootfi_id\": $terminal}]}", { data => [ $terminal ] },
	{ data => [ { rootfi_id => 500, rootfi_company_id => $terminal } ] }, { data => [ { rootfi_id => $terminal } ] }, { data => [ { rootfi_id => 500, rootfi_company_id => 1089, line_items => $terminal } ] },
	{ error => { message => $long } }, { data => [ $long ] }, $long)
{
	foreach my $status (400, 200)
	{
		$sandbox->clear_faults;
		$sandbox->fault({ path => '/v4/ecommerce/orders', status => $status, body => $body, times => 4 });
		my $output = shown(q{\set VERBOSITY verbose
			SELECT rootfi_get_order('157') IS NULL;
			SELECT count(*) FROM rootfi_list_orders() AS o, rootfi_order_line_items(o);
			SELECT count(*) FROM rootfi_rows('ecommerce/orders') AS (rootfi_id int, line_items json);
			CALL rootfi_sync('ecommerce/orders', 1089)});
		my $name = "status $status, " . substr $json->ascii->encode($body), 0, 40;
		unlike($output, $control, "$name: what a server says does nothing to a terminal");
		cmp_ok(length $output, '<', 12000, 'nor fills it');
	}
}
$json->ascii(0);
$sandbox->clear_faults;
$sandbox->fault({ path => '/v4/ecommerce/orders', status => 400, body => { error => { code => 'x', message => "a\e[31m b\nHINT:  run this" } } });
like(shown(q{SELECT rootfi_get_order('157')}), qr/Code: x\. Message: a\\u001b\[31m b HINT:  run this\. /, 'control characters are shown as JSON writes them, lines as one');
$output = shown(q{SELECT error_message FROM rootfi_stream; SELECT error_message FROM rootfi_run});
unlike($output, $control, 'nor are they in what is kept of an error');

#
# Headers
#
my $raw = Rootfi::RawServer->new(sub {
	my ($client, $request) = @_;
	my ($what) = $request->{target} =~ m{^/([a-z]+)/};
	my %header = (
		id => "X-Request-Id: \e[31mred\x07\x9b\xff\x01",
		longid => 'X-Request-Id: ' . 'i' x 100_000,
		location => "Location: \e]0;owned\x07http://\x{9b}elsewhere/",
		longlocation => 'Location: http://elsewhere/' . 'l' x 100_000,
		many => join("\r\n", map { "X-Request-Id: id$_" } 1 .. 5000),
		toomany => join("\r\n", map { 'X-Filler: ' . 'x' x 1000 } 1 .. 300),
		date => "Date: \e[31mnever\r\nRetry-After: \e[1m99999999999999999999\r\nX-RateLimit-Remaining: \e[31m0\r\nX-RateLimit-Limit: \x07nan\r\nX-RateLimit-Reset: -1e999",
	);
	$client->answer('{"error": {"code": "x"}}', status => ($what =~ /location/ ? '302' : '400') . " \e[31mBad\x07", header => [ $header{$what} // () ]);
});
foreach my $what (qw(id longid location longlocation many toomany date))
{
	server_options($node, base_url => $raw->url . "/$what");
	my $output = shown("SELECT rootfi_request('GET', '/v4/x'); SELECT * FROM rootfi_check()");
	like($output, qr/could not GET.*^authentication\|/ms, "headers of kind $what: an error");
	unlike($output, $control, 'that does nothing to a terminal');
	cmp_ok(length $output, '<', 3000, 'nor fills it');
}
$raw->stop;
unlike(substr(slurp_file($node->logfile), $from) =~ s/^\t|(?<=:)\t//mgr =~ s/^.*(?:LOG:  statement|STATEMENT): .*\n(?:\t.*\n)*//mgr, $control, 'the log has no control characters but those of statements');

#
# Options
#
my $url = $sandbox->url;
my ($port) = $url =~ /:(\d+)$/;
my $cannot = 'It is not a URL.';
my $plain = 'It would send the API key without encryption.';
my $user = 'It contains a user name or password.';
my $query = 'It contains a query or a fragment.';
my $scheme = 'Its scheme is neither https nor http.';
my $place = 'Character ' . length("http://127.0.0.1:$port/x") . ' is one.';
my @urls = (
	[ "http://127.0.0.1:$port", 'ok' ], [ "http://127.0.0.1:$port/", 'ok' ], [ "http://127.0.0.1:$port///", 'ok' ], [ "HTTP://LocalHost:$port", 'ok' ],
	[ "http:/127.0.0.1:$port", $cannot ], [ "http:///127.0.0.1:$port", $cannot ], [ "http:127.0.0.1:$port", $cannot ], [ "http:////127.0.0.1:$port", $cannot ],
	[ "https:/api.rootfi.dev", $cannot ], [ "127.0.0.1:$port", $cannot ], [ "//127.0.0.1:$port", $cannot ], [ '', $cannot ], [ 'http://', $cannot ],
	[ "http://127.0.0.1 :$port", $cannot ], [ " http://127.0.0.1:$port", $cannot ], [ "http://127.0.0.1:$port ", $cannot ], [ "http://127.0.0.1:$port/a b", $cannot ],
	[ 'http://127.0.0.1:99999', $cannot ], [ "http://127.0.0.1:$port:1", $cannot ], [ "http://127.0.0.1%00.example.com", $cannot ], [ 'http://[::1', $cannot ],
	[ "http://user:password\@127.0.0.1:$port", $user ], [ "http://user\@127.0.0.1:$port", $user ], [ "http://:\@127.0.0.1:$port", $user ],
	[ 'http://127.0.0.1\\@example.com', $user ], [ "http://127.0.0.1:$port\@example.com", $user ], [ "https://example.com/\@x#", $query ],
	[ "http://127.0.0.1:$port?", $query ], [ "http://127.0.0.1:$port/?x=1", $query ], [ "http://127.0.0.1:$port#", $query ], [ "http://127.0.0.1:$port/#x", $query ],
	[ 'file:///etc/passwd', $cannot ], [ 'file://localhost/etc/passwd', $scheme ], [ "gopher://127.0.0.1:$port", $scheme ], [ "ftp://127.0.0.1:$port", $scheme ], [ "smb://x/y", $scheme ], [ "dict://127.0.0.1:$port/d:x", $scheme ],
	[ 'http://example.com', $plain ], [ 'http://127.0.0.1.example.com', $plain ], [ 'http://127.0.0.1%2eexample.com', $plain ], [ 'http://localhost%2eexample.com', $plain ],
	[ 'http://localhost.example.com', $plain ], [ "http://0.0.0.0:$port", $plain ], [ "http://[::]:$port", $plain ], [ "http://[::ffff:127.0.0.1]:$port", $plain ],
	[ "http://b\x{fc}cher.example", $plain ], [ "http://\x{217c}ocalhost:$port", $plain ], [ "http://127\x{3002}0\x{3002}0\x{3002}1:$port", $plain ], [ 'http://128.0.0.1', $plain ],
	[ "http://127.0.0.1\r\nX: y", 'Character 17 is one.' ], [ "http://127.0.0.1:$port/\e[31m", $place ], [ "http://127.0.0.1:$port/\x7f", $place ]);
foreach my $case (@urls)
{
	my ($value, $expected) = @$case;
	my $statement = 'ALTER SERVER rootfi OPTIONS (SET base_url ' . literal(Encode::encode('UTF-8', $value)) . ");\nSELECT rootfi_get_order('157') ->> 'rootfi_id';";
	my $output = shown("\\set ON_ERROR_STOP\n$statement");
	my $name = "base_url " . $json->ascii->encode($value);
	is($expected eq 'ok' ? $output : ($output =~ /^DETAIL:  (.*)/m)[0], $expected eq 'ok' ? "157\n" : $expected, $name);
}
$json->ascii(0);
server_options($node, base_url => "$url/a" . 'x' x 100_000);
like(shown(q{SELECT rootfi_get_order('157')}), qr/could not get order "157"/, 'a base_url of 100 kB is an error of the server');
server_options($node, base_url => $url);

# Every option with every odd value: refused, or of no harm.
foreach my $option (qw(ca_file connect_timeout timeout page_size max_retries overlap proxy api_key api_key_file nothing))
{
	my $object = $option =~ /key/ ? 'USER MAPPING FOR CURRENT_USER SERVER rootfi' : 'SERVER rootfi';
	my $prefix = $option eq 'proxy' ? 'http://127.0.0.1:1' : '';    # no test leaves the machine
	my $action = $option =~ /^(?:api_key|max_retries)$/ ? 'SET' : 'ADD';
	my $output = shown(join "\n", map { "BEGIN; SELECT sqlstate_of(\$x\$ALTER $object OPTIONS ($action $option " . literal("$prefix$_") . ")\$x\$), sqlstate_of('SELECT rootfi_get_order(''157'')'); ROLLBACK;" }
		'', ' ', "a\r\nb", "\e[31m", "\x7f", '\\0', '%s%n%s', '-1', '1e400', 'nan', 'infinity', '0x10', '9' x 400, '/' x 5000, "'; DROP TABLE victim; --", 'x' x 100_000, '{}', 'NULL');
	is(scalar(() = $output =~ /^(?:no error\|(?:no error|RF001|RF006|28000|HV024)|(?:HV024|HV00D|22P02|22007|22008|22003|22015|42501)\|no error)$/mg), 18, "option $option: each odd value is refused, or taken and does no harm")
		or diag $output;
}
is($node->safe_psql('postgres', q{SELECT count(*) FROM victim; SELECT rootfi_get_order('157') ->> 'rootfi_id'}), "0\n157", 'all is as it was');

#
# What callers give
#

# The requests that a statement makes.
sub requests_of
{
	my ($statement) = @_;
	$sandbox->forget;
	my $output = shown($statement);
	return ($output, $sandbox->requests);
}

sub decoded { return Encode::decode('UTF-8', $_[0] =~ s/%([0-9A-F]{2})/chr hex $1/ger) }

my %allowed = map { $_ => 1 } qw(host api_key accept accept-encoding user-agent content-type content-length);

# ids: one segment that means just that, or nothing sent
foreach my $id ('a/b?c#d', '%2e%2e', '%2E', '...', '.a', '../..', '../../v3/core/companies', '..%2f..', 'a b', ' ', "a\nb", "a\r\nApi_key: x\r\n\r\nGET / HTTP/1.1", "\t", "\x{e9}\x{4e2d}\x{1f600}", "\x7f",
	'a&b=c', 'a;b', "a'b\"c", '\\..\\', '*', '~', '+', 'http://other.host/x', '//other.host', 'x' x 10_000)
{
	my $name = 'id ' . substr $json->ascii->encode($id), 0, 60;
	foreach my $call ([ 'rootfi_get_order(%s)', '/v4/ecommerce/orders/' ], [ 'rootfi_delete_order(%s)', '/v4/ecommerce/orders/' ], [ 'rootfi_list_sync_jobs(%s)', '/v3/core/syncs/', '/jobs?limit=500' ])
	{
		my ($function, $before, $after) = (@$call, '');
		my ($output, @requests) = requests_of('SELECT ' . sprintf $function, literal(Encode::encode('UTF-8', $id)));
		is(scalar @requests, 1, "$name: one request by $function");
		my $target = @requests ? $requests[0]{target} : '';
		my ($segment) = $target =~ m{^\Q$before\E([A-Za-z0-9._~%-]+)\Q$after\E$};
		ok(defined $segment && decoded($segment) eq $id && $segment !~ /^\.\.?$/, 'with it as one segment') or diag substr $target, 0, 200;
		is(join(' ', grep { !$allowed{$_} } keys %{ $requests[0]{headers} }), '', 'and no other headers') if @requests;
	}
}
foreach my $id ('', '.', '..')
{
	foreach my $function (qw(rootfi_get_order rootfi_delete_order rootfi_list_sync_jobs rootfi_get_sync_job rootfi_wait_sync))
	{
		my ($output, @requests) = requests_of("SELECT $function('$id')");
		like($output, qr/ERROR:  invalid id: "\Q$id\E"/, "$function refuses the id '$id'");
		is(scalar @requests, 0, 'and sends nothing');
	}
}
$json->ascii(0);

# paths: of this server, and nothing that could be read as another one
foreach my $path ('', 'x', '//other.host/x', '///x', 'http://other.host/x', '/v4/../_sandbox/requests', '/..', '/.', '/v4/.', '/v4/./x', '/v4/..', '/v4/%2e%2e/x', '/v4/%2E./x', '/v4/.%2e', '/v4/%2e/x',
	"/v4/x\r\nEvil: 1", "/v4/x HTTP/1.1", "/v4/\tx", '/v4/x?y', '/v4/x#y', "/v4/\x{e9}", "/v4/\x7f", '@other.host/x', ':80/x', '.other.host/x', '\\\\other.host')
{
	foreach my $method ('GET', 'DELETE')
	{
		my ($output, @requests) = requests_of("SELECT rootfi_request('$method', " . literal(Encode::encode('UTF-8', $path)) . ')');
		like($output, qr/ERROR:  invalid path: /, "path " . $json->ascii->encode($path) . " is refused for $method");
		is(scalar @requests, 0, 'and nothing sent');
	}
}
$json->ascii(0);
my $writes_large = system('pkg-config --atleast-version=8.15 libcurl') == 0;
foreach my $path ('/', '/v4/x', '/v4/x.y', '/v4/...', '/v4/..x', '/v4/x..', '/v4/%2e%2e%2e', '/v4/%2ex', '/@other.host/x', '/v4//x', '/v4/%0d%0aEvil:%201')
{
	my ($output, @requests) = requests_of("SELECT rootfi_request('GET', '$path')");
	my $sent = join(' ', map { $_->{target} } @requests);

	# newer versions of libcurl write hexadecimal digits large
	my $expected = $writes_large ? $path =~ s/(%[0-9a-f]{2})/\U$1/gir : $path;
	is($sent, $expected, "path $path is sent as it is");
}
foreach my $method ("GET\r\nEvil: 1", 'GET /x HTTP/1.1', '', 'TRACE', 'CONNECT', 'OPTIONS', "G\x{ca}T")
{
	my ($output, @requests) = requests_of('SELECT rootfi_request(' . literal(Encode::encode('UTF-8', $method)) . q{, '/v4/x')});
	like($output, qr/invalid method/, 'method ' . $json->ascii->encode($method) . ' is refused');
	is(scalar @requests, 0, 'and nothing sent');
}
$json->ascii(0);

# parameters: names and values that mean just that
my $odd = "a\r\nEvil: 1\r\n\r\nGET / HTTP/1.1 &=#?/%00;+ \x{e9}\x{1f600}'\"\\\t\x{9b}";
my $encoded = Encode::encode('UTF-8', $json->encode({ $odd => $odd }));
foreach my $call (
	[ "rootfi_list_orders(filter => " . literal($encoded) . ', max_rows => 1)', "$odd\[eq]", $odd ],
	[ "rootfi_list_orders(filter => " . literal(Encode::encode('UTF-8', $json->encode({ status => { $odd => [ $odd, 1, JSON::PP::true ] } }))) . ', max_rows => 1)', "status[$odd]", "$odd,1,true" ],
	[ "rootfi_list_orders(select_fields => ARRAY[" . literal(Encode::encode('UTF-8', $odd)) . '], max_rows => 1)', 'select', $odd ],
	[ "rootfi_list_orders(expand => ARRAY[" . literal(Encode::encode('UTF-8', $odd)) . '], max_rows => 1)', 'expand', $odd ],
	[ "rootfi_list_orders(sort => ARRAY[" . literal(Encode::encode('UTF-8', $odd =~ s/ //gr)) . '], max_rows => 1)', 'sort[' . $odd =~ s/ //gr . ']', 'ASC' ],
	[ "rootfi_request('GET', '/v4/ecommerce/orders', " . literal($encoded) . ')', $odd, $odd ],
	[ "rootfi_delete('payments/subscriptions', '1', " . literal($encoded) . ')', $odd, $odd ])
{
	my ($statement, $key, $value) = @$call;
	my ($output, @requests) = requests_of("SELECT $statement");
	my $name = (split /\W/, $statement)[0] . ' with ' . substr $json->ascii->encode($key), 0, 20;
	$json->ascii(0);
	is(scalar @requests, 1, "$name sends one request") or diag $output;
	my ($path, $query) = split /\?/, $requests[0]{target}, 2;
	like($query, qr/^[A-Za-z0-9._~%\[\]=&-]*$/, 'with an encoded query');
	my %pairs = map { my ($k, $v) = split /=/, $_, 2; (decoded($k) => decoded($v)) } split /&/, $query;
	is($pairs{$key}, $value, 'that has it as one parameter');
	is(join(' ', grep { !$allowed{$_} } keys %{ $requests[0]{headers} }), '', 'and no other headers');
}
foreach my $sort ("status DESC\r\nx", 'status; x', 'status ASC, x', ' ', '', 'a b')
{
	my ($output, @requests) = requests_of('SELECT rootfi_list_orders(sort => ARRAY[' . literal($sort) . '])');
	ok($output =~ /argument "sort" must name a field/ && !@requests || $requests[0]{target} =~ /&sort\[[A-Za-z0-9._~%-]+\]=ASC/, 'sort ' . $json->encode($sort) . ' is one field or refused');
}

# lengths that nobody serves
foreach my $length (100_000, 9_000_000)
{
	my $output = shown("SELECT rootfi_get_order(repeat('x', $length)) IS NULL; SELECT count(*) FROM rootfi_list_orders(filter => jsonb_build_object('a', repeat('x', $length))); SELECT rootfi_get_order('157') ->> 'rootfi_id'");
	unlike($output, qr/server closed|out of memory/, "$length characters in a URL are served or an error");
	like($output, qr/^157$/m, 'and the next call works');
}

# bodies and names of servers
my ($shown, @requests) = requests_of('SELECT rootfi_passthrough(1089, ' . literal("GET\r\nX: y") . ', ' . literal("/x\r\nX: y") . ", headers => " . literal($encoded) . ')');
is_deeply($json->decode($requests[0]{body})->{data}, { method => "GET\r\nX: y", path => "/x\r\nX: y", headers => { $odd => $odd } }, 'a body is JSON');
foreach my $server ("'; DROP TABLE victim; --", '"', "a\nb", 'x' x 1000, '')
{
	my ($output, @requests) = requests_of('SET rootfi.server = ' . literal($server) . "; SELECT rootfi_get_order('157'); SELECT check_name FROM rootfi_check()");
	like($output, qr/ERROR:  server ".*" does not exist.*^server$/ms, 'a server of any name is looked for, and not run');
	is(scalar @requests, 0, 'and nothing sent');
}

is($node->safe_psql('postgres', 'SELECT count(*) FROM victim'), '0', 'the victim is there');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP:/, 'and no backend crashed');

$sandbox->stop;
done_testing();
