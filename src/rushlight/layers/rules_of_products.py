"""The rules of vmap for products of matrices, sums of products, and linear algebra."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..core.tensor import Tensor
from ..ops.neural import per_example
from .batched import lower, raised, wrap
from .batching import along, cores, leading, lifted, lowered, rules, stacked, with_ones
from .levels import Batch

# Products.


@rules("folded_mm", "folded_mv")
def _folded(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, y = arguments
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1]) @ y


@rules("mm", "bmm", "bmm_broadcast")
def _mm(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    (x, _), (y, _) = [lower(a, level) for a in arguments]
    rank = max(a.ndim for a in arguments)
    x, y = (_with_rank(a, p, level, rank) for a, p in zip(arguments, (x, y)))
    return lifted(x @ y, level)


def _with_rank(a: Any, physical: Any, level: Batch, rank: int) -> Any:
    if physical.ndim == a.ndim or a.ndim == rank:
        return physical
    return with_ones(physical, rank - a.ndim)


@rules("mv")
def _mv(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    (x, in_x), (y, in_y) = [lower(a, level) for a in arguments]
    if not in_y:
        return lifted(x @ y, level)
    if not in_x and x.ndim == 2:
        return lifted(y @ x.T, level)
    if in_x and arguments[0].ndim == 2:
        return lifted(per_example.vector(y, x.mT), level)
    y = y.reshape(level.size, *[1] * (arguments[0].ndim - 2), y.shape[-1], 1)
    return lifted((x @ y).squeeze(-1), level)


@rules("vm")
def _vm(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    (x, in_x), (y, in_y) = [lower(a, level) for a in arguments]
    if in_x and in_y:
        return lifted(per_example.vector(x, y), level)
    return lifted((x.unsqueeze(-2) @ y).squeeze(-2) if in_y else x @ y, level)


@rules("dot", "vdot")
def _dot(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    (x, in_x), (y, in_y) = [lower(a, level) for a in arguments]
    if call.__name__ == "vdot":
        x = x.conj()
    if not in_x or not in_y:
        return lifted(x @ y if in_x else y @ x, level)
    return lifted((x.unsqueeze(-2) @ y.unsqueeze(-1)).reshape(level.size), level)


@rules("linear", "linear_without_bias")
def _linear(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """The result has one row for each vector of an example."""
    (x, in_x), (w, in_w), *biases = [lower(a, level) for a in arguments]
    (m, k), size = arguments[1].shape, level.size
    rows = math.prod(arguments[0].shape[:-1])
    bias, in_bias = biases[0] if biases else (None, False)
    if in_w:
        given = raised(arguments[0], level)
        given = given if given.shape == (size, rows, k) else given.reshape(size, rows, k)
        return lifted(per_example.linear(given, w, None if bias is None else raised(arguments[2], level)), level)
    out = ops.linear(x.reshape(size * rows if in_x else rows, k), w, None if in_bias else bias)
    out = out.reshape(size, rows, m) if in_x else out
    return lifted(out + bias.unsqueeze(1) if bias is not None and in_bias else out, level)


@rules("linear_of_examples", "vectors_of_examples")
def _of_examples(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Batches of examples are more examples."""
    given = [None if a is None else raised(a, level).flatten(0, 1) for a in arguments]
    return lifted(call(*given).unflatten(0, (level.size, arguments[0].shape[0])), level)


@rules("addmm", "addmv", "addr", "baddbmm", "addbmm")
def _added(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """``beta * input + alpha * product``, where a beta of zero makes no NaN of the input."""
    input, x, y, beta, alpha = arguments
    product = x.unsqueeze(1) * y if call.__name__ == "addr" else x @ y
    if call.__name__ == "addbmm":
        product = product.sum(0)
    if alpha != 1:
        product = product * alpha
    if beta == 0:
        return product.expand(product.shape)
    return (input if beta == 1 else input * beta) + product


@rules("contract", "contract_products")
def _contracted(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """The examples are one more dimension, whose label nobody else has."""
    x, y, xs, ys, output = arguments
    (x, in_x), (y, in_y) = lowered(x, level), lowered(y, level)
    label = (level, "examples")
    return lifted(call(x, y, (label, *xs) if in_x else xs, (label, *ys) if in_y else ys, (label, *output)), level)


# Fourier transforms, along given dimensions.

rules("_fft_c2c", "_fft_r2c", "_fft_c2r", "fft_r2c_backward", "fft_c2r_backward")(along(1))

# Linear algebra: matrices in stacks.

rules(
    "linalg_det", "linalg_slogdet", "cofactor", "linalg_inv_ex", "linalg_cholesky_ex", "cholesky", "cholesky_inverse",
    "linalg_svd", "linalg_svdvals", "linalg_eigh", "linalg_eigvalsh", "linalg_eig", "linalg_eigvals", "linalg_qr", "geqrf",
    "linalg_lu", "linalg_lu_factor_ex", "linalg_matrix_exp", "linalg_ldl_factor_ex", "reflectors",
    "linalg_householder_product", "ormqr",
)(stacked)  # fmt: skip
rules("cofactor_slope", "linalg_solve_triangular", "triangular_solve", "cholesky_solve")(leading)
rules("linalg_lu_solve", "linalg_ldl_solve")(cores(2, 1, 2))


@rules("lu_unpack")
def _unpacked(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, pivots, *flags = arguments
    return lifted(_with_empty(call(raised(x, level), raised(pivots, level), *flags), level), level)


@rules("linalg_pinv", "linalg_matrix_rank")
def _with_tolerances(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, *rest = arguments
    return cores(2, 0, 0)(call, level, (wrap(raised(x, level), level), *rest))


@rules("linalg_solve_ex")
def _solved(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    a, b, left, vector = arguments
    physical, batched = lower(a, level)
    if batched or a.ndim > 2 or b.ndim > 2:
        return cores(2, 1 if vector else 2)(lambda *given: _reported(call(*given), level, batched), level, arguments)
    # One matrix for all examples is factored once: their right-hand sides are its columns.
    columns = raised(b, level)
    columns = columns.unsqueeze(-1) if vector else columns if left else columns.mT
    x, info = call(physical if left else physical.mT, columns.transpose(0, 1).flatten(1), True, False)
    x = x.unflatten(1, (level.size, columns.shape[2])).transpose(0, 1)
    return lifted(_reported((x.squeeze(-1) if vector else x if left else x.mT, info), level, False), level)


def _reported(results: Any, level: Batch, own: bool) -> Any:
    """A solution and the report of it, which is the same for all examples unless each has a matrix of its `own`."""
    x, info = results
    return x, info if own else info.expand(level.size, *info.shape)


@rules("linalg_lstsq")
def _least_squares(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    rule = cores(2, 1 if arguments[-1] else 2)
    return rule(lambda *given: _with_empty(call(*given), level), level, arguments)


def _with_empty(results: Any, level: Batch) -> Any:
    """Results of which those that were not asked for are empty: for each example."""
    return tuple([r.reshape(level.size, 0) if isinstance(r, Tensor) and r.shape == (0,) else r for r in results])
