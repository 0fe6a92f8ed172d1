"""Singular values and eigenvalues, with their vectors.

Note [Vectors up to a phase]
    Singular vectors and eigenvectors are determined up to a factor of modulus one each: a sign for real matrices, a
    phase e^(i phi) for complex ones. A loss that depends on the phase has no gradient. It would show as an imaginary
    part on the diagonal of U^H gU (+ V^H gV): where that is not close to zero, backward raises, as in torch.

Distinct singular values and distinct eigenvalues are assumed: 1 / (s_j - s_i) is in every formula of the vectors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import return_types
from ...core.declare import op
from ...core.modes import GRAD, grad_mode
from ...core.op import LAYERS
from ...core.tensor import Tensor
from ..elementwise.comparison import choose as where
from ..support.arguments import check_bool, check_tensor
from ..support.attach import methods
from ..support.casting import in_float32
from ..support.layered import every_value
from ..support.options import argument_error
from .checks import LinAlgError, check_inexact, check_kernel, check_matrix, check_square
from .inverse import solve_op
from .results import converted, named, single

__all__ = ["svd"]


def adjoint(x: Any) -> Any:
    """The conjugate transpose of matrices, for derivative rules: of a payload or a Tensor."""
    return x.mT.conj() if is_complex(x) else x.mT


def is_complex(x: Any) -> bool:
    return getattr(x, "_data", x).dtype.kind == "c"


def diagonal(x: Any) -> Any:
    return np.diagonal(x, axis1=-2, axis2=-1)


def on_diagonal(values: Any) -> Any:
    """Diagonal matrices, for derivative rules."""
    return where(values[..., None, :], 0, np.eye(values.shape[-1], dtype=np.bool_))


def _off_diagonal(x: Any) -> Any:
    return where(0, x, np.eye(x.shape[-1], dtype=np.bool_))


def differences(values: Any) -> Any:
    """The matrix of v_j - v_i, with ones on its diagonal, to divide by."""
    return where(1.0, values[..., None, :] - values[..., :, None], np.eye(values.shape[-1], dtype=np.bool_))


def _skew(x: Any) -> Any:
    return x - adjoint(x)


def _check_phase(function: str, what: str, on_diagonals: Any, consequence: str = "quantity, so it is") -> None:
    """Raises RuntimeError if the loss depends on the phase of the vectors. See Note [Vectors up to a phase]."""
    imaginary = np.imag(every_value(getattr(on_diagonals, "_data", on_diagonals)))
    if not np.allclose(imaginary, 0, rtol=1e-2, atol=1e-2):
        raise RuntimeError(
            f"{function}: The {what} in the complex case are specified up to multiplication by e^{{i phi}}. The "
            f"specified loss function depends on this {consequence} ill-defined."
        )


# Values. LAPACK works on each matrix of a stack; torch names the first one on which it failed.


def failing(decompose: Any, x: Any) -> str:
    """Which matrix of a stack cannot be decomposed, as torch says it: "(Batch element 1): ", or "" for one matrix."""
    if x.ndim == 2:
        return ""
    number = 0
    for matrix in x.reshape((-1, *x.shape[-2:])):
        try:
            result = decompose(matrix)
        except np.linalg.LinAlgError:
            break
        if np.isnan(result).any():
            break
        number += 1
    return f"(Batch element {number}): "


def _svd_values(x: Any) -> Any:
    return np.linalg.svd(x, compute_uv=False)


def _checked_svd(x: Any, values: Any) -> None:
    """Raises LinAlgError, in torch's words, if the algorithm failed (`values` is None) or found NaN."""
    if values is not None and not np.isnan(values).any():
        return
    why = "contained non-finite values."
    if np.isfinite(x).all():
        why = "is ill-conditioned or has too many repeated singular values (error code: 1)."
    raise LinAlgError(
        f"linalg.svd: {failing(_svd_values, x)}The algorithm failed to converge because the input matrix {why}"
    )


def svd_of(x: Any, full: bool) -> Any:
    """U, S and Vh of a payload."""
    try:
        u, s, vh = np.linalg.svd(x, full)
    except np.linalg.LinAlgError:
        s = None
    _checked_svd(x, s)
    return u, s, vh


def svdvals_of(x: Any) -> Any:
    """The singular values of a payload."""
    try:
        s = _svd_values(x)
    except np.linalg.LinAlgError:
        s = None
    _checked_svd(x, s)
    return s


