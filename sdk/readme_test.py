#!/usr/bin/env python3
"""Builds every plugin that sdk/README.md shows and has the program load it.

usage: readme_test.py README COMPILER CAPSTAN INCLUDE_DIR LIBRARY_DIR
"""
import pathlib
import re
import subprocess
import sys
import tempfile

readme, compiler, capstan, include, library = sys.argv[1:6]
blocks = re.findall(r"```cpp\n(.*?)```", pathlib.Path(readme).read_text(), re.S)
if len(blocks) < 4:
    sys.exit(f"{readme} shows {len(blocks)} plugins, expected at least 4")

failed = 0
for number, source in enumerate(blocks):
    name = re.search(r'CAPSTAN_PLUGIN\("(\w+)"', source).group(1)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "plugin.cpp").write_text(source)
        build = subprocess.run(
            [compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers",
             "-shared", "-fPIC", f"-I{include}", "-o", path / f"{name}.so", path / "plugin.cpp",
             f"-L{library}", "-lcapstan-sdk"],
            capture_output=True, text=True, check=False)
        shown = build if build.returncode else subprocess.run(
            [capstan, "inspect", name, "--plugin-path", folder],
            capture_output=True, text=True, check=False)
        if shown.returncode or name not in shown.stdout:
            failed += 1
            print(f"plugin '{name}' of {readme}:\n{shown.stdout}{shown.stderr}")
        else:
            print(f"plugin '{name}': builds and loads")
sys.exit(1 if failed else 0)
