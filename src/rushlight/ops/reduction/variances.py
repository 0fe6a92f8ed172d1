"""Variances and standard deviations over some dimensions or all, alone and with the mean.

Dimensions are given as in `sums`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ..elementwise.comparison import choose as where
from ..support.along import restored
from ..support.attach import methods
from ..support.checked import checked
from ..support.options import MISSING, warn_user
from ..support.outputs import into
from ..support.precision import wide_op
from .sums import FORMS, Dims, add, count, dims, spread

__all__ = ["std", "std_mean", "var", "var_mean"]



def _deviation(x: Any, dim: Any) -> Any:
    n = count(tuple(x.shape), dim) or np.nan
    if x.__class__ is np.ndarray:
        return x - add(x, dim, None, None, True) / n
    return x - (x.sum(keepdims=True) if dim is None else x.sum(dim, keepdims=True)) / n


def _var_value(x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    d = np.asarray(x)
    d = _deviation(d, dim)
    squares = d * d if d.dtype.kind == "f" else d.real * d.real + d.imag * d.imag
    freedom = max(count(d.shape, dim) - correction, 0)
    return add(squares, dim, None, None, keepdim) / (freedom or _zero(squares))


def _zero(like: Any) -> Any:
    """A zero that numbers may be divided by."""
    return like.dtype.type(0)


def _var_slope(g: Any, x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    freedom = count(tuple(x.shape), dim) - correction
    if freedom <= 0 and (dim is None or not x.ndim):
        return restored(g, dim, keepdim, x.ndim) * (np.abs(_deviation(x, dim)) * np.inf)  # nan at the mean
    return (2 / freedom if freedom else np.inf) * restored(g, dim, keepdim, x.ndim) * _deviation(x, dim)


def _std_value(x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    return np.sqrt(_var_value(x, dim, correction, keepdim))


def _std_slope(g: Any, x: Any, out: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    return _var_slope(where(0, g / (out * 2), out == 0), x, dim, correction, keepdim)


_var = wide_op("var", _var_value, "VarBackward0", {"x": _var_slope}, holomorphic=False, contiguous=True)
_std = wide_op("std", _std_value, "StdBackward0", {"x": _std_slope}, holomorphic=False, contiguous=True)


def _mean_value(x: Any, dim: Any, keepdim: bool) -> Any:
    return add(x, dim, None, None, keepdim) / (count(x.shape, dim) or np.nan)


def _with_mean(value: Any) -> Any:
    def both(x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
        return value(x, dim, correction, keepdim), _mean_value(x, dim, keepdim)

    return both


def _mean_slope(g: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    return spread(g / (count(shape, dim) or np.nan), shape, dim, keepdim)


def _sum_of(*parts: Any) -> Any:
    """The sum of the gradients that are there."""
    there = [p for p in parts if p is not None]
    return there[0] if len(there) == 1 else there[0] + there[1]


def _var_mean_slope(g: Any, x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    return _sum_of(
        None if g[0] is None else _var_slope(g[0], x, dim, correction, keepdim),
        None if g[1] is None else _mean_slope(g[1], tuple(x.shape), dim, keepdim),
    )


def _std_mean_slope(g: Any, x: Any, out: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    return _sum_of(
        None if g[0] is None else _std_slope(g[0], x, out[0], dim, correction, keepdim),
        None if g[1] is None else _mean_slope(g[1], tuple(x.shape), dim, keepdim),
    )


_var_mean = wide_op(
    "var_mean", _with_mean(_var_value), "VarMeanBackward0", {"x": _var_mean_slope}, several=True, holomorphic=False,
    contiguous=True,
)  # fmt: skip
_std_mean = wide_op(
    "std_mean", _with_mean(_std_value), "StdMeanBackward0", {"x": _std_mean_slope}, several=True, holomorphic=False,
    contiguous=True,
)  # fmt: skip


FREEDOM = (
    "{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel "
    "divided by output numel)."
)


def _spread_function(name: str, operation: Any, refusal: str, summary: str) -> Any:
    """var, std and their kin: they share their arguments."""

    def function(
        input: Tensor, dim: Any = None, unbiased: bool = MISSING, keepdim: bool = False, *,
        correction: complex | None = None, out: Tensor | None = None, axis: Dims = None, keepdims: bool = False,
    ) -> Any:  # fmt: skip
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        if input._data.dtype.kind not in "fc":
            raise RuntimeError(refusal)
        if correction is None:
            correction = 1 if unbiased is MISSING else int(unbiased)
        elif isinstance(correction, complex):
            raise RuntimeError("value cannot be converted to type double without overflow")
        dim = dims(name, axis if dim is None else dim, input._data.ndim)
        if count(input._data.shape, dim) <= correction:
            warn_user(FREEDOM.format(name))
        if out is not None:
            return into(out, operation, input, dim, correction, keepdim or keepdims)
        return operation(input, dim, correction, keepdim or keepdims)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary} over `dim`.

    The sum of squared deviations is divided by n - `correction` (1 by default; ``unbiased=False`` is correction 0).
    Raises RuntimeError for integers.
    """
    return checked(function, signatures=FORMS[name])


_ONE = "std and var only support floating point and complex dtypes"
var = _spread_function("var", _var, _ONE, "The variance")
std = _spread_function("std", _std, _ONE, "The standard deviation")
var_mean = _spread_function(
    "var_mean", _var_mean, "var_mean only support floating point and complex dtypes", "The variance and the mean"
)
std_mean = _spread_function(
    "std_mean", _std_mean, "std_mean only support floating point and complex dtypes",
    "The standard deviation and the mean",
)  # fmt: skip


methods(std=std, var=var)
