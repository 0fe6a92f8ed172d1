"""Quantiles: values between which given parts of the sorted elements lie.

R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996): the default,
``"linear"``, is their definition 7.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.shapes import wrap_dim
from ...core.tensor import Tensor, wrap
from ..elementwise.combining import lerp
from ..indexing.scattering import gather
from ..indexing.sorting import sort
from ..support.arguments import check_tensor
from ..support.attach import methods
from ..support.casting import in_float32
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.options import no_such_call
from ..support.outputs import into

__all__ = ["nanquantile", "quantile"]

_MODES = ("linear", "lower", "higher", "midpoint", "nearest")


def _checked(name: str, input: Any, q: Any, interpolation: str) -> Tensor:
    """`q` as a tensor. Raises RuntimeError for what has no quantiles."""
    check_tensor(name, input)
    if not isinstance(q, (Tensor, int, float, np.number)) or isinstance(q, bool):
        form = 'int dim = None, bool keepdim = False, *, str interpolation = "linear", Tensor out = None)'
        raise no_such_call(name, (input, q), {}, [f"(Tensor input, {kind} q, {form}" for kind in ("Tensor", "float")])
    if not isinstance(q, Tensor):
        if not 0 <= q <= 1:
            raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
        q = wrap(np.asarray(q, input._data.dtype if input.dtype.is_floating_point else np.float32))
    if interpolation not in _MODES:
        raise RuntimeError(
            f"quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    if not input._data.size:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if q.ndim > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    if input.dtype.itemsize < 4 or not input.dtype.is_floating_point:
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if q.dtype is not input.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    _check_parts(q._data)
    return q


@reads_values
def _check_parts(q: Any) -> None:
    if not np.all((q >= 0) & (q <= 1)):
        raise RuntimeError("quantile() q values must be in the range [0, 1]")


@reads_values
def _interpolated(rows: Tensor, q: Tensor, interpolation: str, ignore_nan: bool) -> Tensor:
    """The quantiles `q`, a vector or as many vectors as there are rows, of sorted rows: shape (..., len(q))."""
    missing = np.isnan(rows._data)
    last = rows._data.shape[-1] - 1
    ranks = (q * last).expand(*rows.shape[:-1], q.shape[-1])
    if missing[..., -1].any():  # NaN comes last
        if ignore_nan:
            ranks = q * wrap(np.maximum(last - missing.sum(-1, keepdims=True), 0)).to(q.dtype)
        else:
            ranks = ranks.masked_fill(wrap(missing[..., -1:]), last)
    if interpolation in ("lower", "higher", "nearest"):
        ranks = {"lower": ranks.floor, "higher": ranks.ceil, "nearest": ranks.round}[interpolation]()
        return gather(rows, -1, ranks.long())
    low = ranks.detach().floor()
    weight = ranks - low if interpolation == "linear" else low * 0 + 0.5
    return lerp(gather(rows, -1, low.long()), gather(rows, -1, ranks.detach().ceil().long()), weight)


def _quantile(name: str, input: Tensor, q: Any, dim: Any, keepdim: bool, interpolation: str, out: Any, ignore_nan: bool) -> Tensor:
    q = _checked(name, input, q, interpolation)
    if out is not None:
        if out.dtype is not input.dtype:
            raise RuntimeError("quantile() out tensor must be same dtype as the input tensor")
        return into(out, _quantile, name, input, q, dim, keepdim, interpolation, None, ignore_nan)
    if dim is None:
        rows, ones = input.reshape(-1), (1,) * input.ndim
    else:
        d = wrap_dim(dim, input.ndim)
        rows = input.unsqueeze(-1).transpose(d, -1) if keepdim else input.reshape(-1) if not input.ndim else input.movedim(d, -1)
    result = _interpolated(sort(rows, -1)[0], q.reshape(-1), interpolation, ignore_nan)
    if q.ndim:
        result = result.unsqueeze_(0).transpose_(0, -1)
    result = result.squeeze_(-1)
    return result.reshape(tuple(q.shape) + ones) if dim is None and keepdim else result


@checked(signatures=(
    '(Tensor input, Tensor q, int dim = None, bool keepdim = False, *, str interpolation = "linear", Tensor out = None)',
    '(Tensor input, float q, int dim = None, bool keepdim = False, *, str interpolation = "linear", Tensor out = None)',
))
@in_float32
def quantile(
    input: Tensor, q: Tensor | complex, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear",
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The values below which the parts `q` (a number or a vector, in [0, 1]) of all elements lie, or of those along `dim`.

    Between two elements it is interpolated: ``"linear"``, ``"lower"``, ``"higher"``, ``"nearest"`` or ``"midpoint"``. The
    quantiles of a vector `q` are the first dimension of the result. NaN makes the result NaN. Differentiable by both
    `input` and `q`. Raises RuntimeError for nothing to sort, other dtypes than float32 and float64, and `q` out of range.

    >>> torch.quantile(torch.tensor([1., 2., 4.]), torch.tensor([0.5, 0.75]))
    tensor([2., 3.])
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation, out, False)


@checked(signatures=(
    '(Tensor input, Tensor q, int dim = None, bool keepdim = False, *, str interpolation = "linear", Tensor out = None)',
    '(Tensor input, float q, int dim = None, bool keepdim = False, *, str interpolation = "linear", Tensor out = None)',
))
@in_float32
def nanquantile(
    input: Tensor, q: Tensor | complex, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear",
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """`quantile` of what is not NaN; NaN where nothing is left."""
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation, out, True)


methods(nanquantile=nanquantile, quantile=quantile)
