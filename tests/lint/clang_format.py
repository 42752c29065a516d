#!/usr/bin/env python3
"""clang-format decides the layout of every C++ file.

  clang_format.py ROOT [--fix]

Exits with 77 (skipped) where clang-format is not installed.
"""

import pathlib
import shutil
import subprocess
import sys

import tree


def run(root, is_fix=False):
    files = [str(pathlib.Path(root) / path) for path in tree.files(root, tree.CPP)]
    mode = ["-i"] if is_fix else ["--dry-run", "--Werror"]
    return subprocess.run(["clang-format", "--style=file", *mode, *files], check=False).returncode


if __name__ == "__main__":
    if not shutil.which("clang-format"):
        print("clang-format is not installed")
        sys.exit(77)
    sys.exit(1 if run(sys.argv[1], "--fix" in sys.argv) else 0)
