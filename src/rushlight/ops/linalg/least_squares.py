"""Pseudoinverses, least squares and ranks: what is small against the largest singular value counts as zero."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import broadcast_shapes
from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_bool, check_no_gradient, check_tensor
from ..support.attach import methods
from ..support.checked import checked
from ..support.options import argument_error, no_such_call
from .checks import LinAlgError, check_matrix, check_square
from .lapack import lapack
from .results import converted, named
from .spectral import adjoint, eigh_of, eigvalsh_of, svd_of, svdvals_of

__all__ = ["pinverse"]


# What counts as zero.


_FORMS = (
    "(Tensor input, *, Tensor atol = None, Tensor rtol = None, bool hermitian = False, Tensor out = None)",
    "(Tensor input, *, float atol = None, float rtol = None, bool hermitian = False, Tensor out = None)",
)


def _tolerances(function: str, x: Tensor, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """The absolute and the relative tolerance: 0 and eps * max(m, n), unless one of them is given."""
    for name, t in (("atol", atol), ("rtol", rtol)):
        if t is not None and not isinstance(t, (Tensor, bool, int, float, np.number)):
            raise no_such_call(function, (x,), {name: t}, _FORMS)
    real = x.dtype.to_real()
    absolute, relative = (t if isinstance(t, Tensor) else np.asarray(t or 0, real.numpy) for t in (atol, rtol))
    if rtol is None:
        standard = _epsilon(x._data)
        if isinstance(absolute, Tensor):
            return absolute, (absolute <= 0).to(real) * standard
        relative = np.asarray(standard if atol is None or not absolute > 0 else 0, real.numpy)
    return absolute, relative


def _epsilon(x: Any) -> float:
    return float(np.finfo(x.dtype).eps) * max(x.shape[-2:])


def _threshold(sizes: Any, atol: Any, rtol: Any) -> Any:
    """What does not exceed this is zero: of the sizes of values, (..., k), to (..., 1)."""
    top = sizes.max(-1, keepdims=True) if sizes.shape[-1] else np.zeros((*sizes.shape[:-1], 1), sizes.dtype)
    return np.maximum(atol[..., None], rtol[..., None] * top)


# The pseudoinverse.


def _pinv_value(x: Any, atol: Any, rtol: Any, hermitian: bool) -> Any:
    if not x.size:
        return np.swapaxes(x, -2, -1).copy()
    if hermitian:
        values, v = eigh_of(x, "L")
        left, right, sizes = v, adjoint(v), np.abs(values)
    else:
        u, values, vh = svd_of(x, False)
        left, right, sizes = adjoint(vh), adjoint(u), values
    kept = sizes > _threshold(sizes, atol, rtol)
    inverted = np.where(kept, 1 / np.where(kept, values, 1), 0).astype(values.dtype, copy=False)
    return (left * inverted[..., None, :]) @ right


def _pinv_slope(g: Any, x: Any, out: Any) -> Any:
    """Golub & Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems" (1973), 4.12::

    gA = -P^H gP P^H + (1 - A P) gP^H P P^H + P^H P gP^H (1 - P A)
    """
    if x.shape[-2] > x.shape[-1]:  # pinv(A^H) = P^H: the products are of the smaller side
        return adjoint(_pinv_slope(adjoint(g), adjoint(x), adjoint(out)))
    ph, gh = adjoint(out), adjoint(g)
    k = gh @ out
    first = k @ ph
    return -(ph @ g @ ph) + (first - x @ (out @ first)) + (ph @ out) @ (gh - k @ x)


pinv_op = op(
    "linalg_pinv", _pinv_value, "LinalgPinvBackward0", {"x": _pinv_slope}, conforms=True, holomorphic=False,
)  # fmt: skip


def _pinv(name: str, x: Any, atol: Any, rtol: Any, hermitian: Any) -> Tensor:
    check_tensor(name, x)
    check_bool(name, hermitian, "hermitian", None)
    if x.ndim < 2 or x._data.dtype.char not in "fdFD" or x.dtype is dtypes.bfloat16:
        raise RuntimeError(
            f"linalg.pinv({x.dtype.scalar_name}{{{list(x.shape)}}}): expected a tensor with 2 or more dimensions of "
            "float, double, cfloat or cdouble types"
        )
    for value, word in ((atol, "atol"), (rtol, "rtol")):
        check_no_gradient("linalg_pinv", value, word)
        _check_real("linalg.pinv", value, word)
    if hermitian:
        check_square("linalg.eigh", x)
    return pinv_op(x, *_tolerances("linalg_pinv", x, atol, rtol), bool(hermitian))


def _check_real(function: str, value: Any, word: str) -> None:
    if isinstance(value, Tensor) and value.dtype.is_complex:
        raise RuntimeError(
            f"torch.{function}: {word} tensor of complex type is not supported. Got {value.dtype.scalar_name}"
        )


def pinv(
    input: Tensor, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The pseudoinverses (..., n, m) of matrices (..., m, n), floating point or complex.

    Singular values that do not exceed max(`atol`, `rtol` * the largest one) count as zero; each is a number or a tensor
    for the stack. `atol` is 0 and `rtol` eps * max(m, n), unless `atol` is given alone and positive. A `hermitian`
    matrix is read in its lower triangle. Raises RuntimeError for other shapes and dtypes.

    >>> torch.linalg.pinv(torch.tensor([[2., 0.], [0., 0.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.0000]])
    """
    if rcond is not None:
        atol, rtol = 0.0, rcond
    return converted("linalg.pinv", _pinv("linalg_pinv", input, atol, rtol, hermitian), out)


