#!/usr/bin/env python3
"""A plugin exports one symbol, `capstan_plugin`, and it is data.

  plugin_exports.py BUILD_FOLDER      (looks at all of plugins/ and sdk/examples/ there)
"""

import pathlib
import subprocess
import sys

import tree


def exports_of(nm_output):
    """[(kind, name)] out of `nm -D --defined-only`, whose lines are "ADDRESS KIND NAME"."""
    return [tuple(line.split()[-2:]) for line in nm_output.splitlines() if line.strip()]


def faults_of(plugin, exports):
    if [name for _, name in exports] != ["capstan_plugin"]:
        names = ", ".join(name for _, name in exports) or "nothing"
        return [f"{plugin}: exports {names}; expected capstan_plugin alone"]
    # D: initialised data, R: read-only data.
    if exports[0][0] not in ("D", "R"):
        return [f"{plugin}: capstan_plugin is no data (nm says {exports[0][0]})"]
    return []


def main(build):
    plugins = [plugin for folder in ("plugins", "sdk/examples")
               for plugin in sorted((pathlib.Path(build) / folder).rglob("*.so"))]
    if not plugins:
        return tree.report([f"no plugin in {build}"])
    faults = []
    for plugin in plugins:
        nm = subprocess.run(["nm", "-D", "--defined-only", str(plugin)],
                            capture_output=True, text=True, check=True)
        faults += faults_of(plugin, exports_of(nm.stdout))
    return tree.report(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
