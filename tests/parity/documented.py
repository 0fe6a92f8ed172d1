"""The examples in PyTorch's own docstrings, run under rushlight and under PyTorch: what they print, and how they fail.

    python -m parity.documented torch.cat torch.nn.Linear     # what differs, example by example (in tests/)

Each side runs in a process of its own, all examples of a docstring after each other from the same seed. Numbers may
differ in the fourth digit: many examples show differences that should be zero.
"""

from __future__ import annotations

import contextlib
import doctest
import functools
import importlib
import inspect
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import types
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

SPACES = (
    "torch torch.Tensor torch.amp torch.autograd torch.autograd.forward_ad torch.autograd.function torch.autograd.functional "
    "torch.autograd.graph torch.distributions torch.fft torch.func torch.linalg torch.masked torch.nn torch.nn.functional "
    "torch.nn.init torch.nn.parameter torch.nn.utils torch.nn.utils.parametrizations torch.nn.utils.parametrize "
    "torch.nn.utils.prune torch.nn.utils.rnn torch.optim torch.optim.lr_scheduler torch.optim.swa_utils torch.random "
    "torch.signal.windows torch.special torch.testing torch.utils.checkpoint torch.utils.data"
).split()
#: Examples with one of these need what is not here: devices, files, other processes, compilers, other layouts; or show
#: what no program can rely on.
SKIPPED = re.compile(
    "cuda|multiprocessing|torch.load|torch.save|open\\(|num_workers|compile|jit|onnx|dist\\.|sparse|quantize|mps|hub|distributed|"
    "empty|seed\\(\\)|initial_seed|_ops\\."
)
SECONDS = 60


def examples() -> dict[str, list[str]]:
    """The sources of the examples of each public name that has some, in their order."""
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for name in SPACES:
        module, _, attribute = name.rpartition(".")
        space = getattr(importlib.import_module(module), attribute) if name == "torch.Tensor" else importlib.import_module(name)
        for path, thing in _things(name, space):
            text = getattr(thing, "__doc__", None)
            if isinstance(text, str) and ">>>" in text and text not in seen:
                seen.add(text)
                found[path] = _sources(inspect.cleandoc(text))
    return found


def _things(name: str, space: object) -> Iterator[tuple[str, object]]:
    yield name, space
    for attribute in sorted(dir(space)):
        thing = None if attribute.startswith("_") else getattr(space, attribute, None)
        if not isinstance(thing, types.ModuleType):
            yield f"{name}.{attribute}", thing
        if inspect.isclass(thing) and name != "torch.Tensor":
            yield from ((f"{name}.{attribute}.{m}", v) for m, v in sorted(vars(thing).items()) if not m.startswith("_"))


def _sources(text: str) -> list[str]:
    try:
        return [example.source for example in doctest.DocTestParser().get_examples(text)]
    except ValueError:  # inconsistent white space
        lines = [line.strip() for line in text.splitlines()]
        joined = "\n".join(line if line.startswith((">>> ", "... ")) else "" for line in lines)
        return [re.sub(r"\n\.\.\. ?", "\n", part) + "\n" for part in re.findall(r">>> (.*(?:\n\.\.\. ?.*)*)", joined)]


def run(side: str) -> dict[str, list[str | None]]:
    """What each example prints, or its error; None for those that are left out."""
    if side == "rushlight":
        importlib.import_module(side).install_as_torch()
    torch = importlib.import_module("torch")
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError()))
    return {name: _outcomes(torch, sources) for name, sources in json.loads(sys.stdin.read()).items()}


def _outcomes(torch: types.ModuleType, sources: list[str]) -> list[str | None]:
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(profile="default")
    torch.set_grad_enabled(True)
    torch.use_deterministic_algorithms(False)
    numpy = importlib.import_module("numpy")
    numpy.random.seed(0)
    names = {"torch": torch, "np": numpy, "numpy": numpy, "math": math, "nn": torch.nn, "F": torch.nn.functional}
    outcomes: list[str | None] = []
    for source in sources:
        if SKIPPED.search(source):
            outcomes.append(None)
            continue
        shown = io.StringIO()
        signal.alarm(SECONDS)
        try:
            with contextlib.redirect_stdout(shown), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(source, "<example>", "single"), names)
            outcomes.append(shown.getvalue())
        except TimeoutError:
            outcomes.append(None)
        except Exception as error:
            outcomes.append(f"{type(error).__name__}: {error}".splitlines()[0])
        finally:
            signal.alarm(0)
    return outcomes


@functools.cache
def outcomes() -> tuple[dict[str, list[str]], dict[str, dict[str, list[str | None]]]]:
    """The examples, and what both sides made of them."""
    given = examples()

    def of(side: str) -> dict[str, list[str | None]]:
        command = [sys.executable, "-W", "ignore", "-m", "parity.documented", "--side", side]
        paths = os.pathsep.join([str(Path(__file__).parents[1]), *map(os.path.abspath, sys.path)])
        environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        with tempfile.TemporaryDirectory() as folder:  # some examples write files
            options: dict[str, Any] = {"cwd": folder, "env": environment, "text": True, "stdout": subprocess.PIPE}
            return json.loads(subprocess.run(command, input=json.dumps(given), **options).stdout)

    sides = "rushlight", "torch"
    with ThreadPoolExecutor() as pool:
        return given, dict(zip(sides, pool.map(of, sides), strict=True))


def names() -> Iterator[str]:
    """The names that have an example which runs under PyTorch and is not left out."""
    for name, theirs in outcomes()[1]["torch"].items():
        if any(outcome is not None and not re.match(r"\w+(Error|Exception): ", outcome) for outcome in theirs):
            yield name


NUMBER = re.compile(r"-?\d+\.?\d*(?:e[-+]\d+)?")


def same(ours: str, theirs: str) -> bool:
    """Whether two outputs say the same: words to the letter, numbers to four digits, addresses and white space aside."""
    ours, theirs = ("".join(re.sub(r"0x[0-9a-f]+", "", text).split()).replace("+-", "-") for text in (ours, theirs))
    words = [re.sub(r"[+-]?#j?", "#", NUMBER.sub("#", text)) for text in (ours, theirs)]
    if words[0] != words[1]:
        return ours.partition(":")[0] == theirs.partition(":")[0] == "NameError"  # of what the example leaves out
    pairs = zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=2e-3, abs_tol=2e-3) for a, b in pairs)


def problems(name: str) -> Iterator[str]:
    """The examples of a docstring whose outcomes differ."""
    given, found = outcomes()
    for source, ours, theirs in zip(given[name], found["rushlight"][name], found["torch"][name], strict=True):
        if ours is not None and theirs is not None and not same(ours, theirs):
            yield f"{name}: {source.strip()!r} shows {ours.strip()[:200]!r}, not {theirs.strip()[:200]!r}"


def main(given: Iterable[str]) -> None:
    failed = 0
    for name in given or names():
        found = list(problems(name))
        failed += bool(found)
        print(*found, sep="\n", end="\n" if found else "")
    print(f"{failed} fail")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--side"]:
        output = sys.stdout
        sys.stdout = sys.stderr
        json.dump(run(sys.argv[2]), output)
    else:
        main(sys.argv[1:])
