"""The Cholesky decomposition A = L L^H, or U^H U, of Hermitian positive-definite matrices, and what it serves for."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_bool, check_tensor
from ..support.attach import methods
from ..support.casting import in_float32
from ..support.options import warn_once
from .checks import LinAlgError, check_inexact, check_kernel, check_old_system, check_square, failed
from .lapack import adjoint, each, lapack, singly
from .results import named, single
from .triangular import solve_triangular_op, triangular_solved

__all__ = ["cholesky", "cholesky_inverse", "cholesky_solve"]


def _cholesky_value(x: Any, upper: bool) -> tuple[Any, Any]:
    batch, n = x.shape[:-2], x.shape[-1]
    if not singly(x):
        try:
            return np.linalg.cholesky(x, upper=upper), np.zeros(batch, np.int32)[()]
        except np.linalg.LinAlgError:
            pass
    potrf = lapack("potrf", x)
    return tuple(each(lambda a: potrf(a, lower=int(not upper), clean=1), [(n, n), ()], [x.dtype, np.int32], (x, 2)))


def _cholesky_slope(g: Any, factor: Any, upper: bool) -> Any:
    """The gradient of A: L^-H s L^-1, with s the Hermitian matrix whose lower half is that of L^H g.

    Murray, "Differentiation of the Cholesky decomposition", 2016, section 2; Giles 2008, section 2.3.
    """
    if upper:
        g, factor = adjoint(g), adjoint(factor)
    s = np.tril(adjoint(factor) @ g)
    s = (s + adjoint(np.tril(s, -1))) * 0.5
    s = solve_triangular_op(adjoint(factor), s, True, True, False)
    return solve_triangular_op(factor, s, False, False, False)


#: The factor, and LAPACK's report: 0, or the order of the first leading minor that is not positive.
_cholesky_ex = op("linalg_cholesky_ex", _cholesky_value, "LinalgCholeskyExBackward0", {
    "x": lambda g, upper, out: _cholesky_slope(g[0], out[0], upper),
}, names=("x", "upper"), several=True, holomorphic=False, saved_as={"out": "L"})  # fmt: skip


def _check_positive(function: str, info: Any) -> None:
    where, error = failed(info)
    if error:
        raise LinAlgError(
            f"{function}: {where}The factorization could not be completed because the input is not positive-definite "
            f"(the leading minor of order {error} is not positive-definite)."
        )


def _factor_or_raise(x: Any, upper: bool) -> Any:
    if not x.size:  # of any shape and dtype, as in torch
        return x.copy()
    factor, info = _cholesky_value(x, upper)
    _check_positive("cholesky", info)
    return factor


_cholesky = op("cholesky", _factor_or_raise, "CholeskyBackward0", {
    "x": lambda g, upper, out: _cholesky_slope(g, out, upper),
}, holomorphic=False)  # fmt: skip


def _checked_cholesky(x: Tensor, upper: bool) -> Any:
    check_square("linalg.cholesky", x)
    check_inexact("linalg.cholesky", x)
    check_kernel("cholesky_cpu", x)
    return _cholesky_ex(x, bool(upper))


@in_float32
def linalg_cholesky(input: Tensor, *, upper: bool = False, out: Tensor | None = None) -> Tensor:
    """The lower triangular L with ``input = L @ L.mH``; the upper triangular U with ``U.mH @ U`` if `upper`.

    `input` (..., n, n), floating-point or complex, is taken for Hermitian: only one triangle is read. Raises
    _LinAlgError for a matrix that is not positive-definite, RuntimeError for other shapes and dtypes. Derivative:
    Murray, "Differentiation of the Cholesky decomposition", 2016.

    >>> torch.linalg.cholesky(torch.tensor([[4., 2.], [2., 2.]]))
    tensor([[2., 0.],
            [1., 1.]])
    """
    check_tensor("linalg_cholesky", input)
    check_bool("linalg_cholesky", upper, "upper", None)
    factor, info = _checked_cholesky(input, upper)
    _check_positive("linalg.cholesky", info._data)
    return single("linalg_cholesky", factor, out)


@in_float32
def linalg_cholesky_ex(input: Tensor, *, upper: bool = False, check_errors: bool = False, out: Any = None) -> Any:
    """The named tuple (L, info): `torch.linalg.cholesky` without an error, unless `check_errors`.

    `info` (int32) is the order of the first leading minor that is not positive, or 0.
    """
    name = "linalg_cholesky_ex"
    check_tensor(name, input)
    check_bool(name, upper, "upper", None)
    check_bool(name, check_errors, "check_errors", None)
    result = _checked_cholesky(input, upper)
    if check_errors:
        _check_positive("linalg.cholesky_ex", result[1]._data)
    return named(name, result, out)


@in_float32
def cholesky(input: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """The Cholesky factor of `input`. Deprecated: use `torch.linalg.cholesky`."""
    check_tensor("cholesky", input)
    check_bool("cholesky", upper, "upper", 2)
    warn_once(
        "torch.cholesky is deprecated in favor of torch.linalg.cholesky and will be removed in a future PyTorch release."
        "\nL = torch.cholesky(A)\nshould be replaced with\nL = torch.linalg.cholesky(A)\nand\nU = torch.cholesky(A, "
        "upper=True)\nshould be replaced with\nU = torch.linalg.cholesky(A).mH\nThis transform will produce equivalent "
        "results for all valid (symmetric positive definite) inputs."
    )
    if input._data.size:
        check_square("cholesky", input)
        check_kernel("cholesky_cpu", input)
    return single("cholesky", _cholesky(input, bool(upper)), out)


# With the factor.


def _cholesky_solve_value(b: Any, factor: Any, upper: bool) -> Any:
    first, second = (adjoint(factor), factor) if upper else (factor, adjoint(factor))
    return triangular_solved(second, triangular_solved(first, b, False, True, False), True, True, False)


def _cholesky_solve_rule(
    g: Any, factor: Any, upper: bool, out: Any, needs: tuple[bool, bool]
) -> tuple[Any, Any]:  # fmt: skip
    """A = L L^H: dA = dL L^H + L dL^H, and Note [Derivatives of a solution] in `triangular`."""
    gb = cholesky_solve_op(g, factor, upper)
    if not needs[1]:
        return gb, None
    ga = gb @ adjoint(out)
    ga = ga + adjoint(ga)
    return gb, -(factor @ ga) if upper else -(ga @ factor)


cholesky_solve_op = op(
    "cholesky_solve", _cholesky_solve_value, "CholeskySolveBackward0", _cholesky_solve_rule,
    differentiable=("b", "factor"), conforms=True, holomorphic=False, saved_as={"b": "self", "factor": "input2"},
)  # fmt: skip


def cholesky_solve(input: Tensor, input2: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """X with ``A @ X = input``, where ``A = L @ L.mH``, L being `input2` (``L.mH @ L`` if `upper`).

    L (..., n, n) and `input` (..., n, k) of one dtype; dimensions before these broadcast. Raises RuntimeError for
    shapes that do not fit and for two dtypes.
    """
    name = "cholesky_solve"
    check_tensor(name, input)
    check_tensor(name, input2, "input2", 2)
    check_bool(name, upper, "upper", 3)
    for tensor, word in ((input, "b"), (input2, "u")):
        if tensor._data.ndim < 2:
            raise RuntimeError(
                f"{word} should have at least 2 dimensions, but has {tensor._data.ndim} dimensions instead"
            )
    check_old_system(name, input, input2)
    check_kernel("cholesky_solve_cpu", input)
    return single(name, cholesky_solve_op(input, input2, bool(upper)), out)


def _cholesky_inverse_value(factor: Any, upper: bool) -> Any:
    n, potri = factor.shape[-1], lapack("potri", factor)
    if not factor.size:
        return factor.copy()
    kinds = [factor.dtype, np.int32]
    half, info = each(lambda a: potri(a, lower=int(not upper)), [(n, n), ()], kinds, (factor, 2))
    where, error = failed(info)
    if error:
        raise LinAlgError(
            f"cholesky_inverse: {where}The diagonal element {error} is zero, the inversion could not be completed "
            "because the input matrix is singular."
        )
    lower = np.tri(n, dtype=bool)
    return np.where(lower.T if upper else lower, half, adjoint(half))


def _cholesky_inverse_rule(g: Any, factor: Any, upper: bool, out: Any) -> Any:
    """d A^-1 = -A^-1 dA A^-1, with dA = dL L^H + L dL^H."""
    ga = out @ ((g + adjoint(g)) @ out)
    return -(factor @ ga) if upper else -(ga @ factor)


_cholesky_inverse = op("cholesky_inverse", _cholesky_inverse_value, "CholeskyInverseBackward0", {
    "factor": _cholesky_inverse_rule,
}, holomorphic=False, saved_as={"factor": "self"})  # fmt: skip


def cholesky_inverse(input: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """The inverse of ``input @ input.mH`` (``input.mH @ input`` if `upper`), of a triangular `input` (..., n, n).

    Raises _LinAlgError for a zero on the diagonal, RuntimeError for other shapes.
    """
    check_tensor("cholesky_inverse", input)
    check_bool("cholesky_inverse", upper, "upper", 2)
    check_square("cholesky_inverse", input)
    check_kernel("cholesky_inverse_out_cpu", input)
    return single("cholesky_inverse", _cholesky_inverse(input, bool(upper)), out)


methods(cholesky=cholesky, cholesky_inverse=cholesky_inverse, cholesky_solve=cholesky_solve)
