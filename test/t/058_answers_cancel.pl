# A long answer can be cancelled wherever it is being taken apart, whatever it
# is made of and whoever asked for it; what is too much to be taken is refused,
# and is never more than the memory that there is.
#
# ANSWER_MB is how long the answers are (6). The delays are those from a
# signal to the end of the statement.

use strict;
use warnings;

use List::Util qw(max min);
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::RawServer;
use Test::More;
use Time::HiRes qw(sleep time);

my $size = 1e6 * ($ENV{ANSWER_MB} || 6);
my $limit = 1000;    # ms
my @moments = (0.3, 0.6, 0.9);    # of the time that all takes

# As many of a piece as make an answer; or as are taken, if that is less.
sub many { return $_[0] x min($size / length $_[0], $_[1] // $size) }

# A list of one order, or of what else it is.
sub order { return qq({"data": [{"rootfi_id": 1, "rootfi_updated_at": "2024-01-22T05:07:31.000Z", $_[0]}], "next": null}) }
sub list { return qq({"data": [$_[0]], "next": null}) }
sub object { return '{' . join(',', map { qq("$_":$_) } map { ($_[0] + $_ * 7919) % 1_000_003 } 1 .. $_[1]) . '}' }

my %answers = (
	'members of one name' => sub { order(many('"a":1,') . '"a":1') },
	'members of an object inside' => sub { order('"a":{' . many('"a":1,') . '"a":1}') },
	'objects of 150,000 members' => sub { order('"a":[' . many(object(1, 150_000) . ',') . '0]') },
	'a list of numbers' => sub { list(many('1,') . '1') },
	'a list of empty lists' => sub { list(many('[],') . '[]') },
	'a list of empty objects' => sub { list(many('{},') . '{}') },
	'numbers inside' => sub { order('"a":[' . many('1,') . '1]') },
	'empty objects inside' => sub { order('"a":[' . many('{},') . '{}]') },
	'small orders' => sub { list(many('{"rootfi_id":1},') . '{"rootfi_id":1}') },
	'as many numbers inside as are taken' => sub { order('"a":[' . many('1,', 999_000) . '1]') },
	'as many empty objects inside as are taken' => sub { order('"a":[' . many('{},', 199_000) . '{}]') },
	'as many small orders as are taken' => sub { list(many('{"rootfi_id":1},', 199_000) . '{"rootfi_id":1}') },
	'as many members as are taken' => sub { order(substr object(1, 190_000), 1, -1) },
	'as many orders as are taken' => sub { list(many('{"rootfi_id":1},', 999_000) . '{"rootfi_id":1}') },
	'a list of lines' => sub { order('"line_items":[' . many('{"rootfi_id":1,"quantity":1},') . '{}]') },
	'bytes that are not UTF-8' => sub { order('"status":"' . many("\xff") . '"') },
	'every other byte not UTF-8' => sub { order('"status":"' . many("a\xff") . '"') },
	'short escapes' => sub { order('"status":"' . many('\\n') . '"') },
	'long escapes' => sub { order('"status":"' . many('\\u00e9') . '"') },
	'half pairs' => sub { order('"status":"' . many('\\ud800') . '"') },
	'escapes inside' => sub { order('"a":{"b":"' . many('\\"') . '"}') },
	'names with escapes' => sub { order('"' . many('\\t') . '":1') },
	'one text' => sub { order('"status":"' . many('x') . '"') },
	'a text of two bytes a character' => sub { order('"status":"' . many("\xc3\xa9") . '"') },
	'a text as a number' => sub { order('"total_amount":"' . many('7') . '"') },
	'one number' => sub { order('"total_amount":' . many('7')) },
	'one fraction' => sub { order('"rootfi_company_id":0.' . many('7')) },
	'blanks' => sub { order(many(' ') . '"a":1') },
	'500 levels' => sub { order('"a":[' . many('[' x 500 . ']' x 500 . ',') . '1]') },
	'too many levels' => sub { many('[') },
	'what is broken at its end' => sub { order('"a":[' . many('"x",{},') . '1}') },
	'a list that is broken at its end' => sub { list(many('{"rootfi_id":1},') . '{"rootfi_id":1') },
	'a text alone' => sub { '"' . many('\\n') . '"' },
);
my %statements = (
	list => q{SELECT count(*) FROM rootfi_list('ecommerce/orders')},
	rows => 'SELECT count(*) FROM rootfi_list_orders()',
	get => q{SELECT count(*) FROM rootfi_get('ecommerce/orders', '1')},
	sync => q{CALL rootfi_sync('ecommerce/orders', 1089)},
);

my ($node, $sandbox) = start_pair(server => { timeout => '100s', max_retries => 0 });
my $kind = PostgreSQL::Test::Utils::tempdir() . '/kind';
my %made;
my $server = Rootfi::RawServer->new(sub {
	my ($client, $request) = @_;
	my $name = PostgreSQL::Test::Utils::slurp_file($kind);
	$client->answer($made{$name} //= $answers{$name}->());
});

server_options($node, base_url => $server->url);
$node->safe_psql('postgres', q{SELECT rootfi_add_stream('ecommerce/orders', 1089)});

my ($backend, $pid);

# Runs a statement, and after some seconds sends a signal; returns how it ended,
# and the seconds that it took, from the signal on if there was one.
sub run
{
	my ($statement, $delay) = @_;
	my $begin = time;

	if (defined $delay)
	{
		$backend->{error} = $backend->{output} = '';
		$backend->{input} .= "$statement;\n\\echo ended\n\\warn ended\n";
		$backend->{harness}->pump_nb;
		while (time < $begin + $delay)
		{
			sleep 0.002;
			$backend->{harness}->pump_nb;
		}
		$begin = time;
		kill INT => $pid;
		$backend->{harness}->pump
		  until $backend->{output} =~ /^ended$/m && $backend->{error} =~ /^ended$/m;
	}
	else
	{
		ask($backend, $statement);
	}
	my ($state) = $backend->{error} =~ /ERROR:  (\w{5}):/;
	return ($state // 'no error', time - $begin);
}

my @table;
foreach my $name (sort keys %answers)
{
	PostgreSQL::Test::Utils::append_to_file("$kind.new", $name);
	rename "$kind.new", $kind;
	$backend = backend($node);
	ask($backend, q{SET rootfi.max_response_size = '200MB'; SET client_min_messages = error});
	ask($backend, '\\set VERBOSITY verbose');
	($pid) = ask($backend, 'SELECT pg_backend_pid()');
	run($statements{get});    # makes it
	foreach my $statement (sort keys %statements)
	{
		my ($state, $seconds) = run($statements{$statement});
		my (@delays, $cancelled);

		foreach my $moment (@moments)
		{
			my ($end, $delay) = run($statements{$statement}, $moment * $seconds);
			next if $end ne '57014';
			push @delays, 1000 * $delay;
		}
		push @table, sprintf '%-34s %-5s %-8s %6.0f  %s', $name, $statement, $state, 1000 * $seconds,
		  join ' ', map { sprintf '%.0f', $_ } @delays;
		like($state, qr/^(no error|RFP01)$/, "$name: $statement ends as it should");
		cmp_ok(max(@delays, 0), '<', $limit, 'and is cancelled at once');
	}
	my ($peak) = ask($backend, q{SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+)'))[1]});
	cmp_ok($peak, '<', 250_000 + 20 * $size / 1000, "$name: memory stays in proportion");
	push @table, "$name: peak of memory $peak kB";
	leave($backend);
}
note(join "\n", sprintf("answers of %.0f MB: how each ends, ms it takes, ms from a cancel to the end", $size / 1e6), @table);

done_testing();
