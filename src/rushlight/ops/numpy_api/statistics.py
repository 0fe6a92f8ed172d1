"""NumPy's statistics on Tensors: order statistics, covariances, histograms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Tensor, wrap
from .arguments import floating, holds_tensor, payloads, tensor, tensors, torch_dtype
from .reductions import last_axis, refuse_out

#: The continuous methods by their alpha and beta: R. Hyndman and Y. Fan, The American Statistician 50 (1996).
_CONTINUOUS = {
    "linear": (1.0, 1.0), "interpolated_inverted_cdf": (0.0, 1.0), "hazen": (0.5, 0.5), "weibull": (0.0, 0.0),
    "median_unbiased": (1 / 3, 1 / 3), "normal_unbiased": (3 / 8, 3 / 8),
}  # fmt: skip


def _places(q: Any, n: Any, method: str) -> tuple[Any, Any, Any]:
    """Between which two of `n` sorted numbers the quantile q lies, and how far it is from the first to the second."""
    last = np.maximum(n - 1, 0)
    if method in _CONTINUOUS:
        alpha, beta = _CONTINUOUS[method]
        at = n * q + alpha + q * (1 - alpha - beta) - 1
    else:
        at = q * last
    at = np.clip(at, 0, last)
    low, high = np.floor(at), np.ceil(at)
    if method == "lower":
        at = high = low
    elif method == "higher":
        at = low = high
    elif method == "nearest":
        at = low = high = np.round(at)
    elif method in ("inverted_cdf", "averaged_inverted_cdf", "closest_observation"):
        return _steps(q, n, method)
    return low, high, np.where(high > low, 0.5, 0.0) if method == "midpoint" else at - low


def _steps(q: Any, n: Any, method: str) -> tuple[Any, Any, Any]:
    """The methods of Hyndman and Fan that do not interpolate: numbers 1 to 3."""
    at = n * q - 1 - (0.5 if method == "closest_observation" else 0)
    low = np.floor(at)
    exact = at == low
    if method == "averaged_inverted_cdf":
        share = np.where(exact, 0.5, 1.0)
    elif method == "closest_observation":
        share = np.where(exact & (low % 2 == 1), 0.0, 1.0)
    else:
        share = np.where(exact, 0.0, 1.0)
    return np.clip(low, 0, np.maximum(n - 1, 0)), np.clip(low + 1, 0, np.maximum(n - 1, 0)), share


def _order_statistic(name: str, a: Any, q: Any, axis: Any, keepdims: Any, method: str, ignore: bool) -> Tensor:
    """Quantiles over the axes; the dimensions of `q` come first in the result."""
    x, q = floating(a), np.asarray(payloads(q), np.float64)
    if not ((q >= 0) & (q <= 1)).all():
        raise ValueError(f"{name} must be in the range [0, {100 if name.endswith('Percentiles') else 1}]")
    rows, shape = last_axis(x, axis, keepdims)
    rows = ops.sort(rows, dim=-1)[0]  # what is not a number comes last
    known = ~np.isnan(payloads(rows))
    length = rows.shape[-1]
    if not length:
        return ops.full((*q.shape, *shape), np.nan, dtype=x.dtype)
    n = known.sum(-1) if ignore else np.full(known.shape[:-1], length)
    levels = q.reshape(-1, *[1] * n.ndim)
    low, high, share = _places(levels, n, method)
    low, high, share = np.broadcast_arrays(low, high, share)
    below, above = [
        ops.movedim(ops.take_along_dim(rows, wrap(np.moveaxis(i, 0, -1).astype(np.int64)), -1), -1, 0)
        for i in (low, high)
    ]
    weight = tensor(np.ascontiguousarray(share)).to(x.dtype)
    value = below + (above - below) * weight
    # Equal neighbours, infinite ones too, have no difference to be weighed.
    value = ops.where((weight == 0) | (below == above), below, value)
    undefined = (n == 0) if ignore else ~known.all(-1)
    if undefined.any():
        value = ops.where(tensor(undefined), ops.scalar_tensor(np.nan, dtype=x.dtype), value)
    return ops.reshape(value, (*q.shape, *shape))


def _quantile(name: str, scale: float, ignore: bool) -> Callable[..., Tensor]:
    def quantile(a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, method: str = "linear",
                 keepdims: Any = False, *, weights: Any = None) -> Tensor:  # fmt: skip
        refuse_out(name, out)
        if weights is not None:
            raise NotImplementedError(f"numpy.{name} of a Tensor with weights=")
        words = "Percentiles" if scale != 1 else "Quantiles"
        return _order_statistic(words, a, np.asarray(payloads(q)) / scale, axis, keepdims, method, ignore)

    return quantile


def _median(name: str, ignore: bool) -> Callable[..., Tensor]:
    def median(
        a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
    ) -> Tensor:
        refuse_out(name, out)
        return _order_statistic("Quantiles", a, 0.5, axis, keepdims, "linear", ignore)

    return median


def cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, fweights: Any = None,
        aweights: Any = None, *, dtype: Any = None) -> Tensor:  # fmt: skip
    x = ops.atleast_2d(_variables(m, rowvar))
    if y is not None:
        x = ops.cat([x, ops.atleast_2d(_variables(y, rowvar))])
    x = x if dtype is None else x.to(torch_dtype(dtype))
    ddof = (0 if bias else 1) if ddof is None else ddof
    about = {k: tensor(w) for k, w in (("fweights", fweights), ("aweights", aweights)) if w is not None}
    return ops.squeeze(ops.cov(x, correction=ddof, **about))


def _variables(m: Any, rowvar: bool) -> Tensor:
    x = floating(m)
    return x.mT if x.ndim == 2 and not rowvar and x.shape[0] != 1 else x


def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Tensor:
    c = cov(x, y, rowvar, dtype=dtype)
    if not c.ndim:
        return c / c
    deviation = ops.sqrt(ops.diagonal(c).real)
    return c / deviation[:, None] / deviation


def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Tensor:
    places = np.asarray(payloads(x))
    if weights is None:
        return wrap(np.bincount(places, minlength=minlength))
    length = len(np.bincount(places, minlength=minlength))
    w = floating(weights)
    return ops.index_add(ops.zeros(length, dtype=w.dtype), 0, wrap(places.astype(np.int64)), w)


def _histogram(name: str) -> Callable[..., Any]:
    """Counts have no derivative; weights would have one."""

    def histogram(*args: Any, **kwargs: Any) -> Any:
        weights = kwargs.get("weights")
        if holds_tensor(weights) and tensor(weights).requires_grad:
            raise NotImplementedError(f"numpy.{name} of a Tensor with weights= that require grad")
        return tensors(getattr(np, name)(*payloads(args), **payloads(kwargs)))

    return histogram


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "median": _median("median", False), "nanmedian": _median("nanmedian", True),
    "quantile": _quantile("quantile", 1, False), "nanquantile": _quantile("nanquantile", 1, True),
    "percentile": _quantile("percentile", 100, False), "nanpercentile": _quantile("nanpercentile", 100, True),
    "cov": cov, "corrcoef": corrcoef, "bincount": bincount,
    **{name: _histogram(name) for name in ("histogram", "histogram2d", "histogramdd")},
}  # fmt: skip
