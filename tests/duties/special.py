"""What operations of `rushlight.ops.special` owe no sample of, and why."""

EXCEPTIONS = {
    "complex128": {
        "real numbers only": """
            special_i0e special_i1e igamma igammac special_zeta special_zeta_of_number special_erfcx
            special_ndtr special_ndtri special_log_ndtr special_entr special_xlog1py
            special_xlog1py_number special_xlog1py_of_number
        """,
    },
    "broadcast": {
        "one input is a number": "special_zeta_of_number special_xlog1py_number special_xlog1py_of_number",
    },
    "zeros": {
        "the limit is reached beyond what is near": "igamma special_entr",
    },
}
