"""The rules of vmap for distances between tensors, and between their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..core.tensor import Tensor
from ..ops.reduction.norms import aten_norm
from .batched import raised
from .batching import lifted, rules, with_ones
from .levels import Batch


@rules("_cdist_forward", "_cdist_backward", "_euclidean_dist", "cdist_tangents")
def _of_rows(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Matrices in stacks, which broadcast."""
    rank = max([a.ndim for a in arguments if isinstance(a, Tensor)])
    given = [with_ones(raised(a, level), rank - a.ndim) if isinstance(a, Tensor) else a for a in arguments]
    return lifted(call(*given), level)


@rules("_pdist_forward")
def _of_pairs(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    from ..ops.reduction.distances import cdist_op

    x, p = arguments
    return cdist_op(x, x, p)[np.triu_indices(x.shape[0], 1)]


@rules("_pdist_backward")
def _of_pairs_backward(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    from ..ops.reduction.distances import cdist_backward

    g, x, p, distance = arguments
    return cdist_backward(_square(g, x.shape[0]), x, x, p, _square(distance, x.shape[0]))


@rules("pdist_tangents")
def _of_pairs_tangents(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    from ..ops.reduction.distances import cdist_tangents

    t, x, p, distance = arguments
    moved = cdist_tangents(t, x, x, p, _square(distance, x.shape[0]))
    return (moved + moved.T)[np.triu_indices(x.shape[0], 1)]


def _square(pairs: Any, n: int) -> Any:
    """A number for each pair of n rows as a symmetric matrix."""
    upper = ops.zeros(n, n, dtype=pairs.dtype).index_put([ops.from_numpy(i) for i in np.triu_indices(n, 1)], pairs)
    return upper + upper.T


@rules("dist")
def _dist(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, y, p = arguments
    return aten_norm(x - y, p, None, False)


@rules("renorm")
def _renorm(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, p, dim, most = arguments
    norm = aten_norm(x, p, tuple([d for d in range(x.ndim) if d != dim]), True)
    return x * ops.where(norm > most, most / (norm + 1e-7), 1.0).to(x.dtype)
