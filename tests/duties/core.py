"""What operations of `rushlight.core` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "no sample yet": "per_example",
    },
    "second order": {
        "no sample yet": "per_example",
    },
    "complex128": {
        "no sample yet": "per_example",
    },
    "0-d": {
        "takes vectors or matrices": "as_strided_backward write_slice",
        "no sample yet": "per_example",
    },
    "empty": {
        "no sample yet": "as_strided_backward per_example",
    },
    "non-contiguous": {
        "no sample yet": "per_example",
    },
    "broadcast": {
        "one input is a number": "add_number sub_number mul_number div_number",
    },
}
