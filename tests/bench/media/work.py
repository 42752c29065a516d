"""The work `media`: files in, pictures, tensors, sound and films out; Capstan beside its peers."""

import os
import pathlib
import shutil

from media import inputs, proof
from subjects import Group, Subject

HERE = pathlib.Path(__file__).resolve().parent

# Case, inputs, how often each is named so that a run takes a second or two, title, unit.
WORKS = [
    ("decode", "hd", 2, "decode 1080p H.264", "frames/s"),
    ("decode", "real hd", 2, "decode real 1080p", "frames/s"),
    ("tensors", "sd", 3, "480p clips to 224x224 RGB", "frames/s"),
    ("tensors", "real clips", 1, "real clips to 224x224 RGB", "frames/s"),
    ("sparse", "long", 2, "8 frames spread over 480p clips", "frames/s"),
    ("sparse", "real clips", 1, "8 frames spread over real clips", "frames/s"),
    ("photos", "photos", 40, "JPEG 500x375 to 224x224", "photos/s"),
    ("photos", "real photos", 10, "photographs 960x540 to 224x224", "photos/s"),
    ("thumbnails", "long", 24, "thumbnails of 480p clips", "clips/s"),
    ("thumbnails", "real clips", 6, "thumbnails of real clips", "clips/s"),
    ("transcode", "hd", 2, "1080p to 360p H.264 and AAC", "frames/s"),
    ("audio", "sound", 4, "sound to 16 kHz mono float", "files/s"),
    ("audio", "real sound", 12, "a real voice to 16 kHz mono float", "files/s"),
]
# What can do a case, apart from `limit` and `capstan`: the label, the program, its case.
PEERS = {
    "decode": [("ffmpeg", "tools", "decode"), ("ffmpeg, a file at a time", "tools", "decode-auto"),
               ("gstreamer", "", ""), ("opencv c++", "", ""), ("opencv python", "opencv", ""),
               ("pyav", "pyav", ""), ("spdl", "spdl_io", ""), ("decord", "decord_reader", "")],
    "tensors": [("ffmpeg", "tools", "tensors"), ("gstreamer", "", ""), ("opencv c++", "", ""),
                ("opencv python", "opencv", ""), ("pyav", "pyav", ""), ("spdl", "spdl_io", ""),
                ("decord", "decord_reader", "")],
    "sparse": [("ffmpeg, select", "tools", "sparse"), ("ffmpeg, 8 seeks", "tools", "sparse-seeks"),
               ("opencv c++", "", ""), ("opencv python", "opencv", ""), ("pyav", "pyav", ""),
               ("spdl", "spdl_io", ""), ("decord", "decord_reader", "")],
    "photos": [("ffmpeg", "tools", "photos"), ("gstreamer", "", ""), ("opencv c++", "", ""),
               ("opencv python", "opencv", ""), ("pyav", "pyav", ""), ("spdl", "spdl_io", ""),
               ("vipsthumbnail", "tools", "vips")],
    "thumbnails": [("ffmpeg", "tools", "thumbnails"), ("ffmpegthumbnailer", "tools", "thumbnailer"),
                   ("gstreamer", "", ""), ("opencv c++", "", ""), ("opencv python", "opencv", ""),
                   ("pyav", "pyav", "")],
    "transcode": [("ffmpeg", "tools", "transcode"),
                  ("ffmpeg, a file at a time", "tools", "transcode-auto"), ("gstreamer", "", ""),
                  ("pyav", "pyav", "")],
    "audio": [("ffmpeg", "tools", "audio"), ("gstreamer", "", ""), ("pyav", "pyav", ""),
              ("spdl", "spdl_io", ""), ("decord", "decord_reader", "")],
}
NATIVE = {"gstreamer": "media_gstreamer", "opencv c++": "media_opencv"}
# A module that a peer in Python needs.
MODULES = {"opencv": "cv2", "pyav": "av", "spdl_io": "spdl.io", "decord_reader": "decord",
           "tools": "numpy"}
