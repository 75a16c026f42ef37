# What a column would round, cut or read as something else is not in it: it is
# in "extra", as it came. One rule for times: types without a zone take what is
# written, only timestamptz is a moment.

use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(server => { max_retries => 0 });
my $backend = backend($node);
ask($backend, q{CREATE DOMAIN price AS numeric(12,2); CREATE DOMAIN code AS varchar(3) CHECK (value <> 'bad'); CREATE DOMAIN day AS date;
	CREATE DOMAIN cheap AS price CHECK (value < 10)});

# Each value (as JSON) in a column of that type: the column's text, or "extra".
sub held
{
	my ($type, @values) = @_;
	$sandbox->reset;
	$sandbox->fault({ path => '/v3/x/y', status => 200, body => '{"data": [' . join(', ', map { qq({"c": $_}) } @values) . ']}' });
	return (ask($backend, qq{SELECT coalesce(c::text, 'extra ' || (extra -> 'c')::text, 'lost') FROM rootfi_rows('v3/x/y') AS (c $type, extra jsonb)}))[0];
}

# type, then pairs: the value, and what there must be (undef: it is in extra)
my @cases = (
	[ 'numeric(12,2)', '1.23' => '1.23', '1.235' => undef, '"1.235"' => undef, '1.2300' => '1.23', '1' => '1.00', '-0.01' => '-0.01', '0.001' => undef,
		'0.000' => '0.00', '9999999999.99' => '9999999999.99', '10000000000' => undef, '1e9' => '1000000000.00', '1e10' => undef, '123e-2' => '1.23',
		'1235e-3' => undef, '12e-1000' => undef, '0e5000' => '0.00', '"NaN"' => undef, '"Infinity"' => undef, '"-Infinity"' => undef, '"0x10"' => undef,
		'"1_000"' => undef, '"0b1"' => undef, '"0o7"' => undef, '" 5"' => undef, '"+5"' => undef, '".5"' => undef, '"5."' => undef, '"05"' => undef, '""' => undef, '"5"' => '5.00', 'true' => undef ],
	[ 'numeric(3,-2)', '12300' => '12300', '12345' => undef, '100000' => undef, '99900' => '99900' ],
	[ 'numeric(2,4)', '0.0012' => '0.0012', '0.01' => undef, '0.00123' => undef ],
	[ 'numeric(5)', '12345' => '12345', '1.5' => undef ],
	[ 'numeric', '1.235' => '1.235', '"NaN"' => undef, '"0x10"' => undef, '"1_000"' => undef, '"Infinity"' => undef ],
	[ 'bigint', '"0x10"' => undef, '"1_000"' => undef, '"0b1"' => undef, '157.0' => '157', '157.5' => undef, '9223372036854775808' => undef ],
	[ 'float8', '1.5' => '1.5', '0.1' => '0.1', '"0.1"' => '0.1', '1e300' => '1e+300', '1e400' => undef, '1e-400' => undef, '0.12345678901234567' => undef, '9007199254740993' => undef,
		'9007199254740992' => '9.007199254740992e+15', '"NaN"' => undef, '"Infinity"' => undef, '"0x10"' => undef, '"1_000"' => undef, '-0.0' => '-0', '1.50' => '1.5' ],
	[ 'float4', '1.5' => '1.5', '0.1' => '0.1', '0.123456789' => undef, '16777217' => undef, '1e39' => undef, '"x"' => undef ],
	[ 'varchar(3)', '"abc"' => 'abc', '"abcd"' => undef, '"abc "' => undef, '"\u00e4\u00f6\u00fc"' => 'äöü', '"\u00e4\u00f6\u00fcx"' => undef, '""' => '' ],
	[ 'char(3)', '"abc"' => 'abc', '"abcd"' => undef, '"abc "' => undef, '"a"' => 'a' ],
	[ 'price', '1.23' => '1.23', '1.235' => undef, '"NaN"' => undef, '"0x10"' => undef ], [ 'cheap', '9.50' => '9.50', '9.505' => undef, '10' => undef ],
	[ 'code', '"abc"' => 'abc', '"abc "' => undef, '"bad"' => undef ], [ 'day', '"2024-03-10T00:00:00+05:30"' => '2024-03-10', '"today"' => undef ],
	[ 'date', '"2024-03-10"' => '2024-03-10', '"2024-03-10T00:00:00+05:30"' => '2024-03-10', '"2024-03-10T23:59:59-11:00"' => '2024-03-10', '"2024-03-10T23:59:59.9999999Z"' => '2024-03-10',
		'"2024-03-10T00:00:00Z"' => '2024-03-10', '"today"' => undef, '"03/10/2024"' => undef, '20240310' => undef ],
	[ 'timestamp', '"2024-03-10T00:00:00+05:30"' => '2024-03-10 00:00:00', '"2024-03-10T22:15:00.25-11:00"' => '2024-03-10 22:15:00.25', '"2024-03-10T01:02:03"' => '2024-03-10 01:02:03',
		'"2024-03-10"' => '2024-03-10 00:00:00', '"now"' => undef ],
	[ 'timestamp(0)', '"2024-03-10T01:02:03Z"' => '2024-03-10 01:02:03', '"2024-03-10T01:02:03.5Z"' => undef, '"1999-03-10T01:02:03.5Z"' => undef ],
	[ 'timestamp(3)', '"1999-03-10T01:02:03.123"' => '1999-03-10 01:02:03.123', '"2024-03-10T01:02:03.1234"' => undef ],
	[ 'time', '"2024-03-10T00:30:00+05:30"' => '00:30:00', '"13:14:15.5"' => '13:14:15.5', '"13:14"' => '13:14:00', '"13:14:15Z"' => '13:14:15', '"13:14:15+02:00"' => '13:14:15',
		'"now"' => undef, '"allballs"' => undef, '"1:14 PM"' => undef, '"2024-03-10"' => undef, '"25:00"' => undef ],
	[ 'time(0)', '"13:14:15"' => '13:14:15', '"13:14:15.5"' => undef ]);
