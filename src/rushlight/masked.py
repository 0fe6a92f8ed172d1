"""torch.masked: reductions and normalizations of the elements where a mask is true.

What is masked out is replaced by a value that does not count: 0 in a sum, 1 in a product, -inf in a maximum. A `mask`
broadcasts to the shape of its tensor; without one every element counts. Where a mask leaves nothing, the result is that
value, or NaN where there is none (mean, median, var, std). The masks of this namespace are dense.

>>> import rushlight as torch
>>> x, mask = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[True, False], [True, True]])
>>> torch.masked.sum(x, 1, mask=mask)
tensor([1., 7.])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from . import ops
from .arrays.dtypes import bool_, dtype, float32, int64
from .arrays.types import iinfo
from .core.tensor import Tensor

__all__ = [
    "amax", "amin", "argmax", "argmin", "cumprod", "cumsum", "log_softmax", "logaddexp", "logsumexp", "mean", "median",
    "norm", "normalize", "prod", "softmax", "softmin", "std", "sum", "var",
]  # fmt: skip

Dims = int | Sequence[int] | None


# What does not count.


def _limit(input: Tensor, name: str, sign: int) -> Any:
    """The lowest (`sign` -1) or highest (1) value of a dtype. Raises TypeError or NotImplementedError if it has no order."""
    d = input.dtype
    if d.is_floating_point or (d.is_complex and name == "logsumexp"):
        return sign * math.inf
    if d.is_complex:
        raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
    if d is bool_:
        raise NotImplementedError(f"identity of {name} on {d} input")
    return iinfo(d).min if sign < 0 else iinfo(d).max


_NEUTRAL: dict[str, Callable[[Tensor], Any]] = {
    "sum": lambda x: 0,
    "prod": lambda x: 1,
    "median": lambda x: math.nan,
    **{name: partial(_limit, name=name, sign=-1) for name in ("amax", "argmax", "logsumexp", "logaddexp")},
    **{name: partial(_limit, name=name, sign=1) for name in ("amin", "argmin")},
}


def _mask_of(input: Tensor, mask: Tensor) -> Tensor:
    """The mask in the shape of `input`. Raises IndexError if it has more dimensions."""
    if mask.ndim > input.ndim:
        raise IndexError(
            "_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)"
        )
    if mask.shape != input.shape:
        mask = ops.broadcast_to(mask, input.shape)
    return mask.to(bool_)  # type: ignore[attr-defined]


def _kept(name: str, input: Tensor, mask: Tensor | None) -> Tensor:
    """`input` with what is masked out replaced by what does not count in the reduction `name`."""
    return input if mask is None else _replaced(input, mask, _NEUTRAL[name](input))


def _replaced(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    return ops.where(_mask_of(input, mask), input, ops.tensor(value, dtype=input.dtype))


def _dims(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions that `dim` names, in ascending order; all of them for None and for ()."""
    if dim is None or dim == ():
        return tuple(range(ndim))
    found: list[int] = []
    span = max(ndim, 1)
    for d in (dim,) if isinstance(dim, int) else dim:
        if d in found:
            raise RuntimeError(f"dim={d} appears multiple times in the list of dims")
        if not -span <= d < span:
            raise IndexError(f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], but got {d})")
        found.append(d % span)
    return tuple(sorted(found))


# Reductions.


def _summed_dtype(input: Tensor, d: dtype | None) -> dtype:
    """Integers add and multiply up to int64."""
    return d or (input.dtype if input.dtype.category >= 2 else int64)


