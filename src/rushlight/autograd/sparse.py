"""Sparse Jacobians and Hessians: only what is not zero is computed, many columns in one pass. (Not in PyTorch.)

Columns that have no row in common can be computed together: their sum holds them all. Such groups are a colouring of the
columns (A. R. Curtis, M. J. D. Powell, J. K. Reid, "On the estimation of sparse Jacobian matrices", IMA J. Appl. Math. 13,
1974; A. H. Gebremedhin, F. Manne, A. Pothen, "What color is your Jacobian?", SIAM Review 47, 2005). A tridiagonal matrix
of any size takes three.

>>> import rushlight as torch
>>> from rushlight.autograd.sparse import sparse_hessian
>>> x = torch.arange(4.0)
>>> sparse_hessian(lambda x: ((x[1:] - x[:-1]) ** 2).sum(), x).toarray()
array([[ 2., -2.,  0.,  0.],
       [-2.,  4., -2.,  0.],
       [ 0., -2.,  4., -2.],
       [ 0.,  0., -2.,  2.]], dtype=float32)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.tensor import Tensor, wrap
from ._patterns import pattern_of
from .grad_mode import enable_grad

__all__ = ["colouring", "hessian_pattern", "jacobian_pattern", "sparse_hessian", "sparse_jacobian"]


def jacobian_pattern(func: Callable[[Tensor], Tensor], x: Tensor) -> Any:
    """Which outputs of `func` depend on which inputs at `x`: a boolean ``scipy.sparse.csr_array`` (outputs, inputs).

    It may hold more places than are needed, never less. Raises TypeError unless `func` maps a Tensor to a Tensor.
    """
    x, out = _called(func, x)
    return pattern_of(out, x)


def hessian_pattern(func: Callable[[Tensor], Tensor], x: Tensor) -> Any:
    """Where the Hessian of a scalar function is not zero, as `jacobian_pattern`."""
    x, out = _called(func, x)
    return pattern_of(_gradient(out, x), x)


def sparse_jacobian(
    func: Callable[[Tensor], Tensor], x: Tensor, *, pattern: Any = None, return_value: bool = False
) -> Any:
    """The Jacobian of `func` at `x`: a ``scipy.sparse.csr_array``, of shape (outputs, inputs).

    Args:
        func: takes a Tensor and returns a Tensor, of any shapes.
        x: a floating point Tensor.
        pattern: where the Jacobian is not zero, as a SciPy sparse matrix; by default read off the graph.
        return_value: return the pair of ``func(x)`` and the Jacobian.

    Raises TypeError for what is not a Tensor, ValueError for a `pattern` of another shape, and RuntimeError for one that
    lacks an entry that is not zero.
    """
    x, out = _called(func, x)
    pattern = _checked(pattern, (out.numel(), x.numel())) if pattern is not None else pattern_of(out, x)
    rows, columns = colouring(pattern.T.tocsr()), colouring(pattern)
    if rows.max(initial=-1) <= columns.max(initial=-1):
        result = _by_rows(out, x, pattern, rows)
    else:
        result = _by_columns(func, x, pattern, columns)
    return (out.detach(), result) if return_value else result


def sparse_hessian(
    func: Callable[[Tensor], Tensor], x: Tensor, *, pattern: Any = None, return_value: bool = False
) -> Any:
    """The Hessian of a scalar function at `x`: a ``scipy.sparse.csr_array``. Arguments and errors: see `sparse_jacobian`."""
    x, out = _called(func, x)
    gradient = _gradient(out, x)
    size = x.numel()
    pattern = _checked(pattern, (size, size)) if pattern is not None else pattern_of(gradient, x)
    result = _by_rows(gradient, x, pattern, colouring(pattern.T.tocsr()))
    return (out.detach(), result) if return_value else result


def colouring(pattern: Any) -> np.ndarray:
    """A number for each column of a sparse matrix, such that columns with the same number have no row in common."""
    rows, count = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr)), pattern.shape[1]
    most = int(np.diff(pattern.indptr).max(initial=0))
    # Bands: column modulo k, for a k not much larger than the fullest row, which no colouring can be better than.
    for k in range(max(most, 1), min(2 * most + 1, count) + 1):
        taken = np.bincount(rows * k + pattern.indices % k, minlength=1)
        if taken.max() <= 1:
            return np.arange(count) % k
    return _greedy(pattern)


def _greedy(pattern: Any) -> np.ndarray:
    """The first colour that no column has taken that shares a row, fullest columns first."""
    by_column = pattern.tocsc()
    colours = np.full(pattern.shape[1], -1)
    for column in np.argsort(-np.diff(by_column.indptr), kind="stable").tolist():
        beside = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
        near = [pattern.indices[pattern.indptr[row] : pattern.indptr[row + 1]] for row in beside.tolist()]
        taken = set(colours[np.concatenate(near)].tolist()) if near else set()
        colours[column] = next(c for c in range(len(taken) + 1) if c not in taken)
    return colours


def _called(func: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """A fresh leaf in the place of `x`, and what `func` makes of it."""
    if not isinstance(x, Tensor):
        raise TypeError(f"the input of a sparse Jacobian must be a Tensor, not {type(x).__name__}")
    leaf = x.detach().requires_grad_()
    with enable_grad():
        out = func(leaf)
    if not isinstance(out, Tensor):
        raise TypeError(f"the function of a sparse Jacobian must return a Tensor, not {type(out).__name__}")
    return leaf, out


def _gradient(out: Tensor, x: Tensor) -> Tensor:
    from . import grad

    if out.numel() != 1:
        raise RuntimeError("The Tensor returned by the function given to sparse_hessian should contain a single element")
    if not out.requires_grad:
        return x.detach() * 0
    (gradient,) = grad(out, x, wrap(np.ones_like(out._data)), create_graph=True, allow_unused=True, materialize_grads=True)
    return gradient


def _checked(pattern: Any, shape: tuple[int, int]) -> Any:
    from scipy.sparse import csr_array

    if pattern.shape != shape:
        raise ValueError(f"the pattern must have the shape {shape}, not {pattern.shape}")
    made = csr_array(pattern, copy=True)
    made.sum_duplicates()
    return made


def _by_rows(out: Tensor, x: Tensor, pattern: Any, colours: np.ndarray) -> Any:
    """The sums of all rows of one colour, by one pass of reverse mode for each colour; then apart."""
    from . import grad

    groups = int(colours.max(initial=-1)) + 1
    if not out.requires_grad or not groups:
        return _assembled(pattern, np.zeros(pattern.nnz, x._data.dtype))
    check = np.random.default_rng(2).uniform(1, 2, (1, len(colours)))
    seeds = np.concatenate([np.arange(groups)[:, None] == colours, check])
    vectors = wrap(seeds.astype(out._data.dtype).reshape(groups + 1, *out.shape))
    (sums,) = grad(out, x, vectors, is_grads_batched=True, allow_unused=True, materialize_grads=True, retain_graph=True)
    found = np.asarray(sums._data).reshape(groups + 1, -1)
    rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
    result = _assembled(pattern, found[colours[rows], pattern.indices])
    _compare(check[0].astype(found.dtype) @ result, found[-1], abs(result).T @ check[0])
    return result


def _by_columns(func: Callable[[Tensor], Tensor], x: Tensor, pattern: Any, colours: np.ndarray) -> Any:
    """The same with columns, by forward mode."""
    from ._batched import batched_jvp

    groups = int(colours.max(initial=-1)) + 1
    check = np.random.default_rng(2).uniform(1, 2, (1, len(colours)))
    seeds = np.concatenate([np.arange(groups)[:, None] == colours, check])
    vectors = wrap(seeds.astype(x._data.dtype).reshape(groups + 1, *x.shape))
    _, (sums,) = batched_jvp(lambda y: (func(y),), (x.detach(),), (vectors,))
    found = np.asarray(sums._data).reshape(groups + 1, -1)
    rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
    result = _assembled(pattern, found[colours[pattern.indices], rows])
    _compare(result @ check[0].astype(found.dtype), found[-1], abs(result) @ check[0])
    return result


def _assembled(pattern: Any, data: np.ndarray) -> Any:
    from scipy.sparse import csr_array

    return csr_array((data, pattern.indices, pattern.indptr), pattern.shape)


def _compare(got: np.ndarray, wanted: np.ndarray, size: np.ndarray) -> None:
    """One product more than is needed, with a random vector: a pattern that is too small does not give it."""
    tolerance = 1e4 * np.finfo(wanted.dtype).eps * (size + np.abs(wanted))
    if np.any(np.abs(got - wanted) > tolerance):
        raise RuntimeError("the Jacobian has entries outside of the pattern")
