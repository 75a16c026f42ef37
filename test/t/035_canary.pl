# The key is nowhere but in its user mapping or file, and in the header of the
# requests. All that the server writes and shows is searched for it while
# statements of every kind run, with everything logged that can be.
#
# Left out, since they hold the key by design:
# - the catalog pg_user_mapping, and the write-ahead log of its change;
# - statements that set the key: a server logs those as any other. So it is set
#   here before statements are logged, which is what the documents advise.

use strict;
use warnings;

use File::Find ();
use IPC::Run;
use JSON::PP ();
use MIME::Base64;
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Sandbox;
use Test::More;

# At debug3 a server logs the environment that it was started in.
delete $ENV{ROOTFI_SANDBOX_KEY};

# A key is two halves like no other text, around characters that encodings
# change: so the halves are found whatever it was encoded with.
sub make_key
{
	my @halves = map { join '', map { ('a' .. 'z', 0 .. 9)[ rand 36 ] } 1 .. 20 } 1, 2;
	return { key => "$halves[0] /+%\"'$halves[1]", halves => \@halves };
}

# What either half looks like as text, as hexadecimal digits or in base64,
# wherever in it it begins.
sub disguises
{
	my ($half) = @_;
	return map { quotemeta } $half, uc $half, unpack('H*', $half), uc unpack('H*', $half), map { substr encode_base64($_ . $half, ''), 4, 20 } '', 'x', 'xx';
}

my ($mapped, $filed) = (make_key(), make_key());
my $canary = join '|', map { disguises($_) } map { @{ $_->{halves} } } $mapped, $filed;
$canary = qr/$canary/;

# Asserts that a text has no key; shows only where it has one.
sub hidden
{
	my ($text, $name) = @_;
	my $place = $text =~ $canary ? substr $text, $-[0] < 100 ? 0 : $-[0] - 100, 200 : undef;
	is($place, undef, $name);
	return;
}

# The names of the files below a directory that hold a key, and how many there
# are.
sub search
{
	my ($directory, $except) = @_;
	my ($n, @found) = (0);
	my $file = sub {
		return if !-f $_ || $_ =~ $except || !open(my $in, '<:raw', $_);
		my $content = do { local $/; <$in> } // '';
		$n++;
		push @found, $_ if $content =~ $canary;
	};
	File::Find::find({ wanted => $file, no_chdir => 1 }, $directory);
	return ($n, join ' ', @found);
}

my $percent = $mapped->{key} =~ s/(\W)/sprintf '%%%02X', ord $1/ger;
is(scalar(grep { $_ =~ $canary } $mapped->{key}, $percent, encode_base64("api_key: $filed->{key}", ''), JSON::PP->new->encode([ $filed->{key} ]),
	unpack('H*', "x$mapped->{key}"), "half of it: $filed->{halves}[1]"), 6, 'a key is found whatever it was encoded with');

# Two servers: the key of one is in the mapping, that of the other in a file.
my ($node, $sandbox) = start_pair(sandbox => { orders => 30 });
my %sandbox = (
	mapped => Rootfi::Sandbox->new(key => $mapped->{key}, orders => 30),
	filed => Rootfi::Sandbox->new(key => $filed->{key}, orders => 30));