def _eigh_failed(x: Any, uplo: Any) -> LinAlgError:
    which = failing(lambda matrix: np.linalg.eigvalsh(matrix, uplo), x)
    return LinAlgError(
        f"linalg.eigh: {which}The algorithm failed to converge because the input matrix is ill-conditioned or has too "
        f"many repeated eigenvalues (error code: {max(x.shape[-1] - 1, 1)})."
    )


def eigh_of(x: Any, uplo: Any) -> Any:
    """Eigenvalues, in ascending order, and eigenvectors of a payload of Hermitian matrices."""
    try:
        values, vectors = np.linalg.eigh(x, uplo)
    except np.linalg.LinAlgError:
        raise _eigh_failed(x, uplo) from None
    if np.isnan(values).any():
        raise _eigh_failed(x, uplo)
    return values, vectors


def eigvalsh_of(x: Any, uplo: Any) -> Any:
    """The eigenvalues, in ascending order, of a payload of Hermitian matrices."""
    try:
        values = np.linalg.eigvalsh(x, uplo)
    except np.linalg.LinAlgError:
        raise _eigh_failed(x, uplo) from None
    if np.isnan(values).any():
        raise _eigh_failed(x, uplo)
    return values


def _with_complex(function: str, compute: Any, x: Any) -> Any:
    """`compute(x)` of a general matrix; NumPy gives real results where all happen to be real, torch complex ones."""
    if not np.isfinite(x).all():
        raise RuntimeError(f"{function}: input tensor should not contain infs or NaNs.")
    kind = np.result_type(x, np.complex64)
    results = compute(x)
    if isinstance(results, tuple):
        return tuple([np.asarray(r).astype(kind, copy=False) for r in results])
    return np.asarray(results).astype(kind, copy=False)


# Derivatives.


def _svd_slope(g: Any, x_shape: Any, out: Any) -> tuple[Any]:
    """Townsend, "Differentiating the singular value decomposition" (2016); Wan & Zhang, arXiv:1909.02659, for complex A.

    With F_ij = 1 / (s_j^2 - s_i^2) off the diagonal, J = F * skew(U^H gU) and K = F * skew(V^H gV)::

        gA = U [J S + S K + diag(gS) + diag(skew(U^H gU)) / 2S] V^H + (1 - U U^H) gU S^-1 V^H + U S^-1 gV^H (1 - V V^H)
    """
    u, s, vh = out
    gu, gs, gvh = g
    m, n = x_shape[-2:]
    k = min(m, n)
    if gu is None and gvh is None:
        return ((u[..., :, :k] * gs[..., None, :]) @ vh[..., :k, :],)
    # Columns beyond the k-th span what is left: any basis will do, so nothing depends on them.
    u, vh = (a if a.shape[d] == k else a[i] for a, d, i in ((u, -1, np.s_[..., :k]), (vh, -2, np.s_[..., :k, :])))
    gu = None if gu is None else gu[..., :, :k]
    gvh = None if gvh is None else gvh[..., :k, :]
    row, column = s[..., None, :], s[..., :, None]
    # s_j^2 - s_i^2 as a product: nothing cancels.
    squares = differences(s) * where(1.0, row + column, np.eye(k, dtype=np.bool_))
    a = None if gu is None else adjoint(u) @ gu
    b = None if gvh is None else vh @ adjoint(gvh)
    if is_complex(u):
        phases = diagonal(b if a is None else a if b is None else a + b)
        _check_phase("svd_backward", "singular vectors", phases, "phase term, making it")
    inner: Any = 0 if gs is None else on_diagonal(gs)
    if a is not None:
        inner = inner + _off_diagonal(_skew(a) / squares) * row
        if is_complex(u):
            inner = inner + on_diagonal(diagonal(_skew(a)) / (2 * s))
    if b is not None:
        inner = inner + column * _off_diagonal(_skew(b) / squares)
    out = u @ inner @ vh
    if m > k and gu is not None:
        scaled = gu / row
        out = out + (scaled - u @ (adjoint(u) @ scaled)) @ vh
    if n > k and gvh is not None:
        scaled = gvh / column
        out = out + u @ (scaled - (scaled @ adjoint(vh)) @ vh)
    return (out,)


