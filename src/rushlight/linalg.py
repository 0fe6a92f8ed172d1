"""torch.linalg: functions of matrices, and of stacks of matrices in the last two dimensions."""

from __future__ import annotations

from .ops.linalg.checks import LinAlgError
from .ops.linalg.cholesky import linalg_cholesky as cholesky
from .ops.linalg.cholesky import linalg_cholesky_ex as cholesky_ex
from .ops.linalg.determinants import linalg_det as det
from .ops.linalg.determinants import linalg_slogdet as slogdet
from .ops.linalg.inverse import inv, inv_ex, solve, solve_ex
from .ops.linalg.ldl import linalg_ldl_factor as ldl_factor
from .ops.linalg.ldl import linalg_ldl_factor_ex as ldl_factor_ex
from .ops.linalg.ldl import linalg_ldl_solve as ldl_solve
from .ops.linalg.least_squares import lstsq, matrix_rank, pinv
from .ops.linalg.lu import linalg_lu as lu
from .ops.linalg.lu import linalg_lu_factor as lu_factor
from .ops.linalg.lu import linalg_lu_factor_ex as lu_factor_ex
from .ops.linalg.lu import linalg_lu_solve as lu_solve
from .ops.linalg.norms import cond, matrix_norm, norm
from .ops.linalg.products import diagonal, tensorinv, tensorsolve, vecdot
from .ops.linalg.products import linalg_cross as cross
from .ops.linalg.products import linalg_matrix_exp as matrix_exp
from .ops.linalg.products import linalg_matrix_power as matrix_power
from .ops.linalg.products import linalg_vander as vander
from .ops.linalg.qr import linalg_householder_product as householder_product
from .ops.linalg.qr import linalg_qr as qr
from .ops.linalg.spectral import eig, eigh, eigvals, eigvalsh
from .ops.linalg.spectral import linalg_svd as svd
from .ops.linalg.spectral import linalg_svdvals as svdvals
from .ops.linalg.triangular import linalg_solve_triangular as solve_triangular
from .ops.products.einsum import multi_dot
from .ops.products.matmul import matmul
from .ops.reduction.norms import vector_norm

__all__ = [
    "LinAlgError",
    "cholesky",
    "cholesky_ex",
    "cond",
    "cross",
    "det",
    "diagonal",
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
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_ex",
    "solve_triangular",
    "svd",
    "svdvals",
    "tensorinv",
    "tensorsolve",
    "vander",
    "vecdot",
    "vector_norm",
]
