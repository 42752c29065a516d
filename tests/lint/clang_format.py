#!/usr/bin/env python3
"""clang-format decides the layout of every C++ file.

  clang_format.py ROOT [--fix]

Exits with 77 (skipped) where clang-format is not installed.
"""

import pathlib
import re
import shutil
import subprocess
import sys

import tree


def run(root, is_fix=False):
    files = [str(pathlib.Path(root) / path) for path in tree.files(root, tree.CPP)]
    mode = ["-i"] if is_fix else ["--dry-run"]
    check = subprocess.run(["clang-format", "--style=file", *mode, *files],
                           capture_output=True, text=True, check=False)
    # One line a file is enough: the tool itself mends it.
    unformatted = sorted(set(re.findall(r"^(/?[^:\n]+):\d+:\d+: warning", check.stderr, re.M)))
    faults = [f"{file}: not as clang-format has it; --fix mends it" for file in unformatted]
    return faults if check.returncode == 0 else faults + [check.stderr]


if __name__ == "__main__":
    if not shutil.which("clang-format"):
        print("clang-format is not installed")
        sys.exit(77)
    sys.exit(tree.report(run(sys.argv[1], "--fix" in sys.argv)))
