"""Covariances and correlations of variables, the rows of a matrix, whose observations are its columns."""

from __future__ import annotations

from typing import Any

from ...arrays import dtypes
from ...core.tensor import Tensor
from ..creation.from_data import tensor
from ..elementwise.complex import complex
from ..support.arguments import check_int, check_tensor
from ..support.attach import methods
from ..support.options import argument_error, warn_user

__all__ = ["corrcoef", "cov"]


def _weights(name: str, w: Tensor | None, n: int, integral: bool) -> Tensor | None:
    """Raises RuntimeError unless `w` are weights of n observations."""
    if w is None:
        return None
    if not isinstance(w, Tensor):
        raise argument_error("cov", name, "Tensor", w)
    if w.ndim > 1:
        raise RuntimeError(f"cov(): expected {name} to have one or fewer dimensions but got {name} with {w.ndim} dimensions")
    if w._data.dtype.kind not in ("iu" if integral else "f"):
        kind = "integral" if integral else "floating point"
        raise RuntimeError(f"cov(): expected {name} to have {kind} dtype but got {name} with {w.dtype.scalar_name} dtype")
    if w._data.size != n:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input but got {w._data.size} "
            f"!= {n}"
        )
    if n and w._data.min() < 0:
        raise RuntimeError(f"cov(): {name} cannot be negative")
    return w


def cov(input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None) -> Tensor:
    """The covariances of the rows of `input` (a vector is one row), a number or a symmetric matrix.

    The sum of products of deviations is divided by the number of observations less `correction`. `fweights` (integers) say
    how often each observation occurs, `aweights` how much it counts. Raises RuntimeError for more than two dimensions,
    bool, and weights that do not fit, are negative, or add up to nothing.

    >>> torch.cov(torch.tensor([[0., 1., 2.], [2., 1., 0.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    check_tensor("cov", input)
    check_int("cov", correction, "correction", None)
    if input.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    if input.dtype is dtypes.bool_:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input if input.ndim == 2 else input.view(1, -1)
    n = x._data.shape[1]
    frequencies, importance = _weights("fweights", fweights, n, True), _weights("aweights", aweights, n, False)
    w = importance if frequencies is None else frequencies if importance is None else frequencies * importance
    total = tensor(n) if w is None else w.sum()
    if w is not None and not total._data:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    mean = (x if w is None else x * w).sum(1) / total
    factor = total - correction
    if w is not None and importance is not None and correction:
        factor = total - correction * (w * importance).sum() / total
    if factor._data <= 0:
        warn_user("cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.")
        factor = factor * 0
    x = x - mean.unsqueeze(1)
    return (x.mm((x if w is None else x * w).t().conj()) / factor).squeeze()


def corrcoef(input: Tensor) -> Tensor:
    """The correlation coefficients of the rows of `input`: covariances divided by both standard deviations.

    >>> torch.corrcoef(torch.tensor([[0., 1., 2.], [2., 1., 0.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    check_tensor("corrcoef", input)
    if input.ndim > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    c: Any = cov(input)
    if not c.ndim:
        return c / c
    deviations = c.diagonal().real.sqrt()
    c = c / deviations.view(-1, 1) / deviations.view(1, -1)
    return complex(c.real.clip(-1, 1), c.imag.clip(-1, 1)) if c.dtype.is_complex else c.clip(-1, 1)


methods(corrcoef=corrcoef, cov=cov)