my $keys = PostgreSQL::Test::Utils::tempdir();
append_to_file("$keys/key", "$filed->{key}\n");
$node->append_conf('postgresql.conf', q{
	log_min_messages = debug5
	log_statement = 'none'
	log_min_error_statement = panic
	autovacuum = off
	wal_keep_size = '1GB'
});
$node->restart;
my $from = -s $node->logfile;
my $literal = "'" . $mapped->{key} =~ s/'/''/gr . "'";
my ($status, $output, $error) = $node->psql('postgres', qq{
	\\set VERBOSITY verbose
	SET client_min_messages = debug5;
	CREATE ROLE clerk LOGIN;
	CREATE ROLE stranger LOGIN;
	CREATE SERVER mapped FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '} . $sandbox{mapped}->url . qq{', max_retries '1');
	CREATE SERVER filed FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '} . $sandbox{filed}->url . qq{', max_retries '1');
	CREATE USER MAPPING FOR clerk SERVER mapped OPTIONS (api_key $literal, apikey 'x');
	CREATE USER MAPPING FOR clerk SERVER mapped OPTIONS (apikey $literal);
	CREATE USER MAPPING FOR clerk SERVER mapped OPTIONS (api_key $literal, api_key_file '/x');
	CREATE USER MAPPING FOR clerk SERVER mapped OPTIONS (api_key E$literal\n'\\n');
	CREATE USER MAPPING FOR clerk SERVER mapped OPTIONS (api_key $literal, api_key $literal);
	CREATE USER MAPPING FOR clerk SERVER mapped OPTIONS (api_key $literal);
	CREATE USER MAPPING FOR clerk SERVER filed OPTIONS (api_key_file '$keys/key');
	CREATE USER MAPPING FOR clerk SERVER mapped OPTIONS (api_key $literal);
	ALTER USER MAPPING FOR clerk SERVER mapped OPTIONS (ADD api_key $literal);
	ALTER USER MAPPING FOR clerk SERVER mapped OPTIONS (SET api_key $literal, DROP nothing);
	ALTER USER MAPPING FOR clerk SERVER mapped OPTIONS (SET api_key $literal);
	ALTER USER MAPPING FOR clerk SERVER filed OPTIONS (ADD api_key $literal);
	GRANT USAGE ON FOREIGN SERVER mapped, filed TO clerk;
	GRANT CREATE ON DATABASE postgres TO clerk;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO clerk;
}, on_error_stop => 0);
is(scalar(() = $error =~ /^psql:\S+ ERROR: /mg), 9, 'a key is set, and what is wrong beside it refused');
hidden($error, 'which shows no key');
hidden(substr(slurp_file($node->logfile), $from), 'nor does the log at debug5');

# from here on no statement holds the key, and all are logged
my $catalog = $node->safe_psql('postgres', q{SELECT pg_relation_filepath('pg_user_mapping')});
my $wal = $node->safe_psql('postgres', q{SELECT pg_walfile_name(pg_current_wal_lsn()) FROM pg_switch_wal()});
$node->append_conf('postgresql.conf', q{
	shared_preload_libraries = 'pg_stat_statements, auto_explain, rootfi'
	pg_stat_statements.track = all
	auto_explain.log_min_duration = 0
	auto_explain.log_analyze = on
	auto_explain.log_verbose = on
	auto_explain.log_nested_statements = on
	log_statement = 'all'
	log_min_error_statement = debug5
	log_min_duration_statement = 0
	log_error_verbosity = verbose
	log_temp_files = 0
});
$node->restart;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements');

