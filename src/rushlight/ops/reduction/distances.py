"""Distances: of two tensors, of all pairs of rows, and slices brought down to a norm.

The p-distance of two rows is (sum |x_i - y_i| ** p) ** (1 / p): the count of differences for p = 0, the greatest one for
infinity. The distances of all pairs are computed by scipy.spatial, without an array of all differences.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.shapes import broadcast_shapes, wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor
from ..elementwise.arithmetic import check_sub
from ..support.along import other_dims
from ..support.arguments import check_number, check_tensor, unimplemented
from ..support.attach import inplace, methods
from ..support.casting import in_float32
from ..support.checked import checked
from ..support.no_derivative import not_implemented
from ..support.operands import common
from ..support.options import argument_error, as_number
from ..support.outputs import into
from ..support.precision import widened
from .norms import aten_norm

__all__ = ["cdist", "dist", "pdist", "renorm"]

_norm_value, _norm_slope = aten_norm.op.forward, aten_norm.op.rules["x"]


# Of two tensors.

_dist = op("dist", lambda x, y, p: _norm_value(x - y, p, None, False), "DistBackward0", {
    "x": lambda g, x, y, p, out: _norm_slope(g, x - y, out, p, None, False),
    "y": lambda g, x, y, p, out: _norm_slope(-g, x - y, out, p, None, False),
}, conforms=True, holomorphic=False)  # fmt: skip


def dist(input: Tensor, other: Tensor, p: float = 2, *, out: Tensor | None = None) -> Tensor:
    """The p-norm of ``input - other``, which broadcast. Raises RuntimeError for integers.

    >>> torch.dist(torch.tensor([1., 2.]), torch.tensor([4., 6.]))
    tensor(5.)
    """
    check_tensor("dist", input)
    check_tensor("dist", other, "other", 2)
    check_number("dist", p, "p", 3)
    if out is not None:
        return into(out, dist, input, other, p)
    if isinstance(p, complex):
        raise RuntimeError("linalg.vector_norm: Expected a non-complex scalar as the order of norm.")
    p, dtype = float(p), common(input, other)
    if dtype.category < 2:
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {dtype.scalar_name} instead."
        )
    check_sub(input, other)
    shape = broadcast_shapes(tuple(input.shape), tuple(other.shape))
    if 0 in shape and (math.isinf(p) or p < 0):
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {p:g} norm on an empty tensor because the operation does not have an "
            "identity"
        )
    return _dist(input.to(dtype), other.to(dtype), p)


# Of all pairs of rows. The gradient by the first rows: a sum over the second ones, some of the first at a time.


def _metric(p: float) -> dict[str, Any]:
    """What scipy.spatial calls the p-distance."""
    named = {0.0: "hamming", 1.0: "cityblock", 2.0: "euclidean", math.inf: "chebyshev"}
    return {"metric": named[p]} if p in named else {"metric": "minkowski", "p": p}


def _cdist_value(x1: Any, x2: Any, p: float) -> Any:
    batch = np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    rows, columns, size = x1.shape[-2], x2.shape[-2], x1.shape[-1]
    out = np.zeros((*batch, rows, columns), x1.dtype)
    if out.size and size:
        from scipy.spatial.distance import cdist

        x1, x2 = (np.broadcast_to(a, batch + a.shape[-2:]) for a in (x1, x2))
        for i in np.ndindex(batch):
            out[i] = cdist(x1[i], x2[i], **_metric(p))
        if p == 0:
            out *= size
    return out


def _slopes(difference: Any, g: Any, distance: Any, p: float) -> Any:
    """g times the derivatives of distances by differences; 0 where a distance is."""
    size, sign = np.abs(difference), np.sign(difference)
    if p == 1:
        return sign * g
    if math.isinf(p):
        return sign * g * (size == distance)
    safe = np.where(distance == 0, 1, distance)
    if p < 1:
        size = np.where(size == 0, 1, size)  # where the sign is 0
    return sign * size ** (p - 1) * np.where(distance == 0, 0, g / safe ** (p - 1))


def _cdist_backward_value(g: Any, x1: Any, x2: Any, p: float, distance: Any) -> Any:
    batch = g.shape[:-2]
    x1, x2 = (np.broadcast_to(a, batch + a.shape[-2:]) for a in (x1, x2))
    if p == 0 or not g.size or not x1.size:
        return np.zeros_like(x1)
    if p == 2:
        ratio = np.where(distance == 0, 0, g / np.where(distance == 0, 1, distance))
        return x1 * ratio.sum(-1, keepdims=True) - ratio @ x2
    out = np.empty(x1.shape, g.dtype)
    step = max(1, 2**20 // max(x2.size, 1))
    for start in range(0, x1.shape[-2], step):
        some = slice(start, start + step)
        difference = x1[..., some, None, :] - x2[..., None, :, :]
        out[..., some, :] = _slopes(difference, g[..., some, :, None], distance[..., some, :, None], p).sum(-2)
    return out


def _cdist_tangents_value(t: Any, x1: Any, x2: Any, p: float, distance: Any) -> Any:
    """The tangents of distances, where those of the first rows are `t`: the adjoint of what stands above."""
    x1, x2 = (np.broadcast_to(a, t.shape[:-2] + a.shape[-2:]) for a in (x1, x2))
    if p == 0 or not distance.size or not x1.size:
        return np.zeros_like(distance)
    if p == 2:
        moved = (x1 * t).sum(-1, keepdims=True) - t @ np.swapaxes(x2, -1, -2)
        return np.where(distance == 0, 0, moved / np.where(distance == 0, 1, distance))
    out = np.empty(distance.shape, t.dtype)
    step = max(1, 2**20 // max(x2.size, 1))
    for start in range(0, x1.shape[-2], step):
        some = slice(start, start + step)
        difference = x1[..., some, None, :] - x2[..., None, :, :]
        out[..., some, :] = _slopes(difference, t[..., some, None, :], distance[..., some, :, None], p).sum(-1)
    return out


cdist_op = op("_cdist_forward", _cdist_value, "CdistBackward0", {
    "x1": lambda g, x1, x2, p, out: cdist_backward(g, x1, x2, p, out),
    "x2": lambda g, x1, x2, p, out: cdist_backward(g.swapaxes(-1, -2), x2, x1, p, out.swapaxes(-1, -2)),
}, conforms=True)  # fmt: skip
#: Linear in the gradient: so there are tangents, though no second derivatives.
_curvature = not_implemented("_cdist_backward")
cdist_backward = op("_cdist_backward", _cdist_backward_value, "CdistBackwardBackward0", {
    "g": lambda t, x1, x2, p, distance: cdist_tangents(t, x1, x2, p, distance),
    "x1": _curvature, "x2": _curvature, "distance": _curvature,
}, names=("g", "x1", "x2", "p", "distance"))  # fmt: skip
cdist_tangents = op("cdist_tangents", _cdist_tangents_value, "NotImplemented", {
    "t": lambda g, x1, x2, p, distance: cdist_backward(g, x1, x2, p, distance),
    "x1": _curvature, "x2": _curvature, "distance": _curvature,
}, names=("t", "x1", "x2", "p", "distance"))  # fmt: skip


def _by_products(x1: Any, x2: Any) -> Any:
    """Euclidean distances by one product of matrices: |x - y| ** 2 = |x| ** 2 + |y| ** 2 - 2 x y."""
    squares = [np.square(a).sum(-1) for a in (x1, x2)]
    total = squares[0][..., :, None] + squares[1][..., None, :] - 2 * (x1 @ np.swapaxes(x2, -1, -2))
    return np.sqrt(np.maximum(total, 0))


def _by_products_slope(g: Any, x: Any, y: Any, out: Any) -> Any:
    ratio = np.where(out == 0, 0 * g, g / np.where(out == 0, out + 1, out))
    return x * ratio.sum(-1, keepdims=True) - ratio @ y


_euclidean = op("_euclidean_dist", _by_products, "EuclideanDistBackward0", {
    "x1": lambda g, x1, x2, out: _by_products_slope(g, x1, x2, out),
    "x2": lambda g, x1, x2, out: _by_products_slope(g.swapaxes(-1, -2), x2, x1, out.swapaxes(-1, -2)),
}, conforms=True)  # fmt: skip

_MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")


@in_float32
def cdist(
    x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:  # fmt: skip
    """The p-distances of all rows of `x1` from all rows of `x2`: (..., rows of x1, rows of x2).

    Euclidean distances of more than 25 rows are computed by a product of matrices, unless `compute_mode` says otherwise:
    faster, and less exact for rows that nearly coincide. Raises RuntimeError for a negative `p`, integers, complex numbers,
    and sizes that do not fit; ValueError for an unknown mode.

    >>> torch.cdist(torch.tensor([[0., 0.]]), torch.tensor([[3., 4.], [0., 1.]]))
    tensor([[5., 1.]])
    """
    check_tensor("cdist", x1, "x1")
    check_tensor("cdist", x2, "x2", 2)
    if compute_mode not in _MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    if isinstance(p, bool) or not isinstance(p, (int, float)):
        raise argument_error("cdist", "p", "float", p, 3)
    for name, x in (("X1", x1), ("X2", x2)):
        if x.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D")
    size, other = x1._data.shape[-1], x2._data.shape[-1]
    if size != other:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {size} X2: {other}")
    for name, x in (("X1", x1), ("X2", x2)):
        if not x.dtype.is_floating_point:
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {x.dtype.scalar_name}")
    if x1.dtype.itemsize == 2:
        raise unimplemented("cdist", x1.dtype)
    if x1.dtype is not x2.dtype:
        raise RuntimeError(f"expected scalar type {x1.dtype.scalar_name} but found {x2.dtype.scalar_name}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    broadcast_shapes(tuple(x1.shape[:-2]), tuple(x2.shape[:-2]))
    rows, columns = x1._data.shape[-2], x2._data.shape[-2]
    many = compute_mode == _MODES[1] or (compute_mode == _MODES[0] and max(rows, columns) > 25)
    if p == 2 and many and rows and columns and size:
        out = _euclidean(x1, x2)
        return out.view(tuple(out.shape))
    return cdist_op(x1, x2, float(p))


# Of all pairs of rows of one matrix: the part of `cdist` above the diagonal.


def _pdist_value(x: Any, p: float) -> Any:
    n, size = x.shape
    if n < 2 or not size:
        return np.zeros(max(n * (n - 1) // 2, 0), x.dtype)
    from scipy.spatial.distance import pdist

    out = pdist(x, **_metric(p)).astype(x.dtype)
    return out * size if p == 0 else out


def _square(pairs: Any, n: int) -> Any:
    """A number for each pair of n rows as a symmetric matrix."""
    out, places = np.zeros((n, n), pairs.dtype), np.triu_indices(n, 1)
    out[places] = pairs
    out.T[places] = pairs
    return out


def _pdist_backward_value(g: Any, x: Any, p: float, distance: Any) -> Any:
    return _cdist_backward_value(_square(g, len(x)), x, x, p, _square(distance, len(x)))


def _pdist_tangents_value(t: Any, x: Any, p: float, distance: Any) -> Any:
    moved = _cdist_tangents_value(t, x, x, p, _square(distance, len(x)))
    return (moved + moved.T)[np.triu_indices(len(x), 1)]


_pdist = op("_pdist_forward", _pdist_value, "PdistBackward0", {
    "x": lambda g, x, p, out: pdist_backward(g, x, p, out),
})  # fmt: skip
_pairs_curvature = not_implemented("_pdist_backward")
pdist_backward = op("_pdist_backward", _pdist_backward_value, "PdistBackwardBackward0", {
    "g": lambda t, x, p, distance: pdist_tangents(t, x, p, distance),
    "x": _pairs_curvature, "distance": _pairs_curvature,
}, names=("g", "x", "p", "distance"))  # fmt: skip
pdist_tangents = op("pdist_tangents", _pdist_tangents_value, "NotImplemented", {
    "t": lambda g, x, p, distance: pdist_backward(g, x, p, distance),
    "x": _pairs_curvature, "distance": _pairs_curvature,
}, names=("t", "x", "p", "distance"))  # fmt: skip


def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The p-distances of all pairs of rows: the n (n - 1) / 2 entries of ``cdist(input, input)`` above the diagonal.

    Raises RuntimeError for other than two dimensions, a negative `p`, integers and complex numbers.

    >>> torch.pdist(torch.tensor([[0., 0.], [3., 4.], [0., 1.]]))
    tensor([5.0000, 1.0000, 4.2426])
    """
    check_tensor("pdist", input)
    if isinstance(p, bool) or not isinstance(p, (int, float)):
        raise argument_error("pdist", "p", "float", p, 2)
    if input.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.ndim}D")
    if not input.dtype.is_floating_point:
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    if input.dtype.itemsize == 2:
        raise unimplemented("pdist", input.dtype)
    return _pdist(input, float(p))


