"""Functions that are made of products: exponentials, powers, tensors as matrices, cross products."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import broadcast_shapes, wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor
from ..creation.filled import eye
from ..layout.shape import movedim
from ..layout.splitting import diagonal as torch_diagonal
from ..products.matmul import vdot
from ..reduction.scan import cumprod
from ..support.arguments import check_int, check_tensor, unimplemented
from ..support.attach import methods
from ..support.casting import in_float32, in_lower_precision
from ..support.checked import checked
from ..support.options import warn_once
from ..support.outputs import into
from ..support.precision import wide_op
from .checks import check_inexact, check_same_dtype, check_square
from .inverse import check_inverted, inv, inv_ex, solve
from .results import single

__all__ = ["cross", "matrix_exp", "matrix_power", "vander"]


# The exponential.


def _exp_value(x: Any) -> Any:
    from scipy.linalg import expm

    if not x.size:
        return x.copy()
    bad = ~np.isfinite(x).all((-2, -1), keepdims=True)
    if bad.any():
        return np.where(bad, np.asarray(np.nan, x.dtype), _exp_value(np.where(bad, 0, x)))
    return expm(x).astype(x.dtype, copy=False)


def _exp_slope(g: Any, x: Any) -> Any:
    """Najfeld & Havel, "Derivatives of the matrix exponential and their computation" (1995), theorem 4.13::

    exp [A  E]  =  [exp A  L(A, E)]        and the adjoint of the derivative L(A, .) is L(A^T, .)
        [0  A]     [0      exp A  ]
    """
    a, n = x.mT, x.shape[-1]
    upper, lower = np.concatenate((a, g), -1), np.concatenate((np.zeros_like(a), a), -1)
    return matrix_exp_op(np.concatenate((upper, lower), -2))[..., :n, n:]


matrix_exp_op = wide_op("linalg_matrix_exp", _exp_value, "LinalgMatrixExpBackward0", {"x": _exp_slope})


def _matrix_exp(name: str, x: Any) -> Tensor:
    check_tensor(name, x)
    check_inexact("linalg.matrix_exp", x)
    check_square("linalg.matrix_exp", x)
    return matrix_exp_op(x)


def matrix_exp(input: Tensor) -> Tensor:
    """The exponentials of square matrices (..., n, n), floating point or complex: the sum of A^k / k!.

    Raises RuntimeError for other shapes and dtypes.

    >>> torch.matrix_exp(torch.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    return _matrix_exp("matrix_exp", input)


def linalg_matrix_exp(input: Tensor) -> Tensor:
    """`torch.matrix_exp`."""
    return _matrix_exp("linalg_matrix_exp", input)


# Powers.


def _power(x: Tensor, n: int) -> Tensor:
    if n == 0:
        return x.clone().copy_(eye(x.shape[-1], dtype=x.dtype))
    if n < 0:
        x, n = inv(x), -n
        if n == 1:
            return x
    if n == 1:
        return x.clone()
    if n == 3:
        return (x @ x) @ x
    # Squares, and the product of those whose bit is set in n.
    square, result = x, None
    while n:
        n, bit = divmod(n, 2)
        if bit:
            result = square if result is None else result @ square
        if n:
            square = square @ square
    return result  # type: ignore[return-value]


def _matrix_power(name: str, x: Any, n: Any, out: Tensor | None) -> Tensor:
    check_tensor(name, x)
    check_int(name, n, "n", 2)
    check_square("linalg.matrix_power", x)
    result = _power(x, int(n))
    if out is not None and n in (0, 1):
        return into(out, lambda y: y, result)
    return single(name, result, out)


def matrix_power(input: Tensor, n: int, *, out: Tensor | None = None) -> Tensor:
    """Square matrices (..., n, n) times themselves, `n` times; the inverse, where `n` is negative.

    Raises RuntimeError for other shapes, and LinAlgError for a negative power of a singular matrix.

    >>> torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), 5)
    tensor([[8, 5],
            [5, 3]])
    """
    return _matrix_power("matrix_power", input, n, out)


def linalg_matrix_power(input: Tensor, n: int, *, out: Tensor | None = None) -> Tensor:
    """`torch.matrix_power`."""
    return _matrix_power("linalg_matrix_power", input, n, out)


# Tensors as matrices.


def tensorinv(input: Tensor, ind: int = 2, *, out: Tensor | None = None) -> Tensor:
    """The inverse for `torch.tensordot` of ``ind`` dimensions: the first `ind` dimensions are rows, the rest columns.

    Raises RuntimeError unless there are as many rows as columns, LinAlgError if there is no inverse.
    """
    check_tensor("linalg_tensorinv", input)
    check_int("linalg_tensorinv", ind, "ind", 2)
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    rows, columns = tuple(input.shape[:ind]), tuple(input.shape[ind:])
    m, n = math.prod(rows), math.prod(columns)
    if m != n:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{n} != {m}"
        )
    result, info = inv_ex(input.reshape((n, m)))
    check_inverted("inv", info._data)
    result = result.reshape((*columns, *rows))
    return result if out is None else into(out, _named(tensorinv), result)


