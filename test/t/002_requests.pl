# Every function sends just what the documents say, byte for byte.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Test::More;

my ($node, $sandbox) = start_pair();
my $version = $node->safe_psql('postgres',
	"SELECT extversion FROM pg_extension WHERE extname = 'rootfi'");
my $host = $sandbox->url =~ s{^http://}{}r;

my $order = '{"customer_id": "c", "currency_id": "USD", "line_items": [{"quantity": 1, "unit_amount": 0.10}]}';
my $order_text = '{"line_items": [{"quantity": 1, "unit_amount": 0.10}], "currency_id": "USD", "customer_id": "c"}';
my $pay = '{"contact_id": "c", "currency_id": "USD", "line_items": [{"description": "d", "quantity": 1, "unit_amount": 100000000000000000000000000000.00}]}';
my $pay_text = '"contact_id": "c", "line_items": [{"quantity": 1, "description": "d", "unit_amount": 100000000000000000000000000000.00}], "currency_id": "USD"}';
my $children = 'line_items%2Caddresses%2Cfulfillments%2Ctransactions';

# statement, method, target, body
my @calls = (
	[ "rootfi_create_order(1089, '$order')", 'POST', '/v4/ecommerce/orders', qq({"company_id": 1089, "data": [$order_text]}) ],
	[ "rootfi_create_order(1089, '[$order, $order]', true)", 'POST', '/v4/ecommerce/orders?run_async=true',
		qq({"company_id": 1089, "data": [$order_text, $order_text], "run_async": true}) ],
	[ "rootfi_create('ecommerce/orders', 1089, '$order')", 'POST', '/v4/ecommerce/orders', qq({"company_id": 1089, "data": [$order_text]}) ],
	[ "rootfi_get_order('ord/1 2')", 'GET', '/v4/ecommerce/orders/ord%2F1%202', '' ],
	[ "rootfi_get('ecommerce/orders', 'gid://shopify/Order/1?a=b#c')", 'GET',
		'/v4/ecommerce/orders/gid%3A%2F%2Fshopify%2FOrder%2F1%3Fa%3Db%23c', '' ],
	[ "rootfi_update_order('158', '{\"status\": \"on_hold\"}')", 'PUT', '/v4/ecommerce/orders/158', '{"data": [{"status": "on_hold"}]}' ],
	[ "rootfi_update('ecommerce/orders', '158', '[{\"status\": \"on_hold\"}]')", 'PUT', '/v4/ecommerce/orders/158', '{"data": [{"status": "on_hold"}]}' ],
	[ "rootfi_delete_order('158')", 'DELETE', '/v4/ecommerce/orders/158', '' ],
	[ "rootfi_delete('ecommerce/orders', '159')", 'DELETE', '/v4/ecommerce/orders/159', '' ],
	[ "rootfi_create_payment_order(1089, '$pay')", 'POST', '/v4/payments/orders', qq({"company_id": 1089, $pay_text) ],
	[ "rootfi_get_payment_order('157')", 'GET', '/v4/payments/orders/157', '' ],
	[ "rootfi_update_payment_order('157', '{\"status\": \"ON_HOLD\"}')", 'PUT', '/v4/payments/orders/157', '{"status": "ON_HOLD"}' ],
	[ "rootfi_delete_payment_order('157')", 'DELETE', '/v4/payments/orders/157', '' ],
	[ "rootfi_create_customer(1089, '{\"name\": \"Zo\x{c3}\x{ab}\"}')", 'POST', '/v3/ecommerce/customers', qq({"company_id": 1089, "data": [{"name": "Zo\x{c3}\x{ab}"}]}) ],
	[ "rootfi_list_orders(1089, '2024-01-22 05:07:31.465+00', '{\"status\": \"a b\"}', true, 1, NULL, '{raw_data}', 7)", 'GET',
		'/v4/ecommerce/orders?limit=1&rootfi_company_id[eq]=1089&rootfi_updated_at[gte]=2024-01-22T05%3A07%3A31.465Z'
		  . "&status[eq]=a%20b&include_deleted_records=true&select=raw_data&expand=$children", '' ],
	[ "rootfi_list_payment_orders(max_rows => 5)", 'GET', '/v4/payments/orders?limit=5&expand=line_items%2Ctransactions', '' ],
	[ "rootfi_list_customers(max_rows => 5)", 'GET', '/v3/ecommerce/customers?limit=5&expand=address', '' ],
	[ "rootfi_list('v3/accounting/invoices', max_rows => 5)", 'GET', '/v3/accounting/invoices?limit=5', '' ],
	[ "rootfi_request('patch', '/v4/a%20b', '{\"x[]\": [1, true], \"q\": \"\x{c3}\x{a9}&=\"}', '{\"n\": 1.0}')", 'PATCH', '/v4/a%20b?q=%C3%A9%26%3D&x[]=1%2Ctrue', '{"n": 1.0}' ],
	[ "rootfi_request('GET', '/v4/x', NULL, NULL)", 'GET', '/v4/x', '' ],
);

foreach my $call (@calls)
{
	my ($statement, $method, $target, $body) = @$call;

	$sandbox->forget;
	$node->psql('postgres', "SELECT * FROM $statement");
	my @requests = $sandbox->requests;
	is(scalar @requests, 1, "one request is sent by $statement");
	my $request = $requests[0];
	is("$request->{method} $request->{target}", "$method $target", 'method and target are right');
	my $sent = $request->{body} // '';
	utf8::encode($sent) if utf8::is_utf8($sent);
	is($sent, $body, 'the body is right');
	my %headers = %{ $request->{headers} };
	delete $headers{'accept-encoding'};
	is_deeply(
		\%headers,
		{
			host => $host,
			api_key => $sandbox->key,
			accept => 'application/json',
			'user-agent' => "rootfi/$version",
			$body eq '' ? () : (
				'content-type' => 'application/json',
				'content-length' => length $body),
		},
		'the headers are right');
}

# Nothing is sent for what cannot be right.
$sandbox->forget;
$node->psql('postgres', "SELECT $_")
  foreach "rootfi_create_order(1089, '{}')", "rootfi_create_order(1089, '[$order, $order]')",
  "rootfi_delete_order('')", "rootfi_delete_order(NULL)", "rootfi_update_order('157', '{}')",
  "rootfi_get('ecommerce/order', '157')", "rootfi_get('v3/ecommerce/customers', '157')";
is(scalar(my @none = $sandbox->requests), 0, 'nothing is sent for what cannot be right');

$sandbox->stop;
done_testing();
