"""Systems of equations with triangular matrices.

Note [Derivatives of a solution]
    From A X = B follows A dX = dB - dA X (Giles, "Collected matrix derivative results for forward and reverse mode
    algorithmic differentiation", 2008, section 2.3.1). So a gradient g of X gives that of B as the solution of
    A^H gB = g, and that of A as -gB X^H; where A is triangular, the same in its triangle.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.shapes import broadcast_shapes
from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_bool, check_tensor
from ..support.attach import methods
from ..support.options import MISSING, warn_once
from .checks import check_kernel, check_old_system, check_system
from .lapack import blas
from .results import named, single

__all__ = ["triangular_solve"]


def _by_rows(a: Any, b: Any, upper: bool, unit: bool) -> Any:
    """Substitution, row by row, in all matrices of a stack at once."""
    x, n = b.copy(), a.shape[-1]
    for i in reversed(range(n)) if upper else range(n):
        known = slice(i + 1, n) if upper else slice(0, i)
        x[..., i, :] -= (a[..., i, None, known] @ x[..., known, :])[..., 0, :]
        if not unit:
            x[..., i, :] /= a[..., i, i, None]
    return x


def triangular_solved(a: Any, b: Any, upper: bool, left: bool, unit: bool) -> Any:
    """X with AX = B, or XA = B, of payloads."""
    n = a.shape[-1]
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = np.broadcast_to(a, (*batch, n, n)), np.broadcast_to(b, (*batch, *b.shape[-2:]))
    if not b.size:
        return b.copy()
    if math.prod(batch) > n:
        return _by_rows(a, b, upper, unit) if left else _by_rows(a.mT, b.mT, not upper, unit).mT
    # The transposed problem, since BLAS reads a row-major matrix as its transpose: no copies but that of b.
    out, trsm = np.empty(b.shape, b.dtype), blas("trsm", a)
    for i in np.ndindex(batch):
        out[i] = trsm(1, a[i].T, b[i].T, side=int(left), lower=int(upper), diag=int(unit)).T
    return out


def _triangle(x: Any, upper: bool, unit: bool) -> Any:
    return np.triu(x, int(unit)) if upper else np.tril(x, -int(unit))


def _solution_slopes(g: Any, a: Any, x: Any, upper: bool, left: bool, unit: bool) -> tuple[Any, Any]:
    """The gradients of A and B, of a solution X."""
    gb = solve_triangular_op(a.mT, g, not upper, left, unit)
    return _triangle(-(gb @ x.mT) if left else -(x.mT @ gb), upper, unit), gb


def _triangular_rule(g: Any, a: Any, upper: bool, left: bool, unitriangular: bool, out: Any) -> tuple[Any, Any]:
    return _solution_slopes(g, a, out, upper, left, unitriangular)


#: X with AX = B, or XA = B: on payloads, and in rules on Tensors too.
solve_triangular_op = op(
    "linalg_solve_triangular", triangular_solved, "LinalgSolveTriangularBackward0", _triangular_rule,
    names=("a", "b", "upper", "left", "unitriangular"), differentiable=("a", "b"), conforms=True,
    saved_as={"a": "self"},
)  # fmt: skip


def linalg_solve_triangular(
    input: Tensor, B: Tensor, *, upper: bool = MISSING, left: bool = True, unitriangular: bool = False,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """X with ``A @ X = B`` (``X @ A = B`` if not `left`), where A is triangular.

    A (..., n, n) and B (..., n, k), or (..., k, n) on the right, of one floating-point or complex dtype; dimensions
    before the last two broadcast. Only the triangle that `upper` names is read, and not its diagonal if
    `unitriangular`, which takes it for ones. A zero on the diagonal gives infinities or NaN, and no error. Raises
    RuntimeError for shapes that do not fit. Derivatives: Note [Derivatives of a solution].

    >>> torch.linalg.solve_triangular(torch.tensor([[2., 0.], [1., 1.]]), torch.ones(2, 1), upper=False)
    tensor([[0.5000],
            [0.5000]])
    """
    name = "linalg_solve_triangular"
    check_tensor(name, input)
    check_tensor(name, B, "B", 2)
    if upper is MISSING:
        raise TypeError(f'{name}() missing 1 required positional arguments: "upper"')
    for key, flag in (("upper", upper), ("left", left), ("unitriangular", unitriangular)):
        check_bool(name, flag, key, None)
    check_system("linalg.solve_triangular", input, B, left)
    broadcast_shapes(B._data.shape[:-2], input._data.shape[:-2])
    check_kernel("triangular_solve_cpu", input)
    if B.dtype is not input.dtype:
        B = B.to(input.dtype)  # type: ignore[attr-defined]
    return single(name, solve_triangular_op(input, B, bool(upper), bool(left), bool(unitriangular)), out)


# torch's first triangular solver.


def _old_value(b: Any, a: Any, upper: bool, transpose: bool, unitriangular: bool) -> tuple[Any, Any]:
    matrix = a.mT if transpose else a
    solution = triangular_solved(matrix, b, upper != transpose, True, unitriangular)
    return solution, np.broadcast_to(a, (*solution.shape[:-2], *a.shape[-2:])).copy()


def _old_rule(g: Any, a: Any, upper: bool, transpose: bool, unitriangular: bool, out: Any) -> tuple[Any, Any]:
    g, cloned = g
    if g is None:
        return None, cloned
    matrix = a.mT if transpose else a
    ga, gb = _solution_slopes(g, matrix, out[0], upper != transpose, True, unitriangular)
    ga = ga.mT if transpose else ga
    return gb, ga if cloned is None else ga + cloned


_triangular_solve = op(
    "triangular_solve", _old_value, "TriangularSolveBackward0", _old_rule,
    names=("b", "a", "upper", "transpose", "unitriangular"), differentiable=("b", "a"), several=True, conforms=True,
    saved_as={"a": "A"},
)  # fmt: skip


def triangular_solve(
    input: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False, *,
    out: Any = None,
) -> Any:  # fmt: skip
    """The named tuple (solution, cloned_coefficient): X with ``A @ X = input``, A triangular, and a copy of A.

    Deprecated: `torch.linalg.solve_triangular` is the same with its arguments reversed. `transpose`: ``A.mT @ X``.
    Raises RuntimeError for shapes that do not fit and for two dtypes.
    """
    name = "triangular_solve"
    warn_once(
        "torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will be removed in a future "
        "PyTorch release.\ntorch.linalg.solve_triangular has its arguments reversed and does not return a copy of one "
        "of the inputs.\nX = torch.triangular_solve(B, A).solution\nshould be replaced with\nX = "
        "torch.linalg.solve_triangular(A, B)."
    )
    check_tensor(name, input)
    check_tensor(name, A, "A", 2)
    for position, (key, flag) in enumerate(
        (("upper", upper), ("transpose", transpose), ("unitriangular", unitriangular)), 3
    ):
        check_bool(name, flag, key, position)
    for tensor, word in ((input, "b"), (A, "A")):
        if tensor._data.ndim < 2:
            raise RuntimeError(
                f"torch.triangular_solve: Expected {word} to have at least 2 dimensions, but it has "
                f"{tensor._data.ndim} dimensions instead"
            )
    check_old_system(name, input, A)
    check_kernel("triangular_solve_cpu", input)
    return named(name, _triangular_solve(input, A, bool(upper), bool(transpose), bool(unitriangular)), out)


methods(triangular_solve=triangular_solve)
