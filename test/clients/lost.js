// lost.js HOST PORT USER: makes an order by way of node-postgres, on a
// connection and by way of a pool, and prints for each how many exceptions
// there were, the SQLSTATE of the last, and whether the same connection to the
// database serves the next statement.

const { Client, Pool } = require('pg');

const [host, port, user] = process.argv.slice(2);
const options = { host, port, user, database: 'postgres', max: 1 };
const order = JSON.stringify({
	customer_id: 'c', currency_id: 'USD',
	line_items: [{ quantity: 1, unit_amount: 1 }],
});

async function tell(way, client)
{
	const pid = async () =>
		(await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
	const before = await pid();
	let exceptions = 0;
	let code = 'none';

	try
	{
		await client.query('SELECT rootfi_create_order(1089, $1)', [order]);
	}
	catch (error)
	{
		exceptions++;
		code = error.code;
	}
	const same = await pid() === before ? 'same' : 'another';
	console.log(`${way} ${exceptions} ${code} ${same}`);
	await client.end();
}

(async () => {
	const client = new Client(options);
	await client.connect();
	await tell('client', client);
	await tell('pool', new Pool(options));
})();
