"""decord: VideoReader with one thread, which scales while it decodes."""

import decord
import peer


def reader(path, side=peer.SIDE):
    return decord.VideoReader(path, ctx=decord.cpu(0), num_threads=1, width=side, height=side)


def decode(path, tally, _):
    frames = reader(path, -1)
    for _ in range(len(frames)):
        frames.next()
        tally.count()


def tensors(path, tally, _):
    frames = reader(path)
    for index in range(len(frames)):
        tally.look(frames.next().asnumpy(), index)


def sparse(path, tally, _):
    frames = reader(path)
    for picture in frames.get_batch(peer.wanted_indices(len(frames))).asnumpy():
        tally.look(picture)


def audio(path, tally, _):
    sound = decord.AudioReader(path, ctx=decord.cpu(0), sample_rate=peer.RATE, mono=True)
    tally.hear(sound[:].asnumpy()[0])
    tally.count()


if __name__ == "__main__":
    peer.main({"decode": decode, "tensors": tensors, "sparse": sparse, "audio": audio})
