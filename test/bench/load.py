"""Sections load and late: filling tables, against COPY of the same rows."""

import contestants
import report
import stage as stages
from report import median, number, ratio
from sandbox import Sandbox

HEADERS = ["", "time", "min..max", "backend", "client", "WAL", "MB",
           "requests", "written"]


def round_of(stage, everyone):
    """Runs everyone once, one after the other; gives their costs by name."""
    costs = {}
    for contestant in everyone:
        costs[contestant.name] = contestant.run(stage)
    return costs


def line(name, rounds):
    """The line of a contestant: medians of ratios to COPY, round by round."""
    copies = [costs["COPY"][0] for costs in rounds]
    runs = [costs[name][0] for costs in rounds]
    times = [ratio(r.seconds, c.seconds) for r, c in zip(runs, copies)]

    def relative(what, unit):
        """The median of a cost in units of one of COPY's."""
        return number(median([ratio(getattr(r, what), getattr(c, unit))
                              for r, c in zip(runs, copies)]))

    return [name, number(median(times)), report.spread(times),
            relative("backend", "backend"), relative("client", "backend"),
            relative("wal", "wal"),
            number(median([r.memory for r in runs]), 1),
            int(median([r.requests for r in runs])),
            int(median([costs[name][1] for costs in rounds]))]


def footnote(rounds, orders):
    """Says what 1 was."""
    seconds = median([costs["COPY"][0].seconds for costs in rounds])
    wal = median([costs["COPY"][0].wal for costs in rounds])
    report.note(f"1 is {seconds / orders * 1e6:.1f} us and {wal / orders:.0f}"
                " bytes of WAL an order; backend and client: processor time,"
                "\nin units of that of COPY's backend")


def load(options):
    """All contestants, and what the extension does when little is new."""
    with Sandbox(options.orders, page_limit=options.page_size) as box, \
            stages.set_up(box, options.page_size) as stage:
        stage.make_reference()
        stage.make_peers()
        changing = [contestants.COPY, *contestants.ROOTFI]
        others = [*contestants.SET_BASED, *contestants.peers(stage)]
        rounds = []
        for _ in range(options.runs):
            rounds.append(round_of(stage, changing))
            # the extension's last run was of orders that had changed
            box.reset()
            rounds[-1].update(round_of(stage, others))
        report.table(
            f"load: {options.orders} orders in pages of {options.page_size},"
            f" rounds: {options.runs}, COPY of the same rows = 1", HEADERS,
            [line(c.name, rounds) for c in changing + others])
        footnote(rounds, options.orders)


def fetch_list(stage):
    """The command that reads the list and throws it away."""
    return [stage.fetch, "list", stage.sandbox.url, stage.sandbox.key,
            stage.sandbox.path(stage.page_size)]


def late(options):
    """The same when each answer is late: who fetches while it writes?"""
    page_size = options.late_page_size
    with Sandbox(options.orders, page_limit=page_size,
                 latency=options.latency) as box, \
            stages.set_up(box, page_size) as stage:
        stage.fetch = stages.build_fetch(stage.directory)
        stage.make_reference()
        stage.make_peers()
        everyone = [
            contestants.COPY, contestants.ROOTFI[0],
            contestants.Contestant("libcurl, nothing written", "bench",
                                   fetch_list, check=contestants.nothing),
            contestants.PYTHON_COPY]
        if stage.has_http():
            everyone.append(contestants.HTTP)
        rounds = [round_of(stage, everyone) for _ in range(options.runs)]
        report.table(
            f"late: {options.orders} orders in pages of {page_size}, answers"
            f" {options.latency} ms late, rounds: {options.runs}, COPY = 1",
            HEADERS, [line(c.name, rounds) for c in everyone])
        footnote(rounds, options.orders)
