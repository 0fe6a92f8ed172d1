"""What operations of `rushlight.ops.language` owe no sample of, and why."""

EXCEPTIONS = {
    "complex128": {
        "real numbers only": "max_pool2d_with_indices_backward",
    },
    "0-d": {
        "takes vectors or matrices": "resize max_pool2d_with_indices_backward",
    },
}
