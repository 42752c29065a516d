"""Command-line tools, two processes at a time: ffmpeg, ffmpegthumbnailer, vipsthumbnail.

  tools.py TOOL-CASE LIST [FOLDER]

What a tool writes to its output is read here, as a program would that wants the pictures.
"""

import concurrent.futures
import fcntl
import os
import re
import resource
import subprocess

import numpy
import peer

FFMPEG = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
SMALL = f"scale={peer.SIDE}:{peer.SIDE}:flags=bilinear"
SQUARE = f"crop='min(iw,ih)':'min(iw,ih)',{SMALL}"
RAW = ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
F_SETPIPE_SZ = 1031


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def probe(path, entry, *options):
    return run("ffprobe", "-v", "error", "-select_streams", "v:0", *options, "-show_entries", entry,
               "-of", "default=nk=1:nw=1", path).split()


def pictures_of(command, tally):
    """Reads pictures of 224 x 224 from a command's output."""
    size = 3 * peer.SIDE * peer.SIDE
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        fcntl.fcntl(child.stdout, F_SETPIPE_SZ, 1 << 20)
        index = 0
        while len(data := child.stdout.read(size)) == size:
            tally.look(numpy.frombuffer(data, numpy.uint8).reshape(peer.SIDE, peer.SIDE, 3), index)
            index += 1
    if child.returncode:
        raise RuntimeError(f"{command[0]}: exit code {child.returncode}")


def decode(path, tally, _, threads=1):
    out = run(*FFMPEG, "-threads", str(threads), "-i", path, "-map", "0:v:0", "-fps_mode",
              "passthrough", "-f", "null", "-progress", "-", "-")
    tally.count(int(re.findall(r"frame=(\d+)", out)[-1]))


def tensors(path, tally, _):
    pictures_of([*FFMPEG, "-threads", "1", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough",
                 "-vf", SMALL, *RAW], tally)


def about(path):
    """Frames a second, and how many frames there are; not every container tells."""
    rate, n_frames = probe(path, "stream=avg_frame_rate,nb_frames")
    if n_frames == "N/A":
        n_frames = probe(path, "stream=nb_read_packets", "-count_packets")[0]
    num, den = (int(part) for part in rate.split("/"))
    return num / den, int(n_frames)


def sparse(path, tally, _):
    n_frames = about(path)[1]
    picks = "+".join(f"eq(n,{index})" for index in peer.wanted_indices(n_frames))
    pictures_of([*FFMPEG, "-threads", "1", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough",
                 "-vf", f"select='{picks}',{SMALL}", *RAW], tally)


def sparse_seeks(path, tally, _):
    rate, n_frames = about(path)
    for index in peer.wanted_indices(n_frames):
        pictures_of([*FFMPEG, "-threads", "1", "-ss", f"{(index - 0.5) / rate:.6f}", "-i", path,
                     "-frames:v", "1", "-vf", SMALL, *RAW], tally)


def thumbnails(path, tally, folder):
    at = float(probe(path, "format=duration")[0]) / 10
    run(*FFMPEG, "-threads", "1", "-ss", f"{at:.6f}", "-i", path, "-frames:v", "1", "-vf",
        "scale=320:-1:flags=bilinear", "-q:v", "3", f"{folder}/{peer.stem(path)}.jpg")
    tally.count()


def thumbnailer(path, tally, folder):
    run("ffmpegthumbnailer", "-i", path, "-o", f"{folder}/{peer.stem(path)}.jpg", "-s", "320", "-q",
        "8", "-t", "10%")
    tally.count()


def vips(path, tally, folder):
    run("vipsthumbnail", path, "--size", f"{peer.SIDE}x{peer.SIDE}", "--smartcrop", "centre", "-o",
        f"{folder}/%s.ppm")
    pixels = numpy.fromfile(f"{folder}/{peer.stem(path).removesuffix('.jpg')}.ppm", numpy.uint8)
    tally.look(pixels[-3 * peer.SIDE * peer.SIDE:].reshape(peer.SIDE, peer.SIDE, 3))


def audio(path, tally, _):
    command = [*FFMPEG, "-i", path, "-vn", "-ac", "1", "-ar", str(peer.RATE), "-f", "f32le", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        fcntl.fcntl(child.stdout, F_SETPIPE_SZ, 1 << 20)
        while data := child.stdout.read(1 << 18):
            tally.hear(numpy.frombuffer(data, numpy.float32))
    tally.count()


def transcode(path, tally, folder, threads=1):
    out = run(*FFMPEG, "-threads", str(threads), "-i", path, "-vf", "scale=-2:360:flags=bilinear",
              "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-threads", str(threads),
              "-c:a", "aac", "-b:a", "128k", "-progress", "-", f"{folder}/{peer.stem(path)}.mp4")
    tally.count(int(re.findall(r"frame=(\d+)", out)[-1]))


def in_threads(function, files, folder, every, n_workers=peer.N_WORKERS):
    def work(path):
        tally = peer.Tally(every)
        function(path, tally, folder)
        return tally

    total = peer.Tally(every)
    with concurrent.futures.ThreadPoolExecutor(n_workers) as pool:
        for tally in pool.map(work, files):
            total.add(tally)
    return total, n_workers * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def all_photos(files, folder, every):
    """Two processes, one for the files of even numbers; a process a file would be ten times as
    slow."""
    del folder
    home = os.path.dirname(files[0])

    def work(digits):
        tally = peer.Tally(every)
        # Of one size, else ffmpeg scales later ones to the size of the first.
        pictures_of([*FFMPEG, "-threads", "1", "-f", "image2", "-pattern_type", "glob", "-i",
                     f"{home}/[0-9][0-9][0-9][{digits}]-*.jpg", "-fps_mode", "passthrough", "-vf",
                     SQUARE, *RAW], tally)
        return tally

    total = peer.Tally(every)
    with concurrent.futures.ThreadPoolExecutor(peer.N_WORKERS) as pool:
        for tally in pool.map(work, ("02468", "13579")):
            total.add(tally)
    return total, peer.N_WORKERS * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def with_all_threads(function):
    """One file after the other, with as many threads as ffmpeg likes."""
    def one(path, tally, folder):
        function(path, tally, folder, threads=0)

    return one


CASES = {"decode": decode, "tensors": tensors, "sparse": sparse, "sparse-seeks": sparse_seeks,
         "photos": None, "thumbnails": thumbnails, "thumbnailer": thumbnailer, "vips": vips,
         "audio": audio, "transcode": transcode, "decode-auto": with_all_threads(decode),
         "transcode-auto": with_all_threads(transcode)}


def run_tools(function, files, folder, every):
    if function is None:
        return all_photos(files, folder, every)
    n_workers = 1 if function.__name__ == "one" else peer.N_WORKERS
    return in_threads(function, files, folder, every, n_workers)


if __name__ == "__main__":
    peer.main(CASES, run_tools)
