"""The LDL decomposition of symmetric and Hermitian matrices, as LAPACK packs it. Without derivatives, as in torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_bool, check_tensor
from ..support.no_derivative import no_derivative
from .checks import check_inexact, check_kernel, check_old_system, check_square, failed
from .lapack import each, lapack, stretched
from .results import named, single

__all__: list[str] = []


def _kind(x: Any, hermitian: bool) -> str:
    return "he" if hermitian and x.dtype.kind == "c" else "sy"


def _factor_value(x: Any, hermitian: bool) -> Any:
    batch, n = x.shape[:-2], x.shape[-1]
    if not n:
        return x.copy(), np.zeros((*batch, 0), np.int32), np.zeros(batch, np.int32)[()]
    trf = lapack(f"{_kind(x, hermitian)}trf", x)
    ld, pivots, info = each(
        lambda a: trf(a, lower=1, lwork=64 * n), [(n, n), (n,), ()], [x.dtype, np.int32, np.int32], (x, 2)
    )
    return np.tril(ld), pivots, info


def _solve_value(ld: Any, pivots: Any, b: Any, hermitian: bool) -> Any:
    (ld, _), (pivots, _), (b, _) = stretched((ld, 2), (pivots.astype(np.int32), 1), (b, 2))
    if not b.size:
        return b.copy()
    trs = lapack(f"{_kind(ld, hermitian)}trs", ld)

    def solve(a: Any, rows: Any, c: Any) -> list[Any]:
        return [trs(a, rows, c, lower=1)[0]]

    return each(solve, [b.shape[-2:]], [b.dtype], (ld, 2), (pivots, 1), (b, 2))[0]


_factor = op("linalg_ldl_factor_ex", _factor_value, "NotImplemented", {
    "x": no_derivative("linalg_ldl_factor_ex"),
}, several=True)  # fmt: skip
_solve = op("linalg_ldl_solve", _solve_value, "NotImplemented", {
    "ld": no_derivative("linalg_ldl_solve"), "b": no_derivative("linalg_ldl_solve"),
}, conforms=True)  # fmt: skip


def _checked_factor(name: str, x: Tensor, hermitian: bool) -> Any:
    check_tensor(name, x)
    check_bool(name, hermitian, "hermitian", None)
    check_square("torch.linalg.ldl_factor_ex", x)
    check_inexact("torch.linalg.ldl_factor_ex", x)
    check_kernel("ldl_factor_kernel_cpu", x)
    return _factor(x, bool(hermitian))


def _check_factored(function: str, info: Any) -> None:
    where, error = failed(info)
    if error:
        raise RuntimeError(
            f"{function}: {where}D[{error},{error}] is zero and using it on ldl_solve would result in a division by zero."
        )


def linalg_ldl_factor(input: Tensor, *, hermitian: bool = False, out: Any = None) -> Any:
    """The named tuple (LD, pivots) of a symmetric matrix (..., n, n), or a Hermitian one (`hermitian`).

    LD holds the unit lower triangular L below the diagonal, and the blocks of D; `pivots` (int32) are LAPACK's: two
    equal negative ones mark a 2 by 2 block. Raises RuntimeError for a singular D. Has no derivative, as in torch.

    >>> torch.linalg.ldl_factor(torch.tensor([[4., 2.], [2., 3.]])).LD
    tensor([[4.0000, 0.0000],
            [0.5000, 2.0000]])
    """
    ld, pivots, info = _checked_factor("linalg_ldl_factor", input, hermitian)
    _check_factored("torch.linalg.ldl_factor", info._data)
    return named("linalg_ldl_factor", (ld, pivots), out)


def linalg_ldl_factor_ex(input: Tensor, *, hermitian: bool = False, check_errors: bool = False, out: Any = None) -> Any:
    """The named tuple (LD, pivots, info): `ldl_factor` without an error, unless `check_errors`."""
    check_bool("linalg_ldl_factor_ex", check_errors, "check_errors", None)
    result = _checked_factor("linalg_ldl_factor_ex", input, hermitian)
    if check_errors:
        _check_factored("torch.linalg.ldl_factor_ex", result[2]._data)
    return named("linalg_ldl_factor_ex", result, out)


def linalg_ldl_solve(
    LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian: bool = False, out: Tensor | None = None
) -> Tensor:  # fmt: skip
    """X with ``A @ X = B``, from A's `ldl_factor`; dimensions before the last two broadcast. Has no derivative."""
    name, words = "linalg_ldl_solve", "torch.linalg.ldl_solve"
    check_tensor(name, LD, "LD")
    check_tensor(name, pivots, "pivots", 2)
    check_tensor(name, B, "B", 3)
    check_bool(name, hermitian, "hermitian", None)
    check_square(words, LD)
    check_inexact(words, LD)
    if B._data.ndim < 2:
        raise IndexError(f"Dimension out of range (expected to be in range of [-1, 0], but got {-2})")
    check_old_system(words, B, LD)
    if LD._data.shape[:-1] != pivots._data.shape:
        raise RuntimeError(
            f"{words}: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape "
            f"{list(pivots.shape)} instead"
        )
    if pivots.dtype.category != 1:
        raise RuntimeError(f"{words}: Expected pivots to be integers. Got {pivots.dtype.scalar_name}")
    if isinstance(pivots._data, np.ndarray) and (np.abs(pivots._data) > LD._data.shape[-1]).any():
        raise RuntimeError(
            "Pivots given to ldl_solve must all satisfy |pivot| <= LD.size(-2). Did you properly pass the result of "
            "ldl_factor?"
        )
    check_kernel("ldl_solve_kernel_cpu", LD)
    return single(name, _solve(LD, pivots, B, bool(hermitian)), out)
