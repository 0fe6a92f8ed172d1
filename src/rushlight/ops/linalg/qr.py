"""The QR decomposition A = Q R, and LAPACK's own form of Q: a product of Householder reflections.

Note [Derivatives of QR]
    For A with no more columns than rows, Q^H dA R^-1 = Q^H dQ + dR R^-1: an anti-Hermitian matrix and an upper triangular
    one with a real diagonal. So the gradient of A is (gQ + Q S) R^-H, where S is the Hermitian matrix with the upper
    half of gR R^H - Q^H gQ (Walter & Lehmann, "Algorithmic differentiation of linear algebra functions with application
    in optimum experimental design", 2010; for complex numbers Roberts & Roberts, "QR and LQ decomposition matrix
    backpropagation algorithms", 2020). A wide A = Q (R1 R2) has R2 = Q^H A2: what comes back through it is added to gQ.

Note [Reflections]
    H_1 ... H_k, with H_i = I - tau_i v_i v_i^H, is I - V T V^H (Schreiber & Van Loan, "A storage-efficient WY
    representation for products of Householder transformations", 1989), where T^-1 = D^-1 + triu(V^H V, 1), D = diag(tau)
    (Puglisi, "Modification of the Householder method based on the compact WY representation", 1992). Without dividing
    by tau: T = (I + D triu(V^H V, 1))^-1 D, the solution of a triangular system. All derivatives follow from this.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.declare import op
from ...core.modes import is_grad_enabled
from ...core.tensor import Tensor
from ..layout.splitting import diag_embed_op
from ..support.arguments import check_bool, check_tensor
from ..support.attach import methods
from ..support.casting import in_float32
from ..support.layered import is_tracked
from ..support.no_derivative import not_implemented
from ..support.options import argument_error, warn_once
from .checks import check_inexact, check_kernel, check_matrix
from .lapack import adjoint, each, lapack, singly
from .results import named, single
from .triangular import solve_triangular_op

__all__ = ["geqrf", "orgqr", "ormqr", "qr"]


# The decomposition.


def _qr_value(x: Any, mode: Any) -> tuple[Any, Any]:
    if singly(x):
        return _qr_one_by_one(x, mode)
    if mode == "r":
        return np.zeros(0, x.dtype), np.linalg.qr(x, mode)
    q, r = np.linalg.qr(x, mode)
    return q, r


def _qr_one_by_one(x: Any, mode: str) -> tuple[Any, Any]:
    reflectors, tau = _geqrf_value(x)
    m, n = x.shape[-2:]
    k = min(m, n)
    rows = m if mode == "complete" else k
    r = np.triu(reflectors[..., :rows, :])
    if mode == "r":
        return np.zeros(0, x.dtype), r
    if rows > n:
        reflectors = np.concatenate([reflectors, np.zeros((*x.shape[:-1], rows - n), x.dtype)], -1)
    gqr = lapack("orgqr" if x.dtype.kind == "f" else "ungqr", x)
    (q,) = each(lambda a, t: [gqr(a, t)[0]], [(m, rows)], [x.dtype], (reflectors[..., :rows], 2), (tau, 1))
    return q, r


def _qr_rule(g: Any, x_shape: tuple[int, ...], mode: str, out: Any) -> Any:
    """See Note [Derivatives of QR]."""
    (gq, gr), (q, r), (m, n) = g, out, x_shape[-2:]
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, "
            "mode='reduced') if you are going to differentiate through linalg.qr."
        )
    if mode == "complete" and m > n:
        raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.")
    if m >= n:
        return _tall_slope(gq, gr, q, r)
    if gr is None:
        beside = np.zeros_like(q, shape=(*q.shape[:-1], n - m))
    else:
        through = q @ (r[..., m:] @ adjoint(gr[..., m:]))
        beside, gq, gr = q @ gr[..., m:], through if gq is None else gq + through, gr[..., :m]
    return np.concatenate([_tall_slope(gq, gr, q, r[..., :m]), beside], -1)


def _tall_slope(gq: Any, gr: Any, q: Any, r: Any) -> Any:
    half = 0 if gr is None else gr @ adjoint(r)
    if gq is not None:
        half = half - adjoint(q) @ gq
    half = np.triu(half)
    diagonal = np.triu(np.tril(half))
    s = q @ (half + adjoint(half) - (diagonal + adjoint(diagonal)) * 0.5)
    return solve_triangular_op(adjoint(r), s if gq is None else gq + s, False, False, False)


_qr = op(
    "linalg_qr", _qr_value, "LinalgQrBackward0", {"x": _qr_rule}, several=True, holomorphic=False, saved_as={"x": "A"}
)


def _checked_qr(x: Tensor, mode: str) -> Any:
    check_matrix("linalg.qr", x)
    check_inexact("linalg.qr", x)
    if mode not in ("reduced", "r", "complete"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    check_kernel("geqrf_cpu", x)
    return _qr(x, mode)


def linalg_qr(A: Tensor, mode: str = "reduced", *, out: Any = None) -> Any:
    """The named tuple (Q, R) with ``A = Q @ R``, of a matrix (..., m, n) of floating point or complex.

    With k = min(m, n), the columns of Q (..., m, k) are orthonormal, and R (..., k, n) is upper triangular. The `mode`
    "complete" makes Q (..., m, m) and R (..., m, n); "r" leaves Q empty. Raises RuntimeError for what is no matrix, and
    for derivatives where Q is not known or not unique. Derivatives: Note [Derivatives of QR].

    >>> torch.linalg.qr(torch.tensor([[0., 2.], [1., 1.]])).R.abs()
    tensor([[1., 1.],
            [0., 2.]])
    """
    check_tensor("linalg_qr", A, "A")
    if not isinstance(mode, str):
        raise argument_error("linalg_qr", "mode", "str", mode, 2)
    return named("linalg_qr", _checked_qr(A, mode), out)


def qr(input: Tensor, some: bool = True, *, out: Any = None) -> Any:
    """The QR decomposition, complete unless `some`. Deprecated: use `torch.linalg.qr`."""
    check_tensor("qr", input)
    check_bool("qr", some, "some", 2)
    warn_once(
        "torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future PyTorch release.\nThe "
        "boolean parameter 'some' has been replaced with a string parameter 'mode'.\nQ, R = torch.qr(A, some)\nshould "
        "be replaced with\nQ, R = torch.linalg.qr(A, 'reduced' if some else 'complete')"
    )
    return named("qr", _checked_qr(input, "reduced" if some else "complete"), out)


def _geqrf_value(x: Any) -> tuple[Any, Any]:
    if singly(x):
        m, n = x.shape[-2:]
        geqrf = lapack("geqrf", x)
        return tuple(each(lambda a: geqrf(a)[:2], [(m, n), (min(m, n),)], [x.dtype] * 2, (x, 2)))
    reflectors, tau = np.linalg.qr(x, "raw")
    return reflectors.mT, tau


_geqrf = op("geqrf", _geqrf_value, "GeqrfBackward0", {"x": not_implemented("geqrf")}, several=True)


def geqrf(input: Tensor, *, out: Any = None) -> Any:
    """The named tuple (a, tau): R and, below it, the reflectors of `torch.linalg.householder_product`; their scales.

    Raises RuntimeError for what is no matrix. Has no derivative, as in torch.
    """
    check_tensor("geqrf", input)
    if input._data.ndim < 2:
        raise RuntimeError("torch.geqrf: input must have at least 2 dimensions.")
    check_kernel("geqrf_cpu", input)
    if input.dtype.is_complex and is_tracked(input) and is_grad_enabled():
        raise RuntimeError("geqrf does not support automatic differentiation for outputs with complex dtype.")
    return named("geqrf", _geqrf(input), out)


# Reflections. See Note [Reflections].

#: The reflectors V: the first k columns, with ones on the diagonal and zeros above it.
_reflectors = op(
    "reflectors", lambda x, k: np.tril(x[..., :k], -1) + np.eye(x.shape[-2], k, dtype=x.dtype), "ReflectorsBackward0",
    {"x": lambda g, x_shape, k: _widened_columns(np.tril(g, -1), x_shape[-1] - k)},
)  # fmt: skip


def _widened_columns(x: Any, count: int) -> Any:
    return np.concatenate([x, np.zeros_like(x, shape=(*x.shape[:-1], count))], -1) if count else x


def _compact(x: Any, tau: Any) -> tuple[Any, Any, Any, Any]:
    """V, T, triu(V^H V, 1), and D times that."""
    v = _reflectors(x, tau.shape[-1])
    s = np.triu(adjoint(v) @ v, 1)
    ds = tau[..., None] * s
    return v, solve_triangular_op(ds, diag_embed_op(tau, 0, tau.ndim - 1, tau.ndim), True, True, True), s, ds


def _compact_slope(gv: Any, gt: Any, x_shape: Any, tau: Any, compact: Any) -> tuple[Any, Any]:
    """The gradients of the reflectors' matrix and of tau, of gradients of V and T."""
    v, t, s, ds = compact
    f = solve_triangular_op(adjoint(ds), gt, False, True, True)
    gds = -np.triu(f @ adjoint(t), 1)
    gs = tau.conj()[..., None] * gds
    gtau = np.diagonal(f, 0, -2, -1) + (gds * s.conj()).sum(-1)
    gv = gv + v @ (gs + adjoint(gs))
    return _widened_columns(np.tril(gv, -1), x_shape[-1] - tau.shape[-1]), gtau


