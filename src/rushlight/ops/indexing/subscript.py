"""``x[index]`` and ``x[index] = value``.

An index is worked off from left to right, as torch does it: ints, slices and None make views, one after the other;
lists, arrays and tensors are collected, and taken all at once at the end, in a copy. What they give comes where the
first of them stands, or in front where they stand apart: NumPy's rule.
"""

from __future__ import annotations

import math
from operator import index as to_int
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.strided import overlaps, overlaps_itself
from ...core import errors
from ...core.declare import op
from ...core.op import F32, F64, LAYERS, LIVE
from ...core.record import unbroadcast
from ...core.saved import bump
from ...core.tensor import Tensor, wrap
from ...core.views import alias, assign, check_inplace, is_recorded
from ..creation.filled import check_fits
from ..layout.broadcasting import expanded, unsqueeze_op
from ..layout.joining import zeros_from
from ..layout.shape import viewed
from ..layout.splitting import select_op, slice_op
from ..support.accumulation import add_rows, all_within
from ..support.attach import methods, unrecorded
from ..support.layered import is_tracked, reads_values
from ..support.options import warn_expanded, warn_user

WHOLE = slice(None)
_INVALID = "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {})"


# Operations. `indices` is NumPy's index: arrays, and whole slices where there is none.


def _take(x: Any, indices: tuple[Any, ...]) -> Any:
    out = x[indices]
    return out if isinstance(out, np.ndarray) else np.asarray(out)


index_op = op("index", _take, "IndexBackward0", {
    "x": lambda g, x_shape, indices: _index_backward(g, x_shape, indices),
}, contiguous=True)  # fmt: skip


def _index_backward(g: Any, shape: tuple[int, ...], indices: tuple[Any, ...]) -> Any:
    if g.__class__ is np.ndarray:
        out = np.zeros(shape, g.dtype)
        add_at(out, indices, g)
        return out
    return put_into(zeros_from(g, shape), g, indices, True)


def _put(x: Any, values: Any, indices: tuple[Any, ...], accumulate: bool) -> Any:
    out = np.array(x, subok=True, order="C")
    if accumulate:
        add_at(out, indices, values)
    else:
        out[indices] = values
    return out


def add_at(out: Any, indices: tuple[Any, ...], values: Any) -> None:
    """``out[indices] += values``, for every time that an index comes."""
    if _distinct(indices):
        out[indices] += values
        return
    rows = _rows(indices, out.shape) if out.flags.c_contiguous and values.dtype == out.dtype else None
    if rows is None:
        np.add.at(out, indices, values)
    else:
        rest = out.shape[len(indices) :]
        width = math.prod(rest)
        if values.shape != (*rows.shape, *rest):
            values = np.broadcast_to(values, (*rows.shape, *rest))
        add_rows(out.reshape(-1, width), rows.reshape(-1), values.reshape(rows.size, width))


