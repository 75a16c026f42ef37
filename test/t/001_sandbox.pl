# The sandbox server does what the documents say, and fails as it is told.
use strict;
use warnings;

use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64;
use POSIX qw(strftime);
use Rootfi::Sandbox;
use Test::More;
use Time::HiRes qw(time);

# what the program does when it is not told anything
delete $ENV{ROOTFI_SANDBOX_KEY};

my $orders = '/v4/ecommerce/orders';
my $payments = '/v4/payments/orders';
my $customers = '/v3/ecommerce/customers';
my $directory = tempdir(CLEANUP => 1);
my $sandbox = Rootfi::Sandbox->new;

sub decoded { return JSON::PP->new->utf8->decode($_[0]{content}) }
sub get     { return $sandbox->call('GET', $_[0]) }
sub list    { return decoded(get($_[0])) }
sub post    { return $sandbox->call('POST', $_[0], $_[1]) }
sub put     { return $sandbox->call('PUT', $_[0], $_[1]) }
sub names   { return [ sort keys %{ $_[0] } ] }

# The ids of a page.
sub ids
{
	my ($page) = @_;

	return [ map { $_->{rootfi_id} } @{ $page->{data} } ];
}

# The code of an error answer, which must have the documented shape.
sub error_code
{
	my ($answer) = @_;
	my $error = decoded($answer)->{error};

	return
	  join(',', @{ names($error) }) eq 'code,message,platform_error'
	  ? $error->{code}
	  : 'not the documented shape';
}

sub is_error
{
	my ($answer, $status, $code, $name) = @_;

	is("$answer->{status} " . error_code($answer), "$status $code", $name);
}

# One order as small as the API takes it, with more members if wanted.
sub order
{
	my ($more) = @_;

	return
		'{"customer_id":"cus_1","currency_id":"USD","line_items":'
	  . '[{"item_id":"prod_1","quantity":2,"unit_amount":19.99}]'
	  . ($more ? ",$more}" : '}');
}

sub batch
{
	my ($company_id, @objects) = @_;

	return
	  "{\"company_id\":$company_id,\"data\":[" . join(',', @objects) . ']}';
}

# Create an order and give its id.
sub create
{
	my ($more) = @_;

	return decoded(post($orders, batch(1089, order($more))))
	  ->{data}[0]{rootfi_id};
}

# --- the documents' examples, word for word ---------------------------------

my (undef, %document) = split /^== (\w+)\n/m, join('', <DATA>);
my @head = qw(rootfi_id rootfi_created_at rootfi_updated_at rootfi_company_id
  platform_id rootfi_deleted_at platform_unique_id);
my @heavy = qw(raw_data data_hash);

subtest 'the documented create of an order (S0) is answered as documented' =>
  sub {
	my $answer = post($orders, $document{S0});
	my $data = decoded($answer);

	is($answer->{status}, 200, 'the order is created');
	is_deeply(names($data), [qw(data sync_id)],
		'the envelope is the documented one');
	is_deeply(
		names($data->{data}[0]),
		[
			sort qw(rootfi_id rootfi_created_at rootfi_updated_at
			  rootfi_company_id platform_id order_number contact_id
			  currency_id status)
		],
		'the order has the nine documented members');
	is($data->{data}[0]{contact_id},
		'cus_123456', 'customer_id comes back as contact_id (C2)');
	like($data->{sync_id}, qr/^sync_/, 'there is a sync_id');

	my $full = decoded(get("$orders/$data->{data}[0]{rootfi_id}"));
	is($full->{customer_id}, 'cus_123456', 'a read has customer_id');
	is($full->{created_at}, '2024-01-22T05:07:31.465Z',
		'order_date becomes created_at (C14)');
	ok(!exists $full->{order_date}, 'order_date is not read back');
	like(
		get("$orders/$full->{rootfi_id}")->{content},
		qr/"total_amount":99\.99,"total_discount":0,/,
		'the total was worked out');
	is_error(post($orders, $document{S0}),
		400, 'record-already-exists',
		'the same order cannot be created twice');
  };

subtest
  'the documented create of a payment order (S1) is answered as documented'
  => sub {
	my $answer = post($payments, $document{S1});
	my $data = decoded($answer);

	is($answer->{status}, 200, 'the order is created');
	is_deeply(
		names($data),
		[
			sort(@head, @heavy,
				qw(contact_id currency_id status payment_status
				  total_amount total_discount total_tax created_at updated_at
				  invoice_id invoice_ids line_items transactions))
		],
		'the answer is the bare order with the documented members (C7)');
	is_deeply(
		names($data->{line_items}[0]),
		[
			sort qw(rootfi_id item_id description quantity unit_amount
			  tax_amount discount_amount total_amount)
		],
		'its line has the documented members');
	is($data->{rootfi_company_id},
		123, 'it belongs to the company that was named');
  };

subtest 'the documented update of an order (S2) is answered as documented' =>
  sub {
	my $answer = put("$orders/158", $document{S2});
	my $data = decoded($answer);
	my $sent = decode_json($document{S2})->{data}[0];

	is($answer->{status}, 200, 'the order is updated');
	is_deeply(
		names($data),
		[ sort(@head, @heavy, keys %$sent) ],
		'the answer is the bare order with the documented members');
	is_deeply($data->{$_}, $sent->{$_}, "$_ comes back as it was sent")
	  foreach sort keys %$sent;
	is( decoded(put("$orders/159", '{"data":[{"status":"on_hold"}]}'))
		  ->{status},
		'on_hold',
		'one member alone can be updated');
	is(decoded(put("$orders/159", '{"status":"completed"}'))->{status},
		'completed', 'the bare body of the prose is taken, too (C15)');
  };

subtest 'the documented read of an order (S3) is answered as documented' =>
  sub {
	is_deeply(
		decoded(get("$orders/157")),
		decode_json($document{S3}),
		'by rootfi_id it is the sample');
	is_deeply(
		decoded(get("$orders/ord_123456")),
		decode_json($document{S3}),
		'and by platform_id');
	like(
		get("$orders/157")->{content},
		qr/"total_discount":10,"sub_total":89\.99,"tax_amount":7\.2,/,
		'its numbers are written as in the document');
  };

subtest
  'the documented create of a customer (S4) is answered as documented' =>
  sub {
	my $answer = post($customers, $document{S4});
	my $data = decoded($answer);
	my $sent = decode_json($document{S4})->{data}[0];

	is($answer->{status}, 200, 'the customer is created');
	is_deeply(names($data), [qw(data sync_id)],
		'the envelope is the documented one');
	is_deeply(
		names($data->{data}[0]),
		[ sort(@head, keys %$sent) ],
		'the customer has the documented members');
	is_deeply($data->{data}[0]{address},
		$sent->{address}, 'its address is as it was sent');
	is( $data->{data}[0]{platform_id},
		$data->{data}[0]{platform_unique_id} . '_1',
		'platform_id is made from platform_unique_id');
  };

# --- reading ----------------------------------------------------------------

subtest 'generated data is as documented, and the same for the same seed' =>
  sub {
	$sandbox->reset;
	my $first = get("$orders?limit=500")->{content};
	my $again = Rootfi::Sandbox->new;
	my $other = Rootfi::Sandbox->new(seed => 2);

	is($again->call('GET', "$orders?limit=500")->{content},
		$first, 'the same seed, the same orders');
	isnt($other->call('GET', "$orders?limit=500")->{content},
		$first, 'another seed, other orders');
	$again->stop;
	$other->stop;

	my %seen;
	my $wrong = 0;
	foreach my $order (
		@{ JSON::PP->new->utf8->allow_bignum->decode($first)->{data} })
	{
		next if $order->{rootfi_id} == 157;
		my $sum =
		  $order->{total_tax} +
		  $order->{shipping_amount} -
		  $order->{total_discount};
		$sum += $_->{total_amount} foreach @{ $order->{line_items} };
		$wrong++ if $sum != $order->{total_amount};
		$seen{$_}{ $order->{$_} // '' } = 1
		  foreach qw(status payment_status fulfillment_status);
		$seen{fulfillments}{ scalar @{ $order->{fulfillments} } } = 1;
		$seen{transaction}{ $_->{type} } = 1
		  foreach @{ $order->{transactions} };
		$wrong++
		  if ($order->{payment_status} eq 'paid') !=
		  (      $order->{transactions}[0]{status} eq 'PAID'
			  && @{ $order->{transactions} } == 1
			  && $order->{transactions}[0]{amount} == $order->{total_amount});
	}
	is($wrong, 0,
			'each total is lines - discount + tax + shipping, to the cent, '
		  . 'and it is paid where the status says so');
	is( join(' ', sort keys %{ $seen{status} }),
		'canceled completed on_hold pending processing unknown',
		'all statuses occur');
	is(scalar keys %{ $seen{payment_status} },
		7, 'all payment statuses occur');
	is(scalar keys %{ $seen{fulfillment_status} },
		5, 'all fulfillment statuses occur');
	is_deeply(
		[ sort keys %{ $seen{fulfillments} } ],
		[ 0, 1 ],
		'some orders have fulfillments');
	is_deeply([ sort keys %{ $seen{transaction} } ],
		[qw(PAYMENT REFUND)], 'some were refunded');
	like($first, qr/:\d+\.\d0[,}]/, 'trailing zeros are kept');
	like($first, qr/Größe/, 'there are names beyond ASCII');
	is(ids(list("$customers?limit=1"))->[0],
		157, 'the first customer has the documented id');
  };

subtest 'a list is read page by page' => sub {
	my ($next, @all, $pages) = ('');

	do
	{
		my $page = list("$orders?limit=30&next=$next");
		push @all, @{ ids($page) };
		$next = $page->{next};
		$pages++;
	} while (defined $next);
	is($pages, 7, 'there are 7 pages of 30');
	is_deeply(\@all, [ 157 .. 356 ], 'with all orders, in order');

	my $page = get("$orders?limit=2&return_count=true")->{content};
	like(
		$page,
		qr/^\{"data":\[.*\],"prev":null,"next":"[^"]+","total_count":200\}$/,
		'the envelope has its members in the documented order');
	ok( !exists list("$orders?limit=2")->{total_count},
		'the count is shown only when asked for');
	is(decode_base64(list("$orders?limit=2")->{next}),
		'{"rootfi_id":158}', 'a cursor is a keyset');
	is(list("$orders?limit=1&rootfi_id[gt]=355")->{next},
		undef, 'the last page has no next');
	is(scalar @{ ids(list($orders)) },
		100, 'a page has 100 records by default');

	my $second =
	  list("$orders?limit=10&next=" . list("$orders?limit=10")->{next});
	my $back = list("$orders?limit=10&prev=$second->{prev}");
	is_deeply(ids($back), [ 157 .. 166 ], 'prev leads back');
	is($back->{prev}, undef, 'and the first page has no prev');
	is(list("$orders?limit=10&next=$back->{next}")->{data}[0]{rootfi_id},
		167, 'from where next goes on');
	my $third = list("$orders?limit=10&next=$second->{next}");
	is_deeply(
		ids(list("$orders?limit=4&prev=$third->{prev}")),
		[ 173 .. 176 ],
		'a shorter page back ends at the same place');

	is_error(get("$orders?next=%21%21"),
		400, 'invalid-params', 'a cursor that does not decode is refused');
	is_error(get("$orders?next=" . encode_base64('{"id":1}', '')),
		400, 'invalid-params', 'so is a foreign one');
	is_error(get("$orders?limit=501"),
		400, 'invalid-params', 'so is a page that is too large');
	is_error(get("$orders?limit=$_"), 400, 'invalid-params',
		"so is the limit \"$_\"")
	  foreach ('0', '-1', 'ten', '');
	is_deeply(
		ids(list("$orders?limit=2&expand=line_items,anything")),
		[ 157, 158 ],
		'expand is taken, children are there anyway');
};

