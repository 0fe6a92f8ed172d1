"""Norms of vectors over some dimensions or all, and logsumexp, the smooth maximum.

Dimensions are given as in `sums`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.promotion import promote_types
from ...core.declare import op
from ...core.tensor import Tensor
from ..elementwise.arithmetic import sgn
from ..elementwise.comparison import choose as where
from ..support.along import restored
from ..support.arguments import check_tensor
from ..support.attach import methods
from ..support.checked import checked
from ..support.options import as_number
from ..support.outputs import into
from ..support.precision import converting, wide_op
from ..support.rows import inner
from .sums import Dims, add, check_keepdim, count, dims, greatest, least

__all__ = ["logsumexp", "norm"]



def _logsumexp_value(x: Any, dim: Any, keepdim: bool) -> Any:
    top = greatest(x.real if x.dtype.kind == "c" else x, dim, None, None, True, -np.inf)
    top = np.where(np.isinf(top), 0, top)
    result = np.log(add(np.exp(x - top), dim, None, None, True)) + top
    return result if keepdim else result.reshape(add(x, dim).shape)


_logsumexp = wide_op("logsumexp", _logsumexp_value, "LogsumexpBackward0", {
    "x": lambda g, x, out, dim, keepdim: (
        restored(g, dim, keepdim, x.ndim) * np.exp(x - restored(out, dim, keepdim, x.ndim))
    ),
}, contiguous=True)  # fmt: skip


def logsumexp(
    input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None, axis: Dims = None,
    keepdims: bool = False,
) -> Tensor:  # fmt: skip
    """log(sum(exp(input))) over `dim`, without overflow. Integers give the default dtype."""
    check_tensor("logsumexp", input)
    check_keepdim("logsumexp", keepdim)
    dim = axis if dim is None else dim
    if dim is None:
        raise TypeError("logsumexp(): argument 'dim' must be tuple of ints, not NoneType")
    if input.dtype.category < 2:
        input = input.to(dtypes.get_default_dtype())
    chosen = dims("logsumexp", dim, input._data.ndim)
    if not input._data.ndim:
        chosen = None
    if out is not None:
        return into(out, _logsumexp, input, chosen, keepdim or keepdims)
    return _logsumexp(input, chosen, keepdim or keepdims)


def _norm_value(x: Any, ord: float, dim: Any, keepdim: bool) -> Any:
    a = x if ord == 2 and x.dtype.kind == "f" else np.abs(x)
    if ord == 2:
        if dim in (x.ndim - 1, (x.ndim - 1,)) and x.ndim:
            squares = inner(a, a)
            return np.sqrt(squares if keepdim else squares[..., 0])
        return np.sqrt(add(a * a, dim, None, None, keepdim))
    if ord == 1:
        return add(a, dim, None, None, keepdim)
    if ord == 0:
        return add(a != 0, dim, a.dtype, None, keepdim)
    if np.isinf(ord):
        return (greatest if ord > 0 else least)(a, dim, None, None, keepdim)
    return add(a**ord, dim, None, None, keepdim) ** (1 / ord)


def _norm_slope(g: Any, x: Any, out: Any, ord: float, dim: Any, keepdim: bool) -> Any:
    g, norm = (restored(a, dim, keepdim, x.ndim) for a in (g, out))
    if ord == 2:
        return g * where(0, x / norm, norm == 0)
    sign = sgn(x)
    if ord == 1:
        return sign * g
    if ord == 0:
        return None
    size = np.abs(x)
    if np.isinf(ord):
        return sign * g * ties(size, norm, dim)
    if ord < 1:
        return sign * where(0, size ** (ord - 1), x == 0) * (g * norm ** (1 - ord))
    scale = g * where(0, 1 / where(1, norm, norm == 0) ** (ord - 1), norm == 0)
    return (sign * size ** (ord - 1) if ord < 2 else x * size ** (ord - 2)) * scale


def _ties(x: Any, extreme: Any, dim: Any, nan: bool = False) -> Any:
    mask = x == extreme
    if nan:
        mask |= (x != x) & (extreme != extreme)
    return np.asarray(mask / add(mask, dim, np.int64, None, True)).astype(x.dtype, copy=False)


#: Shares of the places that attain the extreme, even among ties; `extreme` has the reduced dimensions as ones. NaN ties
#: with NaN if asked for. It is constant but for jumps.
ties = op("ties", _ties)

_vector_norm = converting("linalg_vector_norm", _norm_value, "LinalgVectorNormBackward0", {
    "x": _norm_slope,
}, holomorphic=False, contiguous=True)  # fmt: skip
#: The same, as distances record it.
aten_norm = wide_op("norm", _norm_value, "NormBackward1", {"x": _norm_slope}, holomorphic=False, contiguous=True,
                    saved_as={"ord": "p"})  # fmt: skip


def norm_order(name: str, ord: Any) -> float:
    """The order of a norm as a float. Raises RuntimeError if it is complex."""
    number = as_number(name, "ord", ord, 2)
    if isinstance(number, complex):
        raise RuntimeError(f"{name}: Expected a non-complex scalar as the order of norm.")
    return float(number)


def check_norm_dtype(name: str, input: Tensor, dtype: dtypes.dtype | None) -> None:
    """Raises RuntimeError unless a norm may be computed in `dtype`: of the input's kind, and as wide at least."""
    if dtype is None:
        return
    d, wanted = input.dtype, dtype.scalar_name
    if dtype.category < 2:
        raise RuntimeError(f"{name}: dtype should be floating point or complex, but got {wanted}")
    if d.is_complex is not dtype.is_complex:
        kind = "complex" if d.is_complex else "real"
        raise RuntimeError(f"{name}: dtype should be {kind} for {kind} inputs, but got {wanted}")
    if promote_types(d, dtype) is not dtype:
        raise RuntimeError(
            f"{name}: the dtype of the input ({d.scalar_name}) should be convertible without narrowing to the specified "
            f"dtype ({wanted})"
        )


