"""What the peers that get their data for free are given: pages of a copy."""

import os

import requests

import tables


def export(connection, directory, page_size):
    """Writes pages of the copy as CSV files; gives their number.

    The pages are those of the list, which is in the order of rootfi_id.
    """
    cursor = connection.cursor()
    cursor.execute(
        "SELECT min(rootfi_id), max(rootfi_id) FROM"
        " (SELECT rootfi_id, (row_number() OVER (ORDER BY rootfi_id) - 1)"
        "  / %s AS page FROM rootfi.orders) AS o GROUP BY page ORDER BY page",
        (page_size,))
    bounds = cursor.fetchall()
    for number, (first, last) in enumerate(bounds):
        for table in tables.TABLES:
            path = os.path.join(directory, f"{number}.{table}")
            with open(path, "w") as file:
                cursor.copy_expert(copy_out(table, first, last), file)
    return len(bounds)


def copy_out(table, first, last):
    """The statement that exports the rows of some orders from a table."""
    key = "rootfi_id" if table == "orders" else "order_rootfi_id, ordinal"
    return (f"COPY (SELECT * FROM rootfi.{table}"
            f" WHERE {key.partition(',')[0]} BETWEEN {first} AND {last}"
            f" ORDER BY {key}) TO STDOUT (FORMAT csv)")


def script(directory, count, path):
    """Writes a psql script that copies the pages into schema bench.

    COPY reads files of the server, which needs no client at all. psql with
    the rows in its script took as long, at best 1.3 times; COPY FROM STDIN
    by psycopg2 1.1 times as long, at best 1.3 times.
    """
    with open(path, "w") as file:
        for number in range(count):
            file.write("BEGIN;\n")
            for table in tables.TABLES:
                source = os.path.join(directory, f"{number}.{table}")
                file.write(f"COPY bench.{table} FROM '{source}'"
                           " (FORMAT csv);\n")
            file.write("COMMIT;\n")


def fetch_into_table(connection, sandbox, page_size):
    """Fills the table of pages with the answers of the API, as text."""
    cursor = connection.cursor()
    session = requests.Session()
    session.headers["api_key"] = sandbox.key
    number, cursor_next = 0, ""
    while cursor_next is not None:
        params = {"next": cursor_next} if cursor_next else {}
        answer = session.get(sandbox.url + sandbox.path(page_size),
                             params=params, timeout=60)
        answer.raise_for_status()
        number += 1
        cursor.execute("INSERT INTO bench.page VALUES (%s, %s)",
                       (number, answer.text))
        cursor_next = answer.json()["next"]
