"""The `reduction` argument of the losses, and the two flags that stood for it once."""

from __future__ import annotations

from ..ops.neural.loss import MEAN, NONE, SUM
from ..ops.support.options import warn_user

__all__ = ["chosen", "from_legacy", "get_enum"]

_NUMBERS = {"none": NONE, "mean": MEAN, "sum": SUM}


def get_enum(reduction: str) -> int:
    """The number of a reduction: ``"none"``, ``"mean"`` or ``"sum"``. Raises ValueError for another one."""
    number = _NUMBERS.get(reduction)
    if number is not None:
        return number
    if reduction == "elementwise_mean":
        warn_user("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.")
        return MEAN
    raise ValueError(f"{reduction} is not a valid value for reduction")


def chosen(size_average: bool | None, reduce: bool | None, reduction: str) -> int:
    """The number of the reduction that the three arguments of a loss ask for."""
    return get_enum(from_legacy(size_average, reduce, reduction))


def from_legacy(size_average: bool | None, reduce: bool | None, reduction: str = "mean") -> str:
    """The reduction that `size_average` and `reduce` ask for, with a warning; `reduction` if both are None.

    Where only one of them is given, the other counts as true.
    """
    if size_average is None and reduce is None:
        return reduction
    if reduce is not None and not reduce:
        meant = "none"
    elif size_average is None or size_average:
        meant = "mean"
    else:
        meant = "sum"
    warn_user(f"size_average and reduce args will be deprecated, please use reduction='{meant}' instead.")
    return meant
