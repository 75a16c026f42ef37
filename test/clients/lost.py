"""lost.py WAY HOST PORT USER: makes an order by way of a Python client, and
prints how many exceptions there were, the SQLSTATE of the last, and whether
the same connection to the database serves the next statement."""

import asyncio
import json
import sys

ORDER = json.dumps({"customer_id": "c", "currency_id": "USD",
                    "line_items": [{"quantity": 1, "unit_amount": 1}]})
CREATE = "SELECT rootfi_create_order(1089, %s)"
PID = "SELECT pg_backend_pid()"


def tell(create, pid):
    """Makes the order, and tells how that ended."""
    before, exceptions, code = pid(), 0, "none"
    try:
        create()
    except Exception as error:
        exceptions += 1
        cause = getattr(error, "orig", None) or error.__cause__ or error
        code = getattr(cause, "sqlstate", None) or cause.pgcode
    print(exceptions, code, "same" if pid() == before else "another")


def plain(driver, host, port, user):
    """psycopg2 and psycopg, as they come."""
    connection = driver.connect(host=host, port=port, user=user, dbname="postgres")
    connection.autocommit = True

    def run(statement, *arguments):
        cursor = connection.cursor()
        cursor.execute(statement, arguments)
        return cursor.fetchone()[0]

    tell(lambda: run(CREATE, ORDER), lambda: run(PID))


def sqlalchemy(host, port, user):
    """A pool that looks whether a connection is alive before it is used."""
    from sqlalchemy import create_engine

    engine = create_engine("postgresql+psycopg2://", pool_size=1, max_overflow=0,
                           pool_pre_ping=True,
                           connect_args={"host": host, "port": port, "user": user,
                                         "dbname": "postgres"})

    def run(statement, *arguments):
        with engine.begin() as connection:
            return connection.exec_driver_sql(statement, arguments).scalar()

    tell(lambda: run(CREATE, ORDER), lambda: run(PID))


def django(host, port, user):
    """Django, in a transaction; each statement is a request of its own."""
    from django.conf import settings

    settings.configure(DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "HOST": host, "PORT": port,
        "USER": user, "NAME": "postgres", "CONN_MAX_AGE": None}})
    from django.db import close_old_connections, connection, transaction

    def run(statement, *arguments):
        close_old_connections()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, arguments)
            return cursor.fetchone()[0]

    tell(lambda: run(CREATE, ORDER), lambda: run(PID))


def asyncpg(host, port, user):
    """The pool of asyncpg, which has no blocking interface."""
    import asyncpg as driver

    loop = asyncio.new_event_loop()
    pool = loop.run_until_complete(driver.create_pool(
        host=host, port=int(port), user=user, database="postgres",
        min_size=1, max_size=1, loop=loop))

    def run(statement, *arguments):
        return loop.run_until_complete(pool.fetchval(statement, *arguments))

    tell(lambda: run(CREATE.replace("%s", "$1"), ORDER), lambda: run(PID))
    loop.run_until_complete(pool.close())


way, *where = sys.argv[1:]
if way in ("psycopg2", "psycopg"):
    plain(__import__(way), *where)
else:
    globals()[way](*where)
