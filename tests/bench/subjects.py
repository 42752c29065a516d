"""What a work consists of, and one run of a subject.

A work is a folder with a `work.py`, which has `groups(place, is_quick)` and returns a list of
Group. The rows of a group are measured in the same unit, in turns, and stand in one table.
"""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

TIME_LIMIT_S = 300


@dataclasses.dataclass
class Subject:
    """A program that does the work and prints one line of JSON: `n_units`, `value` in the group's
    unit, and where it can `cpu_s`, `peak_kb`, `p50_us`, `p99_us` and figures of its own."""

    name: str
    command: list
    n_units: int  # what it must say that it processed
    missing: str = ""  # why it cannot be run


@dataclasses.dataclass
class Group:
    title: str
    unit: str
    subjects: list
    is_more_better: bool = True
    limit: str = "limit"  # the subject that the others are compared with


@dataclasses.dataclass
class Place:
    """Where things are: this folder, the build, and a Python that has what the works require."""

    source: pathlib.Path
    build: pathlib.Path
    python: str

    def program(self, path):
        """A program of the build, and why it is missing: empty when it is there."""
        program = self.build / "tests" / "bench" / path
        return program, "" if program.is_file() else "its library is not installed"

    def lack_of(self, module):
        """Why a module of Python is missing: empty when it is there."""
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


def run(subject):
    """Runs a subject once and returns what it measured, as a dictionary."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with subprocess.Popen([str(word) for word in subject.command], stdout=output,
                              stderr=errors, stdin=subprocess.DEVNULL) as child:
            code, usage = wait_for(child)
        output.seek(0)
        errors.seek(0)
        lines = output.read().decode().splitlines()
        if code != 0:
            tail = errors.read().decode(errors="replace").splitlines()[-1:]
            raise Failed(f"exit code {code}: {''.join(tail)}")
    try:
        measured = json.loads(lines[-1])
    except (IndexError, ValueError):
        raise Failed("printed no line of JSON") from None
    if measured.get("n_units") != subject.n_units:
        raise Failed(f"{measured.get('n_units')} of {subject.n_units} items")
    # What the process used from its start to its end, where the subject does not know better. At
    # exec the peak begins with what this process has.
    measured.setdefault("cpu_s", usage.ru_utime + usage.ru_stime)
    measured.setdefault("peak_kb", usage.ru_maxrss)
    return measured
