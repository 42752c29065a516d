#!/usr/bin/env python3
"""Counts what `meson test` wrote into testlog.json: "PASSED FAILED SKIPPED", or the failed names.

  count_tests.py [--failures] TESTLOG_JSON

A GoogleTest program counts each of its test cases, which it lists on its standard output.
"""

import json
import re
import sys

# The lines of GoogleTest: "[  PASSED  ] 12 tests.", "[  FAILED  ] 2 tests, listed below:".
GTEST_COUNT = re.compile(r"^\[  (PASSED|FAILED|SKIPPED) \s?\] (\d+) tests?[.,]", re.MULTILINE)


def count(test):
    """Returns (passed, failed, skipped) of one meson test."""
    found = {word: int(number) for word, number in GTEST_COUNT.findall(test.get("stdout") or "")}
    is_ok = test["result"] in ("OK", "EXPECTEDFAIL")
    if test["result"] == "SKIP":
        return 0, 0, 1
    passed, failed = found.get("PASSED", 0), found.get("FAILED", 0)
    skipped = found.get("SKIPPED", 0)
    if passed + failed + skipped == 0:
        return (1, 0, 0) if is_ok else (0, 1, 0)
    # A crash after the last test, or a sanitizer's report, fails a program whose tests all passed.
    return passed, max(failed, 0 if is_ok else 1), skipped


def main(arguments):
    lists_failures = arguments[:1] == ["--failures"]
    with open(arguments[-1], encoding="utf-8", errors="replace") as log:
        tests = [json.loads(line) for line in log if line.strip()]
    if lists_failures:
        for test in tests:
            if test["result"] not in ("OK", "EXPECTEDFAIL", "SKIP"):
                print(f"{test['name']}: {test['result']}")
        return
    sums = [sum(column) for column in zip(*map(count, tests))] or [0, 0, 0]
    print(*sums)


if __name__ == "__main__":
    main(sys.argv[1:])
