"""What operations of `rushlight.ops.linalg` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "no sample yet": "linalg_ldl_factor_ex linalg_ldl_solve geqrf",
    },
    "second order": {
        "no sample yet": "linalg_ldl_factor_ex linalg_ldl_solve geqrf",
    },
    "complex128": {
        "no sample yet": "linalg_ldl_factor_ex linalg_ldl_solve geqrf",
    },
    "0-d": {
        "takes vectors or matrices": """
            linalg_solve_triangular triangular_solve linalg_cholesky_ex cholesky cholesky_solve
            cholesky_inverse linalg_inv_ex linalg_det linalg_slogdet linalg_ldl_factor_ex
            linalg_ldl_solve linalg_svd linalg_eigh linalg_eig linalg_pinv linalg_lstsq linalg_qr
            geqrf linalg_householder_product ormqr linalg_lu linalg_lu_factor_ex lu_unpack
            linalg_lu_solve linalg_matrix_exp linalg_cross
        """,
        "no sample yet": "linalg_solve_ex cofactor cofactor_slope reflectors",
    },
    "empty": {
        "no sample yet": "linalg_ldl_factor_ex linalg_ldl_solve geqrf",
    },
    "non-contiguous": {
        "no sample yet": "linalg_cholesky_ex cholesky linalg_ldl_factor_ex linalg_ldl_solve linalg_eigh geqrf",
    },
}
