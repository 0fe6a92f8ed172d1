"""Greatest and smallest elements, medians, modes: values, and where they are.

Where several elements are equal, a reduction over one dimension passes its gradient to the one whose index it returns;
a full reduction, and `amax` and `amin`, divide it evenly among them. NaN is greater and smaller than every number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import return_types
from ...arrays import dtypes
from ...arrays.promotion import check_output_dtype
from ...arrays.shapes import wrap_dim
from ...arrays.strided import overlaps
from ...core.declare import op
from ...core.errors import OVERLAPPING_INPUT
from ...core.tensor import Tensor, wrap
from ..elementwise.bounds import maximum, minimum
from ..support.along import gather_along, restored, scatter_along
from ..support.arguments import check_int, check_tensor, unimplemented
from ..support.attach import methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.options import MISSING, no_such_call
from ..support.outputs import into, into_each
from .norms import ties
from .sums import Dims, check_keepdim, count, dims, greatest, least

__all__ = [
    "amax", "amin", "aminmax", "argmax", "argmin", "kthvalue", "max", "median", "min", "mode", "nanmedian",
]  # fmt: skip


# Values at given indices.


def _taken(x: Any, indices: Any, dim: int, keepdim: bool) -> Any:
    values = gather_along(x, restored(indices, dim, keepdim, x.ndim), dim)
    return values if keepdim or not x.ndim else values.squeeze(dim)


def _put_back(g: Any, indices: Any, dim: int, keepdim: bool, x_shape: tuple[int, ...]) -> Any:
    ndim = len(x_shape)
    return scatter_along(restored(g, dim, keepdim, ndim), restored(indices, dim, keepdim, ndim), dim, x_shape)


def selecting(name: str, node: str, value: Any = _taken) -> Any:
    """An operation that takes the elements of x at `indices`, one for each slice along `dim`."""
    return op(name, value, node, {"x": _put_back}, names=("x", "indices", "dim", "keepdim"), contiguous=True)


def reduced_dim(name: str, input: Any, dim: Any) -> int:
    """The dimension to reduce, which must not be empty."""
    check_tensor(name, input)
    check_int(name, dim, "dim", 2)
    dim = wrap_dim(int(dim), input._data.ndim)
    shape = input._data.shape
    if shape and not shape[dim]:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")
    return dim


def selection(name: str, operation: Any, places: Any, input: Tensor, dim: int, keepdim: bool, out: Any = None) -> Any:
    """The named tuple (values, indices) of a reduction that selects; ``places(x, dim)`` keeps the dimension."""
    result = getattr(return_types, name)(_selected(input, dim, keepdim, operation, places))
    return result if out is None else into_each(out, result, name)


@reads_values
def _selected(input: Tensor, dim: int, keepdim: bool, operation: Any, places: Any) -> tuple[Tensor, Tensor]:
    x = input._data
    found = np.asarray(places(x, dim) if x.ndim else 0, np.int64)
    indices = wrap(found if keepdim or not x.ndim else found.reshape(x.shape[:dim] + x.shape[dim + 1 :]))
    return operation(input, indices, dim, keepdim), indices


# max and min.


_FORMS = (
    "(Tensor input, *, Tensor out = None)",
    "(Tensor input, Tensor other, *, Tensor out = None)",
    "(Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None)",
)


def _extreme(name: str, ufunc: Any, node: str, binary: Any, argument: Any, word: str) -> Any:
    whole = op(name, lambda x: ufunc.reduce(x, None), f"{node}Backward1", {
        "x": lambda g, x, out: g * ties(x, out, None, True),
    })  # fmt: skip
    along = selecting(
        f"{name}_dim", f"{node}Backward0", lambda x, indices, dim, keepdim: ufunc.reduce(x, dim, None, None, keepdim)
    )

    def function(
        input: Tensor, dim: Any = MISSING, keepdim: bool = False, *, out: Any = None, other: Tensor | None = None,
        axis: int | None = None, keepdims: bool = False,
    ) -> Any:  # fmt: skip
        check_tensor(name, input)
        if other is not None or isinstance(dim, Tensor):
            return binary(input, dim if other is None else other, out=out)
        if dim is MISSING:
            if axis is None:
                return _whole(name, whole, input, out)
            dim = axis
        if dim is None or isinstance(dim, (float, str, list, tuple)):
            raise no_such_call(name, (input, dim), {}, _FORMS)
        check_keepdim(name, keepdim)
        dim = reduced_dim(name, input, dim)
        if input.dtype.is_complex:
            raise RuntimeError(f"{name}(): does not support complex input")
        return selection(name, along, argument, input, dim, keepdim or keepdims, out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The {word} element; along `dim`, the named tuple of {word} elements and their indices.

    With a second tensor (``torch.{name}(a, b)``), the {word} of both, element by element. Raises RuntimeError for an
    empty tensor without `dim`, IndexError for an empty dimension.

    >>> torch.tensor([[1., 3.], [4., 2.]]).{name}()
    tensor({4.0 if name == "max" else 1.0:.0f}.)
    """
    return function


