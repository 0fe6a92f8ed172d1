"""``numpy.linalg`` on Tensors: the functions of torch.linalg under NumPy's signatures.

S is one matrix or a stack of them. Results that NumPy names are NumPy's named tuples, of Tensors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Tensor, memory
from ..linalg import cholesky as _cholesky
from ..linalg import determinants, inverse, least_squares, norms, products, spectral
from ..linalg import qr as _qr
from ..reduction.norms import vector_norm as _vector_norm
from .arguments import every_axis, floating, payloads, promoted, tensor, torch_dtype
from .calculus import cross as _cross

MISSING: Any = object()


def _named(example: Any, *values: Any) -> Any:
    """`values` in the named tuple that NumPy returns."""
    return type(example)(*values)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    x = floating(x)
    if ord is None and axis is None:
        result = _vector_norm(ops.flatten(x))
        return ops.reshape(result, [1] * x.ndim) if keepdims else result
    along = every_axis(x, axis)
    if len(along) == 1:
        return _vector_norm(x, 2 if ord is None else ord, along, keepdims)
    if len(along) != 2:
        raise ValueError("Improper number of dimensions to norm.")
    return norms.matrix_norm(x, "fro" if ord is None else ord, along, keepdims)


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Tensor:
    return _vector_norm(floating(x), ord, axis, keepdims)


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    return norms.matrix_norm(floating(x), ord, (-2, -1), keepdims)


def solve(a: Any, b: Any) -> Tensor:
    """A `b` of one dimension is a vector, any other a stack of matrices."""
    a, b = promoted(floating(a), floating(b))
    if b.ndim == 1:
        return ops.squeeze(inverse.solve(a, b[:, None]), -1)
    return inverse.solve(a, b[(None,) * max(a.ndim - b.ndim, 0)])


def eigvals(a: Any) -> Tensor:
    """Real where all of them are, as in NumPy."""
    return _real(floating(a), spectral.eigvals(floating(a)))


def _real(a: Tensor, values: Tensor) -> Tensor:
    return values if a.is_complex() or payloads(values).imag.any() else values.real


def eig(a: Any) -> Any:
    a = floating(a)
    values, vectors = spectral.eig(a)
    real = _real(a, values)
    return _named(np.linalg.eig(np.eye(1)), real, vectors if real is values else vectors.real)


def eigh(a: Any, UPLO: str = "L") -> Any:
    return _named(np.linalg.eigh(np.eye(1)), *spectral.eigh(floating(a), UPLO.upper()))


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Of a Hermitian matrix, from its eigenvalues in order of size."""
    a = floating(a)
    if not hermitian:
        if not compute_uv:
            return spectral.linalg_svdvals(a)
        return _named(np.linalg.svd(np.eye(1)), *spectral.linalg_svd(a, full_matrices))
    if not compute_uv:
        return ops.flip(ops.sort(abs(spectral.eigvalsh(a)), dim=-1)[0], (-1,))
    values, vectors = spectral.eigh(a)
    order = ops.argsort(abs(values), dim=-1, descending=True)
    values = ops.take_along_dim(values, order, -1)
    vectors = ops.take_along_dim(vectors, order[..., None, :], -1)
    signs = ops.sign(values)[..., None, :]
    return _named(np.linalg.svd(np.eye(1)), vectors, abs(values), (vectors * signs).mH)


def qr(a: Any, mode: str = "reduced") -> Any:
    a = floating(a)
    if mode == "raw":
        packed, tau = _qr.geqrf(a)
        return packed.mT, tau
    if mode == "r":
        return _qr.linalg_qr(a)[1]
    return _named(np.linalg.qr(np.eye(1)), *_qr.linalg_qr(a, mode))