def _product_value(x: Any, tau: Any) -> Any:
    v, t, _, _ = _compact(x, tau)
    n = x.shape[-1]
    return np.eye(*x.shape[-2:], dtype=x.dtype) - v @ (t @ adjoint(v[..., :n, :]))


def _product_rule(g: Any, x: Any, tau: Any) -> tuple[Any, Any]:
    """Of Q = I - V W in its first n columns, with W = T V1^H, V1 the first n rows of V."""
    compact = v, t, _, _ = _compact(x, tau)
    m, n = x.shape[-2:]
    top = v[..., :n, :]
    gw = -(adjoint(v) @ g)
    gv, gtop = -(g @ (top @ adjoint(t))), adjoint(gw) @ t
    if m > n:
        gtop = np.concatenate([gtop, np.zeros_like(gtop, shape=(*gtop.shape[:-2], m - n, gtop.shape[-1]))], -2)
    return _compact_slope(gv + gtop, gw @ top, x.shape, tau, compact)


_householder_product = op(
    "linalg_householder_product", _product_value, "LinalgHouseholderProductBackward0", _product_rule,
    differentiable=("x", "tau"), holomorphic=False, saved_as={"x": "input"},
)  # fmt: skip


def _applied(x: Any, tau: Any, c: Any, left: bool, transpose: bool) -> Any:
    v, t, _, _ = _compact(x, tau)
    t = adjoint(t) if transpose else t
    return c - v @ (t @ (adjoint(v) @ c)) if left else c - ((c @ v) @ t) @ adjoint(v)


