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
	query('DROP SCHEMA copy CASCADE; DELETE FROM rootfi_stream');
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

$sandbox->stop;
done_testing();