# What is done at either server; %s is its name.
my @statements = (
	q{SELECT rootfi_get_order('157')},
	q{SELECT rootfi_get('ecommerce/orders', '158')},
	q{SELECT rootfi_get_order('none')},
	q{SELECT rootfi_get_order('')},
	q{SELECT rootfi_get_sync('none')},
	q{SELECT rootfi_wait_sync('none', '1 second')},
	q{SELECT rootfi_create_customer(1089, '{"name": "A"}')},
	q{SELECT rootfi_create_order(1089, '{}')},
	q{SELECT rootfi_update_order('158', '{"status": "pending"}')},
	q{SELECT rootfi_update_order('none', '{"status": "pending"}')},
	q{SELECT rootfi_delete_order('159')},
	q{SELECT rootfi_delete_order('none')},
	q{SELECT rootfi_request('GET', '/v4/ecommerce/orders', '{"limit": 1}')},
	q{SELECT rootfi_request('POST', '/v4/nowhere', NULL, '{}')},
	q{SELECT rootfi_request('GET', '//nowhere')},
	q{SELECT rootfi_passthrough(1089, 'GET', '/x')},
	q{SELECT rootfi_start_sync(1089, 'SHOPIFY', '{ECOMMERCE_ORDERS}')},
	q{SELECT rootfi_create_webhook('{"url": "https://example.com", "name": "w", "type": "SYNC"}')},
	q{SELECT rootfi_validate('ecommerce/orders', 'create', '{}')},
	q{SELECT * FROM rootfi_check()},
	q{SELECT * FROM rootfi_list_orders(page_size => 10)},
	q{SELECT * FROM rootfi_list_orders(filter => '{"nothing": {"almost": 1}}')},
	q{SELECT * FROM rootfi_rows('v3/accounting/invoices', page_size => 10) AS (rootfi_id bigint, extra jsonb)},
	q{SELECT * FROM rootfi_list('nowhere/orders')},
	q{SELECT rootfi_count('ecommerce/orders')},
	q{EXPLAIN (ANALYZE, VERBOSE, BUFFERS, SETTINGS) SELECT * FROM rootfi_list_orders(max_rows => 3) AS o, rootfi_order_line_items(o)},
	q{EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) SELECT rootfi_get_order('157')},
	q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'of_%s')},
	q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'of_%s')},
	q{SELECT * FROM rootfi_add_streams(1089, 'payments', 'of_%s')},
	q{CALL rootfi_sync()},
	q{CALL rootfi_sync('ecommerce/orders', 1089, full_refresh => true, max_pages => 1)},
	q{CALL rootfi_sync('ecommerce/orders', 1089, remote => true)},
	q{SELECT * FROM rootfi_freshness()},
	q{SELECT rootfi_add_reports('of_%s')},
	q{SELECT * FROM rootfi_run},
	q{SELECT * FROM rootfi_stream},
	q{SELECT * FROM rootfi_sync_status},
	q{SELECT * FROM pg_backend_memory_contexts},
	q{DO $$ BEGIN PERFORM rootfi_get_order('none'); EXCEPTION WHEN OTHERS THEN RAISE WARNING '% %', SQLERRM, SQLSTATE; END $$},
	q{ALTER SERVER %s OPTIONS (SET base_url 'ftp://x')},
	q{SELECT * FROM pg_foreign_server},
	q{SET rootfi.server = 'nowhere'; SELECT rootfi_get_order('157')},
);

# Faults, each for the statement before which it stands; those of the server
# repeat the key, as one might that says what was wrong.
sub faults_of
{
	my ($key) = @_;
	return (
		{ status => 401, body => { error => { code => $key, message => "The key $key is not known.", platform_error => { sent => $key } } } },
		{ status => 400, body => "$key is no key" },
		{ status => 404, body => ('x' x 110) . $key },
		{ status => 200, body => $key },
		{ status => 200, body => "<html>$key" },
		{ status => 200, body => { error => { message => "what is $key?" } } },
		{ status => 302, headers => { Location => "https://example.com/$key" }, body => '' },
		{ status => 404, headers => { 'X-Request-Id' => "id of $key" }, body => '' },
		{ status => 500, body => "<pre>api_key: $key</pre>" },
		# cut within the key
		{ status => 404, headers => { 'X-Request-Id' => ('i' x 100) . $key }, body => '' },
		{ status => 302, headers => { Location => 'https://example.com/' . ('l' x 210) . $key }, body => '' },
		{ status => 404, body => { error => { message => ('m' x 970) . $key } } },
		{ truncate => 10, times => 2 }, { reset => 'before', times => 2 }, { malformed => JSON::PP::true });
}

