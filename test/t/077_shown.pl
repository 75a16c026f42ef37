# What others say is shown without characters that do something to a terminal,
# wherever it is kept.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 5 }, server => { max_retries => 0 });
my $key = $sandbox->key;
my $odd = "\e[31mred\x07\x{202e}";
utf8::encode($odd);

# a trigger's message, and one that holds the key
$node->safe_psql('postgres', q{
	SELECT rootfi_add_stream('ecommerce/orders', 1089);
	CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		RAISE EXCEPTION E'odd \x1b[31m\x07 %', (SELECT umoptions[1] FROM pg_user_mappings) USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = E'detail \x1b[32m';
	END $$;
	CREATE TRIGGER odd BEFORE INSERT ON rootfi.orders FOR EACH ROW EXECUTE FUNCTION odd()});
my ($status, $output, $error) = $node->psql('postgres', 'CALL rootfi_sync()');
like($error, qr/odd \\u001b\[31m\\u0007 api_key=\*{8,}.*detail \\u001b\[32m/s, 'a message of a trigger is shown without control characters and without the key');
unlike($error, qr/[\x00-\x08\x0b-\x1f]|\Q$key\E/, 'none at all');
my $kept = $node->safe_psql('postgres', 'SELECT error_message FROM rootfi_sync_status UNION ALL SELECT error_message FROM rootfi_run');
like($kept, qr/odd \\u001b\[31m/, 'and is kept like that');
unlike($kept, qr/[\x00-\x08\x0b-\x1f]|\Q$key\E/, 'wherever it is kept');

# what the server says, in every place
foreach my $case ({ body => { error => { code => $odd, message => $odd, platform_error => $odd } } }, { body => $odd },
	{ headers => { 'X-Request-Id' => "\e[31mid" } }, { status => 302, headers => { Location => "https://x/\e[31m" } })
{
	$sandbox->fault({ status => 400, body => '', %$case });
	(undef, undef, $error) = $node->psql('postgres', q{SELECT rootfi_get_order('157')});
	like($error, qr/ERROR/, 'an error with odd characters');
	unlike($error, qr/[\x00-\x08\x0b-\x1f]|\xe2\x80\xae/, 'is shown without them');
}
$sandbox->stop;
done_testing();
