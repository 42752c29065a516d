#!/usr/bin/env python3
"""The benchmarks work: every subject that is installed processes what it claims, every row is
complete, in the table and in the JSON, and a subject that does less than it claims is found out.

  smoke_test.py BUILD_FOLDER
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import report
import subjects

HERE = pathlib.Path(__file__).resolve().parent
OWN = ("limit", "capstan")  # never skipped
FIGURES = ("median", "min", "max", "cpu_ms_per_unit", "peak_mb")


def run_all(build):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "rows.json"
        # Real media take longer and show nothing that made ones do not.
        environment = {name: value for name, value in os.environ.items() if name != "CAPSTAN_MEDIA"}
        run = subprocess.run([sys.executable, HERE / "bench.py", "--build", build, "--quick",
                              "--json", file], capture_output=True, text=True, check=False,
                             env=environment)
        return run.returncode, run.stdout + run.stderr, json.loads(file.read_text("utf-8"))["rows"]


def python(code):
    return subjects.Subject("fake", [sys.executable, "-c", code], 5)


class Rows(unittest.TestCase):
    build = ""

    @classmethod
    def setUpClass(cls):
        cls.code, cls.output, cls.rows = run_all(cls.build)

    def test_nothing_failed(self):
        self.assertEqual(self.code, 0, self.output)

    def test_every_subject_is_measured_or_says_why_not(self):
        for row in self.rows:
            with self.subTest(case=row["case"], subject=row["subject"]):
                if row["problem"]:
                    self.assertTrue(row["problem"].startswith("skipped: "), row["problem"])
                    self.assertFalse(row["subject"].startswith(OWN))
                    continue
                for name in FIGURES:
                    self.assertIsNotNone(row[name], name)
                self.assertLessEqual(row["min"], row["median"])
                self.assertLessEqual(row["median"], row["max"])
                self.assertGreater(row["n_units"], 0)

    def test_every_row_that_ran_has_its_ratio(self):
        with_limit = {row["case"] for row in self.rows if row["subject"] == "limit"}
        for row in self.rows:
            if row["case"] in with_limit and not row["problem"]:
                self.assertGreater(row["ratio_to_limit"], 0, row)

    def test_every_row_stands_in_the_table_of_its_case(self):
        tables = {table.splitlines()[0]: table for table in self.output.split("\n\n") if table}
        self.assertGreater(len(self.rows), 0)
        for row in self.rows:
            lines = tables[f"{row['case']} [{row['unit']}]"].splitlines()
            self.assertTrue(any(line.strip().startswith(row["subject"]) for line in lines), row)


class Driver(unittest.TestCase):
    def test_a_subject_that_did_less_than_it_claims_has_failed(self):
        with self.assertRaisesRegex(subjects.Failed, "4 of 5"):
            subjects.run(python("print('{\"n_units\": 4, \"value\": 1}')"))

    def test_a_subject_that_exits_with_an_error_has_failed(self):
        with self.assertRaisesRegex(subjects.Failed, "exit code 3: broken"):
            subjects.run(python("import sys; print('broken', file=sys.stderr); sys.exit(3)"))

    def test_a_subject_that_prints_no_measurement_has_failed(self):
        with self.assertRaisesRegex(subjects.Failed, "no line of JSON"):
            subjects.run(python("print('5 items')"))

    def test_time_and_memory_are_those_of_the_process_where_it_does_not_know_better(self):
        measured = subjects.run(python("x = 'x' * 50_000_000\n"
                                       "print('{\"n_units\": 5, \"value\": 1}')"))
        self.assertGreater(measured["peak_kb"], 50_000)
        self.assertGreater(measured["cpu_s"], 0)

    def test_what_it_made_is_looked_at_before_it_goes(self):
        with tempfile.TemporaryDirectory() as parent:
            folder = pathlib.Path(parent) / "made"
            subject = python(f"open('{folder}/a', 'w')")
            subject.folder = folder
            subject.check = lambda measured: measured.update(n_units=len(list(folder.iterdir())))
            with self.assertRaisesRegex(subjects.Failed, "1 of 5"):
                subjects.run(subject)
            subject.n_units = 1
            self.assertGreater(subjects.run(subject)["value"], 0)
            self.assertFalse(folder.exists())

    def test_a_subject_whose_outputs_look_otherwise_has_failed(self):
        limit = {"likeness": [100, 50]}
        subjects.compare({"likeness": [101, 49]}, limit)
        subjects.compare({}, limit)
        with self.assertRaisesRegex(subjects.Failed, "80.0 where the limit has 50.0"):
            subjects.compare({"likeness": [101, 80]}, limit)

    def test_a_ratio_says_how_many_times_as_long_or_as_much(self):
        for is_more_better, expected in ((True, 2), (False, 0.5)):
            group = subjects.Group("g", "u", [], is_more_better)
            rows = [{"subject": "limit", "median": 10, "cpu_ms_per_unit": 0},
                    {"subject": "other", "median": 5, "cpu_ms_per_unit": 1}]
            report.add_ratios(group, rows)
            self.assertEqual(rows[1]["ratio_to_limit"], expected)


if __name__ == "__main__":
    Rows.build = sys.argv.pop(1)
    unittest.main()
