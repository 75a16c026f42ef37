/*
 * generate_payments.c -- the JSON of generated payment records
 */
#include <string.h>

#include "generate.h"
#include "random.h"

static const char *const payment_order_statuses[] = {
	"PENDING", "PROCESSING", "COMPLETED", "CANCELED", "ON_HOLD", "UNKNOWN"
};
static const char *const payment_statuses[] = {
	"PAID", "DRAFT", "PENDING", "PARTIALLY_PAID", "FAILED", "REFUNDED",
	"PARTIALLY_REFUNDED", "VOIDED", "UNKNOWN"
};

static void
append_payment_lines(Buffer *out, const Record *record, const Line *lines)
{
	for (int i = 0; i < LINES; i++)
	{
		const Line *line = &lines[i];

		buffer_json(out, "%r{'rootfi_id':%d,'item_id':'prod_%d',"
					"'description':%s,'quantity':%d,'unit_amount':%m,"
					"'tax_amount':%m,'discount_amount':%m,"
					"'total_amount':%m}", i ? "," : "",
					CHILD_ID(record->rootfi_id, 1 + i),
					line->product + 789, line->name, line->quantity,
					line->unit_amount, line->tax_amount,
					line->discount_amount, line->total_amount);
	}
}

/*
 * A payment order in the shape of S1.  Its contact is the rootfi_id of a
 * customer, as text (C38).
 */
void
generate_payment_order(Buffer *out, const World *world, const Record *record)
{
	Random		random = random_for(world, record);
	Line		lines[LINES];
	Totals		totals = random_lines(&random, lines, false);
	int64_t		customer = random_customer(&random, world, record);
	const char *currency = random_currency(&random);
	const char *payment = RANDOM_OF(&random, payment_statuses);
	bool		paid = strcmp(payment, "PAID") == 0;

	record_begin(out, record);
	buffer_json(out, ",'contact_id':'%d','currency_id':%s,'status':%s,"
				"'payment_status':%s,'total_amount':%m,'total_discount':%m,"
				"'total_tax':%m,'created_at':%t,'updated_at':%t,"
				"'invoice_id':'%d','invoice_ids':['%d'],'line_items':[",
				customer + FIRST_ID, currency,
				payment_order_statuses[record->ordinal %
									   COUNT_OF(payment_order_statuses)],
				payment, totals.total, totals.discount, totals.tax,
				record->created_at, record->updated_at,
				record->rootfi_id + 54164, record->rootfi_id + 54164);
	append_payment_lines(out, record, lines);
	buffer_json(out, "],'transactions':[{'rootfi_id':%d,"
				"'platform_id':'txn_%d','type':'PAYMENT','amount':%m,"
				"'currency_id':%s,'status':%s,'payment_method_type':'CARD',"
				"'gateway':'stripe','description':'Card payment',"
				"'created_at':%t}]}",
				CHILD_ID(record->rootfi_id, 21),
				CHILD_ID(record->rootfi_id, 21), totals.total, currency,
				paid ? "PAID" : "DRAFT", record->created_at);
}