def _rows(indices: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """The numbers of the parts that the indices name, if these are integers for the first dimensions; else None."""
    whole = all([isinstance(i, np.ndarray) and i.dtype.kind in "iu" for i in indices])
    if not whole or not indices or not math.prod(shape):
        return None
    number: Any = 0
    for i, n in zip(indices, shape):
        i = i.astype(np.intp, copy=False)
        if not all_within(i, n):
            i = np.where(i < 0, i + n, i)
            if not all_within(i, n):
                return None  # NumPy says it better where it adds
        number = number * n + i
    return number


#: So few indices are added one by one before it is known whether they ascend.
_FEW = 256


def _distinct(indices: tuple[Any, ...]) -> bool:
    """Whether no place can come twice: masks alone, or one ascending list."""
    arrays = [i for i in indices if isinstance(i, np.ndarray)]
    if all([a.dtype.kind == "b" for a in arrays]):
        return True
    (only,) = arrays if len(arrays) == 1 else (None,)
    return only is not None and only.ndim == 1 and only.size > _FEW and bool((only[1:] > only[:-1]).all()) and only[0] >= 0


def _values_gradient(g: Any, values_shape: tuple[int, ...], indices: tuple[Any, ...]) -> Any:
    return unbroadcast(index_op(g, indices), values_shape)


def _put_op(name: str, node: str) -> Any:
    return op(name, _put, node, {
        "x": lambda g, indices, accumulate: g if accumulate else index_put_op(g, 0, indices, False),
        "values": lambda g, values_shape, indices: _values_gradient(g, values_shape, indices),
    }, conforms=True)  # fmt: skip


index_put_op = _put_op("index_put", "IndexPutBackward0")
#: What the derivative of indexing does: torch has a name of its own for it.
put_into = _put_op("index_put_impl", "IndexPutImplBackward0")


# Reading an index.


class Advanced:
    """The lists, arrays and tensors of an index: at which dimension each stands."""

    __slots__ = ("arrays",)

    def __init__(self) -> None:
        self.arrays: dict[int, np.ndarray] = {}

    def add(self, dim: int, array: np.ndarray) -> int:
        """Notes an array and returns the dimension after those that it indexes."""
        self.arrays[dim] = array
        return dim + (array.ndim if array.dtype.kind == "b" else 1)


def basic(x: Tensor, index: tuple[Any, ...]) -> tuple[Tensor, Advanced | None]:
    """The view of `x` that the basic parts of an index make, and the rest."""
    out, dim, advanced = x, 0, None
    taken = _dims_taken(index)
    if taken > x._data.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x._data.ndim}")
    for position, item in enumerate(index):
        kind = item.__class__
        if kind is int:
            out = _select(out, dim, item, x, position)
        elif kind is slice:
            out = _slice(out, dim, item, True, x)
            dim += 1
        elif item is None:
            out = unsqueeze_op(out, dim)
            dim += 1
        elif item is Ellipsis:
            dim += x._data.ndim - taken
        elif kind is bool:
            out = unsqueeze_op(out, dim)
            advanced = advanced or Advanced()
            dim = advanced.add(dim, np.array([0] if item else [], np.int64))
        else:
            array = _as_array(item)
            if array.__class__ is int:
                out = _select(out, dim, array, x, position)
                continue
            advanced = advanced or Advanced()
            if array.dtype.kind == "b" and not array.ndim:
                out = unsqueeze_op(out, dim)
                array = np.array([0] if array else [], np.int64)
            dim = advanced.add(dim, array)
    if advanced is None and out is x:
        out = alias(x)
    return out, advanced


def _dims_taken(index: tuple[Any, ...]) -> int:
    """How many dimensions an index takes up, apart from an ellipsis."""
    taken = 0
    for item in index:
        if item is None or item is Ellipsis or item.__class__ is bool:
            continue
        if isinstance(item, Tensor):
            kind, ndim = item._data.dtype.kind, item._data.ndim
            taken += ndim if kind == "b" or item.dtype is dtypes.uint8 else 1
        elif isinstance(item, np.ndarray) and item.dtype.kind == "b":
            taken += item.ndim
        else:
            taken += 1
    return taken


def _select(x: Tensor, dim: int, i: int, original: Tensor, position: int = 0) -> Tensor:
    shape = x._data.shape
    if dim >= len(shape):
        if not original._data.ndim:
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
                "convert a 0-dim tensor to a number"
            )
        raise IndexError(f"too many indices for tensor of dimension {original._data.ndim}")
    n = shape[dim]
    if not -n <= i < n:
        if not -(2**63) <= i < 2**63:
            raise ValueError("Overflow when unpacking long long")
        raise IndexError(f"index {i} is out of bounds for dimension {position} with size {n}")
    return select_op(x, dim, i + n if i < 0 else i)


def _slice(x: Tensor, dim: int, item: slice, skip_whole: bool, original: Tensor) -> Tensor:
    shape = x._data.shape
    if dim >= len(shape):
        if not original._data.ndim:
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        raise IndexError(f"too many indices for tensor of dimension {original._data.ndim}")
    step = item.step
    if step is not None and to_int(step) < 0:
        raise ValueError("step must be greater than zero")
    n = shape[dim]
    if skip_whole and not item.start and step in (None, 1) and (item.stop is None or to_int(item.stop) >= n):
        return x
    start, end, step = item.indices(n)
    return slice_op(x, dim, start, max(start, end), step)


