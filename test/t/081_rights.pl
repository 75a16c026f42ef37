# What a role may do and see does not hang on the setting row_security, and one
# odd row of another owner's keeps nobody from seeing the rest.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 20 }, server => { overlap => '0' });
my $url = $sandbox->url;
sub query { return $node->safe_psql('postgres', @_) }

my $root = query(qq{
	CREATE SERVER second FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '$url', overlap '0');
	CREATE ROLE app LOGIN;
	CREATE ROLE boss LOGIN IN ROLE app;
	CREATE ROLE monitor LOGIN IN ROLE pg_read_all_stats;
	CREATE ROLE other LOGIN;
	GRANT USAGE ON FOREIGN SERVER rootfi, second TO app, boss, monitor, other;
	GRANT CREATE ON DATABASE postgres TO app;
	SELECT current_user});
map_user($node, $sandbox->key, $_) foreach qw(app boss monitor other);
query(q{SET log_statement = 'none'; CREATE USER MAPPING FOR app SERVER second OPTIONS (api_key '} . $sandbox->key . q{')});

#
# The same day, with row_security as it is and switched off in several ways
#

# What roles do, one after the other. With '@' the sandbox does something.
my @day = (
	[ app => q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy') > 0} ],
	[ app => q{SELECT resource, target FROM rootfi_add_streams(1089, 'payments', 'copy') LIMIT 2} ],
	[ app => q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy')} ],
	[ app => q{SET rootfi.server = 'second'; SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy')} ],
	[ app => q{SELECT count(rootfi_alter_stream(stream_id, enabled => false)) FROM rootfi_sync_status WHERE resource <> 'ecommerce/orders'} ],
	[ app => 'CALL rootfi_sync()' ],
	[ app => q{
		ALTER TABLE copy.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
		CREATE POLICY valid ON copy.orders USING (rootfi_id > 0)} ],
	[ '@' => sub { $sandbox->touch('ecommerce/orders', 1089, 3) } ],
	[ boss => 'CALL rootfi_sync()' ],
	[ '@' => sub { $sandbox->remove('ecommerce/orders', 1089, [ 160, 161 ]) } ],
	[ app => q{CALL rootfi_sync('ecommerce/orders', full_refresh => true)} ],
	[ $root => q{CALL rootfi_sync('ecommerce/orders', full_refresh => true, max_pages => 1)} ],
	[ app => q{SELECT count(*) FROM rootfi_add_reports('copy')} ],
	[ app => 'ALTER TABLE copy.orders NO FORCE ROW LEVEL SECURITY; SELECT count(*), sum(orders) FROM copy.report_revenue_by_day' ],
	(map { [ $_ => q{SELECT count(*), string_agg(DISTINCT owner, ' '), string_agg(DISTINCT state, ' ' ORDER BY state) FROM rootfi_sync_status} ] } 'app', 'boss', 'monitor', 'other', $root),
	(map { [ $_ => q{SELECT resource, health FROM rootfi_freshness() WHERE resource LIKE '%/orders'} ] } 'app', 'boss', 'monitor', 'other', $root),
	(map { [ $_ => q{SELECT rootfi_alter_stream((SELECT max(stream_id) FROM rootfi_sync_status), enabled => true)} ] } 'app', 'monitor', 'other'),
	(map { [ $_ => q{CALL rootfi_sync('ecommerce/orders')} ] } 'monitor', 'other'),
	[ app => q{SELECT rootfi_alter_stream((SELECT max(stream_id) FROM rootfi_sync_status), server => 'second', owner => 'app')} ],
	[ app => q{SELECT rootfi_alter_stream((SELECT min(stream_id) FROM rootfi_sync_status), server => 'second')} ],
	[ boss => q{SELECT count(rootfi_reset_stream(stream_id)) FROM rootfi_sync_status} ],
	[ app => q{SELECT count(rootfi_remove_stream(stream_id, drop_tables => true)) FROM rootfi_sync_status} ],
	[ app => q{SELECT count(*) FROM rootfi_sync_status} ]);

# Does all that; gives what each role was given and told.
sub play
{
	my ($set) = @_;
	my @told;

	$sandbox->reset;
	foreach my $deed (@day)
	{
		my ($role, $statement) = @$deed;

		if ($role eq '@')
		{
			$statement->();
			next;
		}
		my ($output, $told) = as_role($node, $role, "$set$statement");
		$told =~ s/^LOCATION:.*\n?//mg;
		$told =~ s/\b(stream|Stream) \d+/$1 N/g;
		push @told, [ "$role: $statement", $output, $told ];
	}
	query('DROP SCHEMA IF EXISTS copy CASCADE; DELETE FROM rootfi_stream');
	return @told;
}

my @usual = play('');
is($usual[5][2] =~ /20 inserted/, 1, 'the streams were copied') or diag($usual[5][2]);
is(join(' ', map { $_->[2] =~ /(\d+) marked/ } @usual), 2, 'and what was gone was marked');
is(scalar(grep { $_->[2] =~ /query would be affected/ } @usual), 0, 'no policy was in the way');
my @ways = (
	[ 'in the session', 'SET row_security = off; ', '', '' ],
	[ 'for the roles', '', join('', map { "ALTER ROLE $_ SET row_security = off; " } 'app', 'boss', 'monitor', 'other'), join('', map { "ALTER ROLE $_ RESET row_security; " } 'app', 'boss', 'monitor', 'other') ],
	[ 'for the database', '', 'ALTER DATABASE postgres SET row_security = off', 'ALTER DATABASE postgres RESET row_security' ]);
foreach my $way (@ways)
{
	my ($name, $set, $before, $after) = @$way;

	query($before) if $before;
	my @told = play($set);
	query($after) if $after;
	foreach my $i (0 .. $#usual)
	{
		is_deeply($told[$i], $usual[$i], "row_security = off $name: $usual[$i][0]");
	}
}

# It is off again after a call, and means what it means for tables.
my ($output, $told) = as_role($node, 'app', q{
	SET row_security = off;
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy') > 0;
	SELECT count(*) FROM rootfi_sync_status;
	SELECT count(*) FROM rootfi_freshness();
	SHOW row_security;
	CALL rootfi_sync();
	SHOW row_security;
	\set ON_ERROR_STOP off
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy');
	SHOW row_security;
	SELECT * FROM rootfi_stream});
is($output, "t\n1\n1\noff\noff\noff", 'the session has its setting again after each call');
like($told, qr/ERROR:  42710/, 'and after one that failed');
like($told, qr/ERROR:  42501: query would be affected by row-level security policy for table "rootfi_stream"/, 'who reads the table itself with it is told, as PostgreSQL does');

#
# One odd row among those that a superuser or a monitor looks at: an older
# version let owners write what they liked, and a catalog may lose a resource.
#
query('DROP SCHEMA copy CASCADE; DELETE FROM rootfi_stream; GRANT CREATE ON DATABASE postgres TO other');
$sandbox->reset;
$sandbox->remote_sync(1089, { data_models => [ 'ECOMMERCE_ORDERS', 'ECOMMERCE_ITEMS' ], status => 'SUCCESS' });
my $good = (as_role($node, 'app', q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'copy')}))[0];
like(sync($node, '', role => 'app'), qr/20 inserted/, 'one role has a good stream');

my $latest = '9223372036854775807';
my @odd = (
	[ 'no such resource', q{resource = 'no/such'}, 'invalid' ],
	[ 'no resource at all', q{resource = ''}, 'invalid' ],
	[ 'half a resource', q{resource = 'v3/'}, 'invalid' ],
	[ 'a resource like a pattern', q{resource = E'%\\''}, 'invalid' ],
	[ 'no such resource, and failing often', q{resource = 'no/such', failures = 2147483647}, 'invalid' ],
	[ 'no such company', q{company_id = 4242}, 'not connected' ],
	[ 'a company of too many digits', "company_id = $latest", 'not connected' ],
	[ 'copied at the end of time', q{completed_at = 'infinity'}, 'invalid' ],
	[ 'copied before time', q{completed_at = '-infinity'}, 'invalid' ],
	[ 'copied late', q{completed_at = '294276-12-31'}, undef ],
	[ 'copied early', q{completed_at = '4713-01-01 BC'}, 'late' ],
	[ 'infinite clocks', q{synced_to = 'infinity', pass_start = '-infinity', pass_since = 'infinity', error_at = 'infinity'}, undef ],
	[ 'an interval of ages', q{min_interval = '178000000 years'}, undef ],
	[ 'counts of too many digits', "pass_kind = 'incremental', pass_total = $latest, pass_pages = $latest, pass_rows = -5", undef ],
	[ 'names with quotes', q{target_schema = E'no"where\\'', target_table = E'%s"; DROP TABLE x; --\\''}, undef ],
	[ 'no such role', q{owner = E'no "such\\' role'}, undef ],
	[ 'no such server', q{server = E'no "such\\' server'}, undef ],
	[ 'its table gone', 'enabled = true', undef, 'DROP TABLE other.items CASCADE' ],
	[ 'its table a view', 'enabled = true', undef, 'DROP TABLE other.items CASCADE; CREATE VIEW other.items AS SELECT 1/0 AS rootfi_id' ],
	[ 'a run without end', 'enabled = true', undef, "UPDATE rootfi_run SET started_at = 'infinity', ended_at = '-infinity', rows_seen = $latest WHERE stream_id = \@" ],
	[ 'a run since ever', 'enabled = true', undef, "UPDATE rootfi_run SET started_at = '-infinity', ended_at = NULL, state = 'running' WHERE stream_id = \@" ],
	[ 'a run until the end of time', 'enabled = true', undef, "UPDATE rootfi_run SET ended_at = 'infinity' WHERE stream_id = \@" ]);
foreach my $case (@odd)
{
	my ($name, $change, $health, $more) = @$case;
	my $odd = (as_role($node, 'other', q{SELECT rootfi_add_stream('ecommerce/items', 1089, 'other')}))[0];

	sync($node, '', role => 'other');
	query("UPDATE rootfi_stream SET next_due = '-infinity', $change WHERE stream_id = $odd");
	query($more =~ s/@/$odd/r) if $more;
	foreach my $role ('monitor', $root)
	{
		my ($output, $told) = as_role($node, $role, q{SELECT stream_id, health FROM rootfi_freshness()});
		my %health = $output =~ /^(\d+)\|(.*)$/mg;

		is($told, '', "$name: $role gets the freshness");
		is($health{$good}, 'healthy', 'with the good stream');
		is($health{$odd}, $health, 'and the odd one') if $health;
		($output, $told) = as_role($node, $role, "SELECT * FROM rootfi_sync_status");
		is(scalar(() = $output =~ /^(?:$good|$odd)\|/mg), 2, "$role gets the status of both") or diag($told);
	}
	$sandbox->touch('ecommerce/orders', 1089, 2);
	my $ran = sync($node, '');
	like($ran, qr/stream $good .* 2 updated/, 'a call of the superuser copies the good one');
	like($ran, qr/\b(?:s|S)tream $odd \(/, 'and tells of the odd one');
	# who owns it, or a superuser where that role is none, gets rid of it
	foreach my $call ("rootfi_alter_stream($odd, enabled => false)", "rootfi_reset_stream($odd)", "rootfi_remove_stream($odd)")
	{
		is((as_role($node, $change =~ /owner/ ? $root : 'other', "SELECT $call"))[1], '', "$call works");
	}
	query("DELETE FROM rootfi_stream WHERE stream_id = $odd; DROP SCHEMA other CASCADE");
}

# What a server announces is the server's, and the lock that of its reset.
my $left = (as_role($node, $root, qq{
	BEGIN;
	SELECT rootfi_reset_stream($good);
	UPDATE rootfi_stream SET pass_total = $latest, pass_rows = 1 WHERE stream_id = $good;
	SELECT state, time_left IS NULL, rows_per_second > 0 FROM rootfi_sync_status}))[0];
is($left, "\nrunning|t|t", 'of 9,223,372,036,854,775,807 rows nobody says how long they take');

# Where the good streams are of the core, the odd company is alone.
query('DELETE FROM rootfi_stream');
as_role($node, 'app', q{SELECT rootfi_add_stream('v3/core/companies', target_schema => 'copy')});
as_role($node, 'other', q{SELECT rootfi_add_stream('ecommerce/items', 4242, 'other')});
sync($node, '', role => 'app');
is((as_role($node, 'monitor', 'SELECT resource, health FROM rootfi_freshness()'))[0], "v3/core/companies|healthy\necommerce/items|never copied", 'a company that nobody knows hides no stream of the core');

$sandbox->stop;
done_testing();
