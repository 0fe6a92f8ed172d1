"""The LU decomposition A = P L U: P permutes rows, L has ones on its diagonal and zeros above, U zeros below.

Note [Derivatives of LU]
    For square A, with B = P^T A = L U: L^-1 dB U^-1 = L^-1 dL + dU U^-1, whose first part is strictly lower triangular
    and whose second is upper triangular (de Hoog, Anderssen & Lukas, "Differentiation of matrix functionals using
    triangular factorization", 2011). So the gradient of B is L^-H (tril(L^H gL, -1) + triu(gU U^H)) U^-H.
    A wide B = (B1 B2) has U2 = L^-1 B2, a tall one L2 = B2 U^-1: what comes back through them is added to the
    gradients of L, or U, of the square part.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import broadcast_shapes
from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_bool, check_tensor
from ..support.attach import methods
from ..support.layered import every_value
from ..support.options import warn_once
from ..support.outputs import check_each
from .checks import check_inexact, check_kernel, check_same_dtype, check_square, check_system, failed
from .factored import factored, lu_solved, permutation
from .lapack import adjoint
from .results import named, single
from .triangular import solve_triangular_op

__all__ = ["lu", "lu_solve", "lu_unpack", "_lu_with_info"]


def _constant(p: Any) -> Any:
    """A permutation, which has no gradient, without the history of the result that it is."""
    return p.detach() if isinstance(p, Tensor) else p


def _in_order(results: Any) -> tuple[Any, Any, Any]:
    """P, L and U, of an operation that puts P last: torch does not number P among the results that have a gradient."""
    l, u, p = results
    return _constant(p), l, u


def _after(a: Any, upper: bool, b: Any, left: bool, unit: bool) -> Any:
    """A^-H B, or B A^-H, of a triangular A."""
    return solve_triangular_op(adjoint(a), b, not upper, left, unit)


def _lu_slope(gl: Any, gu: Any, l: Any, u: Any, p: Any) -> Any:
    """The gradient of A, of gradients of L and of U (None: of one only); see Note [Derivatives of LU]."""
    p, m, n = _constant(p), l.shape[-2], u.shape[-1]
    k = min(m, n)
    beside = None
    if n > m:
        if gu is not None:
            beside = _after(l, False, gu[..., k:], True, True)
            through = -(beside @ adjoint(u[..., k:]))
            gl, gu = through if gl is None else gl + through, gu[..., :k]
        u = u[..., :k]
    elif m > n:
        if gl is not None:
            beside = _after(u, True, gl[..., k:, :], False, False)
            through = -(adjoint(l[..., k:, :]) @ beside)
            gl, gu = gl[..., :k, :], through if gu is None else gu + through
        l = l[..., :k, :]
    lower = None if gl is None else np.tril(adjoint(l) @ np.tril(gl, -1), -1)
    upper = None if gu is None else np.triu(np.triu(gu) @ adjoint(u))
    middle = upper if lower is None else lower if upper is None else lower + upper
    gb = _after(u, True, _after(l, False, middle, True, True), False, False)
    if m != n:
        side = -1 if n > m else -2
        if beside is None:
            shape = list(gb.shape)
            shape[side] = abs(m - n)
            beside = np.zeros_like(gb, shape=tuple(shape))
        gb = np.concatenate([gb, beside], side)
    return p @ gb


# Factoring.


def _unpacked(lu: Any) -> tuple[Any, Any]:
    m, n = lu.shape[-2:]
    k = min(m, n)
    l = np.tril(lu[..., :k], -1) + np.eye(m, k, dtype=lu.dtype)
    return l, np.triu(lu[..., :k, :])


def _permutations(pivots: Any, m: int, dtype: Any) -> Any:
    rows = permutation(pivots, m)
    out = np.zeros((*rows.shape, m), dtype)
    np.put_along_axis(out, rows[..., None, :], 1, -2)
    return out


def _lu_value(x: Any) -> tuple[Any, Any, Any]:
    lu, pivots, _ = factored(x)
    return (*_unpacked(lu), _permutations(pivots, x.shape[-2], x.dtype))


def _factor_rule(g: Any, out: Any) -> Any:
    k = min(g[0].shape[-2:])
    return _lu_slope(g[0][..., :k], g[0][..., :k, :], *lu_unpack_op(out[0], out[1], True, True))


_lu = op("linalg_lu", _lu_value, "LinalgLuBackward0", {
    "x": lambda g, out: _lu_slope(g[0], g[1], *out),
}, several=True, holomorphic=False)  # fmt: skip
_lu_factor = op("linalg_lu_factor_ex", lambda x: tuple(factored(x)), "LinalgLuFactorExBackward0", {
    "x": _factor_rule,
}, several=True, holomorphic=False)  # fmt: skip


def _unpack_value(x: Any, pivots: Any, data: bool, exchanges: bool) -> tuple[Any, Any, Any]:
    nothing = np.zeros(0, x.dtype)
    p = _permutations(pivots, x.shape[-2], x.dtype) if exchanges else nothing
    return (*_unpacked(x), p) if data else (nothing, nothing, p)


def _unpack_rule(g: Any, x_shape: tuple[int, ...], data: bool) -> Any:
    """L is the part below the diagonal, U the rest."""
    gl, gu, _ = g
    m, n = x_shape[-2:]
    if not data:
        return np.zeros_like(next(part for part in g if part is not None), shape=x_shape)
    parts = []
    if gl is not None:
        parts.append(_padded(np.tril(gl, -1), n - gl.shape[-1], -1))
    if gu is not None:
        parts.append(_padded(np.triu(gu), m - gu.shape[-2], -2))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _padded(x: Any, count: int, dim: int) -> Any:
    """`x` with zeros after it along `dim`."""
    if not count:
        return x
    shape = list(x.shape)
    shape[dim] = count
    return np.concatenate([x, np.zeros_like(x, shape=tuple(shape))], dim)


lu_unpack_op = op(
    "lu_unpack", _unpack_value, "LuUnpackBackward0", {"x": _unpack_rule}, names=("x", "pivots", "data", "exchanges"),
    several=True, saved_as={"x": "LU_data"},
)  # fmt: skip


def _check_factor(function: str, x: Tensor, pivot: bool, name: str) -> None:
    if x._data.ndim < 2:
        raise RuntimeError(f"{name}: Expected tensor with 2 or more dimensions. Got size: {list(x.shape)} instead")
    check_bool(function, pivot, "pivot", None)
    check_kernel("lu_cpu", x)
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")


def linalg_lu(A: Tensor, *, pivot: bool = True, out: Any = None) -> Any:
    """The named tuple (P, L, U) with ``A = P @ L @ U``, of a matrix (..., m, n) of floating point or complex.

    With k = min(m, n), P is (..., m, m), L (..., m, k), U (..., k, n). Raises RuntimeError for ``pivot=False``, as
    torch does on the CPU. Derivatives: Note [Derivatives of LU].

    >>> torch.linalg.lu(torch.tensor([[0., 2.], [1., 1.]])).P
    tensor([[0., 1.],
            [1., 0.]])
    """
    check_tensor("linalg_lu", A, "A")
    _check_factor("linalg_lu", A, pivot, "linalg.lu")
    return named("linalg_lu", _in_order(_lu(A)), out)


def _check_factored(function: str, info: Any) -> None:
    where, error = failed(info)
    if error:
        raise RuntimeError(
            f"{function}: {where}U[{error},{error}] is zero and using it on lu_solve would result in a division by "
            "zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
            "linalg.lu_factor_ex(A, pivot)"
        )


def linalg_lu_factor(A: Tensor, *, pivot: bool = True, out: Any = None) -> Any:
    """The named tuple (LU, pivots): L and U in one matrix (..., m, n), and the rows that were exchanged.

    `pivots` (int32): row i was exchanged with row pivots[i] - 1. Raises RuntimeError for a singular matrix, one with a
    zero on the diagonal of U.
    """
    check_tensor("linalg_lu_factor", A, "A")
    _check_factor("linalg_lu_factor", A, pivot, "torch.lu_factor")
    lu, pivots, info = _lu_factor(A)
    _check_factored("torch.linalg.lu_factor", info._data)
    return named("linalg_lu_factor", (lu, pivots), out)


def linalg_lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False, out: Any = None) -> Any:
    """The named tuple (LU, pivots, info): `lu_factor` without an error, unless `check_errors`.

    `info` (int32) is the number of the first zero on the diagonal of U, or 0.
    """
    check_tensor("linalg_lu_factor_ex", A, "A")
    _check_factor("linalg_lu_factor_ex", A, pivot, "torch.lu_factor")
    check_bool("linalg_lu_factor_ex", check_errors, "check_errors", None)
    result = _lu_factor(A)
    if check_errors:
        _check_factored("torch.linalg.lu_factor_ex", result[2]._data)
    return named("linalg_lu_factor_ex", result, out)


def _lu_with_info(input: Tensor, pivot: bool = True, check_errors: bool = True) -> Any:
    """What `torch.lu` calls. As in torch, `check_errors` changes nothing."""
    check_tensor("_lu_with_info", input)
    _check_factor("_lu_with_info", input, pivot, "torch.lu_factor")
    warn_once(
        "torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and will be removed in a "
        "future PyTorch release.\nLU, pivots = torch.lu(A, compute_pivots)\nshould be replaced with\nLU, pivots = "
        "torch.linalg.lu_factor(A, compute_pivots)\nand\nLU, pivots, info = torch.lu(A, compute_pivots, get_infos=True)"
        "\nshould be replaced with\nLU, pivots, info = torch.linalg.lu_factor_ex(A, compute_pivots)"
    )
    return named("_lu_with_info", _lu_factor(input))


def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """LU and pivots, and with `get_infos` LAPACK's reports. Deprecated: `torch.linalg.lu_factor` is the same."""
    result = _lu_with_info(A, pivot, not get_infos)
    parts = result if get_infos else result[:2]
    if out is None:
        return parts
    if len(out) != len(parts):
        raise TypeError(f"expected tuple of {len(parts)} elements but got {len(out)}")
    check_each(out, parts, "lu", own=False)
    for target, part in zip(out, parts):
        target.resize_as_(part).copy_(part)
    return out


