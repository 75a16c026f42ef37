# Typed columns and "extra" together are the object: 1,000 generated orders
# with odd values, missing and unheard-of members come back as they were, and
# so do objects of every other row type.
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

# Columns of each row type but "extra", as name => type.
my %columns;
foreach (split /\n/, $node->safe_psql('postgres', q{
	SELECT c.relname || ' ' || a.attname || ' ' || format_type(a.atttypid, NULL)
	FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
	WHERE c.relkind = 'c' AND c.relname LIKE 'rootfi%' AND a.attname <> 'extra'}))
{
	my ($row_type, $column, $type) = split ' ', s/timestamp with time zone/timestamptz/r;
	$columns{$row_type}{$column} = $type;
}

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

	if ($type eq 'bigint' || $type eq 'integer')
	{
		my $id = digits(1 + int rand($type eq 'bigint' ? 18 : 9));
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
	if ($type eq 'boolean')
	{
		my $truth = one_of('true', 'false');
		return one_of([ $truth, $truth ], [ qq("$truth"), $truth ]);
	}
	if ($type eq 'text')
	{
		my $text = any_string();
		return [ $text, $text ];
	}
	my $json = any_value(3);
	return [ $json, $json ];
}

# An object of a row type, without some columns, and what it must be when
# rebuilt.
sub any_object
{
	my ($row_type, %without) = @_;
	my $columns = $columns{$row_type};
	my (@sent, @expected);
	my $add = sub {
		my ($name, $text, $rebuilt) = @_;
		push @sent, qq("$name": $text);
		push @expected, qq("$name": $rebuilt) if $rebuilt ne 'null';
	};

	foreach my $name (grep { !$without{$_} } sort keys %$columns)
	{
		my $type = $columns->{$name};
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

my $dir = PostgreSQL::Test::Utils::tempdir();

# Makes a table of what objects must be when rebuilt, in their order.
sub expect
{
	my ($name, @expected) = @_;

	append_to_file("$dir/$name", join '', map { "$_\n" } map { s/\\/\\\\/gr } @expected);
	$node->safe_psql('postgres', qq{
		CREATE TABLE expected_$name (n bigserial, o jsonb);
		\\copy expected_$name (o) FROM '$dir/$name'});
	return;
}

# Compares them with the rows that a query makes of the objects.
sub compare
{
	my ($name, $n, $query) = @_;

	$node->safe_psql('postgres', qq{
		CREATE TABLE rows_$name (n bigserial, o $name);
		INSERT INTO rows_$name (o) $query});
	is($node->safe_psql('postgres', qq{
		SELECT count(*), count(*) FILTER (WHERE e.o = r.o::jsonb), count((r.o).extra) > 0
		FROM expected_$name AS e JOIN rows_$name AS r USING (n)}),
		"$n|$n|t", "columns and extra of $name rebuild $n odd objects")
	  or diag($node->safe_psql('postgres', qq{
		SELECT e.o, r.o::jsonb FROM expected_$name AS e JOIN rows_$name AS r USING (n) WHERE e.o <> r.o::jsonb LIMIT 3}));
	return;
}

# A number of objects: texts, and texts when rebuilt.
sub any_objects
{
	my ($n, @arguments) = @_;
	my @pairs = map { [ any_object(@arguments) ] } 1 .. $n;

	return ([ map { $_->[0] } @pairs ], [ map { $_->[1] } @pairs ]);
}

# Records come as lists, with the sandbox answering what it is told to.
my $types = $node->safe_psql('postgres', q{
	SELECT r.row_type, p.proname, p.pronargs
	FROM rootfi_resources() AS r JOIN pg_proc AS p ON p.prorettype = to_regtype(r.row_type) AND p.proretset
	ORDER BY r.row_type});
foreach (split /\n/, $types)
{
	my ($row_type, $function, $arguments) = split /\|/;
	my $n = $row_type eq 'rootfi_order' ? 1000 : 100;
	my ($sent, $expected) = any_objects($n, $row_type);

	expect($row_type, @$expected);
	$sandbox->fault({ status => 200, body => decode('UTF-8', '{"data": [' . join(', ', @$sent) . ']}') });
	compare($row_type, $n, "SELECT o FROM $function(" . ($arguments == 1 ? "'x'" : '') . ') AS o');
}

# Children come in a parent, whose keys are columns too.
my $children = $node->safe_psql('postgres', q{
	SELECT DISTINCT ON (l.value) l.value, l.key, p.proname
	FROM rootfi_resources() AS r, jsonb_each_text(r.lists) AS l
		JOIN pg_proc AS p ON p.prorettype = to_regtype(l.value) AND p.proretset
	ORDER BY l.value});
foreach (split /\n/, $children)
{
	my ($row_type, $member, $function) = split /\|/;
	my ($key) = grep { /_rootfi_id$/ } keys %{ $columns{$row_type} };
	my ($sent, $expected) = any_objects(100, $row_type,
		rootfi_company_id => 1, $key => 1, ordinal => 1);
	my $n = 0;

	foreach my $object (@$expected)
	{
		my $keys = qq("rootfi_company_id": 1089, "$key": 157, "ordinal": ) . ++$n;
		$object = $object eq '{}' ? "{$keys}" : $object =~ s/^\{/{$keys, /r;
	}
	expect($row_type, @$expected);
	append_to_file("$dir/parent_$row_type", '{"rootfi_id": 157, "rootfi_company_id": 1089, "' . $member . '": [' . (join(', ', @$sent) =~ s/\\/\\\\/gr) . "]}\n");
	$node->safe_psql('postgres', qq{
		CREATE TABLE parent_$row_type (o jsonb);
		\\copy parent_$row_type FROM '$dir/parent_$row_type'});
	compare($row_type, 100, "SELECT c FROM parent_$row_type AS p, $function(p.o) AS c");
}

$sandbox->stop;
done_testing();
