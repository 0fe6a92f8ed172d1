"""What functions of linear algebra share: checks of matrices in torch's words, and the error of a failed algorithm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import broadcast_shapes
from ...core.tensor import Tensor
from ..support.arguments import unimplemented
from ..support.layered import every_value


class _LinAlgError(RuntimeError):
    """Raised where the numbers themselves are to blame: a matrix that is singular, an algorithm that did not converge."""

    __module__ = "torch._C"


LinAlgError = _LinAlgError


def check_matrix(function: str, x: Tensor, name: str = "A") -> None:
    """Raises RuntimeError unless `x` is a matrix or a stack of matrices."""
    if x._data.ndim < 2:
        raise RuntimeError(f"{function}: The input tensor {name} must have at least 2 dimensions.")


def check_square(function: str, x: Tensor, name: str = "A") -> None:
    """Raises RuntimeError unless `x` is a square matrix or a stack of them."""
    check_matrix(function, x, name)
    m, n = x._data.shape[-2:]
    if m != n:
        raise RuntimeError(f"{function}: {name} must be batches of square matrices, but they are {m} by {n} matrices")


def check_inexact(function: str, x: Tensor, *, low_precision: bool = True) -> None:
    """Raises RuntimeError unless `x` is floating point or complex (and of more than 16 bits if `low_precision` is False)."""
    d = x.dtype
    if d.category < 2:
        raise RuntimeError(f"{function}: Expected a floating point or complex tensor as input. Got {d.scalar_name}")
    if not low_precision and d.itemsize == 2:
        raise RuntimeError(f"{function}: Low precision dtypes not supported. Got {d.scalar_name}")


def check_kernel(kernel: str, x: Tensor) -> None:
    """Raises NotImplementedError for dtypes that LAPACK does not know."""
    if x._data.dtype.char not in "fdFD" or x.dtype is dtypes.bfloat16:
        raise unimplemented(kernel, x.dtype)


def check_same_dtype(function: str, a: Tensor, b: Tensor, names: tuple[str, str] = ("A", "B")) -> None:
    """Raises RuntimeError for two dtypes."""
    if a.dtype is not b.dtype:
        (m, n), d, e = names, a.dtype.scalar_name, b.dtype.scalar_name
        raise RuntimeError(
            f"{function}: Expected {m} and {n} to have the same dtype, but found {m} of type {d} and {n} of type {e} "
            "instead"
        )


def check_system(function: str, a: Tensor, b: Any, left: bool) -> None:
    """Raises RuntimeError unless AX = B (XA = B if not `left`) has matrices of shapes that fit."""
    check_square(function, a)
    check_matrix(function, b, "B")
    if a._data.shape[-2] != b._data.shape[-2 if left else -1]:
        (n, m), (k, p) = a._data.shape[-2:], b._data.shape[-2:]
        raise RuntimeError(
            f"{function}: Incompatible shapes of A and B for the equation {'AX' if left else 'XA'} = B "
            f"({n}x{m} and {k}x{p})"
        )


def check_old_system(function: str, b: Tensor, a: Tensor) -> None:
    """What torch's older solvers ask of AX = B."""
    if a.dtype is not b.dtype:
        raise RuntimeError(
            f"Expected b and A to have the same dtype, but found b of type {b.dtype.scalar_name} and A of type "
            f"{a.dtype.scalar_name} instead."
        )
    n, m = a._data.shape[-2:]
    k, p = b._data.shape[-2:]
    if n != m:
        raise RuntimeError(f"A must be batches of square matrices, but they are {n} by {m} matrices")
    if m != k:
        raise RuntimeError(
            f"Incompatible matrix sizes for {function}: each A matrix is {n} by {n} but each b matrix is {k} by {p}"
        )
    broadcast_shapes(b._data.shape[:-2], a._data.shape[:-2])


def failed(info: Any) -> tuple[str, int]:
    """Of LAPACK's reports on a stack: the words that name the first matrix with an error, and the error (0: none)."""
    info = np.asarray(every_value(info))
    if not info.any():
        return "", 0
    first = int(np.flatnonzero(info)[0])
    return f"(Batch element {first}): " if info.ndim else "", int(info.flat[first])
