// peer_node.js: a copy of the list as a program for Node.js makes it.
//
// The same rules as those of peer_python.py: the list is read page by page
// from BENCH_URL + BENCH_PATH with BENCH_KEY, a transaction is a page, and
// orders that are as new as it stay as they are. Rows are written as arrays,
// one for each column. Amounts are numbers: JSON.parse() has no others, and
// their shortest text is what was sent up to 15 digits.

'use strict';

const os = require('node:os');
const { Client } = require('pg');

const common = {
	rootfi_created_at: 'timestamptz', rootfi_updated_at: 'timestamptz', platform_id: 'text', platform_unique_id: 'text',
	rootfi_deleted_at: 'timestamptz', raw_data: 'jsonb', data_hash: 'text',
};
const order = {
	rootfi_company_id: 'bigint', rootfi_id: 'bigint', ...common, customer_id: 'text', currency_id: 'text',
	order_number: 'text', status: 'text', payment_status: 'text', fulfillment_status: 'text', total_amount: 'numeric',
	total_discount: 'numeric', total_tax: 'numeric', shipping_amount: 'numeric', created_at: 'timestamptz',
	updated_at: 'timestamptz',
};
const children = {
	line_items: {
		rootfi_id: 'bigint', item_id: 'text', variant_id: 'text', name: 'text', description: 'text', quantity: 'numeric',
		unit_amount: 'numeric', tax_amount: 'numeric', discount_amount: 'numeric', total_amount: 'numeric',
	},
	addresses: {
		rootfi_id: 'bigint', platform_id: 'text', type: 'text', street: 'text', city: 'text', state: 'text',
		postal_code: 'text', country: 'text',
	},
	fulfillments: {
		rootfi_id: 'bigint', ...common, order_id: 'text', name: 'text', status: 'text', shipment_status: 'text',
		estimated_delivery_date: 'timestamptz', actual_delivery_date: 'timestamptz', weight: 'numeric',
		weight_unit: 'text', addresses: 'jsonb', line_items: 'jsonb', tracking_info: 'jsonb', created_at: 'timestamptz',
		updated_at: 'timestamptz',
	},
	transactions: {
		rootfi_id: 'bigint', ...common, type: 'text', order_id: 'text', contact_id: 'text', currency_id: 'text',
		amount: 'numeric', status: 'text', payment_method_type: 'text', gateway: 'text', gateway_transaction_id: 'text',
		original_transaction_id: 'text', description: 'text', reason: 'text', created_at: 'timestamptz',
		updated_at: 'timestamptz',
	},
};
const key = { rootfi_company_id: 'bigint', order_rootfi_id: 'bigint', ordinal: 'integer' };

// The clause FROM that makes rows of arrays, and the names of their columns.
function rows(columns) {
	const names = Object.keys(columns).join(', ');
	const arrays = Object.values(columns).map((type, i) => `$${i + 1}::${type}[]`).join(', ');
	return { names, source: `SELECT * FROM unnest(${arrays})` };
}

// The values of a column; objects and lists become JSON.
function column(records, name) {
	return records.map((record) => {
		const value = record[name] ?? null;
		return value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
	});
}

// A statement with a name is prepared once.
const statements = {};

function run(client, name, text, records, columns) {
	statements[name] ??= text();
	return client.query({ name, text: statements[name], values: columns.map((c) => column(records, c)) });
}

function upsert() {
	const { names, source } = rows(order);
	const set = Object.keys(order).slice(2).map((c) => `${c} = excluded.${c}`).join(', ');
	return `INSERT INTO bench.orders AS o (${names}) ${source}
		ON CONFLICT (rootfi_company_id, rootfi_id) DO UPDATE SET ${set}
		WHERE o.rootfi_updated_at < excluded.rootfi_updated_at
		RETURNING o.rootfi_company_id, o.rootfi_id, o.xmax <> 0 AS updated`;
}

// The rows of a list inside the orders.
function inside(orders, member) {
	return orders.flatMap((o) => (o[member] ?? []).map((child, i) => ({
		...child, rootfi_company_id: o.rootfi_company_id, order_rootfi_id: o.rootfi_id, ordinal: i + 1,
	})));
}

// Replaces the lists inside the orders that were written: there is nothing to
// delete of new ones.
async function replace(client, orders, member, updated) {
	const columns = { ...key, ...children[member] };
	if (updated.length > 0)
		await run(client, `delete ${member}`, () => `DELETE FROM bench.order_${member}
			WHERE (rootfi_company_id, order_rootfi_id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))`,
			updated, ['rootfi_company_id', 'rootfi_id']);
	await run(client, `insert ${member}`, () => {
		const { names, source } = rows(columns);
		return `INSERT INTO bench.order_${member} (${names}) ${source}`;
	}, inside(orders, member), Object.keys(columns));
}

async function write(client, orders) {
	await client.query('BEGIN');
	const { rows: written } = await run(client, 'upsert', upsert, orders, Object.keys(order));
	if (written.length > 0) {
		const keys = new Set(written.map((o) => `${o.rootfi_company_id} ${o.rootfi_id}`));
		const changed = orders.filter((o) => keys.has(`${o.rootfi_company_id} ${o.rootfi_id}`));
		for (const member of Object.keys(children))
			await replace(client, changed, member, written.filter((o) => o.updated));
	}
	await client.query('COMMIT');
}

async function main() {
	const url = process.env.BENCH_URL + process.env.BENCH_PATH;
	// as libpq does it; pg asks the environment alone
	const client = new Client({ user: process.env.PGUSER || os.userInfo().username });
	await client.connect();
	let target = url;
	while (target !== null) {
		const answer = await fetch(target, { headers: { api_key: process.env.BENCH_KEY } });
		if (!answer.ok)
			throw new Error(`${target}: HTTP status ${answer.status}`);
		const page = await answer.json();
		await write(client, page.data);
		target = page.next === null ? null : `${url}&next=${encodeURIComponent(page.next)}`;
	}
	await client.end();
}

main();
