"""Parts of tensors, as views: select, narrow, diagonal, unbind, split, unfold; and tensors with a part replaced."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...arrays.strided import strides, view_memory
from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_int, check_tensor, unimplemented
from ..support.attach import methods
from ..support.casting import in_float32
from ..support.checked import checked
from ..support.outputs import into
from .joining import cat_op, stack_op, zeros_from
from .shape import sequence

__all__ = [
    "chunk", "diag", "diag_embed", "diagflat", "diagonal", "diagonal_scatter", "dsplit", "hsplit", "narrow", "select",
    "select_scatter", "slice_scatter", "split", "split_with_sizes", "tensor_split", "trace", "unbind", "vsplit",
]  # fmt: skip


WHOLE = slice(None)


def at(dim: int, index: Any) -> tuple[Any, ...]:
    """NumPy's index for `index` (an int or a slice) along `dim`; its results have memory, also without dimensions."""
    return (WHOLE,) * dim + (index, ...) if dim else (index, ...)


# select and slice, with the operations that are their derivatives: a gradient put back into zeros.

select_op = op("select", lambda x, dim, index: x[at(dim, index)], "SelectBackward0", {
    "x": lambda g, x_shape, dim, index: select_backward(g, x_shape, dim, index),
}, view=True)  # fmt: skip


def _select_backward(g: Any, shape: tuple[int, ...], dim: int, index: int) -> Any:
    out = zeros_from(g, shape)
    out[at(dim, index)] = g
    return out


select_backward = op("select_backward", _select_backward, "SelectBackwardBackward0", {
    "g": lambda gg, dim, index: select_op(gg, dim, index),
}, names=("g", "shape", "dim", "index"))  # fmt: skip


slice_op = op("slice", lambda x, dim, start, end, step: x[at(dim, slice(start, end, step))], "SliceBackward0", {
    "x": lambda g, x_shape, dim, start, end, step: slice_backward(g, x_shape, dim, start, end, step),
}, view=True)  # fmt: skip


def _slice_backward(g: Any, shape: tuple[int, ...], dim: int, start: int, end: int, step: int) -> Any:
    out = zeros_from(g, shape)
    out[at(dim, slice(start, end, step))] = g
    return out


slice_backward = op("slice_backward", _slice_backward, "SliceBackwardBackward0", {
    "g": lambda gg, dim, start, end, step: slice_op(gg, dim, start, end, step),
}, names=("g", "shape", "dim", "start", "end", "step"))  # fmt: skip


@checked
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """The part of `input` at `index` along `dim`, as a view without this dimension. Raises IndexError out of range."""
    if dim.__class__ is not int:
        check_int("select", dim, "dim", 1)
    if index.__class__ is not int:
        check_int("select", index, "index", 2)
        index = int(index)
    return select_op(input, *_selected(input, dim, index))


def _selected(x: Tensor, dim: int, index: int) -> tuple[int, int]:
    shape = x._data.shape
    if not shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, len(shape))
    n = shape[dim]
    if not -n <= index < n:
        raise IndexError(f"select(): index {index} out of range for tensor of size {list(shape)} at dimension {dim}")
    return dim, index + n if index < 0 else index


@checked(signatures=(
    "(Tensor input, int dim, Tensor start, int length)",
    "(Tensor input, int dim, int start, int length)",
))
def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """`length` elements along `dim` from `start` on, as a view. Raises RuntimeError or IndexError out of range."""
    if isinstance(start, Tensor):
        if start.ndim or start._data.dtype.kind not in "iu":
            raise RuntimeError("start must be an 0-dim integral Tensor.")
        start = int(start)
    for position, (name, value) in enumerate((("dim", dim), ("start", start), ("length", length)), 1):
        check_int("narrow", value, name, position)
    shape = input._data.shape
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = wrap_dim(dim, len(shape))
    n = shape[dim]
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start += n if start < 0 else 0
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return slice_op(input, dim, start, start + length, 1)


