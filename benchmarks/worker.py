"""Times one program on one side in this process, for `python -m benchmarks`.

    python -m benchmarks.worker SIDE PROGRAM SECONDS

prints one line of JSON. The sides are rushlight, torch, numpy: what is written by hand (rushlight gives its inputs), and
sketch: the program on `benchmarks.sketch`.
"""

import json
import sys
import time
from importlib import import_module


def import_side(side):
    """Import rushlight (as torch) or torch: the seconds that takes and, for rushlight, how many of them NumPy takes."""
    start = time.perf_counter()
    if side == "torch":
        import_module("torch")
        return {"import_seconds": time.perf_counter() - start}
    import_module("numpy")
    numpy_seconds = time.perf_counter() - start
    rushlight = import_module("rushlight")
    seconds = time.perf_counter() - start
    rushlight.install_as_torch()
    if side == "sketch":
        sys.modules["torch"] = import_module("benchmarks.sketch")
    return {"import_seconds": seconds, "numpy_seconds": numpy_seconds}


def first_values(step, count=3, seconds=0.5):
    """The numbers that the first steps return: at most `count` of them, or what is there after `seconds`."""
    values = []
    start = time.perf_counter()
    while len(values) < count and time.perf_counter() - start < seconds:
        values.append(float(step()))
    return values


def best_seconds(step, seconds):
    """The time of one step: the best of several batches, within about `seconds` in all.

    The garbage collector stays on, as it is for users.
    """
    end = time.perf_counter() + seconds
    number, elapsed, best = 1, 0.0, float("inf")
    while True:
        start = time.perf_counter()
        for _ in range(number):
            step()
        now = time.perf_counter()
        elapsed = now - start
        best = min(best, elapsed / number)
        if now + elapsed > end:
            return best
        if elapsed < seconds / 20:
            number *= 2


def peak_memory():
    """The most memory in bytes that this process had resident, or None where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main():
    side, name, seconds = sys.argv[1:]
    result = {**import_side(side), "values": [], "rtol": 1e-5}
    if name != "import":
        program = import_module(f"benchmarks.{'by_hand' if side == 'numpy' else 'programs'}.{name}")
        step = program.setup()
        result["rtol"] = getattr(program, "RTOL", result["rtol"])
        result["values"] = first_values(step)
        result["seconds"] = best_seconds(step, float(seconds))
    result["peak_bytes"] = peak_memory()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
