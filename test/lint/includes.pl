# Includes go downwards: a source in a folder of src includes only what lies in
# that folder or in one below, written from src ("json/scan.h"); and there is no
# circle, neither of headers nor of units (a .c and its .h).

use strict;
use warnings;

use Rootfi::Source;

# From top to bottom; folders of one line stand side by side. What lies in src
# itself is above all.
my @floors = (
	[qw(copy fdw functions outbox webhook)],
	[qw(api)],
	[qw(rows)],
	[qw(http)],
	[qw(json)],
	[qw(catalog)],
	[qw(base)],
	[qw(shared)]);

# A folder that may include another beside it.
my %beside = ('webhook copy' => 1);

my %floor;
foreach my $i (0 .. $#floors)
{
	$floor{$_} = $i foreach @{ $floors[$i] };
}

my @sources = sources();
my %exists = map { $_ => 1 } @sources;
my (%by_name, %headers, %units);

# The folder and the unit of a source.
sub folder_of { return $_[0] =~ m{^src/(\w+)/} ? $1 : '' }
sub unit_of { return $_[0] =~ m{(\w+)\.[ch]$} ? $1 : die "what is $_[0]?\n" }

# What is wrong with an include of one source in another, or undef.
sub problem
{
	my ($source, $included) = @_;
	my ($from, $to) = (folder_of($source), folder_of($included));

	return if $from eq '' || $to eq '' || $from eq $to || $beside{"$from $to"};
	return "$to is not below $from" if defined $floor{$from} && defined $floor{$to} && $floor{$to} <= $floor{$from};
	return;
}

# Reads the includes of a source, and judges each.
sub read_includes
{
	my ($source) = @_;
	my $number = 0;

	foreach my $line (code_of($source))
	{
		$number++;
		my ($name) = $line =~ /^\s*#\s*include\s+"([^"]+)"/ or next;
		if (!$exists{"src/$name"})
		{
			my $meant = $by_name{ $name =~ s{.*/}{}r };
			# the server has headers of such names, too
			print "$source:$number: is to be written \"$meant\"\n"
			  if $meant && ($name =~ /^\./ || $exists{ $source =~ s{[^/]*$}{$name}r });
			next;
		}
		my $problem = problem($source, "src/$name");
		print "$source:$number: includes \"$name\", but $problem\n" if defined $problem;
		next if unit_of($source) eq unit_of($name);
		$units{ unit_of($source) }{ unit_of($name) } //= "$source:$number";
		$headers{$source}{"src/$name"} //= "$source:$number" if $source =~ /\.h$/;
	}
	return;
}

# All that can be reached from a node of a graph.
sub reachable
{
	my ($graph, $start) = @_;
	my %seen;
	my @ahead = keys %{ $graph->{$start} // {} };

	while (defined(my $node = pop @ahead))
	{
		push @ahead, keys %{ $graph->{$node} // {} } if !$seen{$node}++;
	}
	return \%seen;
}

# The circles of a graph, each as its nodes, sorted.
sub circles
{
	my ($graph) = @_;
	my %reached = map { $_ => reachable($graph, $_) } keys %$graph;
	my (@circles, %done);

	foreach my $node (sort keys %reached)
	{
		next if $done{$node} || !$reached{$node}{$node};
		my @circle = grep { $reached{$node}{$_} && $reached{$_}{$node} } sort keys %reached;
		$done{$_} = 1 foreach @circle;
		push @circles, \@circle;
	}
	return @circles;
}

# Prints each include that is part of a circle.
sub tell_circle
{
	my ($graph, @circle) = @_;

	foreach my $from (@circle)
	{
		foreach my $to (grep { $graph->{$from}{$_} } @circle)
		{
			print "$graph->{$from}{$to}: $from includes $to, which leads back: @circle\n";
		}
	}
	return;
}

foreach my $source (@sources)
{
	my $folder = folder_of($source);

	print "$source:1: the folder $folder has no place in the order of test/lint/includes.pl\n"
	  if $folder ne '' && !defined $floor{$folder};
	$by_name{$1} //= $source =~ s{^src/}{}r if $source =~ m{([^/]+\.h)$};
}
read_includes($_) foreach @sources;
tell_circle(\%headers, @$_) foreach circles(\%headers);
foreach my $circle (circles(\%units))
{
	tell_circle(\%units, @$circle);
}
