"""What operations of `rushlight.ops.random` owe no sample of, and why."""

EXCEPTIONS = {
    "second order": {
        "its derivative is zero by definition": "bernoulli normal_mean normal_std normal_both poisson",
        "the derivative of the implicit one is not known": "standard_gamma",
    },
    "complex128": {
        "real numbers only": """
            bernoulli_number exponential cauchy log_normal geometric random_between random_below
            random bernoulli_tensor bernoulli normal_mean normal_std normal_both standard_gamma
            poisson
        """,
    },
    "zeros": {
        "its sample has a formula": "bernoulli normal_mean normal_std normal_both poisson standard_gamma",
    },
    "ties": {
        "its sample has a formula": "bernoulli normal_mean normal_std normal_both poisson standard_gamma",
    },
}
