"""What samples each differentiable operation owes, which it has, and those that follow from samples that it has.

An operation owes samples of every kind below. `recorded` says which it has: the nodes that all samples leave on the
graph are looked at. What is missing is derived from a sample of its own: the same call on other inputs (`variants`).
What can be neither stands in the table of exceptions, with its reason: one file here for each room of operations.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

import rushlight as torch
import rushlight.layers.batched
import rushlight.ops
from rushlight.core.op import OBSERVERS, OPS, Op, parameters
from rushlight.layers.kinds import is_linear
from samples import Sample, all_samples, array

for _module in pkgutil.walk_packages(rushlight.ops.__path__, "rushlight.ops."):
    importlib.import_module(_module.name)  # also the families that are loaded late

#: float64, complex128   an input of that dtype is differentiated
#: second order          and again
#: 0-d                   a differentiated input, of an elementwise operation the result, has no dimensions
#: empty                 a differentiated input or a result has no elements
#: non-contiguous        a differentiated input does not lie in memory row by row
#: broadcast             an elementwise operation on several tensors: one is stretched
KINDS = ("float64", "second order", "complex128", "0-d", "empty", "non-contiguous", "broadcast")
#: What a sample is not that is not smooth, where finite differences do not check it, nor a formula.
EXACT = {"float64", "complex128"}
#: Points at which an operation may not be smooth: everything zero, all elements the same, infinities among them (of
#: elementwise operations: of others, infinity is everywhere then).
BOUNDARIES = ("zeros", "ties", "infinities")
#: Finite differences leave the symmetric matrices that these take, unless the sample makes its matrix symmetric itself.
SYMMETRIC = {"cholesky", "linalg_cholesky_ex", "linalg_eigh"}
#: What a call raises on inputs that are not for it.
REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError, Warning)


def differentiable() -> list[Op]:
    """Operations with derivative rules, except where all of them say that there is no derivative."""
    return [op for op in OPS.values() if rules(op) and not refuses(op)]


def rules(op: Op) -> list[Any]:
    return [op.joint] if op.joint else list(op.rules.values())


def refuses(op: Op) -> bool:
    """Whether backward through the operation raises, as PyTorch's: there is no derivative."""
    return bool(rules(op)) and all(_says_no(rule) for rule in rules(op))


def _says_no(rule: Any) -> bool:
    try:
        rule(*[None] * len(parameters(rule)))
    except Exception as error:
        return "is not implemented" in str(error)
    return False


def owed(op: Op) -> tuple[str, ...]:
    """The kinds of samples that an operation owes, but for its exceptions."""
    return KINDS if op.inputs > 1 else KINDS[:-1]


def boundaries(op: Op) -> tuple[str, ...]:
    """The points where an operation is to be checked, but for its exceptions. What is linear is alike everywhere."""
    return () if is_linear(op) else BOUNDARIES if op.inputs else BOUNDARIES[:-1]


def exceptions() -> dict[tuple[str, str], str]:
    """The reason why an operation has no sample of a kind, by the two, from all rooms."""
    found: dict[tuple[str, str], str] = {}
    for module in pkgutil.iter_modules(__path__):
        for kind, reasons in importlib.import_module(f"{__name__}.{module.name}").EXCEPTIONS.items():
            for reason, names in reasons.items():
                for name in names.split():
                    assert (name, kind) not in found, f"{name} is excepted from {kind} twice"
                    found[name, kind] = reason
    return found


def tensors(sample: Sample) -> list[torch.Tensor]:
    """The sample's inputs as tensors, with gaps in memory as the arrays; those of floating or complex type require grad."""
    copies = [(a, np.array(a)) for a in sample.inputs]
    made = [torch.from_numpy(c if c.strides == a.strides else strided(a)) for a, c in copies]
    return [t.requires_grad_() if a.dtype.kind in "fc" else t for t, a in zip(made, sample.inputs)]


def differentiated(out: Any) -> tuple[torch.Tensor, ...]:
    """The results that have a gradient."""
    outputs = [o for o in (out if isinstance(out, (tuple, list)) else (out,)) if isinstance(o, torch.Tensor)]
    return tuple(o for o in outputs if o.requires_grad)


