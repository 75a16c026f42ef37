# A backend stays as small as it was: after thousands of answers that are wrong
# in all sorts of ways, and from the first page of a great sync to the last.

use strict;
use warnings;

use List::Util 'max';
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;
use Time::HiRes 'sleep';

my $calls = 10000;
my $orders = 100000;
my $limit = 1024;    # kB

my ($node, $sandbox) = start_pair(
	sandbox => { orders => $orders, companies => 1 },
	server => { max_retries => 0 });

# Memory of the backend that asks, in kB: memory contexts, and all that is its
# own. The peak (VmHWM) and VmRSS count buffers of the server, too, of which a
# sync touches more and more.
$node->safe_psql('postgres', q{
	CREATE FUNCTION memory(OUT contexts bigint, OUT own bigint, OUT peak bigint) LANGUAGE sql AS $$
		SELECT (SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts)::bigint,
			(regexp_match(status, 'RssAnon:\s+(\d+)'))[1]::bigint, (regexp_match(status, 'VmHWM:\s+(\d+)'))[1]::bigint
		FROM pg_read_file('/proc/' || pg_backend_pid() || '/status') AS status
	$$});

# A path for each fault, so that they come in turn.
my @faults = (
	{ status => 400, body => { error => { code => 'invalid-params', message => 'no' } } },
	{ status => 401 }, { status => 404 },
	{ status => 429, headers => { 'Retry-After' => '0' } },
	{ status => 302, headers => { Location => 'http://127.0.0.1:1/' } },
	{ status => 500, body => '' }, { status => 503 },
	{ status => 200, body => '' },
	{ status => 200, body => '<html>hello' },
	{ status => 200, body => '{"rootfi_id": ' },
	{ status => 200, body => '[' x 10000 },
	{ status => 200, body => { error => { code => 'unknown-error' } } },
	{ status => 200, body => { rootfi_id => 1, platform_id => 'another' } },
	{ status => 200, body => '{"rootfi_id": 1e400000}' },
	{ reset => 'before' }, { reset => 'headers' }, { truncate => 10 },
);
my $n = 0;
$sandbox->fault(map { { path => '/v4/ecommerce/orders/' . ++$n . 'x', times => -1, %$_ } } @faults);
# the one that needs digits to be asked for
$sandbox->fault({ path => '/v4/ecommerce/orders/99', times => -1, %{ $faults[12] } });

my $loop = sub {
	my ($times) = @_;
	return qq{
		DO \$\$
		DECLARE
			failed integer := 0;
			id text;
		BEGIN
			FOR i IN 1 .. $times LOOP
				id := CASE i % $n WHEN 0 THEN '99' ELSE i % $n || 'x' END;
				BEGIN
					IF i % 3 = 0 THEN
						PERFORM rootfi_update_order(id, '{"status": "pending"}');
					ELSE
						PERFORM rootfi_get_order(id);
					END IF;
				EXCEPTION WHEN OTHERS THEN
					failed := failed + 1;
				END;
			END LOOP;
			PERFORM set_config('test.failed', failed::text, false);
		END \$\$;};
};
# what measuring itself takes is taken before
my $begin = $loop->(1000) . 'SELECT * FROM memory();';
my (undef, @lines) = split /\n/, $node->safe_psql('postgres',
	$begin x 2 . $loop->($calls) . q{SELECT * FROM memory(); SELECT current_setting('test.failed')});
my ($before, $after) = map { [ split /\|/ ] } @lines[ 0, 1 ];
# of two answers for 99 one is that of a write, which is taken as it is
cmp_ok($lines[2], '>=', $calls * 0.9, 'nearly all calls fail');
cmp_ok($after->[0] - $before->[0], '<', $limit, "$calls answers of @{[ scalar @faults ]} faults leave nothing in the memory contexts");
cmp_ok($after->[1] - $before->[1], '<', $limit, 'nor elsewhere in the backend');
note("$lines[2] calls failed; contexts $before->[0] kB, $after->[0] kB after them; all of its own $before->[1] kB, $after->[1] kB");
$sandbox->clear_faults;

# A sync, measured by itself while each page is written.
$node->safe_psql('postgres', q{
	SELECT rootfi_add_stream('ecommerce/orders', 1089);
	CREATE TABLE measured (page serial, contexts bigint, own bigint, peak bigint);
	CREATE FUNCTION measure() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO measured (contexts, own, peak) SELECT * FROM public.memory();
		RETURN NULL;
	END $$;
	CREATE TRIGGER measure AFTER INSERT ON rootfi.orders FOR EACH STATEMENT EXECUTE FUNCTION measure()});
