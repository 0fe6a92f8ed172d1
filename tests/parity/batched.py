"""vmap, and vmap of the gradient, of every operation that PyTorch describes: see `parity.op_db`.

    python -m parity.batched mul linalg.det     # what differs, sample by sample (in tests/)

Each sample becomes a batch of two: its tensors, and a second example of the same shapes and domain. Batched are all of the
tensors, the first alone, or all others; along their first dimension or their last. Where PyTorch's vmap takes the sample,
the results must agree, those of the in-place form too; where it does not, rushlight's must be those of a loop over the
examples, if it gives any.
"""

from __future__ import annotations

import itertools
import sys
import warnings
from collections.abc import Iterator

import torch

import rushlight

from . import exceptions
from .op_db import CHOICE, ENTRIES, ROUGH, TIES, _samples, _tolerance, compared, described, seed, tensors
from .report import report
from .translation import Untranslatable, translated

#: Samples that are run of each entry, and how many are looked at to choose them.
FEW, MOST = 6, 36
#: The dtype in which an entry is run: the first that it has.
DTYPES = (torch.float64, torch.complex128, torch.float32, torch.int64, torch.bool)
#: Operations on matrices of a kind (positive definite, triangular, ...): the second example is a multiple of the first.
OF_A_KIND = ("linalg.", "cholesky", "lu", "triangular", "qr", "ormqr", "logdet", "inverse", "matrix", "svd", "pca", "pinverse",
             "orgqr", "trapz", "geqrf")  # fmt: skip
SLOW = "There is a performance drop because we have not yet implemented the batching rule for "
#: What rushlight has at all.
NAMES = sorted(set(ENTRIES) - set(exceptions.OPERATIONS))
#: How many results PyTorch gave, and what ran in a loop, of the entries that were run so far.
GIVEN: dict[str, int] = {}
LOOPS: dict[str, set[str]] = {}


