"""How a sample's derivatives are proved right without PyTorch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import rushlight as torch
import rushlight.autograd.forward_ad as fwAD
from duties import tensors
from samples import Sample

#: What has no tangent, as in PyTorch: the reverse rule has no derivative (or not at a singular matrix).
NO_TANGENTS = {"cofactor", "linear_cross_entropy_batch_chunked", "linear_cross_entropy_batch_chunked_no_reduction"}
#: With more real numbers than that, finite differences go along one random direction, not along each.
LARGE = 24


def finite_differences(sample: Sample) -> None:
    """The gradients, in first and second order, are those that finite differences say."""
    function, wanted = function_of(sample)
    fast = sum(t.numel() * (1 + t.is_complex()) for t in wanted) > LARGE
    assert torch.autograd.gradcheck(function, wanted, check_undefined_grad=False, fast_mode=fast)
    if sample.twice and any(t.numel() for t in wanted):
        assert torch.autograd.gradgradcheck(function, wanted, check_undefined_grad=False, fast_mode=fast)


def function_of(sample: Sample) -> tuple[Callable[..., tuple], list[torch.Tensor]]:
    """The sample as a function of its differentiable inputs alone, returning its differentiable outputs; and these inputs."""
    inputs = tensors(sample)
    places = [i for i, t in enumerate(inputs) if t.requires_grad]

    def function(*given: torch.Tensor) -> tuple:
        every = list(inputs)
        for i, t in zip(places, given):
            every[i] = t
        torch.manual_seed(0)
        return tuple(o for o in outputs(sample.call(torch, *every)) if o.requires_grad)

    return function, [inputs[i] for i in places]


def outputs(out: Any) -> list[torch.Tensor]:
    """The results of floating or complex type."""
    found = [o for o in (out if isinstance(out, (tuple, list)) else (out,)) if isinstance(o, torch.Tensor)]
    return [o for o in found if o.dtype.is_floating_point or o.dtype.is_complex]


def numbers(like: torch.Tensor, seed: int) -> torch.Tensor:
    """Random numbers of a tensor's shape and dtype."""
    rng = np.random.default_rng(seed)
    x = np.asarray(rng.uniform(-1, 1, tuple(like.shape)))
    if like.is_complex():
        x = x + 1j * np.asarray(rng.uniform(-1, 1, tuple(like.shape)))
    return torch.from_numpy(np.asarray(x)).to(like.dtype)


def inner(pairs: Any) -> float:
    """The real inner product of two lists of tensors."""
    return sum(float((x.conj() * y).real.sum().item()) for x, y in pairs if x is not None and y is not None)


def adjoint(sample: Sample) -> None:
    """<u, J v> = <J* u, v>: the tangent along v, and the gradient of u."""
    leaves = tensors(sample)
    wanted = [i for i, t in enumerate(leaves) if t.requires_grad]
    torch.manual_seed(0)
    outs = outputs(sample.call(torch, *leaves))
    smooth = [o for o in outs if o.requires_grad]
    if not any(leaves[i].numel() for i in wanted) or not any(o.numel() for o in smooth):
        return
    us = [numbers(o, i) for i, o in enumerate(smooth)]
    vs = [numbers(leaves[i], 100 + i) for i in wanted]
    gradients = torch.autograd.grad(smooth, [leaves[i] for i in wanted], us, allow_unused=True)
    try:
        pushed = tangents(sample, wanted, vs)
    except (NotImplementedError, torch.linalg.LinAlgError):
        assert sample.op in NO_TANGENTS
        return
    kept = [t for t, o in zip(pushed, outs) if o.requires_grad]
    assert inner(zip(us, kept)) == pytest.approx(inner(zip(gradients, vs)), rel=1e-7, abs=1e-7)


def tangents(sample: Sample, wanted: Sequence[int], vs: Sequence[torch.Tensor]) -> list[Any]:
    """The tangents of the results, where the inputs `wanted` move along `vs`."""
    with fwAD.dual_level():
        duals = tensors(sample)
        for i, v in zip(wanted, vs):
            duals[i] = fwAD.make_dual(duals[i], v)
        torch.manual_seed(0)
        return [fwAD.unpack_dual(o).tangent for o in outputs(sample.call(torch, *duals))]


# At a point where an operation is not smooth: a kink, a tie, a pole, the edge of its domain, infinity.

#: How far away a point is near, for gradients (which are to be those of the point), and for finite differences there.
NEAR, BESIDE = 1e-6, 1e-2
#: What stands for infinity, to see where gradients tend to.
FAR = (1e3, 1e8, 1e150)
#: How exact gradients in less than double precision are.
SINGLE = {"e": 3e-2, "f": 1e-3, "F": 1e-3}
#: What a gradient near a pole exceeds, and one at it.
STEEP, POLE = 1e2, 1e9


