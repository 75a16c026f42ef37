# Calls that fail leave nothing behind, nor do those that succeed.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my $calls = 10000;
my $limit = 1024;    # kB

my ($node, $sandbox) = start_pair(server => { max_retries => 0 });

# Calls that fail, or end early, in all the ways that cost something.
my %statements = (
	'a record that does not exist' => q{SELECT rootfi_get_order('none')},
	'a refused write' => q{SELECT rootfi_update_order('none', '{"status": "pending"}')},
	'an order that is not sent' => q{SELECT rootfi_create_order(1089, '{"line_items": [{"quantity": "1"}]}')},
	'a list that is refused' => q{SELECT * FROM rootfi_list_orders(filter => '{"a": {"unheard_of": 1}}', page_size => 50)},
	'a refused connection' => q{SELECT rootfi_get_order('157')},
	'an error between two pages' => q{SELECT 1 / (rootfi_id - 158) FROM rootfi_list_orders(page_size => 2, max_rows => 4)},
	'a record' => q{SELECT rootfi_get_order('158')},
	'an update' => q{SELECT rootfi_update_order('158', '{"status": "pending"}')},
	'a page of rows' => q{SELECT * FROM rootfi_list_orders(page_size => 2, max_rows => 4)},
);

# Resident memory of a backend, in kB, read by itself, after $n calls.
sub grow
{
	my ($name, $statement, $prepare) = @_;
	my $loop = sub {
		my ($n) = @_;
		return qq{
			DO \$\$
			BEGIN
				FOR i IN 1 .. $n LOOP
					PERFORM sqlstate_of(\$s\$$statement\$s\$);
				END LOOP;
			END \$\$;};
	};
	my $measure = q{SELECT (regexp_match(pg_read_file('/proc/' || pg_backend_pid() || '/status'), 'VmRSS:\s+(\d+)'))[1] || ' ' ||
		(SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts)::bigint;};
	my $output = $node->safe_psql('postgres',
		$prepare . $loop->(1000) . $measure . $loop->($calls) . $measure);
	my ($before, $after) = map { [ split ' ' ] } (split /\n/, $output)[ -2, -1 ];
	my $rss = $after->[0] - $before->[0];
	my $contexts = $after->[1] - $before->[1];

	cmp_ok($rss, '<', $limit, "$calls times $name: resident memory stays flat");
	cmp_ok($contexts, '<', $limit, 'and so do the memory contexts');
	note("$name: resident $before->[0] kB and $rss kB more, contexts $before->[1] kB and $contexts kB more");
	return;
}

my $nowhere = PostgreSQL::Test::Cluster::get_free_port();
$node->safe_psql('postgres', qq{
	CREATE SERVER nowhere FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'http://127.0.0.1:$nowhere', max_retries '0');
	CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere OPTIONS (api_key 'any-key-will-do');
});

foreach my $name (sort keys %statements)
{
	grow($name, $statements{$name},
		$name eq 'a refused connection' ? "SET rootfi.server = 'nowhere';" : '');
}

$sandbox->stop;
done_testing();
