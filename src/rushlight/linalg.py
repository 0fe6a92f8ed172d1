"""torch.linalg: functions of matrices, and of stacks of matrices in the last two dimensions."""

from __future__ import annotations

from .ops.linalg.checks import LinAlgError
from .ops.linalg.cholesky import cholesky_ex
from .ops.linalg.cholesky import linalg_cholesky as cholesky
from .ops.linalg.determinants import linalg_det as det
from .ops.linalg.determinants import linalg_slogdet as slogdet
from .ops.linalg.inverse import inv, inv_ex, solve, solve_ex
from .ops.linalg.ldl import ldl_factor, ldl_factor_ex, ldl_solve
from .ops.linalg.least_squares import lstsq, matrix_rank, pinv
from .ops.linalg.lu import linalg_lu as lu
from .ops.linalg.lu import linalg_lu_solve as lu_solve
from .ops.linalg.lu import lu_factor, lu_factor_ex
from .ops.linalg.norms import cond, matrix_norm, norm
from .ops.linalg.qr import householder_product
from .ops.linalg.qr import linalg_qr as qr
from .ops.linalg.spectral import eig, eigh, eigvals, eigvalsh
from .ops.linalg.spectral import linalg_svd as svd
from .ops.linalg.spectral import linalg_svdvals as svdvals
from .ops.linalg.triangular import solve_triangular
from .ops.reduction import vector_norm

__all__ = [
    "LinAlgError",
    "cholesky",
    "cholesky_ex",
    "cond",
    "det",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "householder_product",
    "inv",
    "inv_ex",
    "ldl_factor",
    "ldl_factor_ex",
    "ldl_solve",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_factor_ex",
    "lu_solve",
    "matrix_norm",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_ex",
    "solve_triangular",
    "svd",
    "svdvals",
    "vector_norm",
]
