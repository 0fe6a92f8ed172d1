"""What operations of `rushlight.ops.reduction` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "no sample yet": """
            cumsum_as cumprod_as sum_as sum_dim_as mean_as mean_dim_as nansum_as prod_as prod_dim_as
            linalg_vector_norm_as
        """,
    },
    "second order": {
        "no sample yet": """
            cumsum_as cumprod_as sum_as sum_dim_as mean_as mean_dim_as nansum_as prod_as prod_dim_as
            linalg_vector_norm_as _cdist_forward _pdist_forward
        """,
    },
    "complex128": {
        "no sample yet": """
            cumsum_as cumprod_as sum_as sum_dim_as mean_as mean_dim_as nansum_as prod_as prod_dim_as
            linalg_vector_norm_as amax amin
        """,
        "real numbers only": """
            cummax cummin nansum max max_dim min min_dim aminmax median median_dim nanmedian
            nanmedian_dim kthvalue mode _cdist_forward _euclidean_dist _pdist_forward
        """,
    },
    "0-d": {
        "no sample yet": """
            shift_along shift_back_along recurrence cumsum_as cumprod_as sum_as sum_dim_as mean_as
            mean_dim_as nansum_as prod_as prod_dim_as linalg_vector_norm_as
        """,
        "takes vectors or matrices": """
            var std var_mean std_mean amax amin kthvalue mode times_number over_number
            _cdist_forward _euclidean_dist _pdist_forward renorm
        """,
    },
    "empty": {
        "no sample yet": """
            cumsum_as cumprod_as sum_as sum_dim_as mean_as mean_dim_as nansum_as prod_as prod_dim_as
            linalg_vector_norm_as max min
        """,
    },
    "non-contiguous": {
        "no sample yet": """
            cumsum_as cumprod_as sum_as sum_dim_as mean_as mean_dim_as nansum_as prod_as prod_dim_as
            linalg_vector_norm_as
        """,
    },
}