def kinds_of(op: Op, arguments: Sequence[Any], out: Any) -> Iterator[str]:
    """The kinds of sample that one recorded call of an operation makes."""
    inputs = [a for a in _flat(arguments) if isinstance(a, torch.Tensor)]
    outs = [o for o in _flat((out,)) if isinstance(o, torch.Tensor)]
    wanted = [a for a in inputs if a.requires_grad]
    yield from {str(a.dtype).removeprefix("torch.") for a in wanted}
    if any(a.dim() == 0 for a in (outs if op.inputs else wanted)):
        yield "0-d"
    if any(a.numel() == 0 for a in (*wanted, *outs)):
        yield "empty"
    if not all(a.is_contiguous() for a in wanted):
        yield "non-contiguous"
    if op.inputs > 1 and any(a.shape != outs[0].shape for a in inputs):
        yield "broadcast"


def _flat(tree: Any) -> Iterator[Any]:
    for a in tree:
        if isinstance(a, (list, tuple)):
            yield from _flat(a)
        else:
            yield a


def run(sample: Sample, twice: bool = False, observe: Callable[..., None] = lambda op, arguments: None) -> dict[str, set[str]]:
    """Calls the sample, and its derivative if `twice`: the kinds of samples it is, by operation."""
    found: dict[str, set[str]] = defaultdict(set)

    def look(node: Any, arguments: Sequence[Any], out: Any) -> None:
        if isinstance(node.op, Op):
            found[node.op.name].update(kinds_of(node.op, arguments, out))
            observe(node.op, arguments)

    OBSERVERS.append(look)
    try:
        torch.manual_seed(0)
        inputs = tensors(sample)
        outputs = differentiated(sample.call(torch, *inputs))
        if twice and outputs:
            recorded_forward = list(found)
            _twice(outputs, [t for t in inputs if t.requires_grad])
            for name in recorded_forward:
                found[name].add("second order")
    finally:
        OBSERVERS.remove(look)
    return found


def _twice(outputs: Sequence[torch.Tensor], wanted: Sequence[torch.Tensor]) -> None:
    """Differentiates, and what comes of it again."""
    for _ in range(2):
        weights = [torch.ones_like(o) for o in outputs]
        found = torch.autograd.grad(outputs, wanted, weights, create_graph=True, allow_unused=True)
        outputs = [g for g in found if g is not None and g.requires_grad]
        if not outputs:
            return


@functools.cache
def _observed() -> tuple[dict[str, set[str]], dict[str, Sample]]:
    found: dict[str, set[str]] = defaultdict(set)
    calls: dict[str, Sample] = {}

    def observe(op: Op, arguments: Sequence[Any]) -> None:
        if op.name not in calls or all(a.size < 2 for a in calls[op.name].inputs):  # no memory is a single number's
            calls[op.name] = _replayed(op, arguments)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what PyTorch advises against has samples too
        for sample in all_samples():
            made = run(sample, sample.twice, observe) if sample.smooth else run(sample)
            for name, kinds in made.items():
                found[name] |= kinds if sample.smooth or sample.gradient else kinds - EXACT
    return found, calls


def recorded() -> dict[str, set[str]]:
    """The kinds of samples that each operation has: `tests/test_every_op.py` and `tests/test_kinks.py` check them."""
    return _observed()[0]


def _replayed(op: Op, arguments: Sequence[Any]) -> Sample:
    """A recorded call of an operation, by a derivative rule perhaps, as a sample of its own."""
    places = [i for i, a in enumerate(arguments) if isinstance(a, torch.Tensor)]
    inputs = tuple(np.array(arguments[i].detach().resolve_conj().numpy()) for i in places)

    def call(_: Any, *tensors: torch.Tensor) -> Any:
        every = list(arguments)
        for i, t in zip(places, tensors):
            every[i] = t
        return op.call(*every)

    return Sample(op.name, call, inputs, parity=False, label="replayed")


@functools.cache
def own_samples() -> dict[str, list[Sample]]:
    """Samples from which others may be derived, by operation, the smallest first."""
    found: dict[str, list[Sample]] = defaultdict(list)
    for sample in sorted(all_samples(), key=lambda s: sum(a.size for a in s.inputs)):
        if sample.smooth and sample.inputs:
            found[sample.op].append(sample)
    return found


def _sources(name: str) -> list[Sample]:
    """Samples of an operation from which others may be derived: its own, and a call of it that was recorded."""
    calls = _observed()[1]
    return own_samples()[name] + ([calls[name]] if name in calls and name not in SYMMETRIC else [])