def _applied_rule(
    g: Any, x: Any, tau: Any, c: Any, left: bool, transpose: bool, needs: tuple[bool, ...]
) -> tuple[Any, Any, Any]:
    """Of C - V T V^H C; its transposes have the same terms, with the parts of C and g exchanged."""
    gc = _ormqr(x, tau, g, left, not transpose) if needs[2] else None
    if not (needs[0] or needs[1]):
        return None, None, gc
    compact = v, t, _, _ = _compact(x, tau)
    a, b = (g, c) if left else (adjoint(c), adjoint(g))  # the gradient of Q is A B^H, of Q^H its adjoint
    if transpose:
        a, b = b, a
    va, vb = adjoint(v) @ a, adjoint(v) @ b
    gv = -(a @ (adjoint(vb) @ adjoint(t)) + b @ (adjoint(va) @ t))
    return (*_compact_slope(gv, -(va @ adjoint(vb)), x.shape, tau, compact), gc)


_ormqr = op(
    "ormqr", _applied, "OrmqrBackward0", _applied_rule, differentiable=("x", "tau", "c"), holomorphic=False,
    saved_as={"x": "self", "tau": "input2", "c": "input3"},
)  # fmt: skip


def _last(x: Tensor) -> int:
    if not x._data.ndim:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions")
    return x._data.shape[-1]


def _check_tau(function: str, x: Tensor, tau: Tensor) -> None:
    """That there is one vector of scales for each matrix."""
    if x._data.ndim - tau._data.ndim != 1:
        raise RuntimeError(
            f"{function}: Expected tau to have one dimension less than input, but got tau.ndim equal to "
            f"{tau._data.ndim} and input.ndim is equal to {x._data.ndim}"
        )
    if x._data.ndim > 2 and tau._data.shape[:-1] != x._data.shape[:-2]:
        raise RuntimeError(
            f"{function}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got "
            f"{list(tau._data.shape[:-1])}"
        )


