/*
 * generate_ecommerce.c -- the JSON of generated e-commerce records
 */
#include <stdio.h>
#include <string.h>

#include "generate.h"
#include "instant.h"
#include "random.h"

static const char *const order_statuses[] = {
	"pending", "processing", "completed", "canceled", "on_hold", "unknown"
};
static const char *const order_payment_statuses[] = {
	"paid", "pending", "partially_paid", "refunded", "partially_refunded",
	"voided", "unknown"
};
static const char *const order_fulfillment_statuses[] = {
	"unfulfilled", "fulfilled", "partially_fulfilled", "returned", "unknown"
};
static const char *const shipment_statuses[] = {"label_printed", "in_transit"};
static const char *const variants[] = {"Black", "White", "Blue", "Grün"};

/* The order of the documents, in the shape of v3 that they show (S3, C4). */
static const char sample_order[] =
"{'rootfi_id':157,'rootfi_deleted_at':null,"
"'rootfi_created_at':'2024-01-22T05:07:31.465Z',"
"'rootfi_updated_at':'2024-01-22T05:07:31.000Z',"
"'rootfi_company_id':1089,'platform_id':'ord_123456',"
"'platform_unique_id':'ORD-2024-001','currency_id':'USD',"
"'reference':'REF-2024-001','created_at':'2024-01-22T05:07:31.465Z',"
"'updated_at':'2024-01-22T05:07:31.000Z',"
"'order_name':'Order #ORD-2024-001','order_number':'ORD-2024-001',"
"'description':'Summer Sale Order - Wireless Headphones',"
"'total_discount':10,'sub_total':89.99,'tax_amount':7.2,"
"'total_amount':97.19,'amount_due':0,'order_status':'FULFILLED',"
"'payment_status':'PAID','customer_id':'cus_123456',"
"'shipping_amount':5.99}";

static void
append_order_lines(Buffer *out, Random *random, const Record *record,
				   const Line *lines)
{
	for (int i = 0; i < LINES; i++)
	{
		const Line *line = &lines[i];
		const char *variant = RANDOM_OF(random, variants);

		buffer_json(out, "%r{'rootfi_id':%d,'item_id':'prod_%d',"
					"'variant_id':'var_%d','name':%s,'description':%s,"
					"'quantity':%d,'unit_amount':%m,'tax_amount':%m,"
					"'discount_amount':%m,'total_amount':%m}",
					i ? "," : "", CHILD_ID(record->rootfi_id, 1 + i),
					line->product + 789, line->product * 10, line->name,
					variant, line->quantity, line->unit_amount,
					line->tax_amount, line->discount_amount,
					line->total_amount);
	}
}

/*
 * Append an address as the n-th object of a record.
 */
static void
append_address(Buffer *out, Random *random, const Record *record, int n,
			   const char *type)
{
	Address		address = random_address(random);
	int64_t		id = CHILD_ID(record->rootfi_id, n);

	buffer_json(out, "{'rootfi_id':%d,'platform_id':'addr_%d','type':%s,"
				"'street':'%d %r','city':%s,'state':%s,"
				"'postal_code':'%d','country':%s}",
				id, id, type, address.number, address.street, address.city,
				address.state, address.code, address.country);
}

/*
 * Append what an embedded record begins with; the object stays open.
 */
static void
append_embedded_head(Buffer *out, const Record *record, int n,
					 const char *prefix)
{
	int64_t		id = CHILD_ID(record->rootfi_id, n);

	buffer_json(out, "{'rootfi_id':%d,'rootfi_created_at':%t,"
				"'rootfi_updated_at':%t,'rootfi_company_id':%d,"
				"'platform_id':'%r%d','rootfi_deleted_at':null,"
				"'platform_unique_id':'%d','order_id':%s",
				id, record->created_at, record->updated_at,
				record->company_id, prefix, id, id, record->platform_id);
}

/*
 * Append a payment, or a refund of the payment before it.
 */
static void
append_transaction(Buffer *out, const Record *record, int64_t customer,
				   const char *currency, bool refund, const char *status,
				   int64_t amount)
{
	char		payment[32];
	int64_t		id = CHILD_ID(record->rootfi_id, 21);

	snprintf(payment, sizeof(payment), "txn_%lld", (long long) id);
	append_embedded_head(out, record, refund ? 22 : 21, "txn_");
	buffer_json(out, ",'type':%s,'contact_id':'cus_%d','currency_id':%s,"
				"'amount':%m,'status':%s,'payment_method_type':'CARD',"
				"'gateway':'shopify_payments','gateway_transaction_id':"
				"'gid://shopify/Transaction/%d',"
				"'original_transaction_id':%s,'description':%s,"
				"'reason':%s,'created_at':%t,'updated_at':%t}",
				refund ? "REFUND" : "PAYMENT", customer + FIRST_NUMBER,
				currency, amount, status, id + refund, refund ? payment : NULL,
				refund ? "Refund" : "Payment for the order",
				refund ? "CUSTOMER_REQUEST" : NULL,
				record->created_at, record->updated_at);
}

/*
 * Append the transactions that an order's payment status asks for.
 */
