"""Determinants.

Note [Cofactors]
    The gradient of det(A) is its matrix of cofactors (Jacobi's formula): det(A) A^-T where A has an inverse. It is made
    of polynomials, so singular matrices have one too, and a gradient of the gradient. With A = U S V^H (Stewart, "On the
    adjugate matrix", 1998), it is det(U) det(V^H) conj(U) cof(S) conj(V^H), and the cofactors of the diagonal matrix S
    are the products of all but one of its elements. The derivative of those in a direction E, with the products P_ij of
    all elements but two, is P diag(E) on the diagonal and -P_ij E_ji beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.declare import op
from ...core.tensor import Tensor
from ..elementwise.comparison import where
from ..support.arguments import check_tensor
from ..support.attach import methods
from .checks import check_inexact, check_kernel, check_square
from .factored import determinant, log_determinant
from .inverse import inverse_op
from .lapack import adjoint, singly
from .results import named, single

__all__ = ["det", "logdet", "slogdet"]


def _without_one(s: Any) -> Any:
    """The products of all elements of the last dimension but one."""
    zero = s == 0
    safe = np.where(zero, 1, s)
    rest = zero.sum(-1)[..., None] - zero.astype(int)
    return np.where(rest == 0, safe.prod(-1)[..., None] / safe, 0)


def _cofactor_value(x: Any) -> Any:
    try:
        return np.linalg.det(x)[..., None, None] * np.linalg.inv(x).mT
    except np.linalg.LinAlgError:
        u, s, vh = np.linalg.svd(x)
        u, vh = _unitary_cofactors(u), _unitary_cofactors(vh)
        return u * _without_one(s)[..., None, :] @ vh


def _unitary_cofactors(u: Any) -> Any:
    return np.linalg.det(u)[..., None, None] * u.conj()


def _cofactor_slope_value(x: Any, direction: Any) -> Any:
    u, s, vh = np.linalg.svd(x)
    e = adjoint(u) @ direction @ adjoint(vh)
    n = s.shape[-1]
    pairs = _without_two(s)
    slope = -pairs * e.mT
    i = np.arange(n)
    slope[..., i, i] = (pairs @ np.diagonal(e, 0, -2, -1)[..., None])[..., 0]
    return _unitary_cofactors(u) @ slope @ _unitary_cofactors(vh)


def _without_two(s: Any) -> Any:
    """The matrix of products of all elements but the i-th and the j-th; zeros on the diagonal."""
    zero = s == 0
    safe = np.where(zero, 1, s)
    rest = zero.sum(-1)[..., None, None] - zero[..., :, None].astype(int) - zero[..., None, :].astype(int)
    products = safe.prod(-1)[..., None, None] / safe[..., :, None] / safe[..., None, :]
    return np.where((rest == 0) & ~np.eye(s.shape[-1], dtype=bool), products, 0)


def _third(g: Any, x: Any, direction: Any) -> Any:
    """The third derivative of the determinant, contracted with two directions; of matrices with an inverse."""
    y, d = inverse_op(x, True)[0], _det(x)[..., None, None]
    ye, yg = y @ direction, y @ g
    te, tg = _trace(ye), _trace(yg)
    slope = (te * tg - _trace(ye @ yg)) * y - tg * (ye @ y) - te * (yg @ y) + ye @ yg @ y + yg @ ye @ y
    return d * slope.mT


def _trace(x: Any) -> Any:
    return np.diagonal(x, 0, -2, -1).sum(-1)[..., None, None]


#: See Note [Cofactors]. The second derivative is symmetric: its rule for the direction is itself.
cofactor = op("cofactor", _cofactor_value, "CofactorBackward0", {"x": lambda g, x: cofactor_slope(x, g)})
cofactor_slope = op("cofactor_slope", _cofactor_slope_value, "CofactorSlopeBackward0", {
    "x": lambda g, x, direction: _third(g, x, direction),
    "direction": lambda g, x: cofactor_slope(x, g),
})  # fmt: skip


def _as_decomposed(x: Any) -> Any:
    """The matrix that torch decomposes: the transpose of a contiguous real one, which LAPACK can read as it is."""
    return x.mT if x.flags.c_contiguous and x.dtype.kind == "f" else x


def _det_value(x: Any) -> Any:
    x = _as_decomposed(x)
    return determinant(x) if singly(x) else np.linalg.det(x)


_det = op("linalg_det", _det_value, "LinalgDetBackward0", {
    "x": lambda g, x: g[..., None, None] * cofactor(x),
}, saved_as={"x": "A"})  # fmt: skip


def _slogdet_value(x: Any) -> tuple[Any, Any]:
    x = _as_decomposed(x)
    return log_determinant(x) if singly(x) else tuple(np.linalg.slogdet(x))


def _slogdet_rule(g: Any, x: Any, out: Any) -> Any:
    """With z = tr(A^-1 dA): d log|det A| is Re z, and the sign, a point of the unit circle, turns by Im z."""
    g_sign, slope = g
    if out[0].dtype.is_complex if isinstance(out[0], Tensor) else out[0].dtype.kind == "c":
        turn = 0 if g_sign is None else (g_sign.conj() * out[0]).imag * 1j
        slope = (0 if slope is None else slope) - turn
    elif slope is None:
        return np.zeros_like(x)
    return slope[..., None, None] * adjoint(inverse_op(x, False)[0])


_slogdet = op(
    "linalg_slogdet", _slogdet_value, "LinalgSlogdetBackward0", {"x": _slogdet_rule},
    several=True, holomorphic=False, conforms=True, saved_as={"x": "A"},
)  # fmt: skip


def linalg_det(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The determinant of a square matrix (..., n, n), of floating point or complex; of an empty one, 1.

    Raises RuntimeError for other shapes and dtypes. The gradient, and its own, exist for singular matrices too: see
    Note [Cofactors].

    >>> torch.linalg.det(torch.tensor([[4., 1.], [1., 3.]]))
    tensor(11.)
    """
    check_tensor("linalg_det", A, "A")
    return single("linalg_det", _checked_det(A), out)


