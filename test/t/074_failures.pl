# What is told and kept of streams that fail.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 20 }, server => { overlap => '0' });
sub query { return $node->safe_psql('postgres', @_) }

# What the server puts into its errors of a row, or a trigger does.
query(q{
	CREATE ROLE monitor LOGIN IN ROLE pg_read_all_stats;
	SELECT rootfi_add_stream('ecommerce/orders', 1089);
	CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF current_setting('test.how') = 'cast' THEN
			PERFORM NEW.order_number::integer;
		ELSIF current_setting('test.how') = 'raise' THEN
			RAISE 'order %', NEW.order_number USING DETAIL = NEW.order_number;
		ELSIF current_setting('test.how') = 'divide' THEN
			PERFORM (NEW.order_number || '-x')::date;
		END IF;
		RETURN NEW;
	END $$;
	CREATE TRIGGER tell BEFORE INSERT ON rootfi.orders FOR EACH ROW EXECUTE FUNCTION tell();
	CREATE TABLE other (order_number text PRIMARY KEY)});
my %violation = (
	'a check' => 'ALTER TABLE rootfi.orders ADD CONSTRAINT mine CHECK (rootfi_id < 0)',
	'not null' => 'ALTER TABLE rootfi.orders ADD mine integer NOT NULL',
	'a foreign key' => 'ALTER TABLE rootfi.orders ADD CONSTRAINT mine FOREIGN KEY (order_number) REFERENCES other',
	'a unique key' => 'ALTER TABLE rootfi.orders ADD CONSTRAINT mine EXCLUDE USING btree ((length(order_number) > 0) WITH =)',
);
my @cases = ((map { [ $_, $violation{$_}, '' ] } sort keys %violation), map { [ $_, 'SELECT 1', $_ ] } qw(cast raise divide));
foreach my $case (@cases)
{
	my ($name, $statement, $how) = @$case;

	query($statement);
	my $told = sync($node, q{'ecommerce/orders'}, set => { 'test.how' => $how });
	like($told, qr/SO-000158|ORD-2024-001|null, |\(t\)/, "$name: who calls is told which row it was");
	my ($seen) = as_role($node, 'monitor', q{
		SELECT error_message FROM rootfi_stream; SELECT error_message FROM rootfi_run; SELECT error_message FROM rootfi_sync_status});
	unlike($seen, qr/SO-|ORD-|Failing row|Key \(/, "$name: no value of it is kept for monitors");
	like($seen, qr/violates|conflicting|could not be written/, "$name: but what happened is");
	query('ALTER TABLE rootfi.orders DROP CONSTRAINT IF EXISTS mine, DROP COLUMN IF EXISTS mine');
}
unlike(sync($node, q{'ecommerce/orders'}, set => { 'test.how' => '' }), qr/ERROR/, 'then it goes on');

# A session that refuses to have rows hidden copies nevertheless.
query(q{
	CREATE ROLE app LOGIN;
	GRANT USAGE ON FOREIGN SERVER rootfi TO app;
	GRANT CREATE ON DATABASE postgres TO app});
map_user($node, $sandbox->key, 'app');
my ($id) = as_role($node, 'app', q{SELECT rootfi_add_stream('ecommerce/items', 1089, 'app')});
like(sync($node, '', role => 'app', set => { row_security => 'off' }), qr/stream $id .* inserted/, 'row_security = off keeps no stream from being run');
is((as_role($node, 'app', "SET row_security = off; SELECT rootfi_alter_stream($id, enabled => false); SELECT rootfi_reset_stream($id)"))[1], '', 'nor from being changed');

# Many that fail: ten are named.
query(q{
	SELECT rootfi_add_stream('ecommerce/orders', n, 'many') FROM generate_series(1, 40) AS n;
	ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (SET api_key 'a wrong key')});
my $told = sync($node, '', set => { 'test.how' => '' });
like($told, qr/could not sync 4[01] of 4[01] streams/, 'all fail');
is(scalar(() = $told =~ /Stream \d+ \(/g), 10, 'ten are named');
like($told, qr/^and 3[01] others$/m, 'the others are counted');

$sandbox->stop;
done_testing();
