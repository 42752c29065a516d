#!/usr/bin/env python3
"""Arrows point one way, and one folder knows each outside library.

  include_direction.py ROOT

sdk <- plugins, sdk <- daemon; inside the daemon as MAY_INCLUDE says. Prints each #include that
breaks a rule and exits with 1.
"""

import pathlib
import re
import sys

import tree

# What each box of the daemon may include of the others. `cli` and the main files wire all.
MAY_INCLUDE = {
    "config": set(),
    "graph": {"config"},
    "loop": set(),
    "loader": set(),
    "log": set(),
    "engine": {"graph", "config", "loop"},
}

# Outside libraries by the start of their headers' names, and the only places that know them.
ONLY_IN = {
    "event2/": ("daemon/loop/",),
    "event.h": ("daemon/loop/",),
    "boost/": ("daemon/loader/", "tests/bench/engine/asio.cpp"),
    "yaml-cpp/": ("daemon/config/",),
    "libav": ("plugins/ffmpeg/", "sdk/include/capstan/sdk/ffmpeg.hpp", "tests/bench/pixels/",
              "tests/bench/media/limit/"),
    "libsw": ("plugins/ffmpeg/", "sdk/include/capstan/sdk/ffmpeg.hpp", "tests/bench/pixels/",
              "tests/bench/media/limit/"),
    "libyuv": ("tests/bench/pixels/libyuv.cpp",),
    "curl/": ("plugins/fetch/",),
    "jpeglib.h": ("plugins/ffmpeg/", "tests/bench/media/limit/"),
    "spdlog/": ("daemon/log/",),
    "CLI/": ("daemon/cli/", "daemon/main.cpp"),
    "nlohmann/": ("daemon/cli/", "plugins/ffmpeg/"),
    "opencv2/": ("tests/bench/media/opencv.cpp",),
    "gst/": ("tests/bench/engine/gstreamer.cpp", "tests/bench/media/gstreamer.cpp"),
}
TEST_LIBRARIES = ("gtest/", "gmock/")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def box_of(path):
    """The box of the architecture picture that a file stands in: ("daemon", "loop")."""
    parts = path.parts
    if len(parts) > 2 and parts[0] in ("daemon", "plugins"):
        return parts[:2]
    return parts[:1]


def resolve(root, path, name):
    """The tree's file that a quoted include means, relative to the root; None if there is none."""
    places = [path.parent, pathlib.PurePosixPath(path.parts[0])]
    if path.parts[0] == "tests":
        places += [pathlib.PurePosixPath(each) for each in ("daemon", "plugins", "plugins/ffmpeg")]
    for place in places:
        candidate = place / name
        if (pathlib.Path(root) / candidate).is_file():
            return pathlib.PurePosixPath(
                (pathlib.Path(root) / candidate).resolve().relative_to(pathlib.Path(root).resolve()))
    return None


def outside_fault(path, name):
    for prefix, places in ONLY_IN.items():
        if name.startswith(prefix):
            if any(str(path).startswith(place) for place in places):
                return None
            return f"<{name}> belongs to {', '.join(places)} alone"
    if name.startswith(TEST_LIBRARIES):
        if not (path.stem.endswith("_test") or path.parts[0] == "tests"):
            return f"<{name}> belongs into tests"
    return None


def inside_fault(path, target):
    """Why `path` may not include `target`, both files of the tree."""
    from_box, to_box = box_of(path), box_of(target)
    if from_box == to_box or to_box == ("sdk",) or from_box[0] == "tests":
        return None
    if from_box[0] != "daemon":
        return f"{'/'.join(from_box)} may include the SDK and itself, not {target}"
    if to_box[0] != "daemon":
        return f"the daemon must not know {target}"
    allowed = MAY_INCLUDE.get(from_box[1]) if len(from_box) > 1 else None
    if allowed is None or (len(to_box) > 1 and to_box[1] in allowed):
        return None
    return f"{'/'.join(from_box)} may include {sorted(allowed) or 'the SDK alone'}, not {target}"


def faults_of(root):
    faults = []
    for path in tree.files(root, tree.CPP):
        text = (pathlib.Path(root) / path).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, name = match.groups()
            if name.startswith("capstan/sdk/"):
                continue
            fault = outside_fault(path, name)
            if quote == '"':
                target = resolve(root, path, name)
                fault = inside_fault(path, target) if target else f'"{name}" is no file of the tree'
            if fault:
                faults.append(f"{path}:{number}: {fault}")
    return faults


if __name__ == "__main__":
    sys.exit(tree.report(faults_of(sys.argv[1])))
