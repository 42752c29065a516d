#!/usr/bin/env python3
"""shellcheck finds nothing in any shell script, and each begins with set -euo pipefail.

  shell_scripts.py ROOT

Exits with 77 (skipped) where shellcheck is not installed.
"""

import pathlib
import shutil
import subprocess
import sys

import tree


def scripts(root):
    for path in tree.files(root):
        full = pathlib.Path(root) / path
        with open(full, "rb") as file:
            first = file.readline(80)
        if path.suffix == ".sh" or (first.startswith(b"#!") and first.rstrip().endswith(b"sh")):
            yield full


def faults_of(root):
    faults = []
    for script in scripts(root):
        if "set -euo pipefail" not in script.read_text(encoding="utf-8"):
            faults.append(f"{script}: no `set -euo pipefail`")
        check = subprocess.run(["shellcheck", str(script)], capture_output=True, text=True,
                               check=False)
        if check.returncode != 0:
            faults.append(check.stdout)
    return faults


if __name__ == "__main__":
    if not shutil.which("shellcheck"):
        print("shellcheck is not installed")
        sys.exit(77)
    sys.exit(tree.report(faults_of(sys.argv[1])))
