"""Every distribution with its parameters, to be made under rushlight and under PyTorch.

A case is the class, the parameters by name (lists become tensors of the dtype that is tested, numbers stay numbers), and
values to evaluate it at.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

inf, nan = float("inf"), float("nan")


class Case(NamedTuple):
    name: str
    parameters: dict[str, Any]
    values: Any
    label: str = ""

    def __str__(self) -> str:
        return f"{self.name}{'-' + self.label if self.label else ''}-{','.join(self.parameters)}"


REALS = [-30.0, -1.5, -0.2, 0.0, 0.7, 3.0, 50.0]
POSITIVES = [1e-6, 0.01, 0.3, 1.0, 2.5, 9.0, 60.0]
UNITS = [1e-6, 0.02, 0.3, 0.5, 0.77, 0.999, 0.999999]
CLOSED_UNITS = [0.0, 0.02, 0.3, 0.5, 0.77, 0.999, 1.0]
PROBS = [0.0, 0.01, 0.3, 0.5, 0.77, 0.999, 1.0]
LOGITS = [-40.0, -3.0, -0.2, 0.0, 0.7, 3.0, 50.0]
COUNTS = [0.0, 1.0, 2.0, 3.0, 4.0, 7.0, 8.0]
SHAPES = [0.02, 0.4, 1.0, 1.7, 5.0, 12.0, 300.0]
SCALES = [0.5, 1.0, 0.01, 3.0, 2.5, 100.0, 0.7]
SIMPLEX = [[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.98, 0.01, 0.01]]
INNER_SIMPLEX = [[0.2, 0.3, 0.5], [0.7, 0.2, 0.1], [0.98, 0.01, 0.01]]
VECTOR_LOGITS = [[0.2, -3.0, 5.0], [1.0, -60.0, 0.0], [0.0, 0.0, 0.0]]
WEIGHTS = [[1.0, 3.0, 2.0], [0.0, 4.0, 1.0], [2.0, 2.0, 0.0]]
VECTORS = [[0.3, -1.0], [2.0, 0.5], [-0.7, 0.0]]
TRIL = [[1.3, 0.0], [0.4, 0.6]]
COVARIANCE = [[1.7, 0.4], [0.4, 0.9]]
COVARIANCES = [COVARIANCE, [[1.0, 0.0], [0.0, 2.0]], [[5.0, -2.0], [-2.0, 3.0]]]
CORRELATION = [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.0, -0.28, 0.96]]

CASES = [
    Case("Normal", {"loc": REALS, "scale": SCALES}, REALS),
    Case("Normal", {"loc": 0.5, "scale": 2}, REALS, "numbers"),
    Case("Normal", {"loc": [[1.0], [2.0]], "scale": [0.3, 1.0, 4.0]}, 0.7, "broadcast"),
    Case("LogNormal", {"loc": LOGITS, "scale": SCALES}, POSITIVES),
    Case(
        "Uniform",
        {"low": REALS, "high": [-20.0, 50.0, 0.0, 1.0, 1.0, 9.0, 51.0]},
        [-20.0, -1.5, -0.1, 0.3, 0.7, 3.5, 50.5],
    ),
    Case("Uniform", {"low": 0, "high": 4}, 1.0, "numbers"),
    Case("Exponential", {"rate": SCALES}, [0.0, *POSITIVES[1:]]),
    Case("Gamma", {"concentration": SHAPES, "rate": SCALES}, POSITIVES),
    Case("Gamma", {"concentration": 2.0, "rate": 1}, 0.7, "numbers"),
    Case("Gamma", {"concentration": [1.0, 1.0, 0.5], "rate": [1.0, 2.0, 1.0]}, [0.0, 3.0, 0.0], "at zero"),
    Case("Beta", {"concentration1": SHAPES, "concentration0": SCALES}, UNITS),
    Case("Beta", {"concentration1": 2.0, "concentration0": 3}, 0.3, "numbers"),
    Case("Beta", {"concentration1": [1.0, 0.5, 2.0], "concentration0": [1.0, 0.5, 1.0]}, [0.0, 0.5, 1.0], "ends"),
    Case("Dirichlet", {"concentration": [[0.3, 1.0, 4.0], [0.5, 0.5, 0.5], [20.0, 30.0, 10.0]]}, INNER_SIMPLEX),
    Case("Dirichlet", {"concentration": [1.0, 2.0, 1.0]}, SIMPLEX[1], "at a corner"),
    Case("Laplace", {"loc": REALS, "scale": SCALES}, REALS[::-1]),
    Case("Laplace", {"loc": 0.0, "scale": 1.0}, 0.0, "at its mode"),
    Case("Cauchy", {"loc": REALS, "scale": SCALES}, REALS[::-1]),
    Case("HalfNormal", {"scale": SCALES}, [0.0, *POSITIVES[1:]]),
    Case("HalfCauchy", {"scale": SCALES}, [0.0, *POSITIVES[1:]]),
    Case("StudentT", {"df": [0.5, 1.0, 1.5, 2.0, 2.5, 30.0, 300.0], "loc": REALS, "scale": SCALES}, REALS[::-1]),
    Case("StudentT", {"df": 3.0}, 0.7, "number"),
    Case(
        "FisherSnedecor",
        {"df1": [0.5, 1.0, 2.0, 2.5, 3.0, 30.0, 300.0], "df2": [1.0, 2.0, 3.0, 4.0, 4.5, 9.0, 80.0]},
        POSITIVES,
    ),
    Case("Chi2", {"df": SHAPES}, POSITIVES),
    Case("Chi2", {"df": 3}, 0.7, "number"),
    Case(
        "Gumbel",
        {"loc": REALS, "scale": [2.0, 1.0, 1.0, 3.0, 2.5, 100.0, 7.0]},
        [-20.0, -1.0, 0.0, 1.0, 2.0, 3.0, 60.0],
    ),
    Case("Gumbel", {"loc": 0.5, "scale": 2.0}, 1.0, "numbers"),
    Case("Weibull", {"scale": SCALES, "concentration": [0.5, 1.0, 1.5, 2.0, 5.0, 0.9, 3.0]}, POSITIVES),
    Case(
        "Pareto", {"scale": [1.0, 0.5, 2.0, 1.0, 1.0], "alpha": [0.5, 1.0, 1.5, 2.0, 7.0]}, [1.0, 0.7, 3.0, 60.0, 1.01]
    ),
    Case(
        "Kumaraswamy",
        {"concentration1": [0.5, 1.0, 1.5, 2.0, 7.0], "concentration0": [2.0, 1.0, 3.0, 0.5, 1.0]},
        [0.1, 0.3, 0.5, 0.7, 0.9],
    ),
    Case(
        "InverseGamma",
        {"concentration": [0.5, 1.0, 1.5, 2.0, 7.0], "rate": [2.0, 1.0, 3.0, 0.5, 1.0]},
        [0.1, 0.3, 0.5, 3.0, 60.0],
    ),
    Case(
        "GeneralizedPareto",
        {"loc": [0.1, 1.0, -2.0, 0.0], "scale": [2.0, 0.5, 1.0, 1.0], "concentration": [0.4, 0.0, -0.5, 0.6]},
        [0.5, 1.2, -1.5, 7.0],
    ),
    Case("GeneralizedPareto", {"loc": 0.0, "scale": 1.0, "concentration": 1.5}, 0.4, "numbers"),
    Case("MultivariateNormal", {"loc": VECTORS, "covariance_matrix": COVARIANCE}, VECTORS[::-1]),
    Case("MultivariateNormal", {"loc": VECTORS[0], "covariance_matrix": COVARIANCES}, VECTORS, "batch of matrices"),
    Case("MultivariateNormal", {"loc": VECTORS, "precision_matrix": COVARIANCES}, VECTORS[1]),
    Case("MultivariateNormal", {"loc": VECTORS[0], "scale_tril": TRIL}, VECTORS),
    Case(
        "LowRankMultivariateNormal",
        {"loc": VECTORS, "cov_factor": [[0.3], [-1.2]], "cov_diag": [0.4, 2.0]},
        VECTORS[::-1],
    ),
    Case(
        "LowRankMultivariateNormal",
        {"loc": VECTORS[0], "cov_factor": COVARIANCES, "cov_diag": [0.4, 2.0]},
        VECTORS[1],
        "batch",
    ),
    Case("LogisticNormal", {"loc": VECTORS, "scale": [[0.3, 1.0], [2.0, 0.5], [1.0, 1.0]]}, INNER_SIMPLEX),
    Case("LogisticNormal", {"loc": 0.3, "scale": 1.0}, [0.2, 0.8], "number"),
    Case("RelaxedBernoulli", {"temperature": [0.7], "probs": [0.01, 0.3, 0.5, 0.99]}, [0.2, 0.9, 0.5, 0.01]),
    Case("RelaxedBernoulli", {"temperature": [2.0, 0.1, 1.0], "logits": [-3.0, 0.0, 2.0]}, [0.2, 0.9, 0.5]),
    Case("RelaxedOneHotCategorical", {"temperature": [0.7], "probs": WEIGHTS[0]}, INNER_SIMPLEX),
    Case("RelaxedOneHotCategorical", {"temperature": [2.0], "logits": VECTOR_LOGITS}, INNER_SIMPLEX),
    Case("VonMises", {"loc": [-3.0, 0.0, 1.0, 2.0], "concentration": [0.02, 1.0, 3.75, 60.0]}, [0.3, 1.0, -2.0, 2.1]),
    Case("Wishart", {"df": [3.0, 4.5, 7.0], "covariance_matrix": COVARIANCE}, COVARIANCES),
    Case("Wishart", {"df": 4.0, "scale_tril": TRIL}, COVARIANCE, "number"),
    Case("Wishart", {"df": [2.5], "precision_matrix": COVARIANCES}, COVARIANCES),
    Case("LKJCholesky", {"dim": 3, "concentration": [0.5, 1.0, 4.0]}, CORRELATION),
    Case("LKJCholesky", {"dim": 3, "concentration": 2.0}, CORRELATION, "number"),
    Case("ContinuousBernoulli", {"probs": UNITS}, CLOSED_UNITS),
    Case(
        "ContinuousBernoulli",
        {"probs": [0.498, 0.4995, 0.5, 0.5005, 0.502]},
        [0.0, 0.3, 0.5, 0.7, 1.0],
        "around a half",
    ),
    Case("ContinuousBernoulli", {"logits": [-9.0, -3.0, 0.0, 1e-3, 2.0]}, [0.0, 0.3, 0.5, 0.7, 1.0]),
    Case("Bernoulli", {"probs": PROBS}, [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
    Case("Bernoulli", {"logits": LOGITS}, [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
    Case("Bernoulli", {"probs": 0.3}, 1.0, "number"),
    Case("Binomial", {"total_count": 8, "probs": PROBS}, COUNTS),
    Case("Binomial", {"total_count": [8.0, 9.0, 10.0, 30.0, 4.0, 100.0, 8.0], "logits": LOGITS}, COUNTS, "counts"),
    Case("Binomial", {"total_count": [40.0, 100.0], "probs": [[0.3], [0.9]]}, 31.0, "broadcast"),
    Case("Categorical", {"probs": WEIGHTS}, [0.0, 1.0, 1.0]),
    Case("Categorical", {"logits": VECTOR_LOGITS}, [0.0, 1.0, 2.0]),
    Case("Categorical", {"probs": WEIGHTS[0]}, [[0.0], [2.0]], "vector"),
    Case("Geometric", {"probs": PROBS[1:]}, COUNTS[:6]),
    Case("Geometric", {"probs": [1.0, 1.0]}, [0.0, 3.0], "certain"),
    Case("Geometric", {"logits": LOGITS}, COUNTS),
    Case("Multinomial", {"total_count": 6, "probs": WEIGHTS}, [[1.0, 2.0, 3.0], [0.0, 4.0, 2.0], [3.0, 3.0, 0.0]]),
    Case(
        "Multinomial", {"total_count": 6, "logits": VECTOR_LOGITS}, [[1.0, 2.0, 3.0], [6.0, 0.0, 0.0], [2.0, 2.0, 2.0]]
    ),
    Case("NegativeBinomial", {"total_count": [0.0, 0.5, 1.0, 3.0, 9.0, 30.0], "probs": PROBS[:-1]}, COUNTS[:6]),
    Case("NegativeBinomial", {"total_count": 4, "logits": [-3.0, -0.2, 0.0, 0.7, 3.0]}, COUNTS[:5]),
    Case("OneHotCategorical", {"probs": WEIGHTS}, [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]),
    Case("OneHotCategorical", {"logits": VECTOR_LOGITS}, [1.0, 0.0, 0.0]),
    Case("OneHotCategoricalStraightThrough", {"probs": WEIGHTS}, [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]),
    Case("Poisson", {"rate": [0.0, 0.02, 1.0, 4.0, 9.9, 10.0, 200.0]}, COUNTS),
    Case("Poisson", {"rate": 3}, 2.0, "number"),
]


def tensor(torch: Any, value: Any, dtype: str) -> Any:
    return torch.tensor(value, dtype=getattr(torch, dtype)) if isinstance(value, list) else value


def make(torch: Any, case: Case, dtype: str = "float64", gradients: bool = False) -> tuple[Any, list[Any]]:
    """The distribution, and the tensors among its parameters (that may require grad)."""
    given = {key: tensor(torch, value, dtype) for key, value in case.parameters.items()}
    leaves = [v for v in given.values() if isinstance(v, torch.Tensor)]
    if gradients:
        for leaf in leaves:
            leaf.requires_grad_()
    return getattr(torch.distributions, case.name)(**given), leaves


def values_of(torch: Any, case: Case, dtype: str = "float64") -> Any:
    return torch.tensor(case.values, dtype=getattr(torch, dtype))


def array(x: Any) -> np.ndarray:
    return x.detach().numpy()


#: Two sets of parameters for each family that has divergences, some of which are infinite.
FAMILIES = [
    Case("Bernoulli", {"probs": [0.0, 0.2, 0.5, 1.0, 0.7]}, 0.0),
    Case("Bernoulli", {"logits": [-3.0, 0.5, 0.1, 2.0, 50.0]}, 0.0),
    Case("Beta", {"concentration1": [0.5, 1.0, 2.0, 3.0, 9.0], "concentration0": [2.0, 1.0, 0.3, 4.0, 5.0]}, 0.0),
    Case("Binomial", {"total_count": 4, "probs": [0.1, 0.2, 0.5, 0.9, 0.7]}, 0.0),
    Case("Binomial", {"total_count": [4.0, 4.0, 3.0, 2.0, 4.0], "logits": [0.3, 0.2, 0.4, -0.8, 1.0]}, 0.0),
    Case("Categorical", {"probs": [[0.2, 0.3, 0.5], [0.0, 0.5, 0.5]]}, 0.0),
    Case("Categorical", {"logits": [[0.2, 1.0, -2.0], [0.0, 0.5, 0.5]]}, 0.0),
    Case("OneHotCategorical", {"probs": [[0.2, 0.0, 0.8], [0.1, 0.5, 0.4]]}, 0.0),
    Case("Cauchy", {"loc": [0.0, 1.0, -2.0], "scale": [1.0, 2.0, 0.4]}, 0.0),
    Case("Cauchy", {"loc": [1.0, 1.0, 5.0], "scale": [1.0, 1.0, 9.0]}, 0.0),
    Case("ContinuousBernoulli", {"probs": [0.1, 0.2, 0.5, 0.9, 0.4999]}, 0.0),
    Case("ContinuousBernoulli", {"logits": [-3.0, 0.5, 0.1, 2.0, 0.0]}, 0.0),
    Case("Dirichlet", {"concentration": [[0.3, 1.0, 2.0], [4.0, 5.0, 6.0]]}, 0.0),
    Case("Dirichlet", {"concentration": [[1.0, 1.0, 2.0], [0.4, 0.5, 7.0]]}, 0.0),
    Case("Exponential", {"rate": [0.2, 1.0, 2.0, 3.0, 9.0]}, 0.0),
    Case("Gamma", {"concentration": [0.5, 1.0, 2.0, 3.0, 9.0], "rate": [2.0, 1.0, 0.3, 4.0, 5.0]}, 0.0),
    Case("Chi2", {"df": [0.5, 1.0, 2.0, 3.0, 9.0]}, 0.0),
    Case("Geometric", {"probs": [0.1, 0.2, 0.5, 0.9, 0.7]}, 0.0),
    Case("Gumbel", {"loc": [0.0, 1.0, -2.0, 3.0, 1.0], "scale": [1.0, 2.0, 0.4, 1.0, 5.0]}, 0.0),
    Case("HalfNormal", {"scale": [1.0, 2.0, 0.4, 1.0, 5.0]}, 0.0),
    Case("InverseGamma", {"concentration": [0.5, 1.0, 2.0], "rate": [2.0, 1.0, 0.3]}, 0.0),
    Case("Laplace", {"loc": [0.0, 1.0, -2.0, 3.0, 1.0], "scale": [1.0, 2.0, 0.4, 1.0, 5.0]}, 0.0),
    Case("Laplace", {"loc": [0.0, 2.0, -2.0, 3.0, 2.0], "scale": [1.0, 1.0, 0.4, 2.0, 9.0]}, 0.0),
    Case("LogNormal", {"loc": [0.0, 1.0, -2.0, 3.0, 1.0], "scale": [1.0, 2.0, 0.4, 1.0, 5.0]}, 0.0),
    Case(
        "LowRankMultivariateNormal",
        {"loc": [[0.0, 1.0], [2.0, 3.0]], "cov_factor": [[0.3], [-1.2]], "cov_diag": [0.4, 2.0]},
        0.0,
    ),
    Case(
        "LowRankMultivariateNormal",
        {"loc": [0.0, 1.0], "cov_factor": COVARIANCE, "cov_diag": [[0.4, 2.0], [1.0, 1.0]]},
        0.0,
    ),
    Case("MultivariateNormal", {"loc": [[0.0, 1.0], [2.0, 3.0]], "covariance_matrix": COVARIANCE}, 0.0),
    Case("MultivariateNormal", {"loc": [1.0, 1.0], "scale_tril": [TRIL, [[0.5, 0.0], [-0.4, 0.8]]]}, 0.0),
    Case("MultivariateNormal", {"loc": [1.0, 1.0, 1.0], "scale_tril": CORRELATION}, 0.0, "of three"),
    Case("Normal", {"loc": [0.0, 1.0, -2.0, 3.0, 1.0], "scale": [1.0, 2.0, 0.4, 1.0, 5.0]}, 0.0),
    Case("Pareto", {"scale": [1.0, 0.5, 2.0, 1.0, 0.2], "alpha": [0.5, 1.0, 1.5, 2.0, 7.0]}, 0.0),
    Case("Pareto", {"scale": [1.0, 1.0, 0.5, 0.9, 0.1], "alpha": [3.0, 1.0, 2.5, 2.0, 1.0]}, 0.0),
    Case("Poisson", {"rate": [0.2, 1.0, 2.0, 3.0, 9.0]}, 0.0),
    Case("Uniform", {"low": [0.0, 0.1, -2.0, 0.3, 1.0], "high": [1.0, 0.9, 0.4, 4.0, 5.0]}, 0.0),
    Case("Uniform", {"low": [-1.0, 0.0, 0.0, 0.3, 0.5], "high": [2.0, 1.0, 1.4, 0.9, 9.0]}, 0.0),
    Case("Weibull", {"scale": [1.0, 2.0], "concentration": [1.0, 0.5]}, 0.0),
    Case("Wishart", {"df": [3.0, 4.0], "covariance_matrix": COVARIANCE}, 0.0),
]

#: Programs whose every line shows the same, or fails with the same words.
PROGRAMS = [
    """
    D.Normal(0.0, -1.0)
    D.Normal(torch.zeros(2), torch.tensor([1.0, float('nan')]))
    D.Normal("a", 1.0)
    D.Normal(torch.zeros(2), torch.ones(3))
    D.Normal(0.0, -1.0, validate_args=False).log_prob(torch.tensor(1.0))
    D.Uniform(1.0, 0.0)
    D.Bernoulli()
    D.Bernoulli(0.2, logits=0.3)
    D.Bernoulli(1.5)
    D.Bernoulli(torch.tensor([0.2, -0.1]))
    D.Categorical()
    D.Categorical(torch.tensor(0.2))
    D.Categorical(logits=torch.tensor(0.2))
    D.Categorical(torch.tensor([-0.2, 1.0]))
    D.Categorical(torch.ones(3)).log_prob(torch.tensor(3))
    D.Categorical(torch.ones(3)).log_prob(torch.tensor([0, 2]))
    D.Categorical(torch.ones(3)).log_prob(torch.tensor([[0], [2]]))
    D.Dirichlet(torch.tensor(1.0))
    D.Dirichlet(torch.tensor([1.0, 0.0]))
    D.Dirichlet(torch.ones(3)).log_prob(torch.ones(3))
    D.Dirichlet(torch.ones(3)).log_prob(torch.ones(2) / 2)
    D.Geometric(0.0)
    D.Geometric(torch.tensor([0.0, 0.5]))
    D.Geometric(0.0, validate_args=False)
    D.Multinomial(torch.tensor(3), torch.ones(3))
    D.Multinomial(3, torch.ones(3)).log_prob(torch.tensor([2.0, 1.0, 1.0]))
    D.Binomial(torch.tensor([3.0, 4.0]), torch.tensor([0.5, 0.5])).entropy()
    D.Binomial(torch.tensor([3.0, 4.0]), torch.tensor([0.5, 0.5])).enumerate_support()
    D.Binomial(2.5, torch.tensor([0.5, 0.5]))
    D.NegativeBinomial(3, torch.tensor([0.5, 1.0]))
    D.ContinuousBernoulli(1.5)
    D.ContinuousBernoulli(1.5, validate_args=True)
    D.MultivariateNormal(torch.tensor(0.0), torch.eye(2))
    D.MultivariateNormal(torch.zeros(2))
    D.MultivariateNormal(torch.zeros(2), torch.eye(2), torch.eye(2))
    D.MultivariateNormal(torch.zeros(2), torch.ones(2))
    D.MultivariateNormal(torch.zeros(2), precision_matrix=torch.ones(2))
    D.MultivariateNormal(torch.zeros(2), scale_tril=torch.ones(2))
    D.MultivariateNormal(torch.zeros(2), -torch.eye(2))
    D.MultivariateNormal(torch.zeros(2), torch.ones(3, 2))
    D.MultivariateNormal(torch.zeros(2), torch.tensor([[1.0, 0.0], [0.5, 1.0]]))
    D.LowRankMultivariateNormal(torch.tensor(0.0), torch.ones(2, 1), torch.ones(2))
    D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2), torch.ones(2))
    D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(3, 1), torch.ones(2))
    D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(3))
    D.LowRankMultivariateNormal(torch.zeros(3, 2), torch.ones(4, 2, 1), torch.ones(2))
    D.Wishart(torch.tensor(1.0), torch.eye(2))
    D.Wishart(torch.tensor(1.0), torch.ones(2))
    D.Wishart(torch.tensor(3.0))
    D.LKJCholesky(1)
    D.LKJCholesky(3, -1.0)
    D.LKJCholesky(3).log_prob(torch.eye(3) * 2)
    D.VonMises(torch.zeros(2), torch.ones(2)).expand((3, 2))
    D.VonMises(torch.zeros(2), torch.ones(2)).entropy()
    D.Normal(0.0, 1.0).expand((2,)).expand((3, 2))
    D.Normal(torch.zeros(2), 1.0).expand((3,))
    D.Normal(0.0, 1.0).enumerate_support()
    D.Cauchy(0.0, 1.0).mode
    D.VonMises(0.0, 1.0).cdf(torch.tensor(0.1))
    D.Multinomial(3, torch.ones(3)).mode
    D.Independent(D.Normal(torch.zeros(2), 1.0), 2)
    D.Normal(0.0, 1.0).sample_n(3).shape
    D.Distribution.set_default_validate_args(3)
    D.Distribution().log_prob(torch.tensor(1.0))
    D.Distribution(validate_args=False).sample()
    D.kl_divergence(D.StudentT(3.0), D.Normal(0.0, 1.0))
    """,
    """
    n = D.Normal(torch.zeros(2, 3), torch.ones(2, 3))
    i = D.Independent(n, 1)
    i, i.batch_shape, i.event_shape, i.support, i.has_rsample, i.has_enumerate_support
    i.log_prob(torch.ones(2, 3)), i.entropy(), i.mean, i.variance, i.expand((4, 2)), i.mode
    D.Independent(n, 2).log_prob(torch.ones(5, 2, 3)).shape
    D.Independent(n, 0)
    D.Independent(n, 3)
    D.Independent(D.Bernoulli(torch.ones(2, 3) * 0.5), 1).enumerate_support()
    D.Independent(D.Bernoulli(torch.ones(2) * 0.5), 0).enumerate_support()
    D.kl_divergence(i, D.Independent(D.Normal(torch.ones(2, 3), 2.0), 1))
    D.kl_divergence(i, D.Independent(n, 2))
    """,
    """
    mix = D.Categorical(torch.tensor([0.2, 0.8]))
    m = D.MixtureSameFamily(mix, D.Normal(torch.tensor([-1.0, 2.0]), torch.tensor([1.0, 0.5])))
    m, m.mean, m.variance, m.support, m.log_prob(torch.tensor([0.0, 2.0])), m.cdf(torch.tensor([0.0, 2.0]))
    m.batch_shape
    m.expand((3,)), m.expand((3,)).mean, m.mixture_distribution, m.component_distribution
    torch.manual_seed(0).initial_seed(), m.sample(), m.sample((4,)), m.expand((2,)).sample((3,)).shape
    D.MixtureSameFamily(mix, D.Normal(torch.zeros(3), 1.0))
    D.MixtureSameFamily(D.Normal(0.0, 1.0), D.Normal(torch.zeros(3), 1.0))
    D.MixtureSameFamily(mix, 3)
    D.MixtureSameFamily(D.Categorical(torch.ones(3, 2)), D.Normal(torch.zeros(4, 2), 1.0))
    v = D.MixtureSameFamily(D.Categorical(torch.ones(3, 2)), D.Independent(D.Normal(torch.arange(24.0).reshape(3, 2, 4), 1.0), 1))
    v, v.mean, v.variance, v.log_prob(torch.zeros(3, 4)), v.event_shape, v.support
    torch.manual_seed(0).initial_seed(), v.sample((2,))
    m.rsample()
    m.log_prob(torch.tensor(float('nan')))
    """,
    """
    logistic = [D.SigmoidTransform().inv, D.AffineTransform(1.0, torch.tensor([2.0, -3.0]))]
    t = D.TransformedDistribution(D.Uniform(torch.zeros(2), torch.ones(2)), logistic)
    t, t.support, t.batch_shape, t.log_prob(torch.tensor([0.5, 2.0])), t.cdf(torch.tensor([0.5, 2.0]))
    t.icdf(torch.tensor([0.1, 0.9]))
    torch.manual_seed(0).initial_seed(), t.sample((3,)), t.rsample(), t.expand((3, 2)).sample().shape, t.has_rsample
    t.mean
    D.TransformedDistribution(D.Normal(0.0, 1.0), 3)
    D.TransformedDistribution(D.Normal(0.0, 1.0), [3])
    D.TransformedDistribution(D.Normal(0.0, 1.0), D.StickBreakingTransform())
    D.TransformedDistribution(D.Normal(torch.zeros(3), 1.0), []).log_prob(torch.zeros(3))
    s = D.TransformedDistribution(D.Normal(torch.zeros(3), 1.0), [D.StickBreakingTransform()])
    s.batch_shape, s.event_shape, s.support, s.base_dist, s.log_prob(torch.tensor([0.1, 0.2, 0.3, 0.4]))
    r = D.TransformedDistribution(D.Normal(torch.zeros(6), 1.0), [D.ReshapeTransform((6,), (2, 3))])
    r.batch_shape, r.event_shape, r.support, r.log_prob(torch.ones(2, 3))
    D.TransformedDistribution(D.Normal(0.0, 1.0), [D.AffineTransform(torch.zeros(4), 1.0)]).batch_shape
    k = D.TransformedDistribution(D.Normal(torch.zeros(3), 1.0), D.ExpTransform())
    D.kl_divergence(k, D.TransformedDistribution(D.Normal(torch.ones(3), 1.0), D.ExpTransform()))
    D.kl_divergence(k, D.TransformedDistribution(D.Normal(torch.ones(3), 1.0), D.TanhTransform()))
    D.kl_divergence(k, D.LogNormal(torch.ones(3), 1.0))
    """,
    """
    x = torch.tensor([[-2.0, 0.3, 1.5], [0.0, -0.1, 20.0]])
    y = torch.tensor([[0.2, 0.3, 0.5], [0.05, 0.9, 0.05]])
    ts = [D.ExpTransform(), D.PowerTransform(2.0), D.SigmoidTransform(), D.SoftplusTransform()]
    ts += [D.TanhTransform(), D.AbsTransform(), D.AffineTransform(1, -2.0)]
    ts += [D.AffineTransform(torch.tensor([1.0, 2.0, 3.0]), 2.0, event_dim=1), D.SoftmaxTransform()]
    ts += [D.StickBreakingTransform(), D.CumulativeDistributionTransform(D.Normal(0.0, 1.0))]
    ts += [D.ReshapeTransform((3,), (3, 1)), D.IndependentTransform(D.ExpTransform(), 1)]
    ts += [D.ComposeTransform([D.ExpTransform(), D.AffineTransform(1.0, 2.0, event_dim=1)])]
    ts += [D.identity_transform, D.CatTransform([D.ExpTransform(), D.TanhTransform()], dim=-1, lengths=[1, 2])]
    ts += [D.StackTransform([D.ExpTransform(), D.TanhTransform(), D.identity_transform], dim=1)]
    [t(x) for t in ts]
    [t.inv(y[0]) for t in ts[:11]], [t.inv(t(x.abs() / 9)) for t in ts]
    [t.domain for t in ts], [t.codomain for t in ts]
    [t.bijective for t in ts], ts, [t.inv for t in ts]
    [t.log_abs_det_jacobian(x, t(x)) for t in ts[:5] + ts[6:8] + ts[9:]]
    [t.inv.log_abs_det_jacobian(t(x), x) for t in ts[:5]]
    [t.sign for t in ts[:5]], ts[6].sign, ts[2].inv.sign, D.ComposeTransform(ts[:2] + [ts[6]]).sign, ts[12].sign
    [t.event_dim for t in ts[:8]], ts[12].event_dim, ts[15].event_dim
    ts[9].event_dim, ts[11].event_dim
    [a == b for a in ts for b in ts]
    D.ExpTransform() == D.ExpTransform(), D.ExpTransform() != D.TanhTransform()
    D.AffineTransform(1, 2) == D.AffineTransform(1, torch.tensor(2))
    D.PowerTransform(2.0) == D.PowerTransform(3.0), D.ExpTransform().inv == D.ExpTransform().inv
    [t.forward_shape(torch.Size((2, 3))) for t in ts], [t.inverse_shape(torch.Size((2, 3))) for t in ts[:11]]
    ts[0].inv.inv is ts[0], ts[13].inv.inv is ts[13]
    ts[0].with_cache(), ts[6].with_cache(), ts[11].with_cache(), ts[12].with_cache(), ts[13].with_cache()
    ts[15].with_cache(), ts[10].with_cache()
    cached = D.StickBreakingTransform(cache_size=1)
    cached.inv(cached(x)) is x, cached(x) is cached(x), cached.inv.with_cache(0)
    D.ExpTransform(cache_size=2)
    ts[0].inv.inv._inv is None
    D.Transform()(x)
    D.Transform().sign
    D.ReshapeTransform((3,), (2,))
    ts[11].forward_shape(torch.Size((4,))), ts[11].forward_shape(torch.Size(()))
    ts[11].forward_shape(torch.Size(()))
    ts[9].forward_shape(torch.Size(()))
    ts[12](torch.tensor(1.0))
    D.CatTransform([D.ExpTransform()], lengths=[1, 2])
    D.CatTransform([3])
    D.CatTransform([D.ExpTransform()], dim=1)(x)
    D.CatTransform([D.ExpTransform()], dim=2)(x)
    D.CatTransform([D.ExpTransform()], dim=1).log_abs_det_jacobian(x, x)
    D.CatTransform([D.ExpTransform(), D.TanhTransform()], dim=0, lengths=[1, 1]).log_abs_det_jacobian(x, x)
    D.CatTransform([ts[12], D.TanhTransform()], dim=0, lengths=[1, 1]).log_abs_det_jacobian(x, x)
    D.CatTransform([ts[12], D.TanhTransform()], dim=1, lengths=[1, 2]).log_abs_det_jacobian(x, x)
    D.StackTransform([D.ExpTransform()], dim=1)(x)
    D.StackTransform([D.ExpTransform()], dim=3)(x)
    hash(D.ExpTransform())
    pickle.loads(pickle.dumps(D.AffineTransform(1.0, 2.0))).scale
    """,
    """
    l = torch.tensor([[0.3, -1.0, 2.0], [0.0, 0.1, 0.2]], dtype=torch.float64)
    k = D.CorrCholeskyTransform()
    k(l), k.inv(k(l)), k.log_abs_det_jacobian(l, k(l)), k.codomain.check(k(l)), k.forward_shape(l.shape)
    k.inverse_shape(k(l).shape)
    k(torch.ones(4))
    k.forward_shape(torch.Size((4,)))
    k.inverse_shape(torch.Size((4, 3)))
    k.inverse_shape(torch.Size((3,)))
    m = torch.tensor([[0.3, -1.0], [2.0, 0.7]])
    D.LowerCholeskyTransform()(m), D.PositiveDefiniteTransform()(m)
    D.LowerCholeskyTransform().inv(D.LowerCholeskyTransform()(m))
    D.PositiveDefiniteTransform().inv(D.PositiveDefiniteTransform()(m))
    D.utils.tril_matrix_to_vec(m), D.utils.tril_matrix_to_vec(m, -1), D.utils.tril_matrix_to_vec(m, 1)
    D.utils.tril_matrix_to_vec(m, 2)
    D.utils.vec_to_tril_matrix(l), D.utils.vec_to_tril_matrix(l, -1), D.utils.vec_to_tril_matrix(l, 1)
    D.utils.vec_to_tril_matrix(torch.ones(4))
    D.utils.broadcast_all(1, 2.5), D.utils.broadcast_all(1, l), D.utils.broadcast_all(True)
    D.utils.broadcast_all("a")
    D.utils.clamp_probs(torch.tensor([0.0, 0.5, 1.0]))
    D.utils.probs_to_logits(torch.tensor([0.0, 0.5, 1.0]), True)
    D.utils.probs_to_logits(torch.tensor([0.0, 0.5, 1.0])), D.utils.logits_to_probs(l)
    D.utils.logits_to_probs(l, is_binary=True)
    """,
    """
    v = torch.tensor([[-1.0, 0.0, 0.5], [1.0, 2.0, float('nan')]])
    s = torch.tensor([[0.2, 0.8], [1.0, 0.0], [0.5, 0.6]])
    p = torch.stack([torch.eye(2), torch.ones(2, 2), torch.tensor([[1.0, 0.0], [0.5, 1.0]])])
    bounds = [c.boolean, c.nonnegative_integer, c.positive_integer, c.integer_interval(0, 1), c.real, c.positive]
    bounds += [c.nonnegative, c.greater_than(0.5), c.greater_than_eq(0.5), c.less_than(1), c.unit_interval]
    bounds += [c.interval(-1, 0.5), c.half_open_interval(0, 1)]
    [b.check(v) for b in bounds], bounds, [(b.is_discrete, b.event_dim) for b in bounds]
    vectors = [c.one_hot, c.simplex, c.real_vector, c.multinomial(1), c.independent(c.positive, 1)]
    [b.check(s) for b in vectors], vectors, [(b.is_discrete, b.event_dim) for b in vectors]
    matrices = [c.lower_triangular, c.lower_cholesky, c.corr_cholesky, c.square, c.symmetric]
    matrices += [c.positive_semidefinite, c.positive_definite]
    [b.check(p) for b in matrices], [b.check(q) for b in matrices for q in p], matrices
    [(b.is_discrete, b.event_dim) for b in matrices]
    c.square.check(torch.ones(3, 2)), c.positive_definite.check(torch.ones(2, 3, 2))
    j = [c.cat([c.positive, c.real], dim=-1, lengths=[1, 2])]
    j += [c.stack([c.positive, c.real, c.boolean], dim=-1), c.stack([c.positive, c.boolean], dim=0)]
    j += [c.MixtureSameFamilyConstraint(c.real)]
    [b.check(v) for b in j], [(b.is_discrete, b.event_dim) for b in j], j
    c.dependent, c.is_dependent(c.dependent), c.is_dependent(c.real), c.dependent(event_dim=1).event_dim
    c.dependent.is_discrete
    c.dependent.event_dim
    c.dependent.check(v)
    c.is_dependent(D.Uniform.support), D.Uniform.support.event_dim, D.Uniform(0.0, 1.0).support
    D.Pareto.support.is_discrete
    D.Independent.support.event_dim
    c.independent(3, 1)
    c.independent(c.real, 1.0)
    c.independent(c.real, -1)
    c.independent(c.real, 3).check(v)
    c.independent(c.real, 1).check(torch.tensor(1.0))
    c.cat([3])
    c.cat([c.real], lengths=[1, 2])
    c.cat([c.real], dim=2).check(v)
    c.stack([c.real], dim=2).check(v)
    c.MixtureSameFamilyConstraint(3)
    c.MixtureSameFamilyConstraint(c.simplex).check(torch.tensor(1.0))
    c.Constraint().check(v)
    """,
    """
    x = torch.tensor([[-1.0, 0.3], [0.0, 2.0]])
    of = [c.real, c.positive, c.nonnegative, c.greater_than(2.0), c.greater_than_eq(2.0), c.less_than(1.0)]
    of += [c.unit_interval, c.interval(-1.0, 3.0), c.half_open_interval(0.0, 2.0), c.simplex, c.corr_cholesky]
    of += [c.real_vector, c.independent(c.positive, 1), c.cat([c.positive, c.real], -1)]
    of += [c.stack([c.positive, c.real], -1)]
    [D.biject_to(i) for i in of], [D.transform_to(i) for i in of]
    [D.biject_to(i)(x[..., :1] if i is c.corr_cholesky else x) for i in of]
    [D.transform_to(i)(x[..., :1] if i is c.corr_cholesky else x) for i in of]
    [D.transform_to(i)(x.double()) for i in (c.lower_cholesky, c.positive_definite, c.positive_semidefinite)]
    D.biject_to(c.lower_cholesky)
    D.transform_to(c.boolean)
    D.transform_to.register(3, lambda c: c)
    D.transform_to.register(int, lambda c: c)
    D.biject_to(D.Uniform(torch.zeros(2), torch.tensor([1.0, 3.0])).support)(x)
    D.biject_to(D.Dirichlet(torch.ones(3)).support)(x)
    """,
    """
    a = D.Normal(torch.zeros(3), torch.ones(3))
    torch.manual_seed(7).initial_seed(), pickle.loads(pickle.dumps(a)), copy.deepcopy(a), copy.copy(a).sample()
    b = D.Bernoulli(logits=torch.zeros(3))
    b, b.probs, b, b.param_shape, b._new((2,)).shape
    class Own(D.Normal):
        pass
    D.kl_divergence(D.Gamma(2.0, 3.0), D.Chi2(3.0)), D.kl_divergence(D.Chi2(2.0), D.Chi2(3.0))
    D.register_kl(3, D.Normal)
    D.Gamma(torch.tensor([2.0]), 3.0).log_prob(1.5)
    D.Gamma(2, 3), D.Beta(2, 3), D.Chi2(4), D.StudentT(4), D.HalfCauchy(2), D.Weibull(1, 2), D.Pareto(1, 2)
    D.Kumaraswamy(1, 2), D.InverseGamma(1, 2), D.LKJCholesky(2, 3), D.LogisticNormal(0, 1), D.FisherSnedecor(1, 2)
    D.Poisson(torch.tensor([3.0], dtype=torch.float64)).sample().dtype
    D.Normal(0.0, 1.0).sample(torch.Size([2])).shape, D.Normal(0.0, 1.0).sample([2, 3]).shape
    torch.manual_seed(0).initial_seed(), D.RelaxedBernoulli(torch.tensor(0.5), 0.3).rsample((3,))
    D.RelaxedOneHotCategorical(torch.tensor(0.5), torch.ones(3)).rsample((2,))
    torch.manual_seed(0).initial_seed(), torch.poisson(torch.full((3, 4), 5.0))
    torch.binomial(torch.full((4,), 30.0), torch.full((4,), 0.5)), torch._standard_gamma(torch.full((5,), 0.3))
    torch._sample_dirichlet(torch.ones(2, 3))
    torch.poisson(torch.tensor([1, 2]))
    torch.poisson(torch.tensor([-1.0]))
    torch.poisson(3)
    torch.binomial(torch.tensor([1, 2]), torch.tensor([0.5]))
    torch.binomial(torch.tensor([1.0]), torch.tensor([1]))
    torch.binomial(torch.tensor([1.0]), torch.tensor([0.5], dtype=torch.float64))
    torch.binomial(torch.ones(2), torch.ones(3))
    torch.binomial(torch.ones(2), torch.ones(3, 2))
    torch.binomial(torch.ones(2, dtype=torch.float16), torch.ones(2, dtype=torch.float16))
    torch._standard_gamma(torch.ones(2, dtype=torch.bfloat16))
    torch._standard_gamma(torch.ones(2), generator=3)
    torch._dirichlet_grad(torch.ones(2), torch.ones(2), torch.ones(2).double())
    torch._standard_gamma_grad(torch.ones(2).int(), torch.ones(2).int())
    """,
]
