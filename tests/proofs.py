"""How a sample's derivatives are proved right without PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import rushlight as torch
import rushlight.autograd.forward_ad as fwAD
from duties import tensors
from samples import Sample

#: What has no tangent, as in PyTorch: the reverse rule has no derivative (or not at a singular matrix).
NO_TANGENTS = {
    "_cdist_backward", "_cdist_forward", "_pdist_backward", "_pdist_forward", "cofactor", "ctc_loss",
    "linear_cross_entropy_batch_chunked", "linear_cross_entropy_batch_chunked_no_reduction", "multi_margin_loss",
    "multilabel_margin_loss",
}  # fmt: skip
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