def _eigh_slope(g: Any, out: Any) -> tuple[Any]:
    """Giles, "An extended collection of matrix derivative results" (2008), 3.1::

        gA = V (diag(gL) + skew(V^H gV) / 2E) V^H,    E_ij = l_j - l_i off the diagonal

    Only the skew-Hermitian part of V^H gV is of a change of V that leaves it unitary; so gA is Hermitian.
    """
    values, v = out
    gl, gv = g
    if gv is None:
        return ((v * gl[..., None, :]) @ adjoint(v),)
    inner = adjoint(v) @ gv
    if is_complex(v):
        _check_phase("linalg_eigh_backward", "eigenvectors", diagonal(inner))
    inner = _off_diagonal(_skew(inner) / (2 * differences(values)))
    if gl is not None:
        inner = inner + on_diagonal(gl)
    return (v @ inner @ adjoint(v),)


def _eig_slope(g: Any, out: Any) -> tuple[Any]:
    """Boeddeker et al., arXiv:1701.00392, 4.76 and 4.77: eigenvectors of length one::

    gA = V^-H (diag(gL) + (V^H gV - V^H V Re(diag(V^H gV))) / conj(E)) V^H,    E_ij = l_j - l_i off the diagonal
    """
    values, v = out
    gl, gv = g
    vh = adjoint(v)
    if gv is None:
        return (solve_op(vh, gl[..., :, None] * vh, True, False)[0],)
    inner = vh @ gv
    lengths = diagonal(inner)
    _check_phase("linalg_eig_backward", "eigenvectors", lengths)
    inner = inner - vh @ (v * lengths.real[..., None, :])
    inner = _off_diagonal(inner / differences(values).conj())
    if gl is not None:
        inner = inner + on_diagonal(gl)
    return (solve_op(vh, inner @ vh, True, False)[0],)


# The operations.

_svd = op("linalg_svd", svd_of, "LinalgSvdBackward0", _svd_slope, names=("x", "full"), differentiable=("x",), several=True,
          holomorphic=False)  # fmt: skip
_svdvals = op("linalg_svdvals", svdvals_of)
_eigh = op("linalg_eigh", eigh_of, "LinalgEighBackward0", _eigh_slope, names=("x", "uplo"), differentiable=("x",),
           several=True, holomorphic=False)  # fmt: skip
_eigvalsh = op("linalg_eigvalsh", eigvalsh_of)
_eig = op("linalg_eig", lambda x: tuple(_with_complex("torch.linalg.eig", np.linalg.eig, x)), "LinalgEigBackward0", _eig_slope,
          differentiable=("x",), several=True, holomorphic=False)  # fmt: skip
_eigvals = op("linalg_eigvals", lambda x: _with_complex("torch.linalg.eigvals", np.linalg.eigvals, x))


# The functions.


def _recorded(x: Tensor) -> bool:
    return (x.requires_grad and grad_mode() == GRAD) or x.__class__ in LAYERS


def _check_svd(name: str, x: Any, driver: Any) -> None:
    check_tensor(name, x, "A")
    if driver is not None:
        if not isinstance(driver, str):
            raise argument_error(name, "driver", "str", driver)
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend."
        )
    check_inexact("linalg.svd", x)
    check_matrix("linalg.svd", x)
    check_kernel("linalg_svd_cpu", x)


def linalg_svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None, out: Any = None) -> Any:
    """The singular value decomposition A = U diag(S) Vh, as a named tuple (U, S, Vh), singular values in descending order.

    `A` is (..., m, n), floating point or complex; with k = min(m, n), S is (..., k), U (..., m, m) and Vh (..., n, n);
    unless `full_matrices`, U is (..., m, k) and Vh (..., k, n). Gradients with respect to columns of U and rows of Vh
    beyond the k-th are ignored: those are no function of A. Raises RuntimeError for other shapes and dtypes,
    LinAlgError for matrices with NaN, and RuntimeError in backward if a complex loss depends on the phase of the vectors.

    >>> torch.linalg.svd(torch.tensor([[3., 0.], [0., 4.]])).S
    tensor([4., 3.])
    """
    _check_svd("linalg_svd", A, driver)
    check_bool("linalg_svd", full_matrices, "full_matrices", 2)
    return named("linalg_svd", _svd(A, full_matrices), out)