TOOLS = {"ffmpegthumbnailer": "ffmpegthumbnailer", "vipsthumbnail": "vipsthumbnail"}
# Subjects that take so many times as long that they are given a part of the files.
SLOW = {"vipsthumbnail": 15, "ffmpeg, 8 seeks": 2, "ffmpeg, select": 2, "ffmpegthumbnailer": 4}
# What a peer cannot read.
CANNOT = {("decord", "real hd"): "it fails on streams without a container"}


class Subjects:
    """Makes the subjects of one case with one set of inputs."""

    def __init__(self, place, case, kind, links):
        self.place = place
        self.kind = kind
        self.case = case
        self.links = links
        self.folder = outputs_folder(place)

    def inputs_of(self, label):
        """The list of files for a subject, and how much it must make of them."""
        part = self.links.part(SLOW.get(label, 1))
        if self.case in ("decode", "tensors", "transcode"):
            return part.list, part.count_frames()
        return part.list, len(part.files) * (8 if self.case == "sparse" else 1)

    def subject(self, label, command, missing="", tally="", **more):
        listing, n_units = self.inputs_of(label)
        return Subject(label, [*command, *([] if tally else [listing, self.folder])], n_units,
                       missing, folder=self.folder,
                       check=proof.Proof(self.case, self.folder, tally), **more)

    def native(self, label, name):
        program, missing = self.place.program(f"media/{name}")
        return self.subject(label, [program, self.case], missing)

    def capstan(self):
        environment = {"CAPSTAN_BUILD": os.fspath(self.place.build),
                       "CAPSTAN_LIST": os.fspath(self.links.list),
                       "CAPSTAN_OUTPUT": os.fspath(self.folder)}
        return self.subject("capstan", [self.place.build / "capstan", "run",
                                        HERE / "capstan" / f"{self.case}.yaml"],
                            tally="tally.json", environment=environment)

    def script(self, label, name, case):
        missing = self.place.lack_of(MODULES[name])
        tool = TOOLS.get(label, "ffmpeg" if name == "tools" else "")
        if tool and not shutil.which(tool):
            missing = f"{tool} is not installed"
        missing = missing or CANNOT.get((label, self.kind), "")
        return self.subject(label, [self.place.python, HERE / "peers" / f"{name}.py",
                                    case or self.case], missing)

    def all(self):
        peers = [self.native(label, NATIVE[label]) if label in NATIVE
                 else self.script(label, name, case) for label, name, case in PEERS[self.case]]
        return [self.native("limit", "media_limit"), self.capstan(), *peers]


def outputs_folder(place):
    """In memory, so that no disk is measured; where there is none, in the build."""
    memory = pathlib.Path("/dev/shm")
    root = memory if os.access(memory, os.W_OK) else place.build
    return root / f"capstan-bench-{os.getpid()}"


def group(place, is_quick, work):
    case, kind, n_times, title, unit = work
    home = place.build / "media-inputs"
    if kind.startswith("real "):
        files = inputs.real_files(kind.removeprefix("real "))
    else:
        files = sorted((home / "made" / kind).iterdir())
    if not files:
        why = "CAPSTAN_MEDIA names no folder with such files"
        return Group(title, unit, [Subject("all", [], 0, why)])
    if is_quick:
        files, n_times = files[:16 if case == "photos" else 2], 1
    links = inputs.lay_out(files, n_times, home / f"{case}-{kind.replace(' ', '-')}")
    return Group(title, unit, Subjects(place, case, kind, links).all())


def groups(place, is_quick):
    missing = inputs.make_synthetic(HERE / "make_inputs.sh", place.build / "media-inputs" / "made")
    if missing:
        return [Group("all", "", [Subject("limit", [], 0, missing)])]
    return [group(place, is_quick, work) for work in WORKS]
