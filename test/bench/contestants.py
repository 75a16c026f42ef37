"""Who runs: how each is prepared, what it runs and what must be true then."""

import dataclasses
from typing import Callable

import sandbox
import tables
from stage import Different, has_node, program

CALL = "CALL rootfi_sync('ecommerce/orders')"
REFRESH = "CALL rootfi_sync('ecommerce/orders', full_refresh => true)"
SEARCH = "SET search_path = bench, public"

# Set before the library is there, these would be lost: it defines a second
# name for each, with the same variable.
HTTP_SETTINGS = ("LOAD 'http'", "SET http.curlopt_tcp_keepalive = 1",
                 "SET http.curlopt_timeout_ms = 60000")


@dataclasses.dataclass
class Contestant:
    """One way to fill tables, or to find that they need nothing."""

    name: str
    schema: str
    command: Callable              # of a stage: the command
    prepare: Callable = None       # by default the tables are emptied
    check: Callable = None         # by default they equal the reference

    def run(self, stage):
        """Runs once; gives the cost and how many rows it has written."""
        (self.prepare or self.empty)(stage)
        before = tables.written(stage.connection, self.schema)
        cost = stage.measure(self.command(stage))
        rows = tables.written(stage.connection, self.schema) - before
        (self.check or self.equal)(stage)
        return cost, rows

    def empty(self, stage):
        """Empties the tables; the extension starts from the beginning."""
        if self.schema == "rootfi":
            tables.add_streams(stage.connection, [sandbox.COMPANY])
        else:
            tables.empty(stage.connection, self.schema)

    def equal(self, stage):
        """Fails when the tables differ from the reference."""
        try:
            stage.must_equal_reference(self.schema)
        except Different as error:
            raise Different(f"{self.name}: {error}") from None


def nothing(_stage):
    """Leaves the tables as they are."""


def touch(stage):
    """Has one order of a hundred changed at the platform."""
    stage.touched = stage.sandbox.touch(max(1, stage.sandbox.orders // 100))


def expect_run(stage, updated):
    """Fails when the last run has written anything but some updates."""
    stage.cursor.execute("SELECT inserted, updated, marked_deleted, state"
                         " FROM rootfi_run ORDER BY run_id DESC LIMIT 1")
    found = stage.cursor.fetchone()
    if found != (0, updated, 0, "complete"):
        raise Different(f"rootfi_run has {found}, expected {updated} updates")


def expect_touched(stage):
    """Fails unless just what was changed has been updated."""
    expect_run(stage, stage.touched)


def expect_unchanged(stage):
    """Fails when anything was written."""
    expect_run(stage, 0)


# That nothing is left to be written is also the proof of the run before.
ROOTFI = [
    Contestant("rootfi", "rootfi", lambda s: s.psql(CALL)),
    Contestant("rootfi, 1 % changed", "rootfi", lambda s: s.psql(CALL),
               prepare=touch, check=expect_touched),
    Contestant("rootfi, unchanged, all read", "rootfi",
               lambda s: s.psql(REFRESH),
               prepare=nothing, check=expect_unchanged),
    Contestant("rootfi, 1 % changed, all read", "rootfi",
               lambda s: s.psql(REFRESH),
               prepare=touch, check=expect_touched),
]

COPY = Contestant("COPY", "bench", lambda s: s.psql() + [
    "-f", s.copy_script()])

SET_BASED = [
    Contestant("set-based SQL", "bench",
               lambda s: s.psql(SEARCH, "CALL load_pages()")),
    Contestant("set-based SQL, unchanged", "bench",
               lambda s: s.psql(SEARCH, "CALL load_pages()"),
               prepare=nothing),
]

PYTHON_VALUES = Contestant(
    "Python, VALUES", "bench", lambda s: program("peer_python.py", "values"))
PYTHON_COPY = Contestant(
    "Python, COPY", "bench", lambda s: program("peer_python.py", "copy"))
NODE = Contestant(
    "Node.js, arrays", "bench", lambda s: program("peer_node.js"))


def load_http(stage):
    """The command that loads by the extension http."""
    url = stage.sandbox.url + stage.sandbox.path(stage.page_size)
    return stage.psql(
        *HTTP_SETTINGS, SEARCH,
        f"CALL load_http('{url}', '{stage.sandbox.key}')")


def before_http(stage):
    """Empties the tables; counts the connections so far."""
    tables.empty(stage.connection, "bench")
    stage.connections = stage.sandbox.connections()


def after_http(stage):
    """Fails unless one connection was kept, and the tables are right."""
    opened = stage.sandbox.connections() - stage.connections
    if opened != 1:
        raise Different(f"pgsql-http opened {opened} connections")
    stage.must_equal_reference("bench")


HTTP = Contestant("pgsql-http, set-based SQL", "bench", load_http,
                  prepare=before_http, check=after_http)


def peers(stage):
    """The others that fetch for themselves, as far as they are installed."""
    result = [PYTHON_VALUES, PYTHON_COPY]
    if has_node():
        result.append(NODE)
    if stage.has_http():
        result.append(HTTP)
    return result
