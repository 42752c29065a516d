#!/usr/bin/env bash
# clang-tidy with the checks of .clang-tidy over the product: what a build folder compiles of sdk/,
# plugins/ and daemon/ but for the tests beside the code.
#
#   tests/lint/clang_tidy.sh BUILD_FOLDER      (configured with CXX=clang++)
set -euo pipefail

build=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python3 - "$build/compile_commands.json" "$root" <<'PYTHON' |
import json, os, sys
with open(sys.argv[1]) as commands:
    entries = json.load(commands)
files = {os.path.normpath(os.path.join(entry["directory"], entry["file"])) for entry in entries}
root = os.path.realpath(sys.argv[2])
product = [file for file in sorted(files)
           if os.path.relpath(os.path.realpath(file), root).startswith(("sdk/", "plugins/", "daemon/"))
           and not file.endswith("_test.cpp")]
print("\0".join(product), end="\0")
PYTHON
  xargs -0 -n 4 -P "$(nproc)" clang-tidy -p "$build" --quiet --config-file="$root/.clang-tidy"
