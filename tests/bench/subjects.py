"""What a work consists of, and one run of a subject.

A work is a folder with a `work.py`, which has `groups(place, is_quick)` and returns a list of
Group. The rows of a group are measured in the same unit, in turns, and stand in one table. What the
outputs of a subject look like is its `likeness`, a few numbers, which must be near the limit's.
"""

import dataclasses
import functools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable

TIME_LIMIT_S = 300
# How far figures of `likeness`, most of them mean colours from 0 to 255, may be apart. Programs
# guess matrix and range of clips that do not tell them, and mix channels, each in its way.
LIKENESS = 12


@dataclasses.dataclass
class Subject:
    """A program that does the work and prints one line of JSON: `n_units`, `value` in the group's
    unit, and where it can `cpu_s`, `peak_kb`, `p50_us`, `p99_us` and figures of its own."""

    name: str
    command: list
    n_units: int  # what it must say that it processed
    missing: str = ""  # why it cannot be run
    environment: dict = dataclasses.field(default_factory=dict)  # beside the driver's own
    folder: pathlib.Path = None  # for what it makes: empty when it starts, gone afterwards
    # Called with what it measured; adds what its outputs show. It then need not print a line.
    check: Callable = None


@dataclasses.dataclass
class Group:
    title: str
    unit: str
    subjects: list
    is_more_better: bool = True
    limit: str = "limit"  # the subject that the others are compared with


@dataclasses.dataclass(frozen=True)
class Place:
    """Where things are: this folder, the build, and a Python that has what the works require."""

    source: pathlib.Path
    build: pathlib.Path
    python: str

    def program(self, path):
        """A program of the build, and why it is missing: empty when it is there."""
        program = self.build / "tests" / "bench" / path
        return program, "" if program.is_file() else "its library is not installed"

    @functools.cache
    def lack_of(self, module):
        """Why a module of Python is missing: empty when it is there. Importing some takes long."""
        check = subprocess.run([self.python, "-c", f"import {module}"], capture_output=True,
                               check=False)
        return "" if check.returncode == 0 else f"Python has no module {module}"


class Failed(Exception):
    """A subject did not do what it claims to do."""


def wait_for(child):
    """Waits for a process and returns its exit code and what it used; kills it when it hangs."""
    watchdog = threading.Timer(TIME_LIMIT_S, child.kill)
    watchdog.start()
    try:
        _, status, usage = os.wait4(child.pid, 0)
    finally:
        watchdog.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode == -signal.SIGKILL:
        raise Failed(f"killed: out of memory, or not finished after {TIME_LIMIT_S} s")
    return child.returncode, usage


def line_of(output, is_needed):
    """The line of JSON at the end of what a subject printed."""
    try:
        return dict(json.loads(output.splitlines()[-1]))
    except (IndexError, TypeError, ValueError):
        if is_needed:
            raise Failed("printed no line of JSON") from None
        return {}


def start_and_wait(subject):
    """Runs a subject. Returns what it printed, its usage and how long it took."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        with subprocess.Popen([str(word) for word in subject.command], stdout=output,
                              stderr=errors, stdin=subprocess.DEVNULL,
                              env={**os.environ, **subject.environment}) as child:
            code, usage = wait_for(child)
        wall_s = time.perf_counter() - started
        output.seek(0)
        errors.seek(0)
        if code != 0:
            tail = errors.read().decode(errors="replace").splitlines()[-1:]
            raise Failed(f"exit code {code}: {''.join(tail)}")
        return output.read().decode(errors="replace"), usage, wall_s


def run(subject):
    """Runs a subject once and returns what it measured, as a dictionary."""
    if subject.folder:
        shutil.rmtree(subject.folder, ignore_errors=True)
        subject.folder.mkdir(parents=True)
    try:
        output, usage, wall_s = start_and_wait(subject)
        measured = line_of(output, is_needed=not subject.check)
        if subject.check:
            subject.check(measured)
    finally:
        if subject.folder:
            shutil.rmtree(subject.folder, ignore_errors=True)
    if measured.get("n_units") != subject.n_units:
        raise Failed(f"{measured.get('n_units')} of {subject.n_units} items")
    # Of the process from its start to its end, where the subject does not know better. At exec the
    # peak begins with what this process has.
    measured.setdefault("value", subject.n_units / wall_s)
    measured.setdefault("cpu_s", usage.ru_utime + usage.ru_stime)
    measured.setdefault("peak_kb", usage.ru_maxrss)
    return measured


def compare(measured, expected):
    """Fails a subject whose outputs look unlike those of the limit."""
    for mine, limits in zip(measured.get("likeness") or [], expected.get("likeness") or []):
        if abs(mine - limits) > LIKENESS:
            raise Failed(f"its outputs differ: {mine:.1f} where the limit has {limits:.1f}")
