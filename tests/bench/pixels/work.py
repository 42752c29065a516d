"""The work `pixels`: a decoded picture to 224x224 RGB."""

from subjects import Group, Subject

# Pictures of one run, such that it takes about half a second.
N_PICTURES = {"1080p": 1_000, "480p": 3_000, "240p": 5_000}
KERNELS = ("avx512", "avx2", "plain")


def flags_of_cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        return next((line.split(":")[1].split() for line in lines if line.startswith("flags")), [])


def lack_of(kernels):
    """Why this processor can't run these kernels: empty when it can."""
    flag = {"avx512": "avx512_vbmi", "avx2": "avx2"}.get(kernels)
    # /proc/cpuinfo has spelt it in both ways.
    has = not flag or {flag, flag.replace("_", "")} & set(flags_of_cpu())
    return "" if has else f"this processor has no {kernels}"


def groups(place, is_quick):
    def make(case, label, name, variant=""):
        n = N_PICTURES[case] // 100 if is_quick else N_PICTURES[case]
        program, missing = place.program(f"pixels/pixels_{name}")
        if not missing and variant in KERNELS:
            missing = lack_of(variant)
        command = [program, "--case", case, "--items", n]
        return Subject(label, command + (["--variant", variant] if variant else []), n, missing)

    def group(case):
        rows = [make(case, "capstan", "capstan")]
        rows += [make(case, f"our {kernels}", "capstan", kernels) for kernels in KERNELS[1:]]
        rows += [make(case, "swscale bilinear", "swscale"),
                 make(case, "swscale bilinear, accurate", "swscale", "accurate"),
                 make(case, "libyuv box", "libyuv")]
        return Group(f"{case} to 224x224 RGB", "us/picture", rows, is_more_better=False,
                     limit="capstan")

    return [group(case) for case in N_PICTURES]
