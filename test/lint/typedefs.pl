# src/typedefs.list has the types that the sources use, sorted as the C locale
# does: what it lacks is laid out as if it were no type.

use strict;
use warnings;

use Rootfi::Source;

my $list = 'src/typedefs.list';
open my $file, '<', $list or die "could not read $list: $!\n";
chomp(my @listed = <$file>);
close $file;

my (%listed, %words, $before);
foreach my $i (0 .. $#listed)
{
	print "$list:", $i + 1, ": \"$listed[$i]\" is not in its place\n" if defined $before && $before ge $listed[$i];
	$before = $listed[$i];
	$listed{ $listed[$i] } = $i + 1;
}
# test/bin/indent lays out the tables of test/unit, too
foreach my $name (sources(qr{^(?:src|test/unit)/}))
{
	my ($number, $inside, $text) = (0, 0, '');

	foreach my $line (code_of($name))
	{
		$number++;
		$words{$_} = 1 foreach $line =~ /\w+/g;
		($inside, $text) = (1, '') if $line =~ /^typedef\b/;
		$text .= $line if $inside;
		# members are indented, and so may be the arguments of a function
		next if !$inside || $line !~ /;\s*$/ || ($line =~ /^\t/ && $text =~ /\{/);
		# the name is the last word, or the one of a pointer to a function
		my ($type) = $text =~ /^typedef [^{]*?\(\*\s*(\w+)\)/ ? $1 : $text =~ /(\w+)(?:\[.*\])?;\s*$/;
		print "$name:$number: $type is not in $list\n" if defined $type && !$listed{$type};
		$inside = 0;
	}
}
print "$list:$listed{$_}: no source uses $_\n" foreach grep { !$words{$_} } sort keys %listed;
