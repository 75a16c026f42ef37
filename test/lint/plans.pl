# Plans are prepared in one place, which keeps and frees them: one that is only
# prepared is lost with the connection to SPI, one that nobody frees stays.

use strict;
use warnings;

use Rootfi::Source;

my (%keeps, @prepares);
foreach my $name (sources())
{
	my $number = 0;

	foreach my $line (code_of($name))
	{
		$number++;
		$keeps{$name} //= $number if $line =~ /\bSPI_keepplan\s*\(/;
		push @prepares, [ $name, $number ] if $line =~ /\bSPI_(?:prepare\w*|saveplan)\s*\(/;
	}
}
my ($keeper, @others) = sort keys %keeps;
print "$_:$keeps{$_}: keeps plans, as $keeper does\n" foreach @others;
foreach my $place (@prepares)
{
	print "$place->[0]:$place->[1]: prepares a plan; only ", $keeper // 'what keeps plans', " may\n" if $place->[0] ne ($keeper // '');
}
