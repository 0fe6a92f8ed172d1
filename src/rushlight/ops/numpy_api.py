"""NumPy's functions on Tensors: what `numpy.exp(x)`, `numpy.where(m, x, y)` and so on mean where x is a Tensor.

NumPy asks the Tensor (NEP 13 and NEP 18), and the Tensor asks these tables. A result is a Tensor, on the graph if an
input is: this is what lets one derivative rule, written in NumPy, run on arrays and, under ``create_graph``, on
Tensors. An array among the arguments counts as a tensor of its dtype, a NumPy scalar as a Python number, as in torch.

A function that is not in a table runs on the arrays themselves, as it would on any object with ``__array__``: a Tensor
that requires grad refuses that in torch's words. What would write into a Tensor is refused always.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from .. import ops
from ..arrays import dtypes
from ..core.tensor import Tensor, wrap

#: torch's name of each ufunc that has another there; the rest are called the same in both.
_UFUNC_NAMES = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
    "arctan2": "atan2", "arctanh": "atanh", "conjugate": "conj", "degrees": "rad2deg", "divide": "div", "equal": "eq",
    "fabs": "abs", "greater": "gt", "greater_equal": "ge", "invert": "bitwise_not", "left_shift": "bitwise_left_shift",
    "less": "lt", "less_equal": "le", "multiply": "mul", "negative": "neg", "not_equal": "ne", "power": "pow",
    "radians": "deg2rad", "right_shift": "bitwise_right_shift", "rint": "round", "subtract": "sub",
}  # fmt: skip
_SAME_NAMES = (
    "add bitwise_and bitwise_or bitwise_xor ceil copysign cos cosh deg2rad exp exp2 expm1 float_power floor "
    "floor_divide "
    "fmax fmin fmod gcd heaviside hypot isfinite isinf isnan lcm ldexp log log10 log1p log2 logaddexp logaddexp2 "
    "logical_and logical_not logical_or logical_xor matmul maximum minimum nextafter positive rad2deg reciprocal "
    "remainder "
    "sign signbit sin sinh sqrt square tan tanh trunc"
)
_UFUNCS: dict[Any, str] = {
    getattr(np, name): torch_name
    for name, torch_name in {**_UFUNC_NAMES, **dict.fromkeys(_SAME_NAMES.split())}.items()
    for torch_name in [torch_name or name]
}
_OPERATORS = {
    np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul, np.divide: operator.truediv,
    np.power: operator.pow, np.matmul: operator.matmul, np.floor_divide: operator.floordiv, np.remainder: operator.mod,
}  # fmt: skip


def call_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """``Tensor.__array_ufunc__``: the torch function of this name on these inputs.

    Raises TypeError for ``out=`` and other keywords, and for ``ufunc.reduce`` and its like.
    """
    if method != "__call__":
        raise TypeError(f"numpy.{ufunc.__name__}.{method} does not take a Tensor; use the method or function of torch")
    if kwargs:
        if "out" in kwargs:
            raise TypeError(f"numpy.{ufunc.__name__}: a Tensor takes no part in out=...; use the torch function's out=")
        raise TypeError(f"numpy.{ufunc.__name__} on a Tensor takes no keyword argument {next(iter(kwargs))!r}")
    operands = [_operand(x) for x in inputs]
    if ufunc in _OPERATORS:
        return _OPERATORS[ufunc](*operands)
    name = _UFUNCS.get(ufunc)
    if name is None:
        return ufunc(*_arrays(inputs))
    function = getattr(ops, name, None)
    if function is None:
        raise NotImplementedError(f"numpy.{ufunc.__name__} of a Tensor: torch.{name}")
    if not isinstance(operands[0], Tensor):
        operands[0] = ops.scalar_tensor(operands[0], dtype=_dtype_for(operands))
    return function(*operands)


def _operand(x: Any) -> Any:
    """An argument as torch's operators take it."""
    if isinstance(x, np.generic):
        return x.item()
    if isinstance(x, np.ndarray):
        return wrap(x)
    return ops.tensor(x) if isinstance(x, (list, tuple)) else x


def _dtype_for(operands: list[Any]) -> dtypes.dtype:
    """The dtype of a number before a Tensor: one that leaves their result the dtype that a number after it would."""
    return ops.result_type(operands[0], operands[1])