def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """`torch.linalg.pinv` with a relative tolerance alone."""
    return _pinv("pinverse", input, 0.0, rcond, False)


# The rank.


@checked(signatures=(
    *_FORMS,
    "(Tensor input, Tensor tol, bool hermitian = False, *, Tensor out = None)",
    "(Tensor input, float tol, bool hermitian = False, *, Tensor out = None)",
), name="linalg_matrix_rank")
def matrix_rank(
    input: Tensor, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """How many singular values of matrices (..., m, n) are not zero, as int64; the tolerances are those of `pinv`.

    A `tol` is an `atol` without an `rtol`. Raises RuntimeError for other shapes and dtypes.

    >>> torch.linalg.matrix_rank(torch.tensor([[1., 1.], [1., 1.]]))
    tensor(1)
    """
    name = "torch.linalg.matrix_rank"
    if tol is not None:
        atol, rtol = tol, 0.0
    check_matrix(name, input, "input")
    _check_doubles(input)
    for value, word in ((atol, "atol"), (rtol, "rtol")):
        _check_real("linalg.matrix_rank", value, word)
    if hermitian:
        check_square("linalg.eigh", input)
    result = _matrix_rank(input, *_tolerances("linalg_matrix_rank", input, atol, rtol), bool(hermitian))
    return converted("linalg.matrix_rank", result, out)


def _check_doubles(x: Tensor) -> None:
    if x._data.dtype.char not in "fdFD" or x.dtype is dtypes.bfloat16:
        raise RuntimeError("This function doesn't handle types other than float and double")


def _rank_value(x: Any, atol: Any, rtol: Any, hermitian: bool) -> Any:
    sizes = np.abs(eigvalsh_of(x, "L")) if hermitian else svdvals_of(x)
    return (sizes > _threshold(sizes, atol, rtol)).sum(-1)


_matrix_rank = op("linalg_matrix_rank", _rank_value)


# Least squares.

_DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


def _solved(a: Any, b: Any, rcond: float, driver: str) -> tuple[Any, int, Any]:
    """The solution for one matrix, the rank and the singular values that LAPACK's `driver` found on its way."""
    m, n = a.shape
    if driver == "gels":
        padded = np.concatenate((b, np.zeros((max(n - m, 0), b.shape[1]), b.dtype)))
        _, x, info = lapack("gels", a)(a, padded)
        if info:
            raise LinAlgError(
                "torch.linalg.lstsq: The least squares solution could not be computed because the input matrix does not "
                f"have full rank (error code: {info})."
            )
        return x[:n], 0, None
    from scipy.linalg import lstsq as scipy_lstsq

    x, _, rank, values = scipy_lstsq(a, b, cond=rcond, lapack_driver=driver, check_finite=False)
    return x, rank, values


def _lstsq_value(a: Any, b: Any, rcond: float, driver: str, vector: bool) -> tuple[Any, Any, Any, Any]:
    """The solution, residuals, rank and singular values; empty arrays stand for those that torch does not compute."""
    columns = b[..., None] if vector else b
    (m, n), k = a.shape[-2:], columns.shape[-1]
    batch, own = np.broadcast_shapes(a.shape[:-2], columns.shape[:-2]), a.shape[:-2]
    a, columns = np.broadcast_to(a, (*batch, m, n)), np.broadcast_to(columns, (*batch, m, k))
    x, kind = np.zeros((*batch, n, k), a.dtype), a.real.dtype
    rank, values = np.zeros(batch, np.int64), np.zeros((*batch, min(m, n)), kind)
    if a.size and columns.size:
        for i in np.ndindex(batch):
            x[i], rank[i], found = _solved(a[i], columns[i], rcond, driver)
            if found is not None:
                values[i] = found
    residuals = np.zeros(0, kind)
    if m > n and driver != "gelsy" and (driver == "gels" or (rank == n).all()):
        rest = np.abs(a @ x - columns)
        residuals = (rest * rest).sum(-2)
    # What is known of `a` has the shape that its stack had before it was broadcast.
    first = tuple([slice(0, 1) if n == 1 else slice(None) for n in own])
    rank, values = rank[first], values[first]
    return (
        x[..., 0] if vector else x, residuals, np.zeros(0, np.int64) if driver == "gels" else rank[()],
        values if driver in ("gelsd", "gelss") else np.zeros(0, kind),
    )  # fmt: skip


def _lstsq_slope(g: Any, a: Any, b: Any, out: Any, vector: bool) -> tuple[Any, Any]:
    """X = P B with the pseudoinverse P of A; residuals are |A X - B|^2, and A^H (A X - B) = 0.

    As in torch, the rank of A is taken to be that which `pinv` finds.
    """
    gx, gr = g[:2]
    x = out[0]
    if vector:
        x, b, gx = x[..., None], b[..., None], None if gx is None else gx[..., None]
    ga: Any = None
    gb: Any = None
    if gx is not None:
        p = pinv_op(a, np.zeros((), np.float64), np.asarray(_epsilon(getattr(a, "_data", a))), False)
        ga, gb = _pinv_slope(gx @ adjoint(b), a, p), adjoint(p) @ gx
    if gr is not None and math.prod(gr.shape):
        rest = 2 * gr[..., None, :] * (a @ x - b)
        ga, gb = rest @ adjoint(x) if ga is None else ga + rest @ adjoint(x), -rest if gb is None else gb - rest
    return ga, gb[..., 0] if vector and gb is not None else gb


_lstsq = op(
    "linalg_lstsq", _lstsq_value, "LinalgLstsqBackward0", _lstsq_slope, differentiable=("a", "b"), several=True,
    conforms=True, holomorphic=False,
)  # fmt: skip


def lstsq(input: Tensor, b: Tensor, rcond: float | None = None, *, driver: str | None = None, out: Any = None) -> Any:
    """X with the least |A X - B|^2, as the named tuple (solution, residuals, rank, singular_values).

    A is (..., m, n), B (..., m, k) or one dimension less, (..., m); leading dimensions broadcast. The `driver` is
    LAPACK's: "gels" (full rank), "gelsy" (the default), "gelsd" or "gelss". Singular values below `rcond` times the
    largest, eps * max(m, n) unless given, count as zero. `rank` is empty with gels, `singular_values` but with gelsd and
    gelss, `residuals` with gelsy and where A has not full rank or m <= n. Raises RuntimeError for other shapes, dtypes
    and drivers.

    >>> torch.linalg.lstsq(torch.eye(2), torch.tensor([[1.], [3.]])).solution
    tensor([[1.],
            [3.]])
    """
    check_tensor("linalg_lstsq", input)
    check_tensor("linalg_lstsq", b, "b", 2)
    if driver is not None and not isinstance(driver, str):
        raise argument_error("linalg_lstsq", "driver", "str", driver)
    vector = _check_lstsq(input, b)
    if driver is not None and driver not in _DRIVERS:
        raise RuntimeError("torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
    results = _lstsq(input, b, _epsilon(input._data) if rcond is None else rcond, driver or "gelsy", vector)
    return named("linalg_lstsq", (*results[:3], results[3].detach()), out)


def _check_lstsq(a: Tensor, b: Tensor) -> bool:
    """Whether B is one vector for each matrix; raises RuntimeError, in torch's words, for what does not fit."""
    name = "torch.linalg.lstsq"
    if a.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if b.ndim < 1:
        raise RuntimeError(f"{name}: other must have at least 1 dimension.")
    if a.dtype is not b.dtype:
        raise RuntimeError(
            f"{name}: Expected input and other to have the same dtype, but got input's dtype {a.dtype.scalar_name} and "
            f"other's dtype {b.dtype.scalar_name}"
        )
    less = a.ndim - b.ndim
    if less not in (0, 1):
        raise RuntimeError(
            f"{name}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1"
        )
    rows = b.shape if less else b.shape[:-1]
    if a.shape[-2] != rows[-1]:
        raise RuntimeError(f"{name}: input.size(-2) should match other.size({-1 if less else -2})")
    _check_doubles(a)
    broadcast_shapes(a.shape[:-2], rows[:-1])
    return bool(less)


methods(pinverse=pinverse)
