"""Joining tensors: cat, stack and their kin, meshgrid, cartesian products, block_diag."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.promotion import can_cast, promote_types
from ...arrays.shapes import wrap_dim
from ...core.declare import op
from ...core.modes import GRAD, grad_mode
from ...core.node import Node, filled
from ...core.op import LAYERS, MODES, OBSERVERS, layer_of
from ...core.tensor import Tensor, edge_of, wrap
from ..support.arguments import check_int, check_tensor
from ..support.checked import checked
from ..support.options import argument_error, warn_once
from ..support.outputs import into
from .broadcasting import atleast_1d, atleast_2d, atleast_3d, expand_op, tensors
from .shape import reshaped, view_op

__all__ = [
    "block_diag", "cartesian_prod", "cat", "column_stack", "combinations", "concat", "concatenate", "dstack", "hstack",
    "meshgrid", "row_stack", "stack", "vstack",
]  # fmt: skip


def zeros_from(x: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of this shape, a payload or a Tensor as `x` is one, of its dtype."""
    if isinstance(x, Tensor):
        return wrap(zeros_from(x._data, shape))
    if isinstance(x, np.ndarray) and type(x) is not np.ndarray:
        return np.zeros(shape, x.dtype).view(type(x))
    return np.zeros(shape, x.dtype)


def _cat(xs: list[Any], dim: int, dtype: dtypes.dtype | None) -> Any:
    if dtype is not None:
        xs = [dtypes.cast(x, dtype) for x in xs]
    kept = [x for x in xs if x.shape != (0,)]
    out = np.concatenate(kept or xs[:1], dim)
    if out.flags.c_contiguous or (out.ndim in (4, 5) and np.moveaxis(out, 1, -1).flags.c_contiguous):
        return out  # or channels last, as all that were joined
    return out.copy()


def _cat_backward(g: Any, tensors_shape: list[tuple[int, ...]], dim: int, needs: tuple[bool, ...]) -> list[Any]:
    from .splitting import slice_op

    grads, start = [], 0
    for shape, needed in zip(tensors_shape, needs):
        if shape == (0,):
            grads.append(zeros_from(g, shape) if needed else None)
            continue
        end = start + shape[dim]
        grads.append(slice_op(g, dim, start, end, 1) if needed else None)
        start = end
    return grads


cat_op = op("cat", _cat, "CatBackward0", _cat_backward, names=("tensors", "dim", "dtype"), variadic=True)


def cat(tensors: Any, dim: int = 0, *, out: Tensor | None = None, axis: int | None = None) -> Tensor:
    """The tensors one after the other along the dimension `dim`; their other sizes must agree.

    The result has the dtype that theirs promote to. Empty tensors of one dimension are passed over. Raises ValueError
    for no tensors, RuntimeError for sizes that differ.

    >>> import rushlight as torch
    >>> torch.cat([torch.zeros(2), torch.ones(1)])
    tensor([0., 0., 1.])
    """
    if out is not None:
        return _cat_into(out, tensors, dim if axis is None else axis)
    dim = dim if axis is None else axis
    _check_tensors("cat", tensors)
    if not len(tensors):
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    if dim.__class__ is not int:
        check_int("cat", dim, "dim", None)
    first, shape, mixed = tensors[0]._data, None, False
    for i, x in enumerate(tensors):
        data = x._data
        mixed = mixed or data.dtype is not first.dtype or data.__class__ is not first.__class__
        if not data.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
        if shape is None and data.shape != (0,):
            shape = data.shape
    if shape is not None:
        dim = wrap_dim(dim, len(shape))
        for i, x in enumerate(tensors):
            if x._data.shape != shape and x._data.shape != (0,):
                _check_sizes(shape, x._data.shape, dim, i)
    return _joined(cat_op, list(tensors), dim if shape else 0, mixed)


