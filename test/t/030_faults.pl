# Whatever goes wrong on the way to the server, in it and on the way back: a
# read and every kind of write end as they should, nothing is sent twice, and
# the backend goes on. One table says it all; it is shown at the end.

use strict;
use warnings;

use Compress::Raw::Zlib ();
use Compress::Zlib      ();
use JSON::PP            ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Phrases;
use Rootfi::RawServer;
use Rootfi::Sandbox;
use Test::More;

# One backend lives through all of it. After each fault it makes a good call
# to a sandbox that never fails, over the connection that it has had before.
my ($node, $good) = start_pair(sandbox => { orders => 5 });
my $faulty = Rootfi::Sandbox->new(orders => 20, key => 'faulty-key');
my $backend = backend($node);

# Runs a statement that gives one value, and tells how it ended.
$node->safe_psql('postgres', q{
	CREATE FUNCTION try(statement text, OUT code text, OUT value text, OUT message text, OUT detail text, OUT hint text, OUT context text, OUT ms integer)
	LANGUAGE plpgsql AS $$
	DECLARE
		began timestamptz := clock_timestamp();
	BEGIN
		BEGIN
			EXECUTE statement INTO value;
			code := 'no error';
		EXCEPTION WHEN query_canceled OR OTHERS THEN
			GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
		END;
		ms := round(extract(epoch FROM clock_timestamp() - began) * 1000);
	END $$});

my @verbs = qw(POST PUT DELETE);
my %statements = (
	GET => q{SELECT rootfi_get_order('158')},
	POST => q{SELECT rootfi_create_order(1089, '{"customer_id": "c", "currency_id": "USD", "line_items": [{"quantity": 1, "unit_amount": 1}]}')},
	PUT => q{SELECT rootfi_update_order('158', '{"status": "pending"}')},
	DELETE => q{SELECT rootfi_delete_order('159')},
);

# What raw servers do.

# A record, as the answer to a list too.
sub record
{
	my ($record, %options) = @_;

	return sub {
		my ($client, $request) = @_;
		$client->answer($request->{target} =~ /\?/ ? qq({"data": [$record]}) : $record, %options);
	};
}

# Bytes, and then the end of the connection: close, reset or hang.
sub bytes
{
	my ($bytes, $end) = @_;

	return sub {
		my ($client) = @_;
		$client->send($bytes);
		$client->$end if $end;
	};
}

# A complete record at first, then something else over that connection.
sub kept_alive
{
	my ($then) = @_;

	return sub {
		my ($client, $request) = @_;
		return $then->($client) if $request->{number} > 1;
		$client->answer('{"rootfi_id": 158}');
	};
}

# The header of an answer of so many bytes.
sub head
{
	my ($length, @lines) = @_;

	return join "\r\n", 'HTTP/1.1 200 OK', 'Content-Type: application/json', @lines, "Content-Length: $length", '', '';
}

# 1 GB of spaces, compressed to 1 MB by repeating a piece that stands for itself.
sub gzip_bomb
{
	my $spaces = ' ' x 1048576;
	my $pieces = 1024;
	my ($deflate) = Compress::Raw::Zlib::Deflate->new(-WindowBits => -15, -AppendOutput => 1);
	my $crc = my $piece_crc = Compress::Raw::Zlib::crc32($spaces);
	my $piece = '';

	$deflate->deflate($spaces, $piece);
	$deflate->flush($piece, Compress::Raw::Zlib::Z_FULL_FLUSH());
	$crc = Compress::Raw::Zlib::crc32_combine($crc, $piece_crc, length $spaces) foreach 2 .. $pieces;
	my $body = pack('CCCCVCC', 0x1f, 0x8b, 8, 0, 0, 0, 255) . $piece x $pieces . "\x03\x00" . pack('VV', $crc, $pieces * length $spaces);
	return head(length $body, 'Content-Encoding: gzip') . $body;
}

# What the sandbox does, for ever, to each kind of request.
sub every_time { return map { { times => -1, %$_ } } @_ }

# The same, but only the first time.
sub first_time
{
	my ($fault) = @_;

	return map { { method => $_, %$fault } } 'GET', @verbs;
}

