"""NumPy's functions on Tensors: what `numpy.exp(x)`, `numpy.where(m, x, y)` and so on mean where x is a Tensor.

NumPy asks the Tensor (NEP 13 and NEP 18), and the Tensor asks the tables of this package. A result is a Tensor, on the
graph if an input is: this is what lets one derivative rule, written in NumPy, run on arrays and, under
``create_graph``, on Tensors. Values and shapes are NumPy's; dtypes are torch's: an array among the arguments counts as
a tensor of its dtype, a NumPy scalar as a Python number, and integers become floats of the default dtype.

There are three kinds of functions. Most are made of operations with derivatives. Those whose results are positions,
counts, or the truth have none: NumPy computes them on the arrays, and Tensors come out (`DISCRETE`). What is left, such as
saving and formatting, runs on the arrays themselves as it would on any object with ``__array__``: a Tensor that
requires grad refuses that in torch's words. What would write into a Tensor is refused always.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

from ..support.layered import reads_values
from . import elements, reductions
from .arguments import arrays, payloads, tensors
from .ufuncs import call_ufunc

__all__ = ["call_function", "call_ufunc"]

#: Functions without a derivative: NumPy's own, on arrays.
DISCRETE = {
    "argpartition", "argwhere", "array_equiv", "can_cast", "common_type", "digitize", "einsum_path", "flatnonzero",
    "histogram_bin_edges", "isin", "iscomplex", "ix_", "lexsort", "may_share_memory", "min_scalar_type",
    "nanargmax", "nanargmin", "nonzero", "packbits", "ravel_multi_index", "result_type", "shares_memory",
    "tril_indices_from", "triu_indices_from", "diag_indices_from", "unpackbits", "unravel_index",
}  # fmt: skip
#: Functions of the tables that look at values: under vmap each runs in a loop over the examples.
READING = {
    "bincount", "histogram", "histogram2d", "histogramdd", "interp", "median", "nanmedian", "nanpercentile", "nanquantile",
    "partition", "percentile", "piecewise", "polyfit", "quantile", "union1d", "intersect1d", "setdiff1d", "setxor1d", "unique",
    "unique_all", "unique_counts", "unique_inverse", "unique_values",
}  # fmt: skip
#: Functions that write into their first argument.
WRITING = {"copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis"}
#: The tables that are loaded when a name is not in those that derivative rules use.
_LATER = ("moving", "choosing", "statistics", "calculus", "polynomials", "linalg", "fourier")

_FUNCTIONS: dict[str, Callable[..., Any]] = {**elements.FUNCTIONS, **reductions.FUNCTIONS}
_later = list(_LATER)


def call_function(function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """``Tensor.__array_function__``: the table's function, or NumPy's own on arrays.

    Raises TypeError for ``out=`` and for functions that write into their argument, RuntimeError where a Tensor requires
    grad and there is no counterpart.
    """
    name = f"{function.__module__}.{function.__name__}".removeprefix("numpy.")
    if "out" in kwargs:
        reductions.refuse_out(name, kwargs["out"])
        kwargs = {k: v for k, v in kwargs.items() if k != "out"}
    adapted = _FUNCTIONS.get(name)
    if adapted is None:
        adapted = table().get(name)
    if adapted is not None:
        return adapted(*args, **kwargs)
    if name in DISCRETE:
        return _discrete(function)(*args, **kwargs)
    if name in WRITING:
        refuse_writing(name)
    return function(*arrays(tuple(args)), **arrays(kwargs))


def table() -> dict[str, Callable[..., Any]]:
    """All functions by name, those of the modules that are loaded later included."""
    while _later:
        _FUNCTIONS.update(import_module(f"{__name__}.{_later[0]}").FUNCTIONS)
        del _later[0]
        if not _later:
            _FUNCTIONS.update({name: reads_values(_FUNCTIONS[name]) for name in READING})
    return _FUNCTIONS


@cache
def _discrete(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return tensors(function(*payloads(args), **payloads(kwargs)))

    call.__name__ = function.__name__
    return reads_values(call)


def refuse_writing(name: str) -> NoReturn:
    raise TypeError(f"numpy.{name} would write into a Tensor unnoticed; use torch's in-place methods")
