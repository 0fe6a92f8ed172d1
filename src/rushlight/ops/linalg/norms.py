"""Norms of matrices, and their condition: what a norm of a matrix times that of its inverse comes to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...core.tensor import Tensor
from ..layout.shape import permute
from ..reduction.norms import aten_norm, check_norm_dtype, norm_order, vector_norm
from ..reduction.sums import Dims, check_keepdim
from ..reduction.sums import dims as wrapped_dims
from ..support.arguments import check_tensor
from ..support.casting import in_float32
from ..support.checked import checked
from ..support.options import type_name, warn_once
from .checks import check_inexact, check_matrix, check_square
from .inverse import inv_ex
from .results import converted
from .spectral import linalg_svdvals

__all__ = ["frobenius_norm", "nuclear_norm"]

Order = float | str | None


def _check_out(function: str, result: Tensor, out: Tensor) -> Tensor:
    if isinstance(out, Tensor) and out.dtype is not result.dtype:
        raise RuntimeError(
            f"{function} expected out tensor dtype {result.dtype.scalar_name} but got: {out.dtype.scalar_name}"
        )
    return converted(function, result, out)


def _no_form(name: str, forms: tuple[str, str], *given: Any, **named: Any) -> TypeError:
    """torch's error for an order or dimensions of a type that neither form of a function takes."""
    shown = ", ".join([type_name(g) for g in given] + [f"{k}={type_name(v)}" for k, v in named.items()])
    lines = "".join([f" * {form}\n" for form in forms])
    return TypeError(
        f"{name}() received an invalid combination of arguments - got ({shown}), but expected one of:\n{lines}"
    )


_REST = "bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None)"
_FORMS = {
    "linalg_norm": (
        f"(Tensor input, Number ord = None, tuple of ints dim = None, {_REST}",
        f"(Tensor input, str ord, tuple of ints dim = None, {_REST}",
    ),
    "linalg_matrix_norm": (
        f"(Tensor input, Number ord, tuple of ints dim = {{-2,-1}}, {_REST}",
        f'(Tensor input, str ord = "fro", tuple of ints dim = {{-2,-1}}, {_REST}',
    ),
    "linalg_cond": (
        "(Tensor input, Number p = None, *, Tensor out = None)",
        "(Tensor input, str p, *, Tensor out = None)",
    ),
}


def _is_number(value: Any) -> bool:
    if isinstance(value, Tensor):
        return not value.ndim
    return isinstance(value, (bool, int, float, complex, np.number))


def _take_dims(dim: Any, one: bool) -> Any:
    """The dimensions as a tuple of ints; None if they are none. One int stands for itself where `one`."""
    if one and isinstance(dim, (int, np.integer)) and not isinstance(dim, bool):
        return (int(dim),)
    if not isinstance(dim, (tuple, list)):
        return None
    return tuple([int(d) for d in dim]) if all([isinstance(d, (int, np.integer)) for d in dim]) else None


@checked(signatures=_FORMS["linalg_norm"], name="linalg_norm")
def norm(
    input: Tensor, ord: Order = None, dim: Dims = None, keepdim: bool = False, *, out: Tensor | None = None,
    dtype: dtypes.dtype | None = None,
) -> Tensor:  # fmt: skip
    """A norm of vectors (over one dimension, or of a 1-d tensor) or of matrices (over two, or of a 2-d tensor).

    `ord` is a number, "fro" or "nuc"; without one it is the vector norm of order 2, over all dimensions unless `dim` is
    given. See `vector_norm` and `matrix_norm`. Raises RuntimeError for integers, other numbers of dimensions and other
    orders.

    >>> torch.linalg.norm(torch.tensor([[3., 0.], [0., 4.]]), 2)
    tensor(4.)
    """
    check_keepdim("linalg_norm", keepdim, 4)
    dims = None if dim is None else _take_dims(dim, True)
    if (dim is not None and dims is None) or not (ord is None or isinstance(ord, str) or _is_number(ord)):
        raise _no_form("linalg_norm", _FORMS["linalg_norm"], input, ord, *([] if dim is None else [dim]))
    if dims is not None and len(dims) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}")
    if dims is None and ord is not None and input.ndim not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {input.ndim}D."
        )
    order: Any = 2 if ord is None else ord
    vectors = ord is None or (not isinstance(ord, str) and (input.ndim if dims is None else len(dims)) == 1)
    if vectors:
        result = vector_norm(input, order, dims, keepdim, dtype=dtype)
    else:
        result = _matrix_norm(input, order, (0, 1) if dims is None else dims, keepdim, dtype)
    return result if out is None else _check_out("linalg.norm", result, out)


