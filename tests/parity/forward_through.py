"""Operations without a derivative, given tensors that carry tangents: see `parity.forward`.

    python -m parity.forward_through eq special.bessel_j0     # what differs, sample by sample (in tests/)

Their results are integers, or constant, or PyTorch declares no derivative. A program in forward mode meets them all the
same: what they return must have the tangents that it has under PyTorch (none, or zeros), or both must refuse.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator

import torch
import torch.autograd.forward_ad as their_forward

import rushlight
import rushlight.autograd.forward_ad as our_forward

from . import exceptions, forward_beyond
from .forward import FORWARD
from .op_db import DIFFERENTIATED, ENTRIES, _run, _samples, described, seed, tensors
from .report import report
from .translation import Untranslatable, translated

#: Samples that are run of each entry and dtype.
FEW = 12
NAMES = sorted(set(ENTRIES) - set(FORWARD) - set(forward_beyond.NAMES) - set(exceptions.OPERATIONS))
#: For how many samples PyTorch gave results, of the entries that were run so far.
GIVEN: dict[str, int] = {}


def problems(name: str) -> Iterator[str]:
    """What differs for the operation `name`, a line each."""
    GIVEN[name] = 0
    for entry in ENTRIES[name]:
        for dtype in DIFFERENTIATED:
            if dtype not in entry.dtypes:
                continue
            seed()
            for number, sample in enumerate(itertools.islice(_samples(entry, dtype, False), FEW)):
                given = sample.input, tuple(sample.args), dict(sample.kwargs)
                try:
                    want = _tangents(torch, their_forward, entry.op, given)
                    got = _tangents(rushlight, our_forward, translated(entry.op), translated(given))
                except Untranslatable:
                    continue
                GIVEN[name] += want is not None and not isinstance(want, str)
                if got != want:
                    yield f"{entry.name} {str(dtype)[6:]} #{number} {got}, not {want}  [{described(sample)}]"


def _tangents(module, forward, op, given) -> list[str] | str | None:
    """What each result's tangent is; the error; or None where nothing can carry a tangent."""
    with forward.dual_level():
        duals: list = []
        arguments = _dual(given, module, forward, duals)
        if not duals:
            return None
        try:
            out = _run(module, op, arguments[0], *arguments[1], **arguments[2])
        except Untranslatable:
            raise
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        found = [forward.unpack_dual(o).tangent for o in tensors(out, module)]
        return ["none" if t is None else "some" if (t != 0).any() else "zeros" for t in found]


def _dual(tree, module, forward, duals):
    """`tree` with a tangent for each of its tensors that can have one."""
    if isinstance(tree, module.Tensor):
        if not (tree.dtype.is_floating_point or tree.dtype.is_complex):
            return tree
        duals.append(forward.make_dual(tree.detach(), module.ones_like(tree.detach())))
        return duals[-1]
    if isinstance(tree, (list, tuple)) and not hasattr(tree, "_fields"):
        return type(tree)([_dual(item, module, forward, duals) for item in tree])
    return {k: _dual(v, module, forward, duals) for k, v in tree.items()} if isinstance(tree, dict) else tree


def _about(name: str) -> str:
    return "" if GIVEN[name] else "  (nothing carries a tangent)"


def _summary() -> str:
    return f"; {sum(map(bool, GIVEN.values()))} pass tangents by"


if __name__ == "__main__":
    sys.exit(report(NAMES, problems, sys.argv[1:], _about, _summary))
