# C sources, as rules about them need them.

package Rootfi::Source;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(code_of sources);

# The names read that are C sources, by default those of the extension.
sub sources
{
	my ($where) = @_;
	$where //= qr{^src/};
	chomp(my @names = grep { $_ =~ $where && /\.[ch]$/ } <STDIN>);
	return @names;
}

# The lines of a source; comments in it are blank.
sub code_of
{
	my ($name) = @_;

	open my $file, '<', $name or die "could not read $name: $!\n";
	local $/;
	my $text = <$file>;
	# a string may look as if it had a comment in it
	$text =~ s{("(?:[^"\\\n]|\\.)*")|/\*.*?\*/}{$1 // ($& =~ tr/\n//cdr)}gse;
	return split /\n/, $text;
}

1;
