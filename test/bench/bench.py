"""The benchmark: copies and calls against what else there is.

Finds the server by PGHOST, PGPORT and PGUSER, as a superuser and on the same
machine as the server's own user. Makes databases of its own and drops them.
What it prints are ratios of runs that alternated, and one bare time each.
"""

import argparse
import signal
import sys

import call
import load
import measure
import report
import stage
import streams

SECTIONS = {
    "load": load.load,
    "late": load.late,
    "call": call.call,
    "scale": streams.scale,
    "sessions": streams.sessions,
    "companies": streams.companies,
}


def numbers(text):
    """A list of numbers with commas or spaces between."""
    return [int(word) for word in text.replace(",", " ").split()]


def names(text):
    """A list of sections, likewise."""
    chosen = text.replace(",", " ").split() or list(SECTIONS)
    for name in chosen:
        if name not in SECTIONS:
            raise argparse.ArgumentTypeError(
                f"section \"{name}\" does not exist;"
                f" sections are {', '.join(SECTIONS)}")
    return chosen


def parse():
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--sections", type=names, default=list(SECTIONS))
    add("--orders", type=int, default=100000)
    add("--runs", type=int, default=3, help="rounds of each section")
    add("--page-size", type=int, default=500)
    add("--late-page-size", type=int, default=1000)
    add("--latency", type=int, default=50, help="of late answers, in ms")
    add("--calls", type=int, default=5000)
    add("--scale-orders", type=numbers,
        help="by default a tenth of --orders, as many, ten times as many")
    add("--companies", type=numbers, default=[1, 4, 16, 64])
    add("--concurrency", type=numbers, default=[1, 4, 16])
    add("--company-orders", type=int, default=200)
    add("--company-page-size", type=int, default=20)
    options = parser.parse_args()
    if not options.scale_orders:
        options.scale_orders = [max(1, options.orders // 10), options.orders,
                                options.orders * 10]
    return options


def run(section, options):
    """Runs a section, and says how much the machine's host has disturbed."""
    used, stolen = measure.processor_times()
    section(options)
    used, stolen = (after - before for after, before in zip(
        measure.processor_times(), (used, stolen)))
    if stolen * 100 > used:
        report.note(f"{stolen / (used + stolen):.0%} of the processor time was"
                    " taken by others on the machine's host")


def main():
    """Runs the sections; a difference between tables ends all."""
    options = parse()
    # so that what was made is removed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in options.sections:
        try:
            run(SECTIONS[name], options)
        except (stage.Different, RuntimeError) as error:
            sys.exit(f"bench: {name}: {error}")


if __name__ == "__main__":
    main()
