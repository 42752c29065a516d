"""The work `engine`: what it costs to bring an item to a stage and back, and to keep it."""

from subjects import Group, Subject

# Items of one run, such that it takes about a second: with many in flight, and one by one.
N_ITEMS = {"capstan": (1_000_000, 50_000), "limit": (6_000_000, 50_000), "asio": (1_000_000, 50_000),
           "gstreamer": (400_000, 50_000), "python": (20_000, 10_000), "spdl": (3_000, 2_000)}
N_ASYNC_ITEMS = {"limit": 30_000_000, "asio": 30_000_000, "python": 60_000}
N_SLEEPERS = 10_000
N_KEPT = 20_000


class Subjects:
    """Makes subjects of a case for this place."""

    def __init__(self, place, is_quick):
        self.place = place
        self.is_quick = is_quick
        self.lack_of_spdl = place.lack_of("spdl.pipeline")

    def make(self, name, label, case, n_items, *options):
        here = self.place.source / "engine"
        if name == "python":
            command, missing = [self.place.python, here / "python_asyncio.py"], ""
        elif name == "spdl":
            command, missing = [self.place.python, here / "spdl_pipeline.py"], self.lack_of_spdl
        else:
            program, missing = self.place.program(f"engine/engine_{name}")
            command = [program]
        command += ["--case", case, "--items", n_items, *options]
        return Subject(label, command, n_items, missing)

    def flow(self, name, case, n_workers, in_flight, label="", variant=""):
        """A subject through which items flow."""
        n_items = N_ITEMS[name][in_flight == 1]
        if case == "async":
            n_items = N_ASYNC_ITEMS.get(name, n_items)
        if self.is_quick:
            n_items = 2_000 if n_items >= 50_000 else 200
        options = ["--workers", n_workers, "--in-flight", in_flight]
        if variant:
            options += ["--variant", variant]
        return self.make(name, label or name, case, n_items, *options)


def hop(subjects, n_workers, in_flight):
    def of(*arguments, **named):
        return subjects.flow(*arguments, "hop", n_workers, in_flight, **named)

    rows = [of("limit"), of("limit", label="limit, 32 tasks a lock", variant="lots"), of("capstan"),
            of("capstan", label="capstan, a job an item", variant="jobs"), of("asio")]
    if n_workers == 1:  # it has a thread for each queue
        rows.append(of("gstreamer"))
    rows += [of("python"), of("spdl")]
    workers = "1 worker" if n_workers == 1 else f"{n_workers} workers"
    return Group(f"hop, {workers}, {in_flight} in flight", "items/s", rows)


def asynchronous(subjects):
    rows = [subjects.flow(name, "async", 1, 64) for name in ("limit", "capstan")]
    rows.append(subjects.flow("capstan", "async", 1, 64, "capstan, a job an item", "jobs"))
    rows += [subjects.flow(name, "async", 1, 64) for name in ("asio", "python", "spdl")]
    return Group("async", "items/s", rows)


def chain3(subjects, n_workers):
    def of(name, *more):
        return subjects.flow(name, "chain3", n_workers, 64, *more)

    rows = [of("limit"), of("capstan", "capstan, fused", "fused"), of("capstan", "capstan, unfused"),
            of("asio"), of("gstreamer"), of("python"), of("spdl")]
    workers = "1 worker" if n_workers == 1 else f"{n_workers} workers"
    return Group(f"chain3, {workers}, 64 in flight", "items/s", rows)


def sleepers(subjects):
    n = N_SLEEPERS // 20 if subjects.is_quick else N_SLEEPERS
    rows = [subjects.make("limit", "limit", "sleepers", n),
            subjects.make("capstan", "capstan", "sleepers", n),
            subjects.make("capstan", "capstan, order: none", "sleepers", n, "--variant",
                          "unordered"),
            subjects.make("asio", "asio", "sleepers", n),
            subjects.make("python", "python", "sleepers", n)]
    return Group(f"sleepers, {n} at once", "bytes/item", rows, is_more_better=False)


def memory(subjects):
    n = N_KEPT // 10 if subjects.is_quick else N_KEPT
    rows = [subjects.make("limit", "limit", "memory", n),
            subjects.make("capstan", "capstan", "memory", n),
            subjects.make("capstan", "capstan, a job an item", "memory", n, "--variant", "jobs")]
    return Group(f"memory, {n} in flight", "bytes/item", rows, is_more_better=False)


def groups(place, is_quick):
    subjects = Subjects(place, is_quick)
    hops = [hop(subjects, n_workers, in_flight) for n_workers in (1, 2, 4) for in_flight in (1, 64)]
    return [*hops, asynchronous(subjects), chain3(subjects, 1), chain3(subjects, 2),
            sleepers(subjects), memory(subjects)]
