"""Inverses of matrices, and systems of equations with any matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.shapes import broadcast_shapes
from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_bool, check_tensor
from ..support.attach import methods
from .checks import LinAlgError, check_inexact, check_kernel, check_same_dtype, check_square, check_system, failed
from .factored import factored, lu_solved
from .lapack import singly
from .results import named, single

__all__ = ["inverse"]

SINGULAR = "The solver failed because the input matrix is singular."


def check_inverted(function: str, info: Any) -> None:
    """Raises _LinAlgError if a matrix of a stack had no inverse."""
    where, error = failed(info)
    if error:
        raise LinAlgError(
            f"{function}: {where}The diagonal element {error} is zero, the inversion could not be completed because "
            "the input matrix is singular."
        )


def _no_errors(x: Any) -> Any:
    return np.zeros(x.shape[:-2], np.int32)[()]


def _inverse_value(x: Any, check: bool) -> tuple[Any, Any]:
    if not singly(x):
        try:
            return _by_columns(np.linalg.inv(x)), _no_errors(x)
        except np.linalg.LinAlgError:
            pass
    lu, pivots, info = factored(x)
    if check:
        check_inverted("linalg.inv", info)
    return _by_columns(lu_solved(lu, pivots, np.eye(x.shape[-1], dtype=x.dtype), True, False)), info


def _by_columns(x: Any) -> Any:
    """Matrices column by column in memory, as LAPACK leaves them."""
    return x.mT.copy().mT


#: The inverse, and LAPACK's report of what went wrong; `check`: raise instead.
inverse_op = op("linalg_inv_ex", _inverse_value, "LinalgInvExBackward0", {
    "x": lambda g, out: -(out[0].mT @ g[0] @ out[0].mT),
}, several=True, saved_as={"out": "inverse"})  # fmt: skip


def _checked_inverse(x: Tensor, check: bool) -> Any:
    check_inexact("linalg.inv", x, low_precision=False)
    check_square("linalg.inv", x)
    return inverse_op(x, check)


def inv(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse of a square matrix (..., n, n), of floating point or complex.

    Raises _LinAlgError for a singular matrix, RuntimeError for other shapes and dtypes. Derivative: -A^-1 dA A^-1
    (Giles 2008, section 2.2.3).

    >>> torch.linalg.inv(torch.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    check_tensor("linalg_inv", A, "A")
    return single("linalg_inv_ex", _checked_inverse(A, True)[0], out)


def inverse(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.inv`."""
    check_tensor("inverse", input)
    return single("linalg_inv_ex", _checked_inverse(input, True)[0], out)


def inv_ex(A: Tensor, *, check_errors: bool = False, out: Any = None) -> Any:
    """The named tuple (inverse, info): `inv` without an error, unless `check_errors`.

    `info` (int32) is 0 for a matrix with an inverse, and the number of the first zero on the diagonal of its LU
    decomposition for another.
    """
    check_tensor("linalg_inv_ex", A, "A")
    check_bool("linalg_inv_ex", check_errors, "check_errors", None)
    result = _checked_inverse(A, False)
    if check_errors:
        check_inverted("linalg.inv_ex", result[1]._data)
    return named("linalg_inv_ex", result, out)


# Systems of equations. Derivatives: see Note [Derivatives of a solution] in `triangular`.


def _solve_value(a: Any, b: Any, left: bool, vector: bool) -> tuple[Any, Any]:
    columns = b[..., None] if vector else b
    if singly(a):
        x, info = _solve_one_by_one(a, columns, left)
    else:
        try:
            x, info = np.linalg.solve(a, columns) if left else np.linalg.solve(a.mT, b.mT).mT, _no_errors(a)
        except np.linalg.LinAlgError:
            x, info = _solve_one_by_one(a, columns, left)
    return (x[..., 0] if vector else x), info


def _solve_one_by_one(a: Any, b: Any, left: bool) -> tuple[Any, Any]:
    lu, pivots, info = factored(a)
    return lu_solved(lu, pivots, b, left, False), info


def _solve_rule(g: Any, a: Any, left: bool, vector: bool, out: Any, needs: tuple[bool, bool]) -> tuple[Any, Any]:
    gb, x = solve_op(a.mT, g[0], left, vector)[0], out[0]
    if not needs[0]:
        return None, gb
    if vector:
        return -(gb[..., :, None] * x[..., None, :]), gb
    return -(gb @ x.mT if left else x.mT @ gb), gb


#: X with AX = B, or XA = B (not `left`), or with a stack of vectors B; and LAPACK's report.
solve_op = op(
    "linalg_solve_ex", _solve_value, "LinalgSolveExBackward0", _solve_rule, differentiable=("a", "b"), several=True,
    conforms=True, saved_as={"a": "A", "out": "result"},
)  # fmt: skip


def _checked_solve(name: str, a: Any, b: Any, left: bool) -> Any:
    check_tensor(name, a, "A")
    check_tensor(name, b, "B", 2)
    check_bool(name, left, "left", None)
    check_inexact("linalg.solve", a)
    check_same_dtype("linalg.solve", a, b)
    m, n = a._data.shape, b._data.shape
    vector = len(n) == 1 or (len(m) - 1 == len(n) and n == m[:-1])
    check_system("linalg.solve", a, _Column(b) if vector else b, left)
    if vector and not left:
        raise RuntimeError("linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. ")
    broadcast_shapes(n[:-1] if vector else n[:-2], m[:-2])
    check_kernel("lu_cpu", a)
    return solve_op(a, b, bool(left), vector)


class _Column:
    """A vector as the checks see it: as a matrix of one column."""

    def __init__(self, b: Tensor) -> None:
        self._data = b.detach().unsqueeze(-1)._data


def _check_solved(function: str, info: Any) -> None:
    where, error = failed(info)
    if error:
        raise LinAlgError(f"{function}: {where}{SINGULAR}")


def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Tensor | None = None) -> Tensor:
    """X with ``A @ X = B`` (``X @ A = B`` if not `left`).

    A (..., n, n), and B (..., n, k), (..., k, n) on the right, or a stack of vectors (..., n), of one floating-point or
    complex dtype; dimensions before these broadcast. Raises _LinAlgError for a singular matrix, RuntimeError for shapes
    that do not fit and for two dtypes. Derivatives: Note [Derivatives of a solution].

    >>> torch.linalg.solve(torch.tensor([[2., 0.], [0., 4.]]), torch.ones(2))
    tensor([0.5000, 0.2500])
    """
    x, info = _checked_solve("linalg_solve", A, B, left)
    _check_solved("torch.linalg.solve", info._data)
    return single("_linalg_solve_ex", x, out)


def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False, out: Any = None) -> Any:
    """The named tuple (result, info): `solve` without an error for a singular matrix, unless `check_errors`."""
    check_bool("linalg_solve_ex", check_errors, "check_errors", None)
    result = _checked_solve("linalg_solve_ex", A, B, left)
    if check_errors:
        _check_solved("torch.linalg.solve_ex", result[1]._data)
    return named("linalg_solve_ex", result, out)


for _function in (inv, inv_ex, solve, solve_ex):
    _function.__qualname__ = f"linalg_{_function.__name__}"  # as a call with too many arguments names it
methods(inverse=inverse)
