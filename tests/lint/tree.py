"""The source files of a tree, for all lints."""

import os
import pathlib

SKIPPED = ("build", ".git", ".cache", "thumbnails", "__pycache__")
CPP = (".cpp", ".hpp", ".h")


def is_skipped(folder):
    return folder.startswith("build") or folder in SKIPPED


def files(root, suffixes=None):
    """Yields the paths of files below `root`, relative to it, in order."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not is_skipped(name))
        for name in sorted(names):
            path = pathlib.PurePosixPath(os.path.relpath(os.path.join(folder, name), root))
            if suffixes is None or path.suffix in suffixes:
                yield path


def report(faults):
    """Prints the faults and returns the exit code."""
    for fault in faults:
        print(fault)
    return 1 if faults else 0
