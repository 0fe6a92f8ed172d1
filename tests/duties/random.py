"""What operations of `rushlight.ops.random` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "no sample yet": "bernoulli normal_mean normal_std normal_both standard_gamma poisson",
    },
    "second order": {
        "no sample yet": "bernoulli normal_mean normal_std normal_both standard_gamma poisson",
    },
    "complex128": {
        "real numbers only": """
            bernoulli_number exponential cauchy log_normal geometric random_between random_below
            random bernoulli_tensor
        """,
        "no sample yet": "bernoulli normal_mean normal_std normal_both standard_gamma poisson",
    },
    "0-d": {
        "no sample yet": "bernoulli normal_mean normal_std normal_both standard_gamma poisson",
    },
    "empty": {
        "no sample yet": "bernoulli normal_mean normal_std normal_both standard_gamma poisson",
    },
    "non-contiguous": {
        "no sample yet": "bernoulli normal_mean normal_std normal_both standard_gamma poisson",
    },
}
