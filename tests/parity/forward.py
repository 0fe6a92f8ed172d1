"""Forward mode, and forward over reverse, of every operation that PyTorch describes: see `parity.op_db`.

    python -m parity.forward mul linalg.det     # what differs, sample by sample (in tests/)
"""

from __future__ import annotations

import itertools
import sys
import warnings
from collections.abc import Iterator

import numpy as np
import torch
import torch.autograd.forward_ad as their_forward

import rushlight
import rushlight.autograd.forward_ad as our_forward

from .op_db import CHOICE, DIFFERENTIATED, ENTRIES, _run, _samples, _tolerance, compared, described, seed, tensors
from .report import report
from .translation import Untranslatable, translated

MOST = 24
#: Operations on Hermitian matrices: only Hermitian tangents mean anything.
SYMMETRIC = {"cholesky", "linalg.cholesky", "linalg.cholesky_ex", "linalg.eigh", "linalg.eigvalsh"}
#: Entries of `op_db` that PyTorch has in forward mode.
FORWARD = sorted(name for name, entries in ENTRIES.items() if any(e.supports_forward_ad for e in entries))


def problems(name: str) -> Iterator[str]:
    """What differs in forward mode for the operation `name`, a line each."""
    for entry in ENTRIES[name]:
        if not entry.supports_forward_ad:
            continue
        for dtype in DIFFERENTIATED:
            if dtype in entry.dtypes and dtype in entry.supported_backward_dtypes("cpu"):
                seed()
                for number, sample in enumerate(itertools.islice(_samples(entry, dtype, True), MOST)):
                    where = f"{entry.name} {str(dtype)[6:]} #{number}"
                    try:
                        for problem in _sample(entry, sample):
                            yield f"{where} {problem}  [{described(sample)}]"
                    except Untranslatable:
                        continue
                    except Exception as error:
                        yield f"{where} {type(error).__name__}: {str(error)[:300]}  [{described(sample)}]"


def _sample(entry, sample) -> Iterator[str]:
    process = sample.output_process_fn_grad or (lambda out: out)
    given = sample.input, tuple(sample.args), dict(sample.kwargs)
    try:
        want = _pushed(torch, their_forward, entry.op, process, given, entry)
    except (RuntimeError, NotImplementedError):  # PyTorch has no tangents for this sample
        return
    got = _pushed(rushlight, our_forward, translated(entry.op), translated(process), translated(given), entry)
    for what, g, w in zip(("tangent", "tangent of the gradient"), got, want):
        if len(g) != len(w):
            yield f"{len(g)} {what}s, not {len(w)}"
            continue
        for i, (mine, right) in enumerate(zip(g, w)):
            if (mine is None or right is None) and mine is not right:
                there = right if mine is None else mine
                if (there.detach().abs() > 1e-9).any():
                    yield f"{what} {i} is {'None' if mine is None else 'not None'}"
            elif right is not None:
                yield from compared(f"{what} {i}: ", mine.detach(), right.detach(), _tolerance(entry))


def _pushed(module, forward, function, process, given, entry):
    """The tangents of the outputs, and those of the gradients of the outputs' sum with weights."""
    with forward.dual_level(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        duals: list = []
        arguments = _dual(given, module, forward, duals, entry.name in SYMMETRIC)
        out = process(_run(module, function, arguments[0], *arguments[1], **arguments[2]))
        outs = tensors(out, module)
        tangents = [forward.unpack_dual(o).tangent for o in outs]
        gradients = []
        smooth = [o for o in outs if o.requires_grad]
        if entry.supports_fwgrad_bwgrad and entry.supports_gradgrad and smooth and entry.name not in CHOICE:
            weights = [_numbers(module, o, i) for i, o in enumerate(smooth)]
            found = module.autograd.grad(smooth, duals, weights, create_graph=True, allow_unused=True)
            gradients = [None if g is None else forward.unpack_dual(g).tangent for g in found]
        return tangents, gradients


def _dual(tree, module, forward, duals, symmetric):
    if isinstance(tree, module.Tensor):
        if not tree.requires_grad:
            return tree
        tangent = _numbers(module, tree, len(duals))
        duals.append(forward.make_dual(tree, tangent + tangent.mT.conj() if symmetric else tangent))
        return duals[-1]
    if isinstance(tree, (list, tuple)) and not hasattr(tree, "_fields"):
        return type(tree)([_dual(item, module, forward, duals, symmetric) for item in tree])
    return {k: _dual(v, module, forward, duals, symmetric) for k, v in tree.items()} if isinstance(tree, dict) else tree


def _numbers(module, x, seed: int):
    rng = np.random.default_rng(seed)
    numbers = np.asarray(rng.uniform(0.5, 1.5, tuple(x.shape)))
    if x.dtype.is_complex:
        numbers = numbers + 1j * rng.uniform(-1, 1, tuple(x.shape))
    return module.from_numpy(np.asarray(numbers)).to(x.dtype)


if __name__ == "__main__":
    sys.exit(report(FORWARD, problems, sys.argv[1:]))