@in_float32
def linalg_svdvals(A: Tensor, *, driver: str | None = None, out: Tensor | None = None) -> Tensor:
    """The singular values of (..., m, n), in descending order: (..., min(m, n)). Raises as `linalg_svd` does."""
    _check_svd("linalg_svdvals", A, driver)
    return single("linalg_svdvals", _svd(A, False)[1] if _recorded(A) else _svdvals(A), out)


def svd(input: Tensor, some: bool = True, compute_uv: bool = True, *, out: Any = None) -> Any:
    """`linalg_svd` as it was before: V, not Vh, and reduced matrices unless ``some=False``; a named tuple (U, S, V).

    Without `compute_uv`, U and V are zeros.
    """
    check_tensor("svd", input)
    check_bool("svd", some, "some", 2)
    check_bool("svd", compute_uv, "compute_uv", 3)
    if input._data.ndim < 2:
        raise RuntimeError(
            f"linalg.svd: input should have at least 2 dimensions, but has {input._data.ndim} dimensions instead"
        )
    if compute_uv:
        u, s, vh = linalg_svd(input, not some)
        v = vh.mH
    else:
        s = linalg_svdvals(input)
        u, v = (input.new_zeros((*input.shape[:-2], n, n)) for n in input.shape[-2:])
    return named("svd", (u, s, v), out)


def _check_eigh(name: str, x: Any, uplo: Any) -> None:
    check_tensor(name, x)
    if not isinstance(uplo, str):
        raise argument_error(name, "UPLO", "str", uplo, 2)
    check_square("linalg.eigh", x)
    if uplo.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {uplo}")
    check_kernel("linalg_eigh_cpu", x)


def eigh(input: Tensor, UPLO: str = "L", *, out: Any = None) -> Any:
    """Eigenvalues and eigenvectors of Hermitian matrices, as a named tuple; eigenvalues in ascending order.

    `input` is (..., n, n), floating point or complex, and read in its lower (``UPLO="L"``) or upper triangle;
    eigenvalues are real, (..., n), eigenvectors the columns of (..., n, n). The gradient is that of the whole matrix.
    Raises RuntimeError for other shapes and dtypes, LinAlgError where the algorithm does not converge.

    >>> torch.linalg.eigh(torch.tensor([[2., 1.], [1., 2.]])).eigenvalues
    tensor([1., 3.])
    """
    _check_eigh("linalg_eigh", input, UPLO)
    return named("linalg_eigh", _eigh(input, UPLO.upper()), out)


def eigvalsh(input: Tensor, UPLO: str = "L", *, out: Tensor | None = None) -> Tensor:
    """The eigenvalues of Hermitian matrices, in ascending order: (..., n, n) to (..., n). Raises as `eigh` does."""
    _check_eigh("linalg_eigvalsh", input, UPLO)
    uplo = UPLO.upper()
    return single("linalg_eigvalsh", _eigh(input, uplo)[0] if _recorded(input) else _eigvalsh(input, uplo), out)


def _check_eig(name: str, x: Any) -> None:
    check_tensor(name, x)
    check_square(name.replace("_", "."), x)
    if x.dtype.category < 2:
        raise RuntimeError(f"Unknown Complex ScalarType for {x.dtype.scalar_name}")
    check_kernel("linalg_eig_out_cpu", x)


def eig(input: Tensor, *, out: Any = None) -> Any:
    """Eigenvalues and eigenvectors of square matrices, as a named tuple of complex tensors: (..., n) and (..., n, n).

    The eigenvectors are columns of length one. Raises RuntimeError for other shapes and dtypes, for infinities and
    NaN, and in backward if the loss depends on the phase of the eigenvectors.

    >>> torch.linalg.eig(torch.tensor([[0., 1.], [-1., 0.]])).eigenvalues
    tensor([0.+1.j, 0.-1.j])
    """
    _check_eig("linalg_eig", input)
    results = _eig(input)
    if out is None:
        return return_types.linalg_eig(results)
    for result, target, word in zip(results, out, ("eigenvalues", "eigenvectors")):
        converted("torch.linalg.eig", result, target, word)
    return return_types.linalg_eig_out(out)


def eigvals(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The eigenvalues of square matrices, complex: (..., n, n) to (..., n). Raises as `eig` does."""
    _check_eig("linalg_eigvals", input)
    values = _eig(input)[0] if _recorded(input) else _eigvals(input)
    return converted("torch.linalg.eigvals", values, out, "eigenvalues")


methods(svd=svd)