def _joined(call: Any, xs: list[Tensor], dim: int, mixed: bool) -> Tensor:
    """Calls `cat_op` or `stack_op`; tensors of one real floating dtype are recorded here, at half the cost.

    Their gradients need no cast and no conjugation, and have the right shapes as they come.
    """
    first = xs[0]._data
    if mixed or first.dtype.kind != "f" or OBSERVERS or MODES or (LAYERS and layer_of(xs) is not None):
        return call(xs, dim, _common(xs))
    datas = [x._data for x in xs]
    out = wrap(call.op.forward(datas, dim, None))
    if grad_mode() == GRAD:
        edges = tuple([edge_of(x) for x in xs])
        for edge in edges:
            if edge is not None:
                break
        else:
            return out
        node = out._node = Node()
        node.op = call.op
        shapes = [data.shape for data in datas] if call is cat_op else None
        filled(node, edges, (dim,) if shapes is None else (shapes, dim))
    return out


def _common(xs: Any) -> dtypes.dtype | None:
    """The dtype that all promote to; None if they have it already."""
    found = {x.dtype: None for x in xs}
    if len(found) == 1:
        return None
    common, *rest = found
    for dtype in rest:
        common = promote_types(common, dtype)
    return common


def _check_tensors(name: str, given: Any) -> None:
    tensors(name, given)
    if given and not isinstance(given, (tuple, list)):
        raise argument_error(name, "tensors", "tuple of Tensors", given, 1)


def _check_sizes(first: tuple[int, ...], shape: tuple[int, ...], dim: int, i: int) -> None:
    if len(shape) != len(first):
        raise RuntimeError(f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}")
    for d, (n, m) in enumerate(zip(first, shape)):
        if n != m and d != dim:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {dim}. Expected size {n} but got size {m} for tensor "
                f"number {i} in the list."
            )


def _cat_into(out: Tensor, given: Any, dim: int) -> Tensor:
    _check_tensors("cat", given)
    if given and isinstance(out, Tensor):
        common = _common(given) or given[0].dtype
        if not can_cast(common, out.dtype):
            raise TypeError(
                f"torch.cat(): input types can't be cast to the desired output type {out.dtype.scalar_name}"
            )
    return into(out, cat, given, dim, disjoint=True)


concat = concatenate = cat