foreach my $zone ('UTC', 'Asia/Kolkata', 'America/Los_Angeles')
{
	ask($backend, "SET TimeZone = '$zone'; SET extra_float_digits = " . ($zone eq 'UTC' ? 1 : 3));
	foreach my $case (@cases)
	{
		my ($type, @pairs) = @$case;
		my (@values, @expected);
		while (my ($value, $held) = splice @pairs, 0, 2)
		{
			push @values, $value;
			push @expected, $held // 'extra ' . (ask($backend, "SELECT '$value'::jsonb::text"))[0];
		}
		is(held($type, @values), join("\n", @expected), "$type holds what is exact ($zone)");
	}
	is(held('timestamptz', '"2024-03-10T00:00:00+05:30"', '"2024-03-10T00:00:00"'),
		(ask($backend, q{SELECT unnest('{2024-03-09 18:30:00+00, 2024-03-10 00:00:00+00}'::timestamptz[])}))[0], "timestamptz is the moment ($zone)");
	is(held('timestamptz(0)', '"2024-03-10T00:00:00.7Z"'), 'extra "2024-03-10T00:00:00.7Z"', "and is not rounded ($zone)");
}

# The same in a copy
ask($backend, q{CREATE TABLE orders (rootfi_id bigint PRIMARY KEY, total_amount numeric(12,2), currency_id char(3), order_date date, extra jsonb);
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'public')});
$sandbox->reset;
$sandbox->fault({ path => '/v4/ecommerce/orders', status => 200, body => JSON::PP->new->encode({ data => [
	{ rootfi_id => 1, total_amount => 1.235, currency_id => 'KWD', order_date => '2024-03-10T00:00:00+05:30' },
	{ rootfi_id => 2, total_amount => 'NaN', currency_id => 'EURO', order_date => '2024-03-10' } ] }) });
ask($backend, q{CALL rootfi_sync('ecommerce/orders', 1089)});
is((ask($backend, 'SELECT * FROM orders ORDER BY 1'))[0], qq(1||KWD|2024-03-10|{"total_amount": 1.235}\n2|||2024-03-10|{"currency_id": "EURO", "total_amount": "NaN"}), 'a copy keeps what is exact');
leave($backend);

done_testing();
