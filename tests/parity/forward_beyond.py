"""Forward mode of operations that PyTorch differentiates in reverse mode alone: see `parity.forward`.

    python -m parity.forward_beyond cdist      # what differs, sample by sample (in tests/)

PyTorch has no tangents to compare with, but it has gradients, and <u, J v> = <J* u, v>: the tangents of rushlight's results
along random directions v are held against PyTorch's gradients for random weights u. Its second derivatives are held in the
same way against the tangents of rushlight's gradients.
"""

from __future__ import annotations

import itertools
import sys
import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import torch

import rushlight
import rushlight.autograd.forward_ad as forward_ad

from . import exceptions
from .forward import FORWARD, MOST, SYMMETRIC
from .op_db import DIFFERENTIATED, ENTRIES, _run, _samples, described, seed, tensors
from .report import report
from .translation import Untranslatable, translated

#: How many directions and weights each sample gets.
TIMES = 4
#: How closely the two products agree, for results of each dtype, relative to the norms of their factors.
TOLERANCE = {torch.float64: 1e-10, torch.complex128: 1e-10, torch.float32: 1e-6, torch.complex64: 1e-6, torch.float16: 1e-3,
             torch.bfloat16: 1e-2}  # fmt: skip


def differentiated(entry, dtype) -> bool:
    return entry.supports_autograd and dtype in entry.dtypes and dtype in entry.supported_backward_dtypes("cpu")


#: Entries of `op_db` that PyTorch differentiates, but not in forward mode, or wrongly.
NAMES = sorted(
    name for name, entries in ENTRIES.items()
    if (name not in FORWARD or name in exceptions.FORWARD)
    and any(differentiated(e, dtype) for e in entries for dtype in DIFFERENTIATED)
)  # fmt: skip


def problems(name: str) -> Iterator[str]:
    """Where rushlight's tangents contradict PyTorch's gradients for the operation `name`, a line each."""
    checked = 0
    for entry in ENTRIES[name]:
        for dtype in DIFFERENTIATED:
            if differentiated(entry, dtype):
                seed()
                for number, sample in enumerate(itertools.islice(_samples(entry, dtype, True), MOST)):
                    where = f"{entry.name} {str(dtype)[6:]} #{number}"
                    try:
                        for problem in _sample(entry, sample):
                            yield f"{where} {problem}  [{described(sample)}]"
                        checked += 1
                    except Untranslatable:
                        continue
                    except Exception as error:
                        yield f"{where} {type(error).__name__}: {str(error)[:300]}  [{described(sample)}]"
    if not checked:
        yield "no sample can be run"


def _sample(entry, sample) -> Iterator[str]:
    given = sample.input, tuple(sample.args), dict(sample.kwargs)
    process = sample.output_process_fn_grad or (lambda out: out)
    leaves = list({id(x): x for x in tensors(given, torch) if x.requires_grad and not x._is_view()}.values())
    want = _smooth(process(_run(torch, entry.op, given[0], *given[1], **given[2])), torch)
    if not want or not leaves:
        return
    for time in range(TIMES):
        rng = np.random.default_rng(time)
        directions = {id(x): _direction(x, rng, entry.name in SYMMETRIC) for x in leaves}
        weights = [_numbers(o, rng) for o in want]
        with forward_ad.dual_level():
            yield from _against(entry, process, given, leaves, directions, want, weights, rng)


def _against(entry, process, given, leaves, directions, want, weights, rng) -> Iterator[str]:
    """One direction, one set of weights."""
    duals: dict[int, rushlight.Tensor] = {}
    arguments = _dual(given, directions, duals)
    op, process = translated((entry.op, process))
    got = _smooth(process(_run(rushlight, op, arguments[0], *arguments[1], **arguments[2])), rushlight)
    if len(got) != len(want):
        yield f"{len(got)} results require grad, not {len(want)}"
        return
    second = entry.supports_gradgrad
    gradients = _pulled(torch, want, leaves, weights, second)
    along = [directions[id(x)] for x in leaves]
    yield from _differ("tangent", _tangents(got), weights, gradients, along, want)
    kept = [i for i, g in enumerate(gradients) if second and g is not None and g.requires_grad]
    if not kept:
        return
    again = [_numbers(gradients[i], rng) for i in kept]
    try:
        curved = _pulled(torch, [gradients[i] for i in kept], leaves, again, False)
    except RuntimeError:  # PyTorch has no second derivative of this sample
        return
    mine = _pulled(rushlight, got, [duals[id(leaves[i])] for i in kept], translated(weights), True)
    yield from _differ("tangent of the gradient", _tangents(mine), again, curved, along, want)


def _smooth(out, module) -> list:
    return [o for o in tensors(out, module) if o.requires_grad]


def _tangents(outputs) -> list:
    return [None if o is None else forward_ad.unpack_dual(o).tangent for o in outputs]


def _pulled(module, outputs, leaves, weights, create_graph: bool) -> tuple:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return module.autograd.grad(outputs, leaves, weights, retain_graph=True, create_graph=create_graph, allow_unused=True)


def _differ(what: str, tangents, weights, gradients, directions, outputs) -> Iterator[str]:
    """<u, J v> = <J* u, v>, both real."""
    tolerance = max(TOLERANCE[o.dtype] for o in outputs)
    left, width = _product(tangents, weights)
    right, height = _product(gradients, directions)
    if not abs(left - right) <= tolerance * max(1, width + height):
        yield f"{what}: <u, Jv> = {left:.17g}, <J*u, v> = {right:.17g}"


def _product(ones: Sequence, others: Sequence) -> tuple[float, float]:
    """The sum of the inner products, and that of the products of the norms. None stands for zeros."""
    total = size = 0.0
    for x, y in zip(ones, others):
        if x is not None:
            a, b = _wide(x), _wide(y)
            total += np.vdot(a, b).real
            size += np.linalg.norm(a) * np.linalg.norm(b)
    return total, size


def _wide(x) -> np.ndarray:
    x = x.detach().resolve_conj()
    return x.to((torch if isinstance(x, torch.Tensor) else rushlight).complex128).numpy().ravel()


def _dual(tree, directions, duals):
    """`tree` under rushlight, its leaves dual."""
    if isinstance(tree, torch.Tensor) and id(tree) in directions:
        if id(tree) not in duals:
            duals[id(tree)] = forward_ad.make_dual(translated(tree), translated(directions[id(tree)]))
        return duals[id(tree)]
    if isinstance(tree, (list, tuple)) and not hasattr(tree, "_fields"):
        return type(tree)([_dual(item, directions, duals) for item in tree])
    return {k: _dual(v, directions, duals) for k, v in tree.items()} if isinstance(tree, dict) else translated(tree)


def _direction(x, rng, symmetric: bool):
    numbers = _numbers(x, rng)
    return numbers + numbers.mT.conj() if symmetric else numbers


def _numbers(x, rng):
    numbers = np.asarray(rng.standard_normal(tuple(x.shape)))
    if x.dtype.is_complex:
        numbers = numbers + 1j * rng.standard_normal(tuple(x.shape))
    return torch.from_numpy(np.asarray(numbers)).to(x.dtype)


if __name__ == "__main__":
    sys.exit(report(NAMES, problems, sys.argv[1:]))
