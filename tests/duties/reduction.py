"""What operations of `rushlight.ops.reduction` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "nothing is wider than float64: float32 is checked": "nansum_as linalg_vector_norm_as",
        "only tangents pass, as in PyTorch": "_cdist_backward _pdist_backward",
    },
    "second order": {
        "nothing is wider than float64: float32 is checked": "nansum_as linalg_vector_norm_as",
        "PyTorch has no second derivative": "_cdist_forward _pdist_forward",
        "only tangents pass, as in PyTorch": "_cdist_backward _pdist_backward",
    },
    "complex128": {
        "nothing is wider than complex128: complex64 is checked": """
            cumsum_as cumprod_as sum_as sum_dim_as mean_as mean_dim_as prod_as prod_dim_as
            linalg_vector_norm_as
        """,
        "real numbers only": """
            nansum_as amax amin cummax cummin nansum max max_dim min min_dim aminmax median
            median_dim nanmedian nanmedian_dim kthvalue mode _cdist_forward _euclidean_dist
            _pdist_forward
        """,
        "only tangents pass, as in PyTorch": "_cdist_backward _pdist_backward cdist_tangents pdist_tangents",
    },
    "0-d": {
        "takes vectors or matrices": """
            shift_along shift_back_along recurrence times_number over_number _cdist_forward
            _euclidean_dist _pdist_forward renorm
        """,
        "only tangents pass, as in PyTorch": "_cdist_backward _pdist_backward cdist_tangents pdist_tangents",
    },
    "empty": {
        "the mean of nothing is no number": "mean_as mean_dim_as",
        "refuses what has no elements": "max min",
        "only tangents pass, as in PyTorch": "_cdist_backward _pdist_backward cdist_tangents pdist_tangents",
    },
    "zeros": {
        "float32 alone: its sample is compared with float64": "nansum_as linalg_vector_norm_as",
        "pairwise_distance adds 1e-6, which is as near": "norm",
        "only tangents pass, as in PyTorch": "_cdist_backward _pdist_backward",
    },
    "ties": {
        "float32 alone: its sample is compared with float64": "nansum_as linalg_vector_norm_as",
        "the deviation of equal complex numbers is rounding": "std",
        "only tangents pass, as in PyTorch": "_cdist_backward _pdist_backward",
    },
    "non-contiguous": {
        "only tangents pass, as in PyTorch": "_cdist_backward _pdist_backward",
    },
}
