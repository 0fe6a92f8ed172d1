"""Sampling an image at given places, and the places that an affine map leads to (M. Jaderberg et al., arXiv:1506.02025).

A grid names places by coordinates of [-1, 1], the last dimension of the image first. Each place becomes, along every
dimension, a whole number and a fraction; the value there is a sum over the neighbours, each times a weight that is a
polynomial of the fractions. The derivative by the places follows from the polynomials' slopes.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...core.declare import op
from ...core.tensor import Tensor
from ..creation.ranges import linspace
from ..layout.joining import cat_op, zeros_from
from ..support.arguments import check_tensor, unimplemented
from ..support.checked import checked
from ..support.fused import fma32, fma64
from ..support.precision import as_wide_as, wide, wide_op

__all__ = ["affine_grid_generator", "grid_sampler", "grid_sampler_2d", "grid_sampler_3d"]

BILINEAR, NEAREST, BICUBIC = 0, 1, 2
ZEROS, BORDER, REFLECTION = 0, 1, 2


# Elements by their number, minus one standing for none; and the transpose.


def _taken(x: Any, index: Any) -> Any:
    """x (n, c, elements) at index (n, m): (n, c, m)."""
    outside = index < 0
    out = np.empty_like(x, shape=(*x.shape[:2], index.shape[1]))
    for image, places, to in zip(x, np.where(outside, 0, index), out):
        np.take(image, places, 1, out=to, mode="clip")
    if outside.any():
        np.copyto(out, 0, where=outside[:, None])
    return out


def _put_back(g: Any, index: Any, size: int) -> Any:
    from scipy.sparse import csr_array

    out = zeros_from(g, (*g.shape[:2], size))
    for gradient, places, to in zip(g, index, out):
        inside = places >= 0
        ends = np.append(0, np.cumsum(inside))
        matrix = csr_array((np.ones(ends[-1], g.dtype), places[inside], ends), (places.size, size))
        to[...] = (matrix.T @ gradient.T).T
    return out


_take_pixels = op("take_pixels", _taken, "TakePixelsBackward0", {
    "x": lambda g, x_shape, index: _put_pixels(g, index, x_shape[2]),
})  # fmt: skip
_put_pixels = op("put_pixels", _put_back, "PutPixelsBackward0", {"g": lambda gg, index: _take_pixels(gg, index)})


# Places, as payloads.


def _scaled(coordinate: Any, n: int, align: bool, flat: bool) -> tuple[Any, float]:
    """A coordinate of [-1, 1] in elements, and how many of them one is; for `flat` images rounded as torch does there.

    See `_base`: the last bit of a place decides.
    """
    if align:
        return (coordinate + 1) * ((n - 1) / 2), (n - 1) / 2
    if not flat or coordinate.dtype.itemsize == 2 or type(coordinate) is not np.ndarray:
        return ((coordinate + 1) * n - 1) / 2, n / 2
    multiply_add = fma32 if coordinate.dtype == np.float32 else fma64
    return multiply_add(coordinate + 1, n / 2, -0.5), n / 2


def _reflected(place: Any, n: int, align: bool) -> tuple[Any, Any]:
    """Places mirrored at the ends as often as it takes, and the sign of their derivatives."""
    low, span = (0.0, n - 1) if align else (-0.5, n)
    if span == 0:
        return place * 0, np.zeros_like(place)
    distance = np.abs(place - low)
    flips, rest = np.floor(distance / span), np.fmod(distance, span)
    odd = np.fmod(flips, 2) == 1
    sign = np.where(odd, -1, 1) * np.where(place < low, -1, 1)
    return np.where(odd, span - rest, rest) + low, sign.astype(place.dtype)


def _clipped(place: Any, n: int) -> tuple[Any, Any]:
    """Places within the image (those that are no number at its beginning), and 1 where they are inside already."""
    inside = (place > 0) & (place < n - 1)
    return np.minimum(np.fmax(place, 0), n - 1), inside.astype(place.dtype)


def _within(place: Any, n: int, padding: int, align: bool) -> tuple[Any, Any]:
    """Places moved into the image as the padding says, and the derivative of that."""
    slope: Any = 1
    if padding == REFLECTION:
        place, slope = _reflected(place, n, align)
    if padding != ZEROS:
        place, inside = _clipped(place, n)
        slope = slope * inside
    return place, slope


def _taps(place: Any, n: int, mode: int, padding: int, align: bool) -> list[Any]:
    """The neighbours along one dimension: integers, -1 where there is none."""
    if mode == NEAREST:
        neighbours = [np.rint(place)]
    else:
        first = np.floor(place)
        neighbours = [first + k for k in (range(-1, 3) if mode == BICUBIC else range(2))]
    if mode == BICUBIC and padding != ZEROS:
        neighbours = [_within(k, n, padding, align)[0] for k in neighbours]
    return [np.where((k >= 0) & (k < n), k, -1).astype(np.intp) for k in neighbours]


# Weights, as polynomials of the fraction.

_A = -0.75


def _weights(t: Any, mode: int) -> list[Any]:
    if mode == BILINEAR:
        return [1 - t, t]
    return [_outer(1 + t), _inner(t), _inner(1 - t), _outer(2 - t)]


def _slopes(t: Any, mode: int) -> list[Any]:
    if mode == BILINEAR:
        one = t * 0 + 1
        return [-one, one]
    return [_outer_slope(1 + t), _inner_slope(t), -_inner_slope(1 - t), -_outer_slope(2 - t)]


def _inner(x: Any) -> Any:
    return ((_A + 2) * x - (_A + 3)) * x * x + 1


def _outer(x: Any) -> Any:
    return ((_A * x - 5 * _A) * x + 8 * _A) * x - 4 * _A


def _inner_slope(x: Any) -> Any:
    return (3 * (_A + 2) * x - 2 * (_A + 3)) * x


def _outer_slope(x: Any) -> Any:
    return (3 * _A * x - 10 * _A) * x + 8 * _A


# The operation.


def _located(x: Any, grid: Any, mode: int, padding: int, align: bool) -> tuple[list[Any], list[Any], list[Any]]:
    """For each dimension of the image: the neighbours' numbers, the fractions, and how these depend on the grid.

    Places of 16 bits are computed in 16 bits, as torch does: that decides which element is the nearest.
    """
    sizes, points = tuple(x.shape[2:]), grid._data if isinstance(grid, Tensor) else grid
    points = points.reshape(points.shape[0], math.prod(points.shape[1:-1]), points.shape[-1])
    neighbours, fractions, slopes = [], [], []
    for dim, n in enumerate(sizes):
        place, scale = _scaled(points[..., len(sizes) - 1 - dim], n, align, len(sizes) == 2)
        slope: Any = 1
        if mode != BICUBIC:
            place, slope = _within(place, n, padding, align)
        neighbours.append(_taps(place, n, mode, padding, align))
        fractions.append(place - np.floor(place))
        slopes.append(wide(place * 0 + slope * scale))
    return neighbours, fractions, slopes


def _flat(neighbours: Sequence[Any], sizes: Sequence[int]) -> Any:
    """The numbers of elements from those along each dimension; -1 if one of them is."""
    index: Any = 0
    outside: Any = False
    for k, n in zip(neighbours, sizes):
        index, outside = index * n + k, outside | (k < 0)
    return np.where(outside, -1, index)


def _every_tap(neighbours: list[list[Any]], weights: list[list[Any]], sizes: Sequence[int]) -> Iterator[tuple[Any, Any, list[Any]]]:
    """Of each neighbour: which one it is along each dimension, the numbers of the elements, the weights along each."""
    for choice in itertools.product(*[range(len(k)) for k in neighbours]):
        index = _flat([k[c] for k, c in zip(neighbours, choice)], sizes)
        yield choice, index, [w[c] for w, c in zip(weights, choice)]


def _taps_of(neighbours: list[list[Any]], fractions: list[Any], sizes: Sequence[int], mode: int) -> list[tuple[Any, Any]]:
    """The numbers of the elements that make up each point, and their weights."""
    if mode == NEAREST:
        index = _flat([k[0] for k in neighbours], sizes)
        return [(index, np.ones(index.shape, fractions[0].dtype))]
    weights = [_weights(t, mode) for t in fractions]
    return [(index, math.prod(some)) for _, index, some in _every_tap(neighbours, weights, sizes)]


# On arrays, sampling is one product with a sparse matrix, in whose rows are the weights of the points.


def _matrix(taps: list[tuple[Any, Any]], count: int) -> Any:
    """From the elements of all images, `count` of each, to all points."""
    from scipy.sparse import csr_array

    index, weights = [np.stack(parts, -1) for parts in zip(*taps)]
    n, points = index.shape[:2]
    inside = index >= 0
    columns = index + (np.arange(n) * count)[:, None, None]
    ends = np.append(0, np.cumsum(inside.sum(-1)))
    return csr_array((weights[inside], columns[inside], ends), (n * points, n * count))


def _channels_last(x: Any) -> Any:
    """(n, c, m) as (n * m, c)."""
    return np.ascontiguousarray(x.transpose(0, 2, 1)).reshape(x.shape[0] * x.shape[2], x.shape[1])


def _channels_second(x: Any, shape: Sequence[int]) -> Any:
    """The way back, to this shape."""
    return np.ascontiguousarray(x.reshape(shape[0], shape[2], shape[1]).transpose(0, 2, 1))


def _sampled(x: Any, grid: Any, mode: int, padding: int, align: bool) -> Any:
    sizes, points = x.shape[2:], math.prod(grid.shape[1:-1])
    rows = x.reshape(*x.shape[:2], math.prod(sizes))
    neighbours, fractions, _ = _located(x, grid, mode, padding, align)
    taps = _taps_of(neighbours, fractions, sizes, mode)
    if x.__class__ is np.ndarray and x.dtype.itemsize > 2 and x.size:
        out = _channels_second(_matrix(taps, rows.shape[2]) @ _channels_last(rows), (*x.shape[:2], points))
    else:
        out = functools.reduce(operator.add, [_taken(rows, index) * weight[:, None] for index, weight in taps])
    return out.reshape(*x.shape[:2], *grid.shape[1:-1])


def _slopes_of_arrays(
    g: Any, rows: Any, places: tuple[list[Any], list[Any], list[Any]], sizes: tuple[int, ...], mode: int, needs: tuple[bool, ...]
) -> tuple[Any, list[Any]]:
    """The gradients of x (n, channels, elements), and by the places along each dimension."""
    neighbours, fractions, slopes = places
    to_x, last, shape = None, _channels_last(g), g.shape[::2]
    if needs[0]:
        taps = _taps_of(neighbours, fractions, sizes, mode)
        to_x = _channels_second(_matrix(taps, rows.shape[2]).T @ last, rows.shape)
    to_places = [np.zeros(shape, g.dtype) for _ in sizes]
    if needs[1] and mode != NEAREST:
        weights, bends = [[f(t, mode) for t in fractions] for f in (_weights, _slopes)]
        pixels, first = _channels_last(rows), (np.arange(len(g)) * rows.shape[2])[:, None]
        for choice, index, some in _every_tap(neighbours, weights, sizes):
            outside = index < 0
            taken = pixels.take((np.where(outside, 0, index) + first).reshape(-1), 0)
            match = np.where(outside, 0, np.einsum("ij,ij->i", last, taken).reshape(shape))
            for dim, c in enumerate(choice):
                to_places[dim] += match * math.prod([bends[dim][c], *some[:dim], *some[dim + 1 :]])
    return to_x, [t * slope for t, slope in zip(to_places, slopes)]


def _slopes_of_tensors(
    g: Any, rows: Any, flat: Any, places: tuple[list[Any], list[Any], list[Any]], sizes: tuple[int, ...], mode: int,
    needs: tuple[bool, ...],
) -> tuple[Any, list[Any]]:  # fmt: skip
    """The same, to be differentiated again: the fractions are functions of the grid, and the gradient has one of its own."""
    (neighbours, fractions, slopes), count = places, rows.shape[2]
    if mode == NEAREST:
        index = _flat([k[0] for k in neighbours], sizes)
        return _put_pixels(g, index, count) if needs[0] else None, [np.zeros_like(flat[:, :, 0]) for _ in sizes]
    along = [flat[:, :, len(sizes) - 1 - dim] for dim in range(len(sizes))]
    fractions = [t + (c - c.detach()) * slope for t, c, slope in zip(fractions, along, slopes)]
    weights, bends = [[f(t, mode) for t in fractions] for f in (_weights, _slopes)]
    to_x: Any = 0
    to_fractions: list[Any] = [0] * len(sizes)
    for choice, index, some in _every_tap(neighbours, weights, sizes):
        if needs[0]:
            to_x = to_x + _put_pixels(g * math.prod(some)[:, None, :], index, count)
        if needs[1]:
            match = (g * _take_pixels(rows, index)).sum(1)
            for dim, c in enumerate(choice):
                rest = math.prod([bends[dim][c], *some[:dim], *some[dim + 1 :]])
                to_fractions[dim] = to_fractions[dim] + match * rest
    return to_x, [h * slope for h, slope in zip(to_fractions, slopes)]


def _sampled_rule(
    g: Any, x: Any, grid: Any, mode: int, padding: int, align: bool, needs: tuple[bool, ...]
) -> list[Any]:
    kind, sizes = x, tuple(x.shape[2:])
    neighbours, fractions, slopes = _located(x, grid, mode, padding, align)
    x, grid, places = wide(x), wide(grid), (neighbours, [wide(t) for t in fractions], slopes)
    n, channels, points = x.shape[0], x.shape[1], math.prod(grid.shape[1:-1])
    rows, g = x.reshape((n, channels, math.prod(sizes))), wide(g).reshape((n, channels, points))
    if isinstance(grid, Tensor):
        flat = grid.reshape((n, points, len(sizes)))
        to_x, to_places = _slopes_of_tensors(g, rows, flat, places, sizes, mode, needs)
    else:
        to_x, to_places = _slopes_of_arrays(g, rows, places, sizes, mode, needs)
    grads: list[Any] = [as_wide_as(kind, to_x.reshape(x.shape)) if needs[0] else None, None]
    if needs[1]:
        parts = [h.reshape((n, points, 1)) for h in to_places]
        grads[1] = as_wide_as(kind, cat_op(parts[::-1], 2, None).reshape(grid.shape))
    return grads


_sample = {
    dims: op(
        f"grid_sampler_{dims}d", _sampled, f"GridSampler{dims}DBackward0", _sampled_rule, differentiable=("x", "grid"),
        saved_as={"x": "input", "mode": "interpolation_mode", "padding": "padding_mode"},
    )
    for dims in (2, 3)
}


def _check(input: Tensor, grid: Tensor) -> None:
    check_tensor("grid_sampler", input)
    check_tensor("grid_sampler", grid, "grid", 2)
    x, places = input._data.shape, grid._data.shape
    sizes = f"got input with sizes {list(x)} and grid with sizes {list(places)}"
    if x[0] != places[0]:
        raise RuntimeError(f"grid_sampler(): expected grid and input to have same batch size, but {sizes}")
    if places[-1] != len(x) - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {len(x) - 2} in last dimension, but got grid with sizes "
            f"{list(places)}"
        )
    for dim, n in enumerate(x[2:], 2):
        if n <= 0:
            raise RuntimeError(
                f"grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {list(x)} "
                f"with dimension {dim} being empty"
            )


def _sampler(dims: int, input: Tensor, grid: Tensor, mode: int, padding: int, align: bool) -> Tensor:
    _check(input, grid)
    x, places = input._data, grid._data
    if x.ndim != dims + 2 or places.ndim != dims + 2:
        raise RuntimeError(
            f"grid_sampler(): expected {dims + 2}D input and grid with same number of dimensions, but got input with "
            f"sizes {list(x.shape)} and grid with sizes {list(places.shape)}"
        )
    if dims == 3 and mode == BICUBIC:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if not input.dtype.is_floating_point:
        raise unimplemented(f"grid_sampler_{dims}d_cpu{'_kernel_impl' if dims == 2 else ''}", input.dtype)
    if input.dtype is not grid.dtype:
        names = input.dtype.scalar_name, grid.dtype.scalar_name
        raise RuntimeError("expected scalar type {} but found {}".format(*names))
    return _sample[dims](input, grid, mode, padding, bool(align))


@checked
def grid_sampler_2d(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """`grid_sampler` of images (n, channels, height, width) at places (n, rows, columns, 2)."""
    return _sampler(2, input, grid, interpolation_mode, padding_mode, align_corners)


@checked
def grid_sampler_3d(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """`grid_sampler` of volumes (n, channels, depth, height, width) at places (n, layers, rows, columns, 3)."""
    return _sampler(3, input, grid, interpolation_mode, padding_mode, align_corners)


@checked
def grid_sampler(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """The values of `input` at the places of `grid`.

    The mode is 0 (linear), 1 (nearest) or 2 (cubic, for images); the padding 0 (zeros), 1 (the border) or 2 (mirrored).
    Raises RuntimeError for shapes and dtypes that do not fit.
    """
    _check(input, grid)
    ndim = input._data.ndim
    if ndim not in (4, 5) or grid._data.ndim != ndim:
        raise RuntimeError(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes "
            f"{list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    return _sampler(ndim - 2, input, grid, interpolation_mode, padding_mode, align_corners)


# Affine maps.


def _base(sizes: Sequence[int], align: bool, like: Any) -> Any:
    """The places of all elements in homogeneous coordinates: (elements, dimensions + 1), the last dimension first.

    To the last bit as torch computes them: the identity leads to the elements themselves, where the derivative of
    sampling jumps.
    """
    axes = []
    for n in sizes:
        axis = linspace(-1, 1, n, dtype=dtypes.BY_NUMPY[np.dtype(like)])._data if n > 1 else np.zeros(n, like)
        axes.append(axis if align else axis * (n - 1) / n)
    places = np.meshgrid(*axes, indexing="ij")[::-1]
    return np.stack([p.ravel() for p in (*places, np.ones(tuple(sizes), like))], 1)


def _generated(theta: Any, size: tuple[int, ...], align: bool) -> Any:
    places = _base(size[2:], align, theta.dtype) @ theta.mT
    return places.reshape(theta.shape[0], *size[2:], len(size) - 2)


def _generated_rule(g: Any, size: tuple[int, ...], align: bool) -> Any:
    dims = len(size) - 2
    base = _base(size[2:], align, np.float64 if g.dtype.itemsize == 8 else np.float32)
    return as_wide_as(g, wide(g).reshape((g.shape[0], math.prod(size[2:]), dims)).mT @ base)


_affine_grid = wide_op("affine_grid_generator", _generated, "AffineGridGeneratorBackward0", {"theta": _generated_rule})


def affine_grid_generator(theta: Tensor, size: Sequence[int], align_corners: bool) -> Tensor:
    """Where the affine maps `theta` (n, d, d + 1) lead the elements of images of this size (n, channels, ...).

    Raises RuntimeError unless there are two or three spatial dimensions, and for maps of another number of them.
    """
    check_tensor("affine_grid_generator", theta, "theta", 1)
    size = tuple(size)
    if len(size) not in (4, 5):
        raise RuntimeError("AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.")
    dims = len(size) - 2
    if theta._data.ndim != 3 or theta._data.shape[0] != size[0] or theta._data.shape[2] != dims + 1:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{size[0]}, {dims + 1}] but got: "
            f"{list(theta.shape[::2])}."
        )
    return _affine_grid(theta, size, align_corners)
