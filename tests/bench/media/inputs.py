"""The files that are worked on: synthetic ones, and real ones of the folder CAPSTAN_MEDIA.

A short set is named several times, as links of different names, so that a run takes long enough.
"""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess

# Of the folder CAPSTAN_MEDIA. Of video what every subject reads to its end, in one size; no
# rotation, since not all subjects turn pictures.
REAL = {
    "hd": ["mediabunny/test/public/video-h265.mp4", "firefox/dom/media/test/vp9-superframes.webm",
           "openh264/res/VID_1920x1080_cabac_temporal_direct.264"],
    "clips": ["sam2/demo/data/gallery/02_cups.mp4", "firefox/dom/media/test/gizmo.mp4",
              "firefox/dom/media/test/gizmo.webm", "firefox/dom/media/test/gizmo_hevc_8bit_420.mp4",
              "libopenshot/libopenshot-0.2.7/examples/run.mp4", "mediabunny/test/public/edts.mp4",
              "decord/examples/flipping_a_pancake.mkv",
              "mediabunny/test/public/sar_2x1.mp4", "mediabunny/test/public/video-h265.mp4"],
    "photos": ["sam2/notebooks/videos/bedroom/*.jpg"],
    "sound": ["npm/audio-lena/package/lena.*"],
}


@dataclasses.dataclass
class Inputs:
    """Links to files, and a list of them, a line each."""

    folder: pathlib.Path
    files: list

    @property
    def list(self):
        return self.folder / f"first-{len(self.files)}.txt"

    def part(self, n):
        """The n-th part of them, but a whole round of the files."""
        n_distinct = len({file.resolve() for file in self.files})
        rounds = max(1, len(self.files) // n_distinct // n)
        part = Inputs(self.folder, self.files[:rounds * n_distinct])
        part.list.write_text("".join(f"{file}\n" for file in part.files), encoding="utf-8")
        return part

    def count_frames(self):
        return count_frames(self.files, self.folder.parent / "frames.json")


def make_synthetic(script, folder):
    """Why there are none: empty when they are there."""
    made = subprocess.run(["bash", script, folder], capture_output=True, text=True, check=False)
    return "" if made.returncode == 0 else f"make_inputs.sh: {made.stderr.strip()[-200:]}"


def real_files(kind):
    root = pathlib.Path(os.environ.get("CAPSTAN_MEDIA", ""))
    if not os.environ.get("CAPSTAN_MEDIA"):
        return []
    return [file for pattern in REAL[kind] for file in sorted(root.glob(pattern))]


def count_frames(files, cache):
    """How many frames FFmpeg decodes of each, kept in `cache` from run to run."""
    known = json.loads(cache.read_text("utf-8")) if cache.exists() else {}
    for file in {os.fspath(file.resolve()) for file in files} - known.keys():
        probe = subprocess.run(
            ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "V:0", "-show_entries",
             "stream=nb_read_frames", "-of", "json", file],
            capture_output=True, text=True, check=True)
        known[file] = int(json.loads(probe.stdout)["streams"][0]["nb_read_frames"])
    cache.write_text(json.dumps(known, indent=1), encoding="utf-8")
    return sum(known[os.fspath(file.resolve())] for file in files)


def lay_out(files, n_times, folder):
    """Names each of the files `n_times`, those of one round together."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    links = []
    for number, file in enumerate(files * n_times):
        link = folder / f"{number:04}-{file.name}"
        link.symlink_to(file)
        links.append(link)
    return Inputs(folder, links).part(1)
