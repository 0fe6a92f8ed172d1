"""What operations of `rushlight.ops.layout` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "complex numbers only": "view_as_real_copy",
    },
    "complex128": {
        "real numbers only": "view_as_complex_copy",
    },
    "0-d": {
        "takes vectors or matrices": """
            reshape_alias select slice slice_backward diagonal diagonal_backward trace unbind split
            split_with_sizes unfold_backward select_scatter slice_scatter diagonal_scatter rot90
            triu transpose_ unsqueeze_ squeeze_dims_ pixel_shuffle pixel_unshuffle channel_shuffle
            diagonal_copy narrow_copy permute_copy select_copy slice_copy squeeze_dims_copy
            unfold_copy view_copy split_copy split_with_sizes_copy unbind_copy unsafe_split
            unsafe_split_with_sizes cat diag_embed tril view_as_complex_copy
        """,
    },
    "empty": {
        "of nothing there is a view": "reshape_alias",
    },
    "non-contiguous": {
        "its gradient has no dimensions": "trace_backward",
    },
}
