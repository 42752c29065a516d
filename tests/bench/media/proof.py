"""Did a subject do its work? Counts what it made, and says what its pictures look like."""

import json
import subprocess

# Of the sums that a subject tells besides; the driver sees means of them instead.
RAW = ("n_looked", "n_heard", "energy", "sums")


def means(measured):
    """Of each colour in each quarter of the pictures, 0 to 255; or of sound its length, 50 a second,
    and its loudness, at most 200. Empty where the subject only counted."""
    if measured.get("n_looked"):
        return [total / measured["n_looked"] for total in measured["sums"]]
    if measured.get("n_heard"):
        return [measured["n_heard"] / max(measured["n_units"], 1) / 16_000 * 50,
                (measured["energy"] / measured["n_heard"]) ** 0.5 * 200]
    return []


def look_at(files):
    """How many pictures files hold, and the mean of each colour in each quarter."""
    sums, n_pictures = [0] * 12, 0
    for file in files:
        read = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", file, "-fps_mode", "passthrough", "-vf",
             "format=rgb24,scale=2:2:flags=area", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
            stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout
        n_pictures += len(read) // 12
        for place, value in enumerate(read):
            sums[place % 12] += value
    return n_pictures, [total / max(n_pictures, 1) for total in sums]


class Proof:
    """Looks at what one run printed, and at the files that it left."""

    def __init__(self, case, folder, tally=""):
        self.case = case
        self.folder = folder
        self.tally = tally  # a file with what other subjects print

    def __call__(self, measured):
        if self.case in ("thumbnails", "transcode"):
            n_pictures, measured["likeness"] = look_at(sorted(self.folder.iterdir()))
            measured["n_units"] = n_pictures
        else:
            if self.tally:
                measured.update(json.loads((self.folder / self.tally).read_text("utf-8")))
            measured["likeness"] = means(measured)
        for name in RAW:
            measured.pop(name, None)
