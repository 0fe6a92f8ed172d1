"""What operations of `rushlight.core` owe no sample of, and why."""

EXCEPTIONS = {
    "0-d": {
        "takes vectors or matrices": "as_strided_backward write_slice",
    },
    "broadcast": {
        "one input is a number": "add_number sub_number mul_number div_number",
    },
}