def _named(function: Any) -> Any:
    """The identity, for `into`, under the name by which torch calls a function of torch.linalg."""

    def copy(result: Tensor) -> Tensor:
        return result

    copy.__name__ = f"linalg_{function.__name__}"
    return copy


@in_float32
def tensorsolve(input: Tensor, other: Tensor, dims: Any = None, *, out: Tensor | None = None) -> Tensor:
    """X with ``torch.tensordot(input, X, X.ndim) == other``; the dimensions `dims` of `input` are moved to its end first.

    Raises RuntimeError unless ``input.shape[other.ndim:]`` has as many elements as ``other``, LinAlgError for a system
    without one solution.
    """
    check_tensor("linalg_tensorsolve", input)
    check_tensor("linalg_tensorsolve", other, "other", 2)
    a = input if dims is None else movedim(input, tuple(dims), tuple(range(input.ndim - len(dims), input.ndim)))
    shape = tuple(a.shape[other.ndim :])
    m, n = math.prod(shape), other.numel()
    if m != n:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), "
            f"but got {m} != {n}"
        )
    result = solve(a.reshape((m, m)), other.reshape((-1,))).reshape(shape)
    return result if out is None else into(out, _named(tensorsolve), result)


# Vandermonde matrices.


def _powers(x: Tensor, count: int) -> Tensor:
    """The powers 0 to count - 1 along a new last dimension."""
    from ..layout.joining import cat

    running = cumprod(x.unsqueeze(-1).expand((*x.shape, count - 1)), -1)
    return cat((running.new_ones((*x.shape, 1)), running), -1)