def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The solution of least squares, sums of squared residuals (none where the rank is deficient), rank, singular values."""
    a, b = promoted(floating(a), floating(b))
    m, n = a.shape
    eps = float(np.finfo(memory(a).dtype).eps)
    columns = b[:, None] if b.ndim == 1 else b
    s = spectral.linalg_svdvals(a)
    limit = (eps * max(m, n) if rcond is None else eps if rcond < 0 else rcond) * (
        float(payloads(s)[0]) if len(s) else 0.0
    )
    rank = int((payloads(s) > limit).sum())
    if rank == n:
        solution = (
            ops.matmul(least_squares.pinv(a, rtol=0.0), columns) if m < n else least_squares.lstsq(a, columns).solution
        )
    else:
        solution = ops.matmul(least_squares.pinv(a, rtol=limit / float(payloads(s)[0]) if rank else 1.0), columns)
    rest = columns - ops.matmul(a, solution)
    residuals = (rest * rest.conj()).real.sum(0) if rest.is_complex() else (rest * rest).sum(0)
    residuals = residuals if rank == n and m > n else ops.zeros(0, dtype=s.dtype)
    return (
        solution[:, 0] if b.ndim == 1 else solution,
        residuals,
        ops.scalar_tensor(rank, dtype=ops.result_type(1, 1)),
        s,
    )


def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = MISSING) -> Tensor:
    rcond = rtol if rtol is not MISSING and rtol is not None else rcond
    if rcond is None and rtol is MISSING:
        rcond = 1e-15
    return least_squares.pinv(floating(a), rtol=None if rcond is None else _level(rcond), hermitian=hermitian)


def _level(value: Any) -> Any:
    return value if isinstance(value, (int, float)) else tensor(value)


def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Tensor:
    x = floating(A)
    if x.ndim < 2:
        return (x != 0).any().to(ops.result_type(1, 1))
    about = {"atol": _level(tol)} if tol is not None else {"rtol": _level(rtol)} if rtol is not None else {}
    return least_squares.matrix_rank(x, hermitian=hermitian, **about)


def multi_dot(arrays: Any) -> Tensor:
    from ..products.einsum import multi_dot

    return multi_dot(promoted(*arrays))


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Tensor:
    return ops.sum(ops.diagonal(tensor(x), offset, -2, -1), -1, dtype=torch_dtype(dtype))


def outer(x1: Any, x2: Any, /) -> Tensor:
    x, y = promoted(x1, x2)
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError(f"Input arrays must be one-dimensional, but they are x1.ndim={x.ndim} and x2.ndim={y.ndim}.")
    return ops.outer(x, y)


def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Tensor:
    if tensor(x1).shape[axis] != 3 or tensor(x2).shape[axis] != 3:
        raise ValueError(f"Both input arrays must be (arrays of) 3-dimensional vectors, but they are {tensor(x1).shape[axis]} and "
                         f"{tensor(x2).shape[axis]} dimensional instead.")  # fmt: skip
    return _cross(x1, x2, axis=axis)


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Tensor:
    x, y = promoted(x1, x2)
    return products.vecdot(x, y, dim=axis)


def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    return np.tensordot(tensor(x1), tensor(x2), axes)


def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Tensor:
    a, b = promoted(floating(a), floating(b))
    return products.tensorsolve(a, b, axes)


def _matmul(x1: Any, x2: Any, /) -> Tensor:
    return ops.matmul(*promoted(x1, x2))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"linalg.{f.__name__}": f for f in (
        norm, vector_norm, matrix_norm, solve, eig, eigh, eigvals, svd, qr, lstsq, pinv, matrix_rank, multi_dot, trace, outer,
        cross, vecdot, tensordot,
    )},
    "linalg.matmul": _matmul,
    "linalg.matrix_transpose": lambda x, /: tensor(x).mT,
    "linalg.diagonal": lambda x, /, *, offset=0: ops.diagonal(tensor(x), offset, -2, -1),
    "linalg.inv": lambda a: inverse.inv(floating(a)),
    "linalg.det": lambda a: determinants.linalg_det(floating(a)),
    "linalg.slogdet": lambda a: _named(np.linalg.slogdet(np.eye(1)), *determinants.linalg_slogdet(floating(a))),
    "linalg.eigvalsh": lambda a, UPLO="L": spectral.eigvalsh(floating(a), UPLO.upper()),
    "linalg.svdvals": lambda x, /: spectral.linalg_svdvals(floating(x)),
    "linalg.cholesky": lambda a, /, *, upper=False: _cholesky.linalg_cholesky(floating(a), upper=upper),
    "linalg.cond": lambda x, p=None: norms.cond(floating(x), p),
    "linalg.matrix_power": lambda a, n: products.matrix_power(tensor(a) if n >= 0 else floating(a), n),
    "linalg.tensorinv": lambda a, ind=2: products.tensorinv(floating(a), ind),
    "linalg.tensorsolve": _tensorsolve,
}  # fmt: skip
