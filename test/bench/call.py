"""Section call: one record read again and again, in one backend."""

import contextlib
import subprocess
import time

import contestants
import report
import stage as stages
import tables
from report import median, number
from sandbox import SAMPLE, Sandbox

# parts of a round
SLICES = 10

ID = SAMPLE + 1
PATH = f"/v4/ecommerce/orders/{ID}"
LOOP = """DO $$ BEGIN
    FOR i IN 1 .. {times} LOOP
        PERFORM rootfi_get_order('{id}');
    END LOOP;
END $$"""


def seconds(cursor, statement):
    """How long a statement takes."""
    begin = time.perf_counter()
    cursor.execute(statement)
    return time.perf_counter() - begin


def by_rootfi(_stage, cursor, times):
    """The seconds that one call of the extension takes."""
    return seconds(cursor, LOOP.format(times=times, id=ID)) / times


def by_http(stage, cursor, times):
    """The seconds that one call of the extension http takes."""
    box = stage.sandbox
    return seconds(cursor, f"CALL bench.get_http('{box.url}{PATH}',"
                           f" '{box.key}', {times})") / times


def by_libcurl(stage, _cursor, times):
    """The seconds that one call of libcurl alone takes."""
    box = stage.sandbox
    output = subprocess.run(
        [stage.fetch, "get", box.url, box.key, PATH, str(times)],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    return float(output) / 1e6


def rounds_of(stage, everyone, options):
    """Runs all in turn, after a warm-up; gives each one's times."""
    with contextlib.closing(tables.connect(stage.name)) as connection:
        cursor = connection.cursor()
        for statement in contestants.HTTP_SETTINGS if stage.has_http() else ():
            cursor.execute(statement)
        for function in everyone.values():
            opened = stage.sandbox.connections()
            function(stage, cursor, 200)
            if stage.sandbox.connections() - opened != 1:
                raise stages.Different("a connection was not kept")
        times = {name: [] for name in everyone}
        for _ in range(options.runs):
            for name, own in slices(stage, cursor, everyone, options).items():
                times[name].append(sum(own) / len(own))
    return times


def slices(stage, cursor, everyone, options):
    """A round, in slices: what disturbs for a while disturbs all."""
    count = max(1, options.calls // SLICES)
    times = {name: [] for name in everyone}
    for _ in range(SLICES):
        for name, function in everyone.items():
            times[name].append(function(stage, cursor, count))
    return times


def call(options):
    """Prints calls a second as ratios to those of libcurl alone."""
    with Sandbox(1000) as box, stages.set_up(box, 500) as stage:
        stage.fetch = stages.build_fetch(stage.directory)
        everyone = {"libcurl": by_libcurl, "rootfi": by_rootfi}
        if stage.has_http():
            stage.cursor.execute("CREATE SCHEMA bench")
            stage.script("http.sql")
            everyone["pgsql-http"] = by_http
        times = rounds_of(stage, everyone, options)
        rows = []
        for name, own in times.items():
            speeds = [u / t for u, t in zip(times["libcurl"], own)]
            rows.append([name, number(median(speeds)), report.spread(speeds)])
        report.table(f"call: {options.calls} reads of one order,"
                     f" rounds: {options.runs}, libcurl = 1",
                     ["", "calls a second", "min..max"], rows)
        report.note("1 = %.0f us a call" % (median(times["libcurl"]) * 1e6))
