# Typed columns and "extra" together are the object: 1,000 generated orders
# with odd values, missing and unheard-of members come back as they were.
#
# Equal means: as jsonb, where a member that is null is as good as missing,
# and a number, an id or a time is the same in every notation that its column
# reads.

use strict;
use warnings;

use Encode qw(decode);
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $seed = $ENV{PROPERTY_SEED} // time;
srand $seed;
note("PROPERTY_SEED=$seed");

my ($node, $sandbox) = start_pair();

# Members of the row type rootfi_order, by the type of their column.
my %columns = split ' ', $node->safe_psql('postgres', q{
	SELECT string_agg(attname || ' ' || format_type(atttypid, NULL), ' ')
	FROM pg_attribute WHERE attrelid = 'rootfi_order'::regclass AND attname <> 'extra'})
  =~ s/timestamp with time zone/timestamptz/gr;

sub one_of { return $_[ rand @_ ] }

sub digits
{
	my ($n) = @_;
	return join '', one_of(1 .. 9), map { int rand 10 } 2 .. $n;
}

# JSON text of a string with anything in it.
sub any_string
{
	my $text = join '', map {
		one_of('a' .. 'z', ' ', '\\"', '\\\\', '\\n', '\\u00e9', "\x{c3}\x{ab}", "\x{f0}\x{9f}\x{8e}\x{89}", '\\ud83c\\udf89', '/', '\'', '$$', '{', '}', ',', ':')
	} 0 .. rand 12;
	return qq("$text");
}

sub any_number
{
	return one_of('', '-') . one_of('0', digits(1 + int rand 30)) . one_of('', '.' . digits(1 + int rand 20), '.10', '.00') . one_of('', '', 'e5', 'E-3');
}

# JSON text of any value, nested up to a depth.
sub any_value
{
	my ($depth) = @_;
	my $kind = int rand($depth > 0 ? 7 : 5);

	return any_string() if $kind < 2;
	return any_number() if $kind == 2;
	return one_of('true', 'false') if $kind == 3;
	return 'null' if $kind == 4;
	return '[' . join(', ', map { any_value($depth - 1) } 1 .. rand 4) . ']' if $kind == 5;
	return '{' . join(', ', map { qq("k$_": ) . any_value($depth - 1) } 1 .. rand 4) . '}';
}

# A value that the column's type holds: its text, and its text when rebuilt.
sub fitting_value
{
	my ($type) = @_;

	if ($type eq 'bigint')
	{
		my $id = digits(1 + int rand 18);
		return one_of([$id, $id], [ qq("$id"), $id ], [ "$id.0", $id ]);
	}
	if ($type eq 'numeric')
	{
		my $number = any_number();
		return one_of([ $number, $number ], [ qq("$number"), $number ]);
	}
	if ($type eq 'timestamptz')
	{
		my $time = sprintf '%04d-%02d-%02d', 1970 + rand 100, 1 + rand 12, 1 + rand 28;
		my $clock = sprintf '%02d:%02d:%02d', rand 24, rand 60, rand 60;
		my $ms = sprintf '%03d', rand 1000;
		return one_of(
			[ qq("${time}T$clock.${ms}Z"), qq("${time}T$clock.${ms}Z") ],
			[ qq("$time $clock"), qq("${time}T$clock.000Z") ],
			[ qq("$time"), qq("${time}T00:00:00.000Z") ],
			[ qq("${time}T$clock.${ms}001+00:00"), qq("${time}T$clock.${ms}001Z") ]);
	}
	if ($type eq 'text')
	{
		my $text = any_string();
		return [ $text, $text ];
	}
	my $json = any_value(3);
	return [ $json, $json ];
}

# An object and what it must be when rebuilt.
sub any_order
{
	my (@sent, @expected);
	my $add = sub {
		my ($name, $text, $rebuilt) = @_;
		push @sent, qq("$name": $text);
		push @expected, qq("$name": $rebuilt) if $rebuilt ne 'null';
	};

	foreach my $name (sort { rand() <=> 0.5 } sort keys %columns)
	{
		my $type = $columns{$name};
		my $kind = rand;

		if ($kind < 0.15) { next }
		elsif ($kind < 0.25) { $add->($name, 'null', 'null') }
		elsif ($kind < 0.35 && $type ne 'jsonb')
		{
			# no column but jsonb holds an array; it goes to "extra"
			my $odd = '[' . any_value(2) . ']';
			$add->($name, $odd, $odd);
		}
		else { $add->($name, @{ fitting_value($type) }) }
	}
	foreach my $i (1 .. rand 6)
	{
		my $value = any_value(3);
		$value = '"x"' if $value eq 'null';
		$add->(one_of('reference', 'extra', 'new member', 'Status', 'x') . $i, $value, $value);
	}
	$add->('extra', ('{"deep": [1, {"er": 0.10}]}') x 2) if rand() < 0.2;
	return ('{' . join(', ', @sent) . '}', '{' . join(', ', @expected) . '}');
}

my (@sent, @expected);
foreach (1 .. 1000)
{
	my ($sent, $expected) = any_order();
	push @sent, $sent;
	push @expected, $expected;
}

# The sandbox answers with that text.
my $body = '{"data": [' . join(', ', @sent) . ']}';
$sandbox->fault({ status => 200, body => decode('UTF-8', $body) });

my $dir = PostgreSQL::Test::Utils::tempdir();
append_to_file("$dir/expected", join '', map { "$_\n" } map { s/\\/\\\\/gr } @expected);
my $result = $node->safe_psql('postgres', qq{
	CREATE TABLE expected (n bigserial, o jsonb);
	\\copy expected (o) FROM '$dir/expected'
	CREATE TABLE orders (n bigserial, o rootfi_order);
	INSERT INTO orders (o) SELECT o FROM rootfi_list_orders() AS o;
	SELECT count(*), count(*) FILTER (WHERE e.o = r.o::jsonb), count((r.o).extra) > 500, count((r.o).total_amount) > 300
	FROM expected AS e JOIN orders AS r USING (n);
});
is($result, '1000|1000|t|t', 'typed columns and "extra" rebuild 1,000 odd orders')
  or diag($node->safe_psql('postgres', q{
	SELECT e.o, r.o::jsonb FROM expected AS e JOIN orders AS r USING (n) WHERE e.o <> r.o::jsonb LIMIT 3}));

# The same through a flattening function, whose input is jsonb.
$result = $node->safe_psql('postgres', q{
	SELECT count(*), bool_and(l.extra = '{"color": {"n": 1.50}}' AND l::jsonb - '{rootfi_company_id,order_rootfi_id,ordinal}'::text[] = '{"quantity": 2.50, "color": {"n": 1.50}}')
	FROM rootfi_order_line_items(jsonb_build_object('rootfi_id', 1, 'rootfi_company_id', 2, 'line_items',
		(SELECT jsonb_agg('{"quantity": 2.50, "color": {"n": 1.50}}'::jsonb) FROM generate_series(1, 1000)))) AS l});
is($result, '1000|t', 'and 1,000 line items');

$sandbox->stop;
done_testing();