def hstack(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """The tensors side by side: along the second dimension, vectors along their only one."""
    return _stacked("hstack", tensors, atleast_1d, lambda xs: 0 if xs[0].ndim == 1 else 1, out)


def vstack(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """The tensors as rows, one below the other."""
    return _stacked("vstack", tensors, atleast_2d, lambda xs: 0, out)


row_stack = vstack


def dstack(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """The tensors one behind the other, along the third dimension."""
    return _stacked("dstack", tensors, atleast_3d, lambda xs: 2, out)


def column_stack(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """Vectors as the columns of a matrix; matrices side by side."""
    columns = lambda x: x if x.ndim > 1 else reshaped(x, (x._data.size, 1))
    return _stacked("column_stack", tensors, columns, lambda xs: 1, out)


def _stacked(name: str, given: Any, shaped: Any, dim: Any, out: Tensor | None) -> Tensor:
    _check_tensors(name, given)
    if not given:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    xs = [shaped(x) for x in given]
    return cat(xs, dim(xs), out=out)


def _stack(xs: list[Any], dim: int, dtype: dtypes.dtype | None) -> Any:
    if dtype is not None:
        xs = [dtypes.cast(x, dtype) for x in xs]
    index = (slice(None),) * dim + (None,)
    return np.concatenate([x[index] for x in xs], dim)


def _stack_backward(g: Any, dim: int, needs: tuple[bool, ...]) -> list[Any]:
    from .splitting import select_op

    return [select_op(g, dim, i) if needed else None for i, needed in enumerate(needs)]


stack_op = op("stack", _stack, "StackBackward0", _stack_backward, names=("tensors", "dim", "dtype"), variadic=True,
              contiguous=True)  # fmt: skip


def stack(tensors: Any, dim: int = 0, *, out: Tensor | None = None, axis: int | None = None) -> Tensor:
    """The tensors, all of one shape, along a new dimension `dim`. Raises RuntimeError if their shapes differ."""
    dim = dim if axis is None else axis
    if out is not None:
        return into(out, stack, tensors, dim)
    _check_tensors("stack", tensors)
    if not len(tensors):
        raise RuntimeError("stack expects a non-empty TensorList")
    if dim.__class__ is not int:
        check_int("stack", dim, "dim", 2)
    first, mixed = tensors[0]._data, False
    shape = first.shape
    dim = wrap_dim(dim, len(shape) + 1)
    for i, x in enumerate(tensors):
        mixed = mixed or x._data.dtype is not first.dtype or x._data.__class__ is not first.__class__
        if x._data.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and "
                f"{list(x._data.shape)} at entry {i}"
            )
    return _joined(stack_op, list(tensors), dim, mixed)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """The coordinates of a grid, from those of its axes (vectors or numbers): one expanded view for each.

    ``indexing="ij"`` numbers rows by the first tensor, ``"xy"`` by the second. Raises RuntimeError for tensors of more
    dimensions or of different dtypes.
    """
    given = _check_meshgrid(tensors, indexing)
    order = list(range(len(given)))
    if indexing == "xy" and len(given) > 1:
        order[:2] = 1, 0
    size = tuple([given[i]._data.size for i in order])
    grids = []
    for i, x in enumerate(given):
        shape = tuple([x._data.size if j == i else 1 for j in order])
        grids.append(expand_op(view_op(x, shape) if x.is_contiguous() else reshaped(x, shape), size))
    return tuple(grids)


def _check_meshgrid(given: Any, indexing: str | None) -> Any:
    if indexing is not None and not isinstance(indexing, str):
        raise argument_error("meshgrid", "indexing", "str", indexing)
    if len(given) == 1 and isinstance(given[0], (tuple, list)):
        (given,) = given
    tensors("meshgrid", given)
    if not given:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for x in given:
        if x.ndim > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {x}")
        if x.dtype is not given[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing is None:
        warn_once("torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.")
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    return given


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All combinations with one element of each vector, as rows. Raises RuntimeError for anything but vectors."""
    for x in tensors:
        check_tensor("cartesian_prod", x)
        if x.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return stack([reshaped(grid, (-1,)) for grid in meshgrid(*tensors, indexing="ij")], 1)


@checked
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All combinations of `r` elements of a vector, as rows."""
    if input.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return wrap(zeros_from(input._data, (0,)))
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = np.array(list(choose(range(input._data.size), r)), np.int64).reshape(-1, r)
    return stack([input.index_select(0, wrap(np.ascontiguousarray(column))) for column in rows.T], 1)


def _block_diag(xs: list[Any], dtype: dtypes.dtype | None) -> Any:
    shapes = [_block_shape(x.shape) for x in xs]
    like = xs[0] if dtype is None else dtypes.cast(xs[0], dtype)
    out = zeros_from(like, (sum([n for n, _ in shapes]), sum([m for _, m in shapes])))
    row = column = 0
    for x, (n, m) in zip(xs, shapes):
        out[row : row + n, column : column + m] = x if dtype is None else dtypes.cast(x, dtype)
        row, column = row + n, column + m
    return out


def _block_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    return (1, 1, *shape)[-2:]  # type: ignore[return-value]


def _block_diag_backward(g: Any, tensors_shape: list[tuple[int, ...]], needs: tuple[bool, ...]) -> list[Any]:
    from .splitting import slice_op

    grads, row, column = [], 0, 0
    for shape, needed in zip(tensors_shape, needs):
        n, m = _block_shape(shape)
        if needed:
            block = slice_op(slice_op(g, 0, row, row + n, 1), 1, column, column + m, 1)
            grads.append(block.reshape(shape))
        else:
            grads.append(None)
        row, column = row + n, column + m
    return grads


_block_diag_op = op(
    "block_diag", _block_diag, "BlockDiagBackward0", _block_diag_backward, names=("tensors", "dtype"), variadic=True
)


def block_diag(*tensors: Tensor) -> Tensor:
    """A matrix with the tensors (of at most two dimensions) as blocks on its diagonal."""
    from .broadcasting import tensors as checked

    xs = checked("block_diag", tensors)
    for i, x in enumerate(xs):
        if x.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {x.ndim} dimensions"
            )
    if not xs:
        return wrap(np.zeros((1, 0), dtypes.get_default_dtype().numpy))
    return _block_diag_op(list(xs), _common(xs))
