#!/usr/bin/env python3
"""Files stay below 400 lines, or stand in LONG_FILES with their reason.

  file_length.py ROOT
"""

import pathlib
import sys

import tree

LIMIT = 400
SUFFIXES = tree.CPP + (".py", ".sh", ".build")

# path: why it is one file
LONG_FILES = {}


def faults_of(root, long_files=None):
    long_files = LONG_FILES if long_files is None else long_files
    faults = []
    for path in tree.files(root, SUFFIXES):
        with open(pathlib.Path(root) / path, encoding="utf-8") as lines:
            n_lines = sum(1 for _ in lines)
        if n_lines > LIMIT and str(path) not in long_files:
            faults.append(f"{path}: {n_lines} lines; split it, or give its reason in LONG_FILES")
        elif n_lines <= LIMIT and str(path) in long_files:
            faults.append(f"{path}: {n_lines} lines now; take it out of LONG_FILES")
    return faults


if __name__ == "__main__":
    sys.exit(tree.report(faults_of(sys.argv[1])))