$node->safe_psql('postgres', 'CALL rootfi_sync()');
is($node->safe_psql('postgres', 'SELECT count(*) FROM rootfi.orders'), $orders, 'all orders are copied');
my ($pages, $contexts, $own, $most, $all, $peak) = split /\|/, $node->safe_psql('postgres', q{
	WITH halves AS (SELECT *, page > max(page) OVER () / 2 AS second FROM measured)
	SELECT count(*), max(contexts) FILTER (WHERE second) - max(contexts) FILTER (WHERE NOT second),
		max(own) FILTER (WHERE second) - max(own) FILTER (WHERE NOT second), max(contexts), max(own), max(peak)
	FROM halves});
is($pages, $orders / 500, 'page by page');
cmp_ok($contexts, '<', $limit, 'the memory contexts of the second half need no more than those of the first');
cmp_ok($own, '<', 4 * $limit, 'nor does the backend');
note("$pages pages: contexts $most kB at most, $contexts kB more in the second half; all of its own $all kB, $own kB more; peak with the server's buffers $peak kB");
note('contexts and all of its own by page: ' . $node->safe_psql('postgres',
	q{SELECT string_agg(format('%s: %s, %s', page, contexts, own), '; ' ORDER BY page) FROM measured WHERE page % 25 = 0}));

# Many small pages, watched from outside: the second half of the time needs no
# more than the first.
sub watch
{
	my ($statement) = @_;
	my $backend = backend($node);
	my ($pid) = ask($backend, 'SELECT pg_backend_pid()');
	my @own;

	ask($backend, q{SET work_mem = '64kB'});
	$backend->{output} = '';
	$backend->{input} .= "$statement;\n\\echo ended\n";
	until ($backend->{output} =~ /^ended$/m)
	{
		$backend->{harness}->pump_nb;
		sleep 0.02;
		my $status = PostgreSQL::Test::Utils::slurp_file("/proc/$pid/status");
		push @own, $status =~ /RssAnon:\s+(\d+)/;
	}
	my $result = $backend->{output} =~ s/\n?ended\n//r;
	leave($backend);
	my $half = @own / 2;
	return ($result, max(@own[ $half .. $#own ]) - max(@own[ 0 .. $half - 1 ]), max(@own));
}

# So many pages that 200 bytes a page are more than this.
my $pages_read = $ENV{MEMORY_PAGES} || 6000;
my $watched = 512;    # kB
my ($result, $more, $most_own) = watch("SELECT count(*) FROM rootfi_list('ecommerce/orders', page_size => 1, max_rows => $pages_read)");
is($result, $pages_read, "a list of $pages_read pages is read");
cmp_ok($more, '<', $watched, 'the second half of which needs no more memory than the first');
note("own memory $most_own kB, $more kB more in the second half");

# there is a contact for every four orders
my $page_size = max(1, int($orders / 4 / $pages_read));
server_options($node, page_size => $page_size);
$node->safe_psql('postgres', q{SELECT rootfi_add_stream('ecommerce/contacts', 1089, 'small')});
($result, $more, $most_own) = watch(q{CALL rootfi_sync('ecommerce/contacts', 1089); SELECT max(requests) FROM rootfi_run});
cmp_ok($result, '>=', $orders / 4 / $page_size, 'a sync of as many pages');
cmp_ok($more, '<', $watched, 'needs no more memory in its second half either');
note("$result requests, own memory $most_own kB, $more kB more in the second half");

# Pages of records in ever other kinds, with values that do not fit
my $odd_pages = int($pages_read / 2);
$sandbox->fault(map {
	my $n = $_;
	my %own = map { $n & 1 << $_ ? ("o$_" => $n) : () } 0 .. 7;
	my %odd = ([ type => 7 ], [ addresses => 'none' ], [ rootfi_created_at => 'never' ], [ unheard_of => { a => [ 1, "\0" ] } ])[ $n % 4 ]->@*;
	{ path => '/v4/ecommerce/contacts', status => 200, body => { data => [ { rootfi_id => $n, rootfi_company_id => 1089, name => 'a', %own, %odd } ], next => $n < $odd_pages ? "$n" : undef } }
} 1 .. $odd_pages);
$node->safe_psql('postgres', q{
	UPDATE rootfi_stream SET enabled = false;
	SELECT rootfi_add_stream('ecommerce/contacts', 1089, 'odd');
	ALTER TABLE odd.contacts } . join(', ', map { "ADD o$_ integer" } 0 .. 7));
($result, $more, $most_own) = watch(q{SET client_min_messages = error; CALL rootfi_sync('ecommerce/contacts', 1089); SELECT count(*) FROM odd.contacts});
is($result, $odd_pages, "a sync of $odd_pages pages of odd records");
cmp_ok($more, '<', $watched, 'needs no more memory in its second half either');
note("own memory $most_own kB, $more kB more in the second half");

$sandbox->stop;
done_testing();
