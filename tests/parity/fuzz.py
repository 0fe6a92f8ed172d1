"""Random calls of the most used functions, under both packages: values, dtypes, gradients, errors.

PyTorch's own samples of an operation change one thing at a time. A call made here draws everything at once: shapes,
dtypes, strides, keywords, right or wrong.

    python -m parity.fuzz reductions --calls 5000 --seed 3     # what differs (in tests/); --words: also in words
"""

from __future__ import annotations

import argparse
import math
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from random import Random

import numpy as np
import torch

import rushlight

from .fuzzed import FAMILIES

#: Tolerances, by the least precise dtype of a call.
CLOSE = {"float16": 4e-3, "bfloat16": 3e-2, "float32": 2e-4, "complex64": 2e-4}

#: Words of PyTorch's where it fails on a call that is right, or that another dtype of its own would have made.
FAILURES = (
    "Expected isFloatingType|INTERNAL ASSERT|Autograd not support dtype|ComplexHalf|ZeroTensor|view size is not compatible|"
    "one of the variables needed for gradient|result type Float can't be cast to the desired output type"
)


def problems(family: str, calls: int, seed: int = 0, words: bool = False) -> Iterator[str]:
    """What differs in `calls` random calls of a family."""
    draw: Callable[[Random], tuple[str, dict]] = FAMILIES[family]
    for i in range(calls):
        source, inputs = draw(Random(f"{family} {seed} {i}"))
        found = compared(source, inputs, words)
        if found:
            yield f"{source}\n    " + ", ".join(f"{k} = {v}" for k, v in inputs.items()) + f"\n    {found}"


def compared(source: str, inputs: dict, words: bool) -> str:
    """What differs between the two answers to one call; nothing where they agree."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        got, want = answer(rushlight, source, inputs), answer(torch, source, inputs)
    if isinstance(got, Exception) or isinstance(want, Exception):
        if re.search(FAILURES, str(want)) or "torch.complex32 is not supported" in str(got):
            return ""
        if kind(got) != kind(want):
            return f"rushlight {shown(got)}\n    PyTorch   {shown(want)}"
        if words and line(got) != line(want):
            return f"rushlight {shown(got)}\n    PyTorch   {shown(want)}"
        return ""
    close = max(
        CLOSE.get(d, 1e-7) for d in [t.dtype for t in inputs.values()] + [str(t.dtype)[6:] for t in tensors(want)]
    )
    found = [(what, d) for (what, g), (_, w) in zip(got, want, strict=False) for d in different(g, w, close)]
    return "; ".join(f"{what}: {d}" for what, d in found)


def answer(module, source: str, inputs: dict):
    """What a program sees of a call: its results and the gradients of its inputs, or its error."""
    names = {name: tensor.made(module) for name, tensor in inputs.items()}
    try:
        result = eval(source, {"torch": module, "F": module.nn.functional, "inf": math.inf, "nan": math.nan}, names)
        seen = [("result", result)]
        leaves = {k: v for k, v in names.items() if v.requires_grad}
        outputs = [t for t in flat(result) if isinstance(t, module.Tensor) and t.requires_grad]
        if leaves and outputs:
            weights = [module.from_numpy(np.asarray(weight(tuple(t.shape)))).to(t.dtype) for t in outputs]
            gradients = module.autograd.grad(outputs, list(leaves.values()), weights, allow_unused=True)
            seen += [(f"gradient of {k}", g) for k, g in zip(leaves, gradients, strict=True)]
        return seen
    except Exception as error:
        return error


def kind(outcome) -> str:
    """What a program that catches errors tells apart: a kernel that is not there is a RuntimeError, too."""
    return type(outcome).__name__.replace("NotImplementedError", "RuntimeError")


def weight(shape: tuple) -> np.ndarray:
    return np.cos(np.arange(math.prod(shape))).reshape(shape)


def tensors(seen) -> list:
    return [t for t in flat([value for _, value in seen]) if isinstance(t, torch.Tensor)]


def flat(result) -> Iterator:
    if isinstance(result, (tuple, list)):
        for item in result:
            yield from flat(item)
    else:
        yield result


def different(got, want, close: float) -> Iterator[str]:
    """How two results differ."""
    if isinstance(want, (tuple, list)):
        if len(got) != len(want):
            yield f"{len(got)} results, not {len(want)}"
        for g, w in zip(got, want, strict=False):
            yield from different(g, w, close)
    elif isinstance(want, torch.Tensor):
        yield from different_tensors(got, want, close)
    elif isinstance(want, float) and want != want:
        if got == got:
            yield f"{got}, not {want}"
    elif str(got) != str(want) and got != want:
        yield f"{got}, not {want}"


def different_tensors(got, want, close: float) -> Iterator[str]:
    if not isinstance(got, rushlight.Tensor):
        yield f"{got!r}, not a tensor"
    elif str(got.dtype) != str(want.dtype) or tuple(got.shape) != tuple(want.shape):
        yield f"{got.dtype}{list(got.shape)}, not {want.dtype}{list(want.shape)}"
    elif got.requires_grad != want.requires_grad:
        yield f"requires_grad={got.requires_grad}"
    else:
        g, w = (numbers(t.detach()) for t in (got, want))
        if not np.allclose(g, w, close, close, equal_nan=True):
            yield f"{g.tolist()}, not {w.tolist()}"


def numbers(t) -> np.ndarray:
    return (t.double() if str(t.dtype) == "torch.bfloat16" else t).numpy(force=True)


def shown(outcome) -> str:
    if isinstance(outcome, Exception):
        return f"{type(outcome).__name__}: {line(outcome)}"
    return "; ".join(f"{k} {v}" for k, v in outcome)[:200]


def line(error: Exception) -> str:
    return re.sub(r"^\[enforce fail.*?\] ?|0x[0-9a-f]+", "", str(error).split("\n")[0])[:200]


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("families", nargs="*")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--words", action="store_true", help="also list errors of the same type in other words")
    asked = parser.parse_args(given)
    total = 0
    for family in asked.families or FAMILIES:
        for found in problems(family, asked.calls, asked.seed, asked.words):
            total += 1
            print(f"{family}: {found}", flush=True)
    print(total, "differ")
    return min(total, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
