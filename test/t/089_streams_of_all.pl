# What a new stream, or the end of one, would do to streams of others is found
# out, though who calls does not see those.

use strict;
use warnings;

use Rootfi::Pair;
use Rootfi::Shape qw(as_role);
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 5, companies => 3 });
sub query { return $node->safe_psql('postgres', @_) }

query(qq{
	CREATE ROLE app LOGIN;
	CREATE ROLE boss LOGIN IN ROLE app;
	CREATE SERVER second FOREIGN DATA WRAPPER rootfi OPTIONS (base_url '${\$sandbox->url}');
	GRANT USAGE ON FOREIGN SERVER rootfi, second TO app;
	CREATE SCHEMA shop AUTHORIZATION boss;
	GRANT USAGE ON SCHEMA shop TO app;
	ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA shop GRANT ALL ON TABLES TO app});
map_user($node, $sandbox->key, $_) foreach 'app', 'boss';
query(q{SET log_statement = 'none'; CREATE USER MAPPING FOR app SERVER second OPTIONS (api_key '} . $sandbox->key . q{')});
# boss has the rights of app, not the other way round
as_role($node, 'boss', q{SELECT rootfi_add_stream('ecommerce/orders', 1090, 'shop')});
like((as_role($node, 'app', q{SELECT rootfi_add_stream('ecommerce/orders', 1089, 'shop')}))[0], qr/\d/, 'two roles fill one table');
is((as_role($node, 'app', 'SELECT count(*) FROM rootfi_stream'))[0] =~ s/\D//gr, '1', 'of which one does not see the other\'s');

like((as_role($node, 'app', q{SELECT rootfi_add_stream('ecommerce/orders', 1090, 'shop')}))[1], qr/ERROR:  42710: there is such a stream/, 'the same stream is refused, by that name');
like((as_role($node, 'app', q{SELECT * FROM rootfi_add_streams(1090, 'ecommerce', 'shop')}))[1], qr/NOTICE:  00000: there is such a stream of orders already/, 'and left out of many');
query('DELETE FROM rootfi_stream WHERE owner <> $$boss$$');
like((as_role($node, 'app', q{SELECT rootfi_version(); SET rootfi.server = 'second'; SELECT rootfi_add_stream('ecommerce/orders', 1091, 'shop')}))[1],
	qr/ERROR:  42710: a stream of server "rootfi" fills table shop\.orders already/, 'another server must not fill the table');
my ($mine) = (as_role($node, 'app', q{SELECT rootfi_add_stream('ecommerce/orders', 1091, 'shop')}))[0] =~ /(\d+)/;
like((as_role($node, 'app', "SELECT rootfi_alter_stream($mine, server => 'second')"))[1], qr/ERROR:  42710: a stream of server "rootfi" fills/, 'not by a change either');
like((as_role($node, 'app', "SELECT rootfi_remove_stream($mine, drop_tables => true)"))[1], qr/NOTICE:  00000: the tables stay: another stream fills them/, 'tables of another\'s stream stay');
is(query(q{SELECT to_regclass('shop.orders') IS NOT NULL}), 't', 'and are there');
is(query('SELECT count(*) FROM rootfi_stream'), '1', 'with that stream');

$sandbox->stop;
done_testing();