subtest 'a list is filtered' => sub {
	my @filters = (
		[ 'by company', 'rootfi_company_id[eq]=1090', 257 .. 356 ],
		[
			'with encoded brackets',
			'rootfi_company_id%5Beq%5D=1090',
			257 .. 356
		],
		[ 'by a list', 'rootfi_id[in]=160,158,9', 158, 160 ],
		[ 'from a number on', 'rootfi_id[gte]=355', 355, 356 ],
		[ 'above a number', 'rootfi_id[gt]=355', 356 ],
		[ 'below a number', 'rootfi_id[lt]=158', 157 ],
		[ 'up to a number', 'rootfi_id[lte]=158', 157, 158 ],
		[ 'by a text', 'order_number[eq]=SO-000160', 160 ],
		[
			'by several texts',
			'order_number[in]=SO-000161,x,SO-000160',
			160, 161
		],
		[ 'by a pattern with _', 'order_number[like]=SO-00016_', 160 .. 169 ],
		[ 'by a pattern with %', 'order_number[like]=%25-2024-%25', 157 ],
		[ 'numbers are compared as numbers', 'total_amount[eq]=97.190', 157 ],
		[ 'what is not there is null', 'order_status[neq]=null', 157 ],
		[ 'null is not less', 'order_status[lt]=Z', 157 ],
		[
			'times are compared as times',
			'created_at[eq]=2024-01-22T06%3A07%3A31.465%2B01:00',
			157, 257
		],
		[
			'also west of Greenwich',
			'created_at[eq]=2024-01-22T00:37:31.465-04:30',
			157, 257
		],
		[
			'before a time',
			'rootfi_created_at[lt]=2024-01-22T05:08:32Z',
			157, 257
		],
		[
			'several filters must all hold',
			'rootfi_created_at[lt]=2024-01-22T05:08:32Z&rootfi_id[neq]=257',
			157
		],);
	foreach my $filter (@filters)
	{
		my ($name, $query, @expected) = @$filter;
		is_deeply(ids(list("$orders?limit=500&$query")), \@expected, $name);
	}
	is( list("$orders?rootfi_company_id[eq]=1089&return_count=true&limit=1")
		  ->{total_count},
		100, 'the count is that of the filtered list');
	is( list("$orders?total_amount[lt]=100&return_count=true")->{total_count}
		  + list("$orders?total_amount[gte]=100&return_count=true")
		  ->{total_count},
		200,
		'each order is either below 100 or not');
	is_error(get("$orders?$_"), 400, 'invalid-params',
		"the filter \"$_\" is refused")
	  foreach (
		'status[is]=x',
		'status[eq=x',
		'[eq]=1',
		'rootfi_id[eq]=x',
		'rootfi_updated_at[gte]=2024-01-22T05:07:31+01:00',
		'rootfi_updated_at[gte]=2024-13-01',
		'status[eq]=%zz',
		'status[eq]=%ff',
		join('&', ('status[eq]=x') x 17));
};

subtest 'a list is sorted' => sub {
	my $page = list("$orders?limit=500&sort[rootfi_updated_at]=DESC");
	my @times = map { $_->{rootfi_updated_at} } @{ $page->{data} };
	is_deeply(\@times, [ reverse sort @times ], 'by time, newest first');

	my ($next, @paged) = ('');
	do
	{
		my $part = list("$orders?limit=33&sort[total_amount]=ASC&next=$next");
		push @paged, map { $_->{total_amount} } @{ $part->{data} };
		$next = $part->{next};
	} while (defined $next);
	is_deeply(
		\@paged,
		[ sort { $a <=> $b } @paged ],
		'by number, over several pages');
	is(scalar @paged, 200, 'which have all orders');
	my $sorted = "$orders?sort[total_amount]=ASC&limit=10";
	my $second = list("$sorted&next=" . list($sorted)->{next});
	is_deeply(
		ids(list("$sorted&prev=$second->{prev}")),
		ids(list($sorted)),
		'prev leads back');
	my @newest = @{ ids(list("$orders?limit=4&sort[rootfi_created_at]=DESC")) };
	is_deeply(
		\@newest,
		[ 356, 256, 355, 255 ],
		'of two of the same time the one with the higher id is newer');
	my $older = list("$orders?limit=1&sort[rootfi_created_at]=DESC");
	is_deeply(
		ids(list(
				"$orders?limit=3&sort[rootfi_created_at]=DESC&next=$older->{next}"
		)),
		[ @newest[ 1 .. 3 ] ],
		'also behind a cursor');
	is_error(get("$orders?sort[status]=up"),
		400, 'invalid-params', 'other directions are refused');
	is_error(get("$orders?" . join('&', ('sort[status]=ASC') x 5)),
		400, 'invalid-params', 'so are too many sorts');
};

subtest 'heavy members are shown when asked for' => sub {
	ok(!exists decoded(get("$orders/160"))->{$_}, "a read has no $_")
	  foreach @heavy;
	my $order =
	  list( "$orders?limit=1&next="
		  . encode_base64('{"rootfi_id":159}', '')
		  . '&select=raw_data,data_hash')->{data}[0];
	is(ref $order->{raw_data}, 'HASH', 'raw_data comes with select');
	like($order->{data_hash}, qr/^[0-9a-f]+$/, 'and so does data_hash');
	put("$orders/160", '{"status":"unknown"}');
	isnt(decoded(get("$orders/160?select=data_hash"))->{data_hash},
		$order->{data_hash}, 'which differs after a change');
	is_error(get("$orders?select=status"),
		400, 'invalid-params', 'other names are refused');
};

subtest 'companies are listed' => sub {
	my $list = list('/v3/core/companies');

	is_deeply(names($list), [qw(data next)], 'in the envelope of core');
	is_deeply(ids($list), [ 1089, 1090 ], 'with their ids');
	is(decoded(get('/v3/core/companies/1090'))->{data}{name},
		'Company 1090', 'and can be read');
};

# --- writing ----------------------------------------------------------------

subtest 'numbers stay as they were sent' => sub {
	foreach my $number (
		'0.10', '1e3', '1E+3', '-0', '-12.50',
		'123456789012345678901234567890',
		'0.1234567890123456789012345678901', '10.00')
	{
		my $answer = put("$orders/161",
				"{\"data\":[{\"shipping_amount\":$number,"
			  . "\"extra\":[$number,{\"a\":$number}],\"text\":\"$number\"}]}"
		);

		like(
			$answer->{content},
			qr/"shipping_amount":\Q$number\E,/,
			"$number comes back");
		like(
			$answer->{content},
			qr/"extra":\[\Q$number\E,\{"a":\Q$number\E\}\],"text":"\Q$number\E"/,
			'also where no field is');
	}
	is_error(put("$orders/161", "{\"shipping_amount\":$_}"),
		400, 'invalid-params', "$_ is no number")
	  foreach ('01', '1.', '.5', '+1', '1e', '-', '--1', 'NaN', '"5"');
};

subtest 'texts stay as they were sent' => sub {
	my %texts = (
		'quotes and backslashes' => '"a\"b\\\\c\/d"',
		'control characters' => '"\b\f\n\r\t\u001f"',
		'a NUL' => '"a\u0000b"',
		'a mark of the server' => '"\u00015"',
		'a mark alone' => '"\u0001"',
		'two marks' => '"\u0001\u0001"',
		'surrogates' => '"\ud83c\udfa7 \u00e9"',
		'UTF-8' => '"李小龙 Größe 🎧"',);
	foreach my $name (sort keys %texts)
	{
		my $sent = JSON::PP->new->utf8->allow_nonref->decode($texts{$name});
		my $answer = put("$orders/162", "{\"order_number\":$texts{$name}}");

		is(decoded($answer)->{order_number}, $sent, $name);
		is(decoded(get("$orders/162"))->{order_number},
			$sent, 'and when it is read');
	}
	is_error(put("$orders/162", "{\"order_number\":\"\xff\"}"),
		400, 'invalid-params', 'what is no UTF-8 is refused');
	is_error(put("$orders/162", "{\"order_number\":\"a\0b\"}"),
		400, 'invalid-params', 'so is a bare NUL');
};

subtest 'totals are exact' => sub {
	my $id = create('"total_tax":0.005,"shipping_amount":4.10');
	like(get("$orders/$id")->{content},
		qr/"total_amount":44\.085,/, '2 x 19.99 + 0.005 + 4.10');

	$id = create('"line_items":[{"quantity":1.5,"unit_amount":0.125}]');
	like(get("$orders/$id")->{content},
		qr/"total_amount":0\.1875,/, '1.5 x 0.125');

	$id = create('"total_amount":1.50');
	like(get("$orders/$id")->{content},
		qr/"total_amount":1\.50,/, 'a total that was sent is kept');

	my $answer = post($payments,
			'{"company_id":1089,"contact_id":"1","currency_id":"EUR",'
		  . '"line_items":[{"description":"d","quantity":3,"unit_amount":0.1},'
		  . '{"description":"d","quantity":1e1,"unit_amount":-0.05,"discount_amount":0.25}]}'
	);
	like(
		$answer->{content},
		qr/"total_amount":-0\.45,"total_discount":0\.25,"total_tax":0,/,
		'lines, discount and exponents');

	$answer = post($payments,
		'{"company_id":1089,"contact_id":"1","currency_id":"EUR","line_items":'
		  . '[{"description":"d","quantity":12345678901234567890,"unit_amount":12345678901234567890.5}]}'
	);
	like($answer->{content}, qr/"total_amount":null,/,
		'what does not fit is null, not wrong');
};

