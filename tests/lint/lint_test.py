#!/usr/bin/env python3
"""Each lint can fail: it is shown what it exists to find, and what it must leave alone."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import clang_format
import commit_subjects
import file_length
import headers_alone
import include_direction
import plugin_exports
import shell_scripts


class Tree(unittest.TestCase):
    """A test with a small tree of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, path, text):
        file = pathlib.Path(self.root) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def expect_one(self, faults, *words):
        self.assertEqual(len(faults), 1, faults)
        for word in words:
            self.assertIn(word, faults[0])


class IncludeDirection(Tree):
    def faults(self):
        return include_direction.faults_of(self.root)

    def setUp(self):
        super().setUp()
        self.write("daemon/engine/engine.hpp", '#include "graph/graph.hpp"\n')
        self.write("daemon/graph/graph.hpp", "#include <capstan/sdk/item.hpp>\n")
        self.write("plugins/gain/gain.hpp", "#include <capstan/sdk/plugin.hpp>\n")

    def test_right_directions_pass(self):
        self.write("daemon/loop/loop.cpp", "#include <event2/event.h>\n")
        self.write("plugins/gain/plugin.cpp", '#include "gain.hpp"\n')
        self.assertEqual(self.faults(), [])

    def test_a_box_that_includes_one_above_it_fails(self):
        self.write("daemon/graph/bad.cpp", '#include "engine/engine.hpp"\n')
        self.expect_one(self.faults(), "daemon/graph/bad.cpp:1", "engine/engine.hpp")

    def test_a_plugin_that_knows_the_daemon_fails(self):
        self.write("plugins/gain/bad.cpp", '\n#include "../../daemon/graph/graph.hpp"\n')
        self.expect_one(self.faults(), "plugins/gain/bad.cpp:2")

    def test_a_plugin_that_knows_another_fails(self):
        self.write("plugins/delay/bad.cpp", '#include "../gain/gain.hpp"\n')
        self.expect_one(self.faults(), "plugins/delay/bad.cpp:1", "gain.hpp")

    def test_the_daemon_that_knows_a_plugin_fails(self):
        self.write("daemon/main.cpp", '#include "../plugins/gain/gain.hpp"\n')
        self.expect_one(self.faults(), "daemon/main.cpp:1")

    def test_an_outside_library_in_a_second_place_fails(self):
        for number, header in enumerate(
                ["event2/event.h", "boost/dll.hpp", "yaml-cpp/yaml.h", "libavutil/frame.h",
                 "libswscale/swscale.h", "curl/curl.h", "CLI/CLI.hpp", "gtest/gtest.h"]):
            self.write("daemon/graph/bad.cpp", f"#include <{header}>\n")
            with self.subTest(header):
                self.expect_one(self.faults(), header)


class CommitSubjects(unittest.TestCase):
    def test_area_and_what_changes_pass(self):
        for subject in ("daemon/loop: post in batches", "sdk: README with whole plugins"):
            self.assertIsNone(commit_subjects.fault_of(subject), subject)

    def test_other_forms_fail(self):
        for subject in ("Fix things", "loop: Fix things", "loop: fix things.", "loop:fix",
                        "loop: " + "x" * 70):
            self.assertIsNotNone(commit_subjects.fault_of(subject), subject)


class FileLength(Tree):
    def test_a_long_file_fails_unless_its_reason_is_given(self):
        self.write("daemon/long.cpp", "\n" * 401)
        self.expect_one(file_length.faults_of(self.root, {}), "daemon/long.cpp", "401")
        self.assertEqual(file_length.faults_of(self.root, {"daemon/long.cpp": "a table"}), [])

    def test_a_reason_that_is_no_longer_needed_fails(self):
        self.write("daemon/short.cpp", "\n")
        self.expect_one(file_length.faults_of(self.root, {"daemon/short.cpp": "a table"}), "short")


class PluginExports(unittest.TestCase):
    def faults(self, nm_output):
        return plugin_exports.faults_of("x.so", plugin_exports.exports_of(nm_output))

    def test_the_one_symbol_passes(self):
        self.assertEqual(self.faults("0000000000004d60 D capstan_plugin\n"), [])

    def test_another_symbol_a_function_or_none_fails(self):
        self.assertTrue(self.faults("04 D capstan_plugin\n08 u _ZNSt7__n48611noop\n"))
        self.assertTrue(self.faults("04 T capstan_plugin\n"))
        self.assertTrue(self.faults(""))


class HeadersAlone(Tree):
    def test_a_header_that_leans_on_another_fails(self):
        self.write("good.hpp", "#pragma once\n#include <string>\ninline std::string name;\n")
        self.write("bad.hpp", "#pragma once\ninline std::string name;\n")
        self.expect_one(headers_alone.faults_of(self.root, ["c++"]), "bad.hpp")


class Tools(Tree):
    def have(self, tool):
        if subprocess.run(["which", tool], capture_output=True, check=False).returncode != 0:
            self.skipTest(f"{tool} is not installed")

    def test_another_layout_fails(self):
        self.have("clang-format")
        self.write(".clang-format", "BasedOnStyle: Google\n")
        self.write("good.cpp", "int x;\n")
        self.assertEqual(clang_format.run(self.root), [])
        self.write("bad.cpp", "int   x ;\n")
        self.expect_one(clang_format.run(self.root), "bad.cpp")

    def test_an_unquoted_word_in_a_script_fails(self):
        self.have("shellcheck")
        self.write("good.sh", '#!/usr/bin/env bash\nset -euo pipefail\nls "$1"\n')
        self.assertEqual(shell_scripts.faults_of(self.root), [])
        self.write("bad.sh", "#!/usr/bin/env bash\nset -euo pipefail\nls $1\n")
        self.expect_one(shell_scripts.faults_of(self.root), "bad.sh")


if __name__ == "__main__":
    unittest.main()
