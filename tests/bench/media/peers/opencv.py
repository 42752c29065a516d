"""OpenCV in Python: VideoCapture with one thread of FFmpeg's, imread, resize."""

import os

os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "threads;1"

import cv2  # noqa: E402  # it reads the environment
import peer  # noqa: E402


def decode(path, tally, _):
    capture = cv2.VideoCapture(path)
    while capture.grab() and capture.retrieve()[0]:
        tally.count()


def picture(frame):
    # Its area filter is the one that averages when a picture gets smaller.
    small = cv2.resize(frame, (peer.SIDE, peer.SIDE), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2RGB)


def tensors(path, tally, _):
    capture = cv2.VideoCapture(path)
    index = 0
    while True:
        is_there, frame = capture.read()
        if not is_there:
            return
        tally.look(picture(frame), index)
        index += 1


def sparse(path, tally, _):
    # Reading on is faster than its seek; only wanted frames are converted.
    capture = cv2.VideoCapture(path)
    wanted = set(peer.wanted_indices(int(capture.get(cv2.CAP_PROP_FRAME_COUNT))))
    for index in range(max(wanted) + 1):
        capture.grab()
        if index in wanted:
            tally.look(picture(capture.retrieve()[1]))


def photos(path, tally, _):
    whole = cv2.imread(path, cv2.IMREAD_COLOR)
    if min(whole.shape[:2]) >= 2 * peer.SIDE:
        whole = cv2.imread(path, cv2.IMREAD_REDUCED_COLOR_2)
    side = min(whole.shape[:2])
    top, left = (whole.shape[0] - side) // 2, (whole.shape[1] - side) // 2
    tally.look(picture(whole[top:top + side, left:left + side]))


def thumbnails(path, tally, folder):
    capture = cv2.VideoCapture(path)
    index = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) // 10
    for _ in range(index + 1):
        capture.grab()
    frame = capture.retrieve()[1]
    height = round(frame.shape[0] * 320 / frame.shape[1])
    small = cv2.resize(frame, (320, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(f"{folder}/{peer.stem(path)}.jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])
    tally.count()


if __name__ == "__main__":
    cv2.setNumThreads(1)
    peer.main({"decode": decode, "tensors": tensors, "sparse": sparse, "photos": photos,
               "thumbnails": thumbnails})
