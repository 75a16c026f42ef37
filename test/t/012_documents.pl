# Every SQL block of the documents runs as printed, and what is printed below
# it is what it answers. What follows after a block that makes a role which may
# log in runs as that role.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Rootfi::Sandbox;
use Test::More;

my $sandbox = Rootfi::Sandbox->new;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# What psql prints for a script, errors included; as a role, if one is given.
sub psql_output
{
	my ($database, $script, $role) = @_;
	my $connection = $node->connstr($database) . ($role ? " user=$role" : '');
	my $output = '';

	local $ENV{PGTZ} = 'UTC';
	IPC::Run::run([ 'psql', '-X', '-q', '-P', 'pager=off', '-d', $connection ],
		'<', \$script, '>&', \$output);
	return $output;
}

# SQL blocks of a document, each with what is printed below it or undef.
sub blocks
{
	my ($text) = @_;
	my @blocks;

	while ($text =~ /^```sql\n(.*?)^```\n(?:```\n(.*?)^```\n)?/gms)
	{
		push @blocks, [ $1, $2 ];
	}
	return @blocks;
}

# The documents leave the base URL at its default, and the key out.
sub point_to_sandbox
{
	my ($database, $sql, $role) = @_;

	$node->safe_psql($database, 'ALTER SERVER rootfi OPTIONS (ADD base_url \'' . $sandbox->url . '\')') if $sql =~ /CREATE SERVER rootfi/;
	$node->safe_psql($database, "SET log_statement = 'none'; ALTER USER MAPPING FOR " . ($role // 'CURRENT_USER') . ' SERVER rootfi OPTIONS (SET api_key \'' . $sandbox->key . '\')')
	  if $sql =~ /CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi/;
	return;
}

# those about the code itself have no SQL
foreach my $document ('README.md', grep { !m{\.head\.|/(internals|style)\.md} } glob('doc/*.md'))
{
	my $database = 'doc_' . ($document =~ s/\W/_/gr);

	$sandbox->reset;
	$node->safe_psql('postgres', "CREATE DATABASE \"$database\"");
	my @blocks = blocks(slurp_file($document));
	my $role;
	ok(@blocks > 0, "$document has SQL blocks");
	foreach my $block (@blocks)
	{
		my ($sql, $expected) = @$block;
		my $title = "$document: " . ($sql =~ /(.{1,60})/)[0];
		my $output = psql_output($database, $sql, $role);

		point_to_sandbox($database, $sql, $role);
		$role = $1 if $sql =~ /^CREATE ROLE (\w+) LOGIN/m;
		$output =~ s/[ \t]+$//mg;
		$output =~ s/\n+\z/\n/;
		if (defined $expected)
		{
			is($output, $expected, $title);
		}
		else
		{
			unlike($output, qr/ERROR/, $title);
		}
	}
	is($role && $node->safe_psql('postgres', "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = '$role'"),
		'f', "$document: all after the grants was done by an ordinary role") if $document eq 'README.md';
}

# The end of the reference is written by a script, which knows everything.
my $reference = slurp_file('doc/reference.md');
IPC::Run::run([ 'psql', '-Xq', '-d', $node->connstr('doc_README_md'), '-f', 'doc/reference.sql' ], '>', \my $sections);
is($reference, slurp_file('doc/reference.head.md') . $sections, 'the reference is up to date (make reference)');
my @missing = grep { $reference !~ /`$_\b/ } split /\n/, $node->safe_psql('doc_README_md', q{
	SELECT proname FROM pg_proc WHERE proname LIKE 'rootfi%' AND proname <> 'rootfi_fdw_validator'
	UNION SELECT relname FROM pg_class WHERE relname LIKE 'rootfi%' AND relkind IN ('c', 'r', 'v') ORDER BY 1});
is("@missing", '', 'every function and type has an entry in the reference');

$sandbox->stop;
done_testing();