def _arrays(values: Any) -> Any:
    """Arguments of a NumPy function, arrays in place of Tensors. Raises RuntimeError for those that require grad."""
    if isinstance(values, Tensor):
        return values.numpy()  # type: ignore[attr-defined]
    if isinstance(values, (list, tuple)) and not hasattr(values, "_fields"):
        return type(values)([_arrays(v) for v in values])
    return {k: _arrays(v) for k, v in values.items()} if isinstance(values, dict) else values


def call_function(function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """``Tensor.__array_function__``: the table's function, or NumPy's own on arrays.

    Raises TypeError for ``out=`` and for functions that write into their argument, NotImplementedError for those whose
    counterpart is missing.
    """
    name = f"{function.__module__}.{function.__name__}".removeprefix("numpy.")
    if kwargs.get("out") is not None:
        raise TypeError(f"numpy.{name}: a Tensor takes no part in out=...; use the torch function's out=")
    adapted = _FUNCTIONS.get(name)
    if adapted is None:
        return function(*_arrays(tuple(args)), **_arrays(kwargs))
    try:
        return adapted(*args, **{k: v for k, v in kwargs.items() if k != "out"})
    except AttributeError as error:
        if error.obj is not ops:
            raise
        raise NotImplementedError(f"numpy.{name} of a Tensor: torch.{error.name}") from None


# NumPy's signatures, on Tensors. Where a parameter is missing here, torch has nothing like it.


def _t(x: Any) -> Tensor:
    """An argument as a Tensor."""
    return x if isinstance(x, Tensor) else wrap(np.asarray(x))


def _flat(x: Any) -> Tensor:
    return ops.flatten(_t(x))


def _size(shape: Any) -> tuple[int, ...]:
    return tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)


def _dtype(dtype: Any) -> dtypes.dtype | None:
    if dtype is None or isinstance(dtype, dtypes.dtype):
        return dtype
    return dtypes.BY_NUMPY[np.dtype(dtype)]


def _axes(axis: Any) -> Any:
    return axis if axis is None or isinstance(axis, tuple) else operator.index(axis)


def _like(x: Any, dtype: Any, shape: Any, value: Any) -> Tensor:
    x = _t(x)
    if shape is None:
        return ops.full_like(x, value, dtype=_dtype(dtype))
    return ops.full(_size(shape), value, dtype=_dtype(dtype) or x.dtype)


