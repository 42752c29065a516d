"""The subject `python`: asyncio's loop and a ThreadPoolExecutor, without anything else."""

import asyncio
import concurrent.futures
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import measure  # noqa: E402


def nothing():
    pass


async def instant():
    pass


async def one_by_one(numbers, once, latencies):
    """Takes the next number whenever what it began with the one before has ended."""
    for _ in numbers:
        made_at = time.perf_counter()
        await once()
        latencies.append(time.perf_counter() - made_at)


async def many(options, once):
    numbers = iter(range(options.items))
    latencies = []
    with measure.Stopwatch() as watch:
        await asyncio.gather(*(one_by_one(numbers, once, latencies)
                               for _ in range(options.in_flight)))
    measure.report(len(latencies), len(latencies) / watch.wall_s, watch, latencies)


async def hops(options, n_hops):
    loop = asyncio.get_running_loop()
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:

        async def once():
            for _ in range(n_hops):
                await loop.run_in_executor(pool, nothing)

        await many(options, once)


async def tasks(options):

    async def once():
        await asyncio.create_task(instant())

    await many(options, once)


async def sleepers(options):
    lateness = []
    n_asleep = 0
    growth = -measure.resident_bytes()

    async def sleep(number):
        nonlocal n_asleep, growth
        delay = measure.sleep_time(number, options.items)
        n_asleep += 1
        if n_asleep == options.items:
            growth += measure.resident_bytes()
        asked_at = time.perf_counter()
        await asyncio.sleep(delay)
        lateness.append(time.perf_counter() - asked_at - delay)

    with measure.Stopwatch() as watch:
        await asyncio.gather(*(sleep(i) for i in range(options.items)))
    measure.report(len(lateness), growth / options.items, watch, lateness)


def main():
    options = measure.arguments()
    cases = {"hop": lambda: hops(options, 1), "chain3": lambda: hops(options, 3),
             "async": lambda: tasks(options), "sleepers": lambda: sleepers(options)}
    asyncio.run(cases[options.case]())


if __name__ == "__main__":
    main()