def _lu_method(self: Tensor, pivot: bool = True, get_infos: bool = False) -> tuple[Tensor, ...]:
    """LU and pivots, and with `get_infos` LAPACK's reports."""
    return tuple(lu(self, pivot, get_infos))


def lu_unpack(
    LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True, *, out: Any = None
) -> Any:
    """The named tuple (P, L, U) from what `torch.linalg.lu_factor` returned; empty where it is not asked for.

    Raises RuntimeError for pivots that are no rows.
    """
    name = "lu_unpack"
    check_tensor(name, LU_data, "LU_data")
    check_tensor(name, LU_pivots, "LU_pivots", 2)
    for position, (key, flag) in enumerate((("unpack_data", unpack_data), ("unpack_pivots", unpack_pivots)), 3):
        check_bool(name, flag, key, position)
    if LU_data._data.ndim < 2:
        size = list(LU_data.shape)
        raise RuntimeError(f"torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: {size} instead")
    if unpack_pivots and LU_pivots.dtype is not dtypes.int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\n"
            "Note: this function is intended to be used with the output produced by torch.linalg.lu_factor"
        )
    *batch, m, n = LU_data._data.shape
    pivots = every_value(LU_pivots._data)
    if unpack_pivots and (LU_pivots._data.shape != (*batch, min(m, n)) or ((pivots < 1) | (pivots > m)).any()):
        raise RuntimeError(
            "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive."
            "Did you properly pass the result of lu_factor?"
        )
    return named(name, _in_order(lu_unpack_op(LU_data, LU_pivots, bool(unpack_data), bool(unpack_pivots))), out)


