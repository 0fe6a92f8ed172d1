"""rushlight measured against PyTorch's own description of its operations.

PyTorch describes its surface as data: `op_db` lists every operation with sample inputs and with inputs that must
raise. Each sample is run under both. What must agree: values, dtypes, shapes, views with their strides, gradients and
gradients of gradients; the method, in-place and ``out=`` forms; the type of the error on bad input.

    python -m parity.op_db linalg.det nn.functional.conv2d     # what differs, sample by sample (in tests/)
"""

from __future__ import annotations

import itertools
import random
import sys
import warnings
from collections.abc import Iterator

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

import rushlight

from .report import report
from .translation import Untranslatable, sharing, translated

#: Dtypes in which gradients are compared, and those in which values are.
DIFFERENTIATED = (torch.float64, torch.complex128)
VALUES = (torch.float32, torch.int64, torch.bool, torch.uint8, torch.bfloat16)
TOLERANCE = {torch.float64: 1e-7, torch.complex128: 1e-7, torch.float32: 2e-5, torch.complex64: 2e-5, torch.bfloat16: 2e-2,
             torch.float16: 2e-3}  # fmt: skip
#: Operations that PyTorch itself computes less precisely in float64 (to 1e-7; rushlight's have the last digit right).
ROUGH = {"special.bessel_j0", "special.bessel_j1", "special.bessel_y0", "special.bessel_y1"}
#: Sums of many terms that nearly cancel, or of very different size: an error is compared with the largest entry.
NORMWISE = {"cholesky_inverse": 10, "cov": 10, "matrix_exp": 10, "nn.functional.instance_norm": 10, "pca_lowrank": 1000,
            "svd_lowrank": 1000}  # fmt: skip
#: Operations whose results in 16 bits are not finite, or random, in PyTorch.
NOT_IN_16_BITS = {"matrix_exp"}
#: Operations that leave ``out=`` unwritten in PyTorch where one dimension is transformed.
OUT_UNWRITTEN = {"fft.ihfft2", "fft.ihfftn"}
#: Samples of each dtype that are run: all that matter, in bounded time. The rest of `VALUES` only needs a few.
MOST, FEW = 80, 8
#: Operations whose values are undefined: only shapes and dtypes are compared.
UNDEFINED = {"empty", "empty_like", "empty_strided", "empty_permuted", "new_empty", "new_empty_strided", "resize_", "resize_as_",
             "geqrf"}  # fmt: skip
#: Operations whose result is one of many equally right: compared is what PyTorch's own tests make of it.
#: Operations that point at any one of equal elements; integer samples have many.
TIES = {"topk", "kthvalue", "mode", "median", "nanmedian", "sort", "argsort", "msort"}
CHOICE = {"linalg.svd", "svd", "linalg.eig", "linalg.eigh", "symeig", "pca_lowrank", "svd_lowrank", "linalg.lu_factor_ex"}

#: How many samples of each entry were run so far.
RUN: dict[str, int] = {}
ENTRIES = {}
for _entry in op_db:
    ENTRIES.setdefault(_entry.name, []).append(_entry)


def problems(name: str) -> Iterator[str]:
    """What differs between rushlight and PyTorch for the operation `name`, a line each; nothing where all agrees."""
    RUN[name] = 0
    for entry in ENTRIES[name]:
        for dtype in DIFFERENTIATED + VALUES:
            if dtype in entry.dtypes and not (name in NOT_IN_16_BITS and dtype.itemsize == 2):
                yield from _in_dtype(entry, dtype)
        yield from _errors(entry)
    if not RUN[name]:
        yield f"{name}: no sample can be run"


