#!/usr/bin/env bash
# clang-tidy with the checks of .clang-tidy over the product: what a build folder compiles of sdk/,
# plugins/ and daemon/ but for the tests beside the code. In a unity build it reads the unity files,
# and so each header once for a library.
#
#   tests/lint/clang_tidy.sh BUILD_FOLDER      (configured with CXX=clang++)
set -euo pipefail

build=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python3 - "$build/compile_commands.json" "$root" <<'PYTHON' |
import json, os, sys
with open(sys.argv[1]) as commands:
    entries = json.load(commands)
root = os.path.realpath(sys.argv[2])
product = set()
for entry in entries:
    file = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
    base = entry["directory"] if file.endswith("-unity0.cpp") else root
    place = os.path.relpath(os.path.realpath(file), os.path.realpath(base))
    is_program = place.startswith(("capstan.p/", "capstand.p/"))
    if (is_program or place.startswith(("sdk/", "plugins/", "daemon/"))) and "test" not in place:
        product.add(file)
product = sorted(product)
print("\0".join(product), end="\0")
PYTHON
  xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$build" --quiet --config-file="$root/.clang-tidy" \
    --checks=-bugprone-suspicious-include
