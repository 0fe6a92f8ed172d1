"""What operations of `rushlight.ops.language` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "no sample yet": "set_",
    },
    "second order": {
        "no sample yet": "set_",
    },
    "complex128": {
        "no sample yet": "set_",
        "real numbers only": "max_pool2d_with_indices_backward",
    },
    "0-d": {
        "takes vectors or matrices": "resize max_pool2d_with_indices_backward",
        "no sample yet": "set_",
    },
    "empty": {
        "no sample yet": "resize set_",
    },
    "non-contiguous": {
        "no sample yet": "set_ max_pool2d_with_indices_backward",
    },
}
