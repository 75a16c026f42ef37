"""What contestants run on: a sandbox, a database, and means to measure."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile

import pages
import sandbox
import tables
from measure import Meter

HERE = os.path.dirname(os.path.abspath(__file__))


class Different(Exception):
    """A contestant's tables are not what they should be."""


class Stage:
    """A database whose extension talks to a sandbox."""

    def __init__(self, connection, name, box, page_size, directory):
        """Installs the extension and meets the server's postmaster."""
        self.connection = connection
        self.cursor = connection.cursor()
        self.name = name
        self.sandbox = box
        self.page_size = page_size
        self.directory = directory
        self.reference = None
        self.fetch = None        # the path of the program fetch
        self.connections = 0     # the sandbox's, before a run
        self.touched = 0         # orders that were changed last
        tables.install(connection, box, page_size)
        self.meter = Meter(lambda: tables.connect(name))

    def environment(self, options=""):
        """What the programs of contestants find in their environment."""
        return dict(os.environ, PGDATABASE=self.name,
                    PGOPTIONS=f"{tables.UNLOGGED} {options}",
                    BENCH_URL=self.sandbox.url, BENCH_KEY=self.sandbox.key,
                    BENCH_PATH=self.sandbox.path(self.page_size))

    def measure(self, *commands, options=""):
        """Runs programs side by side and gives what that cost."""
        return self.meter.run(*commands, env=self.environment(options),
                              sandbox=self.sandbox)

    def query(self, statement, *values):
        """The first column of the first row of a query."""
        self.cursor.execute(statement, values)
        return self.cursor.fetchone()[0]

    def psql(self, *statements):
        """The command that has psql run each of some statements."""
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        for statement in statements:
            command += ["-c", statement]
        return command

    def script(self, name):
        """Runs a file of SQL that lies beside this one."""
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f",
                        os.path.join(HERE, name)], check=True,
                       env=self.environment("-c client_min_messages=warning"))

    def make_reference(self):
        """Copies the orders once, so that all others can be compared."""
        tables.add_streams(self.connection, [sandbox.COMPANY])
        self.cursor.execute("CALL rootfi_sync('ecommerce/orders')")
        self.reference = tables.fingerprint(self.connection, "rootfi")
        count = self.reference["orders"][0]
        if count != self.sandbox.orders - 1:
            raise Different(f"the reference has {count} orders")

    def make_peers(self):
        """Makes tables for the others, and gives them what they need."""
        tables.make_peers_tables(self.connection)
        self.script("set_based.sql")
        if self.has_http():
            self.script("http.sql")
        pages.fetch_into_table(self.connection, self.sandbox, self.page_size)
        count = pages.export(self.connection, self.directory, self.page_size)
        pages.script(self.directory, count, self.copy_script())

    def copy_script(self):
        """The path of the psql script that copies exported pages."""
        return os.path.join(self.directory, "copy.sql")

    def has_http(self):
        """Does the server have the extension http?"""
        return self.query("SELECT count(*) FROM pg_available_extensions"
                          " WHERE name = 'http'") > 0

    def must_equal_reference(self, schema):
        """Fails when tables are not what the extension's copy is."""
        found = tables.fingerprint(self.connection, schema)
        for table, expected in self.reference.items():
            if found[table] != expected:
                raise Different(f"{schema}.{table} has rows and hashes "
                                f"{found[table]}, expected {expected}")


@contextlib.contextmanager
def set_up(box, page_size):
    """Makes a stage in a database of its own; removes both at the end."""
    name = f"rootfi_bench_{os.getpid()}"
    directory = tempfile.mkdtemp(prefix="rootfi-bench.")
    try:
        with tables.database(name) as connection:
            stage = Stage(connection, name, box, page_size, directory)
            with contextlib.closing(stage.meter):
                yield stage
    finally:
        shutil.rmtree(directory)


def build_fetch(directory):
    """Compiles fetch.c; gives the path of the program."""
    path = os.path.join(directory, "fetch")
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libcurl"],
                           check=True, text=True, stdout=subprocess.PIPE)
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-Wall", "-Wextra",
                    "-o", path, os.path.join(HERE, "fetch.c"),
                    *flags.stdout.split()], check=True)
    return path


def has_node():
    """Is there Node.js with its module pg?"""
    return bool(shutil.which("node")) and subprocess.run(
        ["node", "-e", "require('pg')"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL).returncode == 0


def program(name, *arguments):
    """The command that runs a program that lies beside this file."""
    path = os.path.join(HERE, name)
    if name.endswith(".js"):
        return ["node", path, *arguments]
    return [sys.executable, "-B", path, *arguments]
