"""Arguments of NumPy's functions, as torch's functions take them."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ... import ops
from ...arrays import dtypes
from ...arrays.promotion import result_dtype
from ...core.declare import NUMBERS
from ...core.tensor import Tensor, memory, wrap


def tensor(x: Any) -> Any:
    """An argument as a Tensor; a list of Tensors is stacked."""
    if isinstance(x, Tensor):
        return x
    if isinstance(x, (list, tuple)) and holds_tensor(x):
        return ops.stack(promoted(*x))
    return wrap(np.asarray(x))


def holds_tensor(x: Any) -> bool:
    """Whether a Tensor is somewhere in (nested) lists."""
    return isinstance(x, Tensor) or (isinstance(x, (list, tuple)) and any([holds_tensor(y) for y in x]))


def promoted(*values: Any) -> list[Any]:
    """Arguments as Tensors of one dtype; a number takes the dtype that torch gives it beside the others."""
    operands = [x if isinstance(x, NUMBERS) else tensor(x) for x in map(operand, values)]
    if not any([isinstance(x, Tensor) for x in operands]):
        return [tensor(x) for x in operands]
    dtype = result_dtype([(x.dtype, x.ndim) if isinstance(x, Tensor) else x for x in operands])
    return [x.to(dtype) if isinstance(x, Tensor) else ops.scalar_tensor(x, dtype=dtype) for x in operands]


def floating(x: Any) -> Any:
    """An argument as a Tensor of floats: integers become the default dtype."""
    x = tensor(x)
    return x if x.dtype.is_floating_point or x.dtype.is_complex else x.to(dtypes.get_default_dtype())


def operand(x: Any) -> Any:
    """An argument as torch's operators take it."""
    if isinstance(x, np.generic):
        return x.item()
    if isinstance(x, np.ndarray):
        return wrap(x)
    return tensor(x) if isinstance(x, (list, tuple)) else x


def payloads(values: Any) -> Any:
    """Arguments with the arrays of Tensors in place of the Tensors: for what has no derivative."""
    if isinstance(values, Tensor):
        return memory(values)
    if isinstance(values, (list, tuple)) and not hasattr(values, "_fields"):
        return type(values)([payloads(v) for v in values])
    return {k: payloads(v) for k, v in values.items()} if isinstance(values, dict) else values


def arrays(values: Any) -> Any:
    """Arguments with arrays in place of Tensors. Raises RuntimeError for those that require grad."""
    if isinstance(values, Tensor):
        return values.numpy()
    if isinstance(values, (list, tuple)) and not hasattr(values, "_fields"):
        return type(values)([arrays(v) for v in values])
    return {k: arrays(v) for k, v in values.items()} if isinstance(values, dict) else values


def tensors(results: Any) -> Any:
    """Results with Tensors in place of arrays and NumPy's scalars, if torch has their dtype."""
    if isinstance(results, (np.ndarray, np.generic)):
        return wrap(results) if results.dtype in dtypes.BY_NUMPY else results
    if isinstance(results, (list, tuple)):
        made = [tensors(r) for r in results]
        return type(results)(*made) if hasattr(results, "_fields") else type(results)(made)
    return results


def flat(x: Any) -> Any:
    return ops.flatten(tensor(x))


def size(shape: Any) -> tuple[int, ...]:
    return tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)


def torch_dtype(dtype: Any) -> dtypes.dtype | None:
    if dtype is None or isinstance(dtype, dtypes.dtype):
        return dtype
    return dtypes.BY_NUMPY[np.dtype(dtype)]


def axes(axis: Any) -> Any:
    """One axis, several or None, as torch's `dim`."""
    return axis if axis is None or isinstance(axis, tuple) else operator.index(axis)


def every_axis(x: Tensor, axis: Any) -> tuple[int, ...]:
    """The axes that `axis` means, none negative."""
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(int(a) for a in np.lib.array_utils.normalize_axis_tuple(axis, x.ndim))