static void
append_transactions(Buffer *out, const Record *record, int64_t customer,
					const char *currency, const char *payment_status,
					int64_t total)
{
	bool		paid = strstr(payment_status, "paid") != NULL;
	bool		refunded = strstr(payment_status, "refunded") != NULL;
	bool		partly = strncmp(payment_status, "partially", 9) == 0;

	append_transaction(out, record, customer, currency, false,
					   paid || refunded ? "PAID" : "DRAFT",
					   partly && paid ? total / 2 : total);
	if (!refunded)
		return;
	buffer_byte(out, ',');
	append_transaction(out, record, customer, currency, true, "PAID",
					   partly ? total / 3 : total);
}

static void
append_fulfillment(Buffer *out, Random *random, const Record *record,
				   const Line *lines, bool partly)
{
	int			sent = partly ? 1 : LINES;
	const char *shipment = RANDOM_OF(random, shipment_statuses);
	int64_t		weight = 50 + random_below(random, 900);

	append_embedded_head(out, record, 31, "ful_");
	buffer_json(out, ",'name':'#%d.1','status':%s,'shipment_status':%s,"
				"'estimated_delivery_date':%t,'actual_delivery_date':null,"
				"'weight':%m,'weight_unit':'kg','addresses':[",
				record->rootfi_id, partly ? "pending" : "delivered",
				shipment, record->created_at + 3 * 86400 * INSTANT_SECOND,
				weight);
	append_address(out, random, record, 41, "shipping");
	buffer_text(out, "],\"line_items\":[");
	for (int i = 0; i < sent; i++)
		buffer_json(out, "%r{'rootfi_id':%d,'line_item_id':'%d',"
					"'quantity':%d}", i ? "," : "",
					CHILD_ID(record->rootfi_id, 51 + i),
					CHILD_ID(record->rootfi_id, 1 + i), lines[i].quantity);
	buffer_json(out, "],'tracking_info':{'number':'1Z%d','company':'UPS',"
				"'url':'https://track.example.com/1Z%d',"
				"'status':'in_transit'},'created_at':%t,'updated_at':%t}",
				record->rootfi_id + 999000, record->rootfi_id + 999000,
				record->created_at, record->updated_at);
}

/*
 * An e-commerce order in the shape of S2; the first one is S3's sample.
 */
void
generate_order(Buffer *out, const World *world, const Record *record)
{
	Random		random = random_for(world, record);
	Line		lines[LINES];
	Totals		totals = random_lines(&random, lines, true);
	int64_t		customer = random_customer(&random, world, record);
	const char *currency = random_currency(&random);
	const char *payment = RANDOM_OF(&random, order_payment_statuses);
	const char *fulfillment = RANDOM_OF(&random, order_fulfillment_statuses);

	if (generate_is_sample(record))
	{
		buffer_json(out, sample_order);
		return;
	}
	record_begin(out, record);
	buffer_json(out, ",'customer_id':'cus_%d','currency_id':%s,"
				"'order_number':%s,'status':%s,'payment_status':%s,"
				"'fulfillment_status':%s,'total_amount':%m,"
				"'total_discount':%m,'total_tax':%m,'shipping_amount':%m,"
				"'created_at':%t,'updated_at':%t,'line_items':[",
				customer + FIRST_NUMBER, currency, record->key,
				order_statuses[record->ordinal % COUNT_OF(order_statuses)],
				payment, fulfillment, totals.total, totals.discount,
				totals.tax, totals.shipping, record->created_at,
				record->updated_at);
	append_order_lines(out, &random, record, lines);
	buffer_text(out, "],\"addresses\":[");
	append_address(out, &random, record, 11, "billing");
	buffer_byte(out, ',');
	append_address(out, &random, record, 12, "shipping");
	buffer_text(out, "],\"fulfillments\":[");
	if (strstr(fulfillment, "fulfilled") == fulfillment ||
		strcmp(fulfillment, "partially_fulfilled") == 0)
		append_fulfillment(out, &random, record, lines,
						   *fulfillment == 'p');
	buffer_text(out, "],\"transactions\":[");
	append_transactions(out, record, customer, currency, payment,
						totals.total);
	buffer_text(out, "]}");
}

/*
 * A customer in the shape of S4.
 */
void
generate_customer(Buffer *out, const World *world, const Record *record)
{
	Random		random = random_for(world, record);
	int64_t		id = CHILD_ID(record->rootfi_id, 1);
	const char *name = random_person(&random);
	int64_t		phone = 1000000 + random_below(&random, 8999999);
	const char *currency = random_currency(&random);
	bool		active = random_below(&random, 8) > 0;
	Address		address = random_address(&random);

	record_begin(out, record);
	buffer_json(out, ",'name':%s,'email':'customer%d@example.com',"
				"'phone':'+1555%d','currency_id':%s,'status':%s,"
				"'updated_at':%t,'created_at':%t,'address':{'rootfi_id':%d,"
				"'platform_id':'addr_%d','street':'%d %r','locality':%s,"
				"'city':%s,'state':%s,'pincode':'%d','country':%s}}",
				name, record->rootfi_id, phone, currency,
				active ? "ACTIVE" : "INACTIVE", record->updated_at,
				record->created_at, id, id, address.number, address.street,
				address.street, address.city, address.state, address.code,
				address.country);
}