# Slices brought down to a norm.


def _renorm_value(x: Any, p: float, dim: int, maxnorm: float) -> Any:
    norm = _norm_value(x, p, other_dims(x.ndim, dim), True)
    return x * np.where(norm > maxnorm, maxnorm / (norm + 1e-7), 1).astype(norm.dtype)


def _renorm_slope(g: Any, x: Any, p: float, dim: int, maxnorm: float) -> Any:
    axes = other_dims(x.ndim, dim)
    norm = aten_norm(x, p, axes, True)
    along = (x.conj() * g).real.sum(axes, keepdims=True)
    inverse = 1 / (norm + 1e-7)
    scaled = maxnorm * inverse * (g - inverse * _norm_slope(along, x, norm, p, axes, True))
    return np.where(norm > maxnorm, scaled, g)


_renorm = op("renorm", widened(_renorm_value), "RenormBackward0", {"x": _renorm_slope},
             names=("x", "p", "dim", "maxnorm"), holomorphic=False, contiguous=True)  # fmt: skip


@checked
def renorm(input: Tensor, p: complex, dim: int, maxnorm: complex, *, out: Tensor | None = None) -> Tensor:
    """Each slice along `dim` whose p-norm is greater than `maxnorm` scaled down to it; the others as they are.

    Raises RuntimeError for fewer than two dimensions, a `p` that is not positive, a negative `maxnorm`, and integers.

    >>> torch.renorm(torch.tensor([[3., 4.], [0., 1.]]), 2, 0, 1)
    tensor([[0.6000, 0.8000],
            [0.0000, 1.0000]])
    """
    p, maxnorm = as_number("renorm", "p", p, 2), as_number("renorm", "maxnorm", maxnorm, 4)
    if out is not None:
        return into(out, renorm, input, p, dim, maxnorm)
    if isinstance(p, complex):
        raise RuntimeError("renorm: p must be real-valued")
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if isinstance(maxnorm, complex):
        raise RuntimeError("renorm: maxnorm must be real-valued")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions")
    dim = wrap_dim(dim, input.ndim)
    if input.dtype.category < 2:
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {input.dtype.scalar_name}"
        )
    return _renorm(input, float(p), dim, float(maxnorm))


methods(dist=dist, renorm=renorm, renorm_=inplace(renorm))
