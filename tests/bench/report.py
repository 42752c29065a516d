"""From what was measured to rows, and from rows to a table."""

import statistics

# Of each run; everything else that a subject measures is a figure of its own, named in the notes.
KNOWN = ("n_units", "value", "cpu_s", "peak_kb", "p50_us", "p99_us", "likeness")
FIGURES = ("median", "min", "max", "cpu_ms_per_unit", "peak_mb", "ratio_to_limit",
           "cpu_ratio_to_limit", "p50_us", "p99_us")
HEADINGS = ("median", "min", "max", "cpu ms/unit", "peak MB", "x limit", "x its cpu", "p50 us",
            "p99 us")


def row_of(work, group, subject, runs, problem=""):
    """The row of a subject. Without runs all figures are None and `problem` says why."""
    row = {"work": work, "case": group.title, "subject": subject.name, "unit": group.unit}
    row.update(dict.fromkeys(FIGURES))
    row.update(n_units=subject.n_units, rounds=len(runs), problem=problem, own={})
    if not runs:
        return row

    def median(name):
        values = [run[name] for run in runs if run.get(name, -1) >= 0]
        return statistics.median(values) if values else None

    values = [run["value"] for run in runs]
    row.update(median=statistics.median(values), min=min(values), max=max(values),
               cpu_ms_per_unit=median("cpu_s") * 1000 / subject.n_units,
               peak_mb=median("peak_kb") / 1024, p50_us=median("p50_us"), p99_us=median("p99_us"))
    row["own"] = {name: median(name) for name in runs[0] if name not in KNOWN}
    return row


def add_ratios(group, rows):
    """How many times as long as the limit each takes, or how many times as much it needs."""
    limit = next((row for row in rows if row["subject"] == group.limit), None)
    for row in rows:
        if not limit or not limit["median"] or not row["median"]:
            continue
        ratio = row["median"] / limit["median"]
        row["ratio_to_limit"] = 1 / ratio if group.is_more_better else ratio
        if limit["cpu_ms_per_unit"]:
            row["cpu_ratio_to_limit"] = row["cpu_ms_per_unit"] / limit["cpu_ms_per_unit"]


def number(value):
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def notes_of(row):
    own = [f"{name}={number(value)}" for name, value in row["own"].items()]
    return " ".join(([row["problem"]] if row["problem"] else []) + own)


def table(group, rows):
    """The rows of a group as text. Every subject has a line, also one that was skipped."""
    lines = [("subject", *HEADINGS, "")]
    for row in rows:
        lines.append((row["subject"], *(number(row[name]) for name in FIGURES), notes_of(row)))
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADINGS) + 1)]
    text = [f"{group.title} [{group.unit}]"]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [line[i].rjust(widths[i]) for i in range(1, len(widths))]
        text.append("  " + "  ".join(cells + [line[-1]]).rstrip())
    return "\n".join(text)