@checked(signatures=_FORMS["linalg_matrix_norm"], name="linalg_matrix_norm")
def matrix_norm(
    input: Tensor, ord: float | str = "fro", dim: Any = (-2, -1), keepdim: bool = False, *,
    dtype: dtypes.dtype | None = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """A norm of the matrices in two dimensions of a floating-point or complex tensor.

    ====================  ==================================
    "fro"                 the vector norm of order 2
    "nuc"                 the sum of the singular values
    inf, -inf             the largest, smallest sum of a row
    1, -1                 the largest, smallest sum of a column
    2, -2                 the largest, smallest singular value
    ====================  ==================================

    Sums are of absolute values. Raises RuntimeError for other orders, for integers, and unless `dim` names two different
    dimensions.

    >>> torch.linalg.matrix_norm(torch.tensor([[3., 0.], [0., 4.]]), "nuc")
    tensor(7.)
    """
    check_keepdim("linalg_matrix_norm", keepdim, 4)
    dims = _take_dims(dim, False)
    if dims is None or not (isinstance(ord, str) or _is_number(ord)):
        raise _no_form("linalg_matrix_norm", _FORMS["linalg_matrix_norm"], input, ord, dim)
    result = _matrix_norm(input, ord, dims, keepdim, dtype)
    return result if out is None else _check_out("linalg.matrix_norm", result, out)


def _matrix_norm(x: Tensor, ord: Any, dims: tuple[int, ...], keepdim: bool, dtype: dtypes.dtype | None) -> Tensor:
    name = "linalg.matrix_norm"
    check_inexact(name, x)
    check_matrix(name, x)
    if not isinstance(ord, str):
        ord = norm_order(name, ord)
    if len(dims) != 2:
        raise RuntimeError(f"{name}: dim must be a 2-tuple. Got {' '.join(map(str, dims))}")
    rows, columns = (wrap_dim(d, x._data.ndim) for d in dims)
    if rows == columns:
        raise RuntimeError(f"{name}: dims must be different. Got ({rows}, {columns})")
    check_norm_dtype(name, x, dtype)
    if ord == "fro":
        return vector_norm(x, 2, (rows, columns), keepdim, dtype=dtype)
    if ord == "nuc" or (not isinstance(ord, str) and abs(ord) == 2):
        check_inexact(name, x, low_precision=False)
        return _of_singular_values(x if dtype is None else x.to(dtype), ord, rows, columns, keepdim)
    if isinstance(ord, str) or abs(ord) not in (1, math.inf):
        raise RuntimeError(f"{name}: Order {ord if isinstance(ord, str) else f'{ord:g}'} not supported.")
    summed, along = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = vector_norm(x, 1, summed, keepdim, dtype=dtype)
    return _extreme(sums, along if keepdim or along < summed else along - 1, keepdim, ord > 0)


def _extreme(x: Tensor, dim: int, keepdim: bool, largest: bool) -> Tensor:
    """The largest or smallest norm along `dim`; the largest of none is 0."""
    if not largest:
        return x.amin(dim, keepdim)
    return x.amax(dim, keepdim) if x.shape[dim] else x.detach().sum(dim, keepdim)


def _of_singular_values(x: Tensor, ord: Any, rows: int, columns: int, keepdim: bool) -> Tensor:
    """The sum or an extreme of the singular values, which takes the place of two dimensions."""
    order = [d for d in range(x.ndim) if d not in (rows, columns)] + [rows, columns]
    values = linalg_svdvals(permute(x, order))
    result = values.sum(-1, keepdim) if ord == "nuc" else _extreme(values, -1 % values.ndim, keepdim, ord > 0)
    if not keepdim:
        return result
    return permute(result.unsqueeze(-1), [order.index(d) for d in range(x.ndim)])


# What torch keeps for old programs.


def _deprecated(name: str, instead: str) -> None:
    warn_once(
        f"at::{name} is deprecated and it is just left for JIT compatibility. It will be removed in a future PyTorch "
        f"release. Please use `{instead}` instead"
    )


def nuclear_norm(input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """``torch.linalg.matrix_norm(input, "nuc", dim, keepdim)``; deprecated, it warns."""
    check_tensor("nuclear_norm", input)
    if isinstance(dim, bool):
        dim, keepdim = None, dim
    _deprecated("nuclear_norm", "linalg.matrix_norm(A, 'nuc', dim, keepdim)")
    return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim, out=out)


def frobenius_norm(input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """``torch.linalg.vector_norm(input, 2, dim, keepdim)``, of at most two dimensions; deprecated, it warns."""
    check_tensor("frobenius_norm", input)
    _deprecated("frobenius_norm", "linalg.vector_norm(A, 2., dim, keepdim)")
    count = 1 if isinstance(dim, int) else len(dim)  # type: ignore[arg-type]
    if count > 2:
        raise RuntimeError(f"Expected at most 2 dimensions, but got {count} dimensions instead.")
    result = aten_norm(input, 2.0, wrapped_dims("frobenius_norm", dim, input.ndim), keepdim)
    return converted("frobenius_norm", result, out)


# The condition of a matrix.


@in_float32
def cond(input: Tensor, p: Order = None, *, out: Tensor | None = None) -> Tensor:
    """The condition numbers of matrices (..., m, n): the norm of each times the norm of its inverse.

    `p` is an order of `matrix_norm`; None, 2 and -2 take a quotient of singular values, and any m and n. The condition
    of a singular matrix is infinite, that of an empty one 0. Raises RuntimeError for integers, other shapes and orders.

    >>> torch.linalg.cond(torch.tensor([[3., 0.], [0., 4.]]), 1)
    tensor(1.3333)
    """
    check_tensor("linalg_cond", input)
    if not (p is None or isinstance(p, str) or _is_number(p)):
        raise _no_form("linalg_cond", _FORMS["linalg_cond"], input, p)
    result = _cond(input, p if p is None or isinstance(p, str) else norm_order("linalg.cond", p))
    return converted("linalg.cond", result, out)


def _cond(x: Tensor, p: Any) -> Tensor:
    if x.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if p not in (None, "fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p if isinstance(p, str) else f'{p:g}'}")
    if p in (None, 2, -2):
        values = linalg_svdvals(x)
        if not x.numel():
            return values.new_zeros(x.shape[:-2])
        ends = values.narrow(-1, 0, 1), values.narrow(-1, values.shape[-1] - 1, 1)
        return (ends[1] / ends[0] if p == -2 else ends[0] / ends[1]).squeeze(-1)
    check_square(f"linalg.cond(ord={p if isinstance(p, str) else f'{p:g}'})", x)
    if not x.numel():
        return x.abs().new_zeros(x.shape[:-2])
    if p == "nuc":
        values = linalg_svdvals(x)
        return values.sum(-1) * values.reciprocal().sum(-1)
    inverse, info = inv_ex(x)
    inverse = inverse.masked_fill((info > 0)[..., None, None], math.inf)
    product = _matrix_norm(x, p, (-2, -1), False, None) * _matrix_norm(inverse, p, (-2, -1), False, None)
    return product.nan_to_num(math.inf, math.inf, math.inf)