def between(sample: Sample) -> None:
    """The gradient lies between those of points near by, where it is that of finite differences.

    Near a kink the gradient has several values. What stands for the gradient at the kink is one of them or a mean: an
    element of Clarke's generalized gradient (Optimization and Nonsmooth Analysis, 1983). Here this is checked for each
    element, and for the sum over each input. Where gradients near by are all the same, it is a limit.
    """
    exact = in_double(sample)
    found = gradients(exact, exact.inputs)
    if not found:
        return
    in_fewer_bits(sample, exact)
    for g, w in zip(gradients(sample, sample.inputs), found):
        np.testing.assert_allclose(g, w, rtol=SINGLE.get(g.dtype.char, 1e-9), atol=SINGLE.get(g.dtype.char, 1e-9))
    is_between(exact, found)
    if all(a.size for a in exact.inputs):
        beside(exact)


def is_between(exact: Sample, found: Sequence[np.ndarray], count: int = 40, of: Any = None) -> None:
    """The gradients `found` (or what else a function `of` sample and inputs gives) lie between those of points near by."""
    near = [g for moved in _near(exact.inputs, count) if (g := _if_any(of or gradients, exact, moved))]
    assert near, "the operation is defined nowhere near"
    broken = not all(np.isfinite(v).all() for v in _values(exact))
    wanted = [a for a in exact.inputs if a.dtype.kind in "fc"]
    for g, x, *others in zip(found, wanted, *near):
        for part in (np.real, np.imag) if x.dtype.kind == "c" else (np.real,):
            rows = np.array([part(o) for o in others])
            _assert_between(part(g), rows, broken or not np.isfinite(x).all())
            if np.isfinite(rows).all() and (abs(part(g)) < POLE).all():
                _assert_between(part(g).sum(), rows.sum(tuple(range(1, rows.ndim))), False)


#: How near results and gradients are to those in double precision, by the least precise dtype among the inputs.
TOLERANCES = {"e": (1e-2, 1e-2), "f": (1e-4, 1e-5), "F": (1e-4, 1e-5)}


def in_fewer_bits(sample: Sample, exact: Sample) -> None:
    """In less than double precision, values and gradients are near those of double, which are checked."""
    chars = {a.dtype.char for a in sample.inputs}
    rtol, atol = next((TOLERANCES[c] for c in "efF" if c in chars), (0, 0))
    if rtol:
        pairs = zip(_values(sample), _values(exact)), zip(gradients(sample, sample.inputs), gradients(exact, exact.inputs))
        for got, want in (pair for some in pairs for pair in some):
            np.testing.assert_allclose(got, want, rtol, atol)


def in_double(sample: Sample) -> Sample:
    """The sample in float64 and complex128."""
    wide = {"e": np.float64, "f": np.float64, "F": np.complex128}
    return replace(sample, inputs=tuple(a.astype(wide.get(a.dtype.char, a.dtype)) for a in sample.inputs))


