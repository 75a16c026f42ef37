# What tests of syncs ask again and again.
#
#	use Rootfi::Shape;
#	my $told = sync($node, q{'ecommerce/orders', full_refresh => true});
#	my $told = sync($node, '', role => 'app', set => {work_mem => '1MB'});
#	is(differences($node, 'rootfi.orders', 'rootfi_list_orders(1089, include_deleted => true)'), 0, ...);

package Rootfi::Shape;

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();

our @EXPORT = qw(sync as_role differences child_differences asked record list_of
  wait_for);

# Runs statements as a role of its own session; gives output and what it was
# told, SQLSTATEs included.
sub as_role
{
	my ($node, $role, $statements) = @_;
	my (undef, $output, $told) = $node->psql(
		'postgres',
		"\\set VERBOSITY verbose\n$statements",
		extra_params => [ '-U', $role ]);

	return ($output, $told);
}

# Calls rootfi_sync() with some arguments; gives what it told: notices, and
# the error that it ended with.
sub sync
{
	my ($node, $arguments, %options) = @_;
	my $set = $options{set} // {};
	my $settings = join '', map { "SET $_ = '$set->{$_}'; " } sort keys %$set;

	return (
		as_role(
			$node,
			$options{role} // $node->safe_psql('postgres', 'SELECT user'),
			"$settings\nCALL rootfi_sync($arguments)"))[1];
}

# Counts the rows that a table has and another relation has not, and the other
# way round, by the columns that both have; $skip is a pattern of more columns
# to leave out, $where says which rows of the table count.
sub differences
{
	my ($node, $table, $relation, $skip, $where) = @_;
	my $columns = $node->safe_psql('postgres', qq{
		SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
		FROM pg_attribute
		WHERE attrelid = '$table'::regclass AND attnum > 0 AND NOT attisdropped
			AND attname !~ '^(@{[ join '|', 'rootfi_content_hash', $skip // () ]})\$'});

	$where //= 'true';
	return $node->safe_psql('postgres', qq{
		WITH here AS MATERIALIZED (SELECT $columns FROM $table WHERE $where),
			there AS MATERIALIZED (SELECT $columns FROM $relation)
		SELECT (SELECT count(*) FROM (TABLE here EXCEPT ALL TABLE there) AS x)
			+ (SELECT count(*) FROM (TABLE there EXCEPT ALL TABLE here) AS x)});
}

# The same for a table of children, given the function that flattens them and
# the list of the parents.
sub child_differences
{
	my ($node, $table, $function, $parents) = @_;

	return differences($node, $table,
		"(SELECT c.* FROM $parents AS p, $function(p) AS c) AS x");
}

# The targets of the lists that the sandbox was asked for after a number.
sub asked
{
	my ($sandbox, $since) = @_;

	return map { $_->{target} } $sandbox->requests($since);
}

# A record of the sandbox, decoded, with some members set.
sub record
{
	my ($sandbox, $target, %members) = @_;
	my $answer = $sandbox->call('GET', $target);

	die "the sandbox has no $target\n" unless $answer->{status} == 200;
	return {
		%{ JSON::PP->new->utf8->decode($answer->{content}) }, %members
	};
}

# The answer of a list that has these records and no further page.
sub list_of
{
	my (@records) = @_;

	return { data => \@records, next => undef };
}

# Waits until a condition holds, or dies.
sub wait_for
{
	my ($node, $condition) = @_;

	$node->poll_query_until('postgres', "SELECT $condition")
	  or die "it never became true that $condition\n";
	return;
}

1;
