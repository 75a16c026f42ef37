# What other people's code raises is the error of what ran it; an interrupt
# ends the call, whatever that code does with it.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 20 }, server => { overlap => '0' });
sub query { return $node->safe_psql('postgres', @_) }

# A role whose table has a trigger that does what a table says, and a stream
# of the superuser's that is to go on whatever it does.
query(q{
	CREATE ROLE app LOGIN;
	GRANT USAGE ON FOREIGN SERVER rootfi TO app;
	GRANT CREATE ON DATABASE postgres TO app});
map_user($node, $sandbox->key, 'app');
query(q{
	SET ROLE app;
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'app');
	CREATE TABLE app.deed (statement text);
	CREATE FUNCTION app.act() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE
		deed text;
	BEGIN
		FOR deed IN SELECT statement FROM app.deed LOOP
			EXECUTE deed;
		END LOOP;
		RETURN NULL;
	END $$;
	CREATE TRIGGER act AFTER INSERT OR UPDATE ON app.orders EXECUTE FUNCTION app.act();
	RESET ROLE;
	SELECT rootfi_add_stream('ecommerce/items', 1089, 'root')});

# Makes the trigger do something in the next run, for which there is work.
sub arm
{
	my ($deed) = @_;

	query(qq{
		TRUNCATE app.deed;
		INSERT INTO app.deed VALUES (\$deed\$$deed\$deed\$);
		UPDATE rootfi_stream SET next_due = stream_id * interval '1 s' + timestamptz '2020-01-01', failures = 0, error_sqlstate = NULL, completed_at = NULL});
	$sandbox->touch('ecommerce/orders', 1089, 2);
	return;
}

my $state = q{SELECT string_agg(concat_ws(' ', resource, failures, error_sqlstate, completed_at IS NOT NULL), ', ' ORDER BY stream_id) FROM rootfi_stream};

# What code raises by itself
foreach my $code (qw(57014 57P01 57P02 57P03 57P04 57P05 57000 53200 40P01 55P03 XX000 RF007))
{
	arm(qq{DO 'BEGIN RAISE ''canceling statement due to user request'' USING ERRCODE = ''$code''; END'});
	like(sync($node, ''), qr/ERROR:  $code: could not sync 1 of 2 streams\n.*: $code: canceling/, "an error $code of a trigger is its stream's");
	is(query($state), "ecommerce/orders 1 $code f, ecommerce/items 0 t", 'kept with it, and the other stream goes on');
}
arm(q{DO 'BEGIN BEGIN RAISE ''x'' USING ERRCODE = ''57014''; EXCEPTION WHEN query_canceled THEN END; END'});
unlike(sync($node, ''), qr/ERROR/, 'what a trigger raises and catches is its own affair');

# Interrupts: as they are, caught and raised again, turned into something
# else, and kept from us.
my $sleep = 'PERFORM pg_sleep(600)';
my %deed = (
	'in a trigger' => $sleep,
	'that a trigger raises again' => "BEGIN $sleep; EXCEPTION WHEN query_canceled THEN RAISE; END",
	'that a trigger makes another error of' => "BEGIN $sleep; EXCEPTION WHEN query_canceled THEN RAISE ''mine''; END",
	'that a trigger keeps to itself' => "BEGIN $sleep; EXCEPTION WHEN query_canceled THEN END",
);
foreach my $name (sort keys %deed)
{
	arm("DO 'BEGIN $deed{$name}; END'");
	my $call = session($node, 'syncing', 'CALL rootfi_sync()');
	wait_until_waiting($node, 'syncing', 'PgSleep');
	query(q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'syncing'});
	finish($call);
	like($call->{error}, qr/ERROR:  canceling statement due to user request\n/, "a cancel $name ends the call");
	is(query($state), 'ecommerce/orders 0 f, ecommerce/items 0 f', 'and is no error of a stream');
	like(sync($node, '', set => { statement_timeout => '1s' }), qr/ERROR:  57014: canceling statement due to statement timeout/, "so does a time limit $name");
	is(query($state), 'ecommerce/orders 0 f, ecommerce/items 0 f', 'which is no error of a stream either');
}
query('TRUNCATE app.deed');
unlike(sync($node, ''), qr/ERROR/, 'then all is as before');

# The check tells of what it is about, and of nothing else.
my $lock = backend($node);
ask($lock, 'BEGIN; LOCK TABLE pg_foreign_server, pg_user_mapping IN ACCESS EXCLUSIVE MODE');
foreach my $limit ('statement_timeout', 'lock_timeout')
{
	my $code = $limit eq 'lock_timeout' ? '55P03' : '57014';

	like((as_role($node, query('SELECT user'), "SET $limit = '1s'; SELECT * FROM rootfi_check()"))[1],
		qr/ERROR:  $code: canceling statement due to/, "rootfi_check() ends by $limit");
}
leave($lock);
is(query(q{SET rootfi.server = nowhere; SELECT check_name, status FROM rootfi_check()}), 'server|fail', 'and still tells of a missing server');

# A value that does not fit goes to extra; what else happens is an error.
query(q{
	CREATE FUNCTION judge(text) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		IF current_setting('test.code') <> '' THEN
			RAISE 'x' USING ERRCODE = current_setting('test.code');
		END IF;
		RETURN true;
	END $$;
	CREATE DOMAIN judged AS text CHECK (judge(VALUE))});
foreach my $code (qw(22023 22P02 23514 53200 40P01 40001 57014 57P01 XX000 P0001 42P01 25006))
{
	my (undef, $output, $error) = $node->psql('postgres', qq{
		\\set VERBOSITY verbose
		SET test.code = '$code';
		SELECT rootfi_id, order_number IS NULL, extra ? 'order_number'
		FROM rootfi_rows('ecommerce/orders', max_rows => 1) AS (rootfi_id bigint, order_number judged, extra jsonb)});

	if ($code =~ /^2[23]/)
	{
		is($output, '157|t|t', "a value that is refused with $code goes to extra");
	}
	else
	{
		like($error, qr/ERROR:  $code: x/, "$code is an error");
	}
}

$sandbox->stop;
done_testing();