def _reduction(name: str) -> Callable[..., Any]:
    def reduce(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Tensor:
        about = {} if dtype is None else {"dtype": _dtype(dtype)}
        if axis is None and not keepdims:
            return getattr(ops, name)(_t(a), **about)
        dim = tuple(range(_t(a).ndim)) if axis is None else _axes(axis)
        return getattr(ops, name)(_t(a), dim, keepdims, **about)

    return reduce


def _spread(name: str) -> Callable[..., Any]:
    def reduce(a: Any, axis: Any = None, dtype: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Tensor:
        x = _t(a) if dtype is None else _t(a).to(_dtype(dtype))  # type: ignore[attr-defined]
        return getattr(ops, name)(x, _axes(axis), correction=ddof, keepdim=keepdims)

    return reduce


def _extreme(name: str) -> Callable[..., Any]:
    def reduce(a: Any, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        x = _t(a)
        dim = () if axis is None else _axes(axis)
        return getattr(ops, name)(x, dim, keepdims)

    return reduce


def _position(name: str) -> Callable[..., Any]:
    return lambda a, axis=None, *, keepdims=False: getattr(ops, name)(_t(a), axis, keepdims)


def _running(name: str) -> Callable[..., Any]:
    def accumulate(a: Any, axis: Any = None, dtype: Any = None) -> Tensor:
        x = _flat(a) if axis is None else _t(a)
        return getattr(ops, name)(x, 0 if axis is None else axis, dtype=_dtype(dtype))

    return accumulate


def _transpose(a: Any, axes: Any = None) -> Tensor:
    x = _t(a)
    return ops.permute(x, tuple(range(x.ndim))[::-1] if axes is None else tuple(axes))


def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    x = _t(ary)
    if isinstance(indices_or_sections, int):
        if x.shape[axis] % indices_or_sections:
            raise ValueError("array split does not result in an equal division")
        return list(ops.split(x, max(x.shape[axis] // indices_or_sections, 1), axis))
    return list(ops.tensor_split(x, tuple(indices_or_sections), axis))


def _expand_dims(a: Any, axis: Any) -> Tensor:
    x = _t(a)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    for i in sorted([n % (x.ndim + len(axes)) for n in axes]):
        x = ops.unsqueeze(x, i)
    return x


def _where(condition: Any, *xy: Any) -> Any:
    condition = _t(condition)
    if condition.dtype is not dtypes.bool_:
        condition = condition != 0
    return ops.where(condition, *[_operand(x) for x in xy])


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Tensor:
    low, high = [_operand(x) for x in (a_min if min is None else min, a_max if max is None else max)]
    return ops.clamp(_t(a), low, high)


def _repeat(a: Any, repeats: Any, axis: Any = None) -> Tensor:
    return ops.repeat_interleave(_t(a), repeats if isinstance(repeats, int) else _t(repeats), dim=axis)


def _pairs(name: str) -> Callable[..., Any]:
    return lambda a, b: getattr(ops, name)(_t(a), _t(b))


def _dot(a: Any, b: Any) -> Tensor:
    x, y = _t(a), _t(b)
    if x.ndim == 0 or y.ndim == 0:
        return x * y  # type: ignore[operator]
    if y.ndim > 2:
        return ops.tensordot(x, y, ([x.ndim - 1], [y.ndim - 2]))
    return ops.matmul(x, y)


def _einsum(subscripts: str, *operands: Any, optimize: Any = False) -> Tensor:
    return ops.einsum(subscripts, *[_t(x) for x in operands])


def _writes(name: str) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"numpy.{name} would write into a Tensor unnoticed; use torch's in-place methods")

    return refuse


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    # Like another array.
    "zeros_like": lambda a, dtype=None, order="K", subok=True, shape=None, device=None: _like(a, dtype, shape, 0),
    "ones_like": lambda a, dtype=None, order="K", subok=True, shape=None, device=None: _like(a, dtype, shape, 1),
    "full_like": lambda a, fill_value, dtype=None, order="K", subok=True, shape=None, device=None:
        _like(a, dtype, shape, _operand(fill_value)),
    "empty_like": lambda a, dtype=None, order="K", subok=True, shape=None, device=None: _like(a, dtype, shape, 0),
    "copy": lambda a, order="K", subok=False: ops.clone(_t(a)),
    "astype": lambda x, dtype, /, *, copy=True, device=None: x.to(_dtype(dtype), copy=copy),
    # Of shape.
    "shape": lambda a: a.shape,
    "ndim": lambda a: a.ndim,
    "size": lambda a, axis=None: a.numel() if axis is None else a.shape[axis],
    "reshape": lambda a, shape, order="C", *, copy=None: ops.reshape(_t(a), _size(shape)),
    "ravel": lambda a, order="C": ops.ravel(_t(a)),
    "transpose": _transpose,
    "permute_dims": _transpose,
    "matrix_transpose": lambda x, /: x.mT,
    "swapaxes": lambda a, axis1, axis2: ops.transpose(_t(a), axis1, axis2),
    "moveaxis": lambda a, source, destination: ops.movedim(_t(a), source, destination),
    "squeeze": lambda a, axis=None: ops.squeeze(_t(a)) if axis is None else ops.squeeze(_t(a), axis),
    "expand_dims": _expand_dims,
    "broadcast_to": lambda array, shape, subok=False: ops.broadcast_to(_t(array), _size(shape)),
    "broadcast_arrays": lambda *args, subok=False: tuple(ops.broadcast_tensors(*[_t(x) for x in args])),
    "concatenate": lambda arrays, axis=0: ops.cat([_flat(x) if axis is None else _t(x) for x in arrays], axis or 0),
    "stack": lambda arrays, axis=0: ops.stack([_t(x) for x in arrays], axis),
    "vstack": lambda tup: ops.vstack([_t(x) for x in tup]),
    "hstack": lambda tup: ops.hstack([_t(x) for x in tup]),
    "dstack": lambda tup: ops.dstack([_t(x) for x in tup]),
    "column_stack": lambda tup: ops.column_stack([_t(x) for x in tup]),
    "split": _split,
    "array_split": lambda ary, indices_or_sections, axis=0: list(ops.tensor_split(_t(ary), indices_or_sections, axis)),
    "unstack": lambda x, /, *, axis=0: ops.unbind(_t(x), axis),
    "tile": lambda A, reps: ops.tile(_t(A), _size(reps)),
    "repeat": _repeat,
    "roll": lambda a, shift, axis=None: ops.roll(_t(a), shift, axis),
    "flip": lambda m, axis=None: ops.flip(_t(m), tuple(range(_t(m).ndim)) if axis is None else axis),
    "flipud": lambda m: ops.flipud(_t(m)),
    "fliplr": lambda m: ops.fliplr(_t(m)),
    "rot90": lambda m, k=1, axes=(0, 1): ops.rot90(_t(m), k, axes),
    "tril": lambda m, k=0: ops.tril(_t(m), k),
    "triu": lambda m, k=0: ops.triu(_t(m), k),
    "diag": lambda v, k=0: ops.diag(_t(v), k),
    "diagonal": lambda a, offset=0, axis1=0, axis2=1: ops.diagonal(_t(a), offset, axis1, axis2),
    "trace": lambda a: ops.trace(_t(a)),
    "atleast_1d": lambda *arys: ops.atleast_1d(*[_t(x) for x in arys]),
    "atleast_2d": lambda *arys: ops.atleast_2d(*[_t(x) for x in arys]),
    "atleast_3d": lambda *arys: ops.atleast_3d(*[_t(x) for x in arys]),
    # Of elements.
    "where": _where,
    "clip": _clip,
    "real": lambda val: val.real,
    "imag": lambda val: val.imag if val.is_complex() else ops.zeros_like(val),
    "angle": lambda z, deg=False: ops.rad2deg(ops.angle(_t(z))) if deg else ops.angle(_t(z)),
    "round": lambda a, decimals=0: ops.round(_t(a), decimals=decimals),
    "around": lambda a, decimals=0: ops.round(_t(a), decimals=decimals),
    "nan_to_num": lambda x, copy=True, nan=0.0, posinf=None, neginf=None: ops.nan_to_num(_t(x), nan, posinf, neginf),
    "sinc": lambda x: ops.sinc(_t(x)),
    "isclose": lambda a, b, rtol=1e-5, atol=1e-8, equal_nan=False: ops.isclose(_t(a), _t(b), rtol, atol, equal_nan),
    "allclose": lambda a, b, rtol=1e-5, atol=1e-8, equal_nan=False: ops.allclose(_t(a), _t(b), rtol, atol, equal_nan),
    "array_equal": lambda a1, a2, equal_nan=False: ops.equal(_t(a1), _t(a2)),
    "isreal": lambda x: ops.isreal(_t(x)),
    "isneginf": lambda x: ops.isneginf(_t(x)),
    "isposinf": lambda x: ops.isposinf(_t(x)),
    "iscomplexobj": lambda x: x.is_complex(),
    "isrealobj": lambda x: not x.is_complex(),
    "take_along_axis": lambda arr, indices, axis=-1: ops.take_along_dim(_t(arr), _t(indices), axis),
    "take": lambda a, indices, axis=None:
        ops.take(_t(a), _t(indices)) if axis is None else ops.index_select(_t(a), axis, _t(indices)),
    "searchsorted": lambda a, v, side="left", sorter=None: ops.searchsorted(_t(a), _t(v), side=side, sorter=sorter),
    "sort": lambda a, axis=-1, *, stable=False: ops.sort(_t(a), dim=axis, stable=bool(stable))[0],
    "argsort": lambda a, axis=-1, *, stable=False: ops.argsort(_t(a), dim=axis, stable=bool(stable)),
    # Over dimensions.
    "sum": _reduction("sum"), "mean": _reduction("mean"), "prod": _reduction("prod"), "nansum": _reduction("nansum"),
    "nanmean": _reduction("nanmean"), "all": _reduction("all"), "any": _reduction("any"),
    "var": _spread("var"), "std": _spread("std"),
    "max": _extreme("amax"), "amax": _extreme("amax"), "min": _extreme("amin"), "amin": _extreme("amin"),
    "argmax": _position("argmax"), "argmin": _position("argmin"),
    "cumsum": _running("cumsum"), "cumprod": _running("cumprod"),
    "count_nonzero": lambda a, axis=None: ops.count_nonzero(_t(a), axis),
    # Products.
    "dot": _dot, "vdot": _pairs("vdot"), "inner": _pairs("inner"),
    "outer": lambda a, b: ops.outer(_flat(a), _flat(b)),
    "kron": _pairs("kron"),
    "tensordot": lambda a, b, axes=2: ops.tensordot(_t(a), _t(b), axes),
    "einsum": _einsum,
    **{name: _writes(name) for name in ("copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis")},
}  # fmt: skip
