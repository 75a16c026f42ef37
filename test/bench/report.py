"""Tables of plain text, and the numbers in them."""

import statistics


def table(title, headers, rows):
    """Prints a table: the first column to the left, others to the right."""
    lines = [headers] + [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines)]
    print(f"\n{title}\n")
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [c.rjust(w) for c, w in zip(line[1:], widths[1:])]
        print("  ".join(cells).rstrip())
    print(flush=True)


def note(text):
    """Prints a line of its own."""
    print(text, flush=True)


def ratio(value, unit):
    """A ratio; a unit too small to be measured gives none."""
    return value / unit if unit > 0 else None


def number(value, digits=2):
    """A number, or a dash for none."""
    return "-" if value is None else f"{value:.{digits}f}"


def median(values):
    """The median of the values that there are."""
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def spread(values):
    """The least and the greatest of the values."""
    values = [value for value in values if value is not None]
    if not values:
        return "-"
    return f"{number(min(values))}..{number(max(values))}"