subtest 'writes are checked' => sub {
	my %refused = (
		'customer_id' =>
		  [ 'missing-params', order() =~ s/"customer_id":"cus_1",//r ],
		'currency_id' =>
		  [ 'missing-params', order() =~ s/"currency_id":"USD",//r ],
		'line_items' =>
		  [ 'missing-params', '{"customer_id":"c","currency_id":"USD"}' ],
		'status' => [ 'invalid-params', order('"status":"sideways"') ],
		'total_tax' => [ 'invalid-params', order('"total_tax":"1.00"') ],
		'addresses' => [ 'invalid-params', order('"addresses":{}') ],
		'tracking_info' => [
			'invalid-params', order('"fulfillments":[{"tracking_info":[]}]')
		],);
	foreach my $field (sort keys %refused)
	{
		my ($code, $object) = @{ $refused{$field} };
		my $answer = post($orders, batch(1089, $object));

		is_error($answer, 400, $code, "$field: $code");
		like(
			decoded($answer)->{error}{message},
			qr/: \Q$field\E$/,
			'and the message names it');
	}
	is( decoded(post($orders, batch(1089, '{}')))->{error}{message},
		'missing required field: customer_id',
		'the message is the documented one');
	is_error(post($orders, '{"data":[' . order() . ']}'),
		400, 'missing-params', 'a company is needed');
	is_error(post($orders, '{"company_id":1089}'),
		400, 'missing-params', 'data is needed');
	is_error(post($orders, batch(1089)),
		400, 'invalid-params', 'with something in it');
	is_error(post($orders, batch('"1089"', order())),
		400, 'invalid-params', 'a company is a number');
	is_error(post($orders, batch(1089, order(), order())),
		400, 'invalid-params', 'several objects need run_async (C19)');
	is_error(post($payments, batch(1089, '{}')),
		400, 'invalid-params', 'payments take no data[] (C7)');
	is_error(
		post(
			$payments,
			'{"company_id":1,"contact_id":"1","currency_id":"EUR","line_items":[{}]}'
		),
		400,
		'missing-params',
		'lines are checked, too');
	is_error(post($orders, $_),
		400, 'invalid-params', "the body \"$_\" is refused")
	  foreach ('', '{', '[]', 'null', '{"a":1}}', '{"a":}');
	is_error(put("$orders/163", '{"data":[{},{}]}'),
		400, 'invalid-params', 'an update has one object (C16)');
	is_error(put("$orders/163", '{"order_number":"SO-000164"}'),
		400, 'record-already-exists',
		'an update cannot take the number of another order');
	is(put("$orders/163", '{"order_number":"SO-000163"}')->{status},
		200, 'but its own');
	is( post($orders, batch(1090, order('"order_number":"SO-000164"')))
		  ->{status},
		200,
		'another company can have that number');
	is( decoded(put("$payments/160", '{"status":"on_hold"}'))->{status},
		'ON_HOLD',
		'enums are taken in any case, and kept in the documented one (C5)');
};

subtest 'an update changes what it is given' => sub {
	my $before = decoded(get("$orders/170"));
	my $changed = put("$orders/170",
			'{"data":[{"line_items":[{"quantity":1,"unit_amount":5.00}],'
		  . '"addresses":[{"city":"Köln"}],"rootfi_id":1,"platform_id":"x","customer_id":null}]}'
	);
	my $after = decoded($changed);

	is(scalar @{ $after->{line_items} }, 1, 'lists are replaced');
	ok($after->{line_items}[0]{rootfi_id} > 0, 'new lines get ids');
	like($changed->{content}, qr/"unit_amount":5\.00,.*?"total_amount":5\.00/,
		'and totals');
	like($after->{addresses}[0]{platform_id},
		qr/^addr_\d+$/, 'new addresses get both ids');
	is($after->{rootfi_id}, 170, 'ids cannot be changed');
	is($after->{platform_id}, $before->{platform_id}, 'neither of them');
	is($after->{customer_id}, undef, 'a member can be set to null');
	ok($after->{rootfi_updated_at} gt $before->{rootfi_updated_at},
		'rootfi_updated_at moves on');
	is( $after->{rootfi_created_at},
		$before->{rootfi_created_at},
		'rootfi_created_at does not');
	is_deeply(
		$after->{transactions},
		$before->{transactions},
		'what was not given stays');
	is($after->{total_amount}, $before->{total_amount}, 'the total, too');
	is_deeply(
		ids(list(
				"$orders?rootfi_company_id[eq]=1089&limit=500&rootfi_updated_at[gte]="
				  . $after->{rootfi_updated_at})),
		[170],
		'the change is found by its time');
	is(decoded(get("$orders/170?select=raw_data"))->{raw_data}{id},
		'ord_123469', 'raw_data is there');
	$after =
	  decoded(put("$orders/172", '{"shipping_address":{"city":"Köln"}}'));
	is_deeply([ map { $_->{type} } @{ $after->{addresses} } ],
		[qw(billing shipping)],
		'shipping_address takes its place among the addresses (C3)');
	is($after->{addresses}[1]{city}, "K\xf6ln", 'with what was sent');
	ok(!exists $after->{shipping_address}, 'and is no member itself');
	put("$orders/170", '{"raw_data":{"a":1.0}}');
	like(get("$orders/170?select=raw_data")->{content},
		qr/"raw_data":\{"a":1\.0\}/, 'and can be written');
};

subtest 'a deleted record stays, hidden' => sub {
	is($sandbox->call('DELETE', "$orders/171")->{content},
		'{"status":"success"}', 'e-commerce answers as documented (C31)');
	is($sandbox->call('DELETE', "$payments/171")->{content},
		'{"success":true}', 'and so does payments');
	is_error(get("$orders/171"), 404, 'not-found', 'it is not found by id');
	is_error(get("$orders/ord_123470"),
		404, 'not-found', 'nor by platform_id');
	is_error($sandbox->call('DELETE', "$orders/171"),
		404, 'not-found', 'it cannot be deleted again');
	is_error(put("$orders/171", '{"status":"pending"}'),
		404, 'not-found', 'nor updated');
	is_deeply(ids(list("$orders?rootfi_id[eq]=171")),
		[], 'lists do not show it');
	my $deleted =
	  list("$orders?rootfi_id[eq]=171&include_deleted_records=true")
	  ->{data}[0];
	like($deleted->{rootfi_deleted_at},
		qr/^20.*Z$/, 'unless they are asked to');
	ok($deleted->{rootfi_updated_at} ge $deleted->{rootfi_deleted_at},
		'its change has a time');
	is( list(
			"$orders?rootfi_company_id[eq]=1089&return_count=true&limit=1&include_deleted_records=false"
		)->{total_count} + 1,
		list(
			"$orders?rootfi_company_id[eq]=1089&return_count=true&limit=1&include_deleted_records=true"
		)->{total_count},
		'the count knows of it');
	is( post($orders, batch(1089, order('"order_number":"SO-000171"')))
		  ->{status},
		200,
		'its number is free again');
	is_error(get("$orders?include_deleted_records=yes"),
		400, 'invalid-params', 'flags are true or false (C23)');
};

subtest 'ids are decoded' => sub {
	my $id = create('"platform_id":"ord/1 ?&%é"');
	my $encoded = 'ord%2F1%20%3F%26%25%C3%A9';

	is(decoded(get("$orders/$encoded"))->{rootfi_id},
		$id, 'an id may hold any character');
	is(put("$orders/$encoded", '{"status":"completed"}')->{status},
		200, 'also in an update');
	my ($seen) = grep { $_->{method} eq 'PUT' } reverse $sandbox->requests;
	is($seen->{target}, "$orders/$encoded",
		'the journal has the target as it was sent');
	is($sandbox->call('DELETE', "$orders/$encoded")->{status},
		200, 'and in a delete');
	is_error(get("$orders/ord/1"), 404, 'not-found',
		'a bare slash is a path');
	# newer versions of libmicrohttpd refuse it themselves
	if (system('pkg-config --atleast-version=1.0.2 libmicrohttpd') == 0)
	{
		is(get("$orders/%zz")->{status}, 400, 'what does not decode is refused');
	}
	else
	{
		is_error(get("$orders/%zz"), 404, 'not-found',
			'what does not decode is not found');
	}
	is_error(post($orders, batch(1089, order('"platform_id":"ord_123456"'))),
		400, 'record-already-exists', 'a platform_id is unique');
};

# --- every resource ---------------------------------------------------------

# What a create sends and what it is answered with, by kind of resource.
my %send = (
	data => sub { batch(1089, $_[0]) },
	bare =>
	  sub { '{"company_id":1089' . ($_[0] =~ s/^\{("?)/$1 ? ',"' : ''/er) },
	plain   => sub { $_[0] },
	webhook => sub { "{\"webhook\":$_[0]}" },);
my %receive = (
	list    => [ 'data sync_id', 'ARRAY' ],
	object  => [ 'data sync_id', 'HASH' ],
	one     => [ 'data',         'HASH' ],
	several => [ 'data',         'ARRAY' ],);

# The record in an answer of some kind; nothing if it is of another one.
sub received
{
	my ($kind, $answer) = @_;

	return exists $answer->{data} ? undef : $answer if $kind eq 'bare';
	my ($members, $type) = @{ $receive{$kind} };
	my $data = $answer->{data};
	return undef
	  if join(' ', @{ names($answer) }) ne $members || ref $data ne $type;
	return $type eq 'HASH' ? $data : $data->[0];
}

# Path; number of records per company; verbs: (l)ist, (g)et, (c)reate,
# (u)pdate, (d)elete; for a create the object, how it is sent and what comes
# back; for an update the change and what comes back.
my $done    = '{"status":"success"}';
my $success = '{"success":true}';
my @resources = (
	[ '/v4/ecommerce/items', 40, 'lgcud', '{"name":"Mug","variants":[{"name":"Blau","price":1.50}]}', 'data', 'object', '{"sku":"S"}', 'bare', $done ],
	[ '/v4/ecommerce/products', 0, 'c', '{"name":"Mug"}', 'data', 'one' ],
	[ '/v4/ecommerce/fulfillments', 40, 'lgcu', '{"order_id":"ord_123457","line_items":[{"line_item_id":"1","quantity":1}]}', 'data', 'list', '{"data":[{"status":"delivered"}]}', 'bare' ],
	[ '/v4/ecommerce/transactions', 40, 'lgc', '{"type":"REFUND","amount":1.50}', 'data', 'list' ],
	[ '/v4/ecommerce/inventories', 40, 'lgcu', '{"item_id":"prod_789","quantity":5,"reserved_quantity":2}', 'data', 'list', '{"quantity":7}', 'bare' ],
	[ '/v4/ecommerce/contacts', 25, 'lgcud', '{"name":"Zoë","address":{"city":"Köln"}}', 'data', 'list', '{"data":[{"status":"inactive"}]}', 'bare', $done ],
	[ '/v4/ecommerce/balances', 40, 'l' ],
	[ '/v4/ecommerce/company_info', 1, 'l' ],
	[ '/v3/ecommerce/orders', 40, 'l' ],
	[ '/v3/ecommerce/products', 40, 'lc', '{"name":"Mug"}', 'data', 'one' ],
	[ '/v3/ecommerce/transactions', 40, 'l' ],
	[ '/v3/ecommerce/fulfillments', 40, 'l' ],
	[ '/v3/ecommerce/inventories', 40, 'l' ],
	[ '/v3/ecommerce/balances', 40, 'l' ],
	[ '/v3/ecommerce/company_info', 1, 'l' ],
	[ '/v4/payments/contacts', 25, 'lgcud', '{"name":"Zoë"}', 'bare', 'bare', '{"status":"ARCHIVED"}', 'bare', $success ],
	[ '/v4/payments/invoices', 40, 'lgcud', '{"contact_id":"157"}', 'bare', 'bare', '{"memo":"m"}', 'bare', $success ],
	[ '/v4/payments/items', 40, 'lgcud', '{"name":"Mug","price":1.50,"currency_id":"EUR","variants":[{"name":"Blau","attributes":{"size":1.0}}]}', 'bare', 'bare', '{"sku":"S"}', 'bare', $success ],
	[ '/v4/payments/subscriptions', 40, 'lgcud', '{"contact_id":"157","currency_id":"EUR","amount":9.90,"interval":"MONTH"}', 'bare', 'bare', '{"status":"PAUSED"}', 'bare', $success ],
	[ '/v4/payments/transactions', 40, 'lgc', '{"type":"PAYMENT","contact_id":"157","currency_id":"EUR","amount":9.90,"metadata":{"a":1.0}}', 'bare', 'bare' ],
	[ '/v4/payments/disputes', 40, 'l' ],
	[ '/v4/payments/payouts', 40, 'l' ],
	[ '/v3/core/companies', 1, 'lgu', undef, undef, undef, '{"name":"Größe","partner_id":"p","sync_config":[{"data_model":"ITEMS","enabled":true}]}', 'several' ],
	[ '/v3/core/invite_links', 1, 'lgcud', '{"integration_categories":["ECOMMERCE"],"company_name":"Zoë"}', 'plain', 'one', '{"company_name":"Größe"}', 'one', $done ],
	[ '/v3/core/webhooks', 1, 'lgcud', '{"name":"w","type":"SYNC_COMPLETED","url":"https://hooks.example.com/","headers":{"a":"b"}}', 'webhook', 'bare', '{"name":"v"}', 'one', $done ],
	[ '/v3/core/syncs', 0, 'lgc', '{"integration_type":"XERO","full_sync":true,"data_models_to_sync":["ITEMS"]}', 'bare', 'one' ],
	[ '/v3/accounting/invoices', 40, 'lc', '{"document_number":"1"}', 'data', 'list' ],
	[ '/v3/accounting/contacts', 40, 'lc', '{"contact_name":"Zoë"}', 'data', 'list' ],
	[ '/v3/accounting/bank_transactions', 40, 'lc', '{"amount":1.50}', 'data', 'list' ],
);

# The records of all pages.
sub all
{
	my ($path, $query) = @_;
	my ($next, @all)   = ('');

	do
	{
		my $page = list("$path?limit=7&next=$next" . ($query // ''));
		push @all, @{ $page->{data} };
		$next = $page->{next};
	} while (defined $next);
	return @all;
}

sub check_list
{
	my ($path, $count) = @_;
	my @all = all($path);
	my $envelope =
	  $path =~ /core/ ? [qw(data next)] : [qw(data next prev total_count)];

	is(scalar @all, 2 * $count, 'its records are on its pages');
	is_deeply(names(list("$path?return_count=true")),
		$envelope, 'in their envelope');
	return if $path =~ /core/ || $count == 0;
	is_deeply(
		[ map { $_->{rootfi_id} } @all ],
		[ 157 .. 156 + 2 * $count ],
		'with ids of their own');
	is(scalar all($path, '&rootfi_company_id[eq]=1090'),
		$count, 'half of them of each company');
	my $member = $path =~ /v4/ ? 'rootfi_deleted_at' : 'platform_unique_id';
	is((grep { !exists $_->{$member} } @all), 0, 'with the common members');
}

# Create a record; gives its id.
sub check_create
{
	my ($path, $object, $send, $receive) = @_;
	my $answer = post($path, $send{$send}->($object));
	my $record = received($receive, decoded($answer));

	is($answer->{status}, 200, 'a record is created');
	ok($record, "and answered in the envelope \"$receive\"") or return;
	my $sent = JSON::PP->new->utf8->decode($object);
	is_deeply($record->{$_}, $sent->{$_}, "with its $_")
	  foreach grep { !ref $sent->{$_} && exists $record->{$_} }
	  sort keys %$sent;
	is_error(post($path, $send{$send}->('{}')),
		400, 'missing-params', 'one without anything is refused')
	  if $path !~ /invoices|bank|inventories|v4.ecommerce.transactions/;
	return $record->{rootfi_id} // $record->{id};
}

sub check_update
{
	my ($path, $change, $receive) = @_;
	my $answer = put($path, $change);
	my $record = received($receive, decoded($answer));
	my $sent   = JSON::PP->new->utf8->decode($change);

	ok($record, "an update is answered in the envelope \"$receive\"")
	  or return;
	$sent = $sent->{data}[0] if $sent->{data};
	is_deeply($record->{$_}, $sent->{$_}, "$_ is changed")
	  foreach grep { !ref $sent->{$_} } sort keys %$sent;
}

sub check_delete
{
	my ($path, $answer) = @_;

	is($sandbox->call('DELETE', $path)->{content},
		$answer, 'a delete is answered as documented');
	is_error(get($path), 404, 'not-found', 'and there is no record then');
}

foreach my $resource (@resources)
{
	my ($path,    $count,  $verbs,   $object, $send,
		$receive, $change, $changed, $deleted) = @$resource;

	subtest "$path does what it can" => sub {
		$sandbox->reset;
		my $first =
			$path =~ /compan|invite/ && $path !~ /info/ ? 1089
		  : $path =~ m{/webhooks} ? 'webhook_123456'
		  :                         157;
		my $id;

		check_list($path, $count) if $verbs =~ /l/;
		$id = check_create($path, $object, $send, $receive)
		  if $verbs =~ /c/;
		$id //= $first;
		if ($verbs =~ /g/)
		{
			my $record = decoded(get("$path/$id"));
			$record = $record->{data} if $path =~ /core/;
			is($record->{id} // $record->{rootfi_id}, $id, 'one is read');
		}
		check_update("$path/$id", $change, $changed) if $verbs =~ /u/;
		check_delete("$path/$id", $deleted)          if $verbs =~ /d/;
		my %methods = (
			l => [ GET    => $path ],
			g => [ GET    => "$path/$first" ],
			c => [ POST   => $path ],
			u => [ PUT    => "$path/$first" ],
			d => [ DELETE => "$path/$first" ]);
		foreach my $verb (grep { $verbs !~ /$_/ } qw(l g c u d))
		{
			my $status =
			  $sandbox->call(@{ $methods{$verb} }, '{}')->{status};
			ok($status == 405 || $status == 404, "no $verb");
		}
		is($sandbox->call('PATCH', $path, '{}')->{status},
			405, 'nor another method');
	};
}

subtest 'what contradicts the documents is as in their samples' => sub {
	$sandbox->reset;
	my $item    = '{"name":"Mug"}';
	my %created = map { $_ => decoded(post($_, batch(1089, $item))) }
	  qw(/v4/ecommerce/items /v4/ecommerce/products /v3/ecommerce/products);
	is(ref $created{$_}{data},
		'HASH', "C17: a create at $_ answers an object")
	  foreach sort keys %created;
	ok(exists $created{'/v4/ecommerce/items'}{sync_id},
		'C17: that of items has a sync_id');
	ok(!exists $created{'/v4/ecommerce/products'}{sync_id},
		'C17: that of products has none');
	is( ref decoded(
			post('/v4/ecommerce/transactions', batch(1089, '{"amount":1}'))
		)->{data},
		'ARRAY',
		'C17: that of transactions answers an array');

	post('/v4/ecommerce/transactions', batch(1089, '{"amount":1}'));
	like(
		list('/v3/core/syncs?limit=1')->{next},
		qr{^http.*/v3/core/syncs\?next=},
		'C21: next is a URL in syncs');
	unlike(list('/v3/core/webhooks?limit=1')->{next},
		qr/http/, 'C21: and a token in webhooks');

	my $company = decoded(get('/v3/core/companies/1089'))->{data};
	my $link    = decoded(get('/v3/core/invite_links/invite-1089'))->{data};
	is_deeply(
		[ map { $_->{connections}[0]{connection_status} } $company, $link ],
		[ 'HEALTHY',                                                undef ],
		'C24: a company\'s connection has a connection_status');
	is($link->{connections}[0]{status},
		'HEALTHY', 'C24: an invite link\'s a status');
	is_deeply(
		[ map { ref $_->{connections}[0]{sync_config} } $company, $link ],
		[qw(HASH ARRAY)], 'C24: and its sync_config is an array');
	is( $company->{invite_link}{invite_link_id},
		$link->{invite_link_id},
		'it is the company\'s invite link');

	my $webhook = decoded(
		post(
			'/v3/core/webhooks',
			'{"webhook":{"type":"SYNC_COMPLETED","url":"https://a.example"}}')
	);
	is_deeply(
		names($webhook),
		[qw(created_at data_models headers id name operations type url)],
		'C25: a webhook\'s create answers bare');
	is_deeply(
		names(
			decoded(put("/v3/core/webhooks/$webhook->{id}", '{"name":"w"}'))),
		['data'],
		'C25: and its update does not');
	is_error(post('/v3/core/webhooks', '{"type":"SYNC_COMPLETED"}'),
		400, 'missing-params', 'C25: a create must be wrapped');

	my @inventories = all('/v4/ecommerce/inventories');
	is( scalar(
			grep { exists $_->{product_id} && !exists $_->{item_id} }
			  @inventories),
		10,
		'C30: some inventories have a product_id');
	is( scalar(
			grep { exists $_->{item_id} && !exists $_->{product_id} }
			  @inventories),
		70,
		'C30: the others an item_id');

	my $orders = get('/v3/ecommerce/orders?limit=100')->{content};
	like($orders, qr/"sub_total":"\d+\.\d\d"/,
		'C11: some money is a string in v3');
	like($orders, qr/"sub_total":\d+\.\d\d,/, 'C11: most is a number');
};

subtest 'what is generated fits together' => sub {
	$sandbox->reset;
	my $invoices = JSON::PP->new->utf8->allow_bignum->decode(
		get('/v4/payments/invoices?limit=100')->{content})->{data};
	my $wrong = 0;
	foreach my $invoice (@$invoices)
	{
		my $sum = 0;
		$sum += $_->{total_amount} foreach @{ $invoice->{line_items} };
		$wrong++ if $sum != $invoice->{sub_total};
		$sum += $invoice->{tax_amount} + $invoice->{shipping_amount};
		$wrong++
		  if $sum - $invoice->{total_discount} != $invoice->{total_amount};
		my $contact =
		  decoded(get("/v4/payments/contacts/$invoice->{contact_id}"));
		$wrong++
		  if $contact->{rootfi_company_id} != $invoice->{rootfi_company_id};
	}
	is($wrong, 0, 'invoices add up, and have a contact of their company');
	$wrong = 0;
	foreach my $fulfillment (all('/v4/ecommerce/fulfillments'))
	{
		my $order = decoded(get("$orders/$fulfillment->{order_id}"));
		$wrong++
		  if $order->{rootfi_company_id} != $fulfillment->{rootfi_company_id};
	}
	is($wrong, 0, 'fulfillments have an order of their company');
	like(
		get('/v4/payments/contacts')->{content},
		qr/"tax_number":null.*\xe6\x9d\x8e/s,
		'there are nulls, and names beyond ASCII');
	like(
		post('/v4/ecommerce/inventories',
			batch(1089, '{"quantity":5.50,"reserved_quantity":2}'))
		  ->{content},
		qr/"available_quantity":3\.50,/,
		'what a create leaves out is worked out');
};

subtest 'all of it is the same for the same seed' => sub {
	my $again = Rootfi::Sandbox->new;

	$sandbox->reset;
	foreach my $path (map { $_->[0] } grep { $_->[2] =~ /l/ } @resources)
	{
		my $target = "$path?limit=500&select=raw_data,data_hash";
		is($again->call('GET', $target)->{content},
			get($target)->{content}, $path);
	}
	$again->stop;
};

subtest 'other resources are written and changed as orders are' => sub {
	$sandbox->reset;
	my $answer =
	  post('/v4/ecommerce/items?run_async=true',
		batch(1089, '{"name":"Mug"}', '{}'));
	like(
		$answer->{content},
		qr/^\{"data":null,"sync_id":"([^"]+)"\}$/,
		'an asynchronous create of items has no object yet');
	my $sync = '/v3/core/syncs/' . decoded($answer)->{sync_id};
	is_deeply(
		[ map { decoded(get($sync))->{data}{status} } 1, 2 ],
		[qw(RUNNING PARTIAL_SUCCESS)],
		'but a sync');
	is_deeply([ $sandbox->touch('v3/ecommerce/products', 1090, 2) ],
		[ 197, 217 ], 'records are changed from outside');
	is(scalar all('/v3/ecommerce/products', '&rootfi_updated_at[gte]=2025-01-01'),
		2, 'which their times tell');
};

subtest 'transactions are filtered without an operator' => sub {
	my %filters = (
		'/v4/ecommerce/transactions' => ['type'],
		'/v4/payments/transactions'  => [qw(type invoice_id)]);
	foreach my $path (sort keys %filters)
	{
		foreach my $name (@{ $filters{$path} })
		{
			my @all = all($path);
			my ($value) = grep { defined } map { $_->{$name} } @all;
			is_deeply(
				[ map { $_->{rootfi_id} } all($path, "&$name=$value") ],
				[   map  { $_->{rootfi_id} }
					grep { ($_->{$name} // '') eq $value } @all ],
				"$path by $name");
		}
	}
};

subtest 'payments answer as documented' => sub {
	my $path      = '/v4/payments/invoices';
	my ($invoice) = grep { @{ $_->{order_ids} } } all($path);
	my $updated = decoded(put("$path/$invoice->{rootfi_id}", '{"memo":"m"}'));

	ok(!exists $invoice->{orders},
		'a read invoice has the ids of its orders');
	is_deeply([ map { $_->{rootfi_id} } @{ $updated->{orders} } ],
		$invoice->{order_ids}, 'an updated one the orders');
	ok(!exists decoded(get("$path/$invoice->{rootfi_id}"))->{orders},
		'but only in that answer');
	is( $sandbox->call('DELETE',
			'/v4/payments/subscriptions/157?cancel_at_period_end=false&prorate=true'
		)->{content},
		$success,
		'a subscription is canceled with options');
};

subtest 'a sync can be started' => sub {
	$sandbox->reset;
	my $syncs = '/v3/core/syncs';
	my $sync  = decoded(
		post(
			$syncs,
			'{"company_id":1090,"integration_type":"XERO","full_sync":true,'
			  . '"data_models_to_sync":["ITEMS","INVOICES"]}'))->{data};

	is_deeply(
		[   @$sync{
				qw(status rootfi_company_id integration_type full_sync config_mode running_count)
			} ],
		[ 'RUNNING', 1090, 'XERO', JSON::PP::true, 'READ', 2 ],
		'it runs as it was asked for');
	is_deeply($sync->{sync_data_models},
		[qw(ITEMS INVOICES)], 'for these data models');
	is_deeply(
		[   map { decoded(get("$syncs/$sync->{sync_id}"))->{data}{status} }
			  1 .. 3 ],
		[qw(RUNNING SUCCESS SUCCESS)],
		'and is done when it is read the second time');
	my $jobs = list("$syncs/$sync->{sync_id}/jobs")->{data};
	is_deeply(
		[ map { "$_->{data_model} $_->{job_type} $_->{status}" } @$jobs ],
		[ 'ITEMS PULL SUCCESS', 'INVOICES PULL SUCCESS' ],
		'each data model has a job');
	is_deeply(
		decoded(get("$syncs/jobs/$jobs->[1]{rootfi_id}")),
		{ data => $jobs->[1] },
		'which can be read');
	is_error(get("$syncs/jobs/9"), 404, 'not-found', 'another one cannot');
	is_error(
		post(
			$syncs,
			'{"company_id":1090,"integration_type":"XERO","full_sync":"yes","data_models_to_sync":[]}'
		),
		400,
		'invalid-params',
		'what is asked for is checked');
};

subtest 'the core is asked what is no record' => sub {
	my $config = list('/v3/core/syncs/config?category=ECOMMERCE');
	is_deeply(names($config), ['sync_config'], 'how data models are synced');
	is_deeply(
		names($config->{sync_config}[0]),
		[   qw(category custom_fields data_model enabled frequency interval scope_access sync_from)
		],
		'each of a category');
	is_error(get('/v3/core/syncs/config'),
		400, 'missing-params', 'which must be named');
	is_error(get('/v3/core/syncs/config?category=X'),
		400, 'invalid-params', 'and known');
	is_error(post('/v3/core/syncs/config', '{}'),
		405, 'operation-denied', 'that cannot be written');

	my $asked =
	  '{"method":"GET","headers":{"a":"b"},"path":"/x","data":{"n":1.0},"params":{}}';
	my $answer =
	  post('/v3/core/passthrough', "{\"company_id\":1089,\"data\":$asked}");
	like(
		$answer->{content},
		qr/^\{"data":\Q$asked\E,"request_timestamp":"20[^"]*Z","response_timestamp":"20[^"]*Z","request_id":"$answer->{headers}{'x-request-id'}"\}$/,
		'a request that is passed on comes back');
	is_error(post('/v3/core/passthrough', $_),
		400, 'missing-params', "the request $_ does not")
	  foreach ('{}', '{"company_id":1089}',
		'{"company_id":1089,"data":{"method":"GET"}}');
};

# --- asynchronous writes ----------------------------------------------------

subtest 'an asynchronous write leaves a sync' => sub {
	$sandbox->reset;
	my $body = batch(
		1089,
		order('"order_number":"A"'),
		order('"status":"sideways"'), order());
	my $answer = post($orders, $body =~ s/^\{/{"run_async":true,/r);
	my $sync_id = decoded($answer)->{sync_id};
	my $sync = "/v3/core/syncs/$sync_id";

	is( $answer->{content},
		"{\"data\":[],\"sync_id\":\"$sync_id\"}",
		'it is answered at once');
	is(list("$orders?order_number[eq]=A")->{data}[0]{status},
		'pending', 'its effect is there');
	is_deeply(
		[ map { $_->{status} } @{ list("$sync/jobs")->{data} } ],
		[qw(RUNNING RUNNING RUNNING)],
		'jobs run');
	my $running = decoded(get($sync))->{data};
	is_deeply(
		[
			@$running{
				qw(status total_count running_count success_count failed_count pending_count)
			}
		],
		[ 'RUNNING', 3, 3, 0, 0, 0 ],
		'the sync runs when it is first asked for');
	my $done = decoded(get($sync))->{data};
	is_deeply(
		[
			@$done{
				qw(status total_count running_count success_count failed_count pending_count)
			}
		],
		[ 'PARTIAL_SUCCESS', 3, 0, 2, 1, 0 ],
		'and is done the second time');
	is(decoded(get($sync))->{data}{status},
		'PARTIAL_SUCCESS', 'which stays so');
	my $jobs = list("$sync/jobs");
	is_deeply(names($jobs), [qw(data next)],
		'jobs come in the envelope of core');
	is_deeply(
		[ map { $_->{status} } @{ $jobs->{data} } ],
		[qw(SUCCESS FAILED SUCCESS)],
		'each job has its status');
	is($jobs->{data}[1]{error}{code},
		'invalid-params', 'a failed one has the error');
	is($jobs->{data}[1]{job_type}, 'PUSH', 'a write is a PUSH');

	my $good = decoded(post("$orders?run_async=true", batch(1090, order())))
	  ->{sync_id};
	isnt($good, $sync_id, 'run_async can be in the query, too (C18)');
	is(decoded(get("/v3/core/syncs/$good"))->{data}{status},
		'RUNNING', 'it runs');
	is(decoded(get("/v3/core/syncs/$good"))->{data}{status},
		'SUCCESS', 'and succeeds');
	is_error(get('/v3/core/syncs/nosuch'),
		404, 'not-found', 'an unknown sync is not found');
	is_error(get('/v3/core/syncs/nosuch/jobs'),
		404, 'not-found', 'nor are its jobs');

	my $page = list('/v3/core/syncs?limit=1');
	my $url = $sandbox->url;
	like(
		$page->{next},
		qr{^\Q$url\E/v3/core/syncs\?next=[^&]+$},
		'the list of syncs has a URL as next (C21)');
	is( list(substr($page->{next}, length $url) . '&limit=1')
		  ->{data}[0]{sync_id},
		$good,
		'which leads on');
	is_deeply(
		[
			map { $_->{sync_id} }
			  @{ list('/v3/core/syncs?rootfi_company_id=1090')->{data} }
		],
		[$good],
		'syncs are filtered by company without an operator');
	post($orders, batch(1090, order())) foreach 1 .. 9;
	$page = list('/v3/core/syncs?limit=10');
	unlike($page->{next}, qr/next=.*=/, 'the URL is encoded');
	is(scalar @{ ids(list(substr($page->{next}, length $url))) },
		1, 'and decoded when it comes back');
	is_error(post("$orders?run_async=maybe", $body),
		400, 'invalid-params', 'run_async is true or false');
};

# --- the way in -------------------------------------------------------------

subtest 'each answer has the documented headers' => sub {
	$sandbox->reset;
	foreach my $answer (get("$orders/158"), get("$orders/nosuch"),
		$sandbox->call('GET', $orders, undef, api_key => undef))
	{
		my $headers = $answer->{headers};
		is( $headers->{'content-type'},
			'application/json; charset=utf-8',
			"$answer->{status}: Content-Type");
		like($headers->{date}, qr/GMT$/, 'Date');
		is($headers->{'x-ratelimit-limit'}, 100, 'X-RateLimit-Limit');
		is($headers->{'x-ratelimit-remaining'}, 99, 'X-RateLimit-Remaining');
		is($headers->{'x-ratelimit-reset'}, 60, 'X-RateLimit-Reset');
		like($headers->{'x-request-id'}, qr/^req_00000[123]$/,
			'X-Request-Id');
	}
};

subtest 'keys, paths and methods are checked' => sub {
	is_error($sandbox->call('GET', $orders, undef, api_key => $_),
		401, 'unauthorized',
		'without the key there is no answer: ' . ($_ // 'none'))
	  foreach (undef, '', 'wrong', 'sandbox-key2');
	is_error(get($_), 404, 'not-found', "$_ is not found")
	  foreach (
		'/', '/v4',
		'/v4/ecommerce', "$orders/",
		"$orders/1/2", "$orders/nosuch",
		"$orders/99999", '/v4/ecommerce/orderss',
		"$customers/157", '/_sandbox',
		'/_sandbox/nosuch');
	my $answer = $sandbox->call('PATCH', "$orders/157", '{}');
	is_error($answer, 405, 'operation-denied', 'another method is refused');
	is( $answer->{headers}{allow},
		'GET, PUT, DELETE',
		'with the ones there are');
	is_error($sandbox->call('DELETE', $customers),
		405, 'operation-denied', 'v3 customers cannot be deleted');
};

subtest 'the rate limit is kept' => sub {
	my $limited =
	  Rootfi::Sandbox->new(rate_limit => 3, rate_window => 2, orders => 1);
	my @answers = map { $limited->call('GET', "$orders/157") } 1 .. 4;

	is_deeply(
		[ map { $_->{status} } @answers ],
		[ 200, 200, 200, 429 ],
		'the fourth request is refused');
	is_deeply(
		[ map { $_->{headers}{'x-ratelimit-remaining'} } @answers ],
		[ 2, 1, 0, 0 ],
		'the headers count down');
	is($answers[3]{headers}{'x-ratelimit-limit'}, 3, 'and tell the limit');
	like($answers[3]{headers}{'retry-after'},
		qr/^[12]$/, 'Retry-After says when to come again');
	is( $answers[3]{headers}{'x-ratelimit-reset'},
		$answers[3]{headers}{'retry-after'},
		'as the reset does');
	is(error_code($answers[3]), 'rate-limited', 'the body is an error');
	is( scalar $limited->requests,
		4,
		'the refused request is in the journal, control requests count nowhere'
	);
	select(undef, undef, undef, $answers[3]{headers}{'retry-after'});
	is($limited->call('GET', "$orders/157")->{status},
		200, 'after the window it is served again');
	$limited->stop;
};

subtest 'the journal tells what was asked' => sub {
	$sandbox->reset;
	$sandbox->call(
		'POST', "$orders?a=%2F&b[c]=d",
		"{\"\xff\":\"\xc3\xa9\"}", 'X-Test' => 'Some Value');
	get("$orders/157");
	my ($first, $second) = $sandbox->requests;

	is_deeply(
		names($first),
		[qw(at body connection headers method seq status target)],
		'with these members');
	is($first->{seq}, 1, 'numbered from 1');
	is($first->{method}, 'POST', 'the method');
	is($first->{target}, "$orders?a=%2F&b[c]=d", 'the target as it was sent');
	is($first->{headers}{'x-test'},
		'Some Value', 'the headers, names in lower case');
	is($first->{headers}{'api_key'}, 'sandbox-key', 'the key');
	is($first->{body}, "{\"\xff\":\"\xc3\xa9\"}",
		'the body, even when it is no UTF-8');
	is($first->{status}, 400, 'the status');
	is($second->{seq}, 2, 'and the next request');
	like($second->{at}, qr/^\d+$/, 'with its time');
	is_deeply([ map { $_->{seq} } $sandbox->requests(1) ],
		[2], 'the later ones can be asked for');
	is_deeply([ $sandbox->requests(2) ], [], 'there may be none');
	$sandbox->forget;
	is_deeply([ $sandbox->requests ], [], 'they can be forgotten');
	is(get("$orders/157")->{headers}{'x-request-id'},
		'req_000003', 'numbers go on then');

	my $small = Rootfi::Sandbox->new(journal => 3, orders => 1);
	$small->call('GET', "$orders/157") foreach 1 .. 5;
	is_deeply(
		[ map { $_->{seq} } $small->requests ],
		[ 3, 4, 5 ],
		'only so many are kept');
	$small->stop;
};

subtest 'connections are kept alive and counted' => sub {
	$sandbox->reset;
	is($sandbox->connections, 0, 'control requests do not count');
	my @sockets =
	  map { IO::Socket::INET->new("127.0.0.1:" . $sandbox->port) } 1 .. 2;
	foreach my $socket (@sockets, @sockets)
	{
		print $socket
		  "GET $orders/157 HTTP/1.1\r\nHost: x\r\napi_key: sandbox-key\r\n\r\n";
		my $answer = '';
		sysread($socket, $answer, 4096, length $answer)
		  or last
		  until $answer =~ /5\.99\}$/;
		like($answer, qr{^HTTP/1.1 200 OK}, 'an answer');
	}
	is($sandbox->connections, 2, 'two connections carried four requests');
	is_deeply(
		[ map { $_->{connection} } $sandbox->requests ],
		[ 1, 2, 1, 2 ],
		'the journal tells which');
};

# --- faults -----------------------------------------------------------------

subtest 'a fault answers in the place of the API' => sub {
	$sandbox->reset;
	$sandbox->fault(
		{
			method => 'POST',
			path => $orders,
			skip => 1,
			times => 2,
			status => 503,
			headers =>
			  { 'Retry-After' => '7', 'X-RateLimit-Remaining' => '0' }
		});
	is(post($orders, batch(1089, order('"order_number":"A"')))->{status},
		200, 'the first is let through');
	is(get($orders)->{status}, 200, 'other methods are');
	is(post($payments, '{}')->{status}, 400, 'and other paths');
	my $answer = post($orders, batch(1089, order('"order_number":"B"')));
	is_error($answer, 503, 'unknown-error', 'the second fails');
	is($answer->{headers}{'retry-after'},
		7, 'with the headers that were asked for');
	is($answer->{headers}{'x-ratelimit-remaining'},
		0, 'also in the place of the usual ones');
	is($sandbox->control('GET', 'faults')->[0]{times},
		1, 'what is left can be seen');
	is(post($orders, batch(1089, order('"order_number":"B"')))->{status},
		503, 'the third fails');
	is(post($orders, batch(1089, order('"order_number":"B"')))->{status},
		200, 'the fourth does not');
	is_deeply($sandbox->control('GET', 'faults'), [], 'the fault is used up');

	$sandbox->fault(
		{
			status => 500,
			body => 'no JSON',
			headers => { 'Content-Type' => 'text/plain' }
		});
	$answer = get($orders);
	is( "$answer->{status} $answer->{content} $answer->{headers}{'content-type'}",
		'500 no JSON text/plain',
		'a body may be any text');
	$sandbox->fault({ body => { data => [ 1, undef ] } });
	is(get($orders)->{content}, '{"data":[1,null]}', 'or JSON');
	$sandbox->fault({ status => 429, times => -1 });
	is(get($orders)->{status}, 429, 'a fault may last') foreach 1 .. 3;
	$sandbox->clear_faults;
	is(get($orders)->{status}, 200, 'until it is cleared');
	$sandbox->fault({ status => 204 });
	is(get($orders)->{status}, 204, 'an answer may be empty');
};

subtest 'a fault can come after the effect' => sub {
	$sandbox->reset;
	$sandbox->fault(
		{ method => 'POST', status => 502, effect => JSON::PP::true },
		{ method => 'POST', reset => 'before', effect => JSON::PP::true },
		{ method => 'POST', reset => 'before' });
	is(post($orders, batch(1089, order('"order_number":"A"')))->{status},
		502, 'the answer says it failed');
	is(post($orders, batch(1089, order('"order_number":"B"')))->{status},
		599, 'or does not come');
	is(post($orders, batch(1089, order('"order_number":"C"')))->{status},
		599, 'or does not come');
	is(scalar @{ list("$orders?order_number[eq]=$_->[0]")->{data} },
		$_->[1], $_->[2])
	  foreach (
		[ 'A', 1, 'but the first is there' ],
		[ 'B', 1, 'and the second' ],
		[ 'C', 0, 'the third is not: nobody asked for its effect' ]);
};

subtest 'an answer can be late' => sub {
	$sandbox->fault({ delay_ms => 300, path => "$orders/157" });
	my $socket = IO::Socket::INET->new("127.0.0.1:" . $sandbox->port);
	my $start = time;
	print $socket "GET $orders/157 HTTP/1.0\r\napi_key: sandbox-key\r\n\r\n";
	is(get("$orders/158")->{status}, 200,
		'others are served in the meantime');
	cmp_ok(time - $start, '<', 0.25, 'at once');
	my ($late) =
	  reverse grep { $_->{target} eq "$orders/157" } $sandbox->requests;
	is($late->{status}, 0, 'the journal has a request before its answer');
	like(
		join('', <$socket>),
		qr/"shipping_amount":5\.99\}$/,
		'the answer comes');
	cmp_ok(time - $start, '>=', 0.29, 'late');

	my $slow = Rootfi::Sandbox->new(latency => 100, orders => 1);
	$start = time;
	is($slow->call('GET', "$orders/157")->{status},
		200, 'all answers can be late');
	cmp_ok(time - $start, '>=', 0.1, 'by the latency');
	$slow->stop;
};

# Send a request and read what comes until the connection ends.
sub raw
{
	my ($target) = @_;
	my $socket = IO::Socket::INET->new("127.0.0.1:" . $sandbox->port);
	my $answer = '';

	print $socket
	  "GET $target HTTP/1.1\r\nHost: x\r\nConnection: close\r\napi_key: sandbox-key\r\n\r\n";
	my $n = 1;
	$n = sysread($socket, $answer, 65536, length $answer) while $n;
	return { reset => !defined $n, head => $answer };
}

subtest 'an answer can break off' => sub {
	my ($whole) = get("$orders/158")->{content};
	my $len = length $whole;

	$sandbox->fault({ truncate => 100 });
	my $answer = raw("$orders/158")->{head};
	like(
		$answer,
		qr/Content-Length: $len\r\n/,
		'a truncated answer has the whole length');
	is( ($answer =~ /\r\n\r\n(.*)/s)[0],
		substr($whole, 0, 100),
		'but a part of the body');
	$sandbox->fault({ reset => 'before' });
	$answer = raw("$orders/158");
	is($answer->{head}, '', 'a reset can come before the answer');
	$sandbox->fault({ reset => 'headers' });
	$answer = raw("$orders/158");
	like(
		$answer->{head},
		qr{^HTTP/1.1 200 OK\r\n.*\r\n\r\n$}s,
		'or behind the headers');
	ok($answer->{reset}, 'where it is a reset');
	$sandbox->fault({ malformed => JSON::PP::true });
	$answer = get("$orders/158");
	is($answer->{status}, 200, 'a malformed answer looks complete');
	is($answer->{content}, substr($whole, 0, $len / 2), 'but is cut');
	is(get("$orders/158")->{content}, $whole, 'the next one is whole');
	my @status = map { $_->{status} } $sandbox->requests;
	is_deeply(
		[ @status[ -5 .. -1 ] ],
		[ 200, 0, 200, 200, 200 ],
		'the journal knows which had no answer');
};

subtest 'an answer can drip' => sub {
	$sandbox->fault({ drip_ms => 5, status => 200, body => '0123456789' });
	my $start = time;
	is(get($orders)->{content}, '0123456789', 'it is complete in the end');
	cmp_ok(time - $start, '>=', 0.05, 'after a while');
	$sandbox->fault({ drip_ms => 20000, path => "$orders/157" });
	my $socket = IO::Socket::INET->new("127.0.0.1:" . $sandbox->port);
	print $socket "GET $orders/157 HTTP/1.0\r\napi_key: sandbox-key\r\n\r\n";
	is(get("$orders/158")->{status}, 200,
		'others are served in the meantime');
	close $socket;
};

subtest 'an answer can be huge' => sub {
	my $before = $sandbox->rss_kb;
	$sandbox->fault({ huge => 20_000_000 });
	my $answer = get($orders);
	is( length $answer->{content},
		20_000_000 + length '{"data":[],"prev":null,"next":null}',
		'it has the size');
	is_deeply(
		decoded($answer),
		{ data => [], prev => undef, next => undef },
		'and is valid JSON');
	ok(!exists $answer->{headers}{'content-length'},
		'its size is not announced');
	cmp_ok($sandbox->rss_kb - $before,
		'<', 5000, 'the server does not hold it in memory');
};

subtest 'a list can go round in circles' => sub {
	$sandbox->fault({ repeat_cursor => JSON::PP::true, times => 2 });
	my $next = list("$orders?limit=5")->{next};
	is(list("$orders?limit=5&next=$next")->{next},
		$next, 'next is the cursor that was sent')
	  foreach 1 .. 2;
	isnt(list("$orders?limit=5&next=$next")->{next},
		$next, 'until the fault is used up');
};

subtest 'faults are checked' => sub {
	foreach my $fault (
		'{"tims":1}', '{"status":99}',
		'{"status":"500"}', '{"delay_ms":-1}',
		'[{"huge":0}]', '{"reset":"after"}',
		'{"headers":{"A":1}}', '{"headers":{"A b":"x"}}',
		'{"headers":{"A":"x\r\ny"}}', '{"effect":1}',
		'1', '[1]',
		'{')
	{
		is_error($sandbox->call('POST', '/_sandbox/faults', $fault),
			400, 'invalid-params', "$fault is refused");
	}
	is_deeply($sandbox->control('GET', 'faults'),
		[], 'and nothing is left of them');
};

# --- the sandbox itself -----------------------------------------------------

subtest 'records can be changed from outside' => sub {
	$sandbox->reset;
	my $before = list("$orders?limit=500&rootfi_company_id[eq]=1089")->{data};
	my @touched = $sandbox->touch('ecommerce/orders', 1089, 25);
	is_deeply(
		\@touched,
		[ map { 157 + 4 * $_ } 0 .. 24 ],
		'as many as were asked for, spread evenly');
	is_deeply(
		ids(list("$orders?limit=500&rootfi_updated_at[gte]=2025-01-01")),
		\@touched, 'rootfi_updated_at tells which');
	my $after = list("$orders?limit=500&rootfi_company_id[eq]=1089")->{data};
	is( scalar(
			grep {
				($before->[$_]{status} // '') ne ($after->[$_]{status} // '')
			} 0 .. $#$before),
		25,
		'and their status is another one');
	$sandbox->reset;
	is_deeply([ $sandbox->touch('ecommerce/orders', 1089, 25) ],
		\@touched, 'always the same ones');
	is(scalar $sandbox->touch('ecommerce/customers', 1089, 1000),
		25, 'at most all there are');
	is_error(
		$sandbox->call(
			'POST', '/_sandbox/touch',
			'{"resource":"x","company_id":1,"count":1}'),
		400,
		'invalid-params',
		'other resources are refused');
};

# Now, as the API writes it.
sub now
{
	my $time = time;

	return strftime('%Y-%m-%dT%H:%M:%S.', gmtime $time)
	  . sprintf('%03dZ', 1000 * ($time - int $time));
}

subtest 'what changed since a time is listed page by page' => sub {
	$sandbox->reset;
	my $since = now();
	my @touched = $sandbox->touch('ecommerce/orders', 1089, 25);
	put("$orders/158", '{"status":"on_hold"}');
	$sandbox->call('DELETE', "$orders/159");
	$sandbox->touch('ecommerce/orders', 1090, 3);
	my $until = now();
	my $changed =
	  "$orders?rootfi_company_id[eq]=1089&rootfi_updated_at[gte]=$since";
	my @expected = sort { $a <=> $b } @touched, 158;

	is_deeply(ids(list("$changed&limit=500")),
		\@expected, 'without the deleted one');
	@expected = sort { $a <=> $b } @expected, 159;
	$changed .= '&include_deleted_records=true';
	my ($next, @all, @pages) = ('');
	do
	{
		my $page = list("$changed&limit=10&return_count=true&next=$next");
		push @all, @{ $page->{data} };
		push @pages, $page->{total_count};
		$next = $page->{next};
	} while (defined $next);
	is_deeply(ids({ data => \@all }), \@expected, 'or with it, in order');
	is_deeply(\@pages, [ 27, 27, 27 ],
		'the count is that of all its pages on each of them');
	is(list("$changed&limit=500&return_count=true")->{total_count},
		27, 'or of the only one');
	is( scalar(
			grep {
				     $_->{rootfi_updated_at} !~
				  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
				  || $_->{rootfi_updated_at} lt $since
				  || $_->{rootfi_updated_at} gt $until
			} @all),
		0,
		'each has the time of its change, in UTC, with milliseconds');
	is_deeply(ids(list("$changed&limit=500&rootfi_updated_at[gt]=$until")),
		[], 'nothing changed since then');
};

subtest 'a list of the few that changed is fast' => sub {
	my %large = (sandbox => Rootfi::Sandbox->new(orders => 50000), best => 60);
	my %small = (sandbox => Rootfi::Sandbox->new(orders => 500), best => 60);

	foreach my $kind (\%large, \%small)
	{
		my $since = now();

		$kind->{touched} =
		  [ $kind->{sandbox}->touch('ecommerce/orders', 1089, 25) ];
		$kind->{changed} =
		    "$orders?rootfi_company_id[eq]=1089&rootfi_updated_at[gte]=$since"
		  . '&include_deleted_records=true&return_count=true&limit=500';
	}
	foreach my $kind ((\%large, \%small) x 5)
	{
		my $start = time;
		$kind->{list} = $kind->{sandbox}->call('GET', $kind->{changed});
		my $seconds = time - $start;
		$kind->{best} = $seconds if $seconds < $kind->{best};
	}
	is_deeply(ids(decoded($large{list})), $large{touched}, 'it has them all');
	cmp_ok($large{best}, '<', 3 * $small{best} + 0.02,
		'and among 100000 orders takes about as long as among 1000');
	$_->{sandbox}->stop foreach \%large, \%small;
};

subtest 'records can be lost without a trace' => sub {
	$sandbox->reset;
	my $count = sub {
		return list("$orders?limit=1&return_count=true&$_[0]"
			  . '&rootfi_company_id[eq]=1089')->{total_count};
	};
	my $first = list("$orders?limit=3");
	my @lost = $sandbox->remove('ecommerce/orders', 1089, 25);

	is_deeply(
		\@lost,
		[ map { 157 + 4 * $_ } 0 .. 24 ],
		'as many as were asked for, spread evenly');
	is($count->(''), 75, 'the count is without them');
	is($count->('include_deleted_records=true'),
		75, 'also that of the deleted ones');
	my %lost = map { $_ => 1 } @lost;
	foreach my $more ('', '&include_deleted_records=true',
		'&sort[rootfi_id]=ASC')
	{
		my ($next, @all) = ('');
		do
		{
			my $page = list("$orders?limit=30$more&next=$next");
			push @all, @{ ids($page) };
			$next = $page->{next};
		} while (defined $next);
		is_deeply(
			\@all,
			[ grep { !$lost{$_} } 157 .. 356 ],
			"no page of a list has them ($more)");
	}
	is_deeply(ids(list("$orders?limit=3")),
		[ 158 .. 160 ], 'also one that was read before');
	is_deeply(ids(list("$orders?limit=2&next=$first->{next}")),
		[ 160, 162 ], 'and the one behind it');
	$sandbox->remove('v4/ecommerce/orders', 1089, [160]);
	is_deeply(
		ids(list(
				"$orders?limit=1&next=" . encode_base64('{"rootfi_id":160}', ''))),
		[162],
		'a cursor at a lost record leads on');
	is_error(get("$orders/$_"), 404, 'not-found', "$_ is not found")
	  foreach (157, 'ord_123456', 160);
	is_error($sandbox->call('DELETE', "$orders/157"),
		404, 'not-found', 'it cannot be deleted');
	is( post($orders, batch(1089, order('"order_number":"SO-000161"')))
		  ->{status},
		200,
		'its number is free again');

	$sandbox->call('DELETE', "$orders/158");
	is_deeply([ $sandbox->remove('ecommerce/orders', 1089, [ 158, 159 ]) ],
		[ 158, 159 ], 'they can be named');
	is_deeply(
		ids(list("$orders?rootfi_id[lt]=163&include_deleted_records=true")),
		[162], 'deleted ones, too');
	is(scalar $sandbox->remove('ecommerce/balances', 1090, 1000),
		40, 'resources that cannot be touched as well, at most all there are');
	foreach my $refused (
		'{"resource":"x","company_id":1089,"count":1}',
		'{"resource":"ecommerce/orders","count":1}',
		'{"resource":"ecommerce/orders","company_id":1089}',
		'{"resource":"ecommerce/orders","company_id":1089,"count":-1}',
		'{"resource":"ecommerce/orders","company_id":1089,"rootfi_ids":164}',
		'{"resource":"ecommerce/orders","company_id":1089,"rootfi_ids":[164,159]}',
		'{"resource":"ecommerce/orders","company_id":1089,"rootfi_ids":[164,257]}',
		'[]')
	{
		is_error($sandbox->call('POST', '/_sandbox/remove', $refused),
			400, 'invalid-params', "$refused is refused");
	}
	is(get("$orders/164")->{status}, 200, 'and loses nothing');
	$sandbox->reset;
	is_deeply(ids(list("$orders?limit=3")),
		ids($first), 'a reset brings them back');
	is($count->(''), 100, 'all of them');
};

subtest 'connections can be changed' => sub {
	my $companies = '/v3/core/companies';
	my $before = list($companies)->{data};
	my %set = (
		connection_status => 'DISCONNECTED',
		last_synced => '2024-02-01T00:00:00.000Z',
		integration_type => 'SHOPIFY',
		tally_last_active_at => undef);

	$sandbox->connection(1089, \%set);
	my $company = list("$companies/1089")->{data};
	is_deeply(
		$company->{connections},
		[ { %{ $before->[0]{connections}[0] }, %set } ],
		'the members that are given');
	is_deeply(
		list($companies)->{data},
		[ $company, $before->[1] ],
		'the list shows it, and the others as they were');
	cmp_ok($company->{rootfi_updated_at},
		'gt', $before->[0]{rootfi_updated_at}, 'the company has changed');
	$sandbox->connection(1089, { connection_status => 'HEALTHY' });
	is_deeply(
		list("$companies/1089")->{data}{connections}[0],
		{ %{ $company->{connections}[0] }, connection_status => 'HEALTHY' },
		'one member can be changed alone');
	is_error($sandbox->call('POST', '/_sandbox/connection', $_),
		400, 'invalid-params', "$_ is refused")
	  foreach (
		'{"company_id":1,"set":{}}', '{"set":{}}',
		'{"company_id":1089}', '{"company_id":1089,"set":[]}');
	$sandbox->reset;
	is_deeply(list($companies)->{data},
		$before, 'a reset brings them back');
};

subtest 'a sync can be added that RootFi began' => sub {
	$sandbox->reset;
	my $syncs = '/v3/core/syncs';
	my @counts = qw(status total_count success_count failed_count
	  running_count pending_count);
	my %expected = (
		SUCCESS => [ [ 3, 3, 0, 0, 0 ], 'SUCCESS SUCCESS SUCCESS' ],
		PARTIAL_SUCCESS => [ [ 3, 2, 1, 0, 0 ], 'FAILED SUCCESS SUCCESS' ],
		FAILED => [ [ 3, 0, 3, 0, 0 ], 'FAILED FAILED FAILED' ],
		RUNNING => [ [ 3, 0, 0, 1, 2 ], 'RUNNING PENDING PENDING' ]);
	my @models = qw(ECOMMERCE_ORDERS ECOMMERCE_CUSTOMERS ECOMMERCE_PRODUCTS);

	foreach my $status (sort keys %expected)
	{
		my $sync_id = $sandbox->remote_sync(1089,
			{ data_models => \@models, status => $status });
		my ($counts, $states) = @{ $expected{$status} };
		my $sync = list("$syncs/$sync_id")->{data};
		my $jobs = list("$syncs/$sync_id/jobs")->{data};

		is_deeply(
			[ @$sync{@counts} ],
			[ $status, @$counts ],
			"$status has its counts");
		is(join(' ', map { $_->{status} } @$jobs), $states, 'and its jobs');
		is(scalar(grep { defined $_->{error} } @$jobs),
			$counts->[2], 'the failed ones have an error');
		is_deeply([ map { $_->{data_model} } @$jobs ],
			\@models, 'each data model has a job');
		is_deeply(list("$syncs/$sync_id")->{data},
			$sync, 'it is the same when it is read again');
		is_deeply(list("$syncs/$sync_id/jobs")->{data},
			$jobs, 'and so are its jobs');
		is(defined $sync->{end_time},
			$status ne 'RUNNING', 'it has ended if it does not run');
		is( join(' ', map { $_->{start_time} ? 'begun' : 'pending' } @$jobs),
			$status eq 'RUNNING' ? 'begun pending pending' : 'begun begun begun',
			'jobs that are pending have not begun');
	}

	my $sync_id = $sandbox->remote_sync(
		1090,
		{
			data_models => ['ECOMMERCE_ORDERS'],
			start_time => '2024-03-01T10:00:00.500Z',
			end_time => '2024-03-01T12:02:00+01:00'
		});
	my $sync = list("$syncs/$sync_id")->{data};
	is_deeply(
		[
			@$sync{
				qw(sync_type config_mode status start_time end_time rootfi_created_at)
			}
		],
		[
			qw(AUTO_SYNC READ SUCCESS 2024-03-01T10:00:00.500Z
			  2024-03-01T11:02:00.000Z 2024-03-01T10:00:00.500Z)
		],
		'it has the times that are given');
	my $job = list("$syncs/$sync_id/jobs")->{data}[0];
	is_deeply(
		[ @$job{qw(job_type config_mode start_time end_time)} ],
		[ 'PULL', 'READ', @$sync{qw(start_time end_time)} ],
		'and so has its job');
	$sync = list(
		"$syncs/"
		  . $sandbox->remote_sync(
			1090, { data_models => ['X'], end_time => '2024-03-01' }))
	  ->{data};
	is($sync->{start_time}, '2024-03-01T00:00:00.000Z',
		'it begins when it ends if only that is given');

	my $newest = 'sort[rootfi_created_at]=DESC&limit=50';
	is_deeply(
		[
			map { $_->{status} } @{
				list("$syncs?rootfi_company_id=1089&$newest")->{data}
			}
		],
		[ reverse sort keys %expected ],
		'a list of the syncs of a company has the newest first');
	is_deeply(
		[
			map { $_->{start_time} } @{
				list("$syncs?rootfi_company_id=1090&$newest")->{data}
			}
		],
		[ '2024-03-01T10:00:00.500Z', '2024-03-01T00:00:00.000Z' ],
		'that is the one that began last');

	foreach my $refused (
		'"data_models":["X"]',
		'"company_id":0,"data_models":["X"]',
		'"company_id":1089',
		'"company_id":1089,"data_models":[]',
		'"company_id":1089,"data_models":[1]',
		'"company_id":1089,"data_models":["X"],"status":"DONE"',
		'"company_id":1089,"data_models":["X"],"status":null',
		'"company_id":1089,"data_models":["X"],"status":"PARTIAL_SUCCESS"',
		'"company_id":1089,"data_models":["X"],"start_time":"soon"',
		'"company_id":1089,"data_models":["X"],"end_time":1',
		'"company_id":1089,"data_models":["X"],"start_time":"2024-02-01","end_time":"2024-01-01"',
		'"company_id":1089,"data_models":["X"],"status":"RUNNING","end_time":"2024-01-01"'
	  )
	{
		is_error($sandbox->call('POST', '/_sandbox/sync', "{$refused}"),
			400, 'invalid-params', "$refused is refused");
	}
	is(scalar @{ list($syncs)->{data} }, 6, 'and leaves none');
	$sandbox->reset;
	is_deeply(list($syncs)->{data}, [], 'a reset forgets them');
};

subtest 'everything can be reset' => sub {
	create();
	$sandbox->fault({ status => 500, times => -1 });
	$sandbox->reset;
	is_deeply([ $sandbox->requests ], [], 'the journal is empty');
	is_deeply($sandbox->control('GET', 'faults'), [], 'there are no faults');
	is($sandbox->connections, 0, 'no connections');
	my $answer = get("$orders?limit=1&return_count=true");
	is(decoded($answer)->{total_count}, 200, 'the data is as at the start');
	is($answer->{headers}{'x-request-id'},
		'req_000001', 'and so are the numbers');
	is(decoded(post($orders, $document{S0}))->{sync_id},
		'sync_123456', 'of syncs, too');
	is($sandbox->requests, 2, 'the journal goes on');
};

# Run the server's program; gives its exit code and what it wrote.
sub program
{
	my (@arguments) = @_;
	my $program = Rootfi::Sandbox::program();
	my $output = qx{$program --stop-on-stdin-eof @arguments 2>&1 </dev/null};

	return ($? >> 8, $output);
}

subtest 'the command line is checked' => sub {
	my ($code, $output) = program('--help');
	is($code, 0, '--help succeeds');
	like($output, qr/--$_\b/, "and knows --$_")
	  foreach
	  qw(port address key seed companies orders page-limit latency rate-limit rate-window
	  tls-cert tls-key log journal stop-on-stdin-eof help version);
	($code, $output) = program('--version');
	like(
		"$code $output",
		qr/^0 rootfi-sandbox \d+\.\d+/,
		'--version succeeds');
	foreach my $bad (
		[ '--port 65536', 'port' ],
		[ '--port x', 'port' ],
		[ '--orders -1', 'orders' ],
		[ '--address 0.0.0.0', 'address' ],
		[ '--address 192.168.0.1', 'address' ],
		[ '--address example.com', 'address' ],
		[ '--rate-window 0', 'rate-window' ],
		[ '--journal 0', 'journal' ],
		[ "--key ''", 'key' ],
		[ '--page-limit 1.5', 'page-limit' ],
		[ '--nosuch', 'nosuch' ],
		[ 'stray', 'stray' ],
		[ '--port', 'port' ],
		[ '--tls-cert x', 'tls-key' ],
		[ '--tls-cert /nosuch --tls-key /nosuch', '/nosuch' ],
		[ '--log /nosuch/log', '/nosuch/log' ])
	{
		($code, $output) = program($bad->[0]);
		isnt($code, 0, "$bad->[0] is refused");
		like($output, qr/\Q$bad->[1]\E/, 'and the message tells why');
	}
	($code, $output) = program('--port', $sandbox->port);
	like("$code $output", qr/^1 .*in use/, 'a port that is taken is refused');
};

subtest 'requests are logged' => sub {
	my $log = "$directory/requests.log";
	my $logged =
	  Rootfi::Sandbox->new(log => $log, orders => 1, key => 'another');
	$logged->call('GET', "$orders/157");
	$logged->call('GET', "$orders/158", undef, api_key => 'wrong');
	$logged->stop;
	open(my $file, '<', $log) or die;
	my @lines = map { decode_json($_) } <$file>;
	is_deeply(
		[ map { [ @$_{qw(seq method target status)} ] } @lines ],
		[
			[ 1, 'GET', "$orders/157", 200 ], [ 2, 'GET', "$orders/158", 401 ]
		],
		'as JSON lines');
};

subtest 'other loopback addresses are served' => sub {
	my $v6 = eval { Rootfi::Sandbox->new(address => '::1', orders => 1) }
	  or plan skip_all => 'there is no IPv6 here';
	is($v6->call('GET', "$orders/157")->{status}, 200, 'such as ::1');
	$v6->stop;
};

subtest 'https is served' => sub {
	my $files = "$directory/server";
	system(
		"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 -addext "
		  . "subjectAltName=IP:127.0.0.1 -keyout $files.key -out $files.crt >/dev/null 2>&1"
	  ) == 0
	  && system('curl --version >/dev/null 2>&1') == 0
	  or plan skip_all => 'openssl and curl are needed';
	my $tls = Rootfi::Sandbox->new(
		tls_cert => "$files.crt",
		tls_key => "$files.key",
		orders => 1000);
	my $url = $tls->url;
	like($url, qr/^https:/, 'the URL says so');
	my $answer =
	  qx{curl -s --cacert $files.crt -H 'api_key: sandbox-key' '$url$orders?limit=500'};
	is(scalar @{ decode_json($answer)->{data} }, 500, 'a page arrives');
	$tls->stop;
};

subtest 'the server ends when it should' => sub {
	local $SIG{ALRM} = sub { BAIL_OUT('the server does not end') };
	alarm 60;
	foreach my $signal (qw(TERM INT))
	{
		my $one = Rootfi::Sandbox->new(orders => 1);
		my $pid = $one->pid;
		$one->fault({ delay_ms => 60000 });
		my $socket = IO::Socket::INET->new('127.0.0.1:' . $one->port);
		print $socket
		  "GET $orders/157 HTTP/1.0\r\napi_key: sandbox-key\r\n\r\n";
		select(undef, undef, undef, 0.05) until $one->requests;
		kill $signal, $pid;
		waitpid($pid, 0);
		is($?, 0, "SIG$signal is a clean end, also while an answer waits");
		delete $one->{pid};
	}
	my $orphan = Rootfi::Sandbox->new(orders => 1);
	close $orphan->{stdin};
	waitpid(delete $orphan->{pid}, 0);
	is($?, 0, 'so is the end of standard input');
	alarm 0;
};

eval { $sandbox->stop };
is($@, '', 'the server ends without an error after all this');
done_testing();

__DATA__
== S0

{
  "company_id": 1089,
  "data": [
    {
      "customer_id": "cus_123456",
      "currency_id": "USD",
      "order_number": "ORD-2024-001",
      "order_date": "2024-01-22T05:07:31.465Z",
      "status": "pending",
      "line_items": [
        {
          "item_id": "prod_789",
          "description": "Wireless Headphones - Black",
          "quantity": 1,
          "unit_amount": 99.99
        }
      ]
    }
  ]
}
== S1

{
"company_id": 123,
"contact_id": "<string>",
"currency_id": "<string>",
"line_items": [
{
"description": "<string>",
"quantity": 123,
"unit_amount": 123,
"item_id": "<string>",
"tax_amount": 123,
"discount_amount": 123
}
],
"status": "PENDING"
}
== S2

{
  "data": [
    {
      "customer_id": "<string>",
      "currency_id": "<string>",
      "order_number": "<string>",
      "status": "pending",
      "payment_status": "pending",
      "fulfillment_status": "unfulfilled",
      "total_amount": 123,
      "total_discount": 123,
      "total_tax": 123,
      "shipping_amount": 123,
      "created_at": "<string>",
      "updated_at": "<string>",
      "line_items": [
        {
          "rootfi_id": 123,
          "item_id": "<string>",
          "variant_id": "<string>",
          "name": "<string>",
          "description": "<string>",
          "quantity": 123,
          "unit_amount": 123,
          "tax_amount": 123,
          "discount_amount": 123,
          "total_amount": 123
        }
      ],
      "addresses": [
        {
          "rootfi_id": 123,
          "platform_id": "<string>",
          "type": "billing",
          "street": "<string>",
          "city": "<string>",
          "state": "<string>",
          "postal_code": "<string>",
          "country": "<string>"
        }
      ],
      "fulfillments": [
        {
          "rootfi_id": 157,
          "rootfi_created_at": "2024-01-22T05:07:31.465Z",
          "rootfi_updated_at": "2024-01-22T05:07:31.000Z",
          "rootfi_company_id": 1089,
          "platform_id": "123456",
          "rootfi_deleted_at": "2023-11-07T05:31:56Z",
          "platform_unique_id": "<string>",
          "raw_data": {},
          "data_hash": "<string>",
          "order_id": "<string>",
          "name": "<string>",
          "status": "pending",
          "shipment_status": "label_printed",
          "estimated_delivery_date": "<string>",
          "actual_delivery_date": "<string>",
          "weight": 123,
          "weight_unit": "<string>",
          "addresses": [
            {
              "rootfi_id": 123,
              "platform_id": "<string>",
              "type": "billing",
              "street": "<string>",
              "city": "<string>",
              "state": "<string>",
              "postal_code": "<string>",
              "country": "<string>"
            }
          ],
          "line_items": [
            {
              "rootfi_id": 123,
              "line_item_id": "<string>",
              "quantity": 123
            }
          ],
          "tracking_info": {
            "number": "<string>",
            "company": "<string>",
            "url": "<string>",
            "status": "<string>"
          },
          "created_at": "<string>",
          "updated_at": "<string>"
        }
      ],
      "transactions": [
        {
          "rootfi_id": 157,
          "rootfi_created_at": "2024-01-22T05:07:31.465Z",
          "rootfi_updated_at": "2024-01-22T05:07:31.000Z",
          "rootfi_company_id": 1089,
          "platform_id": "123456",
          "rootfi_deleted_at": "2023-11-07T05:31:56Z",
          "platform_unique_id": "<string>",
          "raw_data": {},
          "data_hash": "<string>",
          "type": "PAYMENT",
          "order_id": "<string>",
          "contact_id": "<string>",
          "currency_id": "<string>",
          "amount": 123,
          "status": "DRAFT",
          "payment_method_type": "CARD",
          "gateway": "<string>",
          "gateway_transaction_id": "<string>",
          "original_transaction_id": "<string>",
          "description": "<string>",
          "reason": "CUSTOMER_REQUEST",
          "created_at": "<string>",
          "updated_at": "<string>"
        }
      ]
    }
  ]
}
== S3
{
  "rootfi_id": 157,
  "rootfi_deleted_at": null,
  "rootfi_created_at": "2024-01-22T05:07:31.465Z",
  "rootfi_updated_at": "2024-01-22T05:07:31.000Z",
  "rootfi_company_id": 1089,
  "platform_id": "ord_123456",
  "platform_unique_id": "ORD-2024-001",
  "currency_id": "USD",
  "reference": "REF-2024-001",
  "created_at": "2024-01-22T05:07:31.465Z",
  "updated_at": "2024-01-22T05:07:31.000Z",
  "order_name": "Order #ORD-2024-001",
  "order_number": "ORD-2024-001",
  "description": "Summer Sale Order - Wireless Headphones",
  "total_discount": 10,
  "sub_total": 89.99,
  "tax_amount": 7.2,
  "total_amount": 97.19,
  "amount_due": 0,
  "order_status": "FULFILLED",
  "payment_status": "PAID",
  "customer_id": "cus_123456",
  "shipping_amount": 5.99
}
== S4
{
"company_id": 1089,
"data": [
{
"name": "John Doe",
"email": "",
"phone": "1234567890",
"currency_id": "1234567890",
"status": "ACTIVE",
"updated_at": "2024-01-22T05:07:31.465Z",
"created_at": "2024-01-22T05:07:31.465Z",
"address": {
"rootfi_id": 278264,
"platform_id": "CONTACTS_1af68894-ea9f-ee11-be36-7c1e520f50bc_ADDRESS",
"street": "123 Main Street",
"locality": "Main Street",
"city": "New York",
"state": "New York",
"pincode": "123456",
"country": "USA"
}
}
]
}