def _in_dtype(entry, dtype) -> Iterator[str]:
    grad = dtype in DIFFERENTIATED and entry.supports_autograd and dtype in entry.supported_backward_dtypes("cpu")
    seed()
    samples = list(itertools.islice(_samples(entry, dtype, grad), MOST if dtype in DIFFERENTIATED else FEW))
    forms = [form for form in ("method", "inplace", "out") if _has(entry, form)]
    for number, sample in enumerate(samples):
        where = f"{entry.full_name if hasattr(entry, 'full_name') else entry.name} {str(dtype)[6:]} #{number}"
        try:
            found = _sample(entry, sample, grad)
            if number < FEW:
                found = itertools.chain(found, *[_form(entry, form, sample) for form in forms])
            for problem in found:
                yield f"{where} {problem}  [{described(sample)}]"
            RUN[entry.name] += 1
        except Untranslatable:
            continue
        except Exception as error:
            yield f"{where} {type(error).__name__}: {str(error)[:300]}  [{described(sample)}]"


def seed() -> None:
    """Samples are drawn from any of three random streams."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)


def _samples(entry, dtype, grad):
    """Samples, reference samples aside; those of a sparse layout do not count."""
    try:
        yield from entry.sample_inputs_func(entry, "cpu", dtype, grad)
    except (RuntimeError, NotImplementedError, TypeError, ValueError) as error:  # PyTorch's own sampler fails on it
        warnings.warn(f"{entry.name}: no more samples in {dtype}: {error}", stacklevel=2)


def _has(entry, form: str) -> bool:
    if form == "method":
        return entry.method_variant is not None and hasattr(torch.Tensor, entry.method_variant.__name__)
    return bool(entry.inplace_variant) if form == "inplace" else entry.supports_out and entry.name not in OUT_UNWRITTEN


def described(sample) -> str:
    def show(value):
        if isinstance(value, torch.Tensor):
            return f"{str(value.dtype)[6:]}{list(value.shape)}" + ("" if value.is_contiguous() else f"/{list(value.stride())}")
        if isinstance(value, (list, tuple)):
            return "(" + ", ".join(map(show, value)) + ")"
        return repr(value)

    return ", ".join([show(sample.input), *map(show, sample.args), *[f"{k}={show(v)}" for k, v in sample.kwargs.items()]])[:300]


def _tolerance(entry) -> int:
    """How precisely values are compared: not at all (0), as usual (1), or normwise and so many times less."""
    return 0 if entry.name in UNDEFINED else NORMWISE.get(entry.name, 1)


def _run(module, function, *arguments, **options):
    module.manual_seed(7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments, **options)


def _sample(entry, sample, grad: bool) -> Iterator[str]:
    ours = translated((sample.input, tuple(sample.args), dict(sample.kwargs)))
    process = sample.output_process_fn_grad or (lambda out: out)
    got = _run(rushlight, translated(entry.op), ours[0], *ours[1], **ours[2])
    want = _run(torch, entry.op, sample.input, *sample.args, **sample.kwargs)
    if entry.name in CHOICE:
        got, want = translated(process)(got), process(want)
    if entry.name in TIES and not grad:
        got, want = (got[0], want[0]) if isinstance(want, tuple) else ([], [])
    if entry.name in ROUGH and want.dtype is torch.float64:
        got, want = got.float(), want.float()
    yield from compared("", got, want, _tolerance(entry))
    if grad:
        leaves = [t for t in tensors(ours, rushlight) if t.requires_grad], [
            t for t in tensors((sample.input, sample.args, sample.kwargs), torch) if t.requires_grad]  # fmt: skip
        # A view that was made without history, of a leaf, looks like a leaf, but PyTorch gives it no gradient.
        leaves = [(our, their) for our, their in zip(*leaves) if not their._is_view()]
        if entry.name not in CHOICE:
            got, want = translated(process)(got), process(want)
        if leaves:
            yield from _gradients(entry, got, want, *zip(*leaves))


def _gradients(entry, got, want, our_leaves, their_leaves) -> Iterator[str]:
    """First and second order."""
    outputs = [[t for t in tensors(out, module) if t.requires_grad] for out, module in ((got, rushlight), (want, torch))]
    if len(outputs[0]) != len(outputs[1]):
        yield f"{len(outputs[0])} outputs require grad, not {len(outputs[1])}"
        return
    if not outputs[1]:
        return
    first = [_pulled(module, out, leaves, True) for module, out, leaves in (
        (rushlight, outputs[0], our_leaves), (torch, outputs[1], their_leaves))]  # fmt: skip
    tolerance = _tolerance(entry)
    yield from _compared_gradients("gradient", *first, tolerance)
    if not entry.supports_gradgrad:
        return
    kept = [i for i, (g, w) in enumerate(zip(*first)) if g is not None and w is not None and w.requires_grad and g.requires_grad]
    for i, (_g, w) in enumerate(zip(*first)):
        if w is not None and w.requires_grad and i not in kept:
            again = torch.autograd.grad(w.abs().sum(), their_leaves, retain_graph=True, allow_unused=True)
            if any(a is not None and a.any() for a in again):
                yield f"gradient {i} has no gradient itself"
    if kept:
        try:
            want = _pulled(torch, [first[1][i] for i in kept], their_leaves, False)
        except RuntimeError as error:
            if "is not implemented" in str(error):  # PyTorch ends here; we may go on
                return
            raise
        second = _pulled(rushlight, [first[0][i] for i in kept], our_leaves, False), want
        yield from _compared_gradients("second gradient", *second, tolerance)


def _pulled(module, outputs, leaves, create_graph: bool):
    weights = []
    for i, o in enumerate(outputs):
        rng = np.random.default_rng(i)
        w = np.asarray(rng.uniform(0.5, 1.5, tuple(o.shape)))
        if o.dtype.is_complex:
            w = w + 1j * rng.uniform(-1, 1, tuple(o.shape))
        weights.append(module.from_numpy(np.asarray(w)).to(o.dtype))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return module.autograd.grad(outputs, leaves, weights, create_graph=create_graph, allow_unused=True)


def _compared_gradients(what: str, got, want, tolerance: int) -> Iterator[str]:
    for i, (g, w) in enumerate(zip(got, want)):
        if g is None or w is None:  # PyTorch gives zeros where there is no dependence in some operations, None in others
            there = w if g is None else g
            if there is not None and there.any():
                yield f"{what} {i} is {'None' if g is None else 'not None'}"
        else:
            yield from compared(f"{what} {i}: ", g.detach(), w.detach(), tolerance)


def _form(entry, form: str, sample) -> Iterator[str]:
    """The method, in-place or out= form of one sample."""
    if form == "inplace" and (sample.broadcasts_input or not isinstance(sample.input, torch.Tensor)):
        return
    ours = translated((sample.input, tuple(sample.args), dict(sample.kwargs)))
    with torch.no_grad(), rushlight.no_grad():
        if form == "out":
            want = _run(torch, entry.op, sample.input, *sample.args, **sample.kwargs)
            if not isinstance(want, torch.Tensor):
                return
            want = _run(torch, entry.op, sample.input, *sample.args, **sample.kwargs, out=torch.empty_like(want).fill_(0))
            out = rushlight.zeros(tuple(want.shape), dtype=translated(want.dtype))
            got = _run(rushlight, translated(entry.op), ours[0], *ours[1], **ours[2], out=out)
            if got is not out:
                yield "out=: another tensor is returned"
        else:
            variant = entry.method_variant if form == "method" else entry.inplace_variant
            mine = translated(variant)
            inputs = (ours[0].clone(), sample.input.clone()) if form == "inplace" else (ours[0], sample.input)
            try:
                want = _run(torch, variant, inputs[1], *sample.args, **sample.kwargs)
            except (RuntimeError, TypeError):  # a sample of the function that the form does not take
                return
            got = _run(rushlight, mine, inputs[0], *ours[1], **ours[2])
            if form == "inplace" and got is not inputs[0]:
                yield "in-place: another tensor is returned"
    if entry.name in TIES:
        got, want = (got[0], want[0]) if isinstance(want, tuple) else ([], [])
    if entry.name in ROUGH and want.dtype is torch.float64:
        got, want = got.float(), want.float()
    if entry.name not in CHOICE:
        yield from compared(f"{form}: ", got, want, _tolerance(entry))


def _errors(entry) -> Iterator[str]:
    """Bad input raises the same type of error."""
    if entry.error_inputs_func is None:
        return
    for number, error in enumerate(entry.error_inputs_func(entry, "cpu")):
        sample = error.sample_input
        try:
            with sharing():
                arguments = translated((sample.input, tuple(sample.args), dict(sample.kwargs)))
        except (Untranslatable, ValueError):  # NumPy has no arrays of more than 64 dimensions
            continue
        where = f"{entry.name} error #{number}"
        try:
            _run(torch, entry.op, sample.input, *sample.args, **sample.kwargs)
            continue
        except Exception as right:
            kind = (error.error_type, type(right))
        try:
            _run(rushlight, translated(entry.op), arguments[0], *arguments[1], **arguments[2])
        except Exception as raised:
            if not isinstance(raised, kind):
                yield f"{where} raised {type(raised).__name__}: {raised}, not {error.error_type.__name__}  [{described(sample)}]"
        else:
            yield f"{where} did not raise {error.error_type.__name__} {error.error_regex!r}  [{described(sample)}]"


def tensors(tree, module) -> list:
    """The floating-point and complex tensors in nested containers."""
    if isinstance(tree, module.Tensor):
        return [tree] if tree.dtype.is_floating_point or tree.dtype.is_complex else []
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [t for item in tree for t in tensors(item, module)] if isinstance(tree, (list, tuple)) else []


def compared(what: str, got, want, values: int) -> Iterator[str]:
    """What differs between two results; for `values` see `_tolerance`."""
    if isinstance(want, torch.Tensor):
        if not isinstance(got, rushlight.Tensor):
            yield f"{what}a {type(got).__name__}, not a Tensor"
        elif str(got.dtype) != str(want.dtype):
            yield f"{what}dtype {got.dtype}, not {want.dtype}"
        elif tuple(got.shape) != tuple(want.shape):
            yield f"{what}shape {tuple(got.shape)}, not {tuple(want.shape)}"
        elif want._is_view() and not want.is_conj() and (not got._is_view() or _strides(got) != _strides(want)):
            yield f"{what}{'no view' if not got._is_view() else f'strides {got.stride()}, not {want.stride()}'}"
        elif values:
            yield from _compared_values(what, got.detach(), want.detach(), values)
    elif isinstance(want, (list, tuple)):
        if not isinstance(got, (list, tuple)) or len(got) != len(want):
            yield f"{what}{type(got).__name__} of {len(got) if hasattr(got, '__len__') else '?'}, not {len(want)} results"
        elif getattr(type(want), "__name__", "") != type(got).__name__:
            yield f"{what}a {type(got).__name__}, not {type(want).__name__}"
        else:
            for i, (g, w) in enumerate(zip(got, want)):
                yield from compared(f"{what}[{i}] ", g, w, values)
    elif isinstance(want, (bool, int, float, complex)):
        if got != want and not np.allclose(got, want, equal_nan=True):
            yield f"{what}{got!r}, not {want!r}"
    elif isinstance(want, (torch.dtype, torch.device, torch.Size)) and str(got) != str(want):
        yield f"{what}{got}, not {want}"


def _strides(t) -> list[int]:
    """The strides that matter: not those of dimensions with one element."""
    return [stride for size, stride in zip(t.shape, t.stride()) if size > 1] if t.numel() else []


def _compared_values(what: str, got, want, factor: int) -> Iterator[str]:
    tolerance = TOLERANCE.get(want.dtype, 0) * factor
    if want.dtype in (torch.bfloat16, torch.float16):
        got, want = got.float(), want.float()
    g, w = got.resolve_conj().numpy(), want.numpy(force=True)
    scale = max(1.0, np.abs(w).max(initial=0)) if factor > 1 else 1
    if not np.allclose(g, w, rtol=tolerance, atol=tolerance * scale, equal_nan=True):
        with np.errstate(all="ignore"):
            worst = np.nanmax(np.abs(np.subtract(g, w, dtype=np.result_type(g, np.float64)))) if g.size else 0
        yield f"{what}values differ by up to {worst:.3g}: {g.ravel()[:4]!s} not {w.ravel()[:4]!s}"


if __name__ == "__main__":
    sys.exit(report(sorted(ENTRIES), problems, sys.argv[1:]))
