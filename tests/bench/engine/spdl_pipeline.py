"""The subject `spdl`: SPDL's pipeline, whose execution model Capstan's follows."""

import concurrent.futures
import os
import sys
import time

from spdl.pipeline import PipelineBuilder

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import measure  # noqa: E402


def nothing(item):
    return item


async def instant(item):
    return item


async def source(n_items):
    """Asynchronous, so that making an item is not a hop of its own."""
    for _ in range(n_items):
        yield time.perf_counter()


def build(options, executor):
    n_stages = 3 if options.case == "chain3" else 1
    builder = PipelineBuilder().add_source(source(options.items))
    for _ in range(n_stages):
        concurrency = max(options.in_flight // n_stages, 1)
        if options.case == "async":
            builder.pipe(instant, concurrency=concurrency, output_order="input")
        else:
            builder.pipe(nothing, concurrency=concurrency, executor=executor, output_order="input")
    return builder.add_sink(options.in_flight).build(num_threads=1)


def main():
    options = measure.arguments()
    if options.case not in ("hop", "async", "chain3"):
        sys.exit(f"no case {options.case}")
    latencies = []
    with concurrent.futures.ThreadPoolExecutor(options.workers) as executor:
        pipeline = build(options, executor)
        with measure.Stopwatch() as watch, pipeline.auto_stop():
            for made_at in pipeline:
                latencies.append(time.perf_counter() - made_at)
    measure.report(len(latencies), len(latencies) / watch.wall_s, watch, latencies)


if __name__ == "__main__":
    main()
