"""What operations of `rushlight.ops.indexing` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "no sample yet": "scatter_combined sort_stable unique unique_dim unique_consecutive",
    },
    "second order": {
        "no sample yet": """
            index_put_impl scatter_combined sort_stable unique unique_dim unique_consecutive
            masked_scatter_backward segment_reduce
        """,
    },
    "complex128": {
        "no sample yet": "index_put_impl scatter_combined sort_stable masked_scatter_backward",
        "real numbers only": "sort topk unique unique_dim unique_consecutive segment_reduce",
    },
    "0-d": {
        "no sample yet": "index index_put_impl scatter_combined sort_stable unique unique_consecutive masked_scatter_backward",
        "takes vectors or matrices": "unique_dim segment_reduce",
    },
    "empty": {
        "no sample yet": """
            index_put_impl scatter_combined sort_stable unique unique_dim unique_consecutive
            masked_scatter_backward
        """,
    },
    "non-contiguous": {
        "no sample yet": """
            index_put_impl scatter_combined sort_stable unique unique_dim unique_consecutive
            masked_scatter_backward zero fill_ fill_from_tensor_
        """,
    },
}
