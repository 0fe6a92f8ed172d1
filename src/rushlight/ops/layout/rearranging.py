"""Elements repeated, turned round and blanked out: repeat, tile, flip, roll, rot90, tril, triu."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.shapes import wrap_dim
from ...arrays.types import contiguous_format
from ...core.declare import op
from ...core.record import unbroadcast
from ...core.tensor import Tensor, wrap
from ..support.arguments import check_int, check_tensor
from ..support.attach import inplace_methods, methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.options import MISSING, check_nonnegative, no_such_call
from ..support.outputs import into
from .broadcasting import distinct_dims, expand_op, unsqueeze_op
from .shape import flatten, ints, keyword, reshaped, sequence, view_op

__all__ = ["flip", "fliplr", "flipud", "repeat_interleave", "roll", "rot90", "tile", "tril", "triu"]


def _repeat_backward(g: Any, shape: tuple[int, ...], repeats: tuple[int, ...]) -> Any:
    lead = len(repeats) - len(shape)
    for _ in range(lead):
        g = g.sum(0)
    size: list[int] = []
    summed: list[int] = []
    for count, n in zip(repeats[lead:], shape):
        if count != 1:
            summed.append(len(size))
            size.append(count)
        size.append(n)
    return g.reshape(tuple(size)).sum(tuple(summed)) if summed else g


repeat_op = op("repeat", lambda x, repeats: np.tile(x, repeats), "RepeatBackward0", {
    "x": lambda g, x_shape, repeats: _repeat_backward(g, x_shape, repeats),
})  # fmt: skip


def repeat(self: Tensor, *repeats: Any, **keywords: Any) -> Tensor:
    """Copies of this tensor side by side, so many along each dimension; more numbers than dimensions add some in front.

    Raises RuntimeError for fewer numbers than dimensions.
    """
    if keywords:
        repeats = keyword("repeat", repeats, keywords, "repeats")
    return _repeated(self, ints("repeat", repeats, "repeats"))


def _repeated(x: Tensor, repeats: tuple[int, ...]) -> Tensor:
    shape = x._data.shape
    if len(repeats) < len(shape):
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    padded = (1,) * (len(repeats) - len(shape)) + shape
    check_nonnegative(tuple([count * n if count >= 0 else -abs(count * n) for count, n in zip(repeats, padded)]))
    return repeat_op(x, repeats)


def tile(input: Tensor, dims: Any) -> Tensor:
    """Copies of `input` side by side, so many along each of its last dimensions."""
    check_tensor("tile", input)
    return _tiled(input, sequence("tile", dims, "dims", 2))


def _tile_method(self: Tensor, *dims: Any, **keywords: Any) -> Tensor:
    if keywords:
        dims = keyword("tile", dims, keywords, "dims")
    return _tiled(self, ints("tile", dims, "dims"))


def _tiled(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    return _repeated(x, (1,) * (x._data.ndim - len(dims)) + dims)


_REPEAT_INTERLEAVE = (
    "(Tensor input, Tensor repeats, int dim = None, *, int output_size = None)",
    "(Tensor repeats, *, int output_size = None)",
    "(Tensor input, int repeats, int dim = None, *, int output_size = None)",
)


@checked(signatures=_REPEAT_INTERLEAVE)
def repeat_interleave(
    input: Tensor, repeats: Any = MISSING, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Each element repeated in place, so many times (one number, or one for each); along `dim`, or of all elements.

    ``repeat_interleave(repeats)`` alone gives the indices that do it. Raises RuntimeError for negative numbers and for
    as many repeats as there are not elements.
    """
    if repeats is MISSING:
        return _repeated_indices(input, output_size)
    if not isinstance(repeats, (int, Tensor)) or isinstance(repeats, bool):
        raise no_such_call("repeat_interleave", (input, repeats), {}, _REPEAT_INTERLEAVE)
    if dim is None:
        input, dim = flatten(input), 0
    else:
        dim = wrap_dim(dim, input._data.ndim)
    if isinstance(repeats, Tensor):
        return _repeated_each(input, repeats, dim, output_size)
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    shape = input._data.shape
    if not shape:
        wrap_dim(1, 0)  # raises: there is no dimension to put the copies in
    size = (*shape[: dim + 1], repeats, *shape[dim + 1 :])
    copied = expand_op(unsqueeze_op(input, dim + 1), size).clone(memory_format=contiguous_format)
    return view_op(copied, (*shape[:dim], shape[dim] * repeats, *shape[dim + 1 :]))


def _repeated_each(x: Tensor, repeats: Tensor, dim: int, output_size: int | None) -> Tensor:
    if repeats.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    n = x.size(dim)
    if repeats._data.size == 1:
        repeats = expand_op(reshaped(repeats, (1,)), (n,))
    elif repeats._data.size != n:
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {repeats._data.size} and "
            f"input.size({dim}) = {n}"
        )
    return x.index_select(dim, _repeated_indices(repeats, output_size))


@reads_values
def _repeated_indices(repeats: Tensor, output_size: int | None) -> Tensor:
    counts = repeats._data
    if counts.dtype not in (np.int64, np.int32):
        raise NotImplementedError(f"\"repeat_interleave_cpu\" not implemented for '{repeats.dtype.scalar_name}'")
    if counts.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if counts.size and counts.min() < 0:
        raise RuntimeError("repeats can not be negative")
    if output_size is not None and counts.sum() != output_size:
        raise RuntimeError("allocated size does not match required size")
    return wrap(np.repeat(np.arange(counts.size, dtype=counts.dtype), counts))


# Turned round. What is turned lies in memory as it did.