def _as_array(item: Any) -> Any:
    """A list, array or tensor of an index as an array of ints or bools; an int for what is only one."""
    if isinstance(item, Tensor):
        return _of_tensor(item)
    if isinstance(item, np.ndarray):
        if not item.ndim and item.dtype.kind in "iu":
            return int(item)
        return item if item.dtype.kind == "b" else item.astype(np.int64)
    if isinstance(item, (list, tuple, range)):
        return _of_sequence(item)
    if isinstance(item, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(item, (np.bool, np.floating)) or not hasattr(item, "__index__"):
        kind = type(item)
        name = f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__
        raise IndexError(_INVALID.format(name))
    return to_int(item)


def _of_tensor(item: Tensor) -> Any:
    data, dtype = item._data, item.dtype
    if data.__class__ in LAYERS:
        return of_batched(item)
    if not data.ndim and dtype.category == 1 and dtype is not dtypes.uint8:
        return int(data)
    if dtype is dtypes.uint8:
        warn_user("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.")
        return np.asarray(data).astype(bool)
    if dtype not in (dtypes.int64, dtypes.int32, dtypes.bool_):
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return np.asarray(data)


def of_batched(item: Tensor) -> Any:
    """The index stays what it is: the payload of a tensor that stands for many. A mask would choose as many elements of each."""
    data, dtype = item._data, item.dtype
    if dtype is dtypes.bool_ or dtype is dtypes.uint8:
        raise RuntimeError(
            "vmap: We do not support batching operators that can support dynamic shape. Attempting to batch over indexing with "
            "a boolean mask."
        )
    if dtype not in (dtypes.int64, dtypes.int32):
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return data


def _of_sequence(item: Any) -> np.ndarray:
    from ..creation.from_data import tensor

    data = tensor(list(item) if isinstance(item, range) else item)._data if len(item) else np.empty(0, np.int64)
    return np.asarray(data) if data.dtype.kind == "b" else dtypes.cast(np.asarray(data), dtypes.int64)


_NOT_A_TUPLE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch 2.9; use "
    "x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, x[torch.tensor(seq)], "
    "which will result either in an error or a different result"
)


_SEQUENCES = (slice, list, tuple, range, str, Tensor, np.ndarray)


def as_tuple(index: Any) -> tuple[Any, ...]:
    """An index as a tuple. A short list with a sequence, slice, None, ... in it counts as one, as once in NumPy."""
    if index.__class__ is tuple:
        return index
    if isinstance(index, list) and len(index) < 32:
        for item in index:
            if item is None or item is Ellipsis or isinstance(item, _SEQUENCES):
                warn_user(_NOT_A_TUPLE)
                return tuple(index)
    return tuple(index) if isinstance(index, tuple) else (index,)


def numpy_index(x: Tensor, advanced: Advanced) -> tuple[Any, ...]:
    """NumPy's index for the arrays. Raises IndexError, in torch's words, where they do not fit `x`."""
    shape = x._data.shape
    indices: list[Any] = [WHOLE] * len(shape)
    lengths: list[tuple[int, ...]] = []
    last = 0
    for dim, array in advanced.arrays.items():
        last = max(last, dim + (array.ndim if array.dtype.kind == "b" else 1))
    if last > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}")
    for dim, array in advanced.arrays.items():
        if array.dtype.kind == "b":
            _check_mask(array, shape, dim)
            if len(advanced.arrays) == 1:
                return (*[WHOLE] * dim, array)
            found = array.nonzero()
            indices[dim : dim + array.ndim] = found
            lengths.append(found[0].shape)
        else:
            indices[dim] = array
            lengths.append(array.shape)
    if len(lengths) > 1:
        try:
            np.broadcast_shapes(*lengths)
        except ValueError:
            raise IndexError(
                "shape mismatch: indexing tensors could not be broadcast together with shapes "
                + ", ".join([str(list(n)) for n in lengths])
            ) from None
    while indices and indices[-1] is WHOLE:
        indices.pop()
    return tuple(indices)


def _check_mask(mask: np.ndarray, shape: tuple[int, ...], dim: int) -> None:
    for i, n in enumerate(mask.shape):
        if n != shape[dim + i]:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {i} does not match the shape of the indexed tensor "
                f"{list(shape)} at index {dim + i}"
            )


@reads_values
def check_bounds(shape: tuple[int, ...], indices: tuple[Any, ...]) -> None:
    """Raises IndexError for an integer that is out of range; torch names the array by its place among the arrays."""
    position = 0
    for array, n in zip(indices, shape):
        if isinstance(array, slice) or array.dtype.kind == "b":
            continue
        if array.size and (array.min() < -n or array.max() >= n):
            if n == 0:
                raise IndexError("index is out of bounds for dimension with size 0")
            first = array[(array < -n) | (array >= n)].flat[0]
            raise IndexError(f"index {first} is out of bounds for dimension {position} with size {n}")
        position += 1


