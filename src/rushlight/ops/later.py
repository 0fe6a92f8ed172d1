"""Families of operations that are loaded when one of their names is first asked for: `import rushlight` stays light.

A family is a module of this package. Its ``__all__`` lists its functions, and at its end stand its `methods`, as in
every other file; the table here only says where a name is to be found before the module is loaded.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..core.tensor import Tensor

#: Module of this package (dotted where it is in a folder): what it adds to torch.*, and the methods that it gives Tensor.
FAMILIES: dict[str, tuple[str, str]] = {
    "reduction.correlation": ("corrcoef cov", "corrcoef cov"),
    "reduction.differences": ("cumulative_trapezoid diff gradient trapezoid trapz", "diff"),
    "reduction.distances": ("cdist dist pdist renorm", "dist renorm renorm_"),
    "reduction.histograms": ("histogram histogramdd", "histogram"),
    "indexing.membership": ("isin", ""),
    "indexing.positions": ("nonzero_static unravel_index", "nonzero_static"),
    "reduction.quantiles": ("nanquantile quantile", "nanquantile quantile"),
    "signals.spectrogram": ("istft stft", "istft stft"),
    "signals.windows": ("bartlett_window blackman_window hamming_window hann_window kaiser_window", ""),
    "neural.ctc": ("ctc_loss", ""),
    "neural.margin_loss": ("cosine_embedding_loss hinge_embedding_loss margin_ranking_loss triplet_margin_loss", ""),
    "neural.attention": ("_safe_softmax _softmax_backward_data", ""),
    "neural.embedding_bag": ("embedding_bag", ""),
    "layout.shuffling": ("channel_shuffle native_channel_shuffle pixel_shuffle pixel_unshuffle", ""),
    "neural.grid": ("affine_grid_generator grid_sampler grid_sampler_2d grid_sampler_3d", ""),
    "neural.interpolation": ("_upsample_bilinear2d_aa", ""),
    "neural.padding": ("constant_pad_nd", ""),
    "linalg.cholesky": ("cholesky cholesky_inverse cholesky_solve", "cholesky cholesky_inverse cholesky_solve"),
    "linalg.determinants": ("det logdet slogdet", "det logdet slogdet"),
    "linalg.inverse": ("inverse", "inverse"),
    "linalg.lu": ("_lu_with_info lu lu_solve lu_unpack", "lu lu_solve"),
    "linalg.qr": ("geqrf orgqr ormqr qr", "geqrf orgqr ormqr qr"),
    "linalg.triangular": ("triangular_solve", "triangular_solve"),
    "linalg.least_squares": ("pinverse", "pinverse"),
    "linalg.lobpcg": ("lobpcg", ""),
    "linalg.low_rank": ("pca_lowrank svd_lowrank", ""),
    "linalg.norms": ("frobenius_norm nuclear_norm", ""),
    "linalg.products": ("cross matrix_exp matrix_power vander", "cross matrix_exp matrix_power"),
    "linalg.spectral": ("svd", "svd"),
    "neural.batch_norm": (
        "_batch_norm_with_update _native_batch_norm_legit batch_norm group_norm instance_norm native_batch_norm "
        "native_group_norm",
        "",
    ),
    "neural.convolution": (
        "conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d convolution", ""
    ),
    "neural.adaptive_pooling": ("adaptive_avg_pool1d adaptive_max_pool1d", ""),
    "neural.pooling": ("avg_pool1d max_pool1d max_pool1d_with_indices max_pool2d max_pool3d", ""),
    "indexing.index_reduce": ("_segment_reduce index_reduce segment_reduce", "index_reduce index_reduce_"),
    "language.runtime": (
        "AcceleratorError OutOfMemoryError are_deterministic_algorithms_enabled as_strided_ detach detach_ "
        "get_deterministic_debug_mode get_device get_device_module get_float32_matmul_precision "
        "get_num_interop_threads get_num_threads is_anomaly_check_nan_enabled is_anomaly_enabled "
        "is_deterministic_algorithms_warn_only_enabled is_distributed is_vulkan_available set_anomaly_enabled "
        "set_deterministic_debug_mode set_float32_matmul_precision set_flush_denormal set_num_interop_threads "
        "set_num_threads typename use_deterministic_algorithms",
        "_is_all_true _is_any_true coalesce dim_order indices is_coalesced is_distributed pin_memory to_dense "
        "values",
    ),
    "language.storage": (
        "BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage DoubleStorage FloatStorage "
        "HalfStorage IntStorage LongStorage ShortStorage TypedStorage UntypedStorage",
        "_typed_storage is_set_to set_ storage untyped_storage",
    ),
    "indexing.masked_index": ("_unsafe_masked_index _unsafe_masked_index_put_accumulate", ""),
    "layout.copies": (
        "alias_copy as_strided_copy detach_copy diagonal_copy expand_copy narrow_copy permute_copy select_copy slice_copy "
        "split_copy split_with_sizes_copy squeeze_copy t_copy transpose_copy unbind_copy unfold_copy unsafe_chunk unsafe_split "
        "unsafe_split_with_sizes unsqueeze_copy view_as_complex_copy view_as_real_copy view_copy",
        "narrow_copy unsafe_chunk unsafe_split unsafe_split_with_sizes",
    ),
    "language.deprecated": (
        "eig lstsq matrix_rank solve symeig", "eig lstsq reinforce resize resize_as solve symeig volatile"
    ),
    "language.sharing": ("from_file", "is_shared share_memory_"),
    "language.symbolic": ("sym_float sym_int sym_ite sym_max sym_min sym_not sym_sqrt sym_sum", ""),
    "elementwise.representation": ("frexp hash_tensor", "frexp hash_tensor"),
    "neural.packing": ("_pack_padded_sequence _pad_packed_sequence", ""),
    "neural.recurrent": ("gru gru_cell lstm lstm_cell rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell", ""),
    "random.gamma_sampling": (
        "_dirichlet_grad _sample_dirichlet _standard_gamma _standard_gamma_grad binomial poisson", ""
    ),
    "neural.weight_norm": ("_weight_norm _weight_norm_interface norm_except_dim", ""),
    "special.gamma": ("igamma igammac", "igamma igamma_ igammac igammac_"),
}

#: The module of each function of torch.* that is loaded later.
FUNCTIONS = {name: module for module, (functions, _) in FAMILIES.items() for name in functions.split()}


def load(module: str) -> Any:
    return import_module(f"{__package__}.{module}")


class LaterMethod:
    """Stands in Tensor for a method whose family is not loaded yet; loading the family replaces it."""

    def __init__(self, name: str, module: str) -> None:
        self.name, self.module = name, module

    def __get__(self, tensor: Tensor | None, owner: type[Tensor]) -> Any:
        load(self.module)
        return getattr(owner if tensor is None else tensor, self.name)


for _module, (_, _names) in FAMILIES.items():
    for _name in _names.split():
        setattr(Tensor, _name, LaterMethod(_name, _module))
