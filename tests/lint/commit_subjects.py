#!/usr/bin/env python3
"""Commit subjects are `area: what changes`, lower case, no full stop, at most 72 characters.

  commit_subjects.py ROOT

Exits with 77 (skipped) where there is no git history.
"""

import re
import subprocess
import sys

import tree

# The first word is in lower case, or a name that is written in capitals, such as README.
SUBJECT = re.compile(r"^[a-z0-9_/.,+ -]+: ([^A-Z\s]|[A-Z]{2,}\b)\S*( \S+)*[^.]$")


def fault_of(subject):
    if subject.startswith(("Merge ", "Revert ")):
        return None
    if len(subject) > 72:
        return f"{len(subject)} characters, 72 are the most: {subject}"
    if not SUBJECT.match(subject):
        return f"not `area: what changes`: {subject}"
    return None


def main(root):
    # Says no about a clone that another user owns; that is not this test's business.
    log = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", root, "log", "--format=%s"],
        capture_output=True, text=True, check=False)
    if log.returncode != 0:
        print("no git history here:", log.stderr.strip())
        return 77
    return tree.report([fault for fault in map(fault_of, log.stdout.splitlines()) if fault])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
