"""SPDL: its pipeline with two threads, and its demuxer and decoder, which scale in a filter graph.

Clips are decoded as a stream of small runs of frames, so that a whole one never lies in memory.
"""

import peer
import spdl.io
from spdl.pipeline import PipelineBuilder

CONFIG = spdl.io.decode_config(decoder_options={"threads": "1"})
FILTER = spdl.io.get_video_filter_desc(scale_width=peer.SIDE, scale_height=peer.SIDE,
                                       scale_algo="bilinear", scale_mode=None, pix_fmt="rgb24")
SQUARE = f"crop=w='min(iw,ih)':h='min(iw,ih)',scale={peer.SIDE}:{peer.SIDE}:flags=bilinear,format=rgb24"
RUN = 32


def runs_of(path, graph):
    """Frames of a clip, some at a time."""
    demuxer = spdl.io.Demuxer(path)
    decoder = spdl.io.Decoder(demuxer.video_codec, filter_desc=graph, decode_config=CONFIG)
    for packets in demuxer.streaming_demux(demuxer.video_stream_index, num_packets=RUN):
        yield from decoder.streaming_decode_packets(packets)
    yield from decoder.flush()


def decode(path, tally, _):
    for frames in runs_of(path, None):
        tally.count(len(frames))


def tensors(path, tally, _):
    index = 0
    for frames in runs_of(path, FILTER):
        for picture in spdl.io.to_numpy(spdl.io.convert_frames(frames)):
            tally.look(picture, index)
            index += 1


def sparse(path, tally, _):
    packets = spdl.io.demux_video(path)
    wanted = peer.wanted_indices(len(packets))
    for frames in spdl.io.sample_decode_video(packets, wanted, decode_config=CONFIG,
                                              filter_desc=FILTER):
        tally.look(spdl.io.to_numpy(spdl.io.convert_frames(frames)))


def photos(path, tally, _):
    tally.look(spdl.io.to_numpy(spdl.io.load_image(path, decode_config=CONFIG,
                                                   filter_desc=SQUARE)))


def audio(path, tally, _):
    graph = spdl.io.get_audio_filter_desc(sample_rate=peer.RATE, num_channels=1, sample_fmt="flt")
    tally.hear(spdl.io.to_numpy(spdl.io.load_audio(path, decode_config=CONFIG,
                                                   filter_desc=graph))[:, 0])
    tally.count()


def in_pipeline(function, files, folder, every):
    def work(path):
        tally = peer.Tally(every)
        function(path, tally, folder)
        return tally

    pipeline = (PipelineBuilder().add_source(files).pipe(work, concurrency=peer.N_WORKERS)
                .add_sink(8).build(num_threads=peer.N_WORKERS))
    total = peer.Tally(every)
    with pipeline.auto_stop():
        for tally in pipeline:
            total.add(tally)
    return total, peer.peak_kb()


if __name__ == "__main__":
    peer.main({"decode": decode, "tensors": tensors, "sparse": sparse, "photos": photos,
               "audio": audio}, in_pipeline)
