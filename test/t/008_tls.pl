# TLS is always verified; redirects and proxies of the environment are not
# followed.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Sandbox;
use Test::More;

my ($right, $right_key) = certificate('IP:127.0.0.1');
my ($wrong, $wrong_key) = certificate('DNS:elsewhere.example');

# What a proxy of the environment would do is that nothing arrives.
$ENV{https_proxy} = $ENV{http_proxy} = $ENV{all_proxy} = 'http://127.0.0.1:1';
my ($node, $plain) = start_pair();
my $secure = Rootfi::Sandbox->new(tls_cert => $right, tls_key => $right_key);
my $elsewhere = Rootfi::Sandbox->new(tls_cert => $wrong, tls_key => $wrong_key);
my $read = q{SELECT rootfi_get_order('157') ->> 'rootfi_id'};

is($node->safe_psql('postgres', $read), '157', 'a proxy of the environment is not used');

# the system's certificates may not be installed
server_options($node, base_url => $secure->url, ca_file => $wrong);
my ($status, $output, $error) = $node->psql('postgres', $read);
like($error, qr/could not connect to .*certificate/, 'an unknown certificate is refused');
is(sqlstate_of($node, $read), 'RF001', 'with SQLSTATE RF001');

server_options($node, ca_file => $right);
is($node->safe_psql('postgres', $read), '157', 'a certificate that the option ca_file vouches for is accepted');
is($node->safe_psql('postgres', 'SELECT count(*) FROM rootfi_list_orders(page_size => 50)'), '200', 'lists go over TLS too');

server_options($node, base_url => $elsewhere->url, ca_file => $wrong);
is(sqlstate_of($node, $read), 'RF001', 'a certificate for another host is refused');
server_options($node, base_url => $plain->url =~ s/http:/https:/r);
is(sqlstate_of($node, $read), 'RF001', 'a server without TLS is refused');

server_options($node, ca_file => '/nonexistent');
like(($node->psql('postgres', $read))[2], qr/could not read the certificates from file/, 'a missing ca_file is an error');

$_->stop foreach $plain, $secure, $elsewhere;
done_testing();
