"""Sections scale, sessions and companies: more of the same."""

import report
import stage as stages
import tables
from contestants import CALL
from report import median, number, ratio
from sandbox import COMPANY, Sandbox


def expect(what, found, expected):
    """Fails when a number is another than expected."""
    if found != expected:
        raise stages.Different(f"{what}: {found}, expected {expected}")


def expect_orders(stage, expected):
    """Fails when the copy has another number of orders."""
    expect("orders copied", stage.query("SELECT count(*) FROM rootfi.orders"),
           expected)


def backfill(stage, *commands, companies=(COMPANY,), options=""):
    """Copies companies from the beginning, by commands side by side."""
    tables.add_streams(stage.connection, companies)
    return stage.measure(*commands, options=options)


def scale_line(orders, options):
    """The costs of copying so many orders, a few times if they are few."""
    repeats = max(1, min(5, 50000 // orders))
    costs = []
    with Sandbox(orders, page_limit=options.page_size) as box, \
            stages.set_up(box, options.page_size) as stage:
        # the extension's library, the catalogs
        backfill(stage, stage.psql(CALL))
        for _ in range(repeats):
            costs.append(backfill(stage, stage.psql(CALL)))
            expect_orders(stage, orders)
            expect("requests", costs[-1].requests,
                   -(-orders // options.page_size))
    return (sum(c.seconds for c in costs) / orders / repeats,
            sum(c.backend for c in costs) / orders / repeats,
            max(c.memory for c in costs), costs[-1].requests)


def scale(options):
    """Prints the cost of an order by how many there are."""
    lines = [scale_line(orders, options) for orders in options.scale_orders]
    rows = [[str(orders), number(ratio(line[0], lines[0][0])),
             number(ratio(line[1], lines[0][1])), number(line[2], 1), line[3]]
            for orders, line in zip(options.scale_orders, lines)]
    report.table(f"scale: cost of an order, {options.scale_orders[0]} = 1",
                 ["orders", "time", "backend", "MB", "requests"], rows)


def call_of(stage, company):
    """The command that copies a company."""
    return stage.psql(f"CALL rootfi_sync('ecommerce/orders', {company})")


def sessions_round(stage):
    """One company after the other, then both at once; gives both costs."""
    pair = [COMPANY, COMPANY + 1]
    lines = []
    used = stage.sandbox.cpu()
    alone = [backfill(stage, call_of(stage, COMPANY), companies=pair),
             stage.measure(call_of(stage, COMPANY + 1))]
    seconds = sum(cost.seconds for cost in alone)
    lines.append((seconds, sum(cost.backend for cost in alone),
                  stage.sandbox.cpu() - used))
    expect_orders(stage, 2 * stage.sandbox.orders)
    reference = tables.fingerprint(stage.connection, "rootfi")
    used = stage.sandbox.cpu()
    both = backfill(stage, *[call_of(stage, c) for c in pair], companies=pair)
    lines.append((both.seconds, both.backend, stage.sandbox.cpu() - used))
    expect("tables filled by two sessions",
           tables.fingerprint(stage.connection, "rootfi"), reference)
    return lines


def sessions(options):
    """Prints how much faster two sessions are than one.

    Who keeps all cores busy is disturbed by all else that runs, so there are
    more rounds than elsewhere.
    """
    count = 3 * options.runs
    with Sandbox(options.orders, companies=2,
                 page_limit=options.page_size) as box, \
            stages.set_up(box, options.page_size) as stage:
        backfill(stage, stage.psql(CALL), companies=[COMPANY])
        rounds = [sessions_round(stage) for _ in range(count)]
    rows = []
    for i, name in enumerate(["one after the other", "two at once"]):
        speeds = [ratio(r[0][0], r[i][0]) for r in rounds]
        rows.append(
            [name, number(median(speeds)), report.spread(speeds),
             number(median([ratio(r[i][1], r[i][0]) for r in rounds])),
             number(median([ratio(r[i][2], r[i][0]) for r in rounds]))])
    report.table(f"sessions: two companies of {options.orders} orders,"
                 f" rounds: {count}",
                 ["", "speed", "min..max", "backend cores", "sandbox cores"],
                 rows)


def companies_round(stage, count, options):
    """The times of a number of companies in units of what must be waited."""
    size = options.company_page_size
    pages = count * -(-options.company_orders // size)
    times = []
    for concurrency in options.concurrency:
        cost = backfill(
            stage, stage.psql(CALL),
            companies=range(COMPANY, COMPANY + count),
            options=f"-c rootfi.max_concurrency={concurrency}")
        expect_orders(stage, count * options.company_orders)
        expect("requests", cost.requests, pages)
        least = pages * options.latency / 1000 / min(concurrency, count)
        times.append(cost.seconds / least)
    return times


def companies_line(stage, count, options):
    """The medians of all rounds of a number of companies."""
    rounds = [companies_round(stage, count, options)
              for _ in range(options.runs)]
    return [str(count), *[number(median(times)) for times in zip(*rounds)]]


def companies(options):
    """Prints how well the waits of companies are used for others."""
    with Sandbox(options.company_orders, companies=max(options.companies),
                 page_limit=options.company_page_size,
                 latency=options.latency) as box, \
            stages.set_up(box, options.company_page_size) as stage:
        # one company's sandbox makes one order more, and loses it
        backfill(stage, stage.psql(CALL))
        rows = [companies_line(stage, count, options)
                for count in options.companies]
    report.table(
        f"companies: {options.company_orders} orders each in pages of"
        f" {options.company_page_size}, answers {options.latency} ms late,"
        f" rounds: {options.runs},\n"
        "time / (pages x latency / at once)",
        ["companies", *[f"at once {k}" for k in options.concurrency]], rows)