def sliced(input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Tensor:
    """The slice ``start:end:step`` of `input` along `dim`, as a view."""
    return slice_op(input, *_slice_of(input, dim, start, end, step))


def _slice_of(x: Tensor, dim: int, start: int | None, end: int | None, step: int) -> tuple[int, int, int, int]:
    shape = x._data.shape
    if not shape:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    dim = wrap_dim(dim, len(shape))
    start, end, step = slice(start, end, step).indices(shape[dim])
    return dim, start, max(start, end), step


# The diagonal.


def _diagonal(x: Any, offset: int, dim1: int, dim2: int) -> Any:
    out = x.diagonal(offset, dim1, dim2)
    if isinstance(x, np.ndarray) and x.flags.writeable:
        out.flags.writeable = True  # NumPy hands it out for reading only
    return out


diagonal_op = op("diagonal", _diagonal, "DiagonalBackward0", {
    "x": lambda g, x_shape, offset, dim1, dim2: diagonal_backward(g, x_shape, offset, dim1, dim2),
}, view=True)  # fmt: skip


def _diagonal_backward(g: Any, shape: tuple[int, ...], offset: int, dim1: int, dim2: int) -> Any:
    out = zeros_from(g, shape)
    _diagonal(out, offset, dim1, dim2)[...] = g
    return out


diagonal_backward = op("diagonal_backward", _diagonal_backward, "DiagonalBackwardBackward0", {
    "g": lambda gg, offset, dim1, dim2: diagonal_op(gg, offset, dim1, dim2),
}, names=("g", "shape", "offset", "dim1", "dim2"))  # fmt: skip


def _diagonal_dims(ndim: int, dim1: int, dim2: int) -> tuple[int, int]:
    first, second = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return first, second


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of the matrices in the dimensions `dim1` and `dim2`, as a view; it becomes the last dimension."""
    check_tensor("diagonal", input)
    return diagonal_op(input, offset, *_diagonal_dims(input._data.ndim, dim1, dim2))


def _diag_embed(x: Any, offset: int, dim1: int, dim2: int) -> Any:
    n = x.shape[-1] + abs(offset)
    shape = list(x.shape[:-1])
    for dim in sorted((dim1, dim2)):
        shape.insert(dim, n)
    return _diagonal_backward(x, tuple(shape), offset, dim1, dim2)


diag_embed_op = op("diag_embed", _diag_embed, "DiagEmbedBackward0", {
    "x": lambda g, offset, dim1, dim2: diagonal_op(g, offset, dim1, dim2),
})  # fmt: skip


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices, zero but for their diagonals, which are the last dimension of `input`."""
    check_tensor("diag_embed", input)
    return diag_embed_op(input, offset, *_diagonal_dims(input._data.ndim + 1, dim1, dim2))


def _trace_value(x: Any) -> Any:
    return x.trace(dtype=np.int64 if x.dtype.kind in "iu" else None)


def _trace_slope(g: Any, shape: Any) -> Any:
    out = np.zeros_like(g, shape=shape)
    np.fill_diagonal(out, g)
    return out


trace_backward = op("trace_backward", _trace_slope, "TraceBackwardBackward0", {"g": lambda gg: _trace(gg)})
_trace = op("trace", _trace_value, "TraceBackward0", {"x": lambda g, x_shape: trace_backward(g, x_shape)})


@in_float32
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix. Raises RuntimeError for other shapes."""
    check_tensor("trace", input)
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    if input.dtype is dtypes.bool_:
        raise unimplemented("trace", input.dtype)
    return _trace(input)


def diag(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """The diagonal of a matrix, as a copy; or the matrix with a vector on its diagonal."""
    if out is not None:
        return into(out, diag, input, diagonal, own=True)
    check_tensor("diag", input)
    ndim = input._data.ndim
    if ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {ndim}D")
    if ndim == 1:
        return diag_embed_op(input, diagonal, 0, 1)
    from .copies import diagonal_copy

    return diagonal_copy(input, diagonal)


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """A matrix with all elements of `input` on its diagonal."""
    check_tensor("diagflat", input)
    from .shape import reshaped

    return diag_embed_op(reshaped(input, (-1,)), offset, 0, 1)


# Several views at once. The undefined among their gradients are zero.


def _whole(g: tuple[Any, ...], shapes: list[tuple[int, ...]]) -> list[Any]:
    like = next(part for part in g if part is not None)
    return [zeros_from(like, shape) if part is None else part for part, shape in zip(g, shapes)]


def _alone(g: tuple[Any, ...]) -> int:
    """The place of the only gradient there is; -1 if there are several."""
    defined = [i for i, part in enumerate(g) if part is not None]
    return defined[0] if len(defined) == 1 else -1


def _unbound(g: tuple[Any, ...], shape: tuple[int, ...], dim: int) -> Any:
    i = _alone(g)
    if i >= 0:
        return select_backward(g[i], shape, dim, i)
    return stack_op(_whole(g, [shape[:dim] + shape[dim + 1 :]] * len(g)), dim, None)


unbind_op = op("unbind", lambda x, dim: tuple([x[at(dim, i)] for i in range(x.shape[dim])]), "UnbindBackward0", {
    "x": lambda g, x_shape, dim: _unbound(g, x_shape, dim),
}, view=True, several=True)  # fmt: skip


def _parts(x: Any, sizes: Any, dim: int) -> tuple[Any, ...]:
    parts, start = [], 0
    for n in sizes:
        parts.append(x[at(dim, slice(start, start + n))])
        start += n
    return tuple(parts)


def _joined(g: Any, shape: tuple[int, ...], sizes: Any, dim: int) -> Any:
    i = _alone(g)
    if i >= 0:
        start = sum(sizes[:i])
        return slice_backward(g[i], shape, dim, start, start + sizes[i], 1)
    return cat_op(_whole(g, [(*shape[:dim], n, *shape[dim + 1 :]) for n in sizes]), dim, None)


def _equal_sizes(n: int, size: int) -> list[int]:
    if not size:
        return [0]
    count = max(-(-n // size), 1)
    return [size] * (count - 1) + [n - size * (count - 1)]




def _equal_parts(x: Any, split_size: int, dim: int) -> tuple[Any, ...]:
    return _parts(x, _equal_sizes(x.shape[dim], split_size), dim)


split_op = op("split", _equal_parts, "SplitBackward0", {
    "x": lambda g, x_shape, split_size, dim: _joined(g, x_shape, _equal_sizes(x_shape[dim], split_size), dim),
}, view=True, several=True)  # fmt: skip
split_sizes_op = op("split_with_sizes", _parts, "SplitWithSizesBackward0", {
    "x": lambda g, x_shape, split_sizes, dim: _joined(g, x_shape, split_sizes, dim),
}, view=True, several=True, names=("x", "split_sizes", "dim"))  # fmt: skip


@checked
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """All parts of `input` along `dim`, as views without this dimension."""
    if not input._data.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return unbind_op(input, wrap_dim(dim, input._data.ndim))


def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of `tensor` along `dim`, as views: of one size (the last may be smaller), or of the sizes in a list."""
    check_tensor("split", tensor)
    return _split(tensor, split_size_or_sections, dim)


def _split_method(self: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    return _split(self, split_size, dim)


def _split(x: Tensor, size: Any, dim: int) -> tuple[Tensor, ...]:
    if size.__class__ is not int and not hasattr(size, "__index__"):
        return _split_sizes(x, sequence("split_with_sizes", size, "split_sizes", 2), dim)
    shape = x._data.shape
    size = int(size)
    if not shape:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    dim = wrap_dim(dim, len(shape))
    if size == 0 and shape[dim]:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {shape[dim]}")
    return split_op(x, size, dim)


def split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of `input` along `dim`, of the given sizes, as views."""
    check_tensor("split_with_sizes", input)
    return _split_sizes(input, sequence("split_with_sizes", split_sizes, "split_sizes", 2), dim)


def _split_sizes(x: Tensor, sizes: tuple[int, ...], dim: int) -> tuple[Tensor, ...]:
    shape = x._data.shape
    if not shape:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, len(shape))
    if any([n < 0 for n in sizes]):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={list(sizes)}"
        )
    if sum(sizes) != shape[dim]:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {shape[dim]} (input tensor's size at dimension "
            f"{dim}), but got split_sizes={list(sizes)}"
        )
    return split_sizes_op(x, sizes, dim)


@checked
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` parts of `input` along `dim`, as views of one size, but for the last."""
    shape = input._data.shape
    if not shape:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = wrap_dim(dim, len(shape))
    n = shape[dim]
    if n == 0:
        return split_sizes_op(input, (0,) * chunks, dim)
    return split_op(input, -(-n // chunks), dim)


@checked(signatures=(
    "(Tensor input, tuple of ints indices, int dim = 0)",
    "(Tensor input, Tensor tensor_indices_or_sections, int dim = 0)",
    "(Tensor input, int sections, int dim = 0)",
))
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of `input` along `dim`, each a view of its own: so many of nearly one size, or cut at the given indices."""
    if not input._data.ndim:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = wrap_dim(dim, input._data.ndim)
    given = _split_argument(indices_or_sections)
    n = input._data.shape[dim]
    if isinstance(given, int):
        if given <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {given}")
        small, more = divmod(n, given)
        cuts = [i * small + min(i, more) for i in range(given + 1)]
        ends = list(itertools.pairwise(cuts))
    else:
        ends = list(zip((0, *given), (*given, n)))
    return tuple([slice_op(input, dim, *slice(start, end).indices(n)[:2], 1) for start, end in ends])


def _split_argument(given: Any) -> Any:
    if isinstance(given, Tensor):
        if given.ndim > 1:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, "
                f"but got a tensor with {given.ndim} dims"
            )
        if given._data.dtype != np.int64:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
                f"{given.dtype.scalar_name}"
            )
        return given.tolist() if given.ndim == 0 else tuple(given.tolist())
    if isinstance(given, int):
        return given
    if isinstance(given, (tuple, list)):
        return tuple(given)
    raise TypeError(
        f"tensor_split() received an invalid combination of arguments - got (Tensor, {type(given).__name__}), but "
        "expected one of:\n * (Tensor input, tuple of ints indices, int dim = 0)\n * (Tensor input, Tensor "
        "tensor_indices_or_sections, int dim = 0)\n * (Tensor input, int sections, int dim = 0)\n"
    )


def _along(name: str, x: Tensor, given: Any, dim: int, least: int) -> tuple[Tensor, ...]:
    check_tensor(name, x)
    ndim = x._data.ndim
    if ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {ndim} dimensions!"
        )
    if isinstance(given, int) and (given == 0 or x._data.shape[dim] % given):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
            f"{x._data.shape[dim]} is not divisible by the split_size {given}!"
        )
    return tensor_split(x, given, dim)


def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`tensor_split` along the second dimension, of a vector along its only one, into equal parts."""
    return _along("hsplit", input, indices_or_sections, 0 if isinstance(input, Tensor) and input.ndim == 1 else 1, 1)


def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`tensor_split` along the first dimension, into equal parts."""
    return _along("vsplit", input, indices_or_sections, 0, 2)


def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`tensor_split` along the third dimension, into equal parts."""
    return _along("dsplit", input, indices_or_sections, 2, 3)


def _of_ints(function: Any) -> Any:
    """hsplit and its like as a method, which takes several indices without a list, too."""

    def method(self: Tensor, *given: Any, **keywords: Any) -> tuple[Tensor, ...]:
        return function(self, given) if len(given) > 1 else function(self, *given, **keywords)

    method.__doc__ = function.__doc__
    return method


# Windows.


def _unfold(x: Any, dimension: int, size: int, step: int) -> Any:
    if not x.ndim:
        return x.reshape(1)[:size]
    if not isinstance(x, np.ndarray):
        return np.lib.stride_tricks.sliding_window_view(x, size, dimension)[at(dimension, slice(None, None, step))]
    shape, stride = list(x.shape), list(strides(x))
    shape[dimension] = (shape[dimension] - size) // step + 1
    last = stride[dimension]
    stride[dimension] *= step
    return view_memory(x, (*shape, size), (*stride, last))


unfold_op = op("unfold", _unfold, "UnfoldBackward0", {
    "x": lambda g, x_shape, dimension, size, step: unfold_backward(g, x_shape, dimension, size, step),
}, view=True)  # fmt: skip


def _unfold_backward(g: Any, shape: tuple[int, ...], dimension: int, size: int, step: int) -> Any:
    out = zeros_from(g, shape)
    if not shape:
        out[...] = g.sum()
        return out
    reach = (g.shape[dimension] - 1) * step + 1
    for i in range(size):
        out[at(dimension, slice(i, i + reach, step))] += g[..., i]
    return out


unfold_backward = op("unfold_backward", _unfold_backward, "UnfoldBackwardBackward0", {
    "g": lambda gg, dimension, size, step: unfold_op(gg, dimension, size, step),
}, names=("g", "shape", "dimension", "size", "step"))  # fmt: skip


@checked
def unfold(self: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """All windows of `size` elements along `dimension`, `step` apart, as a view; a window is the last dimension."""
    shape = self._data.shape
    dimension = wrap_dim(dimension, len(shape))
    n = shape[dimension] if shape else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > n:
        raise RuntimeError(f"maximum size for tensor at dimension {dimension} is {n} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return unfold_op(self, dimension, size, step)


# A part replaced.


def _replaced(x: Any, src: Any, part: Any) -> Any:
    out = np.array(x, subok=True, order="C")
    part(out)[...] = src
    return out


_select_scatter = op("select_scatter", lambda x, src, dim, index: _replaced(x, src, lambda a: a[at(dim, index)]),
                     "SelectScatterBackward0", {
    "x": lambda g, dim, index: _select_scatter(g, 0, dim, index),
    "src": lambda g, dim, index: select_op(g, dim, index),
}, conforms=True)  # fmt: skip
_slice_scatter = op("slice_scatter", lambda x, src, dim, start, end, step: _replaced(
    x, src, lambda a: a[at(dim, slice(start, end, step))]), "SliceScatterBackward0", {
    "x": lambda g, dim, start, end, step: _slice_scatter(g, 0, dim, start, end, step),
    "src": lambda g, dim, start, end, step: slice_op(g, dim, start, end, step),
}, conforms=True)  # fmt: skip
_diagonal_scatter = op("diagonal_scatter", lambda x, src, offset, dim1, dim2: _replaced(
    x, src, lambda a: _diagonal(a, offset, dim1, dim2)), "DiagonalScatterBackward0", {
    "x": lambda g, offset, dim1, dim2: _diagonal_scatter(g, 0, offset, dim1, dim2),
    "src": lambda g, offset, dim1, dim2: diagonal_op(g, offset, dim1, dim2),
}, conforms=True)  # fmt: skip


def _check_source(name: str, input: Any, src: Any) -> None:
    check_tensor(name, input)
    check_tensor(name, src, "src", 2)


def _check_part(shape: tuple[int, ...], src: Tensor) -> None:
    if shape != src._data.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src._data.shape)}, slice size = "
            f"{list(shape)}"
        )


@checked
def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy of `input` with ``select(dim, index)`` replaced by `src`."""
    _check_source("select_scatter", input, src)
    dim, index = _selected(input, dim, index)
    shape = input._data.shape
    _check_part(shape[:dim] + shape[dim + 1 :], src)
    return _select_scatter(input, src, dim, index)


@checked
def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1, *,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """A copy of `input` with the slice ``start:end:step`` along `dim` replaced by `src`."""
    if out is not None:
        return into(out, slice_scatter, input, src, dim, start, end, step, own=True)
    _check_source("slice_scatter", input, src)
    parameters = _slice_of(input, dim, start, end, step)
    dim, *part = parameters
    shape = input._data.shape
    _check_part((*shape[:dim], len(range(*part)), *shape[dim + 1 :]), src)
    return _slice_scatter(input, src, *parameters)


def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy of `input` with ``diagonal(offset, dim1, dim2)`` replaced by `src`."""
    _check_source("diagonal_scatter", input, src)
    dim1, dim2 = _diagonal_dims(input._data.ndim, dim1, dim2)
    _check_part(diagonal_op(input, offset, dim1, dim2)._data.shape, src)
    return _diagonal_scatter(input, src, offset, dim1, dim2)


methods(
    select=select, narrow=narrow, diagonal=diagonal, diag=diag, diag_embed=diag_embed, diagflat=diagflat, unbind=unbind,
    split=_split_method, split_with_sizes=split_with_sizes, chunk=chunk, tensor_split=tensor_split, hsplit=_of_ints(hsplit),
    vsplit=_of_ints(vsplit), dsplit=_of_ints(dsplit), unfold=unfold, select_scatter=select_scatter, slice_scatter=slice_scatter,
    diagonal_scatter=diagonal_scatter, trace=trace,
)  # fmt: skip