# A date as HTTP has it.
sub date
{
	my @at = gmtime($_[0]);

	return sprintf '%s, %02d %s %d %02d:%02d:%02d GMT', (qw(Sun Mon Tue Wed Thu Fri Sat))[ $at[6] ], $at[3],
	  (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[ $at[4] ], $at[5] + 1900, @at[ 2, 1, 0 ];
}

# Servers that the table needs.
my $nowhere = 'http://127.0.0.1:' . PostgreSQL::Test::Cluster::get_free_port();
my $elsewhere = Rootfi::RawServer->new(record('{"rootfi_id": 158}'));
my ($right) = certificate('IP:127.0.0.1');
my (%tls, %tls_log, %tls_ca);
foreach my $kind (
	[ unknown => certificate('IP:127.0.0.1') ],
	[ wrong => certificate('DNS:elsewhere.example') ],
	[ expired => expired_certificate('IP:127.0.0.1') ])
{
	my ($name, $certificate, $key) = @$kind;
	$tls_log{$name} = PostgreSQL::Test::Utils::tempdir() . '/log';
	$tls{$name} = Rootfi::Sandbox->new(tls_cert => $certificate, tls_key => $key, log => $tls_log{$name});
	$tls_ca{$name} = $name eq 'unknown' ? $right : $certificate;
}

my $clock = time - 600;
my $array_100000 = '[' x 100000 . ']' x 100000;
my $digits = '1234567890123456789012345678901234567890';
my $fffd = "\x{fffd}";
my $total = 'SELECT total_amount::text FROM rootfi_list_orders(max_rows => 5)';
my $extra = 'SELECT extra::text FROM rootfi_list_orders(max_rows => 5)';
my $unread = 'RF007/RF007/no error';    # a deletion succeeds by its status alone (C31)

# The table. What is not said is: one request each, no warning, max_retries 0.
#
#	name		what the fault is
#	raw			script of a raw server, or
#	fault		faults of the sandbox, or
#	url			somewhere else, with requests => a function that counts
#	options		of the foreign server
#	set			settings
#	warm		a good call comes before each call over the same connection
#	read, write	SQLSTATE expected; of a write one for all or POST/PUT/DELETE
#	sent		requests expected, read and write, in the same way
#	statement	what is read, if not an order
#	value		that the read gives
#	gives		what each write gives
#	warning		what it says besides
#	within		ms that each call may take
#	peak		kB that the backend may need for it
#	also		more reads: statement, SQLSTATE, value
#	then		function that looks further
my @table = (
	{ name => 'connection refused', url => $nowhere, read => 'RF001', write => 'RF001', sent => '0 0' },
	{ name => 'connection refused, tried again', url => $nowhere, options => { max_retries => 1 }, read => 'RF001', write => 'RF001', sent => '0 0' },
	# DNS has no label of 64 characters: no resolver sends a query for it
	{ name => 'name that does not exist', url => 'http://' . 'x' x 64 . '.invalid', https => 1, within => 5000, read => 'RF001', write => 'RF001', sent => '0 0' },
	{ name => 'TLS, unknown certificate authority', tls => 'unknown', read => 'RF001', write => 'RF001', sent => '0 0' },
	{ name => 'TLS, certificate of another host', tls => 'wrong', read => 'RF001', write => 'RF001', sent => '0 0' },
	{ name => 'TLS, expired certificate', tls => 'expired', read => 'RF001', write => 'RF001', sent => '0 0' },
	{ name => 'TLS, the server speaks plain HTTP', url => $faulty->url =~ s/^http:/https:/r, options => { ca_file => $right }, read => 'RF001', write => 'RF001', sent => '0 0' },

	{ name => 'reset before the header', fault => { reset => 'before' }, read => 'RF006', write => 'RF007' },
	{ name => 'reset before the header, after the effect', fault => { reset => 'before', effect => \1 }, read => 'RF006', write => 'RF007' },
	{ name => 'reset before the header, tried again', fault => { reset => 'before' }, options => { max_retries => 1 }, read => 'RF006', write => 'RF007', sent => '2 1' },
	{ name => 'reset in the header', raw => bytes("HTTP/1.1 200 OK\r\nContent-", 'reset'), read => 'RF006', write => 'RF007' },
	{ name => 'reset after the header', fault => { reset => 'headers' }, read => 'RF006', write => 'RF007' },
	{ name => 'reset in the body', raw => bytes(head(100) . '{"rootfi_id": 158', 'reset'), read => 'RF006', write => 'RF007' },
	{ name => 'closed before the header', raw => bytes('', 'close'), read => 'RF006', write => 'RF007' },
	{ name => 'body cut short', fault => { truncate => 10 }, read => 'RF006', write => 'RF007' },
	{ name => 'body shorter than announced', raw => record('{"rootfi_id": 158}', length => 30), options => { timeout => '300ms' }, within => 2000, read => 'RF006', write => 'RF007' },
	{ name => 'body longer than announced', raw => record('{"rootfi_id": 158}', length => 10), read => 'RFP01', write => $unread },
	{ name => 'length that is no number', raw => record('{"rootfi_id": 158}', length => 'ten'), read => 'RFP01', write => 'RF007' },
	{ name => 'length below zero', raw => record('{"rootfi_id": 158}', length => -1), read => 'RFP01', write => 'RF007' },
	# libcurl has no code for this, only for lost connections
	{ name => 'chunk without a size', raw => bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{\"rootfi_id\": 158}\r\n0\r\n\r\n"), read => 'RF006', write => 'RF007' },
	{ name => 'chunks that end early', raw => bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"rootfi_id\"", 'close'), read => 'RF006', write => 'RF007' },
	# a read is asked for once more as it is, a write never asks for compression
	(
		map {
			{
				name => "compression that is none, called $_",
				raw => record('{"rootfi_id": 158}', header => ["Content-Encoding: $_"]),
				read => 'no error', write => 'no error', value => '{"rootfi_id": 158}', gives => '{"rootfi_id": 158}', sent => '2 1',
			}
		} qw(gzip rot13 utf-8)
	),
	{ name => 'encoding that is none and called so', raw => record('{"rootfi_id": 158}', header => ['Content-Encoding: identity']), read => 'no error', write => 'no error', value => '{"rootfi_id": 158}', gives => '{"rootfi_id": 158}' },
	{ name => 'compressed in two members', raw => sub {
			my ($client, $request) = @_;
			my $members = join '', map { my $piece = $_; Compress::Zlib::memGzip($piece) } '{"rootfi_id":', ' 158}';
			return $client->answer('{"rootfi_id": 158}') if ($request->{headers}{'accept-encoding'} // '') !~ /gzip/;
			$client->answer($members, header => ['Content-Encoding: gzip']);
		}, read => 'no error', write => 'no error', value => '{"rootfi_id": 158}', sent => '2 1' },
	{ name => 'compressed in two members, whatever was asked for', raw => sub {
			$_[0]->answer(join('', map { my $piece = $_; Compress::Zlib::memGzip($piece) } '{"rootfi_id":', ' 158}'), header => ['Content-Encoding: gzip']);
		}, read => 'RFP01', write => $unread, sent => '2 1' },
	{ name => 'one byte of the body a second', raw => sub { $_[0]->send(head(100)); $_[0]->drip('{"rootfi_id": 158' . ' ' x 90, 1) }, options => { timeout => '300ms' }, within => 2000, read => 'RF006', write => 'RF007' },
	{ name => 'one byte of the header a second', raw => sub { $_[0]->drip(head(2), 1) }, options => { timeout => '300ms' }, within => 2000, read => 'RF006', write => 'RF007' },
	{ name => 'never an answer', raw => sub { $_[0]->hang }, options => { timeout => '300ms' }, within => 2000, read => 'RF006', write => 'RF007' },

	{ name => 'header line of 300 kB', raw => bytes('HTTP/1.1 200 OK' . "\r\nX-Long: " . 'x' x 300000 . "\r\nContent-Length: 2\r\n\r\n{}"), read => 'RFP01', write => 'RF007' },
	{ name => 'header of 300 kB in lines', raw => bytes('HTTP/1.1 200 OK' . ("\r\nX-Many: " . 'x' x 990) x 300 . "\r\nContent-Length: 2\r\n\r\n{}"), read => 'RFP01', write => 'RF007' },
	{ name => 'body over the limit', fault => { huge => 3000000 }, set => { 'rootfi.max_response_size' => '2MB' }, read => 'RFP01', write => 'RF007' },
	{ name => 'announced body over the limit', raw => bytes(head(3000000) . ' ' x 3000000), set => { 'rootfi.max_response_size' => '2MB' }, read => 'RFP01', write => 'RF007' },
	# only who offers to decode is sent this
	{ name => '1 GB of spaces, compressed', raw => sub {
			my ($client, $request) = @_;
			($request->{headers}{'accept-encoding'} // '') =~ /gzip/ ? $client->send(gzip_bomb()) : $client->answer('{"rootfi_id": 158}');
		}, set => { 'rootfi.max_response_size' => '2MB' }, peak => 10 * 1024, read => 'RFP01', write => 'no error' },

	{ name => '200 with HTML', fault => { body => '<html>hello' }, read => 'RFP01', write => $unread },
	{ name => '200 without a body', fault => { body => '' }, read => 'RFP01', write => $unread },
	{ name => '204', fault => { status => 204, body => '' }, read => 'no error', write => 'no error', value => undef, also => [ [ $total, 'no error', undef ] ] },
	{ name => 'half of the JSON', fault => { malformed => \1 }, read => 'RFP01', write => $unread },
	{ name => 'a byte order mark', raw => record("\xEF\xBB\xBF{\"rootfi_id\": 158}"), read => 'no error', write => 'no error' },
	{ name => '200 with an error object', fault => { body => { error => { code => 'unknown-error', message => 'no' } } }, read => 'RFP01', write => 'RF007' },
	{ name => 'JSON nested 100,000 deep', raw => record($array_100000), read => 'RFP01', write => $unread, also => [ [ $total, 'RFP01' ] ] },
	{ name => 'member nested 100,000 deep', raw => record(qq({"rootfi_id": 158, "deep": $array_100000})), read => 'RFP01', write => $unread, also => [ [ $total, 'RFP01' ] ] },

	{ name => 'members that come twice', raw => record('{"rootfi_id": 158, "total_amount": 1, "new": 1, "total_amount": 2.50, "new": 2}'),
		read => 'no error', write => 'no error', value => '{"new": 2, "rootfi_id": 158, "total_amount": 2.50}',
		also => [ [ $total, 'no error', '2.50' ], [ $extra, 'no error', '{"new": 2}' ] ] },
	{ name => 'numbers of 40 digits', raw => record(qq({"rootfi_id": $digits, "total_amount": $digits.10})),
		read => 'no error', write => 'no error', value => qq({"rootfi_id": $digits, "total_amount": $digits.10}),
		also => [ [ $total, 'no error', "$digits.10" ], [ $extra, 'no error', qq({"rootfi_id": $digits}) ] ] },
	{ name => '1e400', raw => record('{"rootfi_id": 158, "total_amount": 1e400}'),
		read => 'no error', write => 'no error', value => '{"rootfi_id": 158, "total_amount": 1' . '0' x 400 . '}',
		also => [ [ $total, 'no error', '1' . '0' x 400 ] ] },
	{ name => '1e-400', raw => record('{"rootfi_id": 158, "total_amount": 1e-400}'),
		read => 'no error', write => 'no error', value => '{"rootfi_id": 158, "total_amount": 0.' . '0' x 399 . '1}',
		also => [ [ $total, 'no error', '0.' . '0' x 399 . '1' ] ] },
	{ name => '1e400 as an id', raw => record('{"rootfi_id": 1e400}'),
		read => 'no error', write => 'no error', value => '{"rootfi_id": 1' . '0' x 400 . '}',
		also => [ [ $extra, 'no error', '{"rootfi_id": 1' . '0' x 400 . '}' ] ] },
	{ name => '1e400000', raw => record('{"rootfi_id": 158, "total_amount": 1e400000}'), read => 'RFP01', write => $unread,
		also => [ [ $total, 'no error', undef ], [ $extra, 'no error', '{"total_amount": "1e400000"}' ] ] },
	{ name => 'half a surrogate pair', raw => record('{"rootfi_id": 158, "order_number": "a\ud800b\udc00"}'),
		read => 'no error', write => 'no error', warning => qr/2 characters of the answer cannot be stored/, value => qq({"rootfi_id": 158, "order_number": "a${fffd}b${fffd}"}),
		also => [ [ 'SELECT order_number FROM rootfi_list_orders(max_rows => 5)', 'no error', "a${fffd}b${fffd}" ] ] },
	{ name => '\u0000', raw => record('{"rootfi_id": 158, "order_number": "a\u0000b", "new": "\\\\u0000"}'),
		read => 'no error', write => 'no error', warning => qr/1 character of the answer cannot be stored/, value => qq({"new": "\\\\u0000", "rootfi_id": 158, "order_number": "a${fffd}b"}),
		also => [ [ 'SELECT order_number FROM rootfi_list_orders(max_rows => 5)', 'no error', "a${fffd}b" ], [ $extra, 'no error', '{"new": "\\\\u0000"}' ] ] },
	{ name => 'bytes that are not UTF-8', raw => record(qq({"rootfi_id": 158, "order_number": "a\xFFb\xC3"})),
		read => 'no error', write => 'no error', warning => qr/2 characters of the answer cannot be stored/, value => qq({"rootfi_id": 158, "order_number": "a${fffd}b${fffd}"}),
		also => [ [ 'SELECT order_number FROM rootfi_list_orders(max_rows => 5)', 'no error', "a${fffd}b${fffd}" ] ] },

	{ name => 'redirect to another host', raw => sub { $_[0]->answer('', status => '302 Found', header => [ 'Location: ' . $elsewhere->url . '/v4/ecommerce/orders/158' ]) }, read => 'RFP01', write => 'RF007' },
	{ name => 'permanent redirect', raw => sub { $_[0]->answer('', status => '308 Permanent Redirect', header => [ 'Location: ' . $elsewhere->url ]) }, read => 'RFP01', write => 'RF007' },
	{ name => '304', raw => bytes("HTTP/1.1 304 Not Modified\r\n\r\n"), read => 'RFP01', write => 'RF007' },
	{ name => '408', fault => { status => 408, body => '' }, read => 'RF006', write => 'RF007' },
	{ name => '499', fault => { status => 499, body => '' }, read => 'RF006', write => 'RF007' },
	{ name => '600', raw => bytes("HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n"), read => 'RFP01', write => 'RF007' },
	(
		map { { name => "500 that says \"$_\"", fault => { status => 500, body => { error => { code => 'unknown-error', message => $_ } } }, read => '58000', write => 'RF007' } }
		  'MySQL server has gone away', 'Lost connection to upstream', 'SSL: Broken pipe', 'terminating connection due to administrator command'
	),
	{ name => '400 as documented', fault => { status => 400, body => { error => { code => 'invalid-params', message => 'invalid param: status', platform_error => undef } } }, read => '22023', write => '22023' },
	{ name => '400, the record exists', fault => { status => 400, body => { error => { code => 'record-already-exists', message => 'it is there' } } }, read => '23505', write => '23505' },
	{ name => '401', fault => { status => 401 }, read => '28000', write => '28000' },
	{ name => '403', fault => { status => 403 }, read => '42501', write => '42501' },
	{ name => '404', fault => { status => 404 }, read => 'P0002', write => 'P0002' },
	{ name => '409', fault => { status => 409 }, read => '23505', write => '23505' },
	{ name => '422', fault => { status => 422 }, read => '22023', write => '22023' },
	{ name => '429 once, Retry-After in seconds', faults => sub { first_time({ status => 429, headers => { 'Retry-After' => '0' } }) }, options => { max_retries => 1 }, read => 'no error', write => 'no error', sent => '2 2' },
	{ name => '429 once, Retry-After as a date', faults => sub { first_time({ status => 429, headers => { 'Retry-After' => date(time + 1) } }) }, options => { max_retries => 1 }, read => 'no error', write => 'no error', sent => '2 2' },
	{ name => '429 for ever', fault => { status => 429, headers => { 'Retry-After' => '0' } }, options => { max_retries => 2 }, read => '53400', write => '53400', sent => '3 3' },
	{ name => '429, Retry-After beyond the time limit', fault => { status => 429, headers => { 'Retry-After' => '3600' } }, options => { max_retries => 2 }, within => 1000, read => '53400', write => '53400' },
	(
		map {
			my ($status, $effect) = @$_;
			{
				name => "$status " . ($effect ? 'after' : 'before') . ' the effect',
				fault => { status => $status, body => '', effect => $effect ? \1 : \0 },
				options => { max_retries => 1 },
				read => '58000', write => 'RF007',
				sent => $status == 500 ? '1 1' : '2 1',
			}
		} map { my $status = $_; map { [ $status, $_ ] } 0, 1 } 500, 502, 503, 504
	),

	{ name => 'cursor that repeats', fault => { repeat_cursor => \1 }, statement => 'SELECT count(*) FROM rootfi_list_orders(page_size => 5)', read => 'RFP01', write => 'no error', sent => '2 1' },
	{ name => 'cursors in a circle', raw => sub {
			my ($client, $request) = @_;
			my %next = ('' => 'a', a => 'b', b => 'c', c => 'a');
			my ($cursor) = $request->{target} =~ /next=(\w+)/;
			$client->answer(qq({"data": [{}], "next": "$next{$cursor // ''}"}));
		}, statement => 'SELECT count(*) FROM rootfi_list_orders()', read => 'RFP01', write => 'no error', sent => '7 1' },
	{ name => 'empty page with a cursor', raw => sub { $_[0]->answer($_[1]{target} =~ /next=/ ? '{"data": [{}]}' : '{"data": [], "next": "a"}') },
		statement => 'SELECT count(*) FROM rootfi_list_orders()', read => 'no error', write => 'no error', value => '1', sent => '2 1' },
	{ name => 'empty pages for ever', raw => sub {
			my ($client, $request) = @_;
			my ($cursor) = $request->{target} =~ /next=(\d+)/;
			$client->answer(sprintf '{"data": [], "next": "%d"}', ($cursor // 0) + 1);
		}, statement => 'SELECT count(*) FROM rootfi_list_orders()', read => 'RFP01', write => 'no error', sent => '11 1' },
	{ name => 'total_count too high', raw => sub { $_[0]->answer('{"data": [{}, {}], "total_count": 1000000}') },
		statement => 'SELECT count(*) FROM rootfi_list_orders()', read => 'no error', write => 'no error', value => '2', warning => 'the list of orders ended after 2 of 1000000 records' },
	{ name => 'total_count too high, asked for', raw => sub { $_[0]->answer('{"data": [{}, {}], "total_count": 1000000}') },
		statement => q{SELECT rootfi_count('ecommerce/orders')}, read => 'no error', write => 'no error', value => '1000000' },
	{ name => 'total_count that changes', raw => sub {
			my ($client, $request) = @_;
			my @pages = ([ '{"rootfi_id": 1}, {"rootfi_id": 2}', 2 ], [ '{"rootfi_id": 1}', 2 ], [ '{"rootfi_id": 1}, {"rootfi_id": 2}', 1 ]);
			my ($data, $count) = @{ $pages[ $request->{seen} - 1 ] // $pages[0] };
			$client->answer(qq({"data": [$data], "total_count": $count}));
		}, statement => 'SELECT count(*) FROM rootfi_list_orders()', read => 'no error', write => 'no error', value => '2', then => \&refresh },
	{ name => 'total_count beyond bigint', raw => sub { $_[0]->answer('{"data": [{}, {}], "total_count": 1e30}') },
		statement => 'SELECT count(*) FROM rootfi_list_orders()', read => 'no error', write => 'no error', value => '2',
		also => [ [ q{SELECT rootfi_count('ecommerce/orders')}, 'no error', undef ] ] },
	{ name => 'total_count below zero', raw => sub { $_[0]->answer('{"data": [{}, {}], "total_count": -1}') },
		statement => 'SELECT count(*) FROM rootfi_list_orders()', read => 'no error', write => 'no error', value => '2',
		also => [ [ q{SELECT rootfi_count('ecommerce/orders')}, 'no error', undef ] ] },

	{ name => 'answer for another id', raw => record('{"rootfi_id": 159, "platform_id": "p", "platform_unique_id": "u"}'), read => 'RFP01', write => 'no error' },
	{ name => 'answer for another id that the platform uses', raw => record('{"rootfi_id": 159, "platform_id": "158"}'), read => 'no error', write => 'no error', value => '{"rootfi_id": 159, "platform_id": "158"}' },
	{ name => 'the same, as its unique id', raw => record('{"rootfi_id": 159, "platform_id": "p", "platform_unique_id": 158}'), read => 'no error', write => 'no error', value => '{"rootfi_id": 159, "platform_id": "p", "platform_unique_id": 158}' },
	{ name => 'the id written otherwise', raw => record('{"rootfi_id": "158.0", "platform_id": "p"}'), read => 'no error', write => 'no error', value => '{"rootfi_id": "158.0", "platform_id": "p"}' },
	{ name => 'answer for another id that is no number', raw => record('{"rootfi_id": 159, "platform_id": "p"}'), statement => q{SELECT rootfi_get_order('q')}, read => 'no error', write => 'no error', value => '{"rootfi_id": 159, "platform_id": "p"}' },
	{ name => 'clock 10 minutes off', raw => record('{"rootfi_id": 158}', header => [ 'Date: ' . date($clock) ]), read => 'no error', write => 'no error', value => '{"rootfi_id": 158}', then => \&follow_clock },

	{ name => 'HTTP/1.0', raw => bytes("HTTP/1.0 200 OK\r\n\r\n{\"rootfi_id\": 158}", 'close'), read => 'no error', write => 'no error', value => '{"rootfi_id": 158}' },
	{ name => 'HTTP/1.0, cut short', raw => bytes("HTTP/1.0 200 OK\r\n\r\n{\"rootfi_id\": 1", 'close'), read => 'RFP01', write => $unread },
	{ name => '100 Continue and 103 before the answer', raw => bytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Request-Id: early\r\n\r\n" . head(18) . '{"rootfi_id": 158}'), read => 'no error', write => 'no error', value => '{"rootfi_id": 158}' },
	{ name => '100 Continue without an answer', raw => bytes("HTTP/1.1 100 Continue\r\n\r\n", 'close'), read => 'RF006', write => 'RF007' },
	{ name => '101, another protocol', raw => bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n", 'close'), read => 'RF006', write => 'RF007' },
	# some versions of libcurl take the second line for a header
	{ name => 'two status lines', raw => bytes("HTTP/1.1 200 OK\r\nHTTP/1.1 500 Oops\r\nContent-Length: 18\r\n\r\n{\"rootfi_id\": 158}"), read => 'no error|RFP01', write => 'no error|RF007' },
	{ name => 'garbage before the status line', raw => bytes("garbage\r\n" . head(18) . '{"rootfi_id": 158}', 'close'), read => 'RFP01', write => 'RF007' },
	{ name => 'no HTTP at all', raw => bytes("220 mail.example ESMTP\r\n", 'close'), read => 'RFP01', write => 'RF007' },

	{ name => 'closed while kept alive', warm => 1, raw => sub { $_[0]->answer('{"rootfi_id": 158}'); $_[0]->close }, read => 'no error', write => 'no error' },
	# libcurl itself sends a read again over a new connection
	{ name => 'closed when the next request comes', warm => 1, raw => kept_alive(sub { $_[0]->close }), read => 'no error', write => 'RF007', sent => '2 1' },
	{ name => 'reset when the next request comes', warm => 1, raw => kept_alive(sub { $_[0]->reset }), read => 'no error', write => 'RF007', sent => '2 1' },
	{ name => 'never an answer while kept alive', warm => 1, raw => kept_alive(sub { $_[0]->hang }), options => { timeout => '300ms' }, within => 2000, read => 'RF006', write => 'RF007' },
	{ name => 'answer that nobody asked for', warm => 1, raw => sub {
			my ($client, $request) = @_;
			$client->answer('{"rootfi_id": 158}');
			$client->pause(0.05);
			$client->answer('{"rootfi_id": 666}');
		}, read => 'no error', write => 'no error', value => '{"rootfi_id": 158}', gives => '{"rootfi_id": 158}' },
);

# Runs a statement of the backend; gives a hash of what try() tells.
sub try
{
	my ($statement) = @_;
	my ($output, $error) = ask($backend, "SELECT to_json(t) FROM try(\$s\$$statement\$s\$) AS t");
	my $result = JSON::PP->new->utf8->decode($output);

	$result->{said} = $error;
	return $result;
}

# The sockets that a process has open.
sub sockets
{
	my ($pid) = @_;

	return scalar grep { (readlink // '') =~ /^socket:/ } glob "/proc/$pid/fd/*";
}

# The memory that a process needed at most, in kB, since it was last forgotten.
sub peak
{
	my ($pid, $forget) = @_;

	if ($forget)
	{
		open(my $file, '>', "/proc/$pid/clear_refs") or return 0;
		print $file 5;
		close $file;
	}
	my ($kb) = slurp_file("/proc/$pid/status") =~ /VmHWM:\s+(\d+)/;
	return $kb;
}

# With a clock that is off: it is told, and a sync goes by the server's.
sub follow_clock
{
	my ($row) = @_;
	my @at = gmtime($clock - 300);    # the option overlap
	my $since = sprintf 'rootfi_updated_at[gte]=%d-%02d-%02dT%02d%%3A%02d%%3A%02d', $at[5] + 1900, $at[4] + 1, @at[ 3, 2, 1, 0 ];

	like((ask($backend, q{SELECT status, detail FROM rootfi_check() WHERE check_name = 'clock'}))[0],
		qr/^warn\|the server's clock is 6\d\d s behind$/, "$row->{name}: rootfi_check() warns");
	ask($backend, q{SELECT rootfi_add_stream('ecommerce/orders', 1089)});
	ask($backend, q{CALL rootfi_sync('ecommerce/orders', 1089)}) foreach 1, 2;
	my @lists = grep { /include_deleted/ } map { $_->{target} } $row->{server}->requests;
	unlike($lists[0], qr/updated_at/, "$row->{name}: a sync reads everything at first");
	like($lists[1], qr/\Q$since\E/, "$row->{name}: and then what changed since, by the server's clock");
	ask($backend, 'SELECT rootfi_remove_stream(stream_id, drop_tables => true) FROM rootfi_stream');
	return;
}

# With a total_count that is too high and then too low: a full refresh believes
# only the first.
sub refresh
{
	my ($row) = @_;
	my $sync = q{CALL rootfi_sync('ecommerce/orders', 1089, full_refresh => %s)};
	my $deleted = q{SELECT count(*), count(rootfi_deleted_at) FROM rootfi.orders};

	ask($backend, q{SELECT rootfi_add_stream('ecommerce/orders', 1089)});
	like((ask($backend, sprintf $sync, 'false'))[1], qr/2 inserted/, "$row->{name}: a sync reads two rows");
	like((ask($backend, sprintf $sync, 'true'))[1], qr/55000: the full refresh has marked nothing.*ended after 1 of 2 records/, "$row->{name}: a full refresh does not believe a list that ends early");
	is((ask($backend, $deleted))[0], '2|0', "$row->{name}: and marks nothing");
	like((ask($backend, sprintf $sync, 'true'))[1], qr/2 rows in 1 page: 0 inserted, 0 updated, 2 unchanged$/m, "$row->{name}: more records than announced are all right");
	is((ask($backend, $deleted))[0], '2|0', "$row->{name}: and nothing is marked");
	ask($backend, 'SELECT rootfi_remove_stream(stream_id, drop_tables => true) FROM rootfi_stream');
	return;
}

# Starts what a row needs; gives its URL and a function that counts what was
# asked of it, by method, from then on.
sub make_fault
{
	my ($row) = @_;

	if ($row->{raw})
	{
		my $server = $row->{server} = Rootfi::RawServer->new($row->{raw});
		return ($server->url, sub { $server->requests });
	}
	if ($row->{tls})
	{
		my $log = $tls_log{ $row->{tls} };
		$row->{options}{ca_file} = $tls_ca{ $row->{tls} };
		return ($tls{ $row->{tls} }->url, sub { map { JSON::PP->new->decode($_) } split /\n/, -e $log ? slurp_file($log) : '' });
	}
	$faulty->reset;
	$faulty->fault($row->{faults} ? $row->{faults}->() : every_time($row->{fault})) unless $row->{url};
	return ($row->{url} // $faulty->url, sub { $faulty->requests });
}

# Tells whether what was seen is one of what was expected, for a read or for
# all writes.
sub fits
{
	my ($seen, $expected) = @_;

	$expected = join '/', ($expected) x @verbs if $seen =~ m{/} && $expected !~ m{/};
	my $pattern = join '/', map { "(?:$_)" } split m{/}, $expected;
	return $seen =~ /^$pattern$/;
}

# What all have in common, or what each has.
sub common
{
	my %seen = map { $_ => 1 } @_;

	return keys %seen == 1 ? $_[0] : join '/', @_;
}

# Makes a call of the row and notes how it ended and what it cost.
sub call
{
	my ($row, $method, $count) = @_;

	if ($row->{warm})
	{
		try($statements{GET});
		select undef, undef, undef, 0.1;
	}
	my $before = () = grep { $_->{method} eq $method } $count->();
	my $result = try($method eq 'GET' ? $row->{statement} // $statements{GET} : $statements{$method});
	my $after = () = grep { $_->{method} eq $method } $count->();

	$result->{sent} = $after - $before;
	return $result;
}

my @matrix = ([ 'fault', 'read expected', 'seen', 'requests', 'ms', 'write expected', 'seen', 'requests', 'ms' ]);
my ($pid) = ask($backend, 'SELECT pg_backend_pid()');
my $good_call = q{SELECT rootfi_get_order('157') ->> 'rootfi_id', pg_backend_pid()};
is((ask($backend, $good_call))[0], "157|$pid", 'a good call works');
my $sockets = sockets($pid);

foreach my $row (@table)
{
	my $name = $row->{name};
	my ($url, $count) = make_fault($row);
	my %options = (max_retries => 0, timeout => '10s', base_url => $url, %{ $row->{options} // {} });
	$options{base_url} =~ s/^http:/https:/ if $row->{https};
	my ($sent_read, $sent_write) = split ' ', $row->{sent} // '1 1';

	ask($backend, 'CREATE SERVER faulty FOREIGN DATA WRAPPER rootfi OPTIONS (' . join(', ', map { "$_ '$options{$_}'" } sort keys %options) . ')');
	ask($backend, q{CREATE USER MAPPING FOR CURRENT_USER SERVER faulty OPTIONS (api_key 'faulty-key')});
	ask($backend, q{SET rootfi.server = 'faulty'});
	ask($backend, "SET $_ = '$row->{set}{$_}'") foreach keys %{ $row->{set} // {} };
	my $peak = $row->{peak} && peak($pid, 1);

	# a read
	my $read = call($row, 'GET', $count);
	ok(fits($read->{code}, $row->{read}), "$name: a read ends with $row->{read}")
	  or diag("it ended with $read->{code}: " . ($read->{message} // $read->{value}));
	is($read->{sent}, $sent_read, "$name: it was sent as often as it should");
	is($read->{value}, $row->{value}, "$name: it gives just that") if exists $row->{value} && $read->{code} eq 'no error';
	$row->{warning} ? like($read->{said}, qr/^WARNING:  $row->{warning}/, "$name: with a warning") : is($read->{said}, '', "$name: and says no more");

	# the writes
	my @writes = map { call($row, $_, $count) } @verbs;
	my $codes = join '/', map { $_->{code} } @writes;
	my $sent = join '/', map { $_->{sent} } @writes;
	ok(fits($codes, $row->{write}), "$name: writes end with $row->{write}")
	  or diag("they ended with $codes: " . join '; ', map { $_->{message} // $_->{value} // 'NULL' } @writes);
	ok(fits($sent, $sent_write), "$name: they were sent as often as they should") or diag("they were sent $sent times");
	is($_->{value}, $row->{gives}, "$name: a write gives just that") foreach $row->{gives} ? @writes : ();
	is(scalar(grep { $_->{code} eq 'RF007' && $_->{hint} !~ /^The server may have done it\. Look for the record/ } @writes), 0, "$name: a hint says what to do when the outcome is not known");

	is(join(', ', map { phrases_in(join ' ', map { $_ // '' } @$_{qw(message detail hint context)}) } $read, @writes), '', "$name: no error passes for a lost database connection");

	# limits
	my ($slowest) = sort { $b <=> $a } map { $_->{ms} } $read, @writes;
	cmp_ok($slowest, '<=', $row->{within}, "$name: in time") if $row->{within};
	if ($row->{peak})
	{
		$peak = peak($pid) - $peak;
		cmp_ok($peak, '<', $row->{peak}, "$name: with little memory");
		note("$name: $peak kB at most");
	}

	# what else there is to see
	foreach my $also (@{ $row->{also} // [] })
	{
		my ($statement, $code, $value) = @$also;
		my $result = try($statement);
		is($result->{code}, $code, "$name: $statement ends with $code") or diag($result->{message} // $result->{value});
		is($result->{value}, $value, "$name: and gives just that") if $code eq 'no error';
		like($result->{said}, qr/^WARNING:  $row->{warning}/, "$name: with the warning") if $row->{warning};
	}
	$row->{then}->($row) if $row->{then};
	unlike(join(' ', map { $_ // '' } map { @$_{qw(message detail hint said)} } $read, @writes), qr/faulty-key/, "$name: the key is not told");

	# the backend goes on
	ask($backend, "RESET $_") foreach 'rootfi.server', keys %{ $row->{set} // {} };
	is((ask($backend, $good_call))[0], "157|$pid", "$name: the next call to another server works");
	is($good->connections, 1, "$name: over the connection that was there");
	cmp_ok(sockets($pid), '<=', $sockets + 4, "$name: few sockets are open");
	ask($backend, 'DROP SERVER faulty CASCADE');
	(delete $row->{server})->stop if $row->{server};

	push @matrix, [
		$name, $row->{read}, $read->{code}, $read->{sent}, $read->{ms},
		$row->{write}, common(split m{/}, $codes), common(split m{/}, $sent),
		(sort { $b <=> $a } map { $_->{ms} } @writes)[0]
	];
}
is(scalar(my @followed = $elsewhere->requests), 0, 'the host that redirects name was asked for nothing');

# Over TLS, too, a connection that nothing came over is used again.
{
	my ($certificate, $key) = certificate('IP:127.0.0.1');
	my $log = PostgreSQL::Test::Utils::tempdir() . '/log';
	my $secure = Rootfi::Sandbox->new(orders => 5, key => 'faulty-key', tls_cert => $certificate, tls_key => $key, log => $log);
	ask($backend, "CREATE SERVER secure FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '${\$secure->url}', ca_file '$certificate')");
	ask($backend, q{CREATE USER MAPPING FOR CURRENT_USER SERVER secure OPTIONS (api_key 'faulty-key')});
	ask($backend, q{SET rootfi.server = 'secure'});
	is((ask($backend, q{SELECT rootfi_get_order('157') ->> 'rootfi_id'}))[0], '157', 'a call over TLS works') foreach 1 .. 5;
	my %connections = map { JSON::PP->new->decode($_)->{connection} => 1 } split /\n/, slurp_file($log);
	is(scalar keys %connections, 1, 'five calls over TLS use one connection');
	$secure->stop;
}

# The matrix, as a plain table.
my @widths;
foreach my $line (@matrix)
{
	foreach my $i (0 .. $#{$line})
	{
		$widths[$i] = length $line->[$i] if length $line->[$i] > ($widths[$i] // 0);
	}
}
note(join ' | ', map { sprintf "%-$widths[$_]s", $matrix[0][$_] } 0 .. $#widths);
note(join '-+-', map { '-' x $_ } @widths);
note(join ' | ', do { my $line = $_; map { sprintf "%-$widths[$_]s", $line->[$_] } 0 .. $#widths }) foreach @matrix[ 1 .. $#matrix ];

leave($backend);
$_->stop foreach $good, $faulty, $elsewhere, values %tls;
done_testing();