flip_op = op("flip", lambda x, dims: np.flip(x, dims).copy("K"), "FlipBackward0", {"x": lambda g, dims: flip_op(g, dims)})
_roll = op("roll", lambda x, shifts, dims: np.roll(x, shifts, dims or None), "RollBackward0", {
    "x": lambda g, shifts, dims: _roll(g, tuple([-n for n in shifts]), dims),
}, contiguous=True)  # fmt: skip
_rot90 = op("rot90", lambda x, k, dims: np.rot90(x, k, dims).copy("K"), "Rot90Backward0", {
    "x": lambda g, k, dims: _rot90(g, -k, dims),
})  # fmt: skip


def flip(input: Tensor, dims: Any) -> Tensor:
    """A copy of `input` with the order of its elements reversed along `dims`."""
    check_tensor("flip", input)
    return _flipped(input, sequence("flip", dims, "dims", 2))


def _flip_method(self: Tensor, *dims: Any, **keywords: Any) -> Tensor:
    if keywords:
        dims = keyword("flip", dims, keywords, "dims")
    return _flipped(self, ints("flip", dims, "dims"))


def _flipped(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    ndim = x._data.ndim
    wrapped = tuple(distinct_dims(dims, ndim))
    return flip_op(x, wrapped if ndim else ())


def fliplr(input: Tensor) -> Tensor:
    """A copy with the columns in reversed order. Raises RuntimeError for less than two dimensions."""
    check_tensor("fliplr", input)
    if input._data.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip_op(input, (1,))


def flipud(input: Tensor) -> Tensor:
    """A copy with the rows in reversed order. Raises RuntimeError for a tensor without dimensions."""
    check_tensor("flipud", input)
    if not input._data.ndim:
        raise RuntimeError("Input must be >= 1-d.")
    return flip_op(input, (0,))


def roll(input: Tensor, shifts: Any, dims: Any = ()) -> Tensor:
    """A copy with the elements moved on by `shifts` along `dims`; what leaves at the end comes in at the start.

    Without `dims`, the elements are moved as if in one dimension.
    """
    check_tensor("roll", input)
    shifts = (shifts,) if isinstance(shifts, int) else sequence("roll", shifts, "shifts", 2)
    dims = (dims,) if isinstance(dims, int) else sequence("roll", () if dims is None else dims, "dims", 3)
    if not shifts:
        raise RuntimeError("`shifts` required")
    if not (len(shifts) == len(dims) or (len(shifts) == 1 and not dims)):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    ndim = input._data.ndim
    if not input._data.size:
        return _roll(input, shifts, ())
    if dims and not ndim:
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    return _roll(input, shifts, tuple([wrap_dim(d, ndim) for d in dims]))


def rot90(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> Tensor:
    """A copy turned by `k` right angles in the plane of two dimensions, from the first towards the second."""
    check_tensor("rot90", input)
    check_int("rot90", k, "k", 1)
    dims = sequence("rot90", dims, "dims", 3)
    ndim = input._data.ndim
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {ndim}")
    first, second = dims
    wrap_dim(first, ndim), wrap_dim(second, ndim)
    if first == second or abs(first - second) == ndim:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {first} and dim1 = {second}")
    return _rot90(input, k, (wrap_dim(first, ndim), wrap_dim(second, ndim)))


# Triangles.

_tril = op("tril", lambda x, diagonal: np.tril(x, diagonal), "TrilBackward0", {
    "x": lambda g, diagonal: _tril(g, diagonal),
}, contiguous=True)  # fmt: skip
_triu = op("triu", lambda x, diagonal: np.triu(x, diagonal), "TriuBackward0", {
    "x": lambda g, diagonal: _triu(g, diagonal),
}, contiguous=True)  # fmt: skip


def tril(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """The matrices of `input` with zeros above the diagonal. Raises RuntimeError for less than two dimensions."""
    return _triangle("tril", _tril, input, diagonal, out)


def triu(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """The matrices of `input` with zeros below the diagonal. Raises RuntimeError for less than two dimensions."""
    return _triangle("triu", _triu, input, diagonal, out)


def _triangle(name: str, call: Any, x: Tensor, diagonal: int, out: Tensor | None, place: int = 2) -> Tensor:
    """`place`: of the argument `diagonal`, which is the first of a method."""
    check_tensor(name, x)
    check_int(name, diagonal, "diagonal", place)
    if x._data.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return call(x, diagonal) if out is None else into(out, call, x, diagonal, own=True)


def _tril_method(self: Tensor, diagonal: int = 0) -> Tensor:
    """`torch.tril`."""
    return _triangle("tril", _tril, self, diagonal, None, 1)


def _triu_method(self: Tensor, diagonal: int = 0) -> Tensor:
    """`torch.triu`."""
    return _triangle("triu", _triu, self, diagonal, None, 1)


def _sum_to_size(self: Tensor, *size: Any, **keywords: Any) -> Tensor:
    """The sum over what a tensor of this size would have been expanded by. Raises RuntimeError if it would not fit."""
    if keywords:
        size = keyword("sum_to_size", size, keywords, "size")
    size = ints("sum_to_size", size, "size")
    shape = self._data.shape
    lead = len(shape) - len(size)
    if lead < 0 or any([n not in (1, m) for n, m in zip(size, shape[lead:])]):
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.")
    return unbroadcast(self, size) if size else self.sum()  # type: ignore[attr-defined]


methods(
    repeat=repeat, tile=_tile_method, repeat_interleave=repeat_interleave, flip=_flip_method, fliplr=fliplr,
    flipud=flipud, roll=roll, rot90=rot90, tril=_tril_method, triu=_triu_method, sum_to_size=_sum_to_size,
)  # fmt: skip
inplace_methods(tril, triu)
