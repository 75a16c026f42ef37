<?php
// laravel.php HOST PORT USER: makes an order by way of Laravel's database
// layer, plainly and in a transaction with three attempts, and prints for each
// how many exceptions there were and the SQLSTATE of the last.

require 'Illuminate/Database/autoload.php';

[, $host, $port, $user] = $argv;
$capsule = new Illuminate\Database\Capsule\Manager;
$capsule->addConnection([
	'driver' => 'pgsql', 'host' => $host, 'port' => $port,
	'database' => 'postgres', 'username' => $user, 'password' => '',
]);
$connection = $capsule->getConnection();
$order = json_encode([
	'customer_id' => 'c', 'currency_id' => 'USD',
	'line_items' => [['quantity' => 1, 'unit_amount' => 1]],
]);
$create = function () use ($connection, $order) {
	return $connection->select('SELECT rootfi_create_order(1089, ?)', [$order]);
};

foreach (['select' => $create,
	'transaction' => fn () => $connection->transaction($create, 3)] as $way => $call)
{
	$exceptions = 0;
	$code = 'none';
	try
	{
		$call();
	}
	catch (Illuminate\Database\QueryException $e)
	{
		$exceptions++;
		$code = $e->getCode();
	}
	echo "$way $exceptions $code\n";
}