def derived(name: str, kind: str) -> Sample | None:
    """A sample of this kind for an operation, from a sample of its own; None if there is none.

    What is not PyTorch's (``parity=False``) checks no arguments: it gets other memory, and no other shapes or dtypes.
    """
    for sample in _sources(name):
        if not sample.parity and kind not in ("second order", "non-contiguous", "broadcast"):
            continue
        for inputs in variants(sample, kind):
            variant = replace(sample, inputs=inputs, label=f"{sample.label} {kind}".strip())
            try:
                kinds = run(variant, variant.twice)[name]
            except REFUSALS:
                continue
            if kind in kinds:
                return variant
    return None


def at_boundary(name: str, kind: str) -> Sample | None:
    """A sample of an operation at such a point, from a sample of its own that has some elements and not too many."""
    for sample in _sources(name):
        moved = [a for a in sample.inputs if a.dtype.kind in "fc"]
        if moved and all(a.size for a in moved) and 1 < max(a.size for a in moved) < 200:
            inputs = tuple(_moved(a, kind) if a.dtype.kind in "fc" else a for a in sample.inputs)
            variant = replace(sample, inputs=inputs, label=f"{sample.label} {kind}".strip(), smooth=False)
            try:
                if run(variant)[name] and differentiated(variant.call(torch, *tensors(variant))):
                    return variant
            except REFUSALS:
                continue
    return None


def _moved(a: np.ndarray, kind: str) -> np.ndarray:
    if kind == "infinities":
        flat = np.array(a).reshape(-1)
        flat[0], flat[-1] = -np.inf, np.inf
        return flat.reshape(a.shape)
    return np.zeros_like(a) if kind == "zeros" else np.full_like(a, a.flat[-1])


def variants(sample: Sample, kind: str) -> Iterator[tuple[np.ndarray, ...]]:
    """Inputs like the sample's that might make a sample of this kind."""
    inputs = sample.inputs
    if kind == "second order":
        yield inputs
    elif kind == "complex128":
        made = [_complex(a, seed) if a.dtype == np.float64 else a for seed, a in enumerate(inputs)]
        yield tuple(made)
        for i in range(len(inputs)) if len(inputs) > 1 else ():
            yield tuple(made[j] if j == i else a for j, a in enumerate(inputs))
    elif kind == "0-d":
        if all(a.size for a in inputs):
            yield tuple(a.reshape(-1)[0].reshape(()) for a in inputs)
            yield tuple(a.reshape(-1)[0].reshape(()) if a.dtype.kind in "fc" else a for a in inputs)
    elif kind == "empty":
        yield from _empty(inputs)
    elif kind == "non-contiguous":
        yield tuple(strided(a) for a in inputs)
        yield tuple(strided(a) if a.dtype.kind in "fc" else a for a in inputs)
    elif kind == "broadcast":
        for i, a in enumerate(inputs):
            for axis in range(a.ndim if a.size else 0):
                yield tuple(np.take(a, [0], axis) if j == i else b for j, b in enumerate(inputs))


def _complex(a: np.ndarray, seed: int) -> np.ndarray:
    return a + 1j * array(*a.shape, low=-1.0, high=1.0, seed=50 + seed)


def _empty(inputs: tuple[np.ndarray, ...]) -> Iterator[tuple[np.ndarray, ...]]:
    """Without elements along one dimension: in all inputs, in those of most dimensions, in one."""
    most = max(a.ndim for a in inputs)
    for axis in range(most):
        for back in (axis, axis - most):
            yield tuple(_without(a, back) for a in inputs)
            yield tuple(_without(a, back) if a.ndim == most else a for a in inputs)
    for i, a in enumerate(inputs):
        for axis in range(a.ndim):
            yield tuple(_without(b, axis) if j == i else b for j, b in enumerate(inputs))
    yield tuple(_without(a.reshape(-1), 0) for a in inputs)


def _without(a: np.ndarray, axis: int) -> np.ndarray:
    return np.take(a, [], axis) if -a.ndim <= axis < a.ndim else a


def strided(a: np.ndarray) -> np.ndarray:
    """The same numbers, not contiguous in memory: every other one of rows that lie in another order."""
    *rows, last = a.shape or (1,)
    lies = np.full((*rows[::-1], 2 * last + 1), 7).astype(a.dtype).transpose(*range(len(rows))[::-1], len(rows))
    lies[..., 1::2] = a
    return lies[..., 1::2] if a.shape else lies[..., 1]


for _sample in all_samples():
    if _sample.op not in OPS:
        run(_sample)  # what is declared when it is first called

EXCEPTED = exceptions()
