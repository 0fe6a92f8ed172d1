"""Sizes, strides and the like: one number for all dimensions, or one for each."""

from __future__ import annotations

from typing import Any


def for_each(value: Any, ndim: int) -> tuple[Any, ...]:
    """A sequence as a tuple, anything else once for each dimension."""
    return tuple(value) if hasattr(value, "__iter__") else (value,) * ndim
