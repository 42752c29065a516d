"""What the peers in Python have in common: two processes that share a list of files, a tally of
what was made, and the line that the driver reads.

  PEER.py CASE LIST [FOLDER]

Timing begins when everything is imported: starting Python is not counted.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import resource
import time

import numpy

SIDE = 224
N_WORKERS = 2
RATE = 16_000


class Tally:
    """As tally.hpp: how many pictures, and what some of them look like."""

    def __init__(self, every=16):
        self.every = every
        self.n_units = self.n_looked = self.n_heard = 0
        self.energy = 0.0
        self.sums = numpy.zeros(12)

    def count(self, n=1):
        self.n_units += n

    def look(self, rgb, index=0):
        """An array of height x width x 3 bytes."""
        self.n_units += 1
        if index % self.every:
            return
        rows = rgb[::16].astype(numpy.uint32)
        height, width = rgb.shape[:2]
        for y, part in enumerate((rows[:(height + 31) // 32], rows[(height + 31) // 32:])):
            for x, quarter in enumerate((part[:, :width // 2], part[:, width // 2:])):
                self.sums[6 * y + 3 * x:][:3] += quarter.sum(axis=(0, 1))
        self.n_looked += len(rows) * width // 4

    def hear(self, samples):
        """An array of mono floats."""
        self.n_heard += len(samples)
        self.energy += float(numpy.dot(samples, samples))

    def add(self, other):
        for name in ("n_units", "n_looked", "n_heard", "energy", "sums"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def wanted_indices(n_frames):
    """Eight, spread evenly."""
    return [(2 * i + 1) * n_frames // 16 for i in range(8)]


def peak_kb():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def cpu_s():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def work_on(arguments):
    function, files, folder, every = arguments
    tally = Tally(every)
    for file in files:
        function(file, tally, folder)
    return tally, peak_kb()


def in_processes(function, files, folder, every):
    """Files go to whichever process is free, a few at a time."""
    n = max(1, min(8, len(files) // 16))
    lots = [(function, files[i:i + n], folder, every) for i in range(0, len(files), n)]
    total, peaks = Tally(every), []
    with multiprocessing.get_context("fork").Pool(N_WORKERS) as pool:
        for tally, peak in pool.imap_unordered(work_on, lots):
            total.add(tally)
            peaks.append(peak)
        pool.close()
        pool.join()
    return total, N_WORKERS * max(peaks)


def report(total, peak, started, began_cpu):
    wall = time.perf_counter() - started
    print(json.dumps({
        "n_units": total.n_units, "value": total.n_units / wall, "cpu_s": cpu_s() - began_cpu,
        "peak_kb": peak, "n_looked": total.n_looked, "n_heard": total.n_heard,
        "energy": total.energy, "sums": list(total.sums)}))


def main(cases, run=in_processes):
    """`cases`: by name, what is done with one file: function(path, tally, folder)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=sorted(cases))
    parser.add_argument("list", type=pathlib.Path)
    parser.add_argument("folder", nargs="?", default="")
    arguments = parser.parse_args()
    files = arguments.list.read_text("utf-8").splitlines()
    started, began_cpu = time.perf_counter(), cpu_s()
    every = 1 if arguments.case.startswith(("sparse", "photos")) else 16
    total, peak = run(cases[arguments.case], files, arguments.folder, every)
    report(total, peak, started, began_cpu)


def stem(path):
    return os.path.basename(path)
