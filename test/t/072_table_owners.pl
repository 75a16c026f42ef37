# Whoever owns a table has code that runs when it is filled: that code never
# gets rights which its owner does not have.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Shape;
use Test::More;

my ($node, $sandbox) = start_pair(sandbox => { orders => 20 }, server => { overlap => '0' });
sub query { return $node->safe_psql('postgres', @_) }

my $root = query(q{
	CREATE ROLE eve LOGIN;
	CREATE ROLE app LOGIN;
	CREATE ROLE boss LOGIN IN ROLE app;
	GRANT USAGE ON FOREIGN SERVER rootfi TO eve, app;
	GRANT CREATE ON DATABASE postgres TO eve, app;
	SELECT current_user});
map_user($node, $sandbox->key, $_) foreach 'eve', 'app';

# What eve has in her tables: each of these runs when a row is written, or
# even looked at, and makes her a superuser where it can.
my $attack = q{
	CREATE FUNCTION evil.rise() RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
	BEGIN
		IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
			ALTER ROLE eve SUPERUSER;
		END IF;
		RETURN 1;
	END $$;
	CREATE FUNCTION evil.rise_true() RETURNS boolean LANGUAGE sql IMMUTABLE RETURN evil.rise() = 1;
	CREATE FUNCTION evil.rise_key(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN $1 * evil.rise();
	CREATE FUNCTION evil.rise_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.rise(); RETURN coalesce(NEW, OLD); END $$;
};
my %deed = (
	'a trigger' => 'CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON @ FOR EACH ROW EXECUTE FUNCTION evil.rise_row()',
	'a trigger of the statement' => 'CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON @ EXECUTE FUNCTION evil.rise_row()',
	'a deferred trigger' => 'CREATE CONSTRAINT TRIGGER t AFTER INSERT OR UPDATE ON @ DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evil.rise_row()',
	'a default' => 'ALTER TABLE @ ADD mine integer; ALTER TABLE @ ALTER mine SET DEFAULT evil.rise()',
	'a check' => 'ALTER TABLE @ ADD CHECK (evil.rise() = 1)',
	'a generated column' => 'ALTER TABLE @ ADD mine bigint GENERATED ALWAYS AS (evil.rise_key(rootfi_id)) STORED',
	'an index' => 'CREATE INDEX ON @ (evil.rise_key(rootfi_id))',
	'a policy' => 'ALTER TABLE @ ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY p ON @ USING (evil.rise() = 1)',
	'a rule' => 'CREATE RULE r AS ON INSERT TO @ DO ALSO SELECT evil.rise()',
);
my $table = 'evil.orders';

# The tables of a stream of the superuser's, in a schema of eve's
sub begin
{
	my ($statements) = @_;

	query(qq{
		DROP SCHEMA IF EXISTS evil CASCADE;
		DELETE FROM rootfi_stream;
		CREATE SCHEMA evil AUTHORIZATION eve;
		SET client_min_messages = error;
		SELECT rootfi_add_stream('ecommerce/orders', 1089, 'evil')});
	query("SET ROLE eve; $attack; $statements");
	return;
}

# What a call tells, and whether eve is a superuser then.
sub outcome
{
	my ($arguments) = @_;
	my $told = sync($node, $arguments // '');
	my $is = query(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'eve'});

	query('ALTER ROLE eve NOSUPERUSER');
	return ($told, $is);
}

my $replace = q{DROP TABLE evil.orders; CREATE TABLE evil.orders (LIKE rootfi_order, rootfi_content_hash bigint, PRIMARY KEY (rootfi_company_id, rootfi_id));};
my $refused = qr/ERROR:  42501: .*\n.*permission denied to fill table evil\.\w+ as role "$root": It belongs to role "eve", whose triggers/;
foreach my $name (sort keys %deed)
{
	begin($replace . $deed{$name} =~ s/@/$table/gr);
	my ($told, $is) = outcome();
	like($told, $refused, "$name of a table in the place of ours: nothing is written");
	is($is, 'f', 'and its owner is no more than before');
}

# In the place of a table of children, and of a partition
begin(q{
	DROP TABLE evil.order_addresses;
	CREATE TABLE evil.order_addresses (LIKE rootfi_order_address, PRIMARY KEY (rootfi_company_id, order_rootfi_id, ordinal));
	CREATE TRIGGER t BEFORE INSERT OR DELETE ON evil.order_addresses EXECUTE FUNCTION evil.rise_row()});
like((outcome())[0], $refused, 'a table of children is refused');
is((outcome())[1], 'f', 'and its trigger does not run');
begin('CREATE TABLE evil.part (LIKE rootfi_order, PRIMARY KEY (rootfi_company_id, rootfi_id)); CREATE TRIGGER t BEFORE INSERT ON evil.part FOR EACH ROW EXECUTE FUNCTION evil.rise_row()');
query(q{
	DROP TABLE evil.orders;
	CREATE TABLE evil.orders (LIKE rootfi_order, PRIMARY KEY (rootfi_company_id, rootfi_id)) PARTITION BY LIST (rootfi_company_id);
	ALTER TABLE evil.orders ATTACH PARTITION evil.part DEFAULT});
my ($told, $is) = outcome();
like($told, qr/permission denied to fill table evil\.part as role/, 'a partition of another owner is refused');
is($is, 'f', 'and its trigger does not run');

# Between two pages
begin('');
server_options($node, page_size => 5);
unlike(sync($node, 'max_pages => 1'), qr/ERROR/, 'one page is copied');
query("SET ROLE eve; $replace CREATE TRIGGER t BEFORE INSERT ON evil.orders FOR EACH ROW EXECUTE FUNCTION evil.rise_row()");
($told, $is) = outcome();
like($told, $refused, 'a table that is replaced later is refused');
is($is, 'f', 'and its trigger does not run');
server_options($node, page_size => 100);

# Who may fill what
begin('');
like((as_role($node, $root, q{SELECT rootfi_add_stream('ecommerce/items', 1089, 'evil')}))[1], qr/WARNING: .*schema "evil" belongs to role "eve"/, 'to add a stream to a schema of others warns');
is((as_role($node, 'eve', q{SELECT rootfi_add_stream('ecommerce/contacts', 1089, 'evil')}))[1], '', 'to one of one\'s own does not');
is((as_role($node, $root, q{CREATE SCHEMA own; SELECT rootfi_add_stream('ecommerce/contacts', 1089, 'own')}))[1], '', 'nor does it for a superuser');
like((as_role($node, $root, q{DROP TABLE evil.contacts; SELECT 1}))[1], qr/^$/, 'a table is dropped');
query('SET ROLE eve; CREATE TABLE evil.contacts (LIKE rootfi_contact, PRIMARY KEY (rootfi_company_id, rootfi_id))');
like((as_role($node, 'app', q{SELECT rootfi_add_stream('ecommerce/contacts', 1090, 'evil')}))[1], qr/ERROR:  42501/, 'a role cannot add a stream into tables of others');
query(q{
	DELETE FROM rootfi_stream;
	SET client_min_messages = error;
	CREATE SCHEMA app AUTHORIZATION app;
	SET SESSION AUTHORIZATION app;
	SELECT rootfi_add_stream('ecommerce/orders', 1089, 'app');
	RESET SESSION AUTHORIZATION});
foreach my $owner ('app', 'boss', $root)
{
	query("ALTER TABLE app.orders OWNER TO $owner; GRANT ALL ON app.orders TO app");
	$sandbox->touch('ecommerce/orders', 1089, 1);
	unlike(sync($node, q{'ecommerce/orders'}), qr/ERROR/, "a table of $owner, who has the rights of the stream's owner, is filled");
}
query('ALTER TABLE app.orders OWNER TO eve; GRANT ALL ON app.orders TO app');
like(sync($node, q{'ecommerce/orders'}), qr/permission denied to fill table app.orders as role "app"/, 'one of another role is not, whatever it grants');
query('GRANT app TO eve');
unlike(sync($node, q{'ecommerce/orders'}), qr/ERROR/, 'until that role has the rights of the owner');

$sandbox->stop;
done_testing();
