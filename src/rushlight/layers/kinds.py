"""What forward mode may assume of an operation: that it is linear, or pointwise. See Note [Tangents from derivative rules].

A test holds every operation listed here, and every pointwise one, to the general rule.
"""

from __future__ import annotations

from functools import cache

from ..core.op import Op

#: Linear in all their differentiable inputs together, and no views.
LINEAR = {
    "add", "sub", "rsub", "neg", "add_scaled", "sub_scaled", "times_number", "over_number", "unsafe_view", "clone",
    "cat", "stack", "block_diag", "sum", "sum_dim", "mean", "mean_dim", "trace", "diag_embed", "repeat", "flip", "roll", "rot90",
    "tril", "triu", "cumsum", "index", "index_select", "gather", "take", "select_backward", "slice_backward",
    "diagonal_backward", "unfold_backward", "trace_backward", "as_strided_backward", "index_add", "index_copy", "scatter_add",
    "scatter", "select_scatter", "slice_scatter", "diagonal_scatter", "index_put", "embedding", "embedding_dense_backward",
    "reflection_pad1d", "reflection_pad2d", "reflection_pad3d", "replication_pad1d", "replication_pad2d",
    "replication_pad3d", "circular_pad", "im2col", "col2im", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle",
    "_fft_c2c", "_fft_r2c", "_fft_c2r", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "where",
    "masked_select", "masked_fill_tensor", "conj", "conj_physical", "complex", "deg2rad", "rad2deg", "detach_copy",
    "upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d", "upsample_nearest1d",
    "upsample_nearest2d", "upsample_nearest3d", "max_unpool2d", "max_unpool3d", "unpooled_elements",
}  # fmt: skip

#: Declared as elementwise for their promotion of dtypes, but not pointwise.
NOT_POINTWISE = {
    "index_fill_tensor", "index_put_impl", "cumsum_as", "cumprod_as", "sum_as", "sum_dim_as", "mean_as", "mean_dim_as",
    "nansum_as", "prod_as", "prod_dim_as", "linalg_vector_norm_as", "prelu_kernel", "bmm_broadcast", "addmm", "addmv", "addr",
    "baddbmm", "addbmm", "contract", "contract_products", "as_strided_scatter", "mse_loss_backward", "smooth_l1_loss_backward",
    "huber_loss_backward", "binary_cross_entropy_backward", "masked_scatter", "native_layer_norm_narrow", "bernoulli_tensor",
    "normal_both", "copy", "native_batch_norm", "native_batch_norm_legit", "native_batch_norm_legit_no_stats",
    "batch_norm_with_update", "native_group_norm", "dist", "_cdist_forward", "_euclidean_dist", "linalg_solve_triangular",
    "triangular_solve", "cholesky_solve", "linalg_solve_ex", "linalg_slogdet", "linalg_ldl_solve", "linalg_pinv", "linalg_lstsq",
    "linalg_lu_solve", "linalg_cross", "soft_margin_loss_backward", "soft_margin_loss", "unsafe_masked_index_put_accumulate",
    "_to_copy", "mvlgamma",
}  # fmt: skip


def is_linear(op: Op) -> bool:
    return op.view or op.linear or op.name in LINEAR


@cache
def is_pointwise(op: Op) -> bool:
    """One result, computed element by element, with a rule for each input that has a gradient."""
    return op.conforms and bool(op.rules) and not op.joint and not op.several and op.name not in NOT_POINTWISE