def gradients(sample: Sample, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The gradients of all inputs, zeros for None, of a weighted sum of the outputs."""
    function, wanted = function_of(replace(sample, inputs=tuple(inputs)))
    outs = function(*wanted)
    if not outs:
        return []
    weights = [numbers(o, i) + (0.5 if i % 2 else -1.5) for i, o in enumerate(outs)]
    found = torch.autograd.grad(outs, wanted, weights, allow_unused=True)
    return [np.zeros_like(w.detach().numpy()) if g is None else g.resolve_conj().numpy() for g, w in zip(found, wanted)]


def second_gradients(sample: Sample, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The gradients of a weighted sum of the gradients that `gradients` has."""
    function, wanted = function_of(replace(sample, inputs=tuple(inputs)))
    outs = function(*wanted)
    if not outs:
        return []
    weights = [numbers(o, i) + (0.5 if i % 2 else -1.5) for i, o in enumerate(outs)]
    first = torch.autograd.grad(outs, wanted, weights, allow_unused=True, create_graph=True)
    smooth = [(g, numbers(g, 50 + i) + 1.25) for i, g in enumerate(first) if g is not None and g.requires_grad]
    if not smooth:
        return []
    found = torch.autograd.grad([g for g, _ in smooth], wanted, [v for _, v in smooth], allow_unused=True)
    return [np.zeros_like(w.detach().numpy()) if g is None else g.resolve_conj().numpy() for g, w in zip(found, wanted)]


def second_between(sample: Sample) -> None:
    """At a kink the second derivative, too, is one of those near by: that of one side, or between the two."""
    exact = in_double(sample)
    found = second_gradients(exact, exact.inputs)
    if found:
        is_between(exact, found, of=second_gradients)


def _if_any(of: Any, sample: Sample, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The gradients, where the operation takes these numbers."""
    try:
        return of(sample, inputs)
    except RuntimeError:
        return []


def _near(inputs: Sequence[np.ndarray], count: int) -> Iterator[list[np.ndarray]]:
    """Points around: with all elements of an input more, or less, or a little more, then each at random; far out for infinity."""
    rng = np.random.default_rng(0)
    together = list(itertools.product((1, -1, 0.2), repeat=len(inputs)))
    for k in range(count):
        moved = []
        for j, a in enumerate(inputs):
            if a.dtype.kind not in "fc":
                moved.append(a)
                continue
            d = rng.uniform(0.5, 1, a.shape) * (rng.choice([-1, 1], a.shape) if k >= len(together) else together[k][j])
            if a.dtype.kind == "c":
                d = d * np.exp(1j * rng.uniform(0, 2 * np.pi, a.shape))
            far = np.where(np.isinf(a), np.sign(a) * rng.choice(FAR, a.shape), a)
            moved.append(np.where(np.isfinite(a), a + NEAR * d, far))
        yield moved


def _assert_between(g: Any, near: np.ndarray, free: bool) -> None:
    """`g` between the rows of `near`, element by element; NaN only if it is `free` to, or NaN is near."""
    low, high = [limit(np.where(np.isnan(near), -sign * np.inf, near), 0) for limit, sign in ((np.min, -1), (np.max, 1))]
    slack = 1e-4 * (1 + np.nan_to_num(np.minimum(np.abs(low), np.abs(high)), posinf=0))
    fits = (g >= low - slack) & (g <= high + slack)
    fits |= (g > POLE) & (high > STEEP) | (g < -POLE) & (low < -STEEP)
    fits |= np.isnan(g) & (free | ~np.isfinite(near).all(0))
    fits |= np.isnan(near).all(0) & free
    assert fits.all(), (g, low, high)


def beside(sample: Sample) -> None:
    """Finite differences at a point beside, of those values that are finite there."""
    rng = np.random.default_rng(1)
    for place in (lambda a: a, np.abs, lambda a: np.abs(a) / 4 + 0.3):
        moved = []
        for a in sample.inputs:
            if a.dtype.kind in "fc":
                a = place(np.where(np.isfinite(a), a, 0.7)) + BESIDE * rng.uniform(-1, 1, a.shape)
            moved.append(a)
        point = replace(sample, inputs=tuple(moved), smooth=True, twice=False)
        there = _if_any(gradients, point, moved)
        if there and all(np.isfinite(g).all() for g in there) and any(np.isfinite(v).any() for v in _values(point)):
            return finite_differences(replace(point, call=_finite(point)))
    raise AssertionError("nothing beside is finite")


def _values(sample: Sample) -> list[np.ndarray]:
    torch.manual_seed(0)
    return [o.detach().resolve_conj().numpy() for o in outputs(sample.call(torch, *tensors(sample)))]


def _finite(sample: Sample) -> Callable[..., Any]:
    """The sample's call, of those results that are finite."""
    masks = [torch.from_numpy(np.asarray(np.isfinite(v))) for v in _values(sample)]
    return lambda module, *inputs: [o if m.all() else o[m] for o, m in zip(outputs(sample.call(module, *inputs)), masks)]


#: How exact the gradients are that PyTorch computes by approximations of its own.
APPROXIMATE = {"standard_gamma": 2e-3}


def by_formula(sample: Sample) -> None:
    """The gradient is what the sample's formula says."""
    function, wanted = function_of(sample)
    outs = function(*wanted)
    ws = [numbers(o, i) for i, o in enumerate(outs)]
    found = torch.autograd.grad(outs, wanted, ws, allow_unused=True)
    several = len(_all_values(sample)) > 1
    w, out = tuple(w.numpy() for w in ws), tuple(_all_values(sample))
    with np.errstate(all="ignore"):
        want = sample.gradient(w if several else w[0], out if several else out[0], *sample.inputs)
    for g, e, t in zip(found, want, wanted):
        rtol = APPROXIMATE.get(sample.op, 1e-9 if t.dtype is torch.float64 else 1e-3)
        got = np.zeros(t.shape) if g is None else g.detach().resolve_conj().numpy()
        np.testing.assert_allclose(got, np.broadcast_to(e, got.shape), rtol=rtol, atol=1e-12)


def _all_values(sample: Sample) -> list[np.ndarray]:
    """All results, those of integers too."""
    torch.manual_seed(0)
    out = sample.call(torch, *tensors(sample))
    return [o.detach().resolve_conj().numpy() for o in (out if isinstance(out, (tuple, list)) else (out,))]
