"""The rules of vmap for what draws random numbers: see `batching.random`, `batching.filling` and `batching.drawn`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import ops
from .batched import raised
from .batching import SAME, filling, functions, leading, lifted, random, rules
from .levels import Batch

rules(
    "bernoulli", "bernoulli_like", "normal_mean", "normal_std", "normal_both", "standard_gamma", "sample_dirichlet",
    "poisson", "binomial",
)(random)  # fmt: skip
rules(
    "uniform", "normal", "bernoulli_number", "exponential", "cauchy", "log_normal", "geometric", "random_between",
    "random_below", "random", "bernoulli_tensor",
)(filling)  # fmt: skip


rules("standard_gamma_grad", "dirichlet_grad")(leading)


@functions("_indices_drawn")
def _multinomial(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Rows of weights are drawn from one by one already."""
    x, *rest = args
    if level.randomness != "different":
        raise RuntimeError(SAME)
    weights = raised(x, level)
    out = call(weights.flatten(0, 1) if x.ndim == 2 else weights, *rest, **kwargs)
    return lifted(out.unflatten(0, (level.size, x.shape[0])) if x.ndim == 2 else out, level)


@functions("_leaky")
def _rrelu(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Which elements draw a number, in training, depends on the values of all."""
    x, lower, upper, training, _ = args
    if not training:
        return ops.leaky_relu(x, (lower + upper) / 2)
    raise RuntimeError("vmap: we do not yet support aten::rrelu. Please file an issue")


@functions("rrelu_")
def _rrelu_inplace(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x, *rest = args
    return x.copy_(ops.rrelu(x.clone(), *rest, **kwargs))
