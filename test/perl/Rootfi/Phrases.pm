# Rootfi::Phrases -- words that clients take for the loss of the database
# connection
#
#   @Rootfi::Phrases::PHRASES     in lower case, as src/http/phrases.c has them
#   phrases_in($text)             those that a text holds, in whatever case
#
# The list has one home, in the source; it is read from there.
package Rootfi::Phrases;

use strict;
use warnings;

use Exporter 'import';
use File::Basename ();

our @EXPORT = qw(@PHRASES phrases_in);
our @PHRASES;

my $source = File::Basename::dirname(__FILE__) . '/../../../src/http/phrases.c';
open(my $file, '<', $source) or die "could not read $source: $!\n";
while (<$file>)
{
	push @PHRASES, $1 if /^\t\{"[^"]+", "([^"]+)"\},$/;
}
close $file;
@PHRASES > 50 or die "found no phrases in $source\n";

sub phrases_in
{
	my ($text) = @_;

	return grep { index(lc $text, $_) >= 0 } @PHRASES;
}

1;