def getitem(self: Tensor, index: Any) -> Tensor:
    """``self[index]``: a view for ints, slices, None and Ellipsis; a copy for lists, arrays and tensors among them.

    Raises IndexError for what is out of range and for what is no index, ValueError for steps below one.
    """
    kind = index.__class__
    if kind is int:
        data = self._data
        if data.ndim:
            n = data.shape[0]
            if -n <= index < n:
                return select_op(self, 0, index + n if index < 0 else index)
        return _select(self, 0, index, self)
    if kind is slice:
        return _slice(self, 0, index, False, self)
    if kind is Tensor and index._data.ndim and index._data.dtype in _PLACES and self._data.ndim:
        if index._data.dtype == bool:
            if index._data.ndim > self._data.ndim:
                raise IndexError(f"too many indices for tensor of dimension {self._data.ndim}")
            _check_mask(index._data, self._data.shape, 0)
        return _taken(self, (index._data,))
    out, advanced = basic(self, as_tuple(index))
    return out if advanced is None else _taken(out, numpy_index(out, advanced))


_PLACES = (np.dtype(np.int64), np.dtype(np.bool), np.dtype(np.int32))


def _taken(x: Tensor, indices: tuple[Any, ...]) -> Tensor:
    if is_tracked(x):
        # The node will hold them: a later write to the tensors they came from must not reach it.
        indices = tuple([i.copy() if isinstance(i, np.ndarray) else i for i in indices])
    try:
        return index_op(x, indices)
    except IndexError:
        check_bounds(x._data.shape, indices)
        raise


# Writing.


def setitem(self: Tensor, index: Any, value: Any) -> None:
    """``self[index] = value``: a number, or a tensor that broadcasts to what the index gives; cast to this dtype.

    Raises TypeError for a value of another type, RuntimeError for one of another shape.
    """
    if index is False or _written(self, index, value):
        return
    if index is True:
        _copy_to(unsqueeze_op(self, 0), _value(self, value))
        return
    if index.__class__ is int:
        part, advanced = _select(self, 0, index, self), None
    elif index.__class__ is slice:
        part, advanced = _slice(self, 0, index, True, self), None
    else:
        index = as_tuple(index)
        if all([item is Ellipsis or item.__class__ is slice for item in index]):
            part, advanced = _sliced(self, index), None
        else:
            part, advanced = basic(self, index)
    value = _value(self, value)
    if advanced is None:
        _copy_to(part, value)
        return
    _put_at(part, advanced, value)


def _written(x: Tensor, index: Any, value: Any) -> bool:
    """Lets NumPy do it where nothing is recorded and its rules are torch's, and says whether it did."""
    data = x._data
    if data.__class__ is not np.ndarray or (data.dtype is not F32 and data.dtype is not F64) or not unrecorded(x):
        return False
    kind = value.__class__
    if kind is Tensor:
        if value._node is not None or value._view is not None or value._data.dtype is not data.dtype:
            return False
        if value._counter is not None and value._counter is x._counter:
            return False
        value = value._data
    elif (kind is not float and kind is not int) or not -3e38 < value < 3e38:
        return False
    if index.__class__ is Tensor:
        index = index._data
        if index.dtype != bool or index.shape != data.shape:
            return False
    else:
        for item in index if index.__class__ is tuple else (index,):
            if item.__class__ is not int and (item.__class__ is not slice or (item.step or 1) < 1):
                return False
    try:
        data[index] = value
    except (IndexError, ValueError, TypeError):
        return False  # the long way finds the words
    bump(x)
    return True


def _sliced(x: Tensor, index: tuple[Any, ...]) -> Tensor:
    """`basic` for slices alone, which leaves `x` itself where they take all of it."""
    out, dim = x, 0
    taken = _dims_taken(index)
    for item in index:
        if item is Ellipsis:
            dim += x._data.ndim - taken
        else:
            out = _slice(out, dim, item, True, x)
            dim += 1
    return out


def _value(x: Tensor, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (bool, int, float, complex, np.generic)):
        try:
            return wrap(dtypes.cast(np.asarray(check_fits(value, x.dtype)), x.dtype))
        except OverflowError:
            raise ValueError("Overflow when unpacking long long") from None
    raise TypeError(f"can't assign a {_type_name(value)} to a torch.{x.dtype.scalar_name}Tensor")


