"""What operations of `rushlight.ops.indexing` owe no sample of, and why."""

EXCEPTIONS = {
    "complex128": {
        "real numbers only": "sort_stable sort topk segment_reduce",
    },
    "0-d": {
        "a tensor without dimensions gets one first": "index",
        "takes vectors or matrices": "index_put_impl segment_reduce",
        "needs a dimension for each index, and an index": "unsafe_masked_index",
    },
}
