# No source but the catalog names a resource: what differs between them is data.

use strict;
use warnings;

use Rootfi::Source;

my $string = qr/"((?:[^"\\]|\\.)*)"/;
my @sources = sources();
my @catalog = grep { m{^src/catalog(?:/\w+)?\.[ch]$} } @sources;
my %names;
foreach my $name (@catalog)
{
	my $code = join "\n", code_of($name);

	# singular and plural are words of messages
	while ($code =~ /\bNAMES\(([^()]*)\)/g)
	{
		my ($resource, $path, $singular, $plural, $row_type, $table) = $1 =~ /("[^"]*"|\w+)/g;
		$names{$_} = 1 foreach map { /^"(.*)"$/ ? $1 : () } $resource, $path, $row_type, $table;
	}
	# row types and tables of lists inside records
	while ($code =~ /\{\s*"\w+",\s*"(rootfi_\w+)",\s*"(\w+)"/g)
	{
		$names{$_} = 1 foreach $1, $2;
	}
	# and what the catalog gives a word to the others for
	$names{$1} = 1 while $code =~ /#define\s+\w+_RESOURCE\s+"([^"]*)"/g;
}
if (!%names)
{
	print $catalog[0] // 'src/catalog.c', ":1: names no resource that this rule can read\n";
}
my %is_catalog = map { $_ => 1 } @catalog;
foreach my $name (grep { !$is_catalog{$_} } @sources)
{
	my $number = 0;

	foreach my $line (code_of($name))
	{
		$number++;
		foreach my $text ($line =~ /$string/g)
		{
			print "$name:$number: names the resource \"$text\"\n" if $names{$text};
		}
	}
}
