"""The tables that all contestants fill, and the databases that hold them."""

import contextlib

import psycopg2
from psycopg2.extensions import quote_ident

TABLES = ("orders", "order_line_items", "order_addresses",
          "order_fulfillments", "order_transactions")

# what only the extension fills
OWN_COLUMNS = ("extra", "rootfi_content_hash")


# the key is in statements: the server's log is none of its places
UNLOGGED = "-c log_statement=none"


def connect(database):
    """A connection that commits each statement."""
    connection = psycopg2.connect(dbname=database, options=UNLOGGED)
    connection.autocommit = True
    return connection


@contextlib.contextmanager
def database(name):
    """Makes a database; gives a connection to it; drops it at the end."""
    with contextlib.closing(connect("postgres")) as admin:
        cursor = admin.cursor()
        quoted = quote_ident(name, cursor)
        cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE template0"
                       " ENCODING 'UTF8' LOCALE 'C'")
        try:
            with contextlib.closing(connect(name)) as connection:
                yield connection
        finally:
            cursor.execute(f"DROP DATABASE {quoted} WITH (FORCE)")


def install(connection, sandbox, page_size):
    """Makes the extension talk to a sandbox."""
    cursor = connection.cursor()
    cursor.execute("CREATE EXTENSION rootfi")
    cursor.execute("SET client_min_messages = warning")
    cursor.execute(
        "CREATE SERVER rootfi FOREIGN DATA WRAPPER rootfi"
        " OPTIONS (base_url %s, page_size %s)", (sandbox.url, str(page_size)))
    cursor.execute(
        "CREATE USER MAPPING FOR CURRENT_USER SERVER rootfi"
        " OPTIONS (api_key %s)", (sandbox.key,))


def add_streams(connection, companies):
    """Has just these companies' orders copied, and from the start."""
    cursor = connection.cursor()
    cursor.execute("SELECT rootfi_remove_stream(stream_id) FROM rootfi_stream")
    for company in companies:
        cursor.execute("SELECT rootfi_add_stream('ecommerce/orders', %s)",
                       (company,))
    empty(connection, "rootfi")


def make_peers_tables(connection):
    """Makes the same tables for the other contestants, in schema bench."""
    cursor = connection.cursor()
    cursor.execute("CREATE SCHEMA bench")
    for table in TABLES:
        cursor.execute(f"CREATE TABLE bench.{table}"
                       f" (LIKE rootfi.{table} INCLUDING ALL)")


def empty(connection, schema):
    """Empties the tables."""
    cursor = connection.cursor()
    names = ", ".join(f"{schema}.{table}" for table in TABLES)
    cursor.execute(f"TRUNCATE {names}")


def columns(cursor, table):
    """The columns of a table that every contestant fills."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (f"rootfi.{table}",))
    return [name for (name,) in cursor.fetchall() if name not in OWN_COLUMNS]


def fingerprint(connection, schema):
    """For each table how many rows it has, and a sum of their hashes.

    Values that are equal have equal hashes, and the order does not matter.
    """
    cursor = connection.cursor()
    result = {}
    for table in TABLES:
        row = ", ".join(columns(cursor, table))
        cursor.execute(
            f"SELECT count(*), coalesce(sum(hash_record_extended(ROW({row}),"
            f" 0)), 0)::text FROM {schema}.{table}")
        result[table] = cursor.fetchone()
    return result


def written(connection, schema):
    """How many rows have ever been inserted, updated or deleted."""
    cursor = connection.cursor()
    cursor.execute("SELECT pg_stat_force_next_flush()")
    cursor.execute(
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint"
        " FROM pg_stat_user_tables WHERE schemaname = %s", (schema,))
    return cursor.fetchone()[0]
