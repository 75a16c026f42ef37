# What a sync has copied, and what it asked for.
#
#	use Rootfi::Copy;
#	is(differences($node, company => 1089), 0, ...);
#	my $since = latest_request($sandbox);
#	is(sync_ends($node, 'CALL rootfi_sync()'), 'no error', ...);
#	my @cursors = cursors($sandbox, 'ecommerce/orders', $since);

package Rootfi::Copy;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Utils ();
use Time::HiRes            ();

our @EXPORT = qw(differences latest_request cursors sync_ends poll_until
  wait_for_requests stream_row);

# The lists inside orders, and the tables that they are copied to.
my %children = (
	line_items => 'order_line_items',
	addresses => 'order_addresses',
	fulfillments => 'order_fulfillments',
	transactions => 'order_transactions',);

# Condition for a row "t" of a table that is not as the object "value" says.
# What the object has must leave the row as it is; members that have no column
# stand in "extra", but for the lists.
sub differs
{
	my ($table) = @_;
	my $lists = join ', ', map { "'$_'" } sort keys %children;

	return qq{(s.value IS NULL OR t.ctid IS NULL
		OR jsonb_populate_record(t, s.value) <> t
		OR coalesce(t.extra, '{}') <> s.value - ARRAY[$lists] - ARRAY(
			SELECT attname::text FROM pg_attribute
			WHERE attrelid = '$table'::regclass AND attnum > 0))};
}

# In how many rows the copy of the orders differs from what the server has:
# those of the orders and of the lists inside them, with their order.  Options:
# company (default: all), schema (rootfi), database (postgres).
sub differences
{
	my ($node, %options) = @_;
	my $company = $options{company} // 'NULL';
	my $schema = $options{schema} // 'rootfi';
	my $children = '';

	foreach my $member (sort keys %children)
	{
		my $table = "$schema.$children{$member}";
		my $differs = differs($table);

		$children .= qq{
			+ (SELECT count(*) FROM (
					SELECT company_id, rootfi_id, c.value, c.ordinal
					FROM server, jsonb_array_elements(server.value -> '$member') WITH ORDINALITY AS c (value, ordinal)) AS s
				FULL JOIN $table AS t ON t.rootfi_company_id = s.company_id
					AND t.order_rootfi_id = s.rootfi_id AND t.ordinal = s.ordinal
				WHERE $differs)};
	}
	my $differs = differs("$schema.orders");
	return $node->safe_psql($options{database} // 'postgres', qq{
		SET timezone = 'UTC';
		SET work_mem = '64MB';
		SET jit = off;
		CREATE TEMPORARY TABLE server AS
			SELECT (value ->> 'rootfi_company_id')::bigint AS company_id, (value ->> 'rootfi_id')::bigint AS rootfi_id, value
			FROM rootfi_list('ecommerce/orders', $company, include_deleted => true) AS value;
		ANALYZE server;
		SELECT (SELECT count(*) FROM server AS s FULL JOIN $schema.orders AS t
				ON t.rootfi_company_id = s.company_id AND t.rootfi_id = s.rootfi_id
			WHERE $differs)$children});
}

# The number of the latest request that the sandbox has got.
sub latest_request
{
	my ($sandbox) = @_;
	my @requests = $sandbox->requests;

	return @requests ? $requests[-1]{seq} : 0;
}

# The cursors that pages of a list were asked for with after a request, in
# their order; an empty one for the first page.
sub cursors
{
	my ($sandbox, $resource, $since) = @_;

	return map { $_->{target} =~ /[?&]next=([^&]*)/ ? $1 : '' }
	  grep { $_->{target} =~ m{^/v4/\Q$resource\E\?} }
	  $sandbox->requests($since);
}

# Calls a procedure; returns the SQLSTATE of its error, or 'no error'.  What
# psql has written to its standard error goes into the third argument.
sub sync_ends
{
	my ($node, $statement, $said, %options) = @_;
	my $error;

	$node->psql($options{database} // 'postgres', $statement,
		stderr => \$error, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	$$said = $error if $said;
	return $error =~ /ERROR:  (\w{5}):/ ? $1 : 'no error';
}

# Values of a stream's row, or of an expression over it, as psql prints them.
sub stream_row
{
	my ($node, $stream, $columns, $database) = @_;

	return $node->safe_psql($database // 'postgres',
		"SELECT $columns FROM rootfi_stream WHERE stream_id = $stream");
}

# Tries every few milliseconds until the code returns true; dies if it never
# does.
sub poll_until
{
	my ($what, $code) = @_;
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;

	until ($code->())
	{
		die "$what: never\n" if time > $end;
		Time::HiRes::sleep(0.002);
	}
	return;
}

# Waits until the sandbox has got so many requests after one.
sub wait_for_requests
{
	my ($sandbox, $since, $count) = @_;

	poll_until("$count requests",
		sub { return scalar(my @new = $sandbox->requests($since)) >= $count });
	return;
}

1;
