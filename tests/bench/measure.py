"""What a subject in Python needs: the arguments, a stopwatch, and the line that the driver reads.

The same as measure.hpp says in C++.
"""

import argparse
import json
import os
import time


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--case", default="hop")
    parser.add_argument("--variant", default="")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--items", type=int, default=10000)
    return parser.parse_args()


class Stopwatch:
    """Wall and CPU time of the process within a `with`."""

    def __enter__(self):
        self.cpu_s = -time.process_time()
        self.wall_s = -time.perf_counter()
        return self

    def __exit__(self, *failure):
        self.wall_s += time.perf_counter()
        self.cpu_s += time.process_time()


def sleep_time(number, n_items):
    """In seconds; as sleep_time of measure.hpp."""
    shortest_us = max(50000, n_items * 40)
    return (shortest_us + shortest_us // 2 * (number * 7919 % n_items) // n_items) * 1e-6


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def peak_kb():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def report(n_units, value, watch, latencies_s=()):
    """Prints what was measured. `value` is in the unit of the group of rows."""
    measured = {"n_units": n_units, "value": value, "cpu_s": watch.cpu_s, "peak_kb": peak_kb()}
    if latencies_s:
        ordered = sorted(latencies_s)
        measured["p50_us"] = ordered[int(0.50 * (len(ordered) - 1))] * 1e6
        measured["p99_us"] = ordered[int(0.99 * (len(ordered) - 1))] * 1e6
    print(json.dumps(measured))
