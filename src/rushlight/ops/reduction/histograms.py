"""Histograms in one dimension and in several. Each bin holds its left edge; the last one its right edge, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import return_types
from ...arrays import dtypes
from ...core.declare import op
from ...core.tensor import Tensor, wrap
from ..creation.ranges import linspace
from ..support.arguments import unimplemented
from ..support.attach import methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.no_derivative import no_derivative
from ..support.options import argument_error, no_such_call
from ..support.outputs import into_each

__all__ = ["histogram", "histogramdd"]


def _check_bins(points: Tensor, bins: Sequence[Any]) -> None:
    for d, b in enumerate(bins):
        if not isinstance(b, Tensor):
            if b <= 0:
                raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {b} for dimension {d}")
            continue
        if b.dtype is not points.dtype:
            raise RuntimeError(
                "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
                f"{points.dtype.cpp_name} and bins for dimension {d} with dtype {b.dtype.cpp_name}"
            )
        if b.ndim != 1:
            raise RuntimeError(
                f"torch.histogramdd: bins tensor should have one dimension, but got {b.ndim} dimensions in the bins tensor "
                f"for dimension {d}"
            )
        if not b._data.size:
            raise RuntimeError(
                "torch.histogramdd: bins tensor should have at least 1 element, but got 0 elements in the bins tensor for "
                f"dimension {d}"
            )
        if b._data.size == 1:
            raise RuntimeError(f"torch.histogram(): bins must be > 0, but got 0 for dimension {d}")


def _check_weight(points: Tensor, weight: Any) -> None:
    if weight is None:
        return
    if not isinstance(weight, Tensor):
        raise argument_error("histogramdd", "weight", "Tensor", weight)
    if weight.dtype is not points.dtype:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, "
            f"but got input({points.dtype.cpp_name}), and weight({weight.dtype.cpp_name})"
        )
    if weight.shape != points.shape[:-1]:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding "
            f"its innermost dimension, but got input with shape {list(points.shape)} and weight with shape "
            f"{list(weight.shape)}"
        )


def _edges(points: Any, bins: Sequence[Any], range: Sequence[float] | None) -> list[Any]:
    """The edges of the bins along each dimension: those given, or equal parts of a range."""
    n = points.shape[-1]
    if range is not None and len(range) != 2 * n:
        raise RuntimeError(
            f"torch.histogramdd: for a {n}-dimensional histogram range should have {2 * n} elements, but got {len(range)}"
        )
    edges = []
    for d, b in enumerate(bins):
        if isinstance(b, Tensor):
            edges.append(np.array(b._data))
            continue
        column = points[..., d]
        low, high = (0.0, 1.0) if not column.size else (column.min(), column.max())
        if range is not None:
            low, high = range[2 * d], range[2 * d + 1]
        if not (np.isfinite(low) and np.isfinite(high)):
            raise RuntimeError(f"torch.histogramdd: dimension {d}'s range [{low:g}, {high:g}] is not finite")
        if low > high:
            raise RuntimeError(
                f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension {d}"
            )
        if low == high:
            low, high = low - 0.5, high + 0.5
        edges.append(linspace(float(low), float(high), b + 1, dtype=dtypes.of_array(points))._data)
    return edges


def _counts(points: Any, edges: Sequence[Any], weight: Any, density: bool) -> Any:
    points = points.reshape(-1, points.shape[-1])
    sizes, inside = [len(e) - 1 for e in edges], np.ones(len(points), bool)
    bins = np.zeros(len(points), np.int64)
    for column, e, size in zip(points.T, edges, sizes):
        place = np.searchsorted(e, column, "right") - 1
        place -= (column == e[-1]) & (place == size)
        inside &= (column >= e[0]) & (column <= e[-1])
        bins = bins * size + place
    weights = None if weight is None else np.asarray(weight).reshape(-1)[inside]
    count = np.bincount(bins[inside], weights, int(np.prod(sizes))).reshape(sizes).astype(points.dtype)
    if not edges:
        count = np.zeros((), points.dtype)
    if density:
        count = count / count.sum()
        for d, e in enumerate(edges):
            count = count / np.diff(e).reshape((-1,) + (1,) * (len(edges) - d - 1))
    return count


#: Results that were computed already, as those of the operation that torch calls `name`.
_record = op("histogramdd", lambda x, name, *results: results, "NotImplemented", {
    "x": lambda g, name: no_derivative(name)(g),
}, several=True, names=("x", "name", "results"))  # fmt: skip


def _histogram(name: str, points: Tensor, bins: Sequence[Any], range: Any, weight: Any, density: bool) -> list[Tensor]:
    """The counts, and the edges along each dimension."""
    x = np.asarray(points._data)
    _check_bins(points, bins)
    _check_weight(points, weight)
    if x.dtype.kind != "f" or points.dtype.itemsize < 4:
        raise unimplemented("histogramdd", points.dtype)
    edges = _edges(x, bins, range)
    results = _counts(x, edges, None if weight is None else weight._data, density), *edges
    return list(_record(points, name, *map(wrap, results)))


_FORMS = [
    "(Tensor input, Tensor bins, *, Tensor weight = None, bool density = False, tuple of Tensors out = None)",
    "(Tensor input, int bins = 100, *, tuple of floats range = None, Tensor weight = None, bool density = False, tuple of "
    "Tensors out = None)",
]


@checked(signatures=(
    "(Tensor input, Tensor bins, *, Tensor weight = None, bool density = False, tuple of Tensors out = None)",
    "(Tensor input, int bins = 100, *, tuple of floats range = None, Tensor weight = None, "
    "bool density = False, tuple of Tensors out = None)",
))
@reads_values
def histogram(
    input: Tensor, bins: Any = 100, *unexpected: Any, range: Sequence[float] | None = None, weight: Tensor | None = None,
    density: bool = False, out: Any = None,
) -> Any:  # fmt: skip
    """How many elements fall into each bin, and the edges of the bins, as a named tuple (hist, bin_edges).

    `bins` is a number of equal parts of `range` (by default from the least to the greatest element), or the edges. `weight`
    is what each element counts, of the shape of `input`; with `density` the histogram has the integral 1. Raises RuntimeError
    for bins, ranges and weights that do not fit.

    >>> torch.histogram(torch.tensor([1., 2., 1.]), bins=2, range=(0., 4.)).hist
    tensor([2., 1.])
    """
    edges_given = isinstance(bins, Tensor)
    if unexpected or (range is not None and edges_given) or not (edges_given or isinstance(bins, int)):
        options = {"range": range, "weight": weight, "density": density or None}
        given = {key: value for key, value in options.items() if value is not None}
        raise no_such_call("histogram", (input, bins, *unexpected), given, _FORMS)
    if out is not None and out[0].dtype is not input.dtype:
        raise RuntimeError(
            "torch.histogram: input tensor and hist tensor should have the same dtype, but got input "
            f"{input.dtype.cpp_name} and hist {out[0].dtype.cpp_name}"
        )
    flat = None if weight is None else weight.reshape(-1)
    results = _histogram("histogram", input.reshape(-1, 1), [bins], range, flat, density)
    if out is None:
        return return_types.histogram(results)
    return return_types.histogram_out(into_each(out, tuple(results), "histogram"))


@checked(signatures=(
    "(Tensor input, int bins, tuple of floats range = None, Tensor weight = None, bool density = False)",
    "(Tensor input, tuple of ints bins, tuple of floats range = None, Tensor weight = None, bool density = False)",
    "(Tensor input, tuple of Tensors bins, tuple of floats range = None, Tensor weight = None, bool density = False)",
))
@reads_values
def histogramdd(
    input: Tensor, bins: Any, range: Sequence[float] | None = None, weight: Tensor | None = None, density: bool = False
) -> Any:
    """How many points fall into each cell of a grid, and its edges, as a named tuple (hist, bin_edges).

    The last dimension of `input` are the coordinates of a point. `bins` is a number of equal parts for all dimensions, or
    one for each, or the edges for each; `range` a flat sequence of two ends for each. See `histogram`.
    """
    if not input.ndim:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions")
    n = input._data.shape[-1]
    bins = [bins] * n if isinstance(bins, int) else list(bins)
    for i, b in enumerate(bins):
        if not isinstance(b, (int, Tensor)):
            raise TypeError(f"expected Tensor as element {i} in argument 1, but got {type(b).__name__}")
    if input.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    if len(bins) != n:
        raise RuntimeError("histogramdd: The size of bins must be equal to the innermost dimension of the input.")
    name = f"_histogramdd_from_bin_{'tensors' if bins and isinstance(bins[0], Tensor) else 'cts'}"
    hist, *edges = _histogram(name, input, bins, range, weight, density)
    return return_types.histogramdd((hist, tuple(edges)))


methods(histogram=histogram)