# Solving with the factors.


def _lu_solve_rule(
    g: Any, lu: Any, pivots: Any, left: bool, adjoint_: bool, out: Any, needs: tuple[bool, bool]
) -> tuple[Any, Any]:
    """That of the solution X in B (Note [Derivatives of a solution]) and in A, and that of A in L and U."""
    gb = lu_solve_op(lu, pivots, g, left, not adjoint_)
    if not needs[0]:
        return None, gb
    ga = -(gb @ adjoint(out)) if left else -(adjoint(out) @ gb)
    l, u, p = lu_unpack_op(lu, pivots, True, True)
    gb_rows = _constant(p).mT @ (adjoint(ga) if adjoint_ else ga)
    return np.tril(gb_rows @ adjoint(u), -1) + np.triu(adjoint(l) @ gb_rows), gb


lu_solve_op = op(
    "linalg_lu_solve", lambda lu, pivots, b, left, adjoint_: lu_solved(lu, pivots, b, left, adjoint_),
    "LinalgLuSolveBackward0", _lu_solve_rule, differentiable=("lu", "b"), conforms=True, holomorphic=False,
    saved_as={"lu": "LU", "b": "B", "adjoint_": "adjoint"},
)  # fmt: skip


def linalg_lu_solve(
    LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False, out: Tensor | None = None
) -> Tensor:
    """X with ``A @ X = B`` (``X @ A = B`` if not `left`; A^H for A if `adjoint`), from A's `lu_factor`.

    LU (..., n, n), pivots (..., n) of int32, and B (..., n, k), or (..., k, n) on the right; dimensions before these
    broadcast. Raises RuntimeError for shapes that do not fit and for two dtypes.
    """
    name = "linalg_lu_solve"
    check_tensor(name, LU, "LU")
    check_tensor(name, pivots, "pivots", 2)
    check_tensor(name, B, "B", 3)
    check_bool(name, left, "left", None)
    check_bool(name, adjoint, "adjoint", None)
    return single(name, _checked_lu_solve(LU, pivots, B, left, adjoint), out)


