"""PyAV: its decoder with one thread, libswscale and libswresample behind its calls."""

import av
import peer


def video(path):
    container = av.open(path)
    stream = container.streams.video[0]
    stream.thread_count = 1
    return container, stream


def decode(path, tally, _):
    container, stream = video(path)
    with container:
        for _frame in container.decode(stream):
            tally.count()


def picture(frame):
    return frame.to_ndarray(format="rgb24", width=peer.SIDE, height=peer.SIDE,
                            interpolation="BILINEAR")


def tensors(path, tally, _):
    container, stream = video(path)
    with container:
        for index, frame in enumerate(container.decode(stream)):
            tally.look(picture(frame), index)


def frame_at(container, stream, time):
    """The first frame at or after a time in the stream's unit."""
    container.seek(time, stream=stream)
    frame = None
    for frame in container.decode(stream):
        if frame.pts >= time:
            break
    return frame


def sparse(path, tally, _):
    container, stream = video(path)
    with container:
        n_frames = stream.frames or round(container.duration / av.time_base * stream.average_rate)
        for index in peer.wanted_indices(n_frames):
            start = stream.start_time or 0
            time = start + int(index / stream.average_rate / stream.time_base)
            tally.look(picture(frame_at(container, stream, time)))


def photos(path, tally, _):
    container, stream = video(path)
    with container:
        whole = next(container.decode(stream)).to_ndarray(format="rgb24")
    side = min(whole.shape[:2])
    top, left = (whole.shape[0] - side) // 2, (whole.shape[1] - side) // 2
    square = av.VideoFrame.from_ndarray(whole[top:top + side, left:left + side].copy(), "rgb24")
    tally.look(picture(square))


def thumbnails(path, tally, folder):
    container, stream = video(path)
    with container:
        time = int((container.duration // 10 / av.time_base) / stream.time_base)
        frame = frame_at(container, stream, time + (stream.start_time or 0))
    height = round(frame.height * 320 / frame.width)
    frame.reformat(320, height, interpolation="BILINEAR").to_image().save(
        f"{folder}/{peer.stem(path)}.jpg", quality=85)
    tally.count()


def audio(path, tally, _):
    with av.open(path) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=peer.RATE)
        for frame in container.decode(container.streams.audio[0]):
            for part in resampler.resample(frame):
                tally.hear(part.to_ndarray()[0])
        for part in resampler.resample(None):
            tally.hear(part.to_ndarray()[0])
    tally.count()


def transcode(path, tally, folder):
    container, stream = video(path)
    with container, av.open(f"{folder}/{peer.stem(path)}.mp4", "w") as output:
        sound = container.streams.audio[0]
        pictures = output.add_stream("libx264", rate=stream.average_rate,
                                     options={"preset": "veryfast", "crf": "23"})
        pictures.width, pictures.height = stream.width * 360 // stream.height & ~1, 360
        pictures.thread_count = 1
        aac = output.add_stream("aac", rate=sound.rate, bit_rate=128_000)
        for frame in container.decode(stream, sound):
            if isinstance(frame, av.AudioFrame):
                output.mux(aac.encode(frame))
                continue
            frame.pict_type = 0
            output.mux(pictures.encode(frame.reformat(pictures.width, pictures.height,
                                                      interpolation="BILINEAR")))
            tally.count()
        output.mux(pictures.encode(None))
        output.mux(aac.encode(None))


if __name__ == "__main__":
    peer.main({"decode": decode, "tensors": tensors, "sparse": sparse, "photos": photos,
               "thumbnails": thumbnails, "audio": audio, "transcode": transcode})
