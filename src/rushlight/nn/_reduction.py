"""The `reduction` argument of the losses, and the two flags that stood for it once."""

from __future__ import annotations

import warnings

__all__ = ["check", "from_legacy"]


def check(reduction: str) -> str:
    """`reduction`, if it is ``"none"``, ``"mean"`` or ``"sum"``; raises ValueError if not."""
    if reduction in ("mean", "sum", "none"):
        return reduction
    if reduction == "elementwise_mean":
        warnings.warn(
            "reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.", stacklevel=2
        )
        return "mean"
    raise ValueError(f"{reduction} is not a valid value for reduction")


def from_legacy(size_average: bool | None, reduce: bool | None) -> str:
    """The reduction that `size_average` and `reduce` ask for (both true by default), with a warning."""
    if reduce is not None and not reduce:
        reduction = "none"
    elif size_average is None or size_average:
        reduction = "mean"
    else:
        reduction = "sum"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=2
    )
    return reduction