def _checked_lu_solve(lu: Tensor, pivots: Tensor, b: Tensor, left: bool, conjugate: bool) -> Tensor:
    check_inexact("torch.linalg.lu_solve", lu)
    check_square("torch.linalg.lu_solve", lu)
    check_same_dtype("linalg.lu_solve", lu, b, ("LU", "B"))
    if pivots.dtype is not dtypes.int32:
        raise RuntimeError("linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32")
    check_system("linalg.lu_solve", lu, b, left)
    if not pivots._data.shape:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions")
    if lu._data.shape[-1] != pivots._data.shape[-1]:
        raise RuntimeError("linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix")
    if lu._data.shape[:-1] != pivots._data.shape:
        raise RuntimeError(
            f"linalg.lu_solve: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape "
            f"{list(pivots.shape)} instead"
        )
    broadcast_shapes(b._data.shape[:-2], lu._data.shape[:-2])
    check_kernel("lu_solve_cpu", lu)
    rows = every_value(pivots._data)
    if ((rows < 1) | (rows > lu._data.shape[-1])).any():
        raise RuntimeError(
            "Pivots given to lu_solve must all be smaller or equal to LU.size(-2). "
            "Did you properly pass the result of lu_factor?"
        )
    return lu_solve_op(lu, pivots, b, bool(left), bool(conjugate))


def lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Tensor | None = None) -> Tensor:
    """X with ``A @ X = input``. Deprecated: `torch.linalg.lu_solve` is the same with its arguments in another order."""
    check_tensor("lu_solve", input)
    check_tensor("lu_solve", LU_data, "LU_data", 2)
    check_tensor("lu_solve", LU_pivots, "LU_pivots", 3)
    warn_once(
        "torch.lu_solve is deprecated in favor of torch.linalg.lu_solveand will be removed in a future PyTorch release."
        "\nNote that torch.linalg.lu_solve has its arguments reversed.\nX = torch.lu_solve(B, LU, pivots)\nshould be "
        "replaced with\nX = torch.linalg.lu_solve(LU, pivots, B)"
    )
    return single("lu_solve", _checked_lu_solve(LU_data, LU_pivots, input, True, False), out)


methods(lu=_lu_method, lu_solve=lu_solve)
