"""What operations of `rushlight.ops.linalg` owe no sample of, and why."""

EXCEPTIONS = {
    "0-d": {
        "takes vectors or matrices": """
            linalg_solve_triangular triangular_solve linalg_cholesky_ex cholesky cholesky_solve
            cholesky_inverse linalg_inv_ex linalg_det linalg_slogdet linalg_svd linalg_eigh
            linalg_eig linalg_pinv linalg_lstsq linalg_qr linalg_householder_product ormqr linalg_lu
            linalg_lu_factor_ex lu_unpack linalg_lu_solve linalg_matrix_exp linalg_cross
            linalg_solve_ex cofactor cofactor_slope reflectors
        """,
    },
    "zeros": {
        "singular, or with equal eigenvalues": """
            linalg_cholesky_ex cholesky cholesky_inverse cofactor_slope linalg_svd linalg_eigh
            linalg_eig linalg_qr linalg_lu linalg_lu_factor_ex
        """,
    },
    "ties": {
        "singular, or with equal eigenvalues": "cholesky cofactor_slope",
    },
}