def sum(
    input: Tensor, dim: Dims = None, *, keepdim: bool | None = False, dtype: dtype | None = None,
    mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The sum over `dim` of what `mask` keeps; 0 where it keeps nothing."""
    kept = _kept("sum", input, mask)
    return ops.sum(kept, _dims(dim, input.ndim), bool(keepdim), dtype=_summed_dtype(input, dtype))


def prod(
    input: Tensor, dim: Dims = None, *, keepdim: bool | None = False, dtype: dtype | None = None,
    mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The product over `dim` of what `mask` keeps; 1 where it keeps nothing."""
    result = _kept("prod", input, mask).to(_summed_dtype(input, dtype))  # type: ignore[attr-defined]
    for d in reversed(_dims(dim, input.ndim)):
        result = ops.prod(result, d, bool(keepdim))
    return result


def _extremum(name: str, which: str, nothing: str) -> Any:
    def function(
        input: Tensor, dim: Dims = None, *, keepdim: bool | None = False, dtype: dtype | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        kept = _kept(name, input, mask)
        return getattr(ops, name)(kept, _dims(dim, input.ndim), bool(keepdim)).to(dtype or input.dtype)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The {which} over `dim` of what `mask` keeps; the {nothing} value of the dtype where nothing is kept."
    return function


amax = _extremum("amax", "greatest", "lowest")
amin = _extremum("amin", "least", "highest")


def _position(name: str, which: str) -> Any:
    def function(
        input: Tensor, dim: int | None = None, *, keepdim: bool | None = False, dtype: dtype | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        kept = _kept(name, input, mask)
        return getattr(ops, name)(kept, dim, bool(keepdim)).to(dtype or input.dtype)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Where along `dim` the {which} of what `mask` keeps is, in the dtype of `input` unless told."
    return function


argmax = _position("argmax", "greatest")
argmin = _position("argmin", "least")


def logsumexp(
    input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: dtype | None = None, mask: Tensor | None = None
) -> Tensor:
    """The logarithm of the sum over `dim` of the exponentials of what `mask` keeps; -inf where it keeps nothing."""
    kept = _kept("logsumexp", input, mask)
    result = ops.logsumexp(kept, _dims(dim, input.ndim), keepdim)
    return result.to(dtype or input.dtype)  # type: ignore[attr-defined]


def norm(
    input: Tensor, ord: float = 2.0, dim: Dims = None, *, keepdim: bool | None = False,
    dtype: dtype | None = None, mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The vector norm of order `ord` over `dim` of what `mask` keeps; where it keeps nothing 0, or inf for ``ord=-inf``."""
    from .linalg import vector_norm

    kept = input if mask is None else _replaced(input, mask, math.inf if ord == -math.inf else 0)
    return vector_norm(kept, ord, _dims(dim, input.ndim), bool(keepdim), dtype=dtype or input.dtype)


def _count(input: Tensor, dim: Dims, mask: Tensor | None, keepdim: bool) -> Tensor:
    every = ops.ones(input.shape, dtype=bool_) if mask is None else _mask_of(input, mask)
    return ops.sum(every, _dims(dim, input.ndim), keepdim)


def mean(
    input: Tensor, dim: Dims = None, *, keepdim: bool | None = False, dtype: dtype | None = None,
    mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The mean over `dim` of what `mask` keeps; NaN where it keeps nothing.

    Raises ValueError for integers, unless a floating `dtype` is asked for.
    """
    wanted = dtype or input.dtype
    if wanted.category < 2:
        raise ValueError(
            f"mean(): Could not infer output dtype. {'Optional' if dtype else 'Input'} dtype must be either a floating "
            f"point or complex dtype. Got: {wanted}"
        )
    total = sum(input, dim, keepdim=keepdim, dtype=wanted, mask=mask)
    return total / _count(input, dim, mask, bool(keepdim))  # type: ignore[operator]


def median(
    input: Tensor, dim: int = -1, *, keepdim: bool = False, dtype: dtype | None = None, mask: Tensor | None = None
) -> Tensor:
    """The median along `dim` of what `mask` keeps (the lower one of two); NaN where it keeps nothing.

    Raises ValueError for integers of which nothing is kept somewhere.
    """
    floating = input.dtype.is_floating_point
    x = input if floating else input.to(float32)  # type: ignore[attr-defined]
    result = ops.nanmedian(_kept("median", x, mask), _dims(dim, input.ndim)[0], keepdim).values
    if floating:
        return result
    if result.isnan().any():
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return result.to(dtype or input.dtype)


def _variance(
    input: Tensor, dim: Dims, unbiased: bool | None, correction: float | None, keepdim: Any, dtype: Any,
    mask: Tensor | None,
) -> Tensor:  # fmt: skip
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    if correction is None:
        correction = 1 if unbiased is None else bool(unbiased)
    wanted = dtype or (input.dtype if input.dtype.category >= 2 else float32)
    computed = wanted if wanted.category >= 2 else float32
    count: Any = _count(input, dim, mask, True)
    deviation: Any = input - sum(input, dim, keepdim=True, dtype=wanted, mask=mask) / count  # type: ignore[operator]
    total: Any = sum(deviation * deviation.conj(), dim, keepdim=keepdim, dtype=computed, mask=mask)
    if not keepdim:
        count = count.reshape(total.shape)
    if correction != 0:
        count = (count.to(computed.to_real()) - float(correction)).clamp(min=0)
    return (total / count).to(wanted)


def var(
    input: Tensor, dim: Dims = None, unbiased: bool | None = None, *, correction: float | None = None,
    keepdim: bool | None = False, dtype: dtype | None = None, mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The variance over `dim` of what `mask` keeps; NaN where it keeps nothing.

    The sum of squared deviations is divided by their number less `correction` (1; 0 for ``unbiased=False``).
    """
    return _variance(input, dim, unbiased, correction, keepdim, dtype, mask)


def std(
    input: Tensor, dim: Dims = None, unbiased: bool | None = None, *, correction: int | None = None,
    keepdim: bool | None = False, dtype: dtype | None = None, mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The square root of `var`."""
    return ops.sqrt(_variance(input, dim, unbiased, correction, keepdim, dtype, mask))


# Scans, normalizations and logaddexp: what is masked out has a value of its own in the result, which means nothing.


def cumsum(input: Tensor, dim: int, *, dtype: dtype | None = None, mask: Tensor | None = None) -> Tensor:
    """The sums along `dim` up to each element of what `mask` keeps."""
    return ops.cumsum(_kept("sum", input, mask), _dims(dim, input.ndim)[0], dtype=dtype or input.dtype)


def cumprod(input: Tensor, dim: int, *, dtype: dtype | None = None, mask: Tensor | None = None) -> Tensor:
    """The products along `dim` up to each element of what `mask` keeps."""
    return ops.cumprod(_kept("prod", input, mask), _dims(dim, input.ndim)[0], dtype=dtype or input.dtype)


def softmax(input: Tensor, dim: int, *, dtype: dtype | None = None, mask: Tensor | None = None) -> Tensor:
    """`torch.softmax` along `dim` of what `mask` keeps; 0 elsewhere, NaN where it keeps nothing."""
    return ops.softmax(_kept("amax", input, mask), _dims(dim, input.ndim)[0], dtype=dtype or input.dtype)


def log_softmax(input: Tensor, dim: int, *, dtype: dtype | None = None, mask: Tensor | None = None) -> Tensor:
    """`torch.log_softmax` along `dim` of what `mask` keeps; -inf elsewhere, NaN where it keeps nothing."""
    return ops.log_softmax(_kept("amax", input, mask), _dims(dim, input.ndim)[0], dtype=dtype or input.dtype)


def softmin(input: Tensor, dim: int, *, dtype: dtype | None = None, mask: Tensor | None = None) -> Tensor:
    """`softmax` of the negative."""
    kept = _kept("amin", input, mask)
    return ops.softmax(-kept, _dims(dim, input.ndim)[0], dtype=dtype or input.dtype)  # type: ignore[operator]


def normalize(
    input: Tensor, ord: float, dim: int, *, eps: float = 1e-12, dtype: dtype | None = None, mask: Tensor | None = None
) -> Tensor:
    """What `mask` keeps, divided by its norm of order `ord` along `dim`, or by `eps` if that is greater; 0 elsewhere."""
    length = norm(input, ord, dim, keepdim=True, dtype=dtype or input.dtype, mask=mask)
    return _kept("sum", input, mask) / ops.maximum(length, ops.tensor(eps, dtype=length.dtype))  # type: ignore[operator]


def logaddexp(
    input: Tensor, other: Tensor, *, dtype: dtype | None = None, input_mask: Tensor | None = None,
    other_mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """`torch.logaddexp` of what the masks keep; what one masks out does not count, -inf where both do."""
    result = ops.logaddexp(_kept("logaddexp", input, input_mask), _kept("logaddexp", other, other_mask))
    return result.to(dtype or input.dtype)  # type: ignore[attr-defined]