def problems(name: str) -> Iterator[str]:
    """What differs in vmap for the operation `name`, a line each."""
    GIVEN[name], LOOPS[name] = 0, set()
    for entry in ENTRIES[name]:
        dtype = next((d for d in DTYPES if d in entry.dtypes), None)
        if dtype is None:
            continue
        grad = dtype.is_floating_point and entry.supports_autograd and dtype in entry.supported_backward_dtypes("cpu")
        seed()
        samples = list(itertools.islice(_samples(entry, dtype, grad), MOST))
        for number, sample in list(enumerate(samples))[:: max(1, len(samples) // FEW)]:
            for problem in _sample(entry, sample, number):
                yield f"{entry.name} {str(dtype)[6:]} #{number} {problem}  [{described(sample)}]"


def _sample(entry, sample, number: int) -> Iterator[str]:
    given = sample.input, list(sample.args), dict(sample.kwargs)
    leaves = list(_leaves(given))
    try:
        translated((given, entry.op))
    except Untranslatable:
        return
    patterns = {"all": [True] * len(leaves)}
    if len(leaves) > 1:
        patterns["first"] = [i == 0 for i in range(len(leaves))]
        patterns["others"] = [i > 0 for i in range(len(leaves))]
    for place, (which, pattern) in enumerate(patterns.items()):
        dim = -1 if (number + place) % 2 and not entry.name.startswith("as_strided") else 0
        case = _Case(entry, sample, given, leaves, pattern, dim)
        for form in case.forms(number < 2 * FEW):
            where = f"{form} in_dims={dim} of {which}: "
            try:
                for problem in case.problems(form):
                    yield where + problem
            except Exception as error:
                yield f"{where}{type(error).__name__}: {str(error)[:300]}"


class _Case:
    """One sample with one choice of what is batched."""

    def __init__(self, entry, sample, given, leaves, pattern, dim) -> None:
        self.entry, self.given, self.writes = entry, given, bool(entry.inplace_variant) and not sample.broadcasts_input
        self.process = sample.output_process_fn_grad or (lambda out: out)
        self.wanted = [i for i, x in enumerate(leaves) if x.requires_grad]
        kind = entry.name.startswith(OF_A_KIND)
        self.inputs = [
            torch.stack([x.detach(), _another(x.detach(), kind)], dim if dim < 0 else 0) if batched else x.detach()
            for x, batched in zip(leaves, pattern)
        ]
        self.dims = tuple([dim if batched else None for batched in pattern])

    def forms(self, inplace: bool) -> list[str]:
        forms = ["value"]
        if self.wanted and self.entry.name not in ("linalg.eig", "empty_like"):
            forms.append("gradient")
        writes = self.writes and not self.entry.name.startswith("as_strided")  # which means the memory of the copy
        if inplace and writes and isinstance(self.given[0], torch.Tensor) and not self.given[0].is_complex():
            forms.append("in place")
        return forms

    def function(self, module, form: str):
        """The operation as a function of its tensors, or its gradient by those that require one."""
        op = self.entry.inplace_variant if form == "in place" else self.entry.op
        op, process, given = (op, self.process, self.given) if module is torch else translated((op, self.process, self.given))

        def call(*values):
            first, args, kwargs = _with(given, iter(values), module)
            module.manual_seed(7)
            out = op(first.clone() if form == "in place" else first, *args, **kwargs)
            return process(out) if form == "gradient" or self.entry.name in CHOICE else out

        def scalar(*values):
            outs = tensors(call(*values), module)
            return sum((o.real.sum() + o.imag.sum() if o.is_complex() else (o * o).sum() for o in outs), start=0)

        if form != "gradient":
            return lambda *values: _only_tensors(call(*values), module)
        return module.func.grad(scalar, argnums=tuple(self.wanted))

    def problems(self, form: str) -> Iterator[str]:
        try:
            want = self.batch(torch, self.inputs, form)
        except Exception:
            want = None
        mine = [translated(x) for x in self.inputs]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                got = self.batch(rushlight, mine, form)
            except Exception:
                if want is None:  # both refuse
                    return
                GIVEN[self.entry.name] += 1
                raise
        LOOPS[self.entry.name].update(
            str(w.message).removeprefix(SLOW).rstrip(".") for w in caught if str(w.message).startswith(SLOW)
        )
        found = []
        if want is not None:
            GIVEN[self.entry.name] += 1
            found = list(self.compared(got, want))
        if want is None or found:  # PyTorch has no result, or one that is not that of its own loop
            wrong = list(self.compared(got, _as_theirs(self.loop(mine, form))))
            found = wrong and (found or wrong)
        yield from found

    def compared(self, got, want) -> Iterator[str]:
        if self.entry.name in TIES and isinstance(want, (list, tuple)) and self.inputs[0].dtype is torch.int64:
            got, want = got[0], want[0]
        if self.entry.name in ROUGH:
            got, want = [o.float() for o in tensors(got, rushlight)], [o.float() for o in tensors(want, torch)]
        yield from compared("", got, _plain(want), _tolerance(self.entry))

    def batch(self, module, inputs, form: str):
        torch.manual_seed(7)
        rushlight.manual_seed(7)
        with _quiet(module):
            return module.func.vmap(self.function(module, form), self.dims, randomness="same")(*inputs)

    def loop(self, inputs, form: str):
        function = self.function(rushlight, form)
        results = []
        for n in range(2):
            given = [x if dim is None else x.select(dim, n) for x, dim in zip(inputs, self.dims)]
            with _quiet(torch):
                results.append(function(*given))
        return _stacked(results)


class _quiet(warnings.catch_warnings):
    """No warnings from PyTorch."""

    def __init__(self, module) -> None:
        super().__init__()
        self.ignoring = module is torch

    def __enter__(self):
        super().__enter__()
        if self.ignoring:
            warnings.simplefilter("ignore")


def _another(x: torch.Tensor, of_a_kind: bool) -> torch.Tensor:
    """Other values of the same shape, dtype and domain."""
    if not x.dtype.is_floating_point and not x.dtype.is_complex:
        return x.flip(tuple(range(x.ndim))) if x.ndim else x.clone()
    return x * 0.75 if of_a_kind else x.flip(tuple(range(x.ndim))) * 0.875


def _leaves(tree) -> Iterator[torch.Tensor]:
    if isinstance(tree, torch.Tensor):
        yield tree
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from _leaves(item)
    elif isinstance(tree, dict):
        yield from _leaves(list(tree.values()))


def _with(tree, values, module):
    """`tree` with other tensors."""
    if isinstance(tree, module.Tensor):
        return next(values)
    if isinstance(tree, (list, tuple)) and not hasattr(tree, "_fields") and type(tree) in (list, tuple):
        return type(tree)([_with(item, values, module) for item in tree])
    return {k: _with(v, values, module) for k, v in tree.items()} if isinstance(tree, dict) else tree


def _only_tensors(out, module):
    if isinstance(out, module.Tensor):
        return out
    return tuple([_only_tensors(o, module) for o in out if isinstance(o, (module.Tensor, list, tuple))])


def _stacked(results):
    if isinstance(results[0], rushlight.Tensor):
        return rushlight.stack(results)
    return tuple([_stacked(column) for column in zip(*results)])


def _plain(want):
    """The same numbers, no views."""
    if isinstance(want, torch.Tensor):
        return want.detach().resolve_conj().resolve_neg().clone()
    return type(want)([_plain(w) for w in want]) if type(want) in (list, tuple) else tuple([_plain(w) for w in want])


def _as_theirs(tree):
    if isinstance(tree, rushlight.Tensor):
        dtype = getattr(torch, str(tree.dtype)[6:])
        wide = tree.float() if tree.dtype in (rushlight.bfloat16, rushlight.float16) else tree
        return torch.from_numpy(wide.detach().resolve_conj().resolve_neg().numpy().copy()).to(dtype)
    return tuple([_as_theirs(t) for t in tree])


def _about(name: str) -> str:
    loops = f"  (loop: {', '.join(sorted(LOOPS[name]))})" if LOOPS[name] else ""
    return ("" if GIVEN[name] else "  (PyTorch has none)") + loops


def _summary() -> str:
    return f"; PyTorch has none for {sum([not given for given in GIVEN.values()])}"


if __name__ == "__main__":
    sys.exit(report(NAMES, problems, sys.argv[1:], _about, _summary))