def _checked_product(x: Tensor, tau: Tensor) -> Tensor:
    name = "torch.linalg.householder_product"
    if x._data.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if x._data.shape[-2] < x._data.shape[-1]:
        raise RuntimeError(f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if x._data.shape[-1] < _last(tau):
        raise RuntimeError(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    _check_tau(name, x, tau)
    if tau.dtype is not x.dtype:
        raise RuntimeError(
            f"{name}: tau dtype {tau.dtype.scalar_name} does not match input dtype {x.dtype.scalar_name}"
        )
    check_kernel("orgqr_cpu", x)
    return _householder_product(x, tau)


@in_float32
def linalg_householder_product(input: Tensor, tau: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The first n columns of the product of k Householder reflections, from what `torch.geqrf` returned.

    The vectors are the columns of `input` (..., m, n) below its diagonal, where they have a one; `tau` (..., k) are
    their scales. Raises RuntimeError for shapes that do not fit and for two dtypes. See Note [Reflections].

    >>> torch.linalg.householder_product(torch.zeros(2, 1), torch.tensor([2.]))
    tensor([[-1.],
            [ 0.]])
    """
    check_tensor("linalg_householder_product", input)
    check_tensor("linalg_householder_product", tau, "tau", 2)
    return single("linalg_householder_product", _checked_product(input, tau), out)


def orgqr(input: Tensor, input2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.householder_product`."""
    check_tensor("orgqr", input)
    check_tensor("orgqr", input2, "input2", 2)
    return single("linalg_householder_product", _checked_product(input, input2), out)


def _check_applied(x: Tensor, tau: Tensor, other: Tensor, left: bool) -> None:
    name, side = "torch.ormqr", -2 if left else -1
    for tensor, word in ((x, "input"), (other, "other")):
        if tensor._data.ndim < 2:
            raise RuntimeError(f"{name}: {word} must have at least 2 dimensions.")
    k = _last(tau)
    if other._data.shape[side] != x._data.shape[-2]:
        raise RuntimeError(f"{name}: other.shape[{side}] must be equal to input.shape[-2]")
    if k != min(other._data.shape[side], x._data.shape[-1]):
        raise RuntimeError(f"{name}: tau.shape[-1] must be equal to min(other.shape[{side}], input.shape[-1])")
    _check_tau(name, x, tau)
    if x._data.ndim != other._data.ndim:
        raise RuntimeError(
            f"{name}: Expected other to have the same number of dimensions as input, but got other.ndim equal to "
            f"{other._data.ndim} and input.ndim is equal to {x._data.ndim}"
        )
    if other._data.shape[:-2] != x._data.shape[:-2]:
        raise RuntimeError(
            f"{name}: Expected batch dimensions of other to be equal to input.shape[:-2], but got "
            f"{list(other._data.shape[:-2])}"
        )
    for tensor, word in ((tau, "tau"), (other, "other")):
        if tensor.dtype is not x.dtype:
            raise RuntimeError(
                f"{name}: Expected input and {word} to have the same dtype, but input has dtype{x.dtype.scalar_name} "
                f"and {word} has dtype {tensor.dtype.scalar_name}"
            )
    check_kernel("ormqr_cpu", x)


def ormqr(
    input: Tensor, input2: Tensor, input3: Tensor, left: bool = True, transpose: bool = False, *,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """``Q @ input3`` (``input3 @ Q`` if not `left`; Q^H for Q if `transpose`), Q being a product of reflections.

    Q is the whole, square product that `input` and `input2` (tau) stand for: see `torch.linalg.householder_product`.
    Raises RuntimeError for shapes that do not fit and for two dtypes.
    """
    for position, (key, value) in enumerate({"input": input, "input2": input2, "input3": input3}.items(), 1):
        check_tensor("ormqr", value, key, position)
    check_bool("ormqr", left, "left", 4)
    check_bool("ormqr", transpose, "transpose", 5)
    _check_applied(input, input2, input3, left)
    return single("ormqr", _ormqr(input, input2, input3, bool(left), bool(transpose)), out)


methods(geqrf=geqrf, orgqr=orgqr, ormqr=ormqr, qr=qr)
