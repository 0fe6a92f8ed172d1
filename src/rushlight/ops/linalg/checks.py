"""What functions of linear algebra share: checks of matrices in torch's words, and the error of a failed algorithm."""

from __future__ import annotations

from ...core.tensor import Tensor


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