def _whole(name: str, operation: Any, input: Tensor, out: Any) -> Tensor:
    check_not_empty(name, input)
    if input.dtype.is_complex:
        raise unimplemented(f"{name}_all", input.dtype)
    return operation(input) if out is None else into(out, operation, input)


def check_not_empty(name: str, input: Tensor, error: type[Exception] = RuntimeError) -> None:
    if not input._data.size:
        hint = "" if error is IndexError else " Specify the reduction dim with the 'dim' argument."
        raise error(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.{hint}")


max = _extreme("max", np.maximum, "Max", maximum, lambda x, dim: x.argmax(dim, keepdims=True), "greatest")
min = _extreme("min", np.minimum, "Min", minimum, lambda x, dim: x.argmin(dim, keepdims=True), "smallest")


def _amax_slope(g: Any, x: Any, out: Any, dim: Any, keepdim: bool) -> Any:
    ndim = x.ndim
    return restored(g, dim, keepdim, ndim) * ties(x, restored(out, dim, keepdim, ndim), dim)


def _even_extreme(name: str, ufunc: Any, node: str, word: str) -> Any:
    operation = op(
        name, lambda x, dim, keepdim: ufunc.reduce(x, dim, None, None, keepdim), node, {"x": _amax_slope}, contiguous=True
    )

    def function(
        input: Tensor, dim: Dims = (), keepdim: bool = False, *, out: Tensor | None = None, axis: Dims = None,
        keepdims: bool = False,
    ) -> Tensor:  # fmt: skip
        chosen = dims(name, dim if axis is None else axis, input._data.ndim)
        _check_dims_not_empty(name, input, chosen)
        if input.dtype.is_complex:
            raise unimplemented(f"{'max' if name == 'amax' else 'min'}_values_cpu", input.dtype)
        if out is not None:
            if isinstance(out, Tensor) and out.dtype is not input.dtype:
                raise RuntimeError(
                    f"Expected the dtype for input and out to match, but got {input.dtype.scalar_name} for input's dtype and "
                    f"{out.dtype.scalar_name} for out's dtype."
                )
            return into(out, operation, input, chosen, keepdim or keepdims)
        return operation(input, chosen, keepdim or keepdims)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The {word} element over `dim`; equal ones share the gradient evenly.

    Raises RuntimeError for an empty tensor without `dim`, IndexError for an empty dimension.
    """
    return checked(function)


def _check_dims_not_empty(name: str, input: Tensor, chosen: Any) -> None:
    if input._data.size:
        return
    if chosen is None:
        check_not_empty(name, input)
    for d in (chosen,) if chosen.__class__ is int else chosen:
        if not input._data.shape[d]:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


amax = _even_extreme("amax", np.maximum, "AmaxBackward0", "greatest")
amin = _even_extreme("amin", np.minimum, "AminBackward0", "smallest")


def _aminmax_slope(g: Any, x: Any, out: Any, dim: Any, keepdim: bool) -> Any:
    parts = [_amax_slope(part, x, o, dim, keepdim) for part, o in zip(g, out) if part is not None]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _aminmax_value(x: Any, dim: Any, keepdim: bool) -> Any:
    return least(x, dim, None, None, keepdim), greatest(x, dim, None, None, keepdim)


_aminmax = op("aminmax", _aminmax_value, "AminmaxBackward0", {"x": _aminmax_slope}, several=True, contiguous=True)


@checked
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False, out: Any = None) -> Any:
    """`amin` and `amax` over one dimension or all, as a named tuple (min, max)."""
    chosen = None if dim is None else wrap_dim(dim, input._data.ndim)
    if not input._data.size:
        if chosen is None:
            raise RuntimeError(
                "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
            )
        if not input._data.shape[chosen]:
            raise IndexError(f"aminmax: Expected reduction dim {chosen} to have non-zero size.")
    if input.dtype.is_complex:
        raise unimplemented("aminmax_cpu", input.dtype)
    if out is None:
        return return_types.aminmax(_aminmax(input, chosen, keepdim))
    for part in out:
        check_output_dtype(input.dtype, part.dtype, own=True)
    return return_types.aminmax_out(into_each(out, _aminmax(input, chosen, keepdim), "aminmax"))


def _argument(name: str, method: str, word: str) -> Any:
    def value(x: Any, dim: Any, keepdim: bool) -> Any:
        x = np.asarray(x)
        return np.asarray(getattr(x, method)(dim if x.ndim else None, keepdims=keepdim))

    operation = op(name, value, contiguous=True)

    def function(
        input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Tensor | None = None,
        axis: int | None = None, keepdims: bool = False,
    ) -> Tensor:  # fmt: skip
        dim = axis if dim is None else dim
        if input.dtype.is_complex or input.dtype is dtypes.bool_:
            raise RuntimeError(f"{name}(): does not support {'complex' if input.dtype.is_complex else 'bool'} input")
        if dim is None:
            check_not_empty(name, input, IndexError)
        else:
            dim = reduced_dim(name, input, dim)
        if out is not None:
            return into(out, operation, input, dim, keepdim or keepdims, own=True)
        return operation(input, dim, keepdim or keepdims)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The index of the first {word} element along `dim`, or of the flattened tensor: int64."""
    return checked(function)


argmax = _argument("argmax", "argmax", "greatest")
argmin = _argument("argmin", "argmin", "smallest")


# Order statistics.


def _ordered(x: Any, dim: int, rank: Any) -> Any:
    """The places of the elements of this rank (an array with the dimension as 1, or a number) along `dim`."""
    order = x.argsort(dim, kind="stable")
    if not isinstance(rank, int):
        return np.take_along_axis(order, rank, dim)
    return order[(slice(None),) * dim + (slice(rank, rank + 1),)]


def _median_places(x: Any, dim: int) -> Any:
    """The lower of two middle elements; the first NaN if there is one."""
    middle = _ordered(x, dim, (x.shape[dim] - 1) // 2)
    if x.dtype.kind != "f":
        return middle
    nan = np.isnan(x)
    return np.where(nan.any(dim, keepdims=True), nan.argmax(dim, keepdims=True), middle)


def _nanmedian_places(x: Any, dim: int) -> Any:
    if x.dtype.kind != "f":
        return _median_places(x, dim)
    numbers = (~np.isnan(x)).sum(dim, keepdims=True)
    return _ordered(x, dim, np.maximum(numbers - 1, 0) // 2)


def _median(name: str, node: str, places: Any, nan: str) -> Any:
    def value(x: Any) -> Any:
        flat = np.asanyarray(x).reshape(-1)
        return flat[places(np.asarray(flat), 0)][0] if flat.size else np.full_like(flat, np.nan, shape=())

    whole = op(name, value, f"{node}Backward0", {"x": lambda g, x, out: g * ties(x, out, None, True)})
    along = selecting(f"{name}_dim", f"{node}Backward1")

    def function(
        input: Tensor, dim: int = MISSING, keepdim: bool = False, *, out: Any = None, axis: int | None = None,
        keepdims: bool = False,
    ) -> Any:  # fmt: skip
        dim = axis if dim is MISSING else dim  # type: ignore[assignment]
        if dim is not None:
            dim = reduced_dim("median", input, dim)
        if input.dtype.is_complex or input.dtype is dtypes.bool_:
            raise unimplemented("median_cpu" if dim is None else "median_out", input.dtype)
        if dim is not None:
            return selection(name, along, places, input, dim, keepdim or keepdims, out)
        return whole(input) if out is None else into(out, whole, input)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The median: of an even number of elements, the lower of the two in the middle. {nan}

    Along `dim`, the named tuple of medians and their indices.
    """
    return checked(function)


median = _median("median", "Median", _median_places, "NaN if there is one.")
nanmedian = _median("nanmedian", "Nanmedian", _nanmedian_places, "NaN does not count.")

_kthvalue = selecting("kthvalue", "KthvalueBackward0")


@checked
def kthvalue(
    input: Tensor, k: int, dim: int = -1, keepdim: bool = False, *, out: Any = None, axis: int | None = None,
    keepdims: bool = False,
) -> Any:  # fmt: skip
    """The `k`-th smallest element along `dim`, counted from 1, and its index, as a named tuple.

    Raises RuntimeError if there is none.
    """
    dim = reduced_dim("kthvalue", input, dim if axis is None else axis)
    if not 1 <= k <= count(input._data.shape, dim):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}")
    if input.dtype.is_complex or input.dtype is dtypes.bool_:
        raise unimplemented("kthvalue_cpu", input.dtype)
    if out is not None and overlaps(out[0]._data, input._data):
        raise RuntimeError(OVERLAPPING_INPUT)
    return selection(
        "kthvalue", _kthvalue, lambda x, d: _ordered(x, d, int(k) - 1), input, dim, keepdim or keepdims, out
    )


def _mode_places(x: Any, dim: int) -> Any:
    """The last place of the smallest of the most frequent elements."""
    rows = np.moveaxis(x, dim, -1)
    found = np.empty(rows.shape[:-1], np.int64)
    for i in np.ndindex(*found.shape):
        values, counts = np.unique(rows[i], return_counts=True, equal_nan=False)
        (same,) = np.nonzero(rows[i] == values[counts.argmax()])
        found[i] = same[-1] if same.size else 0
    return np.expand_dims(found, dim)


_mode = selecting("mode", "ModeBackward0")


@checked
def mode(
    input: Tensor, dim: int = -1, keepdim: bool = False, *, out: Any = None, axis: int | None = None,
    keepdims: bool = False,
) -> Any:  # fmt: skip
    """The most frequent element along `dim` (the smallest of several) and its last index, as a named tuple."""
    dim = reduced_dim("mode", input, dim if axis is None else axis)
    if input.dtype.is_complex:
        raise unimplemented("mode_cpu", input.dtype)
    return selection("mode", _mode, _mode_places, input, dim, keepdim or keepdims, out)


methods(
    amax=amax, amin=amin, aminmax=aminmax, argmax=argmax, argmin=argmin, kthvalue=kthvalue, max=max, median=median,
    min=min, mode=mode, nanmedian=nanmedian,
)  # fmt: skip
