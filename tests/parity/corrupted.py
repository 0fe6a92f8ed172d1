"""Calls with one thing wrong, under both packages: does each raise, which error, in which words?

A sample of PyTorch's own description of an operation is a good call. It is made bad in one place at a time: an argument
of another type, dtype or shape, a number out of range, a word nobody knows, a keyword too many, an argument missing.

    python -m parity.corrupted linalg.det nn.functional.conv2d     # what differs (in tests/); --words: also in words
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import multiprocessing
import re
import sys
import warnings
from collections.abc import Iterator

import torch

import rushlight

from .exceptions import OPERATIONS
from .op_db import ENTRIES, _samples, described, seed
from .translation import Untranslatable, sharing, translated

#: Good calls of an operation that are made bad.
SAMPLES = 4


def problems(name: str, words: bool = False) -> Iterator[str]:
    """What differs between rushlight and PyTorch in how they answer bad calls of the operation `name`."""
    for entry in ENTRIES[name]:
        if not entry.dtypes:  # of CUDA alone
            continue
        dtype = next(d for d in (torch.float32, torch.int64, torch.bool, torch.complex64, *entry.dtypes) if d in entry.dtypes)
        seed()
        for sample in distinct(_samples(entry, dtype, False)):
            for what, arguments, options in corruptions((sample.input, *sample.args), sample.kwargs):
                problem = compared(entry.op, arguments, options, words)
                if problem:
                    yield f"{entry.name}: {what}: {problem}  [{described(sample)}]"


def distinct(samples) -> list:
    """The first sample of each kind of arguments."""
    kinds = {}
    for sample in itertools.islice(samples, 200):
        values = (sample.input, *sample.args, *sample.kwargs, *sample.kwargs.values())
        kinds.setdefault(str([v if isinstance(v, str) else type(v) for v in values]), sample)
    return list(kinds.values())[:SAMPLES]


def corruptions(arguments: tuple, options: dict) -> Iterator[tuple[str, tuple, dict]]:
    """The call with one thing wrong, and what that is."""
    for i, value in enumerate(arguments):
        for what, bad in worse(value):
            yield f"argument {i} {what}", (*arguments[:i], bad, *arguments[i + 1 :]), options
    for key, value in options.items():
        for what, bad in worse(value):
            yield f"{key}={what}", arguments, {**options, key: bad}
    yield "an unknown keyword", arguments, {**options, "bogus": 1}
    yield "too many arguments", (*arguments, *[None] * 9), options
    yield "an argument missing", arguments[:-1], options


def worse(value) -> Iterator[tuple[str, object]]:
    """Values that are wrong, or unusual, where `value` is right."""
    if isinstance(value, torch.Tensor):
        yield from worse_tensors(value)
    elif isinstance(value, bool):
        yield from (("'x'", "x"), ("None", None), ("[1]", [1]))
    elif isinstance(value, int):
        yield from (("99", 99), ("-99", -99), ("1.5", 1.5), ("'x'", "x"), ("None", None), ("[1]", [1]), ("2j", 2j))
    elif isinstance(value, (float, complex)):
        yield from (("'x'", "x"), ("None", None), ("[1.0]", [1.0]), ("2j", 2j), ("-3.0", -3.0))
    elif isinstance(value, str):
        yield from (("'bogus'", "bogus"), ("1", 1), ("None", None))
    elif isinstance(value, (list, tuple)) and value and all(isinstance(v, int) for v in value):
        yield from (("99s", type(value)([99] * len(value))), ("-99s", type(value)([-99] * len(value))), ("one more", (*value, 1)))
        yield from (("1.5s", [1.5] * len(value)), ("'x'", "x"), ("None", None), ("twice the first", [value[0]] * 2), ("()", ()))
    elif isinstance(value, (list, tuple)):
        yield from (("'x'", "x"), ("1", 1), ("None", None), ("[]", []), ("['x']", ["x"] * len(value)))
        for i, item in enumerate(value[:2]):
            for what, bad in worse(item):
                yield f"[{i}] {what}", type(value)([*value[:i], bad, *value[i + 1 :]])
    elif isinstance(value, torch.dtype):
        yield from (("'float32'", "float32"), ("torch.bool", torch.bool), ("torch.complex64", torch.complex64), ("1", 1))
    elif value is None:
        yield "'x'", "x"


def worse_tensors(t: torch.Tensor) -> Iterator[tuple[str, object]]:
    """Other things than this tensor; this tensor in other dtypes and shapes."""
    yield from (("'x'", "x"), ("None", None), ("1.5", 1.5), ("[1.0]", [1.0]), ("a tuple", (t,)))
    for dtype in (torch.float64, torch.int64, torch.bool, torch.complex64, torch.bfloat16):
        if dtype is not t.dtype:
            yield str(dtype), t.to(dtype) if dtype.is_complex or not t.is_complex() else t.real.to(dtype)
    yield "0-d", t.flatten()[0] if t.numel() else torch.zeros((), dtype=t.dtype)
    yield "1-d", t.flatten()[:3]
    yield "empty", t.new_empty((0,))
    yield "one dimension more", t.expand(2, *t.shape)
    if t.dim():
        yield "a longer last dimension", torch.cat([t, t[..., :1]], -1) if t.shape[-1] else t.new_ones((*t.shape[:-1], 7))
        yield "a longer first dimension", torch.cat([t, t[:1]]) if t.shape[0] else t.new_ones((7, *t.shape[1:]))
    if not t.dtype.is_floating_point and not t.dtype.is_complex and t.dtype is not torch.bool:
        yield "of 99", torch.full_like(t, 99)
        yield "of -99", torch.full_like(t, -99) if t.dtype.is_signed else t


def compared(op, arguments: tuple, options: dict, words: bool) -> str:
    """What differs between the two answers to one call; nothing where they agree."""
    try:
        with sharing():
            mine = translated((arguments, options))
    except Untranslatable:
        return ""
    want = answer(torch, op, arguments, options)
    got = answer(rushlight, translated(op), *mine)
    if isinstance(want, Exception) != isinstance(got, Exception):
        raised, other = (want, "rushlight") if isinstance(want, Exception) else (got, "PyTorch")
        return f"{other} does not raise {type(raised).__name__}: {first_line(raised)}"
    if not isinstance(want, Exception):
        return "" if described_result(want) == described_result(got) else f"{described_result(got)}, not {described_result(want)}"
    if isinstance(want, AttributeError) and isinstance(got, TypeError):
        return ""  # PyTorch's Python asked a value of another type for an attribute; rushlight says what it should be
    if isinstance(got, AttributeError) and str(want).startswith("descriptor '"):
        return ""  # a method of Tensor called with what is no tensor: C checks that, Python does not
    if type(want).__name__ != type(got).__name__:
        return f"{type(got).__name__}: {first_line(got)}, not {type(want).__name__}: {first_line(want)}"
    if words and first_line(want) != first_line(got):
        return f"words: {first_line(got)}, not {first_line(want)}"
    return ""


def answer(module, function, arguments: tuple, options: dict):
    """The result, or the error."""
    module.manual_seed(7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(*arguments, **options)
        except Exception as error:
            return error


def first_line(error: Exception) -> str:
    """The first line of a message, without what depends on the build."""
    line = str(error).split("\n")[0]
    return re.sub(r"^\[enforce fail.*?\] ?|0x[0-9a-f]+", "", line)[:160]


def described_result(result) -> str:
    """Kinds, dtypes and shapes."""
    if hasattr(result, "dtype") and hasattr(result, "shape"):
        return f"{result.dtype}{list(result.shape)}"
    if isinstance(result, (tuple, list)):
        return f"({', '.join(map(described_result, result))})"
    return type(result).__name__


def in_a_process(name: str, words: bool = False) -> list[str]:
    """`problems` in a process of its own: PyTorch itself crashes on some bad calls, and would take this one along."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)

    def run() -> None:
        for line in problems(name, words):
            theirs.send(line)

    process = context.Process(target=run)
    process.start()
    theirs.close()
    found = []
    with contextlib.suppress(EOFError):
        while True:
            found.append(ours.recv())
    process.join()
    return found


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--words", action="store_true", help="also list errors of the same type in other words")
    asked = parser.parse_args(given)
    total = 0
    for name in asked.names or sorted(set(ENTRIES) - set(OPERATIONS)):
        found = in_a_process(name, asked.words)
        total += len(found)
        for line in found:
            print(line, flush=True)
    print(total, "differ")
    return min(total, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
