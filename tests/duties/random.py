"""What operations of `rushlight.ops.random` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "no sample yet": """
            bernoulli bernoulli_like normal_mean normal_std normal_both standard_gamma
            sample_dirichlet poisson binomial standard_gamma_grad dirichlet_grad
        """,
    },
    "second order": {
        "no sample yet": """
            bernoulli bernoulli_like normal_mean normal_std normal_both standard_gamma
            sample_dirichlet poisson binomial standard_gamma_grad dirichlet_grad
        """,
    },
    "complex128": {
        "real numbers only": """
            bernoulli_number exponential cauchy log_normal geometric random_between random_below
            random bernoulli_tensor bernoulli_like
        """,
        "no sample yet": """
            bernoulli normal_mean normal_std normal_both standard_gamma sample_dirichlet poisson
            binomial standard_gamma_grad dirichlet_grad
        """,
    },
    "0-d": {
        "no sample yet": """
            bernoulli bernoulli_like normal_mean normal_std normal_both standard_gamma
            sample_dirichlet poisson binomial standard_gamma_grad dirichlet_grad
        """,
    },
    "empty": {
        "no sample yet": """
            bernoulli bernoulli_like normal_mean normal_std normal_both standard_gamma
            sample_dirichlet poisson binomial standard_gamma_grad dirichlet_grad
        """,
    },
    "non-contiguous": {
        "no sample yet": """
            uniform bernoulli_number exponential cauchy log_normal geometric random_between
            random_below random bernoulli bernoulli_like normal_mean normal_std normal_both
            standard_gamma sample_dirichlet poisson binomial standard_gamma_grad dirichlet_grad
        """,
    },
}