# Runs a script as clerk, with all messages; gives everything that psql shows.
sub psql_all
{
	my ($script, $role) = @_;
	my $shown = '';
	$script = "\\set VERBOSITY verbose\n\\set SHOW_CONTEXT always\nSET client_min_messages = debug5;\n$script\n";
	IPC::Run::run([ 'psql', '-XAtq', '-d', $node->connstr('postgres') . ' user=' . ($role // 'clerk') ], '<', \$script, '>&', \$shown);
	return $shown;
}

$from = -s $node->logfile;
foreach my $server ('mapped', 'filed')
{
	my $set = "SET rootfi.server = '$server';";
	my $shown = psql_all($set . join "\n", map { s/%s/$server/gr . ';' } @statements);
	cmp_ok(scalar(() = $shown =~ /ERROR: /g), '>=', 15, "statements of every kind run at server $server, good ones and such that fail");
	hidden($shown, 'and their output, debug messages included, shows no key');

	my $key = ($server eq 'mapped' ? $mapped : $filed)->{key};
	my @faults = faults_of($key);
	$sandbox{$server}->fault(@faults);
	$shown = psql_all($set . "SELECT rootfi_get_order('157');" x 15);
	$sandbox{$server}->clear_faults;
	is(scalar(() = $shown =~ /ERROR: /g), 15, 'errors in which the server repeats the key');
	hidden($shown, 'do not');
	ok($shown =~ /Message: The key \*{40,} is not known\. Platform error: \{"sent":"\*{40,}"\}/, 'but say that there was one');
	$sandbox{$server}->fault(map { { %$_, path => '/v4/ecommerce/orders' } } @faults[ 0, 3 ]);
	$shown = psql_all("$set CALL rootfi_sync('ecommerce/orders', 1089);\n" x 2 . 'SELECT * FROM rootfi_run; SELECT * FROM rootfi_sync_status;');
	$sandbox{$server}->clear_faults;
	is(scalar(() = $shown =~ /ERROR: .* could not sync 1 of \d streams?/g), 2, 'nor do errors of streams');
	hidden($shown, 'when they are shown and when they are kept');
	ok($shown =~ /\|RFP01\|could not list orders .* It repeats the API key\. The answer begins with "\*{40,}"/, 'with stars in its place');

	# where no error is: what else is shown of an answer
	my $half = $key =~ s/ .*//sr;
	$sandbox{$server}->fault(
		{ status => 200, body => {}, headers => { 'X-RateLimit-Limit' => $half, 'X-RateLimit-Remaining' => "9 $half" } },
		{ status => 200, body => { data => [ { rootfi_id => $key }, { rootfi_id => 5 } ], next => $key, total_count => 2 } },
		{ status => 200, body => { sync_id => $key, status => $key } },
		{ status => 200, body => { sync_id => $key, status => $key } },
		{ status => 200, body => { rootfi_id => $key, platform_id => $key } });
	$shown = psql_all("$set SELECT * FROM rootfi_check(); SELECT rootfi_id FROM rootfi_list_orders(max_rows => 2);"
		. "SELECT count(rootfi_start_sync(1089, 'SHOPIFY', '{ECOMMERCE_ORDERS}')); SELECT 1 FROM rootfi_get_order('157') AS o WHERE o IS NULL; SELECT count(rootfi_get_order('158'));");
	$sandbox{$server}->clear_faults;
	hidden($shown, 'a check, notices and warnings show no key either');
	my @elsewhere = grep { my %r = %$_; $r{headers} = { %{ $r{headers} }, api_key => '' }; join(' ', map { ref $_ ? %$_ : $_ } values %r) =~ $canary } $sandbox{$server}->requests;
	is(scalar @elsewhere, 0, 'requests have it in the header api_key only');
}

# While statements run: a file that the executor spills into, and a wait
$sandbox{mapped}->fault({ path => '/v4/ecommerce/items', delay_ms => 60000 });
my $session = session($node, 'waiting', q{
	SET work_mem = '64kB';
	SET ROLE clerk;
	SET rootfi.server = mapped;
	BEGIN;
	DECLARE held CURSOR WITH HOLD FOR SELECT * FROM rootfi_list_orders();
	COMMIT;
	SELECT count(*) FROM rootfi_list_items()});
my $pid = wait_until_waiting($node, 'waiting');
my $data = $node->data_dir;
ok(scalar(() = glob("$data/base/pgsql_tmp/*")), 'rows of a list are in a temporary file');
hidden($node->safe_psql('postgres', 'SELECT * FROM pg_stat_activity'), 'pg_stat_activity does not show a key');
hidden($node->safe_psql('postgres', "SELECT pg_log_backend_memory_contexts($pid); TABLE pg_locks; TABLE pg_prepared_statements; TABLE pg_cursors"), 'nor do other views');
my ($nfiles, $found) = search("$data/base/pgsql_tmp", qr/^$/);
is($found, '', 'nor temporary files');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)");
finish($session);

cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_statements'), '>', 100, 'pg_stat_statements has the statements');
hidden($node->safe_psql('postgres', 'SELECT * FROM pg_stat_statements'), 'and no key');

# Others look for it.
my $views = join '', map { "TABLE $_; " } qw(pg_user_mappings information_schema.user_mapping_options information_schema.foreign_server_options
	pg_stats pg_settings pg_stat_activity pg_stat_statements rootfi_stream rootfi_run);
ok(index(psql_all($views), $mapped->{halves}[0]) >= 0, 'whose it is sees the key in the mapping');
my $theirs = psql_all("$views\\des+\n\\deu+\nTABLE pg_user_mapping", 'stranger');
ok($theirs =~ /permission denied for table pg_user_mapping/, 'others do not see the catalog');
hidden($theirs, 'nor the key in what they may see');

# Dumps
my $dumps = PostgreSQL::Test::Utils::tempdir();
my @dump = ('pg_dump', '--enable-row-security', '-d', $node->connstr('postgres'));
command_ok([ @dump, '-U', 'stranger', '-N', 'of_*', '-f', "$dumps/stranger" ], 'an ordinary user dumps the database');
ok(slurp_file("$dumps/stranger") =~ /CREATE USER MAPPING FOR clerk SERVER mapped/, 'which has the mappings of others');
hidden(slurp_file("$dumps/stranger"), 'without their keys');
command_ok([ 'pg_dumpall', '-g', '-d', $node->connstr('postgres'), '-f', "$dumps/globals" ], 'a superuser dumps the globals');
hidden(slurp_file("$dumps/globals"), 'which have no keys');
command_ok([ @dump, '-f', "$dumps/superuser" ], 'and the database');
ok(index(slurp_file("$dumps/superuser"), $mapped->{halves}[0]) >= 0, 'whose dump has the keys in mappings');
ok(index(slurp_file("$dumps/superuser"), $filed->{halves}[0]) < 0, 'and not those in files');

# All that the server has written
my $log = slurp_file($node->logfile);
ok($log =~ /Query Text: SELECT \* FROM rootfi_list_orders/, 'the log has plans');
cmp_ok(length $log, '>', 1_000_000, 'and whatever debug5 says');
hidden($log, 'but no key');
ok($log !~ /^(?:\* Connected to|> (?:GET|POST) )/m, 'nor what libcurl says when it is asked to be verbose');
$node->stop;
my $segments = $wal =~ s/.*(?=.{16})//sr;
my $older = sub { my ($name) = @_; return $name =~ m{/pg_wal/.{8}(.{16})$} && $1 le $segments };
my $n;
($n, $found) = search($data, qr{^\Q$data/$catalog\E$});
my @found = grep { !$older->($_) } split ' ', $found;
is("@found", '', 'no file below the data directory has a key');
ok(index(slurp_file("$data/$catalog"), $mapped->{halves}[0]) >= 0, 'but the catalog of mappings');
ok(index(slurp_file("$data/$catalog"), $filed->{halves}[0]) < 0, 'if it is not in a file');
like($found, qr{pg_wal}, 'and the write-ahead log of the time when it was set');
cmp_ok($n, '>', 1000, 'as a search of all files found');
note("$n files searched");

$_->stop foreach $sandbox, values %sandbox;
done_testing();
