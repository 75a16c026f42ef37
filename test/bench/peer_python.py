"""peer_python.py values|copy: a copy of the list as a Python program makes it.

Reads the list page by page from BENCH_URL + BENCH_PATH with BENCH_KEY into
the tables of schema "bench", one transaction a page. A page can be read again:
orders that are as new as it stay as they are, others and the lists inside them
are replaced; of new ones there is nothing to delete. "values" writes multi-row
VALUES; "copy" copies into temporary tables and goes on from there.
"""

import csv
import decimal
import io
import json
import os
import sys

import psycopg2
import psycopg2.extras
import requests

COMMON = """rootfi_created_at rootfi_updated_at platform_id platform_unique_id
    rootfi_deleted_at raw_data data_hash""".split()
ORDER = ["rootfi_company_id", "rootfi_id"] + COMMON + """customer_id
    currency_id order_number status payment_status fulfillment_status
    total_amount total_discount total_tax shipping_amount created_at
    updated_at""".split()
CHILDREN = {
    "line_items": """rootfi_id item_id variant_id name description quantity
        unit_amount tax_amount discount_amount total_amount""".split(),
    "addresses": """rootfi_id platform_id type street city state postal_code
        country""".split(),
    "fulfillments": ["rootfi_id"] + COMMON + """order_id name status
        shipment_status estimated_delivery_date actual_delivery_date weight
        weight_unit addresses line_items tracking_info created_at
        updated_at""".split(),
    "transactions": ["rootfi_id"] + COMMON + """type order_id contact_id
        currency_id amount status payment_method_type gateway
        gateway_transaction_id original_transaction_id description reason
        created_at updated_at""".split(),
}
KEY = ["rootfi_company_id", "order_rootfi_id", "ordinal"]

# what stands for NULL in CSV: an empty string is something else
NULL = "\\N"

UPSERT = """INSERT INTO bench.orders AS o ({columns}) {source}
    ON CONFLICT (rootfi_company_id, rootfi_id) DO UPDATE SET {assignments}
    WHERE o.rootfi_updated_at < excluded.rootfi_updated_at
    RETURNING o.rootfi_company_id, o.rootfi_id, o.xmax <> 0"""

# by way of temporary tables
DELETE = """DELETE FROM bench.order_{member} AS c USING written AS w
    WHERE (c.rootfi_company_id, c.order_rootfi_id)
    = (w.rootfi_company_id, w.rootfi_id) AND w.updated"""
INSERT = """INSERT INTO bench.order_{member} ({names})
    SELECT {source} FROM new_order_{member} AS n JOIN written AS w
    ON (n.rootfi_company_id, n.order_rootfi_id)
    = (w.rootfi_company_id, w.rootfi_id)"""


def upsert(source):
    """The statement that writes orders."""
    return UPSERT.format(
        columns=", ".join(ORDER), source=source,
        assignments=", ".join(f"{c} = excluded.{c}" for c in ORDER[2:]))


def pages(url, key):
    """Gives the pages of the list; decimal numbers keep their digits."""
    session = requests.Session()
    session.headers["api_key"] = key
    params = {}
    while True:
        answer = session.get(url, params=params, timeout=60)
        answer.raise_for_status()
        page = json.loads(answer.content, parse_float=decimal.Decimal)
        yield page["data"]
        if page["next"] is None:
            return
        params = {"next": page["next"]}


def row(record, columns):
    """The values of a record's members; objects and lists become JSON."""
    values = [record.get(column) for column in columns]
    for i, value in enumerate(values):
        if value.__class__ is dict or value.__class__ is list:
            values[i] = json.dumps(value, default=float)
    return values


def children(orders, member):
    """The rows of a list inside the orders."""
    columns = CHILDREN[member]
    for order in orders:
        key = [order["rootfi_company_id"], order["rootfi_id"]]
        for ordinal, child in enumerate(order.get(member) or (), 1):
            yield key + [ordinal] + row(child, columns)


def write_values(cursor, orders):
    """Writes a page by VALUES lists."""
    written = psycopg2.extras.execute_values(
        cursor, upsert("VALUES %s"), [row(o, ORDER) for o in orders],
        page_size=len(orders) or 1, fetch=True)
    keys = {(company, order) for company, order, _ in written}
    updated = tuple((company, order) for company, order, u in written if u)
    orders = [o for o in orders
              if (o["rootfi_company_id"], o["rootfi_id"]) in keys]
    for member, columns in CHILDREN.items():
        if updated:
            cursor.execute(f"DELETE FROM bench.order_{member}"
                           " WHERE (rootfi_company_id, order_rootfi_id) IN %s",
                           (updated,))
        rows = list(children(orders, member))
        if rows:
            psycopg2.extras.execute_values(
                cursor, f"INSERT INTO bench.order_{member}"
                f" ({', '.join(KEY + columns)}) VALUES %s", rows,
                page_size=len(rows))


def make_temporary(cursor):
    """Makes the temporary tables that a page is copied to."""
    for table in ["orders"] + [f"order_{member}" for member in CHILDREN]:
        cursor.execute(f"CREATE TEMPORARY TABLE new_{table}"
                       f" (LIKE bench.{table}) ON COMMIT DELETE ROWS")
    cursor.execute("CREATE TEMPORARY TABLE written (rootfi_company_id bigint,"
                   " rootfi_id bigint, updated boolean)"
                   " ON COMMIT DELETE ROWS")


def copy_rows(cursor, table, columns, rows):
    """Copies rows to a temporary table."""
    text = io.StringIO()
    csv.writer(text).writerows(
        [NULL if value is None else value for value in values]
        for values in rows)
    text.seek(0)
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN"
                       f" (FORMAT csv, NULL '{NULL}')", text)


def write_copy(cursor, orders):
    """Writes a page by way of the temporary tables."""
    copy_rows(cursor, "new_orders", ORDER, (row(o, ORDER) for o in orders))
    source = f"SELECT {', '.join(ORDER)} FROM new_orders"
    cursor.execute(f"WITH w AS ({upsert(source)})"
                   " INSERT INTO written SELECT * FROM w")
    cursor.execute("SELECT count(*) FILTER (WHERE updated), count(*)"
                   " FROM written")
    updated, written = cursor.fetchone()
    for member, columns in CHILDREN.items() if written else ():
        names = KEY + columns
        copy_rows(cursor, f"new_order_{member}", names,
                  children(orders, member))
        if updated:
            cursor.execute(DELETE.format(member=member))
        cursor.execute(INSERT.format(
            member=member, names=", ".join(names),
            source=", ".join(f"n.{name}" for name in names)))


def main():
    """Copies the list."""
    connection = psycopg2.connect("")
    cursor = connection.cursor()
    write = {"values": write_values, "copy": write_copy}[sys.argv[1]]
    if write is write_copy:
        make_temporary(cursor)
        connection.commit()
    url = os.environ["BENCH_URL"] + os.environ["BENCH_PATH"]
    for orders in pages(url, os.environ["BENCH_KEY"]):
        if orders:
            write(cursor, orders)
        connection.commit()


main()