def linalg_vander(x: Tensor, *, N: int | None = None) -> Tensor:
    """The powers 0 to N - 1 of each element: (..., n) to (..., n, N); N is n unless given.

    Raises RuntimeError for an N below 2, for bool and for 16-bit floats.

    >>> torch.linalg.vander(torch.tensor([2, 3]), N=3)
    tensor([[1, 2, 4],
            [1, 3, 9]])
    """
    check_tensor("linalg_vander", x, "x")
    if x.dtype is dtypes.bool_ or (x.dtype.itemsize == 2 and x.dtype.is_floating_point):
        raise RuntimeError(
            f"linalg.vander supports floating point, complex, and integer tensors, but got {x.dtype.scalar_name}"
        )
    if N is not None:
        check_int("linalg_vander", N, "N", None)
    if not x.ndim:
        x = x.unsqueeze(-1)
    count = x.shape[-1] if N is None else int(N)
    if count <= 1:
        raise RuntimeError("N must be greater than 1.")
    return _powers(x, count)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of each element of a vector, from N - 1 down to 0, or up if `increasing`; N is its size unless given.

    Raises RuntimeError for other shapes and a negative N.
    """
    check_tensor("vander", x, "x")
    if x.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    count = x.shape[0] if N is None else N
    if count < 0:
        raise RuntimeError("N must be non-negative.")
    if x.dtype.category < 2:
        x = x.to(dtypes.int64)
    result = _powers(x, count) if count else x.new_empty((x.shape[0], 0))
    return result if increasing else result.flip(1)


# Products of vectors.


@checked(name="linalg_vecdot")
@in_lower_precision
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Tensor:
    """The sums of products over `dim` of two tensors that broadcast; `x` is conjugated where it is complex.

    Raises RuntimeError for integers and two dtypes.
    """
    check_inexact("linalg.vecdot", x)
    check_same_dtype("linalg.vecdot", x, y, ("x", "y"))
    if isinstance(out, Tensor) and out.dtype is not x.dtype:
        raise RuntimeError(
            f"linalg.vecdot: Expected out of dtype{x.dtype.scalar_name} but found {out.dtype.scalar_name}"
        )
    if x.ndim == 1 and y.ndim == 1:
        result = vdot(x, y)
    else:
        result = ((x.conj() if x.dtype.is_complex else x) * y).sum(dim)
    return single("linalg_vecdot", result, out)


def _cross_value(x: Any, y: Any, dim: int) -> Any:
    a, b = np.moveaxis(x, dim, 0), np.moveaxis(y, dim, 0)
    return np.stack([a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))], dim)


_cross = op("linalg_cross", _cross_value, "LinalgCrossBackward0", {
    "x": lambda g, y, dim: _cross(y, g, dim),
    "y": lambda g, x, dim: _cross(g, x, dim),
}, conforms=True, contiguous=True, saved_as={"x": "self", "y": "other"})  # fmt: skip


def _checked_cross(name: str, x: Any, y: Any, dim: Any, out: Tensor | None) -> Tensor:
    if x.ndim != y.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    d = wrap_dim(int(dim), x.ndim)
    m, n = x.shape[d], y.shape[d]
    if m != 3 or n != 3:
        raise RuntimeError(f"linalg.cross: inputs dimension {dim} must have length 3. Got {m} and {n}")
    broadcast_shapes(x._data.shape, y._data.shape)
    if x.dtype is dtypes.bool_:
        raise unimplemented("cross", x.dtype)
    if x.dtype is not y.dtype:
        raise RuntimeError(f"expected scalar type {x.dtype.scalar_name} but found {y.dtype.scalar_name}")
    return single(name, _cross(x, y, d), out)


def linalg_cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Tensor:
    """The cross products of vectors of three elements along `dim`; the other dimensions broadcast.

    Raises RuntimeError if the numbers of dimensions or the dtypes differ, or `dim` is not of size 3.

    >>> torch.linalg.cross(torch.tensor([1., 0., 0.]), torch.tensor([0., 1., 0.]))
    tensor([0., 0., 1.])
    """
    check_tensor("linalg_cross", input)
    check_tensor("linalg_cross", other, "other", 2)
    check_int("linalg_cross", dim, "dim", None)
    return _checked_cross("linalg_cross", input, other, dim, out)


@checked
def cross(input: Tensor, other: Tensor, dim: int | None = None, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.cross` along `dim`, or along the first dimension of size 3, which is deprecated and warns."""
    if dim is None:
        warn_once(
            "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or "
            "simply use torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in "
            "a future release."
        )
        if 3 not in input.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = tuple(input.shape).index(3)
    return _checked_cross("cross", input, other, dim, out)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """`torch.diagonal` of the last two dimensions: a view."""
    check_tensor("linalg_diagonal", A, "A")
    return torch_diagonal(A, offset, dim1, dim2)


methods(cross=cross, matrix_exp=matrix_exp, matrix_power=matrix_power)
