"""Which inputs each output depends on, read off the graph.

Note [Patterns from the graph]
    The graph is walked as in a backward pass, newest node first. What is carried is not a gradient but a pattern: pairs
    (output, element of the tensor at this edge). A node replaces elements of its result by elements of its inputs:

    - a *pointwise* operation by those that broadcasting put beside them;
    - a *view* by those that the same view of the numbers 0, 1, 2, ... shows;
    - any other operation by those that its derivative rule names: if each input goes into one result at most, the
      vector-Jacobian product of weights is the weights, moved about and scaled, and the product of weights times their
      places tells where each came from. If each result takes one input at most, the transposed product does so.
    - Where neither is so, each result depends on all inputs: never less than the truth, perhaps more.

    For an operation of the third sort a derivative that is zero where the function was called counts as no dependence;
    so a pattern is that of the Jacobian at this point.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import numpy as np

from ..core.backward import Run, run
from ..core.node import Node, Output
from ..core.op import Op
from ..core.saved import read
from ..core.tensor import Tensor, edge_of, wrap
from ..layers.kinds import is_pointwise
from .grad_mode import enable_grad

#: Up to how many results a node may have for each to be asked about by itself.
FEW = 16


def pattern_of(output: Tensor, x: Tensor) -> Any:
    """The pattern of the Jacobian of `output` by the leaf `x`, which its graph leads to: a boolean ``csr_array``."""
    from scipy.sparse import csr_array

    rows = output.numel()
    pending: dict[Any, Any] = {}
    waiting: dict[Any, np.ndarray] = {}
    heap: list[tuple[int, Any]] = []

    def arrive(edge: Any, pattern: Any, gradient: Any) -> None:
        if edge in pending:
            pending[edge] = pending[edge] + pattern
            return
        pending[edge], waiting[edge] = pattern, gradient
        if edge is not x and edge._rank:
            heappush(heap, (edge._rank, edge))

    root = edge_of(output)
    if root is not None:
        arrive(root, _selection(np.arange(rows), rows), np.random.default_rng(0).uniform(1, 2, output.shape))
    while heap:
        _, edge = heappop(heap)
        pattern, gradient = pending.pop(edge), waiting.pop(edge)
        node, nr = (edge.node, edge.nr) if edge.__class__ is Output else (edge, 0)
        for target, local, moved in _locally(node, nr, gradient):
            arrive(target, pattern if local is None else pattern @ local, moved)
    found = pending.get(x)
    if found is None:
        return csr_array((rows, x.numel()), dtype=bool)
    found.sum_duplicates()
    found.sort_indices()
    return csr_array((np.ones(found.nnz, bool), found.indices, found.indptr), found.shape)


def _selection(sources: np.ndarray, columns: int) -> Any:
    """The matrix with a one at column ``sources[i]`` of row i; none where that is negative."""
    from scipy.sparse import csr_array

    kept = sources >= 0
    if kept.all():
        pointers, indices = np.arange(len(sources) + 1), sources
    else:
        pointers, indices = np.concatenate([[0], np.cumsum(kept)]), sources[kept]
    return csr_array((np.ones(len(indices), np.float32), indices, pointers), (len(sources), columns))


def _locally(node: Node, nr: int, gradient: np.ndarray) -> list[tuple[Any, Any, Any]]:
    """For each edge of a node: the pattern of its result number `nr` by it (None: element by element), and a gradient of the
    right shape."""
    op = node.op if isinstance(node.op, Op) else None
    weights = np.random.default_rng(node._rank % 997).uniform(1, 2, gradient.shape).astype(gradient.dtype)
    given: Any = [weights if i == nr else None for i in range(node.outputs)] if node.several else weights
    products = list(node.gradients(given, read(node, False)))
    found = []
    for place, (edge, product) in enumerate(zip(node.edges, products)):
        if edge is None or product is None:
            continue
        if op is not None and is_pointwise(op) and product.shape == gradient.shape:
            local = None
        elif op is not None and is_pointwise(op):
            numbers = np.arange(product.size).reshape(product.shape)
            local = _selection(np.broadcast_to(numbers, gradient.shape).reshape(-1), product.size)
        elif op is not None and op.view:
            numbers = np.arange(product.size).reshape(product.shape)
            view = op.forward(numbers, *node.values[1:])  # type: ignore[index]
            local = _selection(np.asarray(view[nr] if op.several else view).reshape(-1), product.size)
        elif node.several or gradient.size == 0:
            local = _everything(gradient.size, product.size)
        else:
            local = _asked(node, place, weights, product)
        found.append((edge, local, np.asarray(product)))
    return found


def _everything(rows: int, columns: int) -> Any:
    from scipy.sparse import csr_array

    return csr_array(np.ones((rows, columns), np.float32))


def _asked(node: Node, place: int, weights: np.ndarray, product: Any) -> Any:
    """The pattern of an operation that is neither pointwise nor a view, from its derivative rule."""
    values = read(node, False)
    shape, size = weights.shape, weights.size

    def pulled(vector: np.ndarray) -> np.ndarray:
        return np.asarray(node.gradients(vector, values)[place]).reshape(-1)

    if size <= FEW:
        units = np.eye(size, dtype=weights.dtype).reshape(size, *shape)
        return _nonzero(np.stack([pulled(unit) for unit in units]))
    sources = _sources(pulled, weights)
    if sources is not None:
        return _selection(sources, size).T.tocsr()
    pushed = _transposed(node, place, weights)
    sources = None if pushed is None else _sources(pushed, np.asarray(product))
    return _everything(size, np.size(product)) if sources is None else _selection(sources, np.size(product))


def _nonzero(matrix: np.ndarray) -> Any:
    from scipy.sparse import csr_array

    return csr_array((matrix != 0).astype(np.float32))


def _sources(linear: Callable[[np.ndarray], np.ndarray], like: np.ndarray) -> np.ndarray | None:
    """For each result of a linear map the one element that it comes from (-1: none); None if one comes from several."""
    rng = np.random.default_rng(1)
    u, v = (rng.uniform(1, 2, like.shape).astype(like.dtype) for _ in range(2))
    places = np.arange(like.size, dtype=like.dtype).reshape(like.shape)
    if like.size > 1 / (64 * np.finfo(like.dtype).eps):
        return None  # more places than the dtype tells apart
    with np.errstate(all="ignore"):
        once, weighted = linear(u), linear(u * places)
        sources = np.where(once == 0, -1, np.rint(weighted / once))
        valid = (sources >= -1) & (sources < like.size) & ((once != 0) | (weighted == 0))
        if not valid.all():
            return None
        found = sources.astype(np.intp)
        scale = np.where(found < 0, 0, once / u.reshape(-1)[found])
        expected = scale * v.reshape(-1)[found]
        close = np.abs(linear(v) - expected) <= 1e3 * np.finfo(like.dtype).eps * np.abs(expected)
    return found if close.all() else None


def _transposed(node: Node, place: int, weights: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
    """The Jacobian-vector product of a node by one of its inputs: the reverse mode of its rule, which is linear."""
    g = wrap(weights).requires_grad_()
    try:
        with enable_grad():
            row = node.gradients(g, read(node, True))[place]
    except NotImplementedError:
        return None
    if not row.requires_grad:
        return None

    def pushed(vector: np.ndarray) -> np.ndarray:
        job = Run()
        job.keep_graph, job.accumulate, job.captures = True, False, {edge_of(g): [0]}
        found = run(job, [edge_of(row)], [vector.reshape(row.shape)]).get(0)
        return np.zeros(weights.size, weights.dtype) if found is None else np.asarray(found).reshape(-1)

    return pushed
