#!/usr/bin/env python3
"""Every SDK header compiles alone: it includes what it uses.

  headers_alone.py INCLUDE_FOLDER COMPILER...
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

import tree


def fault_of(include_folder, header, compiler):
    """Compiles a file that includes nothing but `header`; the compiler's words, or None."""
    run = subprocess.run(
        compiler + ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers",
                    "-fsyntax-only", "-I", include_folder, "-x", "c++", "-"],
        input=f"#include <{header}>\n#include <{header}>\n", capture_output=True, text=True,
        check=False)
    return None if run.returncode == 0 else f"{header}: does not compile alone\n{run.stderr}"


def faults_of(include_folder, compiler):
    headers = list(tree.files(include_folder, (".hpp", ".h")))
    if not headers:
        return [f"{include_folder}: no headers"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda header: fault_of(include_folder, header, compiler), headers)
        return [fault for fault in results if fault]


if __name__ == "__main__":
    sys.exit(tree.report(faults_of(str(pathlib.Path(sys.argv[1])), sys.argv[2:])))
