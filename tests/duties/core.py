"""What operations of `rushlight.core` owe no sample of, and why."""

EXCEPTIONS = {
    "0-d": {
        "takes vectors or matrices": "as_strided_backward write_slice",
        "its node is made where a stale view is asked for, and no recording is seen: see its sample": "replay",
    },
    "broadcast": {
        "one input is a number": "add_number sub_number mul_number div_number",
    },
    "float64": {
        "its node is made where a stale view is asked for, and no recording is seen: see its sample": "replay",
    },
    "second order": {
        "its node is made where a stale view is asked for, and no recording is seen: see its sample": "replay",
    },
    "complex128": {
        "its node is made where a stale view is asked for, and no recording is seen: see its sample": "replay",
    },
    "empty": {
        "its node is made where a stale view is asked for, and no recording is seen: see its sample": "replay",
    },
    "non-contiguous": {
        "its node is made where a stale view is asked for, and no recording is seen: see its sample": "replay",
    },
    "zeros": {
        "its node is made where a stale view is asked for, and no recording is seen: see its sample": "replay",
    },
    "ties": {
        "its node is made where a stale view is asked for, and no recording is seen: see its sample": "replay",
    },
}
