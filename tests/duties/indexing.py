"""What operations of `rushlight.ops.indexing` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "no sample yet": "sort_stable",
    },
    "second order": {
        "no sample yet": "sort_stable",
    },
    "complex128": {
        "no sample yet": "sort_stable",
        "real numbers only": "sort topk segment_reduce",
    },
    "0-d": {
        "no sample yet": "index index_put_impl sort_stable",
        "takes vectors or matrices": "segment_reduce",
    },
    "empty": {
        "no sample yet": "sort_stable",
    },
    "non-contiguous": {
        "no sample yet": "sort_stable",
    },
}