def _checked_det(x: Tensor) -> Tensor:
    check_square("linalg.det", x)
    check_inexact("linalg.det", x)
    check_kernel("lu_cpu", x)
    return _det(x)


def det(input: Tensor) -> Tensor:
    """`torch.linalg.det`."""
    check_tensor("det", input)
    return _checked_det(input)


def _checked_slogdet(function: str, x: Tensor) -> Any:
    check_square(function, x)
    check_inexact(function, x, low_precision=False)
    return _slogdet(x)


def linalg_slogdet(A: Tensor, *, out: Any = None) -> Any:
    """The named tuple (sign, logabsdet): the determinant's sign and the logarithm of its absolute value.

    For a complex matrix (..., n, n) the sign is a point of the unit circle; for a singular one it is 0, and logabsdet
    minus infinity. Raises RuntimeError for other shapes and dtypes. Derivative: of log(det A), tr(A^-1 dA) (Giles 2008,
    section 2.2.4).

    >>> torch.linalg.slogdet(torch.tensor([[-2., 0.], [0., 1.]]))
    torch.return_types.linalg_slogdet(
    sign=tensor(-1.),
    logabsdet=tensor(0.6931))
    """
    check_tensor("linalg_slogdet", A, "A")
    return named("linalg_slogdet", _checked_slogdet("linalg.slogdet", A), out)


def slogdet(input: Tensor, *, out: Any = None) -> Any:
    """`torch.linalg.slogdet`."""
    check_tensor("slogdet", input)
    return named("slogdet", _checked_slogdet("linalg.slogdet", input), out)


def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant: minus infinity where it is 0, NaN where it is negative.

    Raises RuntimeError for what is no square matrix of floating point or complex.
    """
    check_tensor("logdet", input)
    sign, logabsdet = _checked_slogdet("logdet", input)
    if sign.dtype.is_complex:
        return logabsdet + sign.log()
    return where(sign == -1, float("nan"), logabsdet)


methods(det=det, logdet=logdet, slogdet=slogdet)
