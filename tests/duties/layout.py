"""What operations of `rushlight.ops.layout` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "no sample yet": "view_as_real_copy",
    },
    "complex128": {
        "no sample yet": "view_as_complex_copy",
    },
    "0-d": {
        "takes vectors or matrices": """
            reshape_alias select slice slice_backward diagonal diagonal_backward trace unbind split
            split_with_sizes unfold_backward select_scatter slice_scatter diagonal_scatter rot90
            triu transpose_ unsqueeze_ squeeze_dims_ as_strided_ pixel_shuffle pixel_unshuffle
            channel_shuffle as_strided_copy diagonal_copy narrow_copy permute_copy select_copy
            slice_copy squeeze_dims_copy unfold_copy view_copy split_copy split_with_sizes_copy
            unbind_copy unsafe_split unsafe_split_with_sizes
        """,
        "no sample yet": "cat diag_embed tril view_as_complex_copy",
    },
    "empty": {
        "no sample yet": """
            reshape_alias trace_backward unfold_backward as_strided_scatter as_strided_
            as_strided_copy expand_copy view_as_complex_copy
        """,
    },
    "non-contiguous": {
        "no sample yet": "trace_backward",
    },
}
