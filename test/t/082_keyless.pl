# A record without its key keeps no other from being copied: it is left out,
# counted and named, and costs no row its mark; too many are an error.

use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::RawServer;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 1 }, server => { max_retries => 0, overlap => '0' });
my $json = JSON::PP->new->canonical;
my @pages;    # of records, and what else the server says
my %rest;
my $dir = PostgreSQL::Test::Utils::tempdir();
# a process of its own, which reads them from a file
my $server = Rootfi::RawServer->new(sub {
	my ($client, $request) = @_;
	my ($page) = $request->{target} =~ /next=c(\d+)/;
	$client->answer($json->decode(slurp_file("$dir/pages"))->[ $page // 0 ]);
});
my $url = $server->url;
$node->safe_psql('postgres', "ALTER SERVER rootfi OPTIONS (SET base_url '$url')");

sub query { return $node->safe_psql('postgres', $_[0]) }
# Serves the pages from now on, then does what a call does.
sub serve
{
	my @bodies = map { $json->encode({ data => $pages[$_], next => $_ < $#pages ? 'c' . ($_ + 1) : undef, %rest }) } 0 .. $#pages;
	open my $file, '>', "$dir/pages" or die "could not write the pages: $!";
	print {$file} $json->encode(\@bodies);
	close $file or die "could not write the pages: $!";
	return;
}
sub copy { serve(); return sync($node, @_) }
sub order { return { rootfi_id => $_[0], rootfi_company_id => 1089, rootfi_updated_at => '2026-01-01T00:00:00Z', line_items => [ { name => 'a' }, { name => 'b' } ], @_[ 1 .. $#_ ] } }
sub orders { return map { order($_) } @_ }
sub keyless { my $order = order(0, @_); delete $order->{rootfi_id} unless grep { $_ eq 'rootfi_id' } @_; return $order }
sub run { return query("SELECT concat_ws('|', state, rows_seen, inserted, updated, unchanged, skipped, marked_deleted, error_sqlstate) FROM rootfi_run ORDER BY run_id DESC LIMIT 1") }
sub message { return query('SELECT error_message FROM rootfi_run ORDER BY run_id DESC LIMIT 1') }
sub state { return query("SELECT concat_ws('|', state, failures, error_sqlstate, synced_to IS NOT NULL) FROM rootfi_sync_status") }
sub copied { return query('SELECT count(*), (SELECT count(*) FROM copy.order_line_items), (SELECT count(*) FROM copy.orders WHERE rootfi_deleted_at IS NOT NULL) FROM copy.orders') }
sub anew { query(q{SELECT rootfi_remove_stream(stream_id, drop_tables => true) FROM rootfi_stream; DROP SCHEMA IF EXISTS copy CASCADE}); query($_[0]) if $_[0]; query(q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy')}); return }
sub told_once { my ($told, $what) = @_; my $n = () = $told =~ /WARNING/g; is($n, 1, "one warning: $what"); unlike($told, qr/ERROR/, 'and no error'); return }

# One of 500, of every kind.
foreach my $bad ([], [ rootfi_id => undef ], [ rootfi_id => 'x' ], [ rootfi_id => JSON::PP::true ], [ rootfi_id => [7] ], [ rootfi_id => {} ], [ rootfi_id => 1.5 ], [ rootfi_id => '' ], [ rootfi_id => '99999999999999999999' ], [ rootfi_company_id => 'x', rootfi_id => 3 ])
{
	my $what = $json->encode({@$bad});
	my $column = $what =~ /company/ ? 'rootfi_company_id' : 'rootfi_id';

	anew();
	@pages = ([ orders(1 .. 249), keyless(platform_id => "gid\e-7", contact_email => 'jane@example.com', @$bad), orders(251 .. 500) ]);
	%rest = (total_count => 500);
	my $told = copy('');
	told_once($told, $what);
	like($told, qr/NOTICE:  00000: stream \d+ \(.*\): 500 rows in 1 page: 499 inserted, 0 updated, 0 unchanged, 1 left out$/m, 'the others are copied');
	like($told, qr/WARNING:  RFP01: stream \d+ \(ecommerce\/orders, company 1089\): a record has no "$column" that fits the column of table copy\.orders\nDETAIL:  It is record 250 of page 1, "platform_id" gid\\u001b-7\. By that column/, 'the warning says which it is');
	is(copied(), '499|998|0', 'with their lists, and nothing else is');
	is(run(), 'complete|500|499|0|0|1|0|RFP01', 'the log counts it');
	like(message(), qr/^a record has no "$column" that fits the column of table copy\.orders: It is record 250 of page 1, "platform_id" gid\\u001b-7\. By that column the records are told apart\.$/, 'and names it, and no other value of it');
	is(state(), 'idle|0|t', 'the stream has not failed');
}
@pages = ([ orders(1 .. 500) ]);
unlike(copy(q{'ecommerce/orders'}), qr/WARNING|ERROR/, 'when it is right there is no warning');
is(copied(), '500|1000|0', 'and it is copied');
is(run(), 'complete|500|1|0|499|0|0', 'and nothing is left in the log');

# Several pages and runs: each is named with its place, ten at most.
anew();
@pages = map { my $page = $_; [ keyless(platform_id => "p$page"), orders($page * 100 + 1 .. $page * 100 + 40), $page == 2 ? (keyless(), order(290)) : () ] } 0 .. 12;
%rest = ();
my $told = copy('');
told_once($told, 'many of many pages');
like($told, qr/: 14 records have no "rootfi_id" that fits.*\nDETAIL:  They are record 1 of page 1, "platform_id" p0; record 1 of page 2, "platform_id" p1; record 1 of page 3, "platform_id" p2; record 42 of page 3; .* p8; and 4 more\. /, 'ten are named');
is(run(), 'complete|535|521|0|0|14|0|RFP01', 'all are counted');
is(copied(), '521|1042|0', 'the others are copied');
query('SELECT rootfi_reset_stream(stream_id) FROM rootfi_stream');
is(query('SELECT pass_skipped FROM rootfi_stream'), 0, 'a stream that is reset forgets them');
is(() = copy('max_pages => 4') =~ /WARNING/g, 1, 'a run warns of its own');
is(run(), 'stopped|166|0|0|161|5|0|RFP01', 'and counts them');
copy('');
is(run(), 'complete|369|0|0|360|9|0|RFP01', 'as does the next one');
is(query('SELECT pass_rows, pass_skipped FROM rootfi_stream'), '535|14', 'the pass has all of them');

# A full refresh: what was not seen may be the record without a key.
anew();
@pages = ([ orders(1 .. 20) ], [ orders(21 .. 40) ]);
copy('');
@pages = ([ orders(1 .. 4), keyless(), orders(6 .. 20) ], [ orders(21 .. 38) ]);
$told = copy(q{'ecommerce/orders', full_refresh => true});
told_once($told, 'a full refresh');
like($told, qr/DETAIL:  It is record 5 of page 1\. .* Nothing was marked as deleted: /, 'which marks nothing, and says so');
is(copied(), '40|80|0', 'no row is marked');
is(query('SELECT count(*) FROM rootfi_seen'), 0, 'and nothing is kept of what was seen');
copy(q{'ecommerce/orders', full_refresh => true, max_pages => 1});
$told = copy(q{'ecommerce/orders', full_refresh => true});
told_once($told, 'when the record was in an earlier run');
like($told, qr/records of earlier pages have no key.* Nothing was marked as deleted/s, 'nothing is marked either');
is(copied(), '40|80|0', 'no row is marked there');
$pages[0][4] = order(5);
unlike(copy(q{'ecommerce/orders', full_refresh => true}), qr/WARNING|ERROR/, 'without such a record');
is(copied(), '40|80|2', 'what is gone is marked');

# Announced records count, with or without a key; what lacks is an error still.
anew();
@pages = ([ orders(1 .. 8), keyless(), keyless() ]);
%rest = (total_count => 10);
told_once(copy(''), 'all that were announced came');
$rest{total_count} = 12;
like(copy(q{'ecommerce/orders'}), qr/RFP01: the list of stream .* ended after 10 of 12 records/, 'two that lack are an error');
%rest = ();

# How many are too many.
anew();
@pages = ([ orders(1 .. 60) ], [ orders(101 .. 120), map { keyless() } 1 .. 11 ], [ order(200) ]);
like(copy(''), qr/ERROR.*RFP01: 11 records have no "rootfi_id" that fits/s, 'eleven of 91 are an error of the stream');
is(copied(), '60|120|0', 'their page is not copied');
is(query('SELECT state, cursor FROM rootfi_sync_status JOIN rootfi_stream USING (stream_id)'), 'failing|c1', 'and the checkpoint stays');
$pages[1][20] = order(121);
told_once(copy(q{'ecommerce/orders'}), 'ten of 91');
is(copied(), '82|164|0', 'are left out');
$pages[1] = [ orders(101 .. 160), map { keyless() } 1 .. 11 ];
query('SELECT rootfi_reset_stream(stream_id) FROM rootfi_stream');
told_once(copy(q{'ecommerce/orders'}), 'and eleven of 131 are');
foreach my $none ([ [ map { keyless() } 1 .. 3 ] ], [ [ keyless() ], [] ], [ [ map { keyless() } 1 .. 500 ], [ order(1) ] ])
{
	anew();
	@pages = @$none;
	like(copy(''), qr/ERROR.*RFP01: (a record has|\d+ records have) no "rootfi_id"/s, 'a list in which none has a key is an error of the stream');
	is(state(), 'failing|1|RFP01|f', 'and no pass is complete');
	is(copied(), '0|0|0', 'nor anything copied');
}
anew();
@pages = ([ keyless() ], [ order(1) ], [ keyless() ]);
told_once(copy(''), 'a page of which none has a key is no reason to stop');
is(copied(), '1|2|0', 'what follows is copied');

# Tables of the user's: what fits is the column's matter.
anew('CREATE SCHEMA copy; CREATE TABLE copy.orders (rootfi_id integer PRIMARY KEY, rootfi_company_id bigint)');
@pages = ([ order(1), order(3000000000), order(2), order('7'), order('x') ]);
told_once($told = copy(''), 'a key that is too large for its column');
like($told, qr/They are record 2 of page 1; record 5 of page 1\./, 'is told');
is(query('SELECT string_agg(rootfi_id::text, $$,$$ ORDER BY rootfi_id) FROM copy.orders'), '1,2,7', 'the others are copied');
anew('CREATE SCHEMA copy; CREATE TABLE copy.orders (rootfi_id text PRIMARY KEY, rootfi_company_id text)');
@pages = ([ order('a'), order({}), order(12), order(undef), order([1]), order(JSON::PP::true) ]);
told_once($told = copy(''), 'a key of type text');
like($told, qr/They are record 2 of page 1; record 4 of page 1; record 5 of page 1\./, 'is told');
is(query('SELECT string_agg(rootfi_id, $$,$$ ORDER BY rootfi_id COLLATE "C") FROM copy.orders'), '12,a,true', 'the others are copied');
anew('CREATE SCHEMA copy; CREATE DOMAIN copy.small AS bigint CHECK (VALUE < 100); CREATE TABLE copy.orders (rootfi_company_id bigint, rootfi_id copy.small, PRIMARY KEY (rootfi_company_id, rootfi_id))');
@pages = ([ order(1), order(100), order(99) ]);
told_once(copy(''), 'a key that a domain forbids');
is(query('SELECT string_agg(rootfi_id::text, $$,$$ ORDER BY rootfi_id) FROM copy.orders'), '1,99', 'the others are copied');

# Two of a page that are written anew when another session was in the way count once.
anew();
query(q{CREATE FUNCTION copy.once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('copy.calls') = 1 THEN RAISE unique_violation; END IF; RETURN NEW; END $$; CREATE SEQUENCE copy.calls; CREATE TRIGGER once BEFORE INSERT ON copy.orders FOR EACH STATEMENT EXECUTE FUNCTION copy.once()});
@pages = ([ order(1), keyless(), order(2) ]);
told_once(copy(''), 'a page that is written twice');
is(run(), 'complete|3|2|0|0|1|0|RFP01', 'counts it once');

# Lists show such a record as it is.
@pages = ([ order(1), keyless(platform_id => 'p') ]);
serve();
is(query('SELECT count(*), count(rootfi_id), max(platform_id) FROM rootfi_list_orders(1089)'), '2|1|p', 'a list shows it');

$server->stop;
done_testing();
