#!/usr/bin/env bash
# clang-tidy with the checks of .clang-tidy over everything that a build folder compiles.
#
#   tests/lint/clang_tidy.sh BUILD_FOLDER      (configured with CXX=clang++)
set -euo pipefail

build=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Test programs are left out: GoogleTest's macros cost most of the time and hide most of the code.
python3 - "$build/compile_commands.json" <<'PYTHON' |
import json, os, sys
with open(sys.argv[1]) as commands:
    entries = json.load(commands)
files = {os.path.normpath(os.path.join(entry["directory"], entry["file"])) for entry in entries}
print("\0".join(sorted(file for file in files if not file.endswith("_test.cpp"))), end="\0")
PYTHON
  xargs -0 -n 4 -P "$(nproc)" clang-tidy -p "$build" --quiet --config-file="$root/.clang-tidy"