def _type_name(value: Any) -> str:
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def _without_leading_ones(value: Tensor) -> Tensor:
    shape = value._data.shape
    lead = 0
    while lead < len(shape) and shape[lead] == 1:
        lead += 1
    return viewed(value, shape[lead:]) if lead else value


def _copy_to(part: Tensor, value: Tensor) -> None:
    """Copies `value` into a view of the tensor that is assigned to."""
    shape = part._data.shape
    if value._data.shape == shape:
        part.copy_(value)  # type: ignore[attr-defined]
    elif not value._data.ndim:
        part.fill_(value)  # type: ignore[attr-defined]
    else:
        part.copy_(expanded(_without_leading_ones(value), shape))  # type: ignore[attr-defined]


def _put_at(part: Tensor, advanced: Advanced, value: Tensor) -> None:
    indices = numpy_index(part, advanced)
    index_put_into(part, indices, _without_leading_ones(as_put(part, indices, value, False)), False)


def as_put(x: Tensor, indices: tuple[Any, ...], value: Tensor, accumulate: bool) -> Tensor:
    """`value` in the dtype of `x`. RuntimeError if it has another, unless it is one element for a mask, which is filled."""
    if value.dtype is x.dtype:
        return value
    masked = any([not isinstance(i, slice) and i.dtype.kind == "b" for i in indices])
    if accumulate or value._data.size != 1 or not masked:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{x.dtype.scalar_name} for the destination and {value.dtype.scalar_name} for the source."
        )
    if value.dtype.is_complex and not x.dtype.is_complex:
        check_fits(value.item(), x.dtype)  # type: ignore[attr-defined]
    return value.to(x.dtype)  # type: ignore[attr-defined]


def index_put_into(x: Tensor, indices: tuple[Any, ...], value: Tensor, accumulate: bool) -> None:
    """``x[indices] = value`` in place, or ``+=``. Raises RuntimeError if `value` does not broadcast to the indices."""
    if value._counter is not None and value._counter is x._counter and overlaps(x._data, value._data):
        raise RuntimeError(errors.OVERLAPPING_INPUT)
    check_values(x, indices, value)
    if overlaps_itself(x._data):
        warn_expanded("index_put_", "tensor[indices] = tensor")
        if value._data.size == 1 and all([isinstance(i, slice) or i.dtype.kind == "b" for i in indices]):
            warn_expanded("masked_fill_", "tensor[mask] = scalar")
    try:
        if not (LIVE[0] or accumulate or is_recorded(x, (value, indices))) and isinstance(x._data, np.ndarray):
            check_inplace(x, False)
            x._data[indices] = value._data
            bump(x)
        else:
            indices = tuple([i.copy() if isinstance(i, np.ndarray) else i for i in indices])
            assign(x, index_put_op, (value, indices, accumulate), overlap=True)
    except IndexError:
        check_bounds(x._data.shape, indices)
        raise


def check_values(x: Tensor, indices: tuple[Any, ...], value: Tensor) -> None:
    shape = _result_shape(x._data.shape, indices)
    try:
        fits = np.broadcast_shapes(value._data.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(value._data.shape)} cannot be broadcast to indexing result "
            f"of shape {list(shape)}"
        )


def _result_shape(shape: tuple[int, ...], indices: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape of ``x[indices]``, whether the integers are in range or not."""
    dims = [dim for dim, array in enumerate(indices) if not isinstance(array, slice)]
    arrays = [indices[dim] for dim in dims]
    first, end = dims[0], dims[-1] + 1
    if arrays[0].dtype.kind == "b":  # a mask comes alone
        end = first + arrays[0].ndim
        common: tuple[int, ...] = (int(np.count_nonzero(arrays[0])),)
    else:
        common = np.broadcast_shapes(*[array.shape for array in arrays])
    if end - first > len(dims) and arrays[0].dtype.kind != "b":
        return (*common, *[n for dim, n in enumerate(shape) if dim not in dims])
    return (*shape[:first], *common, *shape[end:])


def delitem(self: Tensor, index: Any) -> None:
    raise TypeError("Tensor does not support deleting items")


methods(__getitem__=getitem, __setitem__=setitem, __delitem__=delitem)