@checked(name="linalg_vector_norm")
def vector_norm(
    input: Tensor, ord: complex = 2, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """sum(|x| ** ord) ** (1 / ord) over `dim`; the count of nonzeros for 0, the extremes for the infinities.

    Raises RuntimeError for integers, and for extremes of nothing.
    """
    name = "linalg.vector_norm"
    d = input.dtype
    if d.category < 2:
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {d.scalar_name}")
    if ord.__class__ is not float:
        ord = norm_order(name, as_number("linalg_vector_norm", "ord", ord, 2))
    chosen = dims(name, dim, input._data.ndim)
    if (ord < 0 or np.isinf(ord)) and not count(input._data.shape, chosen):
        empty = [d for d in ((chosen,) if chosen.__class__ is int else chosen or ()) if not input._data.shape[d]]
        # (torch's words run together here.)
        what = "an empty tensor" if chosen is None else f"the dimension {empty[0]}because this dimension is empty"
        why = "because" if chosen is None else "and"
        raise RuntimeError(
            f"{name} cannot compute the {ord:g} norm on {what} {why} the operation does not have an identity"
        )
    check_norm_dtype(name, input, dtype)
    if dtype is not None and dtype.is_complex:
        input, dtype = input.to(dtype), None  # the norm is real
    result = _vector_norm(input, ord, chosen, keepdim, dtype=dtype)
    if out is None:
        return result
    from ..linalg.results import single

    return single("linalg_vector_norm", result, out)


def norm(
    input: Tensor, p: Any = "fro", dim: Dims = None, keepdim: bool = False, out: Tensor | None = None,
    dtype: dtypes.dtype | None = None,
) -> Tensor:  # fmt: skip
    """The vector norm of order `p` over `dim`; ``"fro"``, the default, is 2. ``"nuc"`` is a matrix norm."""
    if not isinstance(input, Tensor):
        raise AttributeError(f"'{type(input).__name__}' object has no attribute 'layout'")
    if isinstance(p, str) and (p != "fro" or (isinstance(dim, (tuple, list)) and len(dim) > 2)):
        from ..linalg.norms import matrix_norm

        of = range(input.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
        return matrix_norm(input, p, tuple(of), keepdim, dtype=dtype, out=out)
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype, out=out)


methods(logsumexp=logsumexp, norm=norm)
