#!/usr/bin/env python3
"""Measures works: all subjects of a group of rows in turns, several rounds, then its table.

  bench.py --build FOLDER [--quick] [--rounds N] [--only TEXT] [--json FILE] [WORK...]

`--only` takes the groups whose title contains TEXT; `--quick` is one round of tiny sizes, which
shows that everything works and measures nothing. Exits with 1 when a subject failed; one that is
not installed is skipped, and its row says so.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import platform
import subprocess
import sys

import report
import subjects

HERE = pathlib.Path(__file__).resolve().parent


def works():
    """The folders that have a work.py, by name."""
    return {path.parent.name: path for path in sorted(HERE.glob("*/work.py"))}


def load(path):
    spec = importlib.util.spec_from_file_location(f"work_{path.parent.name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(group, n_rounds):
    """All subjects in turns. Returns, for each, its runs and what went wrong."""
    runs = {subject.name: [] for subject in group.subjects}
    problems = {s.name: f"skipped: {s.missing}" for s in group.subjects if s.missing}
    for round_number in range(n_rounds):
        # Nobody always runs after the same one.
        first = round_number % len(group.subjects)
        for subject in group.subjects[first:] + group.subjects[:first]:
            if subject.name in problems:
                continue
            try:
                measured = subjects.run(subject)
                subjects.compare(measured, (runs.get(group.limit) or [measured])[0])
                runs[subject.name].append(measured)
            except subjects.Failed as failure:
                problems[subject.name] = f"FAILED: {failure}"
    return runs, problems


def rows_of(work, group, n_rounds):
    runs, problems = measure(group, n_rounds)
    rows = []
    for subject in group.subjects:
        problem = problems.get(subject.name, "")
        rows.append(report.row_of(work, group, subject, [] if problem else runs[subject.name],
                                  problem))
    report.add_ratios(group, rows)
    return rows


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    commit = subprocess.run(["git", "-c", "safe.directory=*", "-C", HERE, "rev-parse", "HEAD"],
                            capture_output=True, text=True, check=False).stdout.strip()
    return {"cpu": model, "n_cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "python": platform.python_version(), "commit": commit, "load": os.getloadavg()[0]}


def options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", metavar="WORK", help=", ".join(works()))
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--python", help="runs the subjects in Python; default: the build's own")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=pathlib.Path)
    chosen = parser.parse_args()
    for name in set(chosen.works) - set(works()):
        parser.error(f"no work {name}; there are {', '.join(works())}")
    own_python = chosen.build / "venv" / "bin" / "python"
    chosen.python = chosen.python or (own_python if own_python.exists() else sys.executable)
    return chosen


def main():
    chosen = options()
    place = subjects.Place(HERE, chosen.build.resolve(), chosen.python)
    n_rounds = 1 if chosen.quick else chosen.rounds
    before = machine()
    if before["load"] > 0.5:
        print(f"others use this machine (load {before['load']:.1f}): figures will scatter\n",
              flush=True)
    rows = []
    for name in chosen.works or works():
        for group in load(works()[name]).groups(place, chosen.quick):
            if chosen.only not in group.title:
                continue
            measured = rows_of(name, group, n_rounds)
            print(report.table(group, measured), end="\n\n", flush=True)
            rows += measured
    if chosen.json:
        chosen.json.write_text(json.dumps({"machine": before, "rows": rows}, indent=1) + "\n",
                               encoding="utf-8")
    return any(row["problem"].startswith("FAILED") for row in rows)


if __name__ == "__main__":
    sys.exit(main())
